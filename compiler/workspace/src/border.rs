//! Stands in for the rooms below until they are built; the shapes are theirs.
#![allow(missing_docs, unreachable_pub, dead_code)]

use iamx_catalog::Catalog;
use iamx_diagnostic::{Diagnostic, checks};
use iamx_lower::Program;
use iamx_syntax::{Parse, SyntaxErrorKind};
use iamx_text::{FileId, SourceMap, Span};

#[derive(Debug)]
pub struct OutputFile {
    pub path: String,
    pub bytes: Vec<u8>,
}

pub struct Emitted {
    pub files: Vec<OutputFile>,
    pub diagnostics: Vec<Diagnostic>,
}

pub fn check(_: &Program, _: &Catalog) -> Vec<Diagnostic> {
    Vec::new()
}

pub fn emit(_: &Program, _: &SourceMap) -> Emitted {
    let file = |path: &str, text: &str| OutputFile { path: path.to_owned(), bytes: text.as_bytes().to_vec() };
    Emitted {
        files: vec![
            file("policies/A.json", "{}\n"),
            file(
                "manifest.json",
                "{\"documents\":[{\"path\":\"policies/A.json\",\"sha256\":\"ca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356\"}]}\n",
            ),
        ],
        diagnostics: Vec::new(),
    }
}

pub fn syntax_diagnostics(file: FileId, _: &str, parse: &Parse) -> Vec<Diagnostic> {
    let describe = |kind| match kind {
        SyntaxErrorKind::Expected(expected) => format!("expected {}", expected.describe()),
        _ => "this doesn't fit here".to_owned(),
    };
    parse
        .errors()
        .iter()
        .map(|error| Diagnostic::new(&checks::SYNTAX_ERROR, Span::new(file, error.range), describe(error.kind)))
        .collect()
}
