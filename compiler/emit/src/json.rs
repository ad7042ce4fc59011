//! The JSON target: a file for each policy document.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use iamx_catalog::Catalog;
use iamx_diagnostic::{Diagnostic, checks};
use iamx_lower::{DocumentEntry, DocumentKind, PolicyHolder, Program};
use iamx_policy::{AccountId, deployed, deployed_names, with_deployed};
use rayon::{
    iter::{IndexedParallelIterator, IntoParallelIterator, IntoParallelRefIterator, ParallelIterator},
    slice::ParallelSliceMut,
};
use sha2::{Digest, Sha256};

use crate::{OutputFile, terraform::texts};

/// A policy document, and the file that it is.
pub(crate) struct DocumentFile<'p> {
    pub(crate) entry: DocumentEntry<'p>,
    pub(crate) file: OutputFile,
    /// Its length as its quota counts it.
    pub(crate) size: usize,
    /// The SHA-256 of its bytes.
    pub(crate) sha256: Arc<str>,
}

/// The text of a document.
#[derive(Clone)]
struct Text {
    bytes: Arc<Vec<u8>>,
    size: usize,
    sha256: Arc<str>,
}

/// The documents of `program`, sorted by the paths of their files.
pub(crate) fn documents<'p>(program: &'p Program, catalog: &Catalog) -> Vec<DocumentFile<'p>> {
    let entries: Vec<_> = program.documents().collect();
    // What is the same in many accounts is written once, with the id of the account that it was made in.
    let mut known: HashMap<_, usize> = HashMap::new();
    let mut distinct: Vec<&DocumentEntry<'_>> = Vec::new();
    let texts: Vec<usize> = entries
        .iter()
        .map(|entry| {
            let form = entry.resource_policy.map(|policy| std::ptr::from_ref(policy.form));
            let statements = &entry.document.statements;
            let made_in = statements.moved().map(|(from, _)| from);
            let place = known.entry((entry.kind, form, statements.place(), made_in));
            *place.or_insert_with(|| {
                distinct.push(entry);
                distinct.len() - 1
            })
        })
        .collect();
    let distinct: Vec<(Text, Option<AccountId>)> = distinct
        .into_par_iter()
        .map(|entry| (text(entry, catalog), entry.document.statements.moved().map(|(_, to)| to)))
        .collect();
    let mut documents: Vec<_> = entries
        .par_iter()
        .zip(texts)
        .filter_map(|(entry, text)| {
            let (text, written_for) = distinct.get(text)?;
            let to = entry.document.statements.moved().map(|(_, to)| to);
            let Text { bytes, size, sha256 } = match written_for.zip(to).filter(|(from, to)| from != to) {
                Some((from, to)) => moved(text, from, to),
                None => text.clone(),
            };
            Some(DocumentFile { entry: *entry, file: OutputFile { path: path(program, entry), bytes }, size, sha256 })
        })
        .collect();
    documents.par_sort_by(|a, b| a.file.path.cmp(&b.file.path));
    documents
}

/// The document's text, and its size at most: without white space where that counts and it would be too large with it.
fn text(entry: &DocumentEntry<'_>, catalog: &Catalog) -> Text {
    let (text, size) = fitting(entry, catalog);
    whole(text, size)
}

/// The text with another account's id, which is as long and stands where the document has the first one's.
fn moved(text: &Text, from: AccountId, to: AccountId) -> Text {
    let moved = std::str::from_utf8(&text.bytes).ok().and_then(|text| from.replaced_in(text, to));
    moved.map_or_else(|| text.clone(), |moved| whole(moved, text.size))
}

fn whole(text: String, size: usize) -> Text {
    let bytes = Arc::new(text.into_bytes());
    Text { sha256: sha256(&bytes).into(), bytes, size }
}

pub(crate) fn fitting(entry: &DocumentEntry<'_>, catalog: &Catalog) -> (String, usize) {
    let text = given(entry.program, entry.document.to_json());
    let most = entry.quota(catalog).map_or(usize::MAX, |quota| usize::try_from(quota.max).unwrap_or(usize::MAX));
    let size = *entry.size_of(&text, catalog).end();
    if size <= most || !entry.counts_white_space(catalog) {
        return (text, size);
    }
    let text = given(entry.program, entry.document.to_compact_json());
    let size = *entry.size_of(&text, catalog).end();
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

/// `text` with what `[params]` says of the externs in it. That needs no escape in JSON.
pub(crate) fn given(program: &Program, text: String) -> String {
    if program.externs.is_empty() {
        return text;
    }
    with_deployed(&text, |name| {
        let given = program.externs.with(name).and_then(|(_, unknown)| unknown.given.clone());
        given.unwrap_or_else(|| deployed(name))
    })
}

/// The externs of which no document of JSON can say the ARN, since nobody gave it.
pub(crate) fn limits(program: &Program) -> Vec<Diagnostic> {
    if program.externs.is_empty() {
        return Vec::new();
    }
    let mut unknown = BTreeSet::new();
    for entry in program.documents() {
        for (text, _) in texts(&entry) {
            for name in deployed_names(text) {
                let found = program.externs.with(name).filter(|(_, part)| part.given.is_none());
                unknown.extend(found.map(|(one, _)| (one.span, &one.name)));
            }
        }
    }
    let finding = |(span, name)| {
        let message = format!("the ARN of `{name}` is known when it is deployed, and the target `json` writes texts");
        Diagnostic::new(&checks::KNOWN_WHEN_DEPLOYED, span, message).help(format!(
            "set `targets = [\"terraform\"]` under `[build]`, or give its ARN or id under `[params]` or with `--set {name}=…`"
        ))
    };
    unknown.into_iter().map(finding).collect()
}

/// The folders of documents in an account's folder, and in the organization's.
const FOLDERS: [&str; 8] =
    ["policies", "boundaries", "roles", "users", "groups", "session-policies", "resources", "account-policies"];
const ORGANIZATION_FOLDERS: [&str; 3] = ["permission-sets", "scps", "rcps"];

/// Whether a document can stand at `path`, which is below the output folder: whoever reads the folder takes a file there for one.
pub fn is_place_of_documents(path: &str) -> bool {
    let parts: Vec<&str> = path.strip_suffix(".json").unwrap_or_default().split('/').collect();
    match parts.as_slice() {
        ["organization", folder, _] if ORGANIZATION_FOLDERS.contains(folder) => true,
        [folder, _] | [folder, _, _] if FOLDERS.contains(folder) => true,
        [_, folder, _] | [_, folder, _, _] => FOLDERS.contains(folder),
        _ => false,
    }
}

/// `account/kind/name.json`; without the account's folder where there is none.
pub(crate) fn path(program: &Program, entry: &DocumentEntry<'_>) -> String {
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
    let path = match program.account(entry.account) {
        Some(account) => format!("{}/{below}", account.name),
        None => below,
    };
    debug_assert!(is_place_of_documents(&path), "{path}");
    path
}
