//! Workflow commands of GitHub Actions.
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>

use std::fmt::Write;

use iamx_text::SourceMap;

use super::{
    position::{Unit, inside, position},
    sanitize::{escape, escape_line},
};
use crate::{Diagnostic, Severity};

pub(super) fn render(diagnostics: &[Diagnostic], sources: &SourceMap) -> String {
    diagnostics.iter().map(|diagnostic| command(diagnostic, sources)).collect()
}

fn command(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Security | Severity::Warning => "warning",
        Severity::Suggestion => "notice",
    };
    let mut command = format!("::{level} ");
    if let Some(span) = diagnostic.primary()
        && let Some(file) = sources.get(span.file)
    {
        let range = inside(file, span.range);
        let start = position(file, range.start(), Unit::Characters);
        let end = position(file, range.end(), Unit::Characters);
        let path = property(&escape_line(file.path()));
        // Writing to a string can't fail.
        let _ = write!(command, "file={path},line={},endLine={},", start.line, end.line);
        // GitHub takes columns only for what is on one line.
        if start.line == end.line {
            let _ = write!(command, "col={},endColumn={},", start.column, end.column);
        }
    }
    let title = format!("{}[{}]", diagnostic.severity, diagnostic.check.name);
    let mut text = diagnostic.message.clone();
    for note in &diagnostic.notes {
        let _ = write!(text, "\n{note}");
    }
    if let Some(help) = &diagnostic.help {
        let _ = write!(text, "\nhelp: {help}");
    }
    let _ = writeln!(command, "title={}::{}", property(&title), data(&escape(&text)));
    command
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
