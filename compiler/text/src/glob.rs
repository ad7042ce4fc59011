//! Patterns with `*` (any characters, or none) and `?` (one character).

/// Whether the whole of `text` matches `pattern`.
///
/// Takes time in proportion to the product of both lengths at most.
pub fn glob_matches(pattern: &str, text: &str) -> bool {
    matches_by(pattern, text, |a, b| a == b)
}

/// Whether the whole of `text` matches `pattern`, where ASCII letters are the same in either case.
///
/// Takes time in proportion to the product of both lengths at most.
pub fn glob_matches_ignoring_case(pattern: &str, text: &str) -> bool {
    matches_by(pattern, text, |a, b| a.eq_ignore_ascii_case(&b))
}

fn matches_by(pattern: &str, text: &str, same: impl Fn(char, char) -> bool) -> bool {
    let (mut pattern, mut text) = (pattern.chars(), text.chars());
    // What follows the last star, and the text from which that is tried.
    let mut star = None;
    loop {
        let before = text.clone();
        match (pattern.next(), text.next()) {
            (None, None) => return true,
            (Some('*'), _) => {
                text = before;
                star = Some((pattern.clone(), text.clone()));
            }
            (Some(wanted), Some(found)) if wanted == '?' || same(wanted, found) => {}
            // A star that takes more leaves less of a text that is too short already.
            (Some(_), None) => return false,
            (_, Some(_)) => {
                let Some((after, mut rest)) = star.take() else { return false };
                rest.next();
                (pattern, text) = (after.clone(), rest.clone());
                star = Some((after, rest));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{glob_matches, glob_matches_ignoring_case};

    /// By the definition, without any care for speed.
    fn matches_by_definition(pattern: &[char], text: &[char]) -> bool {
        match pattern {
            [] => text.is_empty(),
            ['*', rest @ ..] => (0..=text.len()).any(|skip| matches_by_definition(rest, &text[skip..])),
            ['?', rest @ ..] => !text.is_empty() && matches_by_definition(rest, &text[1..]),
            [c, rest @ ..] => text.first() == Some(c) && matches_by_definition(rest, &text[1..]),
        }
    }

    /// Every text of up to `length` of `letters`.
    fn every(letters: &[char], length: usize) -> Vec<Vec<char>> {
        let mut all = vec![Vec::new()];
        let mut last = all.clone();
        for _ in 0..length {
            last = last
                .iter()
                .flat_map(|text: &Vec<char>| {
                    letters.iter().map(move |c| text.iter().copied().chain([*c]).collect::<Vec<_>>())
                })
                .collect();
            all.extend(last.iter().cloned());
        }
        all
    }

    #[test]
    fn every_short_pattern_agrees_with_the_definition_on_every_short_text() {
        let texts = every(&['a', 'ü', 'b'], 4);
        for pattern in every(&['a', 'ü', '*', '?'], 5) {
            let written: String = pattern.iter().collect();
            for text in &texts {
                let read: String = text.iter().collect();
                assert_eq!(glob_matches(&written, &read), matches_by_definition(&pattern, text), "{written} {read}");
            }
        }
    }

    #[test]
    fn case_is_ignored_where_that_is_asked() {
        for (pattern, text, wanted) in [
            ("Get*", "GetObject", true),
            ("get*acl", "GetObjectAcl", true),
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("Get?bject", "GetObject", true),
            ("Get?", "Get", false),
            ("*Object*Acl*", "PutObjectVersionAcl", true),
            ("*a*b*c", "aabbcbc", true),
            ("GetObject", "GetObjectAcl", false),
        ] {
            assert_eq!(glob_matches_ignoring_case(pattern, text), wanted, "{pattern} {text}");
        }
        assert!(!glob_matches("get*", "GetObject"));
    }
}
