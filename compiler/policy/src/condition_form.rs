//! Whether an operator, its qualifier and its values go together, whatever the key is.
//!
//! See [condition operators](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html).

use iamx_diagnostic::{Check, Diagnostic, checks};

use crate::{
    BaseOperator, ConditionEntry, Sourced, ValueType,
    value_form::{ip_range_fault, is_base64, is_number, is_time_of_iam},
};

/// Says what is wrong with `entry` by itself.
pub fn check_condition(entry: &ConditionEntry, findings: &mut Vec<Diagnostic>) {
    let operator = entry.operator;
    if operator.base == BaseOperator::Null && operator.if_exists {
        findings.push(
            Diagnostic::new(&checks::NULL_WITH_IF_EXISTS, entry.span, "`Null` takes no `IfExists`")
                .note("`Null` itself asks whether the key is there")
                .help("write `Null`: `\"true\"` where the key is to be absent, `\"false\"` where it is to be there"),
        );
        return;
    }
    if operator.base == BaseOperator::Null && operator.qualifier.is_some() {
        findings.push(
            Diagnostic::new(&checks::NULL_WITH_QUALIFIER, entry.span, "`Null` asks nothing of single values")
                .help("write `Null` without `ForAllValues` or `ForAnyValue`"),
        );
    }
    let value_type = operator.base.value_type();
    if value_type == ValueType::Bool && entry.values.len() > 1 {
        findings.push(
            Diagnostic::new(
                &checks::INVALID_CONDITION_MULTIPLE_BOOLEAN,
                entry.span,
                format!("`{operator}` takes one value, and `{}` has {}", entry.key, entry.values.len()),
            )
            .note("both values together would be true of every request, or of none"),
        );
    }
    for value in &entry.values {
        check_value(entry, value_type, value, findings);
    }
}

fn check_value(entry: &ConditionEntry, value_type: ValueType, value: &Sourced<String>, findings: &mut Vec<Diagnostic>) {
    let (operator, text) = (entry.operator, value.value.as_str());
    if text.contains("${") {
        if !matches!(value_type, ValueType::String | ValueType::Arn) {
            findings.push(
                Diagnostic::new(
                    &checks::INVALID_VARIABLE_FOR_OPERATOR,
                    value.span,
                    format!("`{operator}` takes no policy variable"),
                )
                .note("variables are for the operators of strings and ARNs"),
            );
        }
        return;
    }
    let mut wrong = |check: &'static Check, what: &str| {
        findings.push(Diagnostic::new(
            check,
            value.span,
            format!("`{operator}` compares {what}, and `{text}` is none"),
        ));
    };
    match value_type {
        ValueType::Numeric if !is_number(text) => wrong(&checks::TYPE_MISMATCH_NUMBER, "numbers"),
        ValueType::Date if !is_time_of_iam(text) => wrong(&checks::TYPE_MISMATCH_DATE, "dates"),
        ValueType::Bool if !is_truth(text) => wrong(&checks::TYPE_MISMATCH_BOOLEAN, "with `true` or `false`"),
        ValueType::Ip if ip_range_fault(text).is_some() => {
            wrong(&checks::TYPE_MISMATCH_IP_RANGE, "addresses and CIDR blocks");
        }
        ValueType::Binary if !is_base64(text) => wrong(&checks::TYPE_MISMATCH_STRING, "base64"),
        ValueType::String if exact(operator.base) && text.contains(['*', '?']) => {
            let like = if operator.base.is_negated() { "StringNotLike" } else { "StringLike" };
            findings.push(
                Diagnostic::new(
                    &checks::WILDCARD_WITHOUT_LIKE_OPERATOR,
                    value.span,
                    format!("`{}` is compared with `*` or `?` as they stand", entry.key),
                )
                .note(format!("only `{like}` takes them as wildcards"))
                .help(format!("write `{like}` if a pattern is meant")),
            );
        }
        _ => {}
    }
}

/// Whether the operator takes `*` and `?` as these characters.
fn exact(base: BaseOperator) -> bool {
    use BaseOperator as Op;
    matches!(base, Op::StringEquals | Op::StringNotEquals | Op::StringEqualsIgnoreCase | Op::StringNotEqualsIgnoreCase)
}

fn is_truth(text: &str) -> bool {
    text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false")
}
