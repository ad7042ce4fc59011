//! What two patterns with `*` (any characters, or none) and `?` (one character) have in common.

use iamx_text::glob_matches;

/// Whether some text matches both patterns.
///
/// Takes time in proportion to the product of both lengths.
pub fn globs_intersect(a: &str, b: &str) -> bool {
    let Some((a, b)) = without_common_start(a, b) else { return false };
    // One of them is nearly always a text.
    if !has_wildcard(b) {
        return glob_matches(a, b);
    }
    if !has_wildcard(a) {
        return glob_matches(b, a);
    }
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    // `reached[j]`: the patterns before `i` in `a` and before `j` in `b` can match one text.
    let mut reached = vec![false; b.len() + 1];
    if let Some(first) = reached.first_mut() {
        *first = true;
    }
    close_over_stars(&mut reached, &b);
    for c in &a {
        let mut next = vec![false; b.len() + 1];
        for (j, here) in reached.iter().enumerate() {
            if !here {
                continue;
            }
            let other = b.get(j);
            if *c == '*' {
                // The star takes nothing, or whatever the other pattern takes from here on.
                for slot in next.iter_mut().skip(j) {
                    *slot = true;
                }
                break;
            }
            if other == Some(&'*')
                && let Some(slot) = next.get_mut(j)
            {
                *slot = true;
            }
            let one = other.is_some_and(|other| *other != '*' && (other == c || *other == '?' || *c == '?'));
            if one && let Some(slot) = next.get_mut(j + 1) {
                *slot = true;
            }
        }
        close_over_stars(&mut next, &b);
        reached = next;
    }
    reached.last().copied().unwrap_or(false)
}

fn has_wildcard(pattern: &str) -> bool {
    pattern.contains(['*', '?'])
}

/// What follows the text that both patterns begin with; `None` if they differ before the first wildcard of either.
fn without_common_start<'p>(a: &'p str, b: &'p str) -> Option<(&'p str, &'p str)> {
    let wildcard = |c: char| matches!(c, '*' | '?');
    let (mut a, mut b) = (a.chars(), b.chars());
    loop {
        let rests = (a.as_str(), b.as_str());
        match (a.next(), b.next()) {
            (Some(one), Some(other)) if wildcard(one) || wildcard(other) => return Some(rests),
            (Some(one), Some(other)) if one == other => {}
            (Some(_), Some(_)) => return None,
            // One has ended, and the other may go on with stars alone.
            _ => return rests.0.chars().chain(rests.1.chars()).all(|c| c == '*').then_some(rests),
        }
    }
}

/// How many sets of places [`glob_includes`] keeps at most; past it the answer is no.
const MOST_SETS: usize = 256;

/// Whether every text that matches `inner` matches `outer`. Exact, but for patterns with so many wildcards that deciding
/// would take long: then `false`.
///
/// Where `inner` leaves a character open, the hardest text has one there that no pattern names: only wildcards of `outer`
/// can take it. So it's enough to look at texts of `inner` made of its own letters and of that one.
pub fn glob_includes(outer: &str, inner: &str) -> bool {
    let outer: Vec<char> = outer.chars().collect();
    // Places in `outer` that the text read so far can have led to. Where `inner` has a star there are several such sets,
    // one for each length; a set that holds another is no harder, and is left out.
    let mut sets: Vec<Vec<bool>> = vec![start(&outer)];
    for c in inner.chars() {
        sets = match c {
            '*' => {
                let mut open = sets;
                let mut all: Vec<Vec<bool>> = Vec::new();
                while let Some(set) = open.pop() {
                    if all.contains(&set) {
                        continue;
                    }
                    open.push(step(&outer, &set, None));
                    all.push(set);
                    if all.len() > MOST_SETS {
                        return false;
                    }
                }
                hardest(all)
            }
            '?' => hardest(sets.iter().map(|set| step(&outer, set, None)).collect()),
            c => hardest(sets.iter().map(|set| step(&outer, set, Some(c))).collect()),
        };
    }
    sets.iter().all(|set| set.last().copied().unwrap_or(false))
}

