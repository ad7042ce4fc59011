//! Comparisons that no request meets together.
//!
//! What is found is certain; what only the request or the day of deployment could tell isn't found.

use std::cmp::Ordering;

use iamx_policy::{
    BaseOperator, Bound, ConditionEntry, Qualifier, Sourced, ValueType, arn_includes, arns_intersect, glob_includes,
    globs_intersect,
};

use super::{globs, slots::when_absent, value_lists};

/// Of so many comparisons of one key, and values and characters in them, each is held against each.
const MAX_ENTRIES: usize = 64;
const MAX_CHARACTERS: usize = 8_192;

/// The places of two of the comparisons that no request meets both, the one that comes later in `entries` second.
///
/// A comparison without qualifier is read as one of a single value: those of keys with many values, which only IAM's own
/// JSON can hold, aren't for this.
pub fn contradiction(entries: &[&ConditionEntry]) -> Option<(usize, usize)> {
    let mut keys: Vec<Vec<(usize, &ConditionEntry)>> = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        match keys.iter_mut().find(|key| key.first().is_some_and(|(_, first)| first.is_of(&entry.key))) {
            Some(key) => key.push((at, entry)),
            None => keys.push(vec![(at, entry)]),
        }
    }
    keys.iter().find_map(|key| of_one_key(key))
}

/// Whether no request meets both comparisons.
pub(crate) fn contradict(one: &ConditionEntry, other: &ConditionEntry) -> bool {
    contradiction(&[one, other]).is_some()
}

fn of_one_key(entries: &[(usize, &ConditionEntry)]) -> Option<(usize, usize)> {
    let characters: usize =
        entries.iter().flat_map(|(_, entry)| &entry.values).map(|value| value.value.len() + 1).sum();
    if entries.len() > MAX_ENTRIES || characters > MAX_CHARACTERS {
        return None;
    }
    let present = entries.iter().any(|(_, entry)| is_plain(entry) && when_absent(entry) == Some(false));
    entries.iter().enumerate().find_map(|(number, (later, entry))| {
        let earlier = entries.iter().take(number);
        earlier
            .map(|(at, other)| (*at, other))
            .find_map(|(at, other)| never_both(other, entry, present).then_some((at, *later)))
    })
}

/// `present`: the key is there anyway.
fn never_both(one: &ConditionEntry, other: &ConditionEntry, present: bool) -> bool {
    if !is_plain(one) || !is_plain(other) {
        return false;
    }
    let is_null = |entry: &ConditionEntry| entry.operator.base == BaseOperator::Null;
    if is_null(one) || is_null(other) {
        let opposed = |null: &ConditionEntry, entry: &ConditionEntry| {
            is_null(null) && when_absent(null) == Some(true) && when_absent(entry) == Some(false)
        };
        return opposed(one, other) || opposed(other, one);
    }
    let absent_meets = |entry: &ConditionEntry| when_absent(entry) != Some(false);
    match (one.operator.qualifier, other.operator.qualifier) {
        (None, None) | (Some(Qualifier::ForAllValues), Some(Qualifier::ForAllValues)) => {
            (present || !absent_meets(one) || !absent_meets(other)) && apart(one, other)
        }
        (Some(Qualifier::ForAnyValue), Some(Qualifier::ForAllValues))
        | (Some(Qualifier::ForAllValues), Some(Qualifier::ForAnyValue)) => apart(one, other),
        _ => false,
    }
}

/// Whether it is known what the comparison says: values of forms that a `raw` statement can hold beside these aren't read.
fn is_plain(entry: &ConditionEntry) -> bool {
    match entry.operator.base {
        BaseOperator::Null => {
            matches!(entry.values.as_slice(), [value] if matches!(value.value.as_str(), "true" | "false"))
        }
        _ => !entry.values.is_empty() && when_absent(entry).is_some(),
    }
}

