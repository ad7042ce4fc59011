//! Packages that the test suite reads, unpacked into `tests/corpora/fetched/`.

use std::fs;
use std::path::Path;

use crate::packages::{Package, PackageList};
use crate::{Result, say};

/// Fetches what `tests/corpora/corpora.json` and the catalog's `sources.json` list, each into a folder of its name. What is
/// there already in the right version is left alone.
pub(crate) fn fetch(root: &Path) -> Result<()> {
    let mut packages: Vec<Package> = Vec::new();
    for list in ["stdlib/catalog/sources/sources.json", "tests/corpora/corpora.json"] {
        let list: PackageList = serde_json::from_slice(&fs::read(root.join(list))?)?;
        packages.extend(list.packages);
    }
    let fetched = root.join("tests").join("corpora").join("fetched");
    for package in &packages {
        unpack(root, &fetched, package)?;
    }
    say(&format!("{} packages in tests/corpora/fetched", packages.len()));
    Ok(())
}

fn unpack(root: &Path, fetched: &Path, package: &Package) -> Result<()> {
    let folder = fetched.join(package.folder());
    // Written last, so that a folder that has it is whole.
    let mark = folder.join(".fetched");
    if fs::read_to_string(&mark).is_ok_and(|text| text == package.integrity) {
        return Ok(());
    }
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    for (name, content) in package.files(root)? {
        let relative = Path::new(&name);
        if !relative.components().all(|part| matches!(part, std::path::Component::Normal(_))) {
            return Err(format!("{} holds a file outside its folder: {name}", package.name).into());
        }
        let path = folder.join(relative);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, content)?;
    }
    fs::write(mark, &package.integrity)?;
    Ok(())
}
