//! The repository's files.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A file of a workspace: its path relative to the workspace's root, with `/` between its parts, and its text.
pub type SourceText = (String, String);

/// What the baselines' snapshot of formatted text is called; no module.
pub const FORMATTED: &str = "formatted.iamx";

/// The path of `relative` in the repository.
pub fn repository(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the repository").join(relative)
}

/// The text of a file.
pub fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The folders in `folder`, sorted.
pub fn folders(folder: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<_> = entries(folder).into_iter().filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

/// Every file below `folder`, as paths relative to it with `/` between the parts, sorted.
pub fn files_below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for path in entries(&next) {
            if path.is_dir() {
                open.push(path);
            } else {
                let relative = path.strip_prefix(folder).expect("it lies below");
                let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
                found.push(parts.join("/"));
            }
        }
    }
    found.sort();
    found
}

/// The workspace in `folder`: its `iamx.toml`, if there is one, and its modules, by path.
pub fn workspace(folder: &Path) -> Vec<SourceText> {
    files_below(folder)
        .into_iter()
        .filter(|path| is_source(path))
        .map(|path| {
            let text = read(&folder.join(&path));
            (path, text)
        })
        .collect()
}

/// Whether a file of a workspace's folder is read by iamx.
pub fn is_source(path: &str) -> bool {
    let is_module = Path::new(path).extension().is_some_and(|extension| extension == "iamx") && path != FORMATTED;
    path == iamx_workspace::SETTINGS_FILE || is_module
}

/// The folders of `tests/baselines`, each a workspace about one subject.
pub fn baselines() -> Vec<PathBuf> {
    let mut folders = folders(&repository("tests/baselines"));
    folders.retain(|folder| name(folder) != AWS_NEEDS);
    folders
}

/// The folders of `tests/baselines/aws-needs`, each something that AWS's documentation shows a policy for.
pub fn aws_needs() -> Vec<PathBuf> {
    folders(&repository("tests/baselines").join(AWS_NEEDS))
}

const AWS_NEEDS: &str = "aws-needs";

/// The folders of `examples`.
pub fn examples() -> Vec<PathBuf> {
    folders(&repository("examples"))
}

/// A folder's own name.
pub fn name(folder: &Path) -> String {
    folder.file_name().expect("it has a name").to_string_lossy().into_owned()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.expect("it can be read").path()).collect()
}
