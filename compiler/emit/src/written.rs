//! Single documents as they are written, for who looks at one item: the same texts that [`emit`](crate::emit) gives.

use std::ops::Range;

use iamx_catalog::Catalog;
use iamx_lower::{DocumentEntry, Program};

use crate::{
    json, json_places,
    terraform::{Place, RootKind, root},
};

/// The text of a file, with the places of what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The file's path below the output folder.
    pub path: String,
    /// Its contents.
    pub text: String,
    /// Where in the text, in bytes, each of what was asked for stands: the statements of a document, or the resources of a
    /// Terraform root that documents are in.
    pub places: Vec<Range<usize>>,
}

/// The file of a document, as the target `json` writes it, with the places of its statements.
pub fn written_document(entry: &DocumentEntry<'_>, catalog: &Catalog) -> Written {
    let (text, _) = json::fitting(entry, catalog);
    let statements = json_places::of(&text, &["Statement"]).unwrap_or_default();
    let places = json_places::elements(&text, statements);
    Written { path: json::path(entry.program, entry), text, places }
}

/// The document's length as its quota counts it, as the manifest says it.
pub fn written_size(entry: &DocumentEntry<'_>, catalog: &Catalog) -> usize {
    json::fitting(entry, catalog).1
}

/// The files that the target `terraform` writes documents in, with the places of the resources that have them.
pub fn written_roots(program: &Program, entries: &[DocumentEntry<'_>]) -> Vec<Written> {
    let mut kinds: Vec<RootKind> = entries.iter().map(|entry| RootKind::of(program, entry)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let written = kinds.into_iter().map(|kind| {
        let file = root(program, kind).file;
        let text = String::from_utf8_lossy(&file.bytes).into_owned();
        let inside = entries.iter().filter(|entry| RootKind::of(program, entry) == kind);
        let mut places: Vec<Range<usize>> = inside
            .filter_map(|entry| {
                let address = Place::of(entry)?.address;
                json_places::of(&text, &["resource", address.resource_type(), address.label()])
            })
            .collect();
        places.sort_by_key(|place| place.start);
        places.dedup();
        Written { path: file.path, text, places }
    });
    written.collect()
}
