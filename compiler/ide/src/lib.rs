//! What editors ask, as plain data: byte offsets, no types of any protocol.
//!
//! Takes: the parse of a file. Gives: its outline, its foldable ranges, what is selected step by step, what its words are. One
//! file a feature. Answers for broken texts too, as far as their trees go. Used by: `lsp`.

mod folding;
mod outline;
mod selection;
mod words;

pub use folding::{Fold, FoldKind, folds};
pub use outline::{Symbol, SymbolKind, outline};
pub use selection::selection;
pub use words::{Word, WordKind, words};
