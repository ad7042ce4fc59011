//! Fine-grained access to `DynamoDB` by attributes and leading keys, which has more holes than its keys suggest.
//!
//! See [conditions for fine-grained access](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html).

use iamx_diagnostic::{Check, Diagnostic, checks};
use iamx_policy::{BaseOperator, ConditionEntry, Effect, Statement};
use iamx_text::Span;

use crate::{
    coverage::{self, Coverage},
    rules::Seen,
};

pub(crate) fn check(_: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    for entry in &statement.conditions.entries {
        diagnostics.extend(invalid_value(entry));
    }
    diagnostics.extend(wrong_condition(statement));
    if statement.effect == Effect::Allow {
        diagnostics.extend(leading_keys(statement));
        diagnostics.extend(attributes(statement));
    }
}

const ATTRIBUTES: &str = "dynamodb:Attributes";
const LEADING_KEYS: &str = "dynamodb:LeadingKeys";
const SELECT: &str = "dynamodb:Select";
const RETURN_VALUES: &str = "dynamodb:ReturnValues";

/// Actions that put whole items in the place of others.
const REPLACING: [&str; 2] = ["dynamodb:PutItem", "dynamodb:BatchWriteItem"];
/// Actions that return chosen attributes, and all where they aren't asked to choose.
const READING: [&str; 4] = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:Scan"];
/// Actions that can return the item as it was or has become.
const RETURNING: [&str; 3] = ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"];

/// Keys with few values. `INDEXES` is what the API takes, beside what the page on the key names.
const VALUES: [(&str, &[&str], &Check); 3] = [
    (
        "dynamodb:ReturnConsumedCapacity",
        &["TOTAL", "NONE", "INDEXES"],
        &checks::DYNAMODB_INVALID_RETURN_CONSUMED_CAPACITY,
    ),
    (
        RETURN_VALUES,
        &["NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW"],
        &checks::DYNAMODB_INVALID_RETURN_VALUES,
    ),
    (
        SELECT,
        &["ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES", "SPECIFIC_ATTRIBUTES", "COUNT"],
        &checks::DYNAMODB_INVALID_SELECT_VALUE,
    ),
];

fn invalid_value(entry: &ConditionEntry) -> Option<Diagnostic> {
    let (_, values, check) = VALUES.iter().find(|(key, _, _)| entry.is_of(key))?;
    if !matches!(entry.operator.base, BaseOperator::StringEquals | BaseOperator::StringNotEquals) {
        return None;
    }
    let wrong =
        entry.values.iter().find(|value| !value.value.contains("${") && !values.contains(&value.value.as_str()))?;
    let listed: Vec<_> = values.iter().map(|value| format!("`{value}`")).collect();
    Some(
        Diagnostic::new(check, wrong.span, format!("`{}` is never `{}`", entry.key, wrong.value))
            .help(format!("it is one of {}", listed.join(", "))),
    )
}

/// A condition on what a request returns that its action hasn't.
fn wrong_condition(statement: &Statement) -> Option<Diagnostic> {
    let entry = |key| statement.conditions.of(key).find(|entry| entry.operator.base != BaseOperator::Null);
    let named = |actions: &[&str]| {
        actions.iter().find_map(|action| match coverage::of(statement, action) {
            Some(Coverage::Named(pattern)) => Some(pattern),
            _ => None,
        })
    };
    let (entry, action) = if let (Some(entry), Some(action)) = (entry(SELECT), named(&RETURNING)) {
        (entry, action)
    } else {
        (entry(RETURN_VALUES)?, named(&READING)?)
    };
    // Where an absent key satisfies the condition the action is no worse for it.
    if entry.operator.holds_when_absent() && statement.effect == Effect::Allow {
        return None;
    }
    let message = format!("`{}` sends no `{}`", action.value, entry.key);
    Some(
        Diagnostic::new(&checks::DYNAMODB_WRONG_CONDITION_FOR_ACTION, action.span, message)
            .related(entry.span, "asked for here")
            .help("give the action a statement of its own, or say `?` behind the key"),
    )
}

