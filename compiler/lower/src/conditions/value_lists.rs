//! Lists of values of one operator: what is in one of two, in both, and which of two bounds is tighter.

use std::{cmp::Ordering, collections::BTreeSet, net::IpAddr};

use iamx_policy::{BaseOperator, Bound, Sourced, ValueType};

use super::{globs, values::date_value};
use crate::bounds;

type Values = [Sourced<String>];

/// So many pairs of two lists' values are compared one by one.
const MAX_PAIRS: usize = 10_000;

/// Whether both lists hold the same values, in whatever order.
pub(crate) fn same(base: BaseOperator, a: &Values, b: &Values) -> bool {
    set(base, a) == set(base, b)
}

/// Whether every value of `a` is in `b`.
pub(crate) fn within(base: BaseOperator, a: &Values, b: &Values) -> bool {
    set(base, a).is_subset(&set(base, b))
}

/// The values in one spelling each: of two texts that are one value to the operator, one.
pub(crate) fn set(base: BaseOperator, values: &Values) -> BTreeSet<String> {
    values.iter().map(|value| canonical(base, &value.value)).collect()
}

/// The values of both, each once.
pub(crate) fn union(base: BaseOperator, a: &Values, b: &Values) -> Vec<Sourced<String>> {
    let mut known = BTreeSet::new();
    a.iter().chain(b).filter(|value| known.insert(canonical(base, &value.value))).cloned().collect()
}

/// The list that says what both lists say; `None` where no list does, or only the request could tell.
pub(crate) fn intersection<'v>(base: BaseOperator, a: &'v Values, b: &'v Values) -> Option<Vec<Sourced<String>>> {
    use BaseOperator as Op;
    let literal = |list: &Values| list.iter().all(|value| !globs::has_variables(&value.value));
    let filtered = || {
        let others = set(base, b);
        a.iter().filter(|one| others.contains(&canonical(base, &one.value))).cloned().collect()
    };
    let pairs = a.len().saturating_mul(b.len());
    match base {
        Op::StringEquals | Op::StringNotEquals if literal(a) && literal(b) => Some(filtered()),
        // Beyond ASCII nothing says which letters are the same.
        Op::StringEqualsIgnoreCase | Op::StringNotEqualsIgnoreCase
            if literal(a) && literal(b) && a.iter().chain(b).all(|value| value.value.is_ascii()) =>
        {
            Some(filtered())
        }
        Op::ArnEquals | Op::ArnLike | Op::ArnNotEquals | Op::ArnNotLike => {
            let fixed = |list: &Values| literal(list) && list.iter().all(|value| !globs::has_wildcard(&value.value));
            (fixed(a) && fixed(b)).then(filtered)
        }
        // Raw statements hold numbers and dates of forms that aren't read here.
        Op::NumericEquals | Op::NumericNotEquals => {
            a.iter().chain(b).all(|value| Decimal::of(&value.value).is_some()).then(filtered)
        }
        Op::DateEquals | Op::DateNotEquals => {
            a.iter().chain(b).all(|value| bounds::is_date(&value.value)).then(filtered)
        }
        Op::Bool => Some(filtered()),
        Op::IpAddress | Op::NotIpAddress if pairs <= MAX_PAIRS => {
            let mut common: Vec<Sourced<String>> = Vec::new();
            for one in a {
                for other in b {
                    let (wide, narrow) = (block(&one.value)?, block(&other.value)?);
                    let value = match (wide.contains(narrow), narrow.contains(wide)) {
                        (_, true) => one,
                        (true, _) => other,
                        _ => continue,
                    };
                    common.push(value.clone());
                }
            }
            Some(union(base, &common, &[]))
        }
        Op::StringLike if pairs <= MAX_PAIRS => {
            let texts = |list: &'v Values| list.iter().map(|value| value.value.as_str()).collect::<Vec<_>>();
            let common = globs::intersection(&texts(a), &texts(b))?;
            let span = b.first().or(a.first())?.span;
            Some(common.into_iter().map(|value| Sourced::new(value, span)).collect())
        }
        _ => None,
    }
}

/// Which of two bounds of one order holds for fewer values: `Less` if `a` does. `None` where that can't be seen.
pub(crate) fn tighter(base: BaseOperator, a: &Values, b: &Values) -> Option<Ordering> {
    let ([a], [b]) = (a, b) else { return None };
    let by_size = by_size(base, &a.value, &b.value)?;
    Some(if base.bound()? == Bound::Upper { by_size } else { by_size.reverse() })
}

/// The order of two numbers, or dates; `None` where one is none that is read here.
pub(crate) fn by_size(base: BaseOperator, a: &str, b: &str) -> Option<Ordering> {
    match base.value_type() {
        ValueType::Numeric => compare_numbers(a, b),
        // Dates are written one way, so that their order is that of their text.
        _ if bounds::is_date(a) && bounds::is_date(b) => Some(date_value(a).cmp(&date_value(b))),
        _ => None,
    }
}

/// Whether each block of addresses of `a` lies in one of `b`'s.
pub(crate) fn lie_in(a: &Values, b: &Values) -> bool {
    let wide: Vec<Block> = b.iter().filter_map(|value| block(&value.value)).collect();
    a.iter().all(|value| block(&value.value).is_some_and(|narrow| wide.iter().any(|wide| wide.contains(narrow))))
}

