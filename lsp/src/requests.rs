//! The requests, one file each: from the protocol's question to its answer.

pub(crate) mod code_action;
pub(crate) mod completion;
pub(crate) mod document_link;
pub(crate) mod document_symbol;
pub(crate) mod folding_range;
pub(crate) mod formatting;
pub(crate) mod names;
pub(crate) mod selection_range;
pub(crate) mod signature_help;
pub(crate) mod workspace_symbol;
