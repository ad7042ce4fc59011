//! A KMS key whose policy lets nobody change it: nobody could ever again, the account's root included.
//!
//! See [the lockout safety check](https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html).

use iamx_catalog::PolicyCarrier;
use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::Effect;

use crate::{coverage, rules::Seen};

pub(crate) fn check(seen: &Seen<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let Some(policy) = seen.entry.resource_policy else { return };
    if !matches!(policy.form.carrier, PolicyCarrier::Type("kms", "key")) {
        return;
    }
    let mut allows = policy.document.statements.iter().filter(|statement| statement.effect == Effect::Allow);
    if allows.any(|statement| coverage::of(statement, "kms:PutKeyPolicy").is_some()) {
        return;
    }
    diagnostics.push(
        Diagnostic::new(
            &checks::KEY_LOCK_OUT,
            seen.entry.span,
            format!("nobody may change the policy of the key `{}`", policy.name),
        )
        .note("KMS refuses such a policy: no policy of an identity is asked unless the key's own says so, not the root user's either")
        .help("begin with `allow kms:* to account …`, which leaves it to the account's own policies"),
    );
}
