use std::fmt;

use iamx_text::Span;

use crate::Sourced;

/// How a condition compares.
///
/// See [condition operators](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum BaseOperator {
    StringEquals,
    StringNotEquals,
    StringEqualsIgnoreCase,
    StringNotEqualsIgnoreCase,
    StringLike,
    StringNotLike,
    NumericEquals,
    NumericNotEquals,
    NumericLessThan,
    NumericLessThanEquals,
    NumericGreaterThan,
    NumericGreaterThanEquals,
    DateEquals,
    DateNotEquals,
    DateLessThan,
    DateLessThanEquals,
    DateGreaterThan,
    DateGreaterThanEquals,
    Bool,
    BinaryEquals,
    IpAddress,
    NotIpAddress,
    ArnEquals,
    ArnNotEquals,
    ArnLike,
    ArnNotLike,
    Null,
}

impl BaseOperator {
    /// Every operator.
    pub const ALL: &'static [Self] = &[
        Self::StringEquals,
        Self::StringNotEquals,
        Self::StringEqualsIgnoreCase,
        Self::StringNotEqualsIgnoreCase,
        Self::StringLike,
        Self::StringNotLike,
        Self::NumericEquals,
        Self::NumericNotEquals,
        Self::NumericLessThan,
        Self::NumericLessThanEquals,
        Self::NumericGreaterThan,
        Self::NumericGreaterThanEquals,
        Self::DateEquals,
        Self::DateNotEquals,
        Self::DateLessThan,
        Self::DateLessThanEquals,
        Self::DateGreaterThan,
        Self::DateGreaterThanEquals,
        Self::Bool,
        Self::BinaryEquals,
        Self::IpAddress,
        Self::NotIpAddress,
        Self::ArnEquals,
        Self::ArnNotEquals,
        Self::ArnLike,
        Self::ArnNotLike,
        Self::Null,
    ];

    /// The operator that JSON calls `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|operator| operator.as_str() == name)
    }

    /// As JSON has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::StringEquals => "StringEquals",
            Self::StringNotEquals => "StringNotEquals",
            Self::StringEqualsIgnoreCase => "StringEqualsIgnoreCase",
            Self::StringNotEqualsIgnoreCase => "StringNotEqualsIgnoreCase",
            Self::StringLike => "StringLike",
            Self::StringNotLike => "StringNotLike",
            Self::NumericEquals => "NumericEquals",
            Self::NumericNotEquals => "NumericNotEquals",
            Self::NumericLessThan => "NumericLessThan",
            Self::NumericLessThanEquals => "NumericLessThanEquals",
            Self::NumericGreaterThan => "NumericGreaterThan",
            Self::NumericGreaterThanEquals => "NumericGreaterThanEquals",
            Self::DateEquals => "DateEquals",
            Self::DateNotEquals => "DateNotEquals",
            Self::DateLessThan => "DateLessThan",
            Self::DateLessThanEquals => "DateLessThanEquals",
            Self::DateGreaterThan => "DateGreaterThan",
            Self::DateGreaterThanEquals => "DateGreaterThanEquals",
            Self::Bool => "Bool",
            Self::BinaryEquals => "BinaryEquals",
            Self::IpAddress => "IpAddress",
            Self::NotIpAddress => "NotIpAddress",
            Self::ArnEquals => "ArnEquals",
            Self::ArnNotEquals => "ArnNotEquals",
            Self::ArnLike => "ArnLike",
            Self::ArnNotLike => "ArnNotLike",
            Self::Null => "Null",
        }
    }

    /// What it compares.
    pub fn value_type(self) -> ValueType {
        match self {
            Self::StringEquals
            | Self::StringNotEquals
            | Self::StringEqualsIgnoreCase
            | Self::StringNotEqualsIgnoreCase
            | Self::StringLike
            | Self::StringNotLike => ValueType::String,
            Self::NumericEquals
            | Self::NumericNotEquals
            | Self::NumericLessThan
            | Self::NumericLessThanEquals
            | Self::NumericGreaterThan
            | Self::NumericGreaterThanEquals => ValueType::Numeric,
            Self::DateEquals
            | Self::DateNotEquals
            | Self::DateLessThan
            | Self::DateLessThanEquals
            | Self::DateGreaterThan
            | Self::DateGreaterThanEquals => ValueType::Date,
            Self::Bool | Self::Null => ValueType::Bool,
            Self::BinaryEquals => ValueType::Binary,
            Self::IpAddress | Self::NotIpAddress => ValueType::Ip,
            Self::ArnEquals | Self::ArnNotEquals | Self::ArnLike | Self::ArnNotLike => ValueType::Arn,
        }
    }

    /// Which side of its value it takes, where it compares by size.
    pub fn bound(self) -> Option<Bound> {
        match self {
            Self::NumericLessThan | Self::NumericLessThanEquals | Self::DateLessThan | Self::DateLessThanEquals => {
                Some(Bound::Upper)
            }
            Self::NumericGreaterThan
            | Self::NumericGreaterThanEquals
            | Self::DateGreaterThan
            | Self::DateGreaterThanEquals => Some(Bound::Lower),
            _ => None,
        }
    }

    /// The operator that is true of a present value where this one is false; `None` where there is none.
    pub fn opposite(self) -> Option<Self> {
        Some(match self {
            Self::StringEquals => Self::StringNotEquals,
            Self::StringNotEquals => Self::StringEquals,
            Self::StringEqualsIgnoreCase => Self::StringNotEqualsIgnoreCase,
            Self::StringNotEqualsIgnoreCase => Self::StringEqualsIgnoreCase,
            Self::StringLike => Self::StringNotLike,
            Self::StringNotLike => Self::StringLike,
            Self::ArnEquals => Self::ArnNotEquals,
            Self::ArnNotEquals => Self::ArnEquals,
            Self::ArnLike => Self::ArnNotLike,
            Self::ArnNotLike => Self::ArnLike,
            Self::NumericEquals => Self::NumericNotEquals,
            Self::NumericNotEquals => Self::NumericEquals,
            Self::NumericLessThan => Self::NumericGreaterThanEquals,
            Self::NumericLessThanEquals => Self::NumericGreaterThan,
            Self::NumericGreaterThan => Self::NumericLessThanEquals,
            Self::NumericGreaterThanEquals => Self::NumericLessThan,
            Self::DateEquals => Self::DateNotEquals,
            Self::DateNotEquals => Self::DateEquals,
            Self::DateLessThan => Self::DateGreaterThanEquals,
            Self::DateLessThanEquals => Self::DateGreaterThan,
            Self::DateGreaterThan => Self::DateLessThanEquals,
            Self::DateGreaterThanEquals => Self::DateLessThan,
            Self::IpAddress => Self::NotIpAddress,
            Self::NotIpAddress => Self::IpAddress,
            Self::Bool | Self::BinaryEquals | Self::Null => return None,
        })
    }

    /// Whether it is true where no value matches, and so where the key is absent.
    pub fn is_negated(self) -> bool {
        matches!(
            self,
            Self::StringNotEquals
                | Self::StringNotEqualsIgnoreCase
                | Self::StringNotLike
                | Self::NumericNotEquals
                | Self::DateNotEquals
                | Self::NotIpAddress
                | Self::ArnNotEquals
                | Self::ArnNotLike
        )
    }
}

