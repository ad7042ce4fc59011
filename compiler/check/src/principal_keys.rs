//! Keys that a policy of a resource or role can't be asked about: what services lack, and what is always the resource's own.
//!
//! See [global condition keys](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html).

use iamx_catalog::PolicyCarrier;
use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{ConditionEntry, Effect, Principal, Statement};

use crate::rules::Seen;

/// Keys of principals of an account, which a service that calls by itself lacks.
pub(crate) const OF_ACCOUNTS: [&str; 4] =
    ["aws:PrincipalAccount", "aws:PrincipalArn", "aws:PrincipalOrgID", "aws:PrincipalOrgPaths"];

/// Keys that are always those of the resource itself.
const OF_THE_RESOURCE: [&str; 4] =
    ["aws:ResourceAccount", "aws:ResourceOrgID", "aws:ResourceOrgPaths", "s3:ResourceAccount"];

/// Whether the condition is one on an account's principal that is false where there is none.
fn lacks(entry: &ConditionEntry) -> bool {
    OF_ACCOUNTS.iter().any(|key| entry.is_of(key)) && !entry.holds_when_absent()
}

/// A federated caller of a role under a condition on whose principal it is: it calls without credentials of any account.
///
/// See [`AssumeRoleWithWebIdentity`](https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html).
pub(crate) fn of_federated(_: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    if statement.effect == Effect::Deny {
        return;
    }
    let principals = statement.principal.iter().flat_map(|element| &element.principals);
    let federated = principals.into_iter().find(|principal| matches!(principal.value, Principal::Federated(_)));
    let Some((provider, entry)) = federated.zip(statement.conditions.entries.iter().find(|entry| lacks(entry))) else {
        return;
    };
    diagnostics.push(
        Diagnostic::new(
            &checks::CONDITION_KEY_NOT_SENT,
            entry.span,
            format!("who comes through a provider carries no `{}`: it never comes in", entry.key),
        )
        .related(provider.span, "this provider")
        .note("the role is assumed with a token alone, by no principal of an account")
        .help("ask for what the token says, `claim sub` and others"),
    );
}

/// A service under a condition on whose principal it is.
pub(crate) fn of_services(_: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    if statement.effect == Effect::Deny {
        return;
    }
    let service = statement
        .principal
        .iter()
        .flat_map(|element| &element.principals)
        .find(|principal| matches!(principal.value, Principal::Service(_)));
    let Some((service, entry)) = service.zip(statement.conditions.entries.iter().find(|entry| lacks(entry))) else {
        return;
    };
    diagnostics.push(
        Diagnostic::new(
            &checks::UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL,
            entry.span,
            format!("a service carries no `{}`: it never comes in", entry.key),
        )
        .related(service.span, "this service")
        .help("ask `aws:SourceOrgID` or `aws:SourceAccount`, for whom it acts, in a statement of its own"),
    );
}

/// A resource's policy that asks whose the resource is.
pub(crate) fn of_the_resource(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    // An endpoint's policy is asked about what is called through it, and whose that is says what may leave the network.
    let carrier = seen.entry.resource_policy.map(|policy| policy.form.carrier);
    if matches!(carrier, Some(PolicyCarrier::Type("ec2", "vpc-endpoint"))) {
        return;
    }
    for entry in &statement.conditions.entries {
        if OF_THE_RESOURCE.iter().any(|key| entry.is_of(key)) {
            diagnostics.push(
                Diagnostic::new(
                    &checks::IRRELEVANT_CONDITION_KEY_IN_POLICY,
                    entry.span,
                    format!("in this policy `{}` is always the resource's own", entry.key),
                )
                .help("leave it out, or ask about the caller: `aws:PrincipalAccount`, `aws:PrincipalOrgID`"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use iamx_catalog::Catalog;

    use super::{OF_ACCOUNTS, OF_THE_RESOURCE};

    #[test]
    fn every_key_exists() {
        for key in OF_ACCOUNTS.iter().chain(&OF_THE_RESOURCE) {
            assert!(Catalog::builtin().condition_key(key).is_some(), "{key}");
        }
    }
}
