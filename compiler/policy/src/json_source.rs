//! JSON with the places where it was written: what policies are read from.

use iamx_text::{Span, TextRange, TextSize};

use crate::Sourced;

/// A value of JSON and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonNode {
    /// The value.
    pub value: JsonValue,
    /// Its text; a string's is with its quotes.
    pub span: Span,
}

/// A value of JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JsonValue {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as it was written.
    Number(String),
    /// A string, without quotes and escapes.
    String(String),
    /// A list.
    List(Vec<JsonNode>),
    /// An object; names that stand twice are there twice.
    Object(Vec<JsonMember>),
}

/// A name of an object with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonMember {
    /// The name; its span is with its quotes.
    pub name: Sourced<String>,
    /// The value.
    pub value: JsonNode,
}

impl JsonNode {
    /// What it is, for a message.
    pub fn describe(&self) -> &'static str {
        match self.value {
            JsonValue::Null => "`null`",
            JsonValue::Bool(_) => "a truth value",
            JsonValue::Number(_) => "a number",
            JsonValue::String(_) => "a string",
            JsonValue::List(_) => "a list",
            JsonValue::Object(_) => "an object",
        }
    }
}

/// The text of a JSON string; `None` if an escape in it is none of JSON's.
pub fn unquote(quoted: &str) -> Option<String> {
    serde_json::from_str(quoted).ok()
}

/// What a string's quotes hold.
pub(crate) fn inside(quoted: Span) -> Span {
    let (start, end) = (quoted.range.start(), quoted.range.end());
    let quote = TextSize::new(1);
    if end - start < quote + quote {
        return quoted;
    }
    Span::new(quoted.file, TextRange::new(start + quote, end - quote))
}

/// The place of `range` of `text`, which stands at `span`; all of it where escapes make them differ.
pub(crate) fn part(span: Span, text: &str, range: std::ops::Range<usize>) -> Span {
    let size = |bytes: usize| TextSize::new(u32::try_from(bytes).unwrap_or(u32::MAX));
    if span.range.len() != size(text.len()) || range.start > range.end || range.end > text.len() {
        return span;
    }
    let start = span.range.start();
    Span::new(span.file, TextRange::new(start + size(range.start), start + size(range.end)))
}
