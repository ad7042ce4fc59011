//! A boundary is the most that an identity can do: one that allows nothing leaves it nothing.
//!
//! See [permissions boundaries](https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html).

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::Effect;

use crate::rules::Seen;

pub(crate) fn check(seen: &Seen<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let entry = seen.entry;
    let statements = &entry.document.statements;
    if statements.is_empty() || statements.iter().any(|statement| statement.effect == Effect::Allow) {
        return;
    }
    let message = format!("whoever has `{}` as its boundary can do nothing", entry.name);
    diagnostics.push(
        Diagnostic::new(&checks::BOUNDARY_GRANTS_NOTHING, entry.span, message)
            .note("an identity can do what its policies and its boundary both allow, and this one only denies")
            .help("allow what the identity may do at most, `allow * on *` for everything but what is denied"),
    );
}
