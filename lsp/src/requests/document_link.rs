//! `textDocument/documentLink`.

use iamx_ide::LinkTarget;
use tower_lsp::ls_types::DocumentLink;

use crate::{convert, requests::names::Asked, view::View};

pub(crate) fn answer(view: &View, asked: Asked) -> Vec<DocumentLink> {
    let links = iamx_ide::links(&view.index, asked.file).into_iter();
    links
        .filter_map(|link| {
            let target = match link.to {
                LinkTarget::Module(file) => view.uri(file)?,
                LinkTarget::Check(name) => convert::page(name)?,
            };
            let range = view.range(asked.file, link.range)?;
            Some(DocumentLink { range, target: Some(target), tooltip: None, data: None })
        })
        .collect()
}
