//! Access levels, as sets.

use std::fmt;

/// What an action does to what it acts on, in AWS's five words:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_understand-policy-summary-access-level-summaries.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Reads content or properties.
    Read,
    /// Lists resources.
    List,
    /// Creates, changes or deletes resources.
    Write,
    /// Changes tags and nothing else.
    Tagging,
    /// Grants or changes permissions.
    Permissions,
}

impl Level {
    /// Every level, in the order in which sets are written.
    pub const ALL: [Self; 5] = [Self::Read, Self::List, Self::Write, Self::Tagging, Self::Permissions];

    /// AWS's own word for the level.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "Read",
            Self::List => "List",
            Self::Write => "Write",
            Self::Tagging => "Tagging",
            Self::Permissions => "Permissions management",
        }
    }

    /// The word that follows `@` in the language: `read list write tag permissions`.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::List => "list",
            Self::Write => "write",
            Self::Tagging => "tag",
            Self::Permissions => "permissions",
        }
    }

    /// The level that AWS or the language calls by that word, ignoring case.
    pub fn from_name(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|level| level.name().eq_ignore_ascii_case(word) || level.keyword().eq_ignore_ascii_case(word))
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of access levels. An action has several where AWS lists several (`Tagging, Write`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct LevelSet(u8);

impl LevelSet {
    /// The set of no level.
    pub const EMPTY: Self = Self(0);

    /// The set that holds each of these levels.
    pub fn of(levels: impl IntoIterator<Item = Level>) -> Self {
        levels.into_iter().fold(Self::EMPTY, Self::with)
    }

    /// This set and one level more.
    #[must_use]
    pub fn with(self, level: Level) -> Self {
        Self(self.0 | level.bit())
    }

    /// The levels that are in either set.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the level is in the set.
    pub fn contains(self, level: Level) -> bool {
        self.0 & level.bit() != 0
    }

    /// Whether every level of the other set is in this one.
    pub fn contains_all(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether the set holds no level.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The levels of the set, in the order of [`Level::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Level> {
        Level::ALL.into_iter().filter(move |level| self.contains(*level))
    }

    pub(crate) fn bits(self) -> u8 {
        self.0
    }

    pub(crate) fn from_bits(bits: u8) -> Option<Self> {
        (bits < 1 << Level::ALL.len()).then_some(Self(bits))
    }
}

impl fmt::Debug for LevelSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.iter()).finish()
    }
}

impl FromIterator<Level> for LevelSet {
    fn from_iter<I: IntoIterator<Item = Level>>(levels: I) -> Self {
        Self::of(levels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_it_was_given() {
        let set = LevelSet::of([Level::Write, Level::Tagging]);
        assert!(set.contains(Level::Tagging) && !set.contains(Level::Read));
        assert_eq!(set.iter().collect::<Vec<_>>(), [Level::Write, Level::Tagging]);
        assert!(set.contains_all(LevelSet::of([Level::Write])) && !set.contains_all(LevelSet::of([Level::List])));
        assert_eq!(LevelSet::from_bits(set.bits()), Some(set));
        assert_eq!(LevelSet::from_bits(32), None);
    }
}
