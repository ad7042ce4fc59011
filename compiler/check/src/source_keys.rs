//! Keys that only the calls which a service makes as itself carry, where no service calls: in policies of identities, and where
//! a policy of a resource or role names others.
//!
//! See [properties of the request](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourcearn)
//! and [of the principal](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalisawsservice).

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{BaseOperator, ConditionEntry, Effect, Principal, Statement};

use crate::rules::Seen;

/// For whose resource the service calls.
pub(crate) const OF_CALLING_SERVICES: [&str; 4] =
    ["aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOrgPaths"];

/// Which service it is.
const NAMES_OF_SERVICES: [&str; 2] = ["aws:PrincipalServiceName", "aws:PrincipalServiceNamesList"];

/// Whether it is one.
const IS_SERVICE: &str = "aws:PrincipalIsAWSService";

/// In the policy of an identity.
pub(crate) fn of_identities(_: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    let found = not_sent(statement, "a role or user").map(|finding| {
        finding
            .note("the calls that a service makes as itself aren't decided by policies of identities")
            .help("ask it in the policy of the resource, of a statement `to service …`")
    });
    diagnostics.extend(found);
}

/// The conditions on what no request of these carries.
fn not_sent(statement: &Statement, whose: &str) -> impl Iterator<Item = Diagnostic> {
    statement.conditions.entries.iter().filter_map(move |entry| {
        let consequence = consequence(statement, entry)?;
        let message = format!("no request of {whose} {}: this {consequence}", carries(entry));
        Some(Diagnostic::new(&checks::CONDITION_KEY_NOT_SENT, entry.span, message))
    })
}

/// Where each principal of a statement is an account's, or comes through a provider.
pub(crate) fn of_others(_: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    let Some(element) = statement.principal.as_ref().filter(|element| !element.negated) else { return };
    let is_no_service = |principal: &Principal| match principal {
        Principal::Everyone | Principal::Service(_) => false,
        Principal::Aws(name) => name != "*",
        Principal::Federated(_) | Principal::CanonicalUser(_) => true,
    };
    let Some(first) = element.principals.first() else { return };
    if !element.principals.iter().all(|principal| is_no_service(&principal.value)) {
        return;
    }
    let found = not_sent(statement, "these principals").map(|finding| {
        finding
            .related(first.span, if element.principals.len() == 1 { "whom it is about" } else { "the first of them" })
            .note("the key is sent where a service calls as itself")
            .help("name the service, `to service …`, or ask who calls: `aws:PrincipalAccount`, `aws:PrincipalArn`")
    });
    diagnostics.extend(found);
}

/// What the statement does for what no request carries, where that isn't meant.
fn consequence(statement: &Statement, entry: &ConditionEntry) -> Option<&'static str> {
    let is_one_of = |keys: &[&str]| keys.iter().any(|key| entry.is_of(key));
    let says = |text: &str| entry.values.iter().all(|value| value.value.eq_ignore_ascii_case(text));
    let never = if statement.effect == Effect::Allow { "allows nothing" } else { "denies nothing" };
    if entry.is_of(IS_SERVICE) {
        // Each request carries this one, as false.
        let asks = entry.operator.base == BaseOperator::Bool && says("true");
        return asks.then_some(never);
    }
    let absent = entry.holds_when_absent();
    if !absent && (is_one_of(&OF_CALLING_SERVICES) || is_one_of(&NAMES_OF_SERVICES)) {
        return Some(never);
    }
    // That it isn't a certain service is said beside other conditions, and true.
    let is_null = entry.operator.base == BaseOperator::Null;
    let always = absent && !is_null && statement.effect == Effect::Deny && is_one_of(&OF_CALLING_SERVICES);
    always.then_some("always holds")
}

fn carries(entry: &ConditionEntry) -> String {
    if entry.is_of(IS_SERVICE) { format!("has `{}` true", entry.key) } else { format!("carries `{}`", entry.key) }
}

#[cfg(test)]
mod tests {
    use iamx_catalog::Catalog;

    use super::{IS_SERVICE, NAMES_OF_SERVICES, OF_CALLING_SERVICES};

    #[test]
    fn every_key_exists() {
        for key in OF_CALLING_SERVICES.into_iter().chain(NAMES_OF_SERVICES).chain([IS_SERVICE]) {
            assert!(Catalog::builtin().condition_key(key).is_some(), "{key}");
        }
    }
}
