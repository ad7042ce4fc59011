//! One cause, one finding: of several that say the same of one place the weightiest stays.

use std::collections::HashSet;

use iamx_diagnostic::{Check, Diagnostic, checks};
use iamx_text::Span;

use crate::written::lies_in;

/// Checks that can have one cause, the weightiest first. A place that a finding marks isn't the subject of one that comes
/// after it in its list.
const CAUSES: [&[&Check]; 6] = [
    // An allow that is too wide.
    &[
        &checks::FULL_ADMIN,
        &checks::PRIVILEGE_ESCALATION,
        &checks::PASS_ROLE_WITH_STAR_IN_RESOURCE,
        &checks::PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE,
        &checks::PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION,
        &checks::PASS_ROLE_WITH_NOT_RESOURCE,
        &checks::PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE,
        &checks::PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE,
        &checks::CREATE_SLR_WITH_STAR_IN_RESOURCE,
        &checks::CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE,
        &checks::CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION,
        &checks::CREATE_SLR_WITH_NOT_RESOURCE,
        &checks::CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE,
        &checks::CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE,
        &checks::PERMISSIONS_MANAGEMENT_UNCONSTRAINED,
        &checks::CREDENTIALS_EXPOSURE,
        &checks::SERVICE_WILDCARD,
        &checks::WILDCARD_ACTION,
        &checks::WILDCARD_RESOURCE,
        &checks::DATA_EXPOSURE,
    ],
    // A condition that is true, or false, where its key is absent.
    &[
        &checks::MFA_PATTERN,
        &checks::DYNAMODB_SCAN_BYPASSES_LEADING_KEYS,
        &checks::S3_PREFIX_IN_NEGATIVE_CONTEXT,
        &checks::REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION,
        &checks::EQUIVALENT_TO_NULL_TRUE,
        &checks::CONDITION_KEY_NOT_SENT,
        &checks::ALLOW_WHEN_ABSENT,
    ],
    // An id that everyone has one like.
    &[
        &checks::PUBLIC_ACCESS,
        &checks::RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL,
        &checks::CONFUSED_DEPUTY,
        &checks::WILDCARD_USAGE_TOO_PERMISSIVE,
    ],
    // A subject that lets in nobody, or too many.
    &[
        &checks::IMPOSSIBLE_OIDC_SUBJECT,
        &checks::OIDC_SUBJECT_TOO_WIDE,
        &checks::SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED,
    ],
    // An action that a policy can't be about.
    &[&checks::UNSUPPORTED_ACTION_IN_POLICY, &checks::ACTION_RESOURCE_MISMATCH],
    // A key that an action doesn't send.
    &[
        &checks::DYNAMODB_WRONG_CONDITION_FOR_ACTION,
        &checks::ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE,
        &checks::DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE,
        &checks::CONDITION_KEY_NOT_SENT,
        &checks::UNSUPPORTED_ACTION_FOR_CONDITION_KEY,
    ],
];

/// Leaves out that one statement says what another does where one of them matches nothing: that is what is wrong there.
pub(crate) fn drop_redundancy_of_mismatches(diagnostics: &mut Vec<Diagnostic>) {
    let of = |diagnostic: &Diagnostic, check: &Check| diagnostic.check.name == check.name;
    let mismatches: Vec<Span> = diagnostics
        .iter()
        .filter(|diagnostic| of(diagnostic, &checks::ACTION_RESOURCE_MISMATCH))
        .filter_map(Diagnostic::primary)
        .collect();
    let matches_nothing = |statement: Span| mismatches.iter().any(|place| lies_in(*place, statement));
    diagnostics.retain(|diagnostic| {
        !of(diagnostic, &checks::REDUNDANT_STATEMENT)
            || !diagnostic.labels.iter().any(|label| matches_nothing(label.span))
    });
}

/// Leaves out what says of a place what a weightier finding has said of it.
pub(crate) fn keep_weightiest(diagnostics: &mut Vec<Diagnostic>) {
    for cause in CAUSES {
        let mut taken = HashSet::new();
        let mut dropped = HashSet::new();
        for check in cause {
            let of_check = |diagnostic: &&Diagnostic| std::ptr::eq(diagnostic.check, *check);
            let mut marked = Vec::new();
            for diagnostic in diagnostics.iter().filter(of_check) {
                match diagnostic.primary() {
                    Some(place) if taken.contains(&place) => {
                        dropped.insert((check.name, place));
                    }
                    _ => marked.extend(diagnostic.labels.iter().map(|label| label.span)),
                }
            }
            taken.extend(marked);
        }
        diagnostics.retain(|diagnostic| {
            !diagnostic.primary().is_some_and(|at| dropped.contains(&(diagnostic.check.name, at)))
        });
    }
}
