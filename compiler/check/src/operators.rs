//! Operators that don't compare as their keys' values are made.
//!
//! See [ARN operators](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN).

use iamx_catalog::KeyType;
use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{BaseOperator, Bound, ConditionEntry, Statement};

use crate::rules::Seen;

pub(crate) fn check(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    for entry in &statement.conditions.entries {
        diagnostics.extend(text_of_arn(seen, entry));
        diagnostics.extend(several_limits(entry));
    }
}

/// `StringLike` on an ARN: its wildcards run over the colons, which part account from name.
fn text_of_arn(seen: &Seen<'_>, entry: &ConditionEntry) -> Option<Diagnostic> {
    if !matches!(entry.operator.base, BaseOperator::StringLike | BaseOperator::StringNotLike) {
        return None;
    }
    let types = seen.world.catalog.condition_key(&entry.key)?.key.types;
    if !types.contains(KeyType::Arn) || types.contains(KeyType::String) {
        return None;
    }
    // In the last part nothing is left to run over.
    let runs_over = |text: &str| {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        parts.len() == 6 && parts.iter().take(5).any(|part| part.contains(['*', '?']))
    };
    let value = entry.values.iter().find(|value| runs_over(&value.value))?;
    let right = if entry.operator.base.is_negated() { "ArnNotLike" } else { "ArnLike" };
    let message = format!("under `{}` the wildcards in this ARN match colons too", entry.operator);
    Some(
        Diagnostic::new(&checks::STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS, value.span, message)
            .note("so that it can match an ARN of another account or service, whose name holds the rest")
            .help(format!("compare with `{right}`, which takes an ARN part by part")),
    )
}

/// Several numbers or dates of which only the outermost counts.
fn several_limits(entry: &ConditionEntry) -> Option<Diagnostic> {
    let most = match entry.operator.base.bound()? {
        Bound::Upper => "largest",
        Bound::Lower => "smallest",
    };
    let [_, second, ..] = entry.values.as_slice() else { return None };
    let message = format!("of several limits for `{}` only the {most} counts", entry.key);
    Some(
        Diagnostic::new(&checks::REDUNDANT_CONDITION_VALUE_NUM, second.span, message)
            .note("a condition is true where one of its values makes it true")
            .help("leave the others out"),
    )
}
