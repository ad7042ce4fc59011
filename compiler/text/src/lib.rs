//! Where text comes from and where in it something stands.
//!
//! Takes: file paths (relative to the workspace, `/` between parts) and their contents.
//! Gives: [`SourceMap`] (all files of one run), [`FileId`], [`Span`] (a byte range in one file) and the
//! conversion of byte offsets to lines and columns, in bytes, UTF-16 units or characters. Beside that, the one matching of
//! texts with patterns of `*` and `?` ([`glob_matches`]).
//! Used by: every room above.

mod glob;
mod source;
mod span;

pub use glob::{glob_matches, glob_matches_ignoring_case};
pub use line_index::{LineCol, LineIndex, WideEncoding, WideLineCol};
pub use source::{SourceFile, SourceMap};
pub use span::{FileId, Span};
pub use text_size::{TextRange, TextSize};
