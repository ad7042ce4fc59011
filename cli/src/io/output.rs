//! The output folder: only what iamx wrote is overwritten or removed, and nothing outside is touched.

use std::{
    collections::{HashMap, HashSet},
    io::ErrorKind,
    path::{Component, Path, PathBuf},
    sync::OnceLock,
    time::SystemTime,
};

use iamx_workspace::{OutputFile, is_place_of_documents};
use rayon::{
    iter::{IntoParallelRefIterator, ParallelIterator},
    slice::ParallelSlice,
};

use super::{
    manifest::{MANIFEST, UNFINISHED, Written, sha256},
    write,
};
use crate::error::{Error, show};

/// So many files are compared or written in a row, by one thread.
const FILES_AT_ONCE: usize = 256;

/// An output folder, which need not exist.
pub(crate) struct Output {
    folder: PathBuf,
}

/// One difference between an output folder and what belongs in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// A file is to be made.
    Add { path: String },
    /// A file has other contents. `ours` says whether it is what iamx wrote.
    Replace { path: String, ours: Ours },
    /// A file that iamx wrote is no longer made.
    Remove { path: String, ours: Ours },
    /// Where a folder of documents is to be stands something else: a link, or a file.
    NoFolder { path: String, is_link: bool },
}

/// What stands at a path of the output folder.
enum Found {
    Nothing,
    File(Vec<u8>),
    /// A folder, a link, or something that is no file.
    Other,
    /// Something else than a folder on the way to it.
    Beneath {
        path: String,
        is_link: bool,
    },
}

/// What stands where a folder would.
#[derive(Clone, Debug)]
enum Stands {
    Folder,
    Nothing,
    /// At that path, which is it or leads to it.
    Other {
        path: String,
        is_link: bool,
    },
}

/// The folder that was looked at last, as files that follow one another are often in one.
#[derive(Default)]
struct Folders {
    last: Option<(String, Stands)>,
}

/// What iamx wrote into the folder before, read where something differs.
struct Before<'o> {
    output: &'o Output,
    written: OnceLock<Written>,
}

impl Before<'_> {
    fn written(&self) -> Result<&Written, Error> {
        if let Some(written) = self.written.get() {
            return Ok(written);
        }
        let written = self.output.written()?;
        Ok(self.written.get_or_init(|| written))
    }
}

/// Whose a file in the output folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ours {
    /// iamx wrote it, as it is.
    Yes,
    /// iamx wrote it, and someone changed it.
    Changed,
    /// No manifest names it.
    No,
}

impl Change {
    pub(crate) fn path(&self) -> &str {
        match self {
            Self::Add { path }
            | Self::Replace { path, .. }
            | Self::Remove { path, .. }
            | Self::NoFolder { path, .. } => path,
        }
    }

    pub(crate) fn is_manifest(&self) -> bool {
        self.path() == MANIFEST
    }

    /// Why it can't be made, where it can't.
    fn obstacle(&self) -> Option<&'static str> {
        match self {
            Self::Replace { ours: Ours::No, .. } | Self::Remove { ours: Ours::No, .. } => Some("isn't iamx's"),
            Self::Replace { ours: Ours::Changed, .. } | Self::Remove { ours: Ours::Changed, .. } => {
                Some("was changed since iamx wrote it")
            }
            Self::NoFolder { is_link: true, .. } => Some("is a link, and none is followed"),
            Self::NoFolder { is_link: false, .. } => Some("is no folder"),
            _ => None,
        }
    }
}

impl Output {
    /// The folder that someone named on the command line.
    pub(crate) fn at(folder: &Path) -> Self {
        // A folder that isn't there yet has no canonical name; its own is as good.
        let folder = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        Self { folder }
    }

