//! `iamx.toml`: what it may say, and what a workspace without one has.

mod reader;
mod tables;

use iamx_diagnostic::Diagnostic;
use iamx_emit::Target;
use iamx_lower::WorkspaceSettings;
use iamx_text::FileId;

use crate::Levels;

/// The name of the file whose folder is a workspace.
pub const SETTINGS_FILE: &str = "iamx.toml";

/// What `iamx.toml` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `[workspace]` and `[params]`: what the sources are read by.
    pub workspace: WorkspaceSettings,
    /// `[build] out`: the output folder, relative to the workspace's root, with `/` between its parts.
    pub out: String,
    /// `[build] targets`: what is written; never empty.
    pub targets: Vec<Target>,
    /// `[build] size`.
    pub size: Size,
    /// `[lint]`: how bad the findings of which check are.
    pub levels: Levels,
}

/// How much smaller than the source the documents may be made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Size {
    /// Lists stay lists.
    #[default]
    AsWritten,
    /// Lists become wildcards where both mean the same today.
    Smallest,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            workspace: WorkspaceSettings::default(),
            out: "out".to_owned(),
            targets: vec![Target::Json],
            size: Size::default(),
            levels: Levels::default(),
        }
    }
}

impl Settings {
    /// Reads the text of an `iamx.toml`. What can't be read keeps its default, and is a diagnostic at its place in `file`;
    /// the rest is read all the same.
    pub fn parse(text: &str, file: FileId) -> (Self, Vec<Diagnostic>) {
        tables::read(text, file)
    }
}
