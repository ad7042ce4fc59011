//! Condition keys, their operators and their values.

use std::collections::BTreeSet;

use iamx_catalog::{ConditionKey, KeyType};
use iamx_syntax::{SyntaxKind as S, ast::DeclaredKind};

use super::{
    Completion, CompletionKind, Completions, Insert, Subject, escaped,
    names::{Wish, offer_kinds},
    place::{Class, Cursor, is_not},
    principals, statement,
};

/// The keys that the statement's actions send, then those of the service that is written already, then the global ones.
pub(crate) fn keys(cursor: &Cursor<'_>, prefix: Option<&str>, found: &mut Completions) {
    // A key of several values says whether any or all of them are meant.
    let previous = cursor.previous.as_ref().map(iamx_syntax::SyntaxToken::kind);
    let needs_any =
        !matches!(previous, Some(S::ANY_KW | S::ALL_KW | S::EXISTS_KW)) && cursor.class() != Class::ContextKey;
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut add = |key: &ConditionKey, rank: u8, found: &mut Completions| {
        let fits =
            prefix.is_none_or(|prefix| key.name.split(':').next().is_some_and(|own| own.eq_ignore_ascii_case(prefix)));
        if fits && seen.insert(key.name.to_lowercase()) {
            found.items.push(of_key(key, needs_any, rank));
        }
    };
    let catalog = cursor.catalog();
    let mut sent: BTreeSet<std::sync::Arc<str>> = BTreeSet::new();
    for (service, action) in statement::actions(cursor) {
        sent.extend(service.keys_of(action));
    }
    for name in &sent {
        if let Some(key) = catalog.condition_key(name) {
            add(key.key, if key.key.global { 2 } else { 1 }, found);
        }
    }
    if let Some(service) = prefix.and_then(|prefix| catalog.service(prefix)) {
        service.condition_keys().iter().for_each(|key| add(key, 4, found));
    }
    catalog.global_keys().iter().for_each(|key| add(key, 3, found));
}

fn of_key(key: &ConditionKey, needs_any: bool, rank: u8) -> Completion {
    let types: Vec<&str> = key.types.iter().map(KeyType::name).collect();
    let detail =
        if key.multi_valued { format!("{}, of several values", types.join(" or ")) } else { types.join(" or ") };
    let before = if key.multi_valued && !key.single_valued_too && needs_any { "any " } else { "" };
    let offered = |label: &str| {
        Completion::new(label, CompletionKind::ConditionKey, detail.clone(), rank)
            .about(Subject::Key(key.name.to_string()))
    };
    // `aws:PrincipalTag/${TagKey}`
    if let Some((start, (name, end))) =
        key.name.split_once("${").and_then(|(start, rest)| Some((start, rest.split_once('}')?)))
    {
        let snippet = format!("{before}{}${{1:{}}}{}", escaped(start), escaped(name), escaped(end));
        let plain = format!("{before}{start}");
        return Completion { insert: Insert::Snippet { snippet, plain }, ..offered(&format!("{start}…{end}")) };
    }
    let offered = offered(&key.name);
    if before.is_empty() { offered } else { offered.writes(format!("{before}{}", key.name)) }
}

/// What can follow a key, by its type.
pub(crate) fn operators(cursor: &Cursor<'_>, key: &str, found: &mut Completions) {
    let Some(key) = cursor.catalog().condition_key(key) else { return };
    let after_not = cursor.previous.as_ref().is_some_and(is_not);
    let after_question = cursor.previous.as_ref().is_some_and(|token| token.kind() == S::QUESTION);
    let mut operators: Vec<&str> = Vec::new();
    for of in key.key.types.iter() {
        let own: &[&str] = match of {
            KeyType::String | KeyType::Arn => &["==", "!=", "in", "like", "not in", "not like"],
            KeyType::Ip => &["in", "==", "!=", "not in"],
            KeyType::Numeric | KeyType::Date => &["==", "<", "<=", ">", ">=", "!=", "in", "not in"],
            KeyType::Bool | KeyType::Binary => &[],
        };
        operators.extend(own.iter().filter(|one| !operators.contains(one)).collect::<Vec<_>>());
    }
    for operator in operators {
        let written = match operator.strip_prefix("not ") {
            Some(rest) if after_not => rest,
            _ if after_not => continue,
            // A key that may be absent takes no negation.
            Some(_) if after_question => continue,
            _ if after_question && operator == "!=" => continue,
            _ => operator,
        };
        found.items.push(Completion::new(written, CompletionKind::Operator, key.key.types.first().name(), 0));
    }
}

/// What a key's values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    Region,
    Account,
    Organization,
    Service,
    Role,
    Anything,
}

/// Keys whose values are the names of services.
const OF_SERVICES: [&str; 7] = [
    "iam:PassedToService",
    "iam:AWSServiceName",
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
    "aws:CalledVia",
    "aws:CalledViaFirst",
    "aws:CalledViaLast",
];

/// What the values of the key are, as its name says.
pub(crate) fn holds(key: &str) -> Holds {
    let key = key.to_ascii_lowercase();
    if OF_SERVICES.iter().any(|one| one.eq_ignore_ascii_case(&key)) {
        Holds::Service
    } else if key == "aws:principalarn" {
        Holds::Role
    } else if key.ends_with("region") {
        Holds::Region
    } else if key.ends_with("account") {
        Holds::Account
    } else if key.ends_with("orgid") {
        Holds::Organization
    } else {
        Holds::Anything
    }
}

/// The values that the key can have, as far as they are known.
pub(crate) fn values(cursor: &Cursor<'_>, key: &str, found: &mut Completions) {
    match holds(key) {
        Holds::Region => {
            for region in regions(cursor) {
                found.items.push(Completion::new(format!("\"{region}\""), CompletionKind::Value, "region", 1));
            }
        }
        Holds::Account => offer_kinds(cursor, Wish::Account, ".id", 0, found),
        Holds::Organization => offer_kinds(cursor, Wish::Organization, ".id", 0, found),
        Holds::Service => {
            let mut listed = Completions::default();
            principals::services(cursor, false, &mut listed);
            let written = listed.items.into_iter().map(|one| {
                let label = format!("service {}", one.label);
                Completion { label, rank: 3, ..one }
            });
            found.items.extend(written);
        }
        Holds::Role => offer_kinds(cursor, Wish::Declared(DeclaredKind::Role), "", 0, found),
        Holds::Anything => {}
    }
}

/// The regions of the partition that most have, then the others'.
pub(crate) fn regions<'c>(cursor: &Cursor<'c>) -> impl Iterator<Item = &'c str> + use<'c> {
    cursor.catalog().partitions().iter().flat_map(|partition| partition.regions.iter().map(String::as_str))
}
