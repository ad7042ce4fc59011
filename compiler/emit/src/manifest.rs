//! `manifest.json`: every document with its source lines, every identity with what is attached to it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use iamx_catalog::Catalog;
use iamx_lower::{
    Attachment, AttachmentTarget, DocumentEntry, Group, GuardrailKind, Identity, IdentityKind, ManagedPolicy,
    OrganizationNodeKind, PermissionSetPolicy, PermissionSetTarget, PolicyHolder, Program, ProviderKind,
    ResourcePolicy, Role, Tag, User,
};
use iamx_policy::{deployed_names, shown};
use iamx_text::{SourceMap, Span};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::{
    OutputFile, Target,
    json::{DocumentFile, given, sha256},
    lines,
    terraform::{Place, Root, RootKind, texts},
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
    let manifest = Manifest {
        version: 1,
        workspace: &program.name,
        partition: &program.partition,
        catalog: json!({ "version": catalog.info().version, "sha256": catalog.hash() }),
        unchecked: program.unchecked,
        accounts: list(program.accounts.iter().map(|account| json!({ "name": account.name, "id": account.id }))),
        documents: list(documents.iter().map(|document| {
            let root = by_kind.get(&RootKind::of(program, &document.entry)).copied();
            self::document(program, sources, catalog, document, json, root)
        })),
        policies: list(program.policies.iter().map(|one| policy(program, sources, one))),
        roles: list(program.roles.iter().map(|one| role(program, sources, one))),
        users: list(program.users.iter().map(|one| user(program, sources, one))),
        groups: list(program.groups.iter().map(|one| group(program, sources, one))),
        organization: organization(program, sources),
        providers: (!program.providers.is_empty()).then(|| providers(program, sources)),
        permission_sets: (!program.permission_sets.is_empty()).then(|| permission_sets(program, sources)),
        resource_policies: (!program.resource_policies.is_empty()).then(|| resource_policies(program, sources)),
        roots: (!roots.is_empty()).then(|| roots.iter().map(|root| self::root(program, root)).collect()),
    };
    OutputFile { path: "manifest.json".to_owned(), bytes: Arc::new(lines::to_vec(&manifest)) }
}

/// The manifest. What is long is made as it is written, one line after the other.
#[derive(Serialize)]
#[serde(
    rename_all = "kebab-case",
    bound(serialize = "A: Serialize, D: Serialize, P: Serialize, R: Serialize, U: Serialize, G: Serialize")
)]
struct Manifest<'p, A, D, P, R, U, G> {
    #[serde(rename = "manifest")]
    version: u32,
    workspace: &'p str,
    partition: &'p str,
    catalog: Value,
    unchecked: usize,
    accounts: A,
    documents: D,
    policies: P,
    roles: R,
    users: U,
    groups: G,
    // What few workspaces have is left out of those that haven't.
    #[serde(skip_serializing_if = "Option::is_none")]
    organization: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    providers: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    permission_sets: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_policies: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    roots: Option<Value>,
}

/// A list whose elements are made when they are written.
struct List<I>(I);

impl<T: Serialize, I: Iterator<Item = T> + Clone> Serialize for List<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.clone())
    }
}

fn list<T: Serialize, I: Iterator<Item = T> + Clone>(elements: I) -> List<I> {
    List(elements)
}

/// A document, as the manifest lists it.
#[derive(Serialize)]
struct DocumentLine<'p> {
    path: Option<&'p str>,
    kind: &'static str,
    account: Option<&'p str>,
    name: &'p str,
    sha256: Option<&'p str>,
    size: usize,
    quota: Option<u32>,
    source: Option<Source<'p>>,
    statements: Vec<StatementLine<'p>>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    deployed: BTreeSet<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    terraform: Option<Value>,
}

#[derive(Serialize)]
struct StatementLine<'p> {
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    documentation: Option<&'p str>,
    source: Option<Source<'p>>,
}

/// File and lines, counted from 1.
#[derive(Serialize)]
struct Source<'p> {
    file: &'p str,
    line: u32,
    end: u32,
}