fn leading_keys(statement: &Statement) -> Option<Diagnostic> {
    let entry = statement.conditions.of(LEADING_KEYS).next()?;
    // A scan, which sends no key, passes no condition that asks for one.
    if statement.conditions.of(LEADING_KEYS).any(|entry| !entry.operator.holds_when_absent()) {
        return None;
    }
    let at = place(statement, &coverage::of(statement, "dynamodb:Scan")?);
    Some(
        Diagnostic::new(&checks::DYNAMODB_SCAN_BYPASSES_LEADING_KEYS, at, "a scan reads every item, whatever its key")
            .related(entry.span, "true for a scan")
            .note("a scan sends no leading keys, and the condition is true without them")
            .help("leave `dynamodb:Scan` out"),
    )
}

/// Where the statement comes to be about an action.
fn place(statement: &Statement, coverage: &Coverage<'_>) -> Span {
    match coverage {
        Coverage::Named(pattern) | Coverage::Wildcard(pattern) => pattern.span,
        Coverage::Excepted => statement.span,
    }
}

/// The holes of a statement that keeps to some attributes, one finding for the first.
fn attributes(statement: &Statement) -> Option<Diagnostic> {
    let entry = statement.conditions.of(ATTRIBUTES).next()?;
    let held = |actions: &[&'static str]| {
        actions.iter().find_map(|action| Some((*action, place(statement, &coverage::of(statement, action)?))))
    };
    let limited = |key, good: &[&str]| {
        statement.conditions.of(key).any(|entry| {
            entry.operator.base == BaseOperator::StringEquals
                && entry.values.iter().all(|value| good.contains(&value.value.as_str()))
        })
    };
    if let Some((action, at)) = held(&REPLACING) {
        let message = format!("`{action}` replaces whole items: attributes that it doesn't name are lost");
        return Some(
            Diagnostic::new(&checks::DYNAMODB_REPLACE_OPERATION_WITH_ATTRIBUTES, at, message)
                .related(entry.span, "keeps to these attributes")
                .help("allow `dynamodb:UpdateItem`, which changes the named attributes alone"),
        );
    }
    if let Some((action, at)) = held(&READING)
        && !limited(SELECT, &["SPECIFIC_ATTRIBUTES"])
    {
        let message = format!("`{action}` returns all attributes if the request names none");
        return Some(
            Diagnostic::new(&checks::DYNAMODB_ATTRIBUTES_WITHOUT_SELECT, at, message)
                .related(entry.span, "keeps to these attributes")
                .note("`dynamodb:Attributes` holds what the request names, not what comes back")
                .help("add `and dynamodb:Select? == \"SPECIFIC_ATTRIBUTES\"`"),
        );
    }
    let (action, at) = held(&RETURNING)?;
    if limited(RETURN_VALUES, &["NONE", "UPDATED_OLD", "UPDATED_NEW"]) {
        return None;
    }
    let message = format!("`{action}` can return all attributes of the item");
    Some(
        Diagnostic::new(&checks::DYNAMODB_ATTRIBUTES_WITHOUT_RETURN_VALUES, at, message)
            .related(entry.span, "keeps to these attributes")
            .help("add `and dynamodb:ReturnValues? in [\"NONE\", \"UPDATED_OLD\", \"UPDATED_NEW\"]`"),
    )
}

#[cfg(test)]
mod tests {
    use iamx_catalog::Catalog;

    use super::*;

    #[test]
    fn every_name_exists() {
        for action in REPLACING.iter().chain(&READING).chain(&RETURNING) {
            assert!(Catalog::builtin().action(action).is_some(), "{action}");
        }
        for key in [ATTRIBUTES, LEADING_KEYS].iter().chain(VALUES.iter().map(|(key, _, _)| key)) {
            assert!(Catalog::builtin().condition_key(key).is_some(), "{key}");
        }
    }
}
