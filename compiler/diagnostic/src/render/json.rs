//! JSON lines: an object a finding. Fields are only ever added.
//!
//! - `name`, `severity` (`error`, `security`, `warning`, `suggestion`), `message`, `title` (of the check), `url` (of its page)
//! - `file`, `range`: the first primary place; both `null` for a finding without a place
//! - `labels`: every place, `{file, range, message, primary}`
//! - `notes`: strings; `help`: a string or `null`
//! - `fixes`: `{title, applicability, edits}`; `applicability` is `safe` or `unsafe`; an edit is `{file, range, text}`, and
//!   the edits of a fix belong together
//! - a `range` is `{start, end}`, end excluded, each `{offset, line, column}`: `offset` in bytes from 0, `line` from 1,
//!   `column` in characters from 1

use iamx_text::{SourceFile, SourceMap, Span, TextSize};
use serde::Serialize;

use super::{
    position::{Unit, inside, position},
    sanitize::escape_json,
};
use crate::{Applicability, Diagnostic};

#[derive(Serialize)]
struct Finding<'a> {
    name: &'static str,
    severity: &'static str,
    message: &'a str,
    file: Option<&'a str>,
    range: Option<Range>,
    labels: Vec<Label<'a>>,
    notes: &'a [String],
    help: Option<&'a str>,
    fixes: Vec<Fix<'a>>,
    title: &'static str,
    url: String,
}

#[derive(Serialize)]
struct Label<'a> {
    file: &'a str,
    range: Range,
    message: &'a str,
    primary: bool,
}

#[derive(Serialize)]
struct Fix<'a> {
    title: &'a str,
    applicability: &'static str,
    edits: Vec<Edit<'a>>,
}

#[derive(Serialize)]
struct Edit<'a> {
    file: &'a str,
    range: Range,
    text: &'a str,
}

#[derive(Serialize)]
struct Range {
    start: Place,
    end: Place,
}

#[derive(Serialize)]
struct Place {
    offset: u32,
    line: u32,
    column: u32,
}

pub(super) fn render(diagnostics: &[Diagnostic], sources: &SourceMap) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        // Strings and numbers always serialize.
        let object = serde_json::to_string(&finding(diagnostic, sources)).unwrap_or_default();
        out.push_str(&escape_json(&object));
        out.push('\n');
    }
    out
}

fn finding<'a>(diagnostic: &'a Diagnostic, sources: &'a SourceMap) -> Finding<'a> {
    let (file, range) = diagnostic.primary().and_then(|span| place(span, sources)).unzip();
    Finding {
        name: diagnostic.check.name,
        severity: diagnostic.severity.name(),
        message: &diagnostic.message,
        file,
        range,
        labels: diagnostic
            .labels
            .iter()
            .filter_map(|label| {
                let (file, range) = place(label.span, sources)?;
                Some(Label { file, range, message: &label.message, primary: label.primary })
            })
            .collect(),
        notes: &diagnostic.notes,
        help: diagnostic.help.as_deref(),
        fixes: diagnostic
            .fixes
            .iter()
            .map(|fix| Fix {
                title: &fix.title,
                applicability: match fix.applicability {
                    Applicability::Safe => "safe",
                    Applicability::Unsafe => "unsafe",
                },
                edits: fix
                    .edits
                    .iter()
                    .filter_map(|edit| {
                        let (file, range) = place(edit.span, sources)?;
                        Some(Edit { file, range, text: &edit.text })
                    })
                    .collect(),
            })
            .collect(),
        title: diagnostic.check.title,
        url: diagnostic.check.url(),
    }
}

fn place(span: Span, sources: &SourceMap) -> Option<(&str, Range)> {
    let file = sources.get(span.file)?;
    let range = inside(file, span.range);
    Some((file.path(), Range { start: at(file, range.start()), end: at(file, range.end()) }))
}

fn at(file: &SourceFile, offset: TextSize) -> Place {
    let position = position(file, offset, Unit::Characters);
    Place { offset: offset.into(), line: position.line, column: position.column }
}
