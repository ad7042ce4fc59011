//! `workspace/symbol`.

use tower_lsp::ls_types::SymbolInformation;

use crate::{convert, view::View};

/// What a workspace declares and is called like `query`.
#[allow(deprecated, reason = "the protocol's type has a field that is no longer to be used")]
pub(crate) fn answer(view: &View, query: &str) -> Vec<SymbolInformation> {
    let found = iamx_ide::workspace_symbols(&view.index, query).into_iter();
    found
        .filter_map(|one| {
            Some(SymbolInformation {
                name: one.name.clone(),
                kind: convert::name_kind(one.kind),
                tags: None,
                deprecated: None,
                location: view.location(one.span)?,
                container_name: view.index.module(one.span.file).map(|module| module.path.join(".")),
            })
        })
        .collect()
}
