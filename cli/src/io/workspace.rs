//! From a path on the command line to a workspace in memory.

use std::path::{Path, PathBuf};

use iamx_lsp::Loaded;
use iamx_text::SourceMap;
use iamx_workspace::{EXTENSION, LOCK_FILE, SETTINGS_FILE, Settings, TextFile, UnreadFile, Workspace};
use ignore::{DirEntry, WalkBuilder};

use super::read;
use crate::error::{Error, show};

/// Reads the workspace that `path` is, or is in: the nearest folder upwards with an `iamx.toml`. A file with none above it is
/// a workspace by itself. Gives the workspace's root too.
pub(crate) fn load(path: &Path) -> Result<(PathBuf, Workspace), Error> {
    let Loaded { root, settings, lock, modules, unread } = files(path)?;
    let mut workspace = Workspace::new(settings, modules);
    workspace.set_unread(unread);
    if let Some(lock) = lock {
        workspace.set_lock(lock);
    }
    Ok((root, workspace))
}

/// The files of the workspace that `path` is, or is in.
pub(crate) fn files(path: &Path) -> Result<Loaded, Error> {
    let start = canonical(path)?;
    let is_folder = start.is_dir();
    if !is_folder && !is_settings(&start) && !is_module(&start) {
        return Err(Error::NotAModule { path: show(path) });
    }
    let Some(root) = root_of(&start) else {
        return if is_folder { Err(Error::NoWorkspace { path: show(path) }) } else { single(&start) };
    };
    let settings = settings_of(&root)?;
    let files = files_under(&root, Some(&root.join(out_of(&settings))))?;
    if is_module(&start) && !is_folder && !files.contains(&start) {
        return Err(Error::NotInWorkspace { path: show(path), root: show(&root) });
    }
    let (modules, unread) = text_files(&root, &files)?;
    let settings = Some(TextFile { path: SETTINGS_FILE.to_owned(), text: settings.into() });
    let lock = own_file(&root, LOCK_FILE)?.map(|text| TextFile { path: LOCK_FILE.to_owned(), text: text.into() });
    Ok(Loaded { root, settings, lock, modules, unread })
}

/// The root of the workspace that `path` is, or is in; `None` where it is in none.
pub(crate) fn root(path: &Path) -> Result<Option<PathBuf>, Error> {
    Ok(root_of(&canonical(path)?))
}

/// The text of the file `name` in the workspace's root, if there is one.
pub(crate) fn own_file(root: &Path, name: &str) -> Result<Option<String>, Error> {
    let path = root.join(name);
    if path.symlink_metadata().is_err() {
        return Ok(None);
    }
    if path.is_symlink() && !leads_within(&path, root)? {
        return Err(Error::LinkLeavesWorkspace { path: show(&path) });
    }
    read::text(&path).map(Some)
}

/// The `.iamx` files that `path` is or holds.
pub(crate) fn files_at(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let start = canonical(path)?;
    if !start.is_dir() {
        return if is_module(&start) { Ok(vec![path.to_owned()]) } else { Err(Error::NotAModule { path: show(path) }) };
    }
    let root = root_of(&start);
    let out = match &root {
        Some(root) => Some(root.join(out_of(&settings_of(root)?))),
        None => None,
    };
    // As the path was written, so that what is printed can be used where it was printed.
    let files = files_under(&start, out.as_deref())?;
    Ok(files.into_iter().map(|file| rewrite(&file, &start, path)).collect())
}

fn rewrite(file: &Path, from: &Path, to: &Path) -> PathBuf {
    match file.strip_prefix(from) {
        Ok(relative) if to == Path::new(".") => relative.to_owned(),
        Ok(relative) => to.join(relative),
        Err(_) => file.to_owned(),
    }
}

/// A workspace of one module.
fn single(file: &Path) -> Result<Loaded, Error> {
    let root = file.parent().unwrap_or(Path::new("")).to_owned();
    let (modules, unread) = text_files(&root, &[file.to_owned()])?;
    Ok(Loaded { root, modules, unread, ..Loaded::default() })
}

fn canonical(path: &Path) -> Result<PathBuf, Error> {
    std::fs::canonicalize(path).map_err(|reason| Error::reading(path, reason))
}

fn is_module(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == EXTENSION)
}

fn is_settings(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == SETTINGS_FILE)
}

fn root_of(start: &Path) -> Option<PathBuf> {
    start.ancestors().find(|folder| folder.join(SETTINGS_FILE).is_file()).map(Path::to_owned)
}

/// The text of a workspace's `iamx.toml`.
fn settings_of(root: &Path) -> Result<String, Error> {
    Ok(own_file(root, SETTINGS_FILE)?.unwrap_or_default())
}

/// The output folder that the text of an `iamx.toml` names; what is wrong in it is reported later.
fn out_of(settings: &str) -> String {
    let file = SourceMap::new().add(SETTINGS_FILE, "");
    Settings::parse(settings, file).0.out
}

