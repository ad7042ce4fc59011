//! `manifest.json`: every document with its source lines, every identity with what is attached to it.

use std::collections::BTreeMap;

use iamx_catalog::Catalog;
use iamx_lower::{
    Attachment, AttachmentTarget, DEPLOYED_ACCOUNT, GuardrailKind, Identity, IdentityKind, OrganizationNodeKind,
    PermissionSetPolicy, PermissionSetTarget, PolicyHolder, Program, ProviderKind, ResourcePolicy, Tag,
};
use iamx_text::{SourceMap, Span};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::{
    OutputFile, Target,
    json::DocumentFile,
    terraform::{Place, Root, RootKind},
};

pub(crate) fn manifest(
    program: &Program,
    sources: &SourceMap,
    catalog: &Catalog,
    documents: &[DocumentFile<'_>],
    json: bool,
    roots: &[Root],
) -> OutputFile {
    let by_kind: BTreeMap<_, _> = roots.iter().map(|root| (root.kind, root)).collect();
    let documents: Vec<Value> = documents
        .par_iter()
        .map(|document| {
            let root = by_kind.get(&RootKind::of(program, &document.entry)).copied();
            self::document(program, sources, catalog, document, json, root)
        })
        .collect();
    let mut manifest = json!({
        "manifest": 1,
        "workspace": program.name,
        "partition": program.partition,
        "catalog": { "version": catalog.info().version, "sha256": catalog.hash() },
        "unchecked": program.unchecked,
        "accounts": program.accounts.iter().map(|account| json!({ "name": account.name, "id": account.id })).collect::<Vec<_>>(),
    });
    if let Some(object) = manifest.as_object_mut() {
        // What is large is moved in: the macro would copy it.
        object.insert("documents".to_owned(), Value::Array(documents));
        object.insert("policies".to_owned(), policies(program, sources));
        object.insert("roles".to_owned(), roles(program, sources));
        object.insert("users".to_owned(), users(program, sources));
        object.insert("groups".to_owned(), groups(program, sources));
        // What few workspaces have is left out of those that haven't.
        if let Some(organization) = organization(program, sources) {
            object.insert("organization".to_owned(), organization);
        }
        if !program.providers.is_empty() {
            object.insert("providers".to_owned(), providers(program, sources));
        }
        if !program.permission_sets.is_empty() {
            object.insert("permission-sets".to_owned(), permission_sets(program, sources));
        }
        if !program.resource_policies.is_empty() {
            object.insert("resource-policies".to_owned(), resource_policies(program, sources));
        }
    }
    if !roots.is_empty()
        && let Some(entries) = manifest.as_object_mut()
    {
        entries.insert("roots".to_owned(), roots.iter().map(|root| self::root(program, root)).collect());
    }
    OutputFile { path: "manifest.json".to_owned(), bytes: format!("{manifest:#}\n").into_bytes() }
}

fn document(
    program: &Program,
    sources: &SourceMap,
    catalog: &Catalog,
    DocumentFile { entry, file }: &DocumentFile<'_>,
    json: bool,
    root: Option<&Root>,
) -> Value {
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
    let mut document = json!({
        "path": json.then_some(&file.path),
        "kind": entry.kind.name(),
        "account": account(program, entry.account),
        "name": entry.name,
        "sha256": json.then(|| sha256(&file.bytes)),
        "size": entry.size_of(&String::from_utf8_lossy(&file.bytes), catalog),
        "quota": entry.quota(catalog).map(|quota| quota.max),
        "source": source(sources, entry.span),
    });
    let Some(entries) = document.as_object_mut() else { return document };
    entries.insert("statements".to_owned(), Value::Array(statements));
    if let (Some(root), Some(place)) = (root, Place::of(entry)) {
        let value = json!({ "path": root.file.path, "address": place.address.to_string(), "argument": place.argument });
        entries.insert("terraform".to_owned(), value);
    }
    document
}

fn root(program: &Program, root: &Root) -> Value {
    json!({
        "path": root.file.path,
        "target": Target::Terraform.name(),
        "account": account(program, root.kind.account(program)),
        "sha256": sha256(&root.file.bytes),
    })
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

/// An ARN, where the account's id is known.
fn arn(program: &Program, account: Option<usize>, kind: &str, path: &str, name: &str) -> Value {
    program.account(account).map_or(Value::Null, |_| json!(program.iam_arn(account, kind, path, name)))
}

/// A policy by its ARN; by its name where an account's id isn't known.
fn attached(program: &Program, attachment: &Attachment) -> Value {
    match &attachment.target {
        AttachmentTarget::Arn(arn) => json!(arn),
        AttachmentTarget::Made(index) => program.policies.get(*index).map_or(Value::Null, |policy| {
            match arn(program, policy.account, "policy", &policy.path, &policy.name) {
                Value::Null => json!(policy.name),
                arn => arn,
            }
        }),
    }
}

fn attachments(program: &Program, identity: &Identity) -> Value {
    identity.attachments.iter().map(|attachment| attached(program, attachment)).collect()
}

fn boundary(program: &Program, identity: &Identity) -> Value {
    identity.boundary.as_ref().map_or(Value::Null, |boundary| attached(program, boundary))
}

fn tags(tags: &[Tag]) -> Value {
    Value::Object(tags.iter().map(|tag| (tag.key.clone(), json!(tag.value))).collect())
}

/// Which resource or account has each policy. One without statements has no document.
fn resource_policies(program: &Program, sources: &SourceMap) -> Value {
    let of = |policy: &ResourcePolicy| {
        let (resource_type, arn) = match &policy.holder {
            PolicyHolder::Resource { resource_type, arn, .. } => {
                (json!(resource_type), json!((!arn.contains(DEPLOYED_ACCOUNT)).then_some(arn)))
            }
            PolicyHolder::Account { .. } => (Value::Null, Value::Null),
        };
        json!({
            "name": policy.name,
            "account": account(program, policy.account),
            "service": policy.holder.service(),
            "type": resource_type,
            "arn": arn,
            "statements": policy.document.statements.len(),
            "source": source(sources, policy.span),
        })
    };
    program.resource_policies.iter().map(of).collect()
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

/// Name, account, ARN and path of an identity, then what `of_its_kind` has, then where it was declared.
fn identity(
    program: &Program,
    sources: &SourceMap,
    kind: IdentityKind,
    identity: &Identity,
    of_its_kind: Vec<(&str, Value)>,
) -> Value {
    let common = [
        ("name", json!(identity.name)),
        ("account", account(program, identity.account)),
        ("arn", arn(program, identity.account, kind.word(), &identity.path, &identity.name)),
        ("path", json!(identity.path)),
    ];
    let last = [("source", source(sources, identity.span))];
    let entries = common.into_iter().chain(of_its_kind).chain(last);
    Value::Object(entries.map(|(key, value)| (key.to_owned(), value)).collect())
}

fn roles(program: &Program, sources: &SourceMap) -> Value {
    let roles = program.roles.iter().map(|role| {
        let of_its_kind = vec![
            ("description", json!(role.description)),
            ("attached", attachments(program, &role.identity)),
            ("boundary", boundary(program, &role.identity)),
            ("max-session-seconds", json!(role.max_session)),
            ("instance-profile", json!(role.instance_profile)),
            ("tags", tags(&role.identity.tags)),
        ];
        identity(program, sources, IdentityKind::Role, &role.identity, of_its_kind)
    });
    roles.collect()
}

fn users(program: &Program, sources: &SourceMap) -> Value {
    let users = program.users.iter().map(|user| {
        let of_its_kind = vec![
            ("attached", attachments(program, &user.identity)),
            ("boundary", boundary(program, &user.identity)),
            ("console", json!(user.console)),
            ("access-key", json!(user.access_key.map(|key| json!({ "rotate-seconds": key.rotate })))),
            ("tags", tags(&user.identity.tags)),
        ];
        identity(program, sources, IdentityKind::User, &user.identity, of_its_kind)
    });
    users.collect()
}

fn groups(program: &Program, sources: &SourceMap) -> Value {
    let groups = program.groups.iter().map(|group| {
        let of_its_kind = vec![
            ("members", if group.members_external { json!("external") } else { json!(group.members) }),
            ("attached", attachments(program, &group.identity)),
        ];
        identity(program, sources, IdentityKind::Group, &group.identity, of_its_kind)
    });
    groups.collect()
}

/// The SHA-256 of `bytes` in lower-case hexadecimal.
fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        for nibble in [byte >> 4, byte & 0xf] {
            text.extend(char::from_digit(u32::from(nibble), 16));
        }
        text
    })
}

