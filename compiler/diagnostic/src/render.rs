//! Findings as text: for people, for scripts, for other tools. Each format is drawn here and nowhere else.

mod excerpt;
mod github;
mod human;
mod json;
mod order;
mod patch;
mod position;
mod sanitize;
mod sarif;
mod short;

use std::str::FromStr;

use iamx_text::SourceMap;
pub use order::{sort, summary};
pub use sanitize::{escape, escape_line};

use crate::Diagnostic;

/// How findings are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// The source with markers under it; for people.
    #[default]
    Human,
    /// `path:line:column: error[name]: message`, a line each; for editors and `grep`.
    Short,
    /// JSON, an object a line; for scripts.
    Json,
    /// SARIF 2.1.0, one document; for code scanning.
    Sarif,
    /// Workflow commands that GitHub Actions shows beside the changed lines.
    Github,
}

impl Format {
    /// Every format.
    pub const ALL: &[Self] = &[Self::Human, Self::Short, Self::Json, Self::Sarif, Self::Github];

    /// Its word on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Short => "short",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Github => "github",
        }
    }
}

/// No format has that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownFormat;

impl std::fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a format is one of human, short, json, sarif, github")
    }
}

impl std::error::Error for UnknownFormat {}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        Self::ALL.iter().copied().find(|format| format.name() == name).ok_or(UnknownFormat)
    }
}

/// How `human` is drawn; the other formats look the same everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether to colour by ANSI sequences.
    pub color: bool,
    /// Columns to fill: notes wrap there, and longer source lines are shown in part. At least 40 are used.
    pub width: usize,
}

impl Default for Style {
    fn default() -> Self {
        Self { color: false, width: 100 }
    }
}

/// Writes `diagnostics` in the order given (see [`sort`]). No control character of the input gets into the result, whatever
/// the format. What ends with a newline can be written as it is; no findings are no text, but for SARIF, which is a document
/// all the same.
pub fn render(format: Format, diagnostics: &[Diagnostic], sources: &SourceMap, style: Style) -> String {
    match format {
        Format::Human => human::render(diagnostics, sources, style),
        Format::Short => short::render(diagnostics, sources),
        Format::Json => json::render(diagnostics, sources),
        Format::Sarif => sarif::render(diagnostics, sources),
        Format::Github => github::render(diagnostics, sources),
    }
}
