//! `textDocument/typeDefinition`: what a name stands for in the end.

use tower_lsp::ls_types::LocationLink;

use crate::{
    requests::names::{self, Asked},
    view::View,
};

/// The declaration of the resource, role or account behind a name.
pub(crate) fn answer(view: &View, asked: Asked) -> Option<LocationLink> {
    names::link(view, asked, iamx_ide::type_definition(&view.index, asked.file, asked.offset)?)
}
