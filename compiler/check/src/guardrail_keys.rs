//! Keys that a resource control policy can't ask about alone: AWS's services call too, and carry others than people do.
//!
//! See [RCP examples](https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_examples.html).

use iamx_diagnostic::{Check, Diagnostic, checks};
use iamx_policy::{BaseOperator, ConditionEntry, Effect, Statement};

use crate::rules::Seen;

/// Keys of a principal, which AWS's services lack.
const OF_PRINCIPALS: [&str; 3] = ["aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:PrincipalAccount"];
/// Keys of what a service acts for, which principals lack.
const OF_SOURCES: [&str; 3] = ["aws:SourceOrgID", "aws:SourceOrgPaths", "aws:SourceAccount"];
const IS_SERVICE: &str = "aws:PrincipalIsAWSService";

pub(crate) fn check(_: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    if statement.effect == Effect::Allow {
        return;
    }
    let spares = |keys: &[&str]| {
        let entries = statement.conditions.entries.iter();
        entries.filter(|entry| entry.operator.holds_when_absent()).find(|entry| keys.iter().any(|key| entry.is_of(key)))
    };
    let is_asked = statement.conditions.of(IS_SERVICE).next().is_some();
    // Services always carry the key, as true.
    let spares_services = statement.conditions.of(IS_SERVICE).any(|entry| {
        entry.operator.base == BaseOperator::Bool && entry.values.iter().all(|value| value.value != "true")
    });
    if let Some(entry) = spares(&OF_PRINCIPALS)
        && !is_asked
    {
        diagnostics.push(finding(
            &checks::RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY,
            entry,
            "AWS's own services too, which carry no",
            "add `or aws:PrincipalIsAWSService` to what is spared",
        ));
    }
    let Some(entry) = spares(&OF_SOURCES) else { return };
    if !is_asked {
        diagnostics.push(finding(
            &checks::RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY,
            entry,
            "every principal too, which carries no",
            "keep it to services: add `when aws:PrincipalIsAWSService`",
        ));
    } else if !spares_services
        && !statement.conditions.entries.iter().any(|other| {
            other.operator.base == BaseOperator::Null
                && ["aws:SourceAccount", "aws:SourceArn"].iter().any(|key| other.is_of(key))
        })
    {
        diagnostics.push(finding(
            &checks::RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK,
            entry,
            "services too that say not for whom they act and carry no",
            "add `exists aws:SourceAccount` to the condition",
        ));
    }
}

fn finding(check: &'static Check, entry: &ConditionEntry, what: &str, help: &str) -> Diagnostic {
    Diagnostic::new(check, entry.span, format!("this denies {what} `{}`", entry.key)).help(help)
}

#[cfg(test)]
mod tests {
    use iamx_catalog::Catalog;

    use super::{IS_SERVICE, OF_PRINCIPALS, OF_SOURCES};

    #[test]
    fn every_key_exists() {
        for key in OF_PRINCIPALS.iter().chain(&OF_SOURCES).chain([&IS_SERVICE]) {
            assert!(Catalog::builtin().condition_key(key).is_some(), "{key}");
        }
    }
}