/// Whether no value meets both.
fn apart(one: &ConditionEntry, other: &ConditionEntry) -> bool {
    let (a, b) = (one.operator.base, other.operator.base);
    match (a.value_type(), b.value_type()) {
        (ValueType::String | ValueType::Arn, ValueType::String | ValueType::Arn) => {
            match (a.is_negated(), b.is_negated()) {
                (false, false) => one
                    .values
                    .iter()
                    .all(|value| other.values.iter().all(|other| texts_apart(a, &value.value, b, &other.value))),
                (false, true) => all_refused(one, other),
                (true, false) => all_refused(other, one),
                (true, true) => false,
            }
        }
        (ValueType::Numeric, ValueType::Numeric) | (ValueType::Date, ValueType::Date) => {
            sizes_apart(one, other) || sizes_apart(other, one)
        }
        (ValueType::Bool, ValueType::Bool) => {
            let known = |value: &Sourced<String>| matches!(value.value.as_str(), "true" | "false");
            one.values.iter().chain(&other.values).all(known)
                && !one.values.iter().any(|value| other.values.iter().any(|other| other.value == value.value))
        }
        (ValueType::Ip, ValueType::Ip) => match (a.is_negated(), b.is_negated()) {
            (false, false) => {
                value_lists::intersection(a, &one.values, &other.values).is_some_and(|common| common.is_empty())
            }
            (false, true) => value_lists::lie_in(&one.values, &other.values),
            (true, false) => value_lists::lie_in(&other.values, &one.values),
            (true, true) => false,
        },
        _ => false,
    }
}

/// Whether `refusing`, which is negated, refuses all that `taking` takes.
fn all_refused(taking: &ConditionEntry, refusing: &ConditionEntry) -> bool {
    let (takes, refuses) = (taking.operator.base, refusing.operator.base);
    taking
        .values
        .iter()
        .all(|value| refusing.values.iter().any(|other| all_in(takes, &value.value, refuses, &other.value)))
}

/// Whether no text fits both values of operators that aren't negated.
fn texts_apart(a: BaseOperator, value: &str, b: BaseOperator, other: &str) -> bool {
    // What is compared as it stands is no wider than it is as a pattern.
    let (Some(mut one), Some(mut two)) = (pattern(a, value), pattern(b, other)) else { return false };
    if ignores_case(a) || ignores_case(b) {
        if !one.is_ascii() || !two.is_ascii() {
            return false;
        }
        one.make_ascii_lowercase();
        two.make_ascii_lowercase();
    }
    let both_arns = a.value_type() == ValueType::Arn && b.value_type() == ValueType::Arn;
    let shaped = |text: &str| text.splitn(6, ':').count() == 6;
    !globs_intersect(&one, &two) || (both_arns && shaped(&one) && shaped(&two) && !arns_intersect(&one, &two))
}

/// Whether all that fits `value` under `takes` is what `refuses` refuses because of `other`.
fn all_in(takes: BaseOperator, value: &str, refuses: BaseOperator, other: &str) -> bool {
    use BaseOperator as Op;
    // The same text is the same, whatever its variables become.
    let opposite = takes.opposite() == Some(refuses)
        || (takes.value_type() == ValueType::Arn && refuses.value_type() == ValueType::Arn);
    if opposite && value == other {
        return true;
    }
    let (Some(one), Some(two)) = (pattern(takes, value), pattern(refuses, other)) else { return false };
    let exact = matches!(takes, Op::StringEquals | Op::StringEqualsIgnoreCase);
    let fixed = exact || !one.contains(['*', '?']);
    match refuses {
        Op::StringNotEquals => takes != Op::StringEqualsIgnoreCase && fixed && one == two,
        Op::StringNotEqualsIgnoreCase => fixed && one.is_ascii() && one.eq_ignore_ascii_case(&two),
        Op::StringNotLike => takes != Op::StringEqualsIgnoreCase && glob_includes(&two, &one),
        Op::ArnNotEquals | Op::ArnNotLike => {
            takes != Op::StringEqualsIgnoreCase
                && (fixed || takes.value_type() == ValueType::Arn)
                && arn_includes(&two, &one)
        }
        _ => false,
    }
}

/// The value as the text that it is, or the pattern; `None` where a variable, or a wildcard that stands for itself, is in it.
fn pattern(base: BaseOperator, value: &str) -> Option<String> {
    let exact = matches!(
        base,
        BaseOperator::StringEquals
            | BaseOperator::StringEqualsIgnoreCase
            | BaseOperator::StringNotEquals
            | BaseOperator::StringNotEqualsIgnoreCase
    );
    if exact { globs::literal(value) } else { (!value.contains("${")).then(|| value.to_owned()) }
}

