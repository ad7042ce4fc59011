//! The formatter: the same text, laid out in the one way.
//!
//! Takes: text, well-formed or not. Gives: the text laid out, each item by itself. An item that holds a syntax error,
//! and what stands between `// iamx fmt off` and `// iamx fmt on`, stays as written. Before it answers, the formatter
//! parses its own output and compares: it rather fails than change what the text means or lose a comment.

mod file;
mod layout;
mod lists;
mod order;
mod pieces;
mod principals;
mod printer;
mod rows;
mod same;
mod spacing;

use std::fmt;

use crate::{Parse, SyntaxErrorKind, parse};

/// No line is longer where it can be broken, in characters.
pub(crate) const WIDTH: usize = 100;
/// Blanks a level.
const INDENT: usize = 2;
/// Blanks before what continues a line.
const CONTINUATION: usize = 4;

/// Why a text can't be formatted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatError {
    /// The formatted text would not mean the same, or would lose or move a comment: an error of the formatter.
    MeaningChanged,
    /// The text has more bytes than an offset can count.
    TooLarge,
}

impl fmt::Display for FormatError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::MeaningChanged => {
                "formatting would change what this file means or lose a comment, so it is left as it is; this is a \
                 fault of the formatter: please report it with the file"
            }
            Self::TooLarge => "this file is too large to be formatted (4 GiB or more)",
        })
    }
}

impl std::error::Error for FormatError {}

/// Lays out `text`.
///
/// Formatting what is formatted changes nothing.
///
/// # Errors
///
/// [`FormatError::MeaningChanged`] if the result, parsed again, would not have the same tokens (but for order and
/// separators that mean nothing) and the same comments in the same order; [`FormatError::TooLarge`] past 4 GiB.
pub fn format(text: &str) -> Result<String, FormatError> {
    format_parse(text, &parse(text))
}

/// Lays out `text`, of which `before` is the parse, for callers that have it already.
///
/// # Errors
///
/// As [`format`].
pub fn format_parse(text: &str, before: &Parse) -> Result<String, FormatError> {
    if before.errors().iter().any(|error| error.kind == SyntaxErrorKind::TooLarge) {
        return Err(FormatError::TooLarge);
    }
    let formatted = file::lay_out(text, before);
    if formatted == text || same::same_meaning(before, &parse(&formatted)) {
        Ok(formatted)
    } else {
        Err(FormatError::MeaningChanged)
    }
}
