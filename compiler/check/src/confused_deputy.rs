//! A service acts for whoever asks it: without the source's account anyone's resource can make it use this role.
//!
//! See [cross-service confused deputy prevention](https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html#cross-service-confused-deputy-prevention).

use std::{collections::BTreeSet, sync::LazyLock};

use iamx_diagnostic::{Diagnostic, Severity, checks};
use iamx_policy::{Effect, Principal, Statement};
use serde::Deserialize;

use crate::rules::Seen;

/// The keys that say for whom the service acts.
const SOURCES: [&str; 4] = ["aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOrgPaths"];

pub(crate) fn check(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    let says = |key: &str| statement.conditions.of(key).any(|entry| !entry.operator.holds_when_absent());
    if statement.effect == Effect::Deny || SOURCES.iter().any(|key| says(key)) {
        return;
    }
    for principal in statement.principal.iter().flat_map(|element| &element.principals) {
        let Principal::Service(name) = &principal.value else { continue };
        if !SERVICES.contains(name.as_str()) {
            continue;
        }
        let account = seen.world.program.account(seen.entry.account).map_or("…", |account| &account.id);
        diagnostics.push(
            Diagnostic::new(
                &checks::CONFUSED_DEPUTY,
                principal.span,
                format!("`{name}` takes the role on for resources of any account"),
            )
            // Passing a role to a service is the account's own to allow, so less hangs on it than in a resource's policy.
            .severity(Severity::Suggestion)
            .note("the service says in each request for whose resource it acts")
            .help(format!("add `when aws:SourceAccount == \"{account}\"`, or `aws:SourceArn` of the resource")),
        );
    }
}

/// The services that send these keys when they take on a role.
static SERVICES: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../data/source-keys.json")).map(|list: List| list.services).unwrap_or_default()
});

#[derive(Deserialize)]
struct List {
    services: BTreeSet<String>,
}

#[cfg(test)]
mod tests {
    use iamx_catalog::{Catalog, PrincipalGrade};

    use super::{SERVICES, SOURCES};

    #[test]
    fn every_name_exists() {
        assert!(SERVICES.len() >= 20);
        for name in SERVICES.iter() {
            assert_eq!(Catalog::builtin().principal(name), PrincipalGrade::Known, "{name}");
        }
        for key in SOURCES {
            assert!(Catalog::builtin().condition_key(key).is_some(), "{key}");
        }
    }
}
