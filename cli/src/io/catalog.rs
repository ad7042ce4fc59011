//! Catalog files.

use std::{io::Read, path::Path};

use iamx_catalog::Catalog;

use crate::error::{Error, show};

/// No catalog file is larger; the catalog's own limit is lower, and says so.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// The catalog in a file, or the built-in one, also where the name is empty, as CI sets a variable that has no value.
pub(crate) fn load(path: Option<&Path>) -> Result<&'static Catalog, Error> {
    match path.filter(|path| !path.as_os_str().is_empty()) {
        None => Ok(Catalog::builtin()),
        Some(path) if path.is_dir() => {
            Err(Error::Catalog { path: show(path), reason: "it is a folder, and a catalog is a file".to_owned() })
        }
        Some(path) => {
            let bytes = bytes(path)?;
            let catalog = Catalog::from_bytes(bytes)
                .map_err(|error| Error::Catalog { path: show(path), reason: error.to_string() })?;
            // One or two in a run, which need them to its end.
            Ok(Box::leak(Box::new(catalog)))
        }
    }
}

/// The bytes of a file that a catalog is read or made from.
pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>, Error> {
    let metadata = std::fs::metadata(path).map_err(|reason| Error::reading(path, reason))?;
    if !metadata.is_file() {
        return Err(Error::NotAFile { path: show(path) });
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(MAX_BYTES).read_to_end(&mut bytes))
        .map_err(|reason| Error::reading(path, reason))?;
    Ok(bytes)
}
