//! Nothing that a policy's author wrote reaches a terminal as a control.

use std::{borrow::Cow, fmt::Write};

/// Shows controls, bidirectional overrides and invisible characters as `\u{202e}`. Newlines and tabs stay.
pub fn escape(text: &str) -> Cow<'_, str> {
    escape_where(text, is_hidden)
}

/// [`escape`] for what has to stay on one line: a newline becomes a blank, a tab too.
pub fn escape_line(text: &str) -> Cow<'_, str> {
    match escape(text) {
        escaped if escaped.contains(['\n', '\t']) => Cow::Owned(escaped.replace(['\n', '\t'], " ")),
        escaped => escaped,
    }
}

/// `json` with every hidden character as JSON's own `\uXXXX`: the same value, and safe to look at.
pub(super) fn escape_json(json: &str) -> Cow<'_, str> {
    let Some(first) = json.find(is_hidden) else { return Cow::Borrowed(json) };
    let (clean, rest) = json.split_at(first);
    let mut out = String::from(clean);
    for c in rest.chars() {
        if is_hidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a string can't fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// The visible form of a hidden character.
pub(super) fn visible(c: char) -> String {
    c.escape_unicode().to_string()
}

/// Whether a character would steer the terminal, reorder the text around it, or not be seen at all.
pub(super) fn is_hidden(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        // Soft hyphen; Arabic letter mark; zero-width space; the directional marks, embeddings, overrides and isolates;
        // line and paragraph separators; invisible operators; byte order mark; tags, which can carry whole sentences.
        // The zero-width joiners stay: scripts and emoji need them.
        '\u{ad}'
        | '\u{61c}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => true,
        c => c.is_control(),
    }
}

fn escape_where(text: &str, hidden: fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if hidden(c) {
            out.push_str(&visible(c));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_borrowed() {
        assert!(matches!(escape("grün 😀 日本\n\tx"), Cow::Borrowed(_)));
    }

    #[test]
    fn controls_are_shown() {
        assert_eq!(escape("\u{1b}[31m\0\u{7f}\u{9b}\r\n"), "\\u{1b}[31m\\u{0}\\u{7f}\\u{9b}\\u{d}\n");
        assert_eq!(
            escape("a\u{202e}b\u{2066}c\u{200b}\u{feff}\u{e0041}"),
            "a\\u{202e}b\\u{2066}c\\u{200b}\\u{feff}\\u{e0041}"
        );
    }

    #[test]
    fn every_character_that_unicode_calls_bidi_control_is_shown() {
        for c in ['\u{61c}', '\u{200e}', '\u{200f}']
            .into_iter()
            .chain('\u{202a}'..='\u{202e}')
            .chain('\u{2066}'..='\u{2069}')
        {
            assert!(is_hidden(c), "{}", visible(c));
        }
    }

    #[test]
    fn json_keeps_its_value() {
        let value = serde_json::json!("\u{7f}\u{85}\u{202e}\u{e0041}\u{1b}é😀");
        let escaped = escape_json(&value.to_string()).into_owned();
        assert!(!escaped.contains(is_hidden), "{escaped}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&escaped).unwrap(), value);
    }

    #[test]
    fn one_line_stays_one_line() {
        assert_eq!(escape_line("a\nb\tc\u{1b}"), "a b c\\u{1b}");
    }
}