/// The one spelling of a value, as far as the operator can tell values apart.
fn canonical(base: BaseOperator, text: &str) -> String {
    use BaseOperator as Op;
    match base {
        Op::NumericEquals | Op::NumericNotEquals => Decimal::of(text).map_or_else(|| text.to_owned(), |it| it.text()),
        Op::DateEquals | Op::DateNotEquals => date_value(text),
        Op::StringEquals | Op::StringNotEquals => globs::escaped(text).unwrap_or_else(|| text.to_owned()),
        Op::StringEqualsIgnoreCase | Op::StringNotEqualsIgnoreCase => {
            globs::escaped(text).unwrap_or_else(|| text.to_owned()).to_ascii_lowercase()
        }
        Op::IpAddress | Op::NotIpAddress => {
            block(text).map_or_else(|| text.to_owned(), |it| format!("{} {:x}/{}", it.version, it.bits, it.prefix))
        }
        _ => text.to_owned(),
    }
}

/// Compares two decimal numbers; `None` where one is none.
pub(crate) fn compare_numbers(a: &str, b: &str) -> Option<Ordering> {
    Some(Decimal::of(a)?.cmp(&Decimal::of(b)?))
}

/// A decimal number of any length, exactly.
#[derive(Debug, PartialEq, Eq)]
struct Decimal<'t> {
    negative: bool,
    /// Without zeros before it.
    whole: &'t str,
    /// Without zeros after it.
    fraction: &'t str,
}

impl<'t> Decimal<'t> {
    fn of(text: &'t str) -> Option<Self> {
        if !bounds::is_number(text) {
            return None;
        }
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        let zero = whole.is_empty() && fraction.is_empty();
        Some(Self { negative: text.starts_with('-') && !zero, whole, fraction })
    }
}

impl Decimal<'_> {
    fn text(&self) -> String {
        format!("{}{}.{}", if self.negative { "-" } else { "" }, self.whole, self.fraction)
    }
}

impl PartialOrd for Decimal<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let size = |one: &Self, other: &Self| {
            one.whole
                .len()
                .cmp(&other.whole.len())
                .then_with(|| one.whole.cmp(other.whole))
                .then_with(|| one.fraction.cmp(other.fraction))
        };
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => size(self, other),
            (true, true) => size(other, self),
        }
    }
}

/// A block of addresses; one address is a block of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Block {
    version: u8,
    /// The address's bits from the left, those behind the prefix zero.
    bits: u128,
    prefix: u32,
}

impl Block {
    /// Whether all of `other` is in it. Of two blocks one is in the other, or they have nothing in common.
    fn contains(self, other: Self) -> bool {
        self.version == other.version && self.prefix <= other.prefix && other.bits & mask(self.prefix) == self.bits
    }
}

fn block(text: &str) -> Option<Block> {
    let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
    let (version, bits, length) = match address.parse::<IpAddr>().ok()? {
        IpAddr::V4(address) => (4, u128::from(u32::from(address)) << 96, 32),
        IpAddr::V6(address) => (6, u128::from(address), 128),
    };
    let prefix = prefix.map_or(Some(length), |prefix| prefix.parse().ok())?;
    Some(Block { version, bits: bits & mask(prefix), prefix })
}

fn mask(prefix: u32) -> u128 {
    u128::MAX.checked_shl(128_u32.saturating_sub(prefix)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use iamx_text::{FileId, Span, TextRange};

    use super::*;

    fn values(list: &[&str]) -> Vec<Sourced<String>> {
        let file: FileId = iamx_text::SourceMap::new().add("", "");
        let span = Span::new(file, TextRange::default());
        list.iter().map(|value| Sourced::new((*value).to_owned(), span)).collect()
    }

    fn both(base: BaseOperator, a: &[&str], b: &[&str]) -> Vec<String> {
        intersection(base, &values(a), &values(b)).unwrap().into_iter().map(|value| value.value).collect()
    }

    #[test]
    fn numbers_are_compared_exactly() {
        for (a, b, order) in [
            ("10", "10.0", Ordering::Equal),
            ("9", "10", Ordering::Less),
            ("-9", "-10", Ordering::Greater),
            ("0.25", "0.3", Ordering::Less),
            ("-0", "0", Ordering::Equal),
            ("100000000000000000000000000001", "100000000000000000000000000002", Ordering::Less),
        ] {
            assert_eq!(compare_numbers(a, b), Some(order), "{a} {b}");
        }
    }

    #[test]
    fn blocks_lie_in_one_another_or_apart() {
        let ip = BaseOperator::IpAddress;
        assert_eq!(both(ip, &["10.0.0.0/8"], &["10.1.0.0/16", "11.0.0.0/8"]), ["10.1.0.0/16"]);
        assert_eq!(both(ip, &["10.1.2.3"], &["10.1.2.3/32", "10.0.0.0/8"]), ["10.1.2.3"]);
        assert_eq!(both(ip, &["0.0.0.0/0"], &["2001:db8::/32", "::/0"]), [""; 0]);
        assert_eq!(both(ip, &["2001:db8::/32"], &["::/0"]), ["2001:db8::/32"]);
    }

    #[test]
    fn equal_values_of_different_spelling_are_one() {
        assert_eq!(both(BaseOperator::NumericEquals, &["10.0", "3"], &["10"]), ["10.0"]);
        assert_eq!(both(BaseOperator::StringEquals, &["${*}"], &["*"]), ["${*}"]);
        assert_eq!(both(BaseOperator::StringEqualsIgnoreCase, &["Data"], &["dATA", "web"]), ["Data"]);
    }
}
