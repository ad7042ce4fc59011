//! A program as files.
//!
//! Takes: a [`Program`], the sources that its spans point into, and the [`Target`]s. Gives: [`OutputFile`]s, each a path
//! below the output folder and its bytes, `manifest.json` last, and
//! what a target can't say. The same program gives the same bytes. Used by:
//! `workspace`.

mod json;
mod json_places;
mod lines;
mod manifest;
mod target;
mod terraform;
mod written;

use std::sync::Arc;

use iamx_catalog::Catalog;
use iamx_diagnostic::Diagnostic;
use iamx_lower::Program;
use iamx_text::SourceMap;

pub use json::is_place_of_documents;
pub use target::Target;
pub use written::{Written, written_document, written_roots, written_size};

/// A file to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputFile {
    /// Its path below the output folder, with `/` between the parts. No part is empty, `.` or `..`.
    pub path: String,
    /// Its contents; files of documents that are the same in many accounts share them.
    pub bytes: Arc<Vec<u8>>,
}

/// What `targets` have no form for; of none of it is anything left out silently.
pub fn limits(program: &Program, targets: &[Target]) -> Vec<Diagnostic> {
    let mut limits = if targets.contains(&Target::Json) { json::limits(program) } else { Vec::new() };
    if targets.contains(&Target::Terraform) {
        limits.extend(terraform::limits(program));
    }
    limits
}

/// The files of `program`, sorted by path, with `manifest.json` at the end.
pub fn emit(program: &Program, sources: &SourceMap, catalog: &Catalog, targets: &[Target]) -> Vec<OutputFile> {
    let documents = json::documents(program, catalog);
    let roots = if targets.contains(&Target::Terraform) { terraform::roots(program) } else { Vec::new() };
    let json = targets.contains(&Target::Json);
    let manifest = manifest::manifest(program, sources, catalog, &documents, json, &roots);
    let mut files: Vec<_> = roots.into_iter().map(|root| root.file).collect();
    if json {
        files.extend(documents.into_iter().map(|document| document.file));
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.push(manifest);
    files
}
