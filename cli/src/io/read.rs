//! Reading text.

use std::{io::Read, path::Path};

use iamx_workspace::{FileFault, MAX_FILE_BYTES};

use crate::error::{Error, show};

/// The text of a file that isn't too large and is UTF-8.
pub(crate) fn text(path: &Path) -> Result<String, Error> {
    text_or_fault(path)?.map_err(|fault| refused(path, &fault))
}

/// The text of a file, or why it is none that is read.
pub(crate) fn text_or_fault(path: &Path) -> Result<Result<String, FileFault>, Error> {
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
        return Ok(Err(FileFault::TooLarge { bytes }));
    }
    Ok(decoded(bytes))
}

fn decoded(bytes: Vec<u8>) -> Result<String, FileFault> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(FileFault::TooLarge { bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX) });
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        FileFault::NotUtf8 { before: String::from_utf8_lossy(good).into() }
    })
}

fn refused(path: &Path, fault: &FileFault) -> Error {
    match fault {
        FileFault::TooLarge { bytes } => Error::TooLarge { path: show(path), bytes: *bytes, limit: MAX_FILE_BYTES },
        FileFault::NotUtf8 { before } => Error::NotUtf8 { path: show(path), line: before.matches('\n').count() + 1 },
    }
}

/// Bytes as text; `path` is what they are called in an error.
pub(crate) fn decode(path: &Path, bytes: Vec<u8>) -> Result<String, Error> {
    decoded(bytes).map_err(|fault| refused(path, &fault))
}
