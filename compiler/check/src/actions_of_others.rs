//! A resource's own policy is about the actions of its service; AWS refuses one that names others.

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::Statement;

use crate::rules::Seen;

pub(crate) fn check(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    let Some(policy) = seen.entry.resource_policy else { return };
    let Some(service) = policy.form.service else { return };
    let other =
        statement.actions.patterns.iter().find(|pattern| {
            pattern.value.service.as_deref().is_some_and(|prefix| !prefix.eq_ignore_ascii_case(service))
        });
    let Some(other) = other else { return };
    diagnostics.push(
        Diagnostic::new(
            &checks::UNSUPPORTED_ACTION_IN_POLICY,
            other.span,
            format!("this policy is about actions of `{service}`, and `{}` is none", other.value),
        )
        .note(format!("see {}", policy.form.page)),
    );
}