/// The organization with its tree: what is attached to which node.
fn organization(program: &Program, sources: &SourceMap) -> Option<Value> {
    let organization = program.organization.as_ref()?;
    let nodes: Vec<_> = organization
        .nodes
        .iter()
        .map(|node| {
            let attached = |kind: GuardrailKind| -> Vec<&str> {
                let guardrails = node.attachments.iter().filter_map(|one| program.guardrails.get(one.guardrail));
                guardrails.filter(|one| one.kind == kind).map(|one| one.name.as_str()).collect()
            };
            let mut scps = attached(GuardrailKind::Scp);
            if node.full_access {
                scps.insert(0, "FullAWSAccess");
            }
            let (kind, id) = match &node.kind {
                OrganizationNodeKind::Root => ("root", None),
                OrganizationNodeKind::Ou { id } => ("ou", id.clone()),
                OrganizationNodeKind::Account(index) => {
                    ("account", program.account(Some(*index)).map(|account| account.id.clone()))
                }
            };
            let parent = node.parent.and_then(|parent| organization.nodes.get(parent));
            json!({
                "kind": kind,
                "name": node.name,
                "id": id,
                "parent": parent.map(|parent| parent.name.as_str()),
                "scps": scps,
                "rcps": attached(GuardrailKind::Rcp),
                "source": source(sources, node.span),
            })
        })
        .collect();
    Some(json!({
        "name": organization.name,
        "id": organization.id,
        "management-account": account(program, program.management_account()),
        "nodes": nodes,
    }))
}

