//! A negated condition, `?` and `all` hold where the key is absent: an allow under one lets in whoever lacks the key.

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{BaseOperator, Effect, Qualifier, Statement};

use crate::rules::Seen;

/// Keys that are asked for with `?` in AWS's own examples, since not every action sends them:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html>
const SENT_BY_SOME: [&str; 2] = ["dynamodb:Select", "dynamodb:ReturnValues"];

/// The keys of the tags in a request, and what their names begin with each.
const TAG_KEYS: &str = "aws:TagKeys";
const TAG: &str = "aws:RequestTag/";

pub(crate) fn check(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    let catalog = seen.world.catalog;
    if statement.effect == Effect::Deny {
        return;
    }
    for entry in &statement.conditions.entries {
        let said = statement.conditions.of(&entry.key).any(|other| !other.operator.holds_when_absent())
            || entry.is_of(TAG_KEYS) && asks_for_tag(statement);
        // `ForAllValues` on a key with one value is a finding of its own, which says as much.
        let told = entry.operator.qualifier == Some(Qualifier::ForAllValues)
            && catalog.condition_key(&entry.key).is_some_and(|found| !found.key.multi_valued);
        let meant = entry.operator.if_exists && SENT_BY_SOME.iter().any(|key| entry.is_of(key));
        if entry.operator.holds_when_absent() && !said && !told && !meant && !catalog.always_sent(&entry.key) {
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

/// Whether a request must carry some tag, and so keys of tags.
fn asks_for_tag(statement: &Statement) -> bool {
    statement.conditions.entries.iter().any(|entry| {
        let of_tag = entry.key.get(..TAG.len()).is_some_and(|start| start.eq_ignore_ascii_case(TAG));
        let absent =
            entry.operator.base == BaseOperator::Null && entry.values.iter().any(|value| value.value == "true");
        of_tag && !entry.operator.holds_when_absent() && !absent
    })
}
