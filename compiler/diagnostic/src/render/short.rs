//! One line a finding.

use iamx_text::SourceMap;

use super::{
    position::{Unit, position},
    sanitize::escape_line,
};
use crate::Diagnostic;

pub(super) fn render(diagnostics: &[Diagnostic], sources: &SourceMap) -> String {
    diagnostics.iter().map(|diagnostic| line(diagnostic, sources)).collect()
}

fn line(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let place = diagnostic
        .primary()
        .and_then(|span| Some((span, sources.get(span.file)?)))
        .map(|(span, file)| {
            let at = position(file, span.range.start(), Unit::Characters);
            format!("{}:{}:{}: ", escape_line(file.path()), at.line, at.column)
        })
        .unwrap_or_default();
    format!("{place}{}[{}]: {}\n", diagnostic.severity, diagnostic.check.name, escape_line(&diagnostic.message))
}
