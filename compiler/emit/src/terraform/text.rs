//! Texts in Terraform's JSON syntax, where each string is a template.

use std::fmt::Write;

use serde_json::Value;

/// The id of the account that a root is applied to.
pub(super) const ACCOUNT_ID: &str = "data.aws_caller_identity.iamx.account_id";

/// A template that says `text` as it stands: `${` and `%{` begin something in a template, `$${` and `%%{` are these
/// characters themselves. It holds for keys of maps too.
///
/// See [strings and templates](https://developer.hashicorp.com/terraform/language/expressions/strings#escape-sequences).
pub(super) fn escaped(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}

/// The value `text`.
pub(super) fn literal(text: &str) -> Value {
    Value::String(escaped(text))
}

/// `text` as it is written between quotation marks in an expression.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    for c in escaped(text).chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                // Writing to a string can't fail.
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted
}

/// The value of an expression.
pub(super) fn expression(expression: &str) -> Value {
    Value::String(format!("${{{expression}}}"))
}

/// JSON text with the same meaning that Terraform leaves as it is. It brings every string into Unicode's composed form
/// (NFC), which would make another name out of some. Up to U+00FF every text is composed.
pub(super) fn composed(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    let mut units = [0; 2];
    for c in json.chars() {
        if c <= '\u{ff}' {
            text.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut units) {
            // Writing to a string can't fail.
            let _ = write!(text, "\\u{unit:04x}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{composed, escaped, quoted};

    #[test]
    fn what_begins_a_template_is_doubled() {
        assert_eq!(escaped("${aws:username}"), "$${aws:username}");
        assert_eq!(escaped("%{if}"), "%%{if}");
        assert_eq!(escaped("$${$}%%{"), "$$${$}%%%{");
        assert_eq!(escaped("$ { 5% $5 {}"), "$ { 5% $5 {}");
    }

    #[test]
    fn what_ends_a_text_is_escaped() {
        assert_eq!(quoted("a\\b\"${c}\n"), "a\\\\b\\\"$${c}\\u000a");
    }

    #[test]
    fn json_keeps_its_meaning_in_latin_1() {
        let text = "\"e\u{301} \u{212b} \u{e9} \u{1f512} \\n\"";
        let written = composed(text);
        assert!(written.chars().all(|c| c <= '\u{ff}'), "{written}");
        let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert_eq!(value(&written), value(text));
    }
}
