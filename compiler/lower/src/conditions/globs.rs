//! Values as IAM reads them: literal characters, wildcards, policy variables; and what two lists of patterns both match.

/// A part of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Character(char),
    /// `?`
    One,
    /// `*`
    Many,
    /// `${aws:username}`
    Variable(String),
}

/// What intersecting may cost, in parts written; past it the answer is "too much".
const MAX_PARTS: usize = 50_000;
/// So many patterns may come out: a value list of more is nothing that a person reads.
const MAX_PATTERNS: usize = 64;

/// The text that `value` is equal to where it holds no wildcards; `None` where variables decide.
pub(crate) fn literal(value: &str) -> Option<String> {
    parts(value)
        .into_iter()
        .map(|part| match part {
            Part::Character(c) => Some(c),
            Part::One => Some('?'),
            Part::Many => Some('*'),
            Part::Variable(_) => None,
        })
        .collect()
}

/// `value`, which is compared as it stands, as a pattern that matches nothing else.
pub(crate) fn escaped(value: &str) -> Option<String> {
    let characters: Vec<Part> = literal(value)?.chars().map(Part::Character).collect();
    Some(text(&characters))
}

/// Whether the value holds a variable whose value the request decides.
pub(crate) fn has_variables(value: &str) -> bool {
    literal(value).is_none()
}

/// Whether `value` holds `*` or `?` that is no character, outside a policy variable.
pub(crate) fn has_wildcard(value: &str) -> bool {
    parts(value).iter().any(|part| matches!(part, Part::One | Part::Many))
}

/// Patterns that match what one of `a` and one of `b` match both; `None` where variables decide or it gets too much.
pub(crate) fn intersection(a: &[&str], b: &[&str]) -> Option<Vec<String>> {
    let mut work = 0;
    let mut all: Vec<Vec<Part>> = Vec::new();
    for one in a {
        for other in b {
            let (one, other) = (parts(one), parts(other));
            if one.iter().chain(&other).any(|part| matches!(part, Part::Variable(_))) {
                return None;
            }
            work += one.len() + other.len();
            all.extend(both(&one, &other, &mut work)?);
            keep_widest(&mut all, &mut work)?;
        }
    }
    Some(all.iter().map(|pattern| text(pattern)).collect())
}

/// The intersection of two patterns.
///
/// From the ends of both: what matches both from here on begins with a star that both share, with what one of them has
/// while the other's star goes on, or with what both have.
fn both(a: &[Part], b: &[Part], work: &mut usize) -> Option<Vec<Vec<Part>>> {
    // `below[j]`: the intersection of `a` from `i + 1` and `b` from `j`.
    let mut below: Vec<Vec<Vec<Part>>> = Vec::new();
    for i in (0..=a.len()).rev() {
        let mut row: Vec<Vec<Vec<Part>>> = vec![Vec::new(); b.len() + 1];
        for j in (0..=b.len()).rev() {
            let (down, right, diagonal) = (below.get(j), row.get(j + 1), below.get(j + 1));
            let mut here: Vec<Vec<Part>> = Vec::new();
            let mut add = |first: Option<&Part>, rest: Option<&Vec<Vec<Part>>>| {
                for pattern in rest.into_iter().flatten() {
                    let mut whole = Vec::with_capacity(pattern.len() + 1);
                    // One star is as good as two.
                    whole.extend(first.filter(|first| **first != Part::Many || pattern.first() != Some(&Part::Many)));
                    let mut whole: Vec<Part> = whole.into_iter().cloned().collect();
                    whole.extend(pattern.iter().cloned());
                    here.push(whole);
                }
            };
            match (a.get(i), b.get(j)) {
                (None, None) => here.push(Vec::new()),
                (Some(Part::Many), Some(Part::Many)) => {
                    add(Some(&Part::Many), down);
                    add(Some(&Part::Many), right);
                }
                (Some(Part::Many), other) => {
                    add(None, down);
                    if other.is_some() {
                        add(other, right);
                    }
                }
                (one, Some(Part::Many)) => {
                    add(None, right);
                    if one.is_some() {
                        add(one, down);
                    }
                }
                (Some(one), Some(Part::One)) => add(Some(one), diagonal),
                (Some(Part::One), Some(other)) => add(Some(other), diagonal),
                (Some(one), Some(other)) if one == other => add(Some(one), diagonal),
                _ => {}
            }
            keep_widest(&mut here, work)?;
            *work += here.iter().map(Vec::len).sum::<usize>() + 1;
            if *work > MAX_PARTS {
                return None;
            }
            *row.get_mut(j)? = here;
        }
        below = row;
    }
    Some(below.swap_remove(0))
}

