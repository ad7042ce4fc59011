//! `manifest.json`: every document with its source lines, every identity with what is attached to it.

use iamx_catalog::{Catalog, QuotaKind};
use iamx_lower::{Attachment, DocumentEntry, DocumentKind, Program, Tag};
use iamx_text::{SourceMap, Span};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::OutputFile;

pub(crate) fn manifest(
    program: &Program,
    sources: &SourceMap,
    catalog: &Catalog,
    documents: &[(DocumentEntry<'_>, OutputFile)],
) -> OutputFile {
    let documents: Vec<_> =
        documents.iter().map(|(entry, file)| document(program, sources, catalog, entry, file)).collect();
    let manifest = json!({
        "manifest": 1,
        "workspace": program.name,
        "partition": program.partition,
        "catalog": { "version": catalog.info().version, "sha256": catalog.hash() },
        "unchecked": program.unchecked,
        "accounts": program.accounts.iter().map(|account| json!({ "name": account.name, "id": account.id })).collect::<Vec<_>>(),
        "documents": documents,
        "policies": policies(program, sources),
        "roles": roles(program, sources),
        "users": users(program, sources),
        "groups": groups(program, sources),
    });
    OutputFile { path: "manifest.json".to_owned(), bytes: format!("{manifest:#}\n").into_bytes() }
}

fn document(
    program: &Program,
    sources: &SourceMap,
    catalog: &Catalog,
    entry: &DocumentEntry<'_>,
    file: &OutputFile,
) -> Value {
    let hash = Sha256::digest(&file.bytes);
    let statements: Vec<_> = entry
        .document
        .statements
        .iter()
        .map(|statement| {
            let mut object = Map::new();
            if let Some(sid) = &statement.sid {
                object.insert("sid".to_owned(), json!(sid));
            }
            if let Some(documentation) = &statement.documentation {
                object.insert("documentation".to_owned(), json!(documentation));
            }
            object.insert("source".to_owned(), source(sources, statement.span));
            Value::Object(object)
        })
        .collect();
    json!({
        "path": file.path,
        "kind": entry.kind.name(),
        "account": account(program, entry.account),
        "name": entry.name,
        "sha256": hex(&hash),
        "size": entry.document.size(),
        "quota": catalog.quota(quota(entry.kind)).map(|quota| quota.max),
        "source": source(sources, entry.span),
        "statements": statements,
    })
}

/// The quota that the document's size counts against.
fn quota(kind: DocumentKind) -> QuotaKind {
    match kind {
        DocumentKind::ManagedPolicy | DocumentKind::Boundary => QuotaKind::ManagedPolicy,
        DocumentKind::Trust => QuotaKind::TrustPolicy,
        DocumentKind::RoleInline => QuotaKind::RoleInlinePolicies,
        DocumentKind::UserInline => QuotaKind::UserInlinePolicies,
        DocumentKind::GroupInline => QuotaKind::GroupInlinePolicies,
    }
}

fn account(program: &Program, account: Option<usize>) -> Value {
    program.account(account).map_or(Value::Null, |account| json!(account.name))
}

/// File and lines, counted from 1.
fn source(sources: &SourceMap, span: Span) -> Value {
    let Some(file) = sources.get(span.file) else { return Value::Null };
    let line = |offset| file.line_col(offset).line + 1;
    json!({ "file": file.path(), "line": line(span.range.start()), "end": line(span.range.end()) })
}

fn arn(program: &Program, account: Option<usize>, kind: &str, path: &str, name: &str) -> Value {
    program.iam_arn(account, kind, path, name).map_or(Value::Null, Value::from)
}

/// A policy by its ARN; by its name where an account's id isn't known.
fn attached(program: &Program, attachment: &Attachment) -> Value {
    program.attachment_arn(&attachment.target).map_or_else(
        || match &attachment.target {
            iamx_lower::AttachmentTarget::Made(index) => {
                program.policies.get(*index).map_or(Value::Null, |policy| json!(policy.name))
            }
            iamx_lower::AttachmentTarget::Arn(arn) => json!(arn),
        },
        Value::from,
    )
}

fn attachments(program: &Program, attachments: &[Attachment]) -> Value {
    attachments.iter().map(|attachment| attached(program, attachment)).collect()
}

fn tags(tags: &[Tag]) -> Value {
    Value::Object(tags.iter().map(|tag| (tag.key.clone(), json!(tag.value))).collect())
}

fn policies(program: &Program, sources: &SourceMap) -> Value {
    program
        .policies
        .iter()
        .map(|policy| {
            json!({
                "name": policy.name,
                "account": account(program, policy.account),
                "arn": arn(program, policy.account, "policy", &policy.path, &policy.name),
                "path": policy.path,
                "description": policy.description,
                "source": source(sources, policy.span),
            })
        })
        .collect()
}

fn roles(program: &Program, sources: &SourceMap) -> Value {
    program
        .roles
        .iter()
        .map(|role| {
            json!({
                "name": role.name,
                "account": account(program, role.account),
                "arn": arn(program, role.account, "role", &role.path, &role.name),
                "path": role.path,
                "description": role.description,
                "attached": attachments(program, &role.attachments),
                "boundary": role.boundary.as_ref().map(|boundary| attached(program, boundary)),
                "max-session-seconds": role.max_session,
                "instance-profile": role.instance_profile,
                "tags": tags(&role.tags),
                "source": source(sources, role.span),
            })
        })
        .collect()
}

fn users(program: &Program, sources: &SourceMap) -> Value {
    program
        .users
        .iter()
        .map(|user| {
            json!({
                "name": user.name,
                "account": account(program, user.account),
                "arn": arn(program, user.account, "user", &user.path, &user.name),
                "path": user.path,
                "attached": attachments(program, &user.attachments),
                "boundary": user.boundary.as_ref().map(|boundary| attached(program, boundary)),
                "console": user.console,
                "access-key": user.access_key.map(|key| json!({ "rotate-seconds": key.rotate })),
                "tags": tags(&user.tags),
                "source": source(sources, user.span),
            })
        })
        .collect()
}

fn groups(program: &Program, sources: &SourceMap) -> Value {
    program
        .groups
        .iter()
        .map(|group| {
            json!({
                "name": group.name,
                "account": account(program, group.account),
                "arn": arn(program, group.account, "group", &group.path, &group.name),
                "path": group.path,
                "members": if group.members_external { json!("external") } else { json!(group.members) },
                "attached": attachments(program, &group.attachments),
                "source": source(sources, group.span),
            })
        })
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        for nibble in [byte >> 4, byte & 0xf] {
            text.extend(char::from_digit(u32::from(nibble), 16));
        }
        text
    })
}
