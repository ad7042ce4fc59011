//! Decides IAM's JSON conditions by AWS's documentation alone, sharing nothing with the compiler.
//!
//! See [condition operators](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html),
//! [keys with many values](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html)
//! and [variables](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html).

use std::net::IpAddr;

use iamx_tests::random_program::conditions::{KEYS, Request};
use serde_json::Value;

/// Whether a statement's `Condition` holds. `unsettled` is what is taken of what no page settles.
pub(crate) fn holds(condition: &Value, request: &Request, unsettled: bool) -> bool {
    let Some(operators) = condition.as_object() else { return true };
    operators.iter().all(|(operator, keys)| {
        let keys = keys.as_object().expect("an operator's keys are an object");
        keys.iter().all(|(key, values)| entry_holds(operator, key, &texts(values), request, unsettled))
    })
}

fn texts(values: &Value) -> Vec<&str> {
    match values {
        Value::String(one) => vec![one],
        Value::Array(all) => all.iter().map(|value| value.as_str().expect("values are strings")).collect(),
        other => panic!("{other}"),
    }
}

fn entry_holds(operator: &str, key: &str, values: &[&str], request: &Request, unsettled: bool) -> bool {
    let index = KEYS.iter().position(|known| known.name.eq_ignore_ascii_case(key)).expect("the key is known");
    let present = request.values(index);
    let (qualifier, rest) = operator.split_once(':').map_or((None, operator), |(word, rest)| (Some(word), rest));
    let (base, if_exists) = rest.strip_suffix("IfExists").map_or((rest, false), |base| (base, true));
    if base == "Null" {
        assert!(!if_exists && qualifier.is_none(), "{operator}");
        return (values == ["true"]) == present.is_none();
    }
    let negated = base.contains("Not");
    // Values OR; those of a negated operator NOR.
    let one = |value: &str| values.iter().any(|written| fits(base, written, value, request)) != negated;
    match (qualifier, present) {
        (Some("ForAllValues"), None) => true,
        (Some("ForAllValues"), Some(present)) => present.iter().all(|value| one(value)),
        (Some("ForAnyValue"), None) => if_exists && unsettled,
        (Some("ForAnyValue"), Some(present)) => present.iter().any(|value| one(value)),
        (Some(other), _) => panic!("{other}"),
        (None, _) if KEYS[index].many => panic!("{operator} on {key}, which has many values"),
        (None, None) => if_exists || negated,
        (None, Some(present)) => one(present[0]),
    }
}

fn fits(base: &str, written: &str, value: &str, request: &Request) -> bool {
    match base {
        "StringEquals" | "StringNotEquals" => {
            filled(written, request, false).is_some_and(|pattern| is_text(&pattern, value, |a, b| a == b))
        }
        "StringEqualsIgnoreCase" | "StringNotEqualsIgnoreCase" => filled(written, request, false)
            .is_some_and(|pattern| is_text(&pattern, value, |a, b| a.to_lowercase().eq(b.to_lowercase()))),
        "StringLike" | "StringNotLike" => filled(written, request, true).is_some_and(|pattern| like(&pattern, value)),
        "ArnEquals" | "ArnLike" | "ArnNotEquals" | "ArnNotLike" => {
            filled(written, request, true).is_some_and(|pattern| arn_like(&pattern, value))
        }
        "Bool" | "BinaryEquals" => written == value,
        "IpAddress" | "NotIpAddress" => in_block(written, value),
        "NumericEquals" | "NumericNotEquals" => number(value).total_cmp(&number(written)).is_eq(),
        "NumericLessThan" => number(value) < number(written),
        "NumericLessThanEquals" => number(value) <= number(written),
        "NumericGreaterThan" => number(value) > number(written),
        "NumericGreaterThanEquals" => number(value) >= number(written),
        "DateEquals" | "DateNotEquals" => value == date(written),
        "DateLessThan" => value < date(written),
        "DateLessThanEquals" => value <= date(written),
        "DateGreaterThan" => value > date(written),
        "DateGreaterThanEquals" => value >= date(written),
        other => panic!("IAM has no operator {other}"),
    }
}

/// A character of a value, or what matches several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Char(char),
    Star,
    Question,
}

/// The value with its variables filled in; nothing where one has no value.
fn filled(written: &str, request: &Request, wildcards: bool) -> Option<Vec<Unit>> {
    let mut units = Vec::new();
    let mut rest = written;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("${") {
            let (inner, after) = after.split_once('}').expect("a variable is closed");
            match inner {
                "*" | "?" | "$" => units.extend(inner.chars().map(Unit::Char)),
                key => {
                    let index = KEYS.iter().position(|known| known.name.eq_ignore_ascii_case(key)).expect("known");
                    assert!(!KEYS[index].many, "{key} has many values");
                    // A star in a variable's value is a character.
                    units.extend(request.values(index)?[0].chars().map(Unit::Char));
                }
            }
            rest = after;
            continue;
        }
        let c = rest.chars().next()?;
        units.push(match c {
            '*' if wildcards => Unit::Star,
            '?' if wildcards => Unit::Question,
            c => Unit::Char(c),
        });
        rest = &rest[c.len_utf8()..];
    }
    Some(units)
}

fn is_text(units: &[Unit], value: &str, same: impl Fn(char, char) -> bool) -> bool {
    let value: Vec<char> = value.chars().collect();
    units.len() == value.len() && units.iter().zip(value).all(|(unit, c)| matches!(unit, Unit::Char(d) if same(*d, c)))
}

/// By dynamic programming over both.
fn like(pattern: &[Unit], value: &str) -> bool {
    let value: Vec<char> = value.chars().collect();
    let mut reached = vec![false; value.len() + 1];
    reached[0] = true;
    for unit in pattern {
        let mut next = vec![false; value.len() + 1];
        for at in 0..=value.len() {
            next[at] = match unit {
                Unit::Star => reached[..=at].contains(&true),
                Unit::Question => at > 0 && reached[at - 1],
                Unit::Char(c) => at > 0 && reached[at - 1] && value[at - 1] == *c,
            };
        }
        reached = next;
    }
    reached[value.len()]
}

/// Six parts, one by one; the last may hold colons.
fn arn_like(pattern: &[Unit], value: &str) -> bool {
    let parts: Vec<&[Unit]> = pattern.splitn(6, |unit| *unit == Unit::Char(':')).collect();
    let values: Vec<&str> = value.splitn(6, ':').collect();
    parts.len() == values.len() && parts.iter().zip(values).all(|(part, value)| like(part, value))
}

fn number(text: &str) -> f64 {
    text.parse().expect("it is a number")
}

/// Dates of one shape are ordered as their texts.
fn date(text: &str) -> &str {
    assert!(text.len() == 20 && text.ends_with('Z'), "{text}");
    text
}

fn in_block(block: &str, address: &str) -> bool {
    let (base, prefix) = block.split_once('/').map_or((block, None), |(base, prefix)| (base, Some(prefix)));
    match (base.parse().expect("an address"), address.parse().expect("an address")) {
        (IpAddr::V4(base), IpAddr::V4(address)) => {
            let prefix: u32 = prefix.map_or(32, |prefix| prefix.parse().expect("a number"));
            let shift = 32 - prefix;
            prefix == 0 || u32::from(base) >> shift == u32::from(address) >> shift
        }
        (IpAddr::V6(base), IpAddr::V6(address)) => {
            let prefix: u32 = prefix.map_or(128, |prefix| prefix.parse().expect("a number"));
            let shift = 128 - prefix;
            prefix == 0 || u128::from(base) >> shift == u128::from(address) >> shift
        }
        _ => false,
    }
}
