//! `textDocument/selectionRange`.

use tower_lsp::ls_types::{Position, SelectionRange};

use crate::{position::Encoding, state::Document};

/// The steps of each position, the innermost first.
pub(crate) fn answer(document: &Document, encoding: Encoding, asked: &[Position]) -> Vec<SelectionRange> {
    let positions = document.positions(encoding);
    let parse = iamx_syntax::parse(&document.text);
    asked
        .iter()
        .map(|position| {
            let steps = iamx_ide::selection(&parse, positions.offset(*position));
            let whole = SelectionRange { range: positions.range(parse.syntax().text_range()), parent: None };
            steps.into_iter().rev().skip(1).fold(whole, |parent, range| SelectionRange {
                range: positions.range(range),
                parent: Some(Box::new(parent)),
            })
        })
        .collect()
}
