//! Conditions as they are written, and what they say of a request, by the language's rules alone.

use std::fmt;

use super::keys::{KEYS, Key, Kind, Request};

/// A condition.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the words are those of the language")]
pub enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Exists(usize),
    /// A Bool key by itself.
    Truth {
        key: usize,
        quantifier: Option<Quantifier>,
        or_absent: bool,
    },
    Compare {
        key: usize,
        quantifier: Option<Quantifier>,
        or_absent: bool,
        operator: Compare,
        values: Vec<&'static str>,
    },
    /// `key == other:key`
    KeyToKey {
        key: usize,
        quantifier: Option<Quantifier>,
        or_absent: bool,
        unequal: bool,
        other: usize,
    },
    /// `Operator(key, values)`
    Named {
        name: String,
        key: usize,
        values: Vec<&'static str>,
    },
}

/// What a comparison says of the values of a key that has many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words are those of the language")]
pub enum Quantifier {
    Any,
    All,
}

/// An operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words are those of the language")]
pub enum Compare {
    Equals,
    NotEquals,
    In,
    NotIn,
    Like,
    NotLike,
    Less,
    LessEquals,
    Greater,
    GreaterEquals,
}

impl Compare {
    fn negates(self) -> bool {
        matches!(self, Self::NotEquals | Self::NotIn | Self::NotLike)
    }

    fn text(self) -> &'static str {
        match self {
            Self::Equals => "==",
            Self::NotEquals => "!=",
            Self::In => "in",
            Self::NotIn => "not in",
            Self::Like => "like",
            Self::NotLike => "not like",
            Self::Less => "<",
            Self::LessEquals => "<=",
            Self::Greater => ">",
            Self::GreaterEquals => ">=",
        }
    }
}

impl Condition {
    /// Whether the condition holds of the request.
    pub fn holds(&self, request: &Request) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(request)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(request)),
            Self::Not(part) => !part.holds(request),
            Self::Exists(key) => request.values(*key).is_some(),
            Self::Truth { key, quantifier, or_absent } => {
                over(request.values(*key), *quantifier, *or_absent, false, |value| value == "true")
            }
            Self::Compare { key, quantifier, or_absent, operator, values } => {
                let one = |value: &str| {
                    let fits = values.iter().any(|other| compares(&KEYS[*key], *operator, value, other));
                    fits != operator.negates()
                };
                // Of an absent key a negated comparison is true.
                over(request.values(*key), *quantifier, *or_absent, operator.negates(), one)
            }
            Self::KeyToKey { key, quantifier, or_absent, unequal, other } => {
                let other = request.values(*other);
                let one = |value: &str| other.is_some_and(|other| other[0] == value) != *unequal;
                over(request.values(*key), *quantifier, *or_absent, *unequal, one)
            }
            Self::Named { name, key, values } => {
                let rest = name.trim_start_matches("ForAllValues:").trim_start_matches("ForAnyValue:");
                let (rest, or_absent) = rest.strip_suffix("IfExists").map_or((rest, false), |rest| (rest, true));
                let quantifier = if name.starts_with("ForAll") {
                    Some(Quantifier::All)
                } else if name.starts_with("ForAny") {
                    Some(Quantifier::Any)
                } else {
                    None
                };
                if rest == "Null" {
                    return request.values(*key).is_none() == (values[0] == "true");
                }
                let negates = rest.contains("Not");
                let one = |value: &str| {
                    let fits = values.iter().any(|other| match rest.replace("Not", "").as_str() {
                        "StringEqualsIgnoreCase" => value.eq_ignore_ascii_case(&plain(other)),
                        "StringEquals" => value == plain(other),
                        "StringLike" => matches(other, value),
                        "ArnEquals" | "ArnLike" => arn_matches(other, value),
                        "IpAddress" => within(other, value),
                        operator => {
                            let compare = match operator {
                                "NumericEquals" => Compare::Equals,
                                "NumericLessThan" => Compare::Less,
                                "NumericGreaterThanEquals" => Compare::GreaterEquals,
                                other => panic!("{other}"),
                            };
                            compares(&KEYS[*key], compare, value, other)
                        }
                    });
                    fits != negates
                };
                over(request.values(*key), quantifier, or_absent, negates, one)
            }
        }
    }

    /// The keys that it speaks of, each once.
    pub fn keys(&self) -> Vec<usize> {
        let mut keys = match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::keys).collect(),
            Self::Not(part) => part.keys(),
            Self::Exists(key) | Self::Truth { key, .. } | Self::Compare { key, .. } | Self::Named { key, .. } => {
                vec![*key]
            }
            Self::KeyToKey { key, other, .. } => vec![*key, *other],
        };
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// The parts below it.
    pub fn parts(&self) -> &[Condition] {
        match self {
            Self::All(parts) | Self::Any(parts) => parts,
            Self::Not(part) => std::slice::from_ref(part),
            _ => &[],
        }
    }
}

fn over(
    values: Option<&[&str]>,
    quantifier: Option<Quantifier>,
    or_absent: bool,
    negates: bool,
    one: impl Fn(&str) -> bool,
) -> bool {
    match (values, quantifier) {
        // `all` holds of no values, `any … not` doesn't.
        (None, Some(Quantifier::All)) => true,
        (None, Some(Quantifier::Any)) => or_absent,
        (None, None) => or_absent || negates,
        (Some(values), Some(Quantifier::Any)) => values.iter().any(|value| one(value)),
        (Some(values), _) => values.iter().all(|value| one(value)),
    }
}

