//! A service acts for whoever asks it: without the source's account anyone's resource can make it use this role.
//!
//! See [cross-service confused deputy prevention](https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html#cross-service-confused-deputy-prevention).

use std::{collections::BTreeSet, sync::LazyLock};

use iamx_diagnostic::{Diagnostic, Severity, checks};
use iamx_policy::{BaseOperator, ConditionEntry, Effect, Principal, Sourced, Statement};
use serde::Deserialize;

use crate::{rules::Seen, strangers};

/// The keys that say for whom the service acts.
const SOURCES: [&str; 4] = ["aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOrgPaths"];

/// A role's trust in a service.
pub(crate) fn in_trust(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    for (principal, name) in unasked(statement, &LISTS.roles) {
        diagnostics.push(
            Diagnostic::new(
                &checks::CONFUSED_DEPUTY,
                principal.span,
                format!("`{name}` takes the role on for resources of any account"),
            )
            // Passing a role to a service is the account's own to allow, so less hangs on it than in a resource's policy.
            .severity(Severity::Suggestion)
            .note("the service says in each request for whose resource it acts")
            .help(help(seen)),
        );
    }
}

/// A service in a resource's policy.
pub(crate) fn in_resource(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    for (principal, name) in unasked(statement, &LISTS.resources) {
        diagnostics.push(
            Diagnostic::new(
                &checks::RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL,
                principal.span,
                format!("`{name}` comes in for resources of any account"),
            )
            .note("anyone can have the service act on what is theirs, and name this resource")
            .help(help(seen)),
        );
    }
}

fn help(seen: &Seen<'_>) -> String {
    let account = seen.world.program.account(seen.entry.account).map_or("…", |account| &account.id);
    format!("add `when aws:SourceAccount == \"{account}\"`, or `aws:SourceArn` of the resource that it acts for")
}

/// The service principals of an allow that are among `services`, where nothing says for whom they act.
fn unasked<'s>(
    statement: &'s Statement,
    services: &'static BTreeSet<String>,
) -> impl Iterator<Item = (&'s Sourced<Principal>, &'s str)> {
    let says = |key: &str| {
        let asked = |entry: &ConditionEntry| {
            entry.operator.base != BaseOperator::Null
                && !entry.operator.holds_when_absent()
                && !strangers::is_anyones(entry)
        };
        statement.conditions.of(key).any(asked)
    };
    let asked = statement.effect == Effect::Deny || SOURCES.iter().any(|key| says(key));
    let principals = statement.principal.iter().filter(move |_| !asked).flat_map(|element| &element.principals);
    principals.filter_map(|principal| match &principal.value {
        Principal::Service(name) if services.contains(name) => Some((principal, name.as_str())),
        _ => None,
    })
}

/// Whether the service says for whom it acts when it takes on a role.
pub(crate) fn says_source(service: &str) -> bool {
    LISTS.roles.contains(service)
}

/// Whether the service is known to take on roles without an external id.
pub(crate) fn sends_no_external_id(service: &str) -> bool {
    says_source(service) || LISTS.passed.contains(service)
}

/// The services that are known to say for whom they act.
static LISTS: LazyLock<Lists> =
    LazyLock::new(|| serde_json::from_str(include_str!("../data/source-keys.json")).unwrap_or_default());

#[derive(Default, Deserialize)]
struct Lists {
    /// When they take on a role.
    roles: BTreeSet<String>,
    /// Those that take on the roles that they are passed, and have no external id.
    passed: BTreeSet<String>,
    /// When they come to a resource.
    resources: BTreeSet<String>,
}

#[cfg(test)]
mod tests {
    use iamx_catalog::{Catalog, PrincipalGrade};

    use super::{LISTS, SOURCES};

    #[test]
    fn every_name_exists() {
        assert!(LISTS.roles.len() >= 20 && LISTS.resources.len() >= 20);
        for name in LISTS.roles.iter().chain(&LISTS.passed).chain(&LISTS.resources) {
            assert_eq!(Catalog::builtin().principal(name), PrincipalGrade::Known, "{name}");
        }
        for key in SOURCES {
            assert!(Catalog::builtin().condition_key(key).is_some(), "{key}");
        }
    }
}
