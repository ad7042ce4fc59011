//! An action that is asked with several resources at once is allowed only if each of them is.
//!
//! See [resource types](https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html#actions_table).

use std::collections::HashSet;

use iamx_catalog::{Action, Catalog, ResourceType, Service};
use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{BaseOperator, ConditionEntry, Effect, Statement, arns_intersect};

use crate::{
    access::{self, Access},
    coverage,
    rules::World,
};

/// Actions whose requests are known to name several resources at once. AWS marks resource types as required for many more,
/// where any one of them will do, as AWS's own policies show.
///
/// See [examples for Amazon EC2](https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ExamplePolicies_EC2.html).
const SEVERAL: [&str; 2] = ["ec2:AttachVolume", "ec2:RunInstances"];

pub(crate) fn check(world: &World<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for access in access::all(world.program) {
        // What is attached from elsewhere may hold the rest.
        if !access.elsewhere.is_empty() {
            continue;
        }
        for statement in allows(&access).filter(|statement| !statement.actions.negated) {
            for pattern in statement.actions.patterns.iter().filter(|pattern| !pattern.value.is_wildcard()) {
                let Some(name) = SEVERAL.into_iter().find(|name| pattern.value.holds(name)) else { continue };
                let Some((service, action)) = found(world.catalog, name) else { continue };
                let missing = missing(world.catalog, &access, service, action, name);
                let lists = |missing: &[&ResourceType]| {
                    let names: Vec<_> =
                        missing.iter().map(|one| format!("`{}.{}`", service.prefix(), one.slug())).collect();
                    names.join(", ")
                };
                // On these the statement would allow the action, but for one of its conditions.
                let unsent = statement.conditions.entries.iter().find_map(|entry| {
                    let lack =
                        |one: &&&ResourceType| !may_meet(world.catalog, entry, action, one) && is_about(statement, one);
                    let lacking: Vec<_> = missing.iter().filter(lack).copied().collect();
                    (!lacking.is_empty()).then_some((entry, lacking))
                });
                if let Some((entry, lacking)) = unsent {
                    diagnostics.push(of_key(service, action, name, entry, &lacking, &lists(&lacking)));
                } else if let (Some(first), true) = (missing.first(), names_resources(statement)) {
                    let listed = lists(&missing);
                    diagnostics.push(
                        Diagnostic::new(
                            &checks::MISSING_REQUIRED_RESOURCE,
                            pattern.span,
                            format!("`{name}` is asked with {listed} too, and nothing allows it there"),
                        )
                        .label("allows nothing")
                        .note("a request is allowed only if each of its resources is")
                        .help(format!(
                            "add `{}.{}(\"*\")` and the others to its resources",
                            service.prefix(),
                            first.slug()
                        )),
                    );
                }
            }
        }
    }
}

/// Denies that hold of every request, as one of the resources that it is asked with never carries their keys.
pub(crate) fn check_denies(world: &World<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut known = HashSet::new();
    for entry in world.program.documents().filter(|entry| known.insert(entry.document.statements.place())) {
        let denies = |statement: &&Statement| {
            statement.effect == Effect::Deny && !statement.actions.negated && !statement.conditions.entries.is_empty()
        };
        for statement in entry.document.statements.iter().filter(denies) {
            for pattern in statement.actions.patterns.iter().filter(|pattern| !pattern.value.is_wildcard()) {
                let Some(name) = SEVERAL.into_iter().find(|name| pattern.value.holds(name)) else { continue };
                let Some((service, action)) = found(world.catalog, name) else { continue };
                let entries = &statement.conditions.entries;
                let hit = |one: &&ResourceType| {
                    is_about(statement, one)
                        && entries
                            .iter()
                            .all(|entry| absence_meets(entry) && !carries(world.catalog, entry, action, one))
                };
                let required = action.resource_types.iter().filter(|used| used.required);
                let required = required.filter_map(|used| service.resource_type_named(&used.name));
                let Some((hit, entry)) = required.into_iter().find(hit).zip(entries.first()) else { continue };
                let carrying = action.resource_types.iter().filter(|used| sends(&used.condition_keys, &entry.key));
                let mut carrying = carrying.filter_map(|used| service.resource_type_named(&used.name));
                let call = |one: &ResourceType| format!("{}.{}", service.prefix(), one.slug());
                let help = match carrying.find(|one| action.resource_use(&one.name).is_some_and(|used| used.required)) {
                    Some(kept) => format!("keep it `on {}(\"*\")`, which carries the key", call(kept)),
                    None => "leave the condition out, or name the resources that carry its key".to_owned(),
                };
                diagnostics.push(
                    Diagnostic::new(
                        &checks::DENY_BY_UNSENT_KEY,
                        entry.span,
                        format!("this denies every `{name}`: it is asked with `{}` too, which carries no `{}`", call(hit), entry.key),
                    )
                    .note("a request is denied if one of its resources is, and a key that isn't there is none of the values")
                    .help(help),
                );
            }
        }
    }
}

