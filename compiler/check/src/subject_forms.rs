//! What the `sub` of a provider's tokens can be, and values that it never is.
//!
//! Each form is compared with the pattern letter by letter, so that what is reported matches no token of the provider's at all.

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{BaseOperator, ConditionEntry, Sourced, Statement};

use crate::{
    identity_providers::{self, Provider},
    rules::Seen,
};

pub(crate) fn check(_: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    for entry in &statement.conditions.entries {
        let Some(host) = subject_of(&entry.key) else { continue };
        let Some(provider) = identity_providers::of_address(host) else { continue };
        let Some(reading) = Reading::by(entry.operator.base).filter(|_| !provider.forms.is_empty()) else { continue };
        for value in &entry.values {
            // That the wildcard is none is said already.
            if !reading.wildcards && value.value.contains(['*', '?']) {
                continue;
            }
            if value.value.len() <= LONGEST && !provider.forms.iter().any(|form| reading.fits(form, &value.value)) {
                diagnostics.push(finding(provider, entry, value));
            }
        }
    }
}

/// Letters of a value past which nothing is said of it; STS takes no longer `sub`.
const LONGEST: usize = 1_024;

/// The provider's address in the key of its `sub`.
fn subject_of(key: &str) -> Option<&str> {
    let (host, claim) = key.split_once(':')?;
    (host.contains('.') && claim.eq_ignore_ascii_case("sub")).then_some(host)
}

fn finding(provider: &Provider, entry: &ConditionEntry, value: &Sourced<String>) -> Diagnostic {
    let consequence = if entry.operator.base.is_negated() { "every caller passes this" } else { "no caller has it" };
    let message = format!("no `sub` of {} is `{}`", provider.name, value.value);
    Diagnostic::new(&checks::IMPOSSIBLE_OIDC_SUBJECT, value.span, message)
        .label(consequence)
        .help(format!("it looks like `{}`", provider.example))
}

/// How an operator reads a value.
#[derive(Clone, Copy)]
struct Reading {
    wildcards: bool,
    ignores_case: bool,
}

impl Reading {
    fn by(operator: BaseOperator) -> Option<Self> {
        let (wildcards, ignores_case) = match operator {
            BaseOperator::StringEquals | BaseOperator::StringNotEquals => (false, false),
            BaseOperator::StringEqualsIgnoreCase | BaseOperator::StringNotEqualsIgnoreCase => (false, true),
            BaseOperator::StringLike | BaseOperator::StringNotLike => (true, false),
            _ => return None,
        };
        Some(Self { wildcards, ignores_case })
    }

    fn fits(self, form: &Form, value: &str) -> bool {
        form.meets(&pattern(value, self.wildcards), self.ignores_case)
    }
}

/// A part of a pattern, or of a form: one letter of some, or any number of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Part {
    letters: Letters,
    repeats: bool,
}

/// Which letters a part stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Letters {
    Just(char),
    Any,
    /// All but `:`.
    Part,
    /// Of a name.
    Name,
    /// Of a name, and `/`.
    Path,
    /// Of a name in Kubernetes.
    Dns,
    Digits,
    /// Of a UUID.
    Uuid,
}

impl Letters {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "any" => Self::Any,
            "part" => Self::Part,
            "name" => Self::Name,
            "path" => Self::Path,
            "dns" => Self::Dns,
            "digits" => Self::Digits,
            "uuid" => Self::Uuid,
            _ => return None,
        })
    }

    fn hold(self, letter: char) -> bool {
        match self {
            Self::Just(wanted) => letter == wanted,
            Self::Any => true,
            Self::Part => letter != ':',
            Self::Name => letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '-'),
            Self::Path => Self::Name.hold(letter) || letter == '/',
            Self::Dns => letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, '.' | '-'),
            Self::Digits => letter.is_ascii_digit(),
            Self::Uuid => letter.is_ascii_hexdigit() || letter == '-',
        }
    }

    /// Whether some letter is of both; `self` is a pattern's.
    fn meet(self, other: Self, ignores_case: bool) -> bool {
        let Self::Just(letter) = self else { return true };
        other.hold(letter)
            || (ignores_case && (other.hold(letter.to_ascii_lowercase()) || other.hold(letter.to_ascii_uppercase())))
    }
}

/// A value as a pattern. What a policy variable becomes isn't known, so it may be anything.
fn pattern(value: &str, wildcards: bool) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = value;
    while let Some(letter) = rest.chars().next() {
        if let Some((_, after)) = rest.strip_prefix("${").and_then(|inner| inner.split_once('}')) {
            parts.push(Part { letters: Letters::Any, repeats: true });
            rest = after;
            continue;
        }
        parts.push(match letter {
            '*' if wildcards => Part { letters: Letters::Any, repeats: true },
            '?' if wildcards => Part { letters: Letters::Any, repeats: false },
            other => Part { letters: Letters::Just(other), repeats: false },
        });
        rest = rest.get(letter.len_utf8()..).unwrap_or_default();
    }
    parts
}

