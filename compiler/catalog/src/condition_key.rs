//! Condition keys, plain and templated.

use std::sync::Arc;

use crate::pattern;

/// The type of a condition key's values; it picks the operators:
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html#context_keys_table>
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyType {
    /// Any text.
    String,
    /// An ARN.
    Arn,
    /// A decimal number.
    Numeric,
    /// A date and time.
    Date,
    /// `true` or `false`.
    Bool,
    /// An IP address.
    Ip,
    /// Bytes, written in base64.
    Binary,
}

impl KeyType {
    /// Every type, in the order in which sets are written.
    pub const ALL: [Self; 7] = [Self::String, Self::Arn, Self::Numeric, Self::Date, Self::Bool, Self::Ip, Self::Binary];

    /// AWS's word for the type.
    pub fn name(self) -> &'static str {
        match self {
            Self::String => "String",
            Self::Arn => "ARN",
            Self::Numeric => "Numeric",
            Self::Date => "Date",
            Self::Bool => "Bool",
            Self::Ip => "IPAddress",
            Self::Binary => "Binary",
        }
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of key types: AWS lists a few keys with two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct KeyTypes(u8);

impl KeyTypes {
    /// The set of these types.
    pub fn of(types: impl IntoIterator<Item = KeyType>) -> Self {
        types.into_iter().fold(Self(0), |set, one| Self(set.0 | one.bit()))
    }

    /// Whether the type is in the set.
    pub fn contains(self, one: KeyType) -> bool {
        self.0 & one.bit() != 0
    }

    /// The types of the set, in the order of [`KeyType::ALL`].
    pub fn iter(self) -> impl Iterator<Item = KeyType> {
        KeyType::ALL.into_iter().filter(move |one| self.contains(*one))
    }

    /// The first type: the only one of nearly every key.
    pub fn first(self) -> KeyType {
        self.iter().next().unwrap_or(KeyType::String)
    }

    /// The types that are in either set.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the set holds no type.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn bits(self) -> u8 {
        self.0
    }

    pub(crate) fn from_bits(bits: u8) -> Option<Self> {
        (bits < 1 << KeyType::ALL.len()).then_some(Self(bits))
    }
}

/// A condition key of a service, a global one, or a claim of a federated identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionKey {
    /// The whole name; a template has one `${…}` in it (`aws:RequestTag/${TagKey}`).
    pub name: Arc<str>,
    /// The types of its values; one, for nearly every key.
    pub types: KeyTypes,
    /// Whether a request holds a list of values, so that a policy needs `ForAnyValue` or `ForAllValues`.
    pub multi_valued: bool,
    /// Whether AWS also sends it with a single value (`elasticloadbalancing:ListenerProtocol` is listed both ways).
    pub single_valued_too: bool,
    /// Whether it is one of the global keys, which every service can see.
    pub global: bool,
    /// For a global key, whether every request holds it; `None` for others, of which AWS does not say.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
    pub always_present: Option<bool>,
}

impl ConditionKey {
    /// Whether the name is a template.
    pub fn is_template(&self) -> bool {
        self.name.contains("${")
    }

    /// What stands in the place of a template's `${…}` in that name, ignoring ASCII case, if the name is one of the template's.
    fn argument<'n>(&self, name: &'n str) -> Option<&'n str> {
        // Nearly every key differs from the name before its `$` comes.
        let both = self.name.bytes().zip(name.bytes());
        let same = both.take_while(|(own, other)| *own != b'$' && own.eq_ignore_ascii_case(other)).count();
        let (_, after) = self.name.get(same..)?.strip_prefix("${")?.split_once('}')?;
        let tail_at = name.len().checked_sub(after.len())?;
        let tail = name.get(tail_at..)?;
        let argument = name.get(same..tail_at)?;
        (!argument.is_empty() && tail.eq_ignore_ascii_case(after)).then_some(argument)
    }
}

/// The key of the catalog that a written name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyMatch<'a, 'n> {
    /// The key.
    pub key: &'a ConditionKey,
    /// What stands in the place of a template's `${…}`: the tag's name, for a tag key.
    pub argument: Option<&'n str>,
}

/// The best match among keys sorted by name: an equal name before a template, a longer template before a shorter.
pub(crate) fn best_match<'a, 'n>(sorted: &'a [ConditionKey], name: &'n str) -> Option<KeyMatch<'a, 'n>> {
    if let Some(key) = pattern::find(sorted, name, |key| &key.name) {
        return Some(KeyMatch { key, argument: None });
    }
    sorted
        .iter()
        .filter_map(|key| Some((key, key.argument(name)?)))
        .min_by_key(|(_, argument)| argument.len())
        .map(|(key, argument)| KeyMatch { key, argument: Some(argument) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> ConditionKey {
        ConditionKey {
            name: name.into(),
            types: KeyTypes::of([KeyType::String]),
            multi_valued: false,
            single_valued_too: false,
            global: false,
            always_present: None,
        }
    }

    #[test]
    fn templates_give_what_fills_them() {
        let keys = [key("events:Metadata/${MetadataKey}"), key("events:Metadata/${MetadataKey}/Matcher")];
        let found = best_match(&keys, "events:metadata/a/b/matcher").unwrap();
        assert_eq!((&*found.key.name, found.argument), ("events:Metadata/${MetadataKey}/Matcher", Some("a/b")));
        let found = best_match(&keys, "events:Metadata/x").unwrap();
        assert_eq!((&*found.key.name, found.argument), ("events:Metadata/${MetadataKey}", Some("x")));
        assert_eq!(best_match(&keys, "events:Metadata/$x").unwrap().argument, Some("$x"));
        assert!(best_match(&keys, "events:Metadata/").is_none());
        assert!(best_match(&keys, "events:Metadatä").is_none());
        let exact = [key("ssm:resourceTag/${TagKey}"), key("ssm:resourceTag/aws:ssmmessages:session-id")];
        assert_eq!(best_match(&exact, "ssm:ResourceTag/aws:ssmmessages:session-id").unwrap().argument, None);
    }
}