/// Whether every ARN that matches `inner` matches `outer`, part by part as in [`arns_intersect`]. `*` alone holds all.
pub fn arn_includes(outer: &str, inner: &str) -> bool {
    if outer == "*" {
        return true;
    }
    let (outer, inner): (Vec<&str>, Vec<&str>) = (outer.splitn(6, ':').collect(), inner.splitn(6, ':').collect());
    outer.len() == inner.len() && outer.iter().zip(inner).all(|(outer, inner)| glob_includes(outer, inner))
}

fn start(outer: &[char]) -> Vec<bool> {
    let mut places = vec![false; outer.len() + 1];
    if let Some(first) = places.first_mut() {
        *first = true;
    }
    close_over_stars(&mut places, outer);
    places
}

/// The places after one character more: `c`, or one that only wildcards take.
fn step(outer: &[char], places: &[bool], c: Option<char>) -> Vec<bool> {
    let mut next = vec![false; places.len()];
    for (at, here) in places.iter().enumerate() {
        if !here {
            continue;
        }
        match outer.get(at) {
            Some('*') => mark(&mut next, at),
            Some('?') => mark(&mut next, at + 1),
            Some(letter) if Some(*letter) == c => mark(&mut next, at + 1),
            _ => {}
        }
    }
    close_over_stars(&mut next, outer);
    next
}

fn mark(places: &mut [bool], at: usize) {
    if let Some(place) = places.get_mut(at) {
        *place = true;
    }
}

/// The sets that hold no other.
fn hardest(mut sets: Vec<Vec<bool>>) -> Vec<Vec<bool>> {
    sets.sort_by_key(|set| set.iter().filter(|here| **here).count());
    let mut kept: Vec<Vec<bool>> = Vec::new();
    for set in sets {
        if !kept.iter().any(|smaller| smaller.iter().zip(&set).all(|(a, b)| !a || *b)) {
            kept.push(set);
        }
    }
    kept
}

/// Whether some ARN matches both patterns, part by part: no wildcard crosses a colon before the sixth part, but for one
/// that ends a shorter pattern, as in `arn:aws:rds:*`.
pub fn arns_intersect(a: &str, b: &str) -> bool {
    let (mut of_a, mut of_b) = (a.splitn(6, ':'), b.splitn(6, ':'));
    let mut alike = true;
    loop {
        match (of_a.next(), of_b.next()) {
            (Some(a), Some(b)) => alike = alike && globs_intersect(a, b),
            (None, None) => return alike,
            _ => return globs_intersect(a, b),
        }
    }
}

/// A star of `b` may take nothing.
fn close_over_stars(reached: &mut [bool], b: &[char]) {
    for (j, c) in b.iter().enumerate() {
        if *c == '*'
            && reached.get(j).copied().unwrap_or(false)
            && let Some(slot) = reached.get_mut(j + 1)
        {
            *slot = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{glob_includes, glob_matches, globs_intersect};

    /// Every text of up to six letters over an alphabet with one letter that no pattern holds.
    fn short_texts() -> Vec<String> {
        let mut all = vec![String::new()];
        let mut last = all.clone();
        for _ in 0..6 {
            last = last.iter().flat_map(|text| ['a', 'b', 'z'].map(|c| format!("{text}{c}"))).collect();
            all.extend(last.iter().cloned());
        }
        all
    }

    proptest! {
        #[test]
        fn intersects_exactly_where_a_text_matches_both(a in "[ab*?]{0,3}", b in "[ab*?]{0,3}") {
            let found = short_texts().iter().any(|text| glob_matches(&a, text) && glob_matches(&b, text));
            prop_assert_eq!(globs_intersect(&a, &b), found);
        }

        #[test]
        fn includes_exactly_where_every_text_matches(outer in "[ab*?]{0,4}", inner in "[ab*?]{0,3}") {
            let missed = short_texts().iter().any(|text| glob_matches(&inner, text) && !glob_matches(&outer, text));
            prop_assert_eq!(glob_includes(&outer, &inner), !missed);
        }
    }
}
