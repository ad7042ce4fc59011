//! Policy variables in texts: `${aws:username}`, `${*}`.
//!
//! See [policy variables](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html).

use std::ops::Range;

use crate::deployed::MARK;

/// A variable in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable<'t> {
    /// The key that it stands for; `*`, `?` or `$` for that character; the name of a [deployed value](crate::deployed) with
    /// its mark.
    pub key: &'t str,
    /// What stands for it where the key is absent, as it was written.
    pub default: Option<&'t str>,
    /// Its bytes in the text, `${` and `}` included.
    pub range: Range<usize>,
}

/// What is no variable though it begins as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VariableFault {
    /// `${` without its `}`.
    Unclosed(Range<usize>),
    /// `${}`
    Empty(Range<usize>),
    /// `${name}`: no key, which has a colon.
    NoKey(Range<usize>),
}

/// The variables of `text`, and what only looks like one.
pub fn variables(text: &str) -> impl Iterator<Item = Result<Variable<'_>, VariableFault>> {
    let mut position = 0;
    std::iter::from_fn(move || {
        let start = position + text.get(position..)?.find("${")?;
        let Some(length) = text.get(start..)?.find('}') else {
            position = text.len();
            return Some(Err(VariableFault::Unclosed(start..text.len())));
        };
        let range = start..start + length + 1;
        position = range.end;
        let content = text.get(start + 2..start + length)?;
        let (key, default) = match content.split_once(',') {
            Some((key, default)) => (key.trim_end(), Some(default.trim())),
            None => (content, None),
        };
        Some(if content.trim().is_empty() {
            Err(VariableFault::Empty(range))
        } else if !key.contains(':') && !key.starts_with(MARK) && !matches!(key, "*" | "?" | "$") {
            Err(VariableFault::NoKey(range))
        } else {
            Ok(Variable { key, default, range })
        })
    })
}

/// `text` as a pattern that matches all that it may become: a wildcard for each variable.
pub fn widened(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    let mut position = 0;
    for variable in variables(text) {
        let (range, wildcard) = match variable {
            // A character that is meant as it stands.
            Ok(variable) if matches!(variable.key, "*" | "?" | "$") => (variable.range, '?'),
            Ok(variable) => (variable.range, '*'),
            Err(VariableFault::Unclosed(range) | VariableFault::Empty(range) | VariableFault::NoKey(range)) => {
                (range, '*')
            }
        };
        pattern.push_str(text.get(position..range.start).unwrap_or_default());
        pattern.push(wildcard);
        position = range.end;
    }
    pattern.push_str(text.get(position..).unwrap_or_default());
    pattern
}

#[cfg(test)]
mod tests {
    use super::{Variable, VariableFault, variables};

    #[test]
    fn finds_variables_and_what_only_looks_like_one() {
        let found: Vec<_> = variables("a/${aws:username}/${aws:PrincipalTag/team, 'none'}/${x}${}${*}$5").collect();
        let variable = |key, default, range| Ok(Variable { key, default, range });
        assert_eq!(
            found,
            [
                variable("aws:username", None, 2..17),
                variable("aws:PrincipalTag/team", Some("'none'"), 18..50),
                Err(VariableFault::NoKey(51..55)),
                Err(VariableFault::Empty(55..58)),
                variable("*", None, 58..62),
            ]
        );
        assert_eq!(variables("a${aws:x").collect::<Vec<_>>(), [Err(VariableFault::Unclosed(1..8))]);
    }
}
