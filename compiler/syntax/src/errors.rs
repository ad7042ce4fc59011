//! Stand-in until the parser's owner writes this file.
use iamx_diagnostic::{Diagnostic, checks};
use iamx_text::{FileId, Span};

/// Syntax errors as diagnostics.
pub fn diagnostics(file: FileId, _text: &str, parse: &crate::Parse) -> Vec<Diagnostic> {
    parse.errors().iter().map(|error| Diagnostic::new(&checks::SYNTAX_ERROR, Span::new(file, error.range), format!("{:?}", error.kind))).collect()
}
