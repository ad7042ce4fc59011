//! `textDocument/foldingRange`.

use tower_lsp::ls_types::FoldingRange;

use crate::{convert, position::Encoding, state::Document};

pub(crate) fn answer(document: &Document, encoding: Encoding) -> Vec<FoldingRange> {
    let positions = document.positions(encoding);
    let folds = iamx_ide::folds(&iamx_syntax::parse(&document.text));
    folds.iter().filter_map(|fold| convert::fold(fold, &positions)).collect()
}
