//! One order for every format, and the count at the end.

use std::cmp::Reverse;

use iamx_text::SourceMap;

use crate::{Diagnostic, Severity};

/// Puts findings in the order in which they are shown: by path, offset, severity (worst first), name, message. Findings
/// without a place come first.
pub fn sort(diagnostics: &mut [Diagnostic], sources: &SourceMap) {
    diagnostics.sort_by(|a, b| key(a, sources).cmp(&key(b, sources)));
}

fn key<'a>(diagnostic: &'a Diagnostic, sources: &'a SourceMap) -> impl Ord + use<'a> {
    let place = diagnostic
        .primary()
        .and_then(|span| sources.get(span.file).map(|file| (file.path(), span.range.start(), span.range.end())));
    (place, Reverse(diagnostic.severity), diagnostic.check.name, diagnostic.message.as_str())
}

/// `2 errors, 1 warning`; `no findings` where there are none.
pub fn summary(diagnostics: &[Diagnostic]) -> String {
    let counts = [
        (Severity::Error, "error", "errors"),
        (Severity::Security, "security finding", "security findings"),
        (Severity::Warning, "warning", "warnings"),
        (Severity::Suggestion, "suggestion", "suggestions"),
    ];
    let parts: Vec<String> = counts
        .into_iter()
        .filter_map(|(severity, one, many)| {
            let count = diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
            (count > 0).then(|| format!("{count} {}", if count == 1 { one } else { many }))
        })
        .collect();
    if parts.is_empty() { "no findings".to_owned() } else { parts.join(", ") }
}
