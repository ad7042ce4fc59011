//! What a caller brings along into a session, and the action that it takes.
//!
//! See [`sts:TagSession`](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html) and
//! [source identity](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html).

use iamx_policy::{BaseOperator, ConditionEntry};

/// Something that a caller may bring along.
#[derive(Debug, PartialEq, Eq)]
pub struct Brought {
    /// How `with` calls it.
    pub word: &'static str,
    /// The action of STS, without its prefix.
    pub action: &'static str,
    /// The keys that a request has of it; one that ends in `/` goes on with a tag's name.
    pub keys: &'static [&'static str],
}

/// Everything that a caller may bring along.
pub const BROUGHT: [Brought; 2] = [
    Brought {
        word: "session-tags",
        action: "TagSession",
        keys: &["aws:RequestTag/", "aws:TagKeys", "sts:TransitiveTagKeys"],
    },
    Brought { word: "source-identity", action: "SetSourceIdentity", keys: &["sts:SourceIdentity"] },
];

impl Brought {
    /// What `with` calls `word`.
    pub fn named(word: &str) -> Option<&'static Self> {
        BROUGHT.iter().find(|one| one.word == word)
    }

    /// What a caller must bring to satisfy the condition, if anything.
    pub fn demanded_by(entry: &ConditionEntry) -> Option<&'static Self> {
        let of_key = |key: &str| match key.strip_suffix('/') {
            Some(_) => entry.key.get(..key.len()).is_some_and(|start| start.eq_ignore_ascii_case(key)),
            None => entry.is_of(key),
        };
        let absent = match entry.operator.base {
            BaseOperator::Null => entry.values.iter().any(|value| value.value.eq_ignore_ascii_case("true")),
            _ => entry.operator.holds_when_absent(),
        };
        BROUGHT.iter().find(|one| one.keys.iter().any(|key| of_key(key))).filter(|_| !absent)
    }
}
