//! A deny that an absent key switches off, though it is to hold for all but a few.

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{BaseOperator, ConditionEntry, Effect, Qualifier, Statement};

use crate::rules::Seen;

/// Keys with many values that say where a request comes from: a guard on these is for all that come from elsewhere.
const ORIGINS: [&str; 5] = [
    "aws:PrincipalOrgPaths",
    "aws:PrincipalServiceNamesList",
    "aws:ResourceOrgPaths",
    "aws:SourceOrgPaths",
    "aws:VpceOrgPaths",
];

pub(crate) fn check(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    if statement.effect == Effect::Allow {
        return;
    }
    for entry in &statement.conditions.entries {
        let switched_off = is_false(entry) || is_not_among(entry);
        // MFA has its own check, which knows more of it.
        if !switched_off
            || entry.is_of("aws:MultiFactorAuthPresent")
            || seen.world.catalog.always_sent(&entry.key)
            || says_presence(seen, statement, &entry.key)
        {
            continue;
        }
        let message = format!("a request without `{}` isn't denied", entry.key);
        let help = match entry.operator.qualifier {
            None => format!("write `unless {}`", entry.key),
            Some(_) => format!("write `unless any {} …`", entry.key),
        };
        diagnostics.push(
            Diagnostic::new(&checks::DENY_UNLESS_ABSENT, entry.span, message)
                .note("the operator is false where the key is absent, and not every request carries the key")
                .help(help),
        );
    }
}

/// `Bool … false`, which an absent key doesn't satisfy.
fn is_false(entry: &ConditionEntry) -> bool {
    entry.operator.base == BaseOperator::Bool
        && entry.operator.qualifier.is_none()
        && !entry.operator.if_exists
        && entry.values.iter().all(|value| value.value.eq_ignore_ascii_case("false"))
}

/// `ForAnyValue:…Not…` on where the request comes from.
fn is_not_among(entry: &ConditionEntry) -> bool {
    entry.operator.qualifier == Some(Qualifier::ForAnyValue)
        && entry.operator.base.is_negated()
        && ORIGINS.iter().any(|key| entry.is_of(key))
}

/// Whether this statement or one beside it says what is with requests that lack the key.
fn says_presence(seen: &Seen<'_>, statement: &Statement, key: &str) -> bool {
    let denies = seen.entry.document.statements.iter().filter(|other| other.effect == Effect::Deny);
    denies.chain([statement]).any(|other| other.conditions.of(key).any(|e| e.operator.base == BaseOperator::Null))
}

#[cfg(test)]
mod tests {
    use iamx_catalog::Catalog;

    use super::ORIGINS;

    #[test]
    fn every_key_exists() {
        for key in ORIGINS {
            assert!(Catalog::builtin().condition_key(key).is_some(), "{key}");
        }
    }
}
