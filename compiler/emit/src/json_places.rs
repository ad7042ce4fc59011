//! Where in a text of JSON a value stands. The texts are those that this room has written, so that they are JSON.

use std::ops::Range;

/// The value under these keys, one in the other.
pub(crate) fn of(text: &str, keys: &[&str]) -> Option<Range<usize>> {
    let mut value = skip_blanks(text, 0)..text.len();
    for key in keys {
        value = children(text, value.start).into_iter().find(|(name, _)| name.as_deref() == Some(*key))?.1;
    }
    Some(value)
}

/// The elements of the list that stands at `list`.
pub(crate) fn elements(text: &str, list: Range<usize>) -> Vec<Range<usize>> {
    children(text, list.start).into_iter().map(|(_, value)| value).collect()
}

/// The members of the object, or the elements of the list, that begins at `start`.
fn children(text: &str, start: usize) -> Vec<(Option<String>, Range<usize>)> {
    let mut found = Vec::new();
    let is_object = match byte(text, start) {
        Some(b'{') => true,
        Some(b'[') => false,
        _ => return found,
    };
    let mut at = skip_blanks(text, start + 1);
    while !matches!(byte(text, at), None | Some(b'}' | b']')) {
        let mut name = None;
        if is_object {
            let end = end_of_value(text, at);
            name = text.get(at..end).and_then(|key| serde_json::from_str(key).ok());
            // Behind the colon.
            at = skip_blanks(text, skip_blanks(text, end) + 1);
        }
        let end = end_of_value(text, at);
        if end == at {
            return found;
        }
        found.push((name, at..end));
        at = skip_blanks(text, end);
        if byte(text, at) == Some(b',') {
            at = skip_blanks(text, at + 1);
        }
    }
    found
}

/// Behind the value that begins at `start`.
fn end_of_value(text: &str, start: usize) -> usize {
    let (mut at, mut deep) = (start, 0_usize);
    while let Some(one) = byte(text, at) {
        match one {
            b'"' => at = end_of_string(text, at),
            b'{' | b'[' => {
                deep += 1;
                at += 1;
            }
            b'}' | b']' if deep > 0 => {
                deep -= 1;
                at += 1;
            }
            b',' | b'}' | b']' if deep == 0 => return at,
            _ if deep > 0 => {
                at += 1;
                continue;
            }
            // A number or a word, up to what follows it.
            _ if one.is_ascii_whitespace() => return at,
            _ => {
                at += 1;
                continue;
            }
        }
        if deep == 0 {
            return at;
        }
    }
    at
}

fn end_of_string(text: &str, start: usize) -> usize {
    let mut at = start + 1;
    while let Some(one) = byte(text, at) {
        match one {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    at
}

fn skip_blanks(text: &str, start: usize) -> usize {
    let mut at = start;
    while byte(text, at).is_some_and(|one| one.is_ascii_whitespace()) {
        at += 1;
    }
    at
}

fn byte(text: &str, at: usize) -> Option<u8> {
    text.as_bytes().get(at).copied()
}

#[cfg(test)]
mod tests {
    use super::{elements, of};

    #[test]
    fn values_are_found_by_their_keys() {
        let text = r#"{ "a": {"b\"}": [1, {"c": "]"}, "x\\"] }, "d": true, "e": [] }"#;
        let list = of(text, &["a", "b\"}"]).unwrap_or_default();
        let found: Vec<&str> = elements(text, list).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, ["1", r#"{"c": "]"}"#, r#""x\\""#]);
        assert_eq!(of(text, &["d"]).map(|range| &text[range]), Some("true"));
        assert_eq!(of(text, &["e"]).map(|range| elements(text, range).len()), Some(0));
        assert_eq!(of(text, &["a", "d"]), None);
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            let _ = of(&text[..end], &["a", "b\"}"]);
        }
    }
}
