//! The JSON target: a file for each policy document.

use iamx_catalog::Catalog;
use iamx_lower::{DocumentEntry, DocumentKind, PolicyHolder, Program};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use sha2::{Digest, Sha256};

use crate::OutputFile;

/// A policy document, and the file that it is.
pub(crate) struct DocumentFile<'p> {
    pub(crate) entry: DocumentEntry<'p>,
    pub(crate) file: OutputFile,
    /// Its length as its quota counts it.
    pub(crate) size: usize,
    /// The SHA-256 of its bytes.
    pub(crate) sha256: String,
}

/// The documents of `program`, sorted by the paths of their files.
pub(crate) fn documents<'p>(program: &'p Program, catalog: &Catalog) -> Vec<DocumentFile<'p>> {
    let entries: Vec<_> = program.documents().collect();
    let mut documents: Vec<_> = entries
        .into_par_iter()
        .map(|entry| {
            let (text, size) = text(&entry, catalog);
            let file = OutputFile { path: path(program, &entry), bytes: text.into_bytes() };
            DocumentFile { sha256: sha256(&file.bytes), entry, file, size }
        })
        .collect();
    documents.sort_by(|a, b| a.file.path.cmp(&b.file.path));
    documents
}

/// The document's text and its size: without white space where that counts and it would be too large with it.
fn text(entry: &DocumentEntry<'_>, catalog: &Catalog) -> (String, usize) {
    let text = entry.document.to_json();
    let most = entry.quota(catalog).map_or(usize::MAX, |quota| usize::try_from(quota.max).unwrap_or(usize::MAX));
    let size = entry.size_of(&text, catalog);
    if size <= most || !entry.counts_white_space(catalog) {
        return (text, size);
    }
    let text = entry.document.to_compact_json();
    let size = entry.size_of(&text, catalog);
    (text, size)
}

/// The SHA-256 of `bytes` in lower-case hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        for nibble in [byte >> 4, byte & 0xf] {
            text.extend(char::from_digit(u32::from(nibble), 16));
        }
        text
    })
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
        DocumentKind::SessionPolicy => format!("session-policies/{name}.json"),
        DocumentKind::PermissionSetInline => return format!("organization/permission-sets/{name}.json"),
        DocumentKind::Resource => format!("resources/{name}.json"),
        DocumentKind::AccountPolicy => match entry.resource_policy.map(|policy| &policy.holder) {
            Some(PolicyHolder::Account { service, named: true }) => format!("account-policies/{service}/{name}.json"),
            _ => format!("account-policies/{name}.json"),
        },
        DocumentKind::Scp => return format!("organization/scps/{name}.json"),
        DocumentKind::Rcp => return format!("organization/rcps/{name}.json"),
    };
    match program.account(entry.account) {
        Some(account) => format!("{}/{below}", account.name),
        None => below,
    }
}
