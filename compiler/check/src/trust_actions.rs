//! Conditions on what a caller brings along into a session, in a trust policy that doesn't let it.
//!
//! See [`sts:TagSession`](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html) and
//! [source identity](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html).

use iamx_diagnostic::{Diagnostic, checks};
use iamx_lower::Brought;
use iamx_policy::{Effect, Statement};

use crate::{
    coverage,
    identity_providers::{self, Provider},
    rules::Seen,
};

pub(crate) fn check(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    if statement.effect == Effect::Deny {
        return;
    }
    let mut said: Vec<&str> = Vec::new();
    for entry in &statement.conditions.entries {
        let Some(Brought { word, action, .. }) = Brought::demanded_by(entry) else { continue };
        if let Some(provider) = brings_nothing(statement) {
            diagnostics.push(
                Diagnostic::new(
                    &checks::CONDITION_KEY_NOT_SENT,
                    entry.span,
                    format!("the tokens of {} bring no session tags and no source identity", provider.name),
                )
                .label(format!("`{}` is absent from every request", entry.key))
                .help("ask for a claim of the token"),
            );
            return;
        }
        let whole = format!("sts:{action}");
        // The action may stand in a statement of its own.
        let somewhere = seen
            .entry
            .document
            .statements
            .iter()
            .any(|other| other.effect == Effect::Allow && coverage::of(other, &whole).is_some());
        if somewhere || said.contains(action) {
            continue;
        }
        said.push(action);
        diagnostics.push(
            Diagnostic::new(
                &checks::MISSING_ACTION_FOR_CONDITION_KEY,
                entry.span,
                format!("a request that carries `{}` needs `{whole}`, which nothing allows", entry.key),
            )
            .label("so this lets nobody in")
            .help(format!("write `with {word}` behind the principal of a `trust`")),
        );
    }
}

/// A provider whose tokens have none of what this is about, where the statement is about nobody else.
///
/// See [session tags of web identities](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_adding-assume-role-idp).
fn brings_nothing(statement: &Statement) -> Option<&'static Provider> {
    let principals = &statement.principal.as_ref()?.principals;
    let [principal] = principals.as_slice() else { return None };
    let provider = identity_providers::of_address(identity_providers::address_of(&principal.value)?)?;
    provider.brings_nothing.then_some(provider)
}

#[cfg(test)]
mod tests {
    use iamx_catalog::Catalog;
    use iamx_lower::BROUGHT;

    #[test]
    fn every_name_exists() {
        for brought in &BROUGHT {
            for key in brought.keys {
                let key = if key.ends_with('/') { format!("{key}x") } else { (*key).to_owned() };
                assert!(Catalog::builtin().condition_key(&key).is_some(), "{key}");
            }
            let action = format!("sts:{}", brought.action);
            assert!(Catalog::builtin().action(&action).is_some(), "{action}");
        }
    }
}
