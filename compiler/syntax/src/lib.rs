//! iamx text as a lossless tree, a typed view of it, and formatted text.
//!
//! Takes: the text of one file. Gives: [`Parse`], a tree that holds every byte of the text, **and** the errors that it
//! holds; [`ast`], what the tree means by kinds and parts; [`format`], the same text laid out.
//! Parsing never fails, whatever the text. Used by: `lower`, `workspace`, `ide`. The only room that knows pest.

// What the grammar's derive refers to.
extern crate alloc;

pub mod ast;
mod blame;
mod build;
mod errors;
mod format;
mod grammar;
mod green;
mod kind;
mod letters;
mod lex;
mod nesting;
mod parse;
mod tree;

pub use errors::diagnostics;
pub use format::{FormatError, format, format_parse};
pub use kind::{Expected, KEYWORDS, SyntaxKind};
pub use letters::{is_name, is_word};
pub use nesting::MAX_DEPTH;
pub use parse::{Parse, SyntaxError, SyntaxErrorKind, parse};
pub use rowan::{Direction, NodeOrToken, TextRange, TextSize, TokenAtOffset, WalkEvent};
pub use tree::{Iamx, SyntaxElement, SyntaxNode, SyntaxToken};