fn ignores_case(base: BaseOperator) -> bool {
    matches!(base, BaseOperator::StringEqualsIgnoreCase | BaseOperator::StringNotEqualsIgnoreCase)
}

/// Whether no number, or date, meets both; for one order of the two.
fn sizes_apart(one: &ConditionEntry, other: &ConditionEntry) -> bool {
    use BaseOperator as Op;
    let (a, b) = (one.operator.base, other.operator.base);
    let pairs = |wanted: &dyn Fn(Ordering) -> bool| {
        one.values.iter().all(|value| {
            other.values.iter().all(|other| value_lists::by_size(a, &value.value, &other.value).is_some_and(wanted))
        })
    };
    let is_equal = matches!(a, Op::NumericEquals | Op::DateEquals);
    match (is_equal, a.bound(), b.bound()) {
        (true, _, None) if a == b => pairs(&Ordering::is_ne),
        // Not one of the values is left.
        (true, _, None) => one.values.iter().all(|value| {
            let mut refused = other.values.iter();
            refused.any(|other| value_lists::by_size(a, &value.value, &other.value).is_some_and(Ordering::is_eq))
        }),
        (true, _, Some(Bound::Upper)) => pairs(&|order| if is_strict(b) { order.is_ge() } else { order.is_gt() }),
        (true, _, Some(Bound::Lower)) => pairs(&|order| if is_strict(b) { order.is_le() } else { order.is_lt() }),
        (_, Some(Bound::Upper), Some(Bound::Lower)) => {
            pairs(&|order| if is_strict(a) || is_strict(b) { order.is_le() } else { order.is_lt() })
        }
        _ => false,
    }
}

fn is_strict(base: BaseOperator) -> bool {
    use BaseOperator as Op;
    matches!(base, Op::NumericLessThan | Op::NumericGreaterThan | Op::DateLessThan | Op::DateGreaterThan)
}

#[cfg(test)]
mod tests {
    use iamx_policy::{Operator, glob_matches};
    use iamx_text::{FileId, Span, TextRange};

    use super::*;

    fn entry(operator: Operator, values: &[&str]) -> ConditionEntry {
        let file: FileId = iamx_text::SourceMap::new().add("", "");
        let span = Span::new(file, TextRange::default());
        let values = values.iter().map(|value| Sourced::new((*value).to_owned(), span)).collect();
        ConditionEntry { operator, key: "aws:PrincipalTag/team".to_owned(), values, span }
    }

    /// What the operator says of one value, read off AWS's page of operators.
    fn holds(base: BaseOperator, values: &[&str], text: &str) -> bool {
        use BaseOperator as Op;
        let any = |fits: &dyn Fn(&str) -> bool| values.iter().any(|value| fits(value));
        match base {
            Op::StringEquals => any(&|value| value == text),
            Op::StringNotEquals => !any(&|value| value == text),
            Op::StringEqualsIgnoreCase => any(&|value| value.eq_ignore_ascii_case(text)),
            Op::StringNotEqualsIgnoreCase => !any(&|value| value.eq_ignore_ascii_case(text)),
            Op::StringLike => any(&|value| glob_matches(value, text)),
            Op::StringNotLike => !any(&|value| glob_matches(value, text)),
            _ => unreachable!(),
        }
    }

