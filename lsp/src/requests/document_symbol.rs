//! `textDocument/documentSymbol`: the outline.

use tower_lsp::ls_types::DocumentSymbolResponse;

use crate::{convert, position::Encoding, state::Document};

pub(crate) fn answer(document: &Document, encoding: Encoding) -> DocumentSymbolResponse {
    let positions = document.positions(encoding);
    let outline = iamx_ide::outline(&iamx_syntax::parse(&document.text));
    DocumentSymbolResponse::Nested(outline.iter().map(|symbol| convert::symbol(symbol, &positions)).collect())
}