fn providers(program: &Program, sources: &SourceMap) -> Value {
    program
        .providers
        .iter()
        .map(|provider| {
            let mut object = json!({
                "name": provider.name,
                "account": account(program, provider.account),
                "arn": program.account(provider.account).and_then(|_| program.provider_arn(provider)),
                "tags": tags(&provider.tags),
                "source": source(sources, provider.span),
            });
            let (kind, key, value) = match &provider.kind {
                ProviderKind::Oidc { audiences } => ("oidc", "audiences", json!(audiences)),
                ProviderKind::Saml { metadata } => ("saml", "metadata", json!(metadata)),
            };
            if let Some(object) = object.as_object_mut() {
                object.insert("kind".to_owned(), json!(kind));
                object.insert(key.to_owned(), value);
            }
            object
        })
        .collect()
}

fn permission_sets(program: &Program, sources: &SourceMap) -> Value {
    let policy = |policy: &PermissionSetPolicy| match &policy.target {
        PermissionSetTarget::Aws(arn) => json!(arn),
        PermissionSetTarget::Customer { name, path, .. } => json!({ "name": name, "path": path }),
    };
    program
        .permission_sets
        .iter()
        .map(|set| {
            let assignments: Vec<_> = set
                .assignments
                .iter()
                .map(|one| {
                    let kind = if one.group { "group" } else { "user" };
                    json!({ "kind": kind, "name": one.name, "account": account(program, Some(one.account)) })
                })
                .collect();
            json!({
                "name": set.name,
                "account": account(program, set.account),
                "description": set.description,
                "session-seconds": set.session,
                "attached": set.attachments.iter().map(policy).collect::<Vec<_>>(),
                "boundary": set.boundary.as_ref().map(policy),
                "assignments": assignments,
                "tags": tags(&set.tags),
                "source": source(sources, set.span),
            })
        })
        .collect()
}