    /// Each pair of comparisons of texts with up to two values, over every text of up to four letters and an absent key.
    #[test]
    fn what_contradicts_never_holds_together() {
        use BaseOperator as Op;
        let mut texts = vec![String::new()];
        for length in 1..=4 {
            let longer: Vec<String> = texts
                .iter()
                .filter(|text| text.len() == length - 1)
                .flat_map(|text| ['a', 'b', 'A'].map(|c| format!("{text}{c}")))
                .collect();
            texts.extend(longer);
        }
        let lists: [&[&str]; 9] =
            [&["a"], &["A"], &["ab", "b"], &["a*"], &["*b"], &["a*", "b"], &["?"], &["*"], &["a?", "b*"]];
        let operators = [
            Op::StringEquals,
            Op::StringNotEquals,
            Op::StringEqualsIgnoreCase,
            Op::StringNotEqualsIgnoreCase,
            Op::StringLike,
            Op::StringNotLike,
        ];
        let comparisons = || {
            operators.into_iter().flat_map(|base| {
                lists.into_iter().flat_map(move |values| [false, true].map(|if_exists| (base, values, if_exists)))
            })
        };
        let (mut found, mut missed) = (0, 0);
        for (a, of_a, a_if_exists) in comparisons() {
            for (b, of_b, b_if_exists) in comparisons() {
                // What is equal to a pattern isn't what the pattern matches.
                let wild = |base, values: &[&str]| {
                    !matches!(base, Op::StringLike | Op::StringNotLike) && values.iter().any(|v| v.contains(['*', '?']))
                };
                if wild(a, of_a) || wild(b, of_b) {
                    continue;
                }
                let absent = (a_if_exists || a.is_negated()) && (b_if_exists || b.is_negated());
                let together = absent || texts.iter().any(|text| holds(a, of_a, text) && holds(b, of_b, text));
                let one = entry(Operator { qualifier: None, base: a, if_exists: a_if_exists }, of_a);
                let other = entry(Operator { qualifier: None, base: b, if_exists: b_if_exists }, of_b);
                let never = contradict(&one, &other);
                assert!(!never || !together, "{a:?} {of_a:?} {b:?} {of_b:?}");
                found += usize::from(never);
                missed += usize::from(!never && !together);
            }
        }
        // What isn't found takes several patterns together, or both cases.
        assert!(found > 400 && missed * 8 < found, "{found} found, {missed} missed");
    }

    #[test]
    fn variables_are_themselves_alone() {
        use BaseOperator as Op;
        let plain = |base, value: &str| entry(Operator::plain(base), &[value]);
        let name = "${aws:username}";
        assert!(contradict(&plain(Op::StringEquals, name), &plain(Op::StringNotEquals, name)));
        assert!(!contradict(&plain(Op::StringEquals, name), &plain(Op::StringEquals, "a")));
        assert!(!contradict(&plain(Op::StringEquals, name), &plain(Op::StringNotLike, "a*")));
        assert!(!contradict(&plain(Op::StringLike, "${*}"), &plain(Op::StringEquals, "a")));
    }

    #[test]
    fn sizes_and_blocks() {
        use BaseOperator as Op;
        let never = |a, of_a: &[&str], b, of_b: &[&str]| {
            contradict(&entry(Operator::plain(a), of_a), &entry(Operator::plain(b), of_b))
        };
        assert!(never(Op::NumericLessThan, &["1"], Op::NumericGreaterThan, &["1.0"]));
        assert!(!never(Op::NumericLessThanEquals, &["1"], Op::NumericGreaterThanEquals, &["1.0"]));
        assert!(!never(Op::NumericLessThan, &["1", "9"], Op::NumericGreaterThan, &["5"]));
        assert!(never(Op::NumericEquals, &["1", "2"], Op::NumericNotEquals, &["2.0", "1", "3"]));
        assert!(!never(Op::NumericLessThan, &["x"], Op::NumericGreaterThan, &["1"]));
        assert!(never(Op::DateLessThan, &["2026-01-01"], Op::DateGreaterThanEquals, &["2026-01-01T00:00:00Z"]));
        assert!(never(Op::IpAddress, &["10.1.0.0/16"], Op::NotIpAddress, &["10.0.0.0/8"]));
        assert!(!never(Op::IpAddress, &["10.0.0.0/8"], Op::NotIpAddress, &["10.1.0.0/16"]));
        assert!(never(Op::Bool, &["true"], Op::Bool, &["false"]));
        let arn = "arn:aws:iam::111122223333:role/a";
        assert!(never(Op::ArnLike, &["arn:aws:iam::*:role/*"], Op::ArnEquals, &["arn:aws:s3:::a"]));
        assert!(never(Op::ArnEquals, &[arn], Op::ArnNotLike, &["arn:aws:iam::*:role/*"]));
        assert!(never(Op::StringEquals, &[arn], Op::ArnLike, &["arn:aws:iam::*:user/*"]));
        assert!(!never(Op::ArnNotEquals, &[arn], Op::ArnNotLike, &["arn:aws:iam::*:role/*"]));
    }
}
