//! `textDocument/inlayHint`: what the compiler made of a place, beside it.

use tower_lsp::ls_types::{InlayHint, InlayHintLabel, InlayHintTooltip, Range};

use crate::{requests::names::Asked, view::View};

/// The hints of a range; sizes are left out where lenses say them.
pub(crate) fn answer(view: &View, asked: Asked, range: Range, sizes_are_shown: bool) -> Vec<InlayHint> {
    let Some(within) = view.positions(asked.file).map(|positions| positions.text_range(range)) else {
        return Vec::new();
    };
    let hints = iamx_ide::inlay_hints(&view.evaluated(), asked.file, within, sizes_are_shown).into_iter();
    let shown = hints.filter_map(|hint| {
        let position = view.positions(asked.file)?.position(hint.offset);
        Some(InlayHint {
            position,
            label: InlayHintLabel::String(hint.label),
            kind: None,
            text_edits: None,
            tooltip: hint.tooltip.map(InlayHintTooltip::String),
            padding_left: Some(true),
            padding_right: None,
            data: None,
        })
    });
    shown.collect()
}
