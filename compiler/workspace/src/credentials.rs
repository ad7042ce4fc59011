//! Text of the form of AWS's credentials, in any source file, comments too.
//!
//! See [IAM identifiers](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes).

use std::ops::Range;

use iamx_diagnostic::{Diagnostic, checks};
use iamx_text::{FileId, SourceMap, Span, TextRange, TextSize};

/// What each file holds of that form.
pub(crate) fn check(sources: &SourceMap, diagnostics: &mut Vec<Diagnostic>) {
    for (file, source) in sources.iter() {
        for (range, what) in found(source.text()) {
            diagnostics.extend(span(file, range).map(|span| {
                Diagnostic::new(&checks::HARD_CODED_CREDENTIAL, span, format!("this looks like {what}"))
                    .note("whoever reads this file, its history or a log with it has the key too")
                    .help("take it out and delete the key in AWS; programs get credentials from a role")
            }));
        }
    }
}

fn span(file: FileId, range: Range<usize>) -> Option<Span> {
    let offset = |at: usize| TextSize::try_from(at).ok();
    Some(Span::new(file, TextRange::new(offset(range.start)?, offset(range.end)?)))
}

fn found(text: &str) -> Vec<(Range<usize>, &'static str)> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+' | b'=' | b'_');
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut start = 0;
    for end in 0..=bytes.len() {
        if bytes.get(end).copied().is_some_and(is_part) {
            continue;
        }
        let word = text.get(start..end).unwrap_or_default();
        // `key=AKIA…` is one word of these bytes.
        let value = word.rfind('=').filter(|at| *at + 1 < word.len()).map_or(word, |at| &word[at + 1..]);
        let range = end - value.len()..end;
        if is_access_key_id(value) {
            found.push((range, "the id of an access key"));
        } else if is_secret(value) {
            found.push((range, "the secret of an access key"));
        }
        start = end + 1;
    }
    found
}

/// `AKIA` or `ASIA` and 16 characters of base32. AWS's own examples end in `EXAMPLE`.
fn is_access_key_id(word: &str) -> bool {
    let rest = word.strip_prefix("AKIA").or_else(|| word.strip_prefix("ASIA"));
    rest.is_some_and(|rest| {
        rest.len() == 16
            && rest.bytes().all(|byte| byte.is_ascii_uppercase() || (b'2'..=b'7').contains(&byte))
            && !rest.ends_with("EXAMPLE")
    })
}

/// Forty characters of base64 as chance makes them: of every kind, mostly different, and no words among them.
fn is_secret(word: &str) -> bool {
    let bytes = word.as_bytes();
    let has = |is: fn(&u8) -> bool| bytes.iter().any(is);
    let mut distinct: Vec<u8> = bytes.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    let longest_word = word.split(|c: char| !c.is_ascii_lowercase()).map(str::len).max().unwrap_or(0);
    bytes.len() == 40
        && !has(|byte| matches!(byte, b'=' | b'_'))
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
        && distinct.len() >= 20
        && longest_word < 8
        && !word.contains("EXAMPLE")
}

#[cfg(test)]
mod tests {
    use super::found;

    #[test]
    fn keys_are_found_wherever_they_stand() {
        let id = "AKIAQWERTYUIOPASDFGH";
        let secret = "kT9vQ2bLx7Rz4MnWc8Yd/3sHfJ+u6PgA1eVoX5Ki";
        for text in [id.to_owned(), format!("// {id}"), format!("\"{id}\""), format!("key={id};"), secret.to_owned()] {
            let found = found(&text);
            assert_eq!(found.len(), 1, "{text}");
            assert!(text[found[0].0.clone()] == *id || text[found[0].0.clone()] == *secret, "{text}");
        }
    }

    #[test]
    fn what_only_has_their_length_is_not() {
        for text in [
            "AKIAIOSFODNN7EXAMPLE",
            "AKIAQWERTYUIOPASDFG",
            "AROAQWERTYUIOPASDFGH",
            "XAKIAQWERTYUIOPASDFGH",
            "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12",
            "Reports/2026/january/customers/overview1",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "äAKIAQWERTYUIOPASDFG",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }
}
