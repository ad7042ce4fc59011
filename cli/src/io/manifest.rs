//! What iamx wrote into an output folder, as `manifest.json` there says.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The manifest's name in the output folder.
pub(crate) const MANIFEST: &str = "manifest.json";
/// The manifest of a write that may have been interrupted.
pub(crate) const UNFINISHED: &str = ".iamx-unfinished.json";

/// The paths of written files, relative to the output folder, each with the SHA-256 of what was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Written(BTreeMap<String, Vec<String>>);

#[derive(Deserialize, Serialize)]
struct Manifest {
    documents: Vec<Document>,
    #[serde(default)]
    roots: Vec<Document>,
}

/// A document or a root; without a path where the document is no file of its own.
#[derive(Deserialize, Serialize)]
struct Document {
    path: Option<String>,
    sha256: Option<String>,
}

impl Written {
    /// Adds what a manifest lists; `false` where the bytes are no manifest of iamx.
    pub(crate) fn read(&mut self, manifest: &[u8]) -> bool {
        let Ok(manifest) = serde_json::from_slice::<Manifest>(manifest) else { return false };
        for document in manifest.documents.into_iter().chain(manifest.roots) {
            if let (Some(path), Some(hash)) = (document.path, document.sha256) {
                self.add(path, hash.to_lowercase());
            }
        }
        true
    }

    pub(crate) fn add(&mut self, path: String, hash: String) {
        self.0.entry(path).or_default().push(hash);
    }

    /// Whether `bytes` are what was written to `path`; `None` where nothing was.
    pub(crate) fn wrote(&self, path: &str, bytes: &[u8]) -> Option<bool> {
        let hash = sha256(bytes);
        self.0.get(path).map(|hashes| hashes.contains(&hash))
    }

    /// Whether something was written to `path`.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    /// The paths, sorted.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// As a manifest.
    pub(crate) fn to_json(&self) -> Vec<u8> {
        let documents = self
            .0
            .iter()
            .flat_map(|(path, hashes)| {
                hashes
                    .iter()
                    .map(|hash| Document { path: Some(path.clone()), sha256: Some(hash.clone()) })
                    .collect::<Vec<_>>()
            })
            .collect();
        // Strings in vectors: nothing here can fail to be JSON.
        serde_json::to_vec(&Manifest { documents, roots: Vec::new() }).unwrap_or_default()
    }
}

/// The SHA-256 of `bytes` in lower-case hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The bytes in lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a string can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