/// A condition that is asked of each resource of the request, and that some of these can't meet.
fn of_key(
    service: &Service,
    action: &Action,
    name: &str,
    entry: &ConditionEntry,
    lacking: &[&ResourceType],
    listed: &str,
) -> Diagnostic {
    let carrying = action.resource_types.iter().filter(|used| sends(&used.condition_keys, &entry.key));
    let carrying: Vec<_> = carrying.filter_map(|used| service.resource_type_named(&used.name)).collect();
    let call = |one: &ResourceType| format!("{}.{}(\"*\")", service.prefix(), one.slug());
    let kept = carrying.iter().find(|one| action.resource_use(&one.name).is_some_and(|used| used.required));
    let help = match kept.or(carrying.first()) {
        Some(kept) => format!(
            "keep the condition in a statement `on {}`, and allow `{name}` on the others, `{}` and so on, in one without it",
            call(kept),
            lacking.first().map_or_else(String::new, |one| call(one)),
        ),
        None => "leave the condition out".to_owned(),
    };
    Diagnostic::new(
        &checks::MISSING_REQUIRED_RESOURCE,
        entry.span,
        format!(
            "`{name}` is asked with {listed} too, which carry no `{}`, and nothing else allows it there",
            entry.key
        ),
    )
    .label("so this allows nothing")
    .note("a request is allowed only if each of its resources is, and each is asked with the keys of its own type")
    .help(help)
}

/// Whether the catalog's templates of keys hold the key.
fn sends(keys: &[std::sync::Arc<str>], key: &str) -> bool {
    keys.iter().any(|template| match template.split_once("${") {
        Some((start, _)) => key.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start)),
        None => template.eq_ignore_ascii_case(key),
    })
}

/// The keys that come with tags.
const TAGS: [&str; 3] = ["aws:RequestTag/", "aws:ResourceTag/", "aws:TagKeys"];

/// Whether the condition may hold of a resource of the type.
fn may_meet(catalog: &Catalog, entry: &ConditionEntry, action: &Action, resource_type: &ResourceType) -> bool {
    absence_meets(entry) || carries(catalog, entry, action, resource_type)
}

/// Whether the condition holds where its key is absent.
fn absence_meets(entry: &ConditionEntry) -> bool {
    let is_null = entry.operator.base == BaseOperator::Null;
    entry.operator.holds_when_absent() || (is_null && entry.values.iter().any(|value| value.value == "true"))
}

/// Whether the key may come with a resource of the type: one of the service's, or of tags, only if AWS lists it for the action
/// with that type.
fn carries(catalog: &Catalog, entry: &ConditionEntry, action: &Action, resource_type: &ResourceType) -> bool {
    let starts = |start: &str| entry.key.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start));
    let Some(used) = action.resource_use(&resource_type.name) else { return true };
    !TAGS.iter().any(|tag| starts(tag)) && is_of_every_service(catalog, &entry.key)
        || used.condition_keys.is_empty()
        || sends(&used.condition_keys, &entry.key)
        || sends(&action.condition_keys, &entry.key)
}

/// Whether the key comes from the caller or the network, with whatever is called.
fn is_of_every_service(catalog: &Catalog, key: &str) -> bool {
    catalog.condition_key(key).is_none_or(|found| found.key.global)
}

/// Whether the statement's resources can be of the type.
fn is_about(statement: &Statement, resource_type: &ResourceType) -> bool {
    let holds = |arn: &str| {
        arn == "*"
            || arn.contains("${")
            || resource_type.arn_templates.iter().any(|template| arns_intersect(template.pattern(), arn))
    };
    statement
        .resources
        .as_ref()
        .is_some_and(|resources| resources.negated || resources.patterns.iter().any(|one| holds(&one.value)))
}

fn allows<'a, 'p>(access: &'a Access<'p>) -> impl Iterator<Item = &'p Statement> + use<'a, 'p> {
    let statements = access.documents.iter().flat_map(|(_, document)| &document.statements);
    statements.filter(|statement| statement.effect == Effect::Allow)
}

/// Whether the statement is about chosen resources.
fn names_resources(statement: &Statement) -> bool {
    statement
        .resources
        .as_ref()
        .is_some_and(|resources| !resources.negated && resources.patterns.iter().all(|one| one.value != "*"))
}

fn found<'c>(catalog: &'c Catalog, name: &str) -> Option<(&'c Service, &'c Action)> {
    let (prefix, action) = name.split_once(':')?;
    let service = catalog.service(prefix)?;
    Some((service, service.action(action)?))
}

/// The required types on which nothing allows the action.
fn missing<'c>(
    catalog: &Catalog,
    access: &Access<'_>,
    service: &'c Service,
    action: &'c Action,
    name: &str,
) -> Vec<&'c ResourceType> {
    let required = action.resource_types.iter().filter(|used| used.required);
    let allowed = |resource_type: &ResourceType| {
        allows(access).any(|statement| {
            coverage::of(statement, name).is_some()
                && is_about(statement, resource_type)
                && statement.conditions.entries.iter().all(|entry| may_meet(catalog, entry, action, resource_type))
        })
    };
    required.filter_map(|used| service.resource_type_named(&used.name)).filter(|one| !allowed(one)).collect()
}

#[cfg(test)]
mod tests {
    use iamx_catalog::Catalog;

    use super::SEVERAL;

    #[test]
    fn each_requires_several_types() {
        for name in SEVERAL {
            let action = Catalog::builtin().action(name).unwrap();
            assert!(action.resource_types.iter().filter(|used| used.required).count() > 1, "{name}");
        }
    }
}