fn compares(key: &Key, operator: Compare, value: &str, other: &str) -> bool {
    let order = match key.kind {
        Kind::Number => {
            let number = |text: &str| text.parse::<f64>().unwrap();
            number(value).partial_cmp(&number(other)).unwrap()
        }
        Kind::Date => instant(value).cmp(&instant(other)),
        Kind::Address => return within(other, value),
        Kind::Arn => return arn_matches(other, value),
        Kind::Text | Kind::Truth => {
            return match operator {
                Compare::Like | Compare::NotLike => matches(other, value),
                _ => plain(other) == value,
            };
        }
    };
    match operator {
        Compare::Less => order.is_lt(),
        Compare::LessEquals => order.is_le(),
        Compare::Greater => order.is_gt(),
        Compare::GreaterEquals => order.is_ge(),
        _ => order.is_eq(),
    }
}

/// `${*}` stands for the character.
fn plain(written: &str) -> String {
    written.replace("${*}", "*")
}

/// By the definition of patterns, without any care for speed. `\u{1}` stands for a star that is a character.
fn matches(pattern: &str, text: &str) -> bool {
    fn from(pattern: &[char], text: &[char]) -> bool {
        match pattern {
            [] => text.is_empty(),
            ['*', rest @ ..] => (0..=text.len()).any(|skip| from(rest, &text[skip..])),
            ['?', rest @ ..] => !text.is_empty() && from(rest, &text[1..]),
            [c, rest @ ..] => text.first() == Some(c) && from(rest, &text[1..]),
        }
    }
    let pattern: Vec<char> = pattern.replace("${*}", "\u{1}").chars().collect();
    let text: Vec<char> = text.replace('*', "\u{1}").chars().collect();
    from(&pattern, &text)
}

fn arn_matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<_>, Vec<_>) = (pattern.splitn(6, ':').collect(), text.splitn(6, ':').collect());
    pattern.len() == text.len() && pattern.iter().zip(text).all(|(pattern, text)| matches(pattern, text))
}

/// A date's seconds, in months of 31 days.
fn instant(text: &str) -> u64 {
    let text = if text.contains('T') { text.to_owned() } else { format!("{text}T00:00:00Z") };
    let parts: Vec<u64> =
        text.split(['-', 'T', ':', 'Z']).filter(|part| !part.is_empty()).map(|part| part.parse().unwrap()).collect();
    parts.iter().zip([12, 31, 24, 60, 60, 1]).fold(0, |sum, (part, unit)| (sum + part) * unit)
}

/// Whether the address lies in the block.
fn within(block: &str, address: &str) -> bool {
    let bits = |text: &str| -> Vec<bool> {
        let bytes: Vec<u8> = match text.parse::<std::net::IpAddr>().unwrap() {
            std::net::IpAddr::V4(address) => address.octets().to_vec(),
            std::net::IpAddr::V6(address) => address.octets().to_vec(),
        };
        bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1)).collect()
    };
    let (base, length) = block.split_once('/').unwrap_or((block, "128"));
    let (base, address) = (bits(base), bits(address));
    let length = length.parse::<usize>().unwrap().min(base.len());
    base.len() == address.len() && base[..length] == address[..length]
}

/// As it is written in the source.
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let join = |f: &mut fmt::Formatter<'_>, parts: &[Condition], word: &str| {
            f.write_str("(")?;
            for (index, part) in parts.iter().enumerate() {
                if index > 0 {
                    write!(f, " {word} ")?;
                }
                write!(f, "{part}")?;
            }
            f.write_str(")")
        };
        match self {
            Self::All(parts) => join(f, parts, "and"),
            Self::Any(parts) => join(f, parts, "or"),
            Self::Not(part) => write!(f, "not {part}"),
            Self::Exists(key) => write!(f, "exists {}", KEYS[*key].written),
            Self::Truth { key, quantifier, or_absent } => write_key(f, *key, *quantifier, *or_absent),
            Self::Compare { key, quantifier, or_absent, operator, values } => {
                write_key(f, *key, *quantifier, *or_absent)?;
                write!(f, " {} ", operator.text())?;
                let listed = matches!(operator, Compare::In | Compare::NotIn) || values.len() > 1;
                write_values(f, &KEYS[*key], values, listed)
            }
            Self::KeyToKey { key, quantifier, or_absent, unequal, other } => {
                write_key(f, *key, *quantifier, *or_absent)?;
                write!(f, " {} {}", if *unequal { "!=" } else { "==" }, KEYS[*other].written)
            }
            Self::Named { name, key, values } => {
                write!(f, "{name}({}, ", KEYS[*key].written)?;
                write_values(f, &KEYS[*key], values, values.len() > 1)?;
                f.write_str(")")
            }
        }
    }
}

fn write_key(f: &mut fmt::Formatter<'_>, key: usize, quantifier: Option<Quantifier>, or_absent: bool) -> fmt::Result {
    f.write_str(match quantifier {
        Some(Quantifier::Any) => "any ",
        Some(Quantifier::All) => "all ",
        None => "",
    })?;
    write!(f, "{}{}", KEYS[key].written, if or_absent { "?" } else { "" })
}

fn write_values(f: &mut fmt::Formatter<'_>, key: &Key, values: &[&str], listed: bool) -> fmt::Result {
    let bare = matches!(key.kind, Kind::Number | Kind::Date);
    if listed {
        f.write_str("[")?;
    }
    for (index, value) in values.iter().enumerate() {
        let comma = if index > 0 { ", " } else { "" };
        let truth = matches!(*value, "true" | "false");
        if bare || truth { write!(f, "{comma}{value}")? } else { write!(f, "{comma}\"{value}\"")? }
    }
    if listed { f.write_str("]") } else { Ok(()) }
}
