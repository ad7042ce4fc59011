//! The JSON target: a file for each policy document.

use iamx_catalog::Catalog;
use iamx_lower::{DocumentEntry, DocumentKind, Program};
use iamx_text::SourceMap;

use crate::{OutputFile, manifest};

/// The files of `program`, sorted by path, with `manifest.json` at the end.
pub fn emit(program: &Program, sources: &SourceMap, catalog: &Catalog) -> Vec<OutputFile> {
    let mut documents: Vec<_> = program
        .documents()
        .map(|entry| {
            let file = OutputFile { path: path(program, &entry), bytes: text(&entry, catalog).into_bytes() };
            (entry, file)
        })
        .collect();
    documents.sort_by(|(_, a), (_, b)| a.path.cmp(&b.path));
    let manifest = manifest::manifest(program, sources, catalog, &documents);
    let mut files: Vec<_> = documents.into_iter().map(|(_, file)| file).collect();
    files.push(manifest);
    files
}

/// The document's text: without white space where that counts and it would be too large with it.
fn text(entry: &DocumentEntry<'_>, catalog: &Catalog) -> String {
    let text = entry.document.to_json();
    let quota = catalog.quota(entry.kind.quota());
    let too_large = quota.is_some_and(|quota| text.chars().count() > usize::try_from(quota.max).unwrap_or(usize::MAX));
    if too_large && entry.counts_white_space(catalog) { entry.document.to_compact_json() } else { text }
}

/// `account/kind/name.json`; without the account's folder where there is none.
fn path(program: &Program, entry: &DocumentEntry<'_>) -> String {
    let name = entry.name;
    let below = match entry.kind {
        DocumentKind::ManagedPolicy => format!("policies/{name}.json"),
        DocumentKind::Boundary => format!("boundaries/{name}.json"),
        DocumentKind::Trust => format!("roles/{name}/trust.json"),
        DocumentKind::RoleInline => format!("roles/{name}/inline.json"),
        DocumentKind::UserInline => format!("users/{name}/inline.json"),
        DocumentKind::GroupInline => format!("groups/{name}/inline.json"),
        DocumentKind::Scp => return format!("organization/scps/{name}.json"),
        DocumentKind::Rcp => return format!("organization/rcps/{name}.json"),
    };
    match program.account(entry.account) {
        Some(account) => format!("{}/{below}", account.name),
        None => below,
    }
}
