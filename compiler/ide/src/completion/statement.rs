//! What the statement around the cursor says: which actions, on which types of resources.

use iamx_catalog::{Action, ResourceType, Service};
use iamx_lower::{Meaning, NameKind};
use iamx_syntax::{
    NodeOrToken, SyntaxKind as S, SyntaxNode,
    ast::{DeclaredKind, TypeRef},
};

use super::place::{Cursor, tokens};

/// A type of resources with its service.
pub(crate) type Typed<'c> = (&'c Service, &'c ResourceType);

/// Wildcards of so many actions say nothing of what is meant.
const MOST: usize = 400;

/// The node of the statement around the cursor.
pub(crate) fn around(cursor: &Cursor<'_>) -> Option<SyntaxNode> {
    let of = |node: &SyntaxNode| matches!(node.kind(), S::PERMISSION | S::GRANT_ITEM | S::ASSERTION | S::CLAIM_LINE);
    let inside = cursor.token.parent_ancestors().find(of);
    // What stands right before the cursor may not have taken it in.
    inside.or_else(|| cursor.previous.as_ref()?.parent_ancestors().find(of))
}

/// The types of the resources that the statement is about: those after `on`, or those of the resource whose policy it is in.
pub(crate) fn types<'c>(cursor: &Cursor<'c>) -> Vec<Typed<'c>> {
    let on = around(cursor).and_then(|statement| statement.descendants().find(|node| node.kind() == S::ON_CLAUSE));
    if let Some(on) = on {
        let calls = on
            .descendants()
            .filter(|node| node.kind() == S::CALL && !node.ancestors().any(|around| around.kind() == S::ARGUMENTS));
        return calls.filter_map(|call| type_of(cursor, &steps(&call))).collect();
    }
    let Some(own) = type_of_item(cursor) else { return Vec::new() };
    let (service, parent) = own;
    let children = service.children(parent).map(|child| (service, child.resource_type));
    std::iter::once(own).chain(children).collect()
}

/// The type of the resource whose policy the cursor is in.
pub(crate) fn type_of_item<'c>(cursor: &Cursor<'c>) -> Option<Typed<'c>> {
    let item = cursor.declared()?;
    item.kind().filter(|kind| matches!(kind, DeclaredKind::Resource | DeclaredKind::Extern))?;
    let words = item.type_call()?.path().as_ref().map(TypeRef::words)?;
    type_of_words(cursor, &words)
}

/// The names of a call in their order, without their arguments.
pub(crate) fn steps(call: &SyntaxNode) -> Vec<String> {
    tokens(call).filter(|token| token.kind() == S::NAME).map(|name| name.text().to_owned()).collect()
}

/// The type of the resource that these names with dots between them lead to.
pub(crate) fn type_of<'c>(cursor: &Cursor<'c>, names: &[String]) -> Option<Typed<'c>> {
    let (first, rest) = names.split_first()?;
    let locals = cursor.index.locals(cursor.file, cursor.offset);
    if let Some((_, _, of)) = locals.into_iter().find(|(name, ..)| name == first) {
        return below(type_of_text(cursor, &of?)?, rest);
    }
    if first == "self" {
        return below(type_of_item(cursor)?, rest);
    }
    let meaning = cursor.index.visible(cursor.file).find(|(name, _)| name == first).map(|(_, meaning)| meaning.clone());
    match meaning {
        Some(Meaning::Declared(span)) => {
            let declared = cursor.index.declared_at(span)?;
            match declared.kind {
                NameKind::Account => type_of(cursor, rest),
                NameKind::Declared(DeclaredKind::Resource | DeclaredKind::Extern) => {
                    below(type_of_text(cursor, &cursor.index.signature(declared).value?)?, rest)
                }
                _ => None,
            }
        }
        Some(Meaning::Module(file)) => {
            let (name, rest) = rest.split_first()?;
            let declared = cursor.index.declared_in(file).find(|one| one.name == *name)?;
            below(type_of_text(cursor, &cursor.index.signature(declared).value?)?, rest)
        }
        _ => {
            let names = if first == "aws" { rest } else { names };
            type_of_words(cursor, names)
        }
    }
}

/// `s3.bucket("…")`
fn type_of_text<'c>(cursor: &Cursor<'c>, text: &str) -> Option<Typed<'c>> {
    let path = text.split('(').next().unwrap_or_default();
    let words: Vec<String> = path.split('.').map(|word| word.trim().to_owned()).collect();
    type_of_words(cursor, &words)
}

/// A service, a type, and the types below it.
fn type_of_words<'c>(cursor: &Cursor<'c>, words: &[String]) -> Option<Typed<'c>> {
    let [service, of, rest @ ..] = words else { return None };
    let service = cursor.catalog().service(service)?;
    below((service, service.resource_type(of)?), rest)
}

fn below<'c>((service, of): Typed<'c>, rest: &[String]) -> Option<Typed<'c>> {
    match rest.split_first() {
        None => Some((service, of)),
        Some((child, rest)) => below((service, service.resource_type(child)?), rest),
    }
}

/// The actions that the statement names.
pub(crate) fn actions<'c>(cursor: &Cursor<'c>) -> Vec<(&'c Service, &'c Action)> {
    let Some(statement) = around(cursor) else { return Vec::new() };
    let listed = statement.children().find(|node| node.kind() == S::EXPRS).or_else(|| {
        statement.descendants().find(|node| node.kind() == S::ASKED)?.children().find(|node| node.kind() == S::EXPRS)
    });
    let mut actions = Vec::new();
    let Some(listed) = listed else { return actions };
    let mut prefix = String::new();
    for token in listed.descendants_with_tokens().filter_map(NodeOrToken::into_token) {
        if token == cursor.token {
            continue;
        }
        let pattern = match token.kind() {
            S::PREFIX => {
                token.text().clone_into(&mut prefix);
                continue;
            }
            S::WORD => token.text().to_owned(),
            S::PATTERN => format!("{prefix}{}", token.text()),
            S::LEVEL => {
                if let Some((of, level)) = token.text().split_once(":@")
                    && let Some(service) = cursor.catalog().service(of)
                {
                    let level = iamx_catalog::Level::from_name(level);
                    let of_level = |one: &&Action| level.is_some_and(|level| one.levels.contains(level));
                    actions.extend(service.actions().iter().filter(of_level).map(|one| (service, one)));
                }
                continue;
            }
            _ => continue,
        };
        let is_of_one = pattern.split(':').next().is_some_and(|prefix| !prefix.contains(['*', '?']));
        if is_of_one {
            let matching: Vec<_> = cursor.catalog().actions_matching(&pattern).take(MOST).collect();
            actions.extend(matching);
        }
    }
    actions
}
