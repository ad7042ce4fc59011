//! Keys of the request that only a service's own calls carry, in policies of identities, by which no service calls.
//!
//! See [properties of the request](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourcearn).

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{BaseOperator, Effect, Statement};

use crate::rules::Seen;

/// Sent only where a service calls as itself, for a resource of some account.
const OF_CALLING_SERVICES: [&str; 4] = ["aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOrgPaths"];

pub(crate) fn check(_: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    for entry in &statement.conditions.entries {
        let is_null = entry.operator.base == BaseOperator::Null;
        let absent =
            entry.operator.holds_when_absent() || (is_null && entry.values.iter().any(|value| value.value == "true"));
        let consequence = match (statement.effect, absent) {
            (Effect::Allow, false) => "allows nothing",
            (Effect::Deny, false) => "denies nothing",
            (Effect::Deny, true) if !is_null => "always holds",
            _ => continue,
        };
        if OF_CALLING_SERVICES.iter().any(|key| entry.is_of(key)) {
            diagnostics.push(
                Diagnostic::new(
                    &checks::CONDITION_KEY_NOT_SENT,
                    entry.span,
                    format!("no request of a role or user carries `{}`: this {consequence}", entry.key),
                )
                .note("the key is sent where a service calls as itself, and its calls aren't decided by policies of identities")
                .help("ask it in the policy of the resource, of a statement `to service …`"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use iamx_catalog::Catalog;

    use super::OF_CALLING_SERVICES;

    #[test]
    fn every_key_exists() {
        for key in OF_CALLING_SERVICES {
            assert!(Catalog::builtin().condition_key(key).is_some(), "{key}");
        }
    }
}
