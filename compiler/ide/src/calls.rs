//! Who holds a policy, and who may become a role: the hierarchy of calls.

use std::collections::{BTreeMap, BTreeSet};

use iamx_lower::{
    AttachmentTarget, DocumentKind, Identity, IdentityKind, Meaning, NameDeclared, NameIndex, NameKind,
    PermissionSetTarget, Program,
};
use iamx_policy::{Effect, Principal};
use iamx_syntax::{SyntaxKind, ast::DeclaredKind};
use iamx_text::{FileId, Span, TextRange, TextSize};

use crate::{
    documents::documents_of,
    evaluated::Evaluated,
    navigation::{name_at, occurrences_of},
};

/// An item in the hierarchy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallItem {
    /// Its name; of who isn't declared, what it is.
    pub name: String,
    /// What it is; none of who isn't declared.
    pub kind: Option<NameKind>,
    /// Where its name is declared; of who isn't declared, where it is named.
    pub span: Span,
    /// All of what declares it.
    pub whole: TextRange,
}

/// A line of the hierarchy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Who is at its other end.
    pub item: CallItem,
    /// Where it is written.
    pub places: Vec<Span>,
}

/// What the name at `offset` is in the hierarchy, if it is in it.
pub fn call_item(index: &NameIndex, file: FileId, offset: TextSize) -> Option<CallItem> {
    let Meaning::Declared(span) = name_at(index, file, offset)?.meaning else { return None };
    item_at(index, span)
}

/// The item called `name` in `file`, of several the one next to `near`.
pub fn call_item_named(index: &NameIndex, file: FileId, name: &str, near: TextSize) -> Option<CallItem> {
    let named = index.declared_in(file).filter(|one| one.name == name);
    let one = named.min_by_key(|one| u32::from(one.span.range.start()).abs_diff(u32::from(near)))?;
    item_at(index, one.span)
}

fn item_at(index: &NameIndex, span: Span) -> Option<CallItem> {
    let one = index.declared_at(span)?;
    let takes_part = matches!(
        one.kind,
        NameKind::Account
            | NameKind::Declared(
                DeclaredKind::Policy
                    | DeclaredKind::Boundary
                    | DeclaredKind::Role
                    | DeclaredKind::User
                    | DeclaredKind::Group
                    | DeclaredKind::PermissionSet
                    | DeclaredKind::Oidc
                    | DeclaredKind::Saml
            )
    );
    takes_part.then(|| declared(index, one))
}

fn declared(index: &NameIndex, one: &NameDeclared) -> CallItem {
    let whole = index.signature(one).item.cover(one.span.range);
    CallItem { name: one.name.clone(), kind: Some(one.kind), span: one.span, whole }
}

/// Who attaches the policy, or may become the role, that is declared at `span`.
pub fn incoming_calls(evaluated: &Evaluated<'_>, span: Span) -> Vec<Call> {
    gathered(evaluated.index, edges(evaluated.program).into_iter().filter(|edge| edge.to == span).map(Edge::turned))
}

/// Which policies what is declared at `span` attaches, and which roles it may become.
pub fn outgoing_calls(evaluated: &Evaluated<'_>, span: Span) -> Vec<Call> {
    let edges = edges(evaluated.program).into_iter();
    let from = edges.filter(|edge| edge.from == End::Declared(span));
    gathered(evaluated.index, from.map(|edge| (End::Declared(edge.to), edge.place)))
}

/// Who stands at an end of a line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Declared(Span),
    /// Who isn't declared, in words.
    Other(String),
}

struct Edge {
    from: End,
    to: Span,
    place: Span,
}

impl Edge {
    fn turned(self) -> (End, Span) {
        (self.from, self.place)
    }
}

fn gathered(index: &NameIndex, ends: impl Iterator<Item = (End, Span)>) -> Vec<Call> {
    let mut by_end: BTreeMap<End, BTreeSet<Span>> = BTreeMap::new();
    for (end, place) in ends {
        by_end.entry(end).or_default().insert(place);
    }
    let call = |(end, places): (End, BTreeSet<Span>)| {
        let item = match end {
            End::Declared(span) => declared(index, index.declared_at(span)?),
            End::Other(name) => {
                let span = *places.first()?;
                CallItem { name, kind: None, span, whole: span.range }
            }
        };
        Some(Call { item, places: places.into_iter().collect() })
    };
    by_end.into_iter().filter_map(call).collect()
}

/// Every line of the program.
fn edges(program: &Program) -> Vec<Edge> {
    let mut edges = Vec::new();
    attached(program, |_, span, _, policy, place| {
        edges.push(Edge { from: End::Declared(span), to: policy, place });
    });
    assumed(program, &mut edges);
    edges
}

/// What a guardrail is attached to.
const PLACE: &str = "place of the organization";

/// Calls `found` with each attachment of a policy of the program: what has it, where that is declared, its name, the
/// policy, and where it is attached.
fn attached<'p>(program: &'p Program, mut found: impl FnMut(&'static str, Span, &'p str, Span, Span)) {
    for (kind, identity) in program.identities() {
        for attachment in identity.attachments.iter().chain(&identity.boundary) {
            if let AttachmentTarget::Made(index) = attachment.target
                && let Some(policy) = program.policies.get(index)
            {
                found(kind.word(), identity.span, &identity.name, policy.span, attachment.span);
            }
        }
    }
    for set in &program.permission_sets {
        for policy in set.attachments.iter().chain(&set.boundary) {
            let PermissionSetTarget::Customer { made, .. } = &policy.target else { continue };
            let spans: BTreeSet<Span> =
                made.iter().filter_map(|index| Some(program.policies.get(*index)?.span)).collect();
            for span in spans {
                found("permission set", set.span, &set.name, span, policy.span);
            }
        }
    }
    let Some(organization) = &program.organization else { return };
    for node in &organization.nodes {
        for attachment in &node.attachments {
            if let Some(guardrail) = program.guardrails.get(attachment.guardrail) {
                found(PLACE, node.span, &node.name, guardrail.span, attachment.span);
            }
        }
    }
}

