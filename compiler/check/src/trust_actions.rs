//! Conditions on what a caller brings along into a session, in a trust policy that doesn't let it.
//!
//! See [`sts:TagSession`](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html) and
//! [source identity](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html).

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{Effect, Statement};

use crate::{coverage, rules::Seen};

/// Keys, or their beginnings, with the action that a request which carries them needs, and how that is said.
const NEEDS: [(&str, &str, &str); 4] = [
    ("aws:RequestTag/", "sts:TagSession", "session-tags"),
    ("aws:TagKeys", "sts:TagSession", "session-tags"),
    ("sts:TransitiveTagKeys", "sts:TagSession", "session-tags"),
    ("sts:SourceIdentity", "sts:SetSourceIdentity", "source-identity"),
];

pub(crate) fn check(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    if statement.effect == Effect::Deny {
        return;
    }
    let mut said: Vec<&str> = Vec::new();
    for entry in &statement.conditions.entries {
        let starts = |key: &str| entry.key.get(..key.len()).is_some_and(|start| start.eq_ignore_ascii_case(key));
        let Some((_, action, word)) = NEEDS.iter().find(|(key, _, _)| starts(key)) else { continue };
        // The action may stand in a statement of its own.
        let somewhere = seen
            .entry
            .document
            .statements
            .iter()
            .any(|other| other.effect == Effect::Allow && coverage::of(other, action).is_some());
        if somewhere || entry.operator.holds_when_absent() || said.contains(action) {
            continue;
        }
        said.push(action);
        diagnostics.push(
            Diagnostic::new(
                &checks::MISSING_ACTION_FOR_CONDITION_KEY,
                entry.span,
                format!("a request that carries `{}` needs `{action}`, which nothing allows", entry.key),
            )
            .label("so this lets nobody in")
            .help(format!("write `with {word}` behind the principal")),
        );
    }
}

#[cfg(test)]
mod tests {
    use iamx_catalog::Catalog;

    use super::NEEDS;

    #[test]
    fn every_name_exists() {
        for (key, action, _) in NEEDS {
            let key = if key.ends_with('/') { format!("{key}x") } else { key.to_owned() };
            assert!(Catalog::builtin().condition_key(&key).is_some(), "{key}");
            assert!(Catalog::builtin().action(action).is_some(), "{action}");
        }
    }
}