    /// The folder that a workspace's settings name, which must be in it.
    pub(crate) fn within(root: &Path, out: &str) -> Result<Self, Error> {
        let folder = root.join(out);
        let leaves = match existing_part(&folder).canonicalize() {
            Ok(real) => !real.starts_with(root),
            Err(reason) => return Err(Error::reading(&folder, reason)),
        };
        if leaves { Err(Error::OutputFolderLeaves { path: show(&folder) }) } else { Ok(Self { folder }) }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// What differs between the folder and `files`, by path, the manifest last.
    pub(crate) fn compare(&self, files: &[OutputFile]) -> Result<Vec<Change>, Error> {
        let before = Before { output: self, written: OnceLock::new() };
        let compared: Result<Vec<Vec<Change>>, Error> =
            files.par_chunks(FILES_AT_ONCE).map(|files| self.compare_some(files, &before)).collect();
        let mut changes: Vec<Change> = compared?.into_iter().flatten().collect();
        let has_manifest = files.iter().any(|file| file.path == MANIFEST);
        if changes.is_empty()
            && has_manifest
            && matches!(self.read(UNFINISHED, &mut Folders::default())?, Found::Nothing)
        {
            // What was written before is what the manifest lists, and that is `files`.
            return Ok(changes);
        }
        let written = before.written()?;
        let made: HashSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
        let mut folders = Folders::default();
        for path in written.paths().filter(|path| !made.contains(path)) {
            // What a manifest names may be anything: it is a file that others can write.
            if !is_within(path) {
                continue;
            }
            match self.read(path, &mut folders)? {
                Found::Nothing => {}
                Found::Beneath { path, is_link } => changes.push(Change::NoFolder { path, is_link }),
                found => {
                    changes.push(Change::Remove { path: path.to_owned(), ours: whose(written, path, &found) });
                }
            }
        }
        changes.sort_by(|a, b| (a.is_manifest(), a.path()).cmp(&(b.is_manifest(), b.path())));
        // One for all that would be in it.
        changes.dedup();
        Ok(changes)
    }

    /// What stands where documents do, and is neither among `files` nor what iamx wrote before: whoever reads the folder takes
    /// it for a document. By path.
    pub(crate) fn others(&self, files: &[OutputFile], changes: &[Change]) -> Result<Vec<String>, Error> {
        let known: HashSet<&str> =
            files.iter().map(|file| file.path.as_str()).chain(changes.iter().map(Change::path)).collect();
        let mut others = Vec::new();
        // No document is deeper: `account/kind/service/name.json`.
        self.look_for_others("", 3, &known, &mut others)?;
        others.sort();
        Ok(others)
    }

    fn look_for_others(
        &self,
        folder: &str,
        deeper: usize,
        known: &HashSet<&str>,
        others: &mut Vec<String>,
    ) -> Result<(), Error> {
        let place = self.folder.join(folder);
        let entries = match std::fs::read_dir(&place) {
            Ok(entries) => entries,
            Err(reason) if is_missing(&reason) => return Ok(()),
            Err(reason) => return Err(Error::reading(&place, reason)),
        };
        for entry in entries {
            let entry = entry.map_err(|reason| Error::reading(&place, reason))?;
            let kind = entry.file_type().map_err(|reason| Error::reading(&entry.path(), reason))?;
            // What isn't UTF-8 is no name that iamx gives; it is one that others may read.
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            if kind.is_dir() {
                if deeper > 0 && !known.contains(path.as_str()) {
                    self.look_for_others(&path, deeper - 1, known, others)?;
                }
            } else if !known.contains(path.as_str())
                && (is_place_of_documents(&path)
                    || kind.is_symlink() && is_place_of_documents(&format!("{path}/x.json")))
            {
                others.push(path);
            }
        }
        Ok(())
    }

    fn compare_some(&self, files: &[OutputFile], before: &Before<'_>) -> Result<Vec<Change>, Error> {
        let (mut changes, mut folders) = (Vec::new(), Folders::default());
        for file in files {
            let path = file.path.clone();
            match self.read(&file.path, &mut folders)? {
                Found::Nothing => changes.push(Change::Add { path }),
                Found::File(bytes) if bytes == *file.bytes => {}
                Found::Beneath { path, is_link } => changes.push(Change::NoFolder { path, is_link }),
                found => changes.push(Change::Replace { ours: whose(before.written()?, &path, &found), path }),
            }
        }
        Ok(changes)
    }

    /// Makes the folder hold `files`, or changes nothing where a file is in the way that isn't what iamx wrote.
    pub(crate) fn write(&self, files: &[OutputFile], changes: Vec<Change>) -> Result<Vec<Change>, Error> {
        self.refuse(&changes)?;
        if !changes.is_empty() {
            std::fs::create_dir_all(&self.folder).map_err(|reason| Error::writing(&self.folder, reason))?;
            self.announce(files, &changes)?;
        }
        for change in changes.iter().filter(|change| matches!(change, Change::Remove { .. })) {
            let path = self.folder.join(change.path());
            std::fs::remove_file(&path).map_err(|reason| Error::writing(&path, reason))?;
            self.remove_empty_folders(&path);
        }
        let made: HashMap<&str, &OutputFile> = files.iter().map(|file| (file.path.as_str(), file)).collect();
        let written: Vec<_> = changes
            .iter()
            .filter(|change| !matches!(change, Change::Remove { .. }))
            .filter_map(|change| Some((change, *made.get(change.path())?)))
            .collect();
        // The manifest says that what it lists is there, so it comes last, as it does among the changes.
        let (manifest, documents): (Vec<_>, Vec<_>) = written.into_iter().partition(|(change, _)| change.is_manifest());
        documents.par_chunks(FILES_AT_ONCE).try_for_each(|documents| self.write_some(documents))?;
        self.write_some(&manifest)?;
        let unfinished = self.folder.join(UNFINISHED);
        match std::fs::remove_file(&unfinished) {
            Err(reason) if reason.kind() != ErrorKind::NotFound => Err(Error::writing(&unfinished, reason)),
            _ => Ok(changes),
        }
    }

    fn write_some(&self, files: &[(&Change, &OutputFile)]) -> Result<(), Error> {
        let mut last_folder = None;
        for (change, file) in files {
            let path = self.folder.join(&file.path);
            let parent = path.parent().unwrap_or(&self.folder);
            if last_folder.as_deref() != Some(parent) {
                std::fs::create_dir_all(parent).map_err(|reason| Error::writing(parent, reason))?;
                last_folder = Some(parent.to_owned());
            }
            // What was missing is made without looking at what it would replace.
            let is_new = matches!(change, Change::Add { .. });
            if !is_new || !write::create(&path, &file.bytes)? {
                write::replace(&path, &file.bytes)?;
            }
        }
        Ok(())
    }

    /// The manifest's path. Where a write left it as it was it is dated now: a rule that makes it of the sources has been run.
    pub(crate) fn refresh_manifest(&self, changes: &[Change]) -> Result<PathBuf, Error> {
        let path = self.folder.join(MANIFEST);
        if !changes.iter().any(Change::is_manifest) {
            let file = std::fs::File::options().append(true).open(&path);
            file.and_then(|file| file.set_modified(SystemTime::now()))
                .map_err(|reason| Error::writing(&path, reason))?;
        }
        Ok(path)
    }

    /// Writes down what is about to be written, so that after an interruption it is known to be ours.
    fn announce(&self, files: &[OutputFile], changes: &[Change]) -> Result<(), Error> {
        let mut planned = self.written()?;
        let new: HashSet<&str> = changes.iter().map(Change::path).collect();
        // What stays as it is and was written down is known.
        let announced = |file: &&OutputFile| new.contains(file.path.as_str()) || !planned.has(&file.path);
        let announced: Vec<_> =
            files.par_iter().filter(announced).map(|file| (file.path.clone(), sha256(&file.bytes))).collect();
        for (path, hash) in announced {
            planned.add(path, hash);
        }
        write::replace(&self.folder.join(UNFINISHED), &planned.to_json())
    }

    fn refuse(&self, changes: &[Change]) -> Result<(), Error> {
        let blocked: Vec<String> = changes
            .iter()
            .filter_map(|change| {
                let path = iamx_diagnostic::escape_line(change.path()).into_owned();
                change.obstacle().map(|why| format!("  {path} {why}"))
            })
            .collect();
        if blocked.is_empty() {
            return Ok(());
        }
        let them = if blocked.len() == 1 { "it" } else { "them" };
        Err(Error::Blocked { out: show(&self.folder), list: blocked.join("\n"), them })
    }

    /// What iamx wrote into the folder.
    fn written(&self) -> Result<Written, Error> {
        let mut written = Written::default();
        for name in [MANIFEST, UNFINISHED] {
            if let Found::File(bytes) = self.read(name, &mut Folders::default())?
                && written.read(&bytes)
                && name == MANIFEST
            {
                // A manifest can't hold its own hash: being one makes it ours.
                written.add(MANIFEST.to_owned(), sha256(&bytes));
            }
        }
        Ok(written)
    }

    /// What stands at `path`; `folders` are what was seen on the way to the file before.
    fn read(&self, path: &str, folders: &mut Folders) -> Result<Found, Error> {
        if !is_within(path) {
            return Err(Error::OutputPath { path: iamx_diagnostic::escape_line(path).into_owned() });
        }
        let (parent, _) = path.rsplit_once('/').unwrap_or_default();
        if folders.last.as_ref().is_none_or(|(last, _)| last != parent) {
            folders.last = Some((parent.to_owned(), self.look(parent)?));
        }
        match &folders.last {
            Some((_, Stands::Folder)) | None => {}
            Some((_, Stands::Nothing)) => return Ok(Found::Nothing),
            Some((_, Stands::Other { path, is_link })) => {
                return Ok(Found::Beneath { path: path.clone(), is_link: *is_link });
            }
        }
        let place = self.folder.join(path);
        match std::fs::symlink_metadata(&place) {
            // A link could lead anywhere.
            Ok(metadata) if !metadata.is_file() => Ok(Found::Other),
            Ok(_) => std::fs::read(&place).map(Found::File).map_err(|reason| Error::reading(&place, reason)),
            Err(reason) if is_missing(&reason) => Ok(Found::Nothing),
            Err(reason) => Err(Error::reading(&place, reason)),
        }
    }

    /// What stands at the path of a folder of the output folder, which is itself where it is empty.
    fn look(&self, folder: &str) -> Result<Stands, Error> {
        let (mut place, mut path) = (self.folder.clone(), String::new());
        for part in folder.split('/').filter(|part| !part.is_empty()) {
            place.push(part);
            path = if path.is_empty() { part.to_owned() } else { format!("{path}/{part}") };
            match std::fs::symlink_metadata(&place) {
                Ok(metadata) if metadata.is_dir() => {}
                Ok(metadata) => return Ok(Stands::Other { path, is_link: metadata.is_symlink() }),
                Err(reason) if is_missing(&reason) => return Ok(Stands::Nothing),
                Err(reason) => return Err(Error::reading(&place, reason)),
            }
        }
        Ok(Stands::Folder)
    }

    fn remove_empty_folders(&self, file: &Path) {
        for folder in file.ancestors().skip(1).take_while(|folder| *folder != self.folder) {
            // Refused for a folder that holds something, which is what is wanted.
            if std::fs::remove_dir(folder).is_err() {
                break;
            }
        }
    }
}

fn is_missing(reason: &std::io::Error) -> bool {
    matches!(reason.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn whose(written: &Written, path: &str, found: &Found) -> Ours {
    let Found::File(bytes) = found else { return Ours::No };
    match written.wrote(path, bytes) {
        Some(true) => Ours::Yes,
        Some(false) => Ours::Changed,
        None => Ours::No,
    }
}

/// Whether a path stays within the folder that it is joined to.
fn is_within(path: &str) -> bool {
    !path.is_empty()
        && !path.contains(['\\', ':', '\0'])
        && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
        && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
}

/// The longest part of a path that exists.
fn existing_part(path: &Path) -> &Path {
    path.ancestors().find(|part| part.symlink_metadata().is_ok()).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::is_within;

    #[test]
    fn paths_that_leave_the_folder_are_known() {
        for path in ["a.json", "a/b/c.json", "..a/b"] {
            assert!(is_within(path), "{path}");
        }
        for path in ["", "/a", "../a", "a/../b", "a/..", "./a", "a//b", "C:\\a", "a\\..\\b", "c:a"] {
            assert!(!is_within(path), "{path}");
        }
    }
}