/// What an operator compares; `Bool` is `true` or `false`, which `Null` takes too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum ValueType {
    String,
    Numeric,
    Date,
    Bool,
    Binary,
    Ip,
    Arn,
}

/// What the value of a comparison by size is: the most, or the least, that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Bound {
    Upper,
    Lower,
}

/// Which of a key's many values must match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Qualifier {
    /// `ForAllValues`: every value; true when the key is absent.
    ForAllValues,
    /// `ForAnyValue`: at least one value.
    ForAnyValue,
}

/// An operator with its qualifier and `IfExists`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Operator {
    /// `ForAllValues` or `ForAnyValue`.
    pub qualifier: Option<Qualifier>,
    /// The comparison.
    pub base: BaseOperator,
    /// Whether it is true where the key is absent.
    pub if_exists: bool,
}

impl Operator {
    /// `base` alone.
    pub fn plain(base: BaseOperator) -> Self {
        Self { qualifier: None, base, if_exists: false }
    }

    /// `base` that an absent key satisfies.
    pub fn if_exists(base: BaseOperator) -> Self {
        Self { qualifier: None, base, if_exists: true }
    }

    /// Whether it is true where the key is absent. `Null` says itself what it wants.
    pub fn holds_when_absent(self) -> bool {
        match (self.qualifier, self.base) {
            (_, BaseOperator::Null) | (Some(Qualifier::ForAnyValue), _) => false,
            (Some(Qualifier::ForAllValues), _) => true,
            (None, base) => self.if_exists || base.is_negated(),
        }
    }

    /// `base` over a key's many values.
    pub fn qualified(qualifier: Qualifier, base: BaseOperator) -> Self {
        Self { qualifier: Some(qualifier), base, if_exists: false }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.qualifier {
            Some(Qualifier::ForAllValues) => f.write_str("ForAllValues:")?,
            Some(Qualifier::ForAnyValue) => f.write_str("ForAnyValue:")?,
            None => {}
        }
        f.write_str(self.base.as_str())?;
        if self.if_exists { f.write_str("IfExists") } else { Ok(()) }
    }
}

/// A statement's conditions: all must hold. No two entries have one operator and one key (keys ignore case).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConditionBlock {
    /// The entries.
    pub entries: Vec<ConditionEntry>,
}

/// One operator on one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionEntry {
    /// The operator.
    pub operator: Operator,
    /// The key, as it was written.
    pub key: String,
    /// The values, of which one must match (or none, for a negated operator).
    pub values: Vec<Sourced<String>>,
    /// Where it was written.
    pub span: Span,
}

impl ConditionEntry {
    /// Whether it is about the key of that name; case doesn't count.
    pub fn is_of(&self, key: &str) -> bool {
        self.key.eq_ignore_ascii_case(key)
    }

    /// Whether it is true where its key is absent.
    pub fn holds_when_absent(&self) -> bool {
        let asks_absence =
            self.operator.base == BaseOperator::Null && self.values.iter().any(|value| value.value == "true");
        asks_absence || self.operator.holds_when_absent()
    }
}

impl ConditionBlock {
    /// The entries on the key of that name.
    pub fn of<'b>(&'b self, key: &'b str) -> impl Iterator<Item = &'b ConditionEntry> {
        self.entries.iter().filter(move |entry| entry.is_of(key))
    }

    /// The entry of `operator` on `key`.
    pub fn entry(&self, operator: Operator, key: &str) -> Option<&ConditionEntry> {
        self.entries.iter().find(|entry| entry.operator == operator && entry.key.eq_ignore_ascii_case(key))
    }
}