/// Leaves out what another of the patterns matches wholly, as far as that is easily seen.
fn keep_widest(patterns: &mut Vec<Vec<Part>>, work: &mut usize) -> Option<()> {
    let mut kept: Vec<Vec<Part>> = Vec::new();
    for pattern in patterns.drain(..) {
        *work += kept.iter().map(|other| other.len() + pattern.len()).sum::<usize>();
        if kept.iter().any(|other| covers(other, &pattern)) {
            continue;
        }
        kept.retain(|other| !covers(&pattern, other));
        kept.push(pattern);
    }
    *patterns = kept;
    (patterns.len() <= MAX_PATTERNS && *work <= MAX_PARTS).then_some(())
}

/// Whether `wide` matches `narrow` read as a text whose wildcards only wildcards match; then it matches all that
/// `narrow` does.
fn covers(wide: &[Part], narrow: &[Part]) -> bool {
    let (mut at, mut position) = (0, 0);
    let mut last_star: Option<(usize, usize)> = None;
    while let Some(part) = narrow.get(position) {
        match wide.get(at) {
            Some(Part::Many) => {
                last_star = Some((at, position));
                at += 1;
            }
            Some(other) if other == part || *other == Part::One && *part != Part::Many => {
                at += 1;
                position += 1;
            }
            _ => {
                let Some((star, matched)) = last_star else { return false };
                last_star = Some((star, matched + 1));
                at = star + 1;
                position = matched + 1;
            }
        }
    }
    wide.iter().skip(at).all(|part| *part == Part::Many)
}

fn parts(value: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = value;
    while let Some(c) = rest.chars().next() {
        if let Some((inner, after)) = rest.strip_prefix("${").and_then(|after| after.split_once('}')) {
            parts.push(match inner {
                "*" => Part::Character('*'),
                "?" => Part::Character('?'),
                "$" => Part::Character('$'),
                _ => Part::Variable(inner.to_owned()),
            });
            rest = after;
            continue;
        }
        parts.push(match c {
            '*' => Part::Many,
            '?' => Part::One,
            _ => Part::Character(c),
        });
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    parts
}

fn text(parts: &[Part]) -> String {
    let mut text = String::new();
    for (index, part) in parts.iter().enumerate() {
        match part {
            Part::Character('*') => text.push_str("${*}"),
            Part::Character('?') => text.push_str("${?}"),
            Part::Character('$') if parts.get(index + 1) == Some(&Part::Character('{')) => text.push_str("${$}"),
            Part::Character(c) => text.push(*c),
            Part::One => text.push('?'),
            Part::Many => text.push('*'),
            Part::Variable(inner) => {
                text.push_str("${");
                text.push_str(inner);
                text.push('}');
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use iamx_policy::glob_matches;

    use super::*;

    fn of(a: &str, b: &str) -> Vec<String> {
        let mut patterns = intersection(&[a], &[b]).unwrap();
        patterns.sort();
        patterns
    }

    #[test]
    fn intersects_by_hand() {
        assert_eq!(of("a*", "*z"), ["a*z"]);
        assert_eq!(of("ab*", "*bc"), ["ab*bc", "abc"]);
        assert_eq!(of("a?", "?b"), ["ab"]);
        assert_eq!(of("a*", "b*"), [""; 0]);
        assert_eq!(of("${*}*", "*"), ["${*}*"]);
        assert_eq!(intersection(&["${aws:username}*"], &["a*"]), None);
    }

    #[test]
    fn escapes_what_stands_for_itself() {
        assert_eq!(escaped("a*b?c").as_deref(), Some("a${*}b${?}c"));
        assert_eq!(escaped("${*}").as_deref(), Some("${*}"));
        assert_eq!(escaped("${aws:username}"), None);
    }

    /// Every pair of patterns of up to four parts over every text of up to six letters.
    #[test]
    fn matches_what_both_match() {
        let words = |alphabet: &[char], length: usize| {
            let mut all = vec![String::new()];
            let mut last = all.clone();
            for _ in 0..length {
                last = last.iter().flat_map(|word| alphabet.iter().map(move |c| format!("{word}{c}"))).collect();
                all.extend(last.iter().cloned());
            }
            all
        };
        let patterns = words(&['a', 'b', '*', '?'], 3);
        let texts = words(&['a', 'b'], 6);
        for a in &patterns {
            for b in &patterns {
                let found = intersection(&[a.as_str()], &[b.as_str()]).unwrap();
                for text in &texts {
                    let both = glob_matches(a, text) && glob_matches(b, text);
                    let one = found.iter().any(|pattern| glob_matches(pattern, text));
                    assert_eq!(both, one, "{a} {b} {text} {found:?}");
                }
            }
        }
    }

    #[test]
    fn gives_up_where_it_gets_too_much() {
        let (a, b) = (format!("{}*", "*a".repeat(60)), format!("{}*", "*b".repeat(60)));
        assert_eq!(intersection(&[a.as_str()], &[b.as_str()]), None);
    }
}
