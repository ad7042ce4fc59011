//! Writing a file whole or not at all.

use std::{
    io::{ErrorKind, Write},
    path::Path,
};

use tempfile::{Builder, NamedTempFile};

use crate::error::{Error, show};

/// Writes a file that must not exist yet; `false` where there is one.
pub(crate) fn create(path: &Path, bytes: &[u8]) -> Result<bool, Error> {
    let file = temporary(path, bytes)?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(true),
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(Error::writing(path, error.error)),
    }
}

/// Writes a file, or puts the bytes in the place of the one that exists, which keeps its permissions. A link stays one, and
/// what it leads to is written.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let target = match std::fs::canonicalize(path) {
        Ok(target) => target,
        Err(reason) if reason.kind() == ErrorKind::NotFound => path.to_owned(),
        Err(reason) => return Err(Error::writing(path, reason)),
    };
    let file = temporary(&target, bytes)?;
    if let Ok(metadata) = std::fs::metadata(&target) {
        if metadata.permissions().readonly() {
            return Err(Error::ReadOnly { path: show(path) });
        }
        std::fs::set_permissions(file.path(), metadata.permissions()).map_err(|reason| Error::writing(path, reason))?;
    }
    file.persist(&target).map_err(|error| Error::writing(path, error.error))?;
    Ok(())
}

/// The bytes in a new file in the same folder, so that it can take the place of `path` in one step.
fn temporary(path: &Path, bytes: &[u8]) -> Result<NamedTempFile, Error> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut builder = Builder::new();
    builder.prefix(".iamx-").suffix(".tmp");
    // As any new file, less what the process's mask takes away; a temporary file's default is its owner's alone.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder).map_err(|reason| Error::writing(path, reason))?;
    file.write_all(bytes).and_then(|()| file.flush()).map_err(|reason| Error::writing(path, reason))?;
    Ok(file)
}
