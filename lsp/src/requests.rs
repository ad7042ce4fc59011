//! The requests, one file each: from the protocol's question to its answer.

pub(crate) mod call_hierarchy;
pub(crate) mod code_action;
pub(crate) mod code_lens;
pub(crate) mod compiled;
pub(crate) mod completion;
pub(crate) mod document_link;
pub(crate) mod document_symbol;
pub(crate) mod folding_range;
pub(crate) mod formatting;
pub(crate) mod inlay_hint;
pub(crate) mod names;
pub(crate) mod selection_range;
pub(crate) mod signature_help;
pub(crate) mod source;
pub(crate) mod type_definition;
pub(crate) mod workspace_symbol;
