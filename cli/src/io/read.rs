//! Reading text.

use std::{io::Read, path::Path};

use iamx_workspace::MAX_FILE_BYTES;

use crate::error::{Error, show};

/// The text of a file that isn't too large and is UTF-8.
pub(crate) fn text(path: &Path) -> Result<String, Error> {
    let metadata = std::fs::metadata(path).map_err(|reason| Error::reading(path, reason))?;
    // Opening a pipe waits for someone to write to it.
    if !metadata.is_file() {
        return Err(Error::NotAFile { path: show(path) });
    }
    let file = std::fs::File::open(path).map_err(|reason| Error::reading(path, reason))?;
    let limit = u64::try_from(MAX_FILE_BYTES).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(|reason| Error::reading(path, reason))?;
    if bytes.len() > MAX_FILE_BYTES {
        let bytes = metadata.len().max(limit.saturating_add(1));
        return Err(Error::TooLarge { path: show(path), bytes, limit: MAX_FILE_BYTES });
    }
    decode(path, bytes)
}

/// Bytes as text; `path` is what they are called in an error.
pub(crate) fn decode(path: &Path, bytes: Vec<u8>) -> Result<String, Error> {
    if bytes.len() > MAX_FILE_BYTES {
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        return Err(Error::TooLarge { path: show(path), bytes: size, limit: MAX_FILE_BYTES });
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let lines = error.as_bytes().iter().take(good).filter(|byte| **byte == b'\n').count();
        Error::NotUtf8 { path: show(path), line: lines + 1 }
    })
}