fn document<'p>(
    program: &'p Program,
    sources: &'p SourceMap,
    catalog: &Catalog,
    document: &'p DocumentFile<'_>,
    json: bool,
    root: Option<&Root>,
) -> DocumentLine<'p> {
    let DocumentFile { entry, file, size, sha256 } = document;
    let statements = entry.document.statements.iter().map(|statement| StatementLine {
        sid: statement.sid.as_deref(),
        documentation: statement.documentation.as_deref(),
        source: place(sources, statement.span),
    });
    let terraform = root.zip(Place::of(entry)).map(|(root, place)| {
        json!({ "path": root.file.path, "address": place.address.to_string(), "argument": place.argument })
    });
    DocumentLine {
        path: json.then_some(&file.path),
        kind: entry.kind.name(),
        account: program.account(entry.account).map(|account| account.name.as_str()),
        name: entry.name,
        sha256: json.then_some(sha256),
        size: *size,
        quota: entry.quota(catalog).map(|quota| quota.max),
        source: place(sources, program.item_at(entry.span)),
        statements: statements.collect(),
        deployed: deployed_in(program, entry),
        terraform,
    }
}

/// What the document holds that is known only when it is deployed: externs, and `account`, its account's id.
fn deployed_in<'p>(program: &'p Program, entry: &DocumentEntry<'p>) -> BTreeSet<&'p str> {
    if program.externs.is_empty() && !program.account_when_deployed {
        return BTreeSet::new();
    }
    let names = texts(entry).flat_map(|(text, _)| deployed_names(text));
    names.map(|name| program.externs.with(name).map_or(name, |(one, _)| one.name.as_str())).collect()
}

fn place(sources: &SourceMap, span: Span) -> Option<Source<'_>> {
    let file = sources.get(span.file)?;
    let line = |offset| file.line_col(offset).line + 1;
    Some(Source { file: file.path(), line: line(span.range.start()), end: line(span.range.end()) })
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

fn source(sources: &SourceMap, span: Span) -> Value {
    json!(place(sources, span))
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

fn tags(program: &Program, tags: &[Tag]) -> Value {
    let value = |tag: &Tag| json!(shown(&given(program, tag.value.clone())));
    Value::Object(tags.iter().map(|tag| (tag.key.clone(), value(tag))).collect())
}

/// Which resource or account has each policy. One without statements has no document.
fn resource_policies(program: &Program, sources: &SourceMap) -> Value {
    let of = |policy: &ResourcePolicy| {
        let (resource_type, arn) = match &policy.holder {
            PolicyHolder::Resource { resource_type, arn, .. } => {
                let arn = given(program, arn.clone());
                (json!(resource_type), json!(deployed_names(&arn).next().is_none().then_some(&arn)))
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
            "source": source(sources, program.item_at(policy.span)),
        })
    };
    program.resource_policies.iter().map(of).collect()
}

fn policy(program: &Program, sources: &SourceMap, policy: &ManagedPolicy) -> Value {
    json!({
        "name": policy.name,
        "account": account(program, policy.account),
        "arn": arn(program, policy.account, "policy", &policy.path, &policy.name),
        "path": policy.path,
        "description": policy.description,
        "source": source(sources, program.item_at(policy.span)),
    })
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
    let last = [("source", source(sources, program.item_at(identity.span)))];
    let entries = common.into_iter().chain(of_its_kind).chain(last);
    Value::Object(entries.map(|(key, value)| (key.to_owned(), value)).collect())
}

fn role(program: &Program, sources: &SourceMap, role: &Role) -> Value {
    let of_its_kind = vec![
        ("description", json!(role.description)),
        ("attached", attachments(program, &role.identity)),
        ("boundary", boundary(program, &role.identity)),
        ("max-session-seconds", json!(role.max_session)),
        ("instance-profile", json!(role.instance_profile)),
        ("tags", tags(program, &role.identity.tags)),
    ];
    identity(program, sources, IdentityKind::Role, &role.identity, of_its_kind)
}

fn user(program: &Program, sources: &SourceMap, user: &User) -> Value {
    let of_its_kind = vec![
        ("attached", attachments(program, &user.identity)),
        ("boundary", boundary(program, &user.identity)),
        ("console", json!(user.console)),
        ("access-key", json!(user.access_key.map(|key| json!({ "rotate-seconds": key.rotate })))),
        ("tags", tags(program, &user.identity.tags)),
    ];
    identity(program, sources, IdentityKind::User, &user.identity, of_its_kind)
}

fn group(program: &Program, sources: &SourceMap, group: &Group) -> Value {
    let of_its_kind = vec![
        ("members", if group.members_external { json!("external") } else { json!(group.members) }),
        ("attached", attachments(program, &group.identity)),
    ];
    identity(program, sources, IdentityKind::Group, &group.identity, of_its_kind)
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
                "tags": tags(program, &provider.tags),
                "source": source(sources, program.item_at(provider.span)),
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
                "tags": tags(program, &set.tags),
                "source": source(sources, program.item_at(set.span)),
            })
        })
        .collect()
}