/// The `.iamx` files under a folder, by path. Hidden folders, the output folder, what `.gitignore` leaves out and folders
/// that are workspaces of their own are passed over.
fn files_under(folder: &Path, out: Option<&Path>) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for entry in walk(folder, out) {
        let entry = entry.map_err(|error| walking(folder, error))?;
        if !is_module(entry.path()) || entry.file_type().is_some_and(|kind| kind.is_dir()) {
            continue;
        }
        if entry.path_is_symlink() && !leads_within(entry.path(), folder)? {
            return Err(Error::LinkLeavesWorkspace { path: show(entry.path()) });
        }
        files.push(entry.into_path());
    }
    files.sort();
    Ok(files)
}

/// What of the file system makes a workspace what it is.
pub(crate) struct Places {
    /// The folders that hold its files, or could.
    pub(crate) folders: Vec<PathBuf>,
    /// The file that it is, where it is one alone.
    lone: Option<PathBuf>,
    out: Option<PathBuf>,
}

impl Places {
    /// Those of the workspace that `path` is, or is in.
    pub(crate) fn of(path: &Path) -> Result<Self, Error> {
        let start = canonical(path)?;
        let Some(root) = root_of(&start) else {
            let folder = start.parent().unwrap_or(&start).to_owned();
            return Ok(Self { folders: vec![folder], lone: Some(start), out: None });
        };
        let out = root.join(out_of(&settings_of(&root)?));
        let entries = walk(&root, Some(&out)).filter_map(Result::ok);
        let folders = entries.filter(|entry| entry.file_type().is_some_and(|kind| kind.is_dir()));
        Ok(Self { folders: folders.map(DirEntry::into_path).collect(), lone: None, out: Some(out) })
    }

    /// Whether the workspace may be another after something happened to `path`.
    pub(crate) fn concerns(&self, path: &Path) -> bool {
        if let Some(lone) = &self.lone {
            return path == lone;
        }
        if self.out.as_ref().is_some_and(|out| path.starts_with(out)) {
            return false;
        }
        let is_named = |name: &str| path.file_name().is_some_and(|file| file == name);
        // A folder brings modules or takes them along. One that is gone can't be asked whether it was one.
        is_module(path)
            || is_settings(path)
            || is_named(LOCK_FILE)
            || is_named(".gitignore")
            || path.extension().is_none()
    }
}

/// All that a workspace in `folder` could hold.
fn walk(folder: &Path, out: Option<&Path>) -> ignore::Walk {
    let (top, out) = (folder.to_owned(), out.map(Path::to_owned));
    WalkBuilder::new(folder)
        // The same files on any machine: only the `.gitignore`s that come with the workspace count.
        .git_global(false)
        .git_exclude(false)
        .ignore(false)
        .require_git(false)
        .follow_links(false)
        .filter_entry(move |entry| enters(entry, &top, out.as_deref()))
        .build()
}

fn enters(entry: &DirEntry, top: &Path, out: Option<&Path>) -> bool {
    if !entry.file_type().is_some_and(|kind| kind.is_dir()) || entry.path() == top {
        return true;
    }
    out != Some(entry.path()) && !entry.path().join(SETTINGS_FILE).is_file()
}

fn leads_within(link: &Path, folder: &Path) -> Result<bool, Error> {
    match std::fs::canonicalize(link) {
        Ok(target) => Ok(target.starts_with(folder)),
        Err(reason) if reason.kind() == std::io::ErrorKind::NotFound => Err(Error::DanglingLink { path: show(link) }),
        Err(reason) => Err(Error::reading(link, reason)),
    }
}

fn walking(folder: &Path, error: ignore::Error) -> Error {
    let path = path_of(&error).unwrap_or(folder).to_owned();
    let words = error.to_string();
    let reason = error.into_io_error().unwrap_or_else(|| std::io::Error::other(words));
    Error::reading(&path, reason)
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        _ => None,
    }
}

/// The files that can be read, and those that can't.
fn text_files(root: &Path, files: &[PathBuf]) -> Result<(Vec<TextFile>, Vec<UnreadFile>), Error> {
    let (mut modules, mut unread) = (Vec::new(), Vec::new());
    for file in files {
        let path = path_within(root, file)?;
        match read::text_or_fault(file)? {
            Ok(text) => modules.push(TextFile { path, text: text.into() }),
            Err(fault) => unread.push(UnreadFile { path, fault }),
        }
    }
    Ok((modules, unread))
}

/// The path of a file below the root, with `/` between its parts.
fn path_within(root: &Path, file: &Path) -> Result<String, Error> {
    let relative = file.strip_prefix(root).unwrap_or(file);
    let mut path = String::new();
    for part in relative.components() {
        let part = part.as_os_str().to_str().ok_or_else(|| Error::PathNotUtf8 { path: show(relative) })?;
        if !path.is_empty() {
            path.push('/');
        }
        path.push_str(part);
    }
    Ok(path)
}
