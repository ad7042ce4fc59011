//! A negated condition, `?` and `all` hold where the key is absent: an allow under one lets in whoever lacks the key.

use iamx_catalog::Catalog;
use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{BaseOperator, ConditionEntry, Effect, Qualifier, Statement};

pub(crate) fn check(statement: &Statement, catalog: &Catalog, diagnostics: &mut Vec<Diagnostic>) {
    if statement.effect == Effect::Deny {
        return;
    }
    for entry in &statement.conditions.entries {
        let said = statement
            .conditions
            .entries
            .iter()
            .any(|other| other.key.eq_ignore_ascii_case(&entry.key) && !holds_when_absent(other));
        // `ForAllValues` on a key with one value is a finding of its own, which says as much.
        let told = entry.operator.qualifier == Some(Qualifier::ForAllValues)
            && catalog.condition_key(&entry.key).is_some_and(|found| !found.key.multi_valued);
        if holds_when_absent(entry) && !said && !told && !catalog.always_sent(&entry.key) {
            diagnostics.push(
                Diagnostic::new(
                    &checks::ALLOW_WHEN_ABSENT,
                    entry.span,
                    format!("this allows requests without `{}` too", entry.key),
                )
                .note("not every request carries the key")
                .help(format!("add `exists {} and`, or say what the key must be", entry.key)),
            );
        }
    }
}

/// Whether the entry is true where its key is absent. `Null` says itself what it wants.
fn holds_when_absent(entry: &ConditionEntry) -> bool {
    let operator = entry.operator;
    match (operator.qualifier, operator.base) {
        (_, BaseOperator::Null) | (Some(Qualifier::ForAnyValue), _) => false,
        (Some(Qualifier::ForAllValues), _) => true,
        (None, base) => operator.if_exists || base.is_negated(),
    }
}