/// A form that `sub` can have: letters, and `<name>` for one or more letters of some.
pub(crate) struct Form {
    parts: Vec<Part>,
}

impl Form {
    /// `None` where a name in it isn't known.
    pub(crate) fn read(written: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut rest = written;
        while let Some(letter) = rest.chars().next() {
            if let Some((name, after)) = rest.strip_prefix('<').and_then(|inner| inner.split_once('>')) {
                let letters = Letters::named(name)?;
                parts.extend([Part { letters, repeats: false }, Part { letters, repeats: true }]);
                rest = after;
            } else {
                parts.push(Part { letters: Letters::Just(letter), repeats: false });
                rest = rest.get(letter.len_utf8()..).unwrap_or_default();
            }
        }
        Some(Self { parts })
    }

    /// Whether some text has this form and matches the value.
    #[cfg(test)]
    pub(crate) fn may_be(&self, value: &str, wildcards: bool) -> bool {
        self.meets(&pattern(value, wildcards), false)
    }

    /// Whether some text has this form and matches the pattern. Takes time in proportion to the product of both lengths.
    fn meets(&self, pattern: &[Part], ignores_case: bool) -> bool {
        // Which places of the form can be reached with the pattern read so far.
        let mut places = vec![false; self.parts.len() + 1];
        if let Some(first) = places.first_mut() {
            *first = true;
        }
        self.skip(&mut places);
        for part in pattern {
            places = self.read_part(&places, *part, ignores_case);
            if !places.contains(&true) {
                return false;
            }
        }
        places.last().copied().unwrap_or_default()
    }

    /// The places after a part of the pattern.
    fn read_part(&self, places: &[bool], part: Part, ignores_case: bool) -> Vec<bool> {
        let mut after = if part.repeats { places.to_vec() } else { vec![false; places.len()] };
        // Places only ever grow along the form, so one pass from its start reads any number of letters.
        for (place, own) in self.parts.iter().enumerate() {
            let from = if part.repeats { &after } else { places };
            if !from.get(place).copied().unwrap_or_default() || !part.letters.meet(own.letters, ignores_case) {
                continue;
            }
            let to = if own.repeats { place } else { place + 1 };
            if let Some(reached) = after.get_mut(to) {
                *reached = true;
            }
            if part.repeats {
                self.skip(&mut after);
            }
        }
        self.skip(&mut after);
        after
    }

    /// A part that repeats may be left out.
    fn skip(&self, places: &mut [bool]) {
        for (place, own) in self.parts.iter().enumerate() {
            if own.repeats
                && places.get(place).copied().unwrap_or_default()
                && let Some(next) = places.get_mut(place + 1)
            {
                *next = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use iamx_policy::glob_matches;

    use super::Form;

    /// Every text of up to `length` of `letters`.
    fn every(letters: &[char], length: usize) -> Vec<String> {
        let mut all = vec![String::new()];
        let mut last = all.clone();
        for _ in 0..length {
            last = last.iter().flat_map(|text| letters.iter().map(move |letter| format!("{text}{letter}"))).collect();
            all.extend(last.iter().cloned());
        }
        all
    }

    /// By the definition: whether one of all texts has the form and matches the pattern. A form with at most one name in it.
    fn has_form(form: &str, text: &str) -> bool {
        let Some((before, rest)) = form.split_once('<') else { return form == text };
        let (name, after) = rest.split_once('>').unwrap();
        let Some(middle) = text.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)) else { return false };
        let holds = |letter: char| match name {
            "part" => letter != ':',
            "digits" => letter.is_ascii_digit(),
            _ => true,
        };
        !middle.is_empty() && middle.chars().all(holds)
    }

    #[test]
    fn every_short_pattern_meets_a_form_as_some_text_does() {
        let texts = every(&['a', ':', '1'], 6);
        for written in ["a:<part>", "<digits>", "<part>:a", "a<any>1", "a:1", "<any>"] {
            let form = Form::read(written).unwrap();
            let of_form: Vec<_> = texts.iter().filter(|text| has_form(written, text)).collect();
            for pattern in every(&['a', ':', '1', '*', '?'], 4) {
                let wanted = of_form.iter().any(|text| glob_matches(&pattern, text));
                assert_eq!(form.may_be(&pattern, true), wanted, "{written} {pattern}");
            }
        }
    }

    #[test]
    fn variables_may_be_anything_and_wildcards_only_after_like() {
        let form = Form::read("repo:<name>/<name>").unwrap();
        assert!(form.may_be("repo:${aws:PrincipalTag/owner}/app", false));
        assert!(form.may_be("repo:acme/*", true) && !form.may_be("repo:acme/*", false));
        assert!(!form.may_be("acme/*", true) && !form.may_be("", true) && form.may_be("*", true));
    }
}
