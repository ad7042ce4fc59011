//! What editors ask, as plain data: byte offsets, no types of any protocol.
//!
//! Takes: the parse of a file, and for what reaches over files the [`NameIndex`](iamx_lower::NameIndex) of a workspace. Gives: its
//! outline, its foldable ranges, what is selected step by step, what its words are; where names lead and stand, other names for
//! them, what is known of a word, what can be written at a place. One file a feature. Answers for broken texts too, as far as
//! their trees go. Used by: `lsp`.

mod actions;
mod calls;
mod completion;
mod documents;
mod evaluated;
mod folding;
mod hover;
mod inlay_hints;
mod lenses;
mod letters;
mod links;
mod navigation;
mod outline;
mod rename;
mod selection;
mod signatures;
mod type_definition;
mod words;
mod workspace_symbols;

pub use actions::{Action, actions, fix_all};
pub use calls::{Call, CallItem, Holders, call_item, call_item_named, holders, incoming_calls, outgoing_calls};
pub use completion::{
    Asked, Completion, CompletionKind, Completions, Insert, Subject, TRIGGERS, completions, documentation,
};
pub use documents::{CompiledDocument, compiled};
pub use evaluated::Evaluated;
pub use folding::{Fold, FoldKind, folds};
pub use hover::{Hover, hover};
pub use inlay_hints::{InlayHint, inlay_hints};
pub use lenses::{Lens, LensKind, lenses, size_said};
pub use links::{Link, LinkTarget, links};
pub use navigation::{Definition, definition, name_at, occurrences};
pub use outline::{Symbol, SymbolKind, outline};
pub use rename::{rename, renamed};
pub use selection::selection;
pub use signatures::{CallSignature, signature};
pub use type_definition::type_definition;
pub use words::{Word, WordKind, words};
pub use workspace_symbols::workspace_symbols;
