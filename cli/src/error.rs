//! What can go wrong at the border: files, folders, flags. Findings in source text are no errors of this kind.

use std::path::Path;

use iamx_diagnostic::escape_line;
use miette::Diagnostic;
use thiserror::Error;

/// Why a command could not be carried out.
#[derive(Debug, Error, Diagnostic)]
pub(crate) enum Error {
    #[error("`{path}` doesn't exist")]
    #[diagnostic(help("check the spelling; paths are relative to the current folder"))]
    NotFound { path: String },

    #[error("`{path}` can't be read: {reason}")]
    Unreadable { path: String, reason: std::io::Error },

    #[error("`{path}` is neither a file nor a folder")]
    #[diagnostic(help("name a `.iamx` file, or the folder of a workspace"))]
    NotAFile { path: String },

    #[error("`{path}` isn't text: line {line} has bytes that aren't UTF-8")]
    #[diagnostic(help("save it as UTF-8"))]
    NotUtf8 { path: String, line: usize },

    #[error("`{path}` has {bytes} bytes, and the largest file that is read has {limit}")]
    #[diagnostic(help("split it into modules"))]
    TooLarge { path: String, bytes: u64, limit: usize },

    #[error("the name of `{path}` isn't UTF-8")]
    #[diagnostic(help("rename it: a module is called what its file is called"))]
    PathNotUtf8 { path: String },

    #[error("`{path}` isn't in a workspace: there is no iamx.toml in it or in any folder above")]
    #[diagnostic(help("`iamx init` makes a workspace; one `.iamx` file alone can be named instead"))]
    NoWorkspace { path: String },

    #[error("`{path}` isn't an `.iamx` file")]
    #[diagnostic(help("name a `.iamx` file, or the folder of a workspace"))]
    NotAModule { path: String },

    #[error("`{path}` is no module of the workspace in `{root}`")]
    #[diagnostic(help(
        "files in the output folder, in hidden folders, in a folder with an iamx.toml of its own, and those that .gitignore leaves out, are no modules"
    ))]
    NotInWorkspace { path: String, root: String },

    #[error("`{path}` is a link that leads out of the workspace")]
    #[diagnostic(help("a workspace holds its own files: copy the file, or remove the link"))]
    LinkLeavesWorkspace { path: String },

    #[error("`{path}` is a link to what isn't there")]
    #[diagnostic(help("remove the link, or put back what it leads to"))]
    DanglingLink { path: String },

    #[error("`{path}` is a file, and no folder")]
    #[diagnostic(help("name a folder, which is made if it isn't there"))]
    NotAFolder { path: String },

    #[error("`{path}` can't be written: {reason}")]
    Unwritable { path: String, reason: std::io::Error },

    #[error("`{path}` can't be written: it is read-only")]
    #[diagnostic(help("make it writable, or leave it out"))]
    ReadOnly { path: String },

    #[error("the output folder `{path}` is a link that leads out of the workspace")]
    #[diagnostic(help("remove the link, or say the folder yourself: `--out DIR`"))]
    OutputFolderLeaves { path: String },

    #[error("nothing is written: in the output folder `{out}` stands what iamx didn't write\n{list}")]
    #[diagnostic(help("remove or move {them}, and build again; what is to stay belongs outside the output folder"))]
    Blocked { out: String, list: String, them: &'static str },

    #[error("`{path}` isn't a path within the output folder")]
    #[diagnostic(help("this is a fault in iamx; please report it"))]
    OutputPath { path: String },

    #[error("{variable} is `{value}`, and that is no time")]
    #[diagnostic(help("it is a number of seconds since 1970-01-01, UTC"))]
    Clock { variable: &'static str, value: String },

    #[error("catalog `{path}`: {reason}")]
    #[diagnostic(help(
        "`iamx catalog import` makes a catalog file; without --catalog and IAMX_CATALOG the built-in one is used"
    ))]
    Catalog { path: String, reason: String },

    #[error("`{path}` isn't a catalog, and is left as it is")]
    #[diagnostic(help("name another file, or remove this one"))]
    NotACatalog { path: String },

    #[error("a depfile can't hold the path `{path}`")]
    #[diagnostic(help(
        "make and ninja read `:`, `%`, `\\` and line breaks in it as something else; rename the file or folder"
    ))]
    DepfilePath { path: String },

    #[error("the language server can't be started: {reason}")]
    Serving { reason: std::io::Error },

    #[error("the workspace can't be watched: {reason}")]
    Watching { reason: String },

    #[error("there is no `{path}`")]
    #[diagnostic(help("`iamx catalog update-lock` makes it"))]
    NoLock { path: String },

    #[error("`{path}` can't be read: {reason}")]
    #[diagnostic(help("`iamx catalog update-lock` writes it anew"))]
    BrokenLock { path: String, reason: String },

    #[error("no catalog can be made: {reason}")]
    #[diagnostic(help(
        "name the JSON files, or folders of them, that AWS publishes at https://servicereference.us-east-1.amazonaws.com/"
    ))]
    CatalogImport { reason: String },

    #[error("the catalog has no `{name}`")]
    NotInCatalog {
        name: String,
        #[help]
        help: String,
    },

    #[error("no module declares a parameter `{name}`")]
    #[diagnostic(help("`--set NAME=VALUE` gives a `param` of the workspace its value{near}"))]
    UnknownParameter { name: String, near: String },

    #[error("no check is called `{name}`")]
    UnknownCheck {
        name: String,
        #[help]
        help: String,
    },

    #[error("`{path}` exists, and is left as it is")]
    #[diagnostic(help("this is a workspace already; `iamx check` checks it"))]
    AlreadyAWorkspace { path: String },

    #[error("what was asked for can't be written to standard output: {reason}")]
    Output { reason: std::io::Error },

    #[error("`-` stands beside other paths")]
    #[diagnostic(help("`iamx fmt -` lays out standard input and nothing else"))]
    StandardInputAlone,

    #[error("standard input can't be read: {reason}")]
    Input { reason: String },
}

impl Error {
    /// That `path` can't be read, in the plainest words that fit.
    pub(crate) fn reading(path: &Path, reason: std::io::Error) -> Self {
        let path = show(path);
        match reason.kind() {
            std::io::ErrorKind::NotFound => Self::NotFound { path },
            _ => Self::Unreadable { path, reason },
        }
    }

    /// That `path` can't be written.
    pub(crate) fn writing(path: &Path, reason: std::io::Error) -> Self {
        Self::Unwritable { path: show(path), reason }
    }
}

/// A path as text that is safe on a terminal, relative to the current folder where it is below that.
pub(crate) fn show(path: &Path) -> String {
    let here = std::env::current_dir().and_then(std::fs::canonicalize).ok();
    let relative = here.and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path);
    let text = relative.display().to_string();
    escape_line(if text.is_empty() { "." } else { &text }).into_owned()
}
