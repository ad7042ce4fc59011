//! Which of a grant's conditions each of its ends can see.

use iamx_diagnostic::{Diagnostic, Severity, checks};
use iamx_policy::{ConditionEntry, variables};
use iamx_text::Span;

use crate::{conditions::Formula, lowerer::Lowerer};

/// The keys, beside those of KMS itself, that a service passes on to KMS when it calls for someone: who that is, and when.
/// Those of the caller's network aren't among them, since the service calls from its own.
///
/// See [forward access sessions](https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html) and
/// [global keys with KMS](https://docs.aws.amazon.com/kms/latest/developerguide/conditions-aws.html).
const PASSED_ON: &[&str] = &[
    "aws:AssumedRoot",
    "aws:CurrentTime",
    "aws:EpochTime",
    "aws:FederatedProvider",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalIsAWSService",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
    "aws:PrincipalType",
    "aws:SourceIdentity",
    "aws:TokenIssueTime",
    "aws:userid",
    "aws:username",
];
const PRINCIPAL_TAG: &str = "aws:PrincipalTag/";

/// For whom a service acts that calls KMS with its own name.
const OF_SERVICES: &[&str] = &["aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID", "aws:SourceOrgPaths"];

/// Whether the key policy's end sees what the comparison asks.
pub(super) fn is_passed_on(entry: &ConditionEntry, to_service: bool) -> bool {
    let variables = entry.values.iter().flat_map(|value| variables(&value.value)).flatten();
    let mut keys = variables.map(|variable| variable.key).filter(|key| key.contains(':')).chain([entry.key.as_str()]);
    keys.all(|key| is_known_there(key, to_service))
}

fn is_known_there(key: &str, to_service: bool) -> bool {
    let listed = |keys: &[&str]| keys.iter().any(|one| one.eq_ignore_ascii_case(key));
    let starts = |prefix: &str| key.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    listed(PASSED_ON) || starts(PRINCIPAL_TAG) || starts("kms:") || (to_service && listed(OF_SERVICES))
}

impl Lowerer<'_> {
    /// Whether a request for one of the actions may carry the key. AWS doesn't list what it sends of global ones.
    pub(super) fn is_sent(&self, key: &str, actions: &[&str]) -> bool {
        let Some(found) = self.catalog().condition_key(key) else { return true };
        found.key.global
            || actions.iter().any(|action| {
                *action == "*"
                    || self
                        .catalog()
                        .actions_matching(action)
                        .any(|(service, action)| service.sends(action, &found.key.name))
            })
    }

    /// A key that no end of a grant sees is a fault: what it grants could never be used.
    pub(super) fn check_sent(&mut self, condition: &Formula, actions: &[&str], span: Span) -> Option<()> {
        let mut right = true;
        for block in self.compile(condition, span)? {
            for entry in block.entries {
                if self.is_sent(&entry.key, actions) {
                    continue;
                }
                right = false;
                self.no_end_sees(&entry, actions);
            }
        }
        right.then_some(())
    }

    fn no_end_sees(&mut self, entry: &ConditionEntry, actions: &[&str]) {
        let shown: Vec<_> = actions.iter().take(3).map(|action| format!("`{action}`")).collect();
        let diagnostic = Diagnostic::new(
            &checks::CONDITION_KEY_NOT_SENT,
            entry.span,
            format!("no end of this grant sees `{}`", entry.key),
        )
        .label(format!("absent from every request for {}", shown.join(", ")))
        .note(self.catalog_date());
        self.report(diagnostic.severity(Severity::Error));
    }
}