/// Who may become which role, by the role's trust and by what allows it to.
fn assumed(program: &Program, edges: &mut Vec<Edge>) {
    let arn = |kind: IdentityKind, identity: &Identity| {
        program.iam_arn(identity.account, kind.word(), &identity.path, &identity.name)
    };
    let mut by_arn: BTreeMap<String, Span> = BTreeMap::new();
    for (kind, identity) in program.identities() {
        by_arn.extend(arn(kind, identity).map(|arn| (arn, identity.span)));
    }
    by_arn.extend(program.providers.iter().filter_map(|one| Some((program.provider_arn(one)?, one.span))));
    let accounts = program.accounts.iter();
    by_arn.extend(accounts.map(|one| (format!("arn:{}:iam::{}:root", program.partition, one.id), one.span)));
    for entry in program.documents() {
        let allows = entry.document.statements.iter().filter(|statement| statement.effect == Effect::Allow);
        if entry.kind == DocumentKind::Trust {
            for principal in allows.filter_map(|one| one.principal.as_ref()).filter(|one| !one.negated) {
                for one in &principal.principals {
                    let (word, name) = match &one.value {
                        Principal::Everyone => ("", "everyone"),
                        Principal::Aws(name) | Principal::CanonicalUser(name) => ("", name.as_str()),
                        Principal::Service(name) => ("service ", name.as_str()),
                        Principal::Federated(name) => ("provider ", name.as_str()),
                    };
                    let declared = by_arn.get(name).map(|span| End::Declared(*span));
                    let from = declared.unwrap_or_else(|| End::Other(format!("{word}{}", iamx_policy::shown(name))));
                    edges.push(Edge { from, to: entry.span, place: one.span });
                }
            }
            continue;
        }
        for statement in allows.filter(|one| one.principal.is_none() && !one.actions.negated) {
            if !statement.actions.patterns.iter().any(|pattern| pattern.value.holds("sts:AssumeRole")) {
                continue;
            }
            // A pattern of ARNs names no role.
            for resource in statement.resources.iter().filter(|one| !one.negated).flat_map(|one| &one.patterns) {
                if let Some(role) = by_arn.get(&resource.value) {
                    edges.push(Edge { from: End::Declared(entry.span), to: *role, place: resource.span });
                }
            }
        }
    }
}

/// Who holds a policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holders {
    /// In words, such as `attached to 3 roles, 1 group, included in 2 items`.
    pub said: String,
    /// Where it is attached or included.
    pub places: Vec<Span>,
}

/// Who holds the policy or guardrail that is declared at `span`.
pub fn holders(evaluated: &Evaluated<'_>, span: Span) -> Holders {
    let mut by_kind: Vec<(&'static str, BTreeSet<(Span, &str)>)> = Vec::new();
    let mut places = BTreeSet::new();
    attached(evaluated.program, |what, holder, name, policy, place| {
        if policy != span {
            return;
        }
        places.insert(place);
        match by_kind.iter_mut().find(|(kind, _)| *kind == what) {
            Some((_, known)) => {
                known.insert((holder, name));
            }
            None => by_kind.push((what, BTreeSet::from([(holder, name)]))),
        }
    });
    let counted = by_kind.iter().map(|(kind, known)| match (known.len(), *kind) {
        (1, kind) => format!("1 {kind}"),
        (count, PLACE) => format!("{count} places of the organization"),
        (count, kind) => format!("{count} {kind}s"),
    });
    let counted: Vec<String> = counted.collect();
    let (including, included_at) = included(evaluated, span);
    places.extend(included_at);
    let mut parts = Vec::new();
    if !counted.is_empty() {
        parts.push(format!("attached to {}", counted.join(", ")));
    }
    match including {
        0 => {}
        1 => parts.push("included in 1 item".to_owned()),
        count => parts.push(format!("included in {count} items")),
    }
    let said = if parts.is_empty() { "attached to nothing".to_owned() } else { parts.join(", ") };
    Holders { said, places: places.into_iter().collect() }
}

/// In how many items the statements of the policy that is declared at `span` stand by an `include`, and where that is written.
fn included(evaluated: &Evaluated<'_>, span: Span) -> (usize, Vec<Span>) {
    let index = evaluated.index;
    let Some(item) = index.declared_at(span).map(|one| index.signature(one).item) else { return (0, Vec::new()) };
    let holding: BTreeSet<Span> = documents_of(evaluated, span.file, item)
        .into_iter()
        .map(|entry| entry.span)
        .filter(|holder| *holder != span)
        .collect();
    let is_include = |place: &Span| {
        let root = index.module(place.file).map(|module| module.parse.syntax());
        let token = root.and_then(|root| root.token_at_offset(place.range.start()).right_biased());
        token.is_some_and(|token| token.parent_ancestors().any(|node| node.kind() == SyntaxKind::INCLUDE))
    };
    let names = occurrences_of(index, span.file, &Meaning::Declared(span)).into_iter();
    (holding.len(), names.map(|one| one.span).filter(is_include).collect())
}
