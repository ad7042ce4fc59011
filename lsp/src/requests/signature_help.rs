//! `textDocument/signatureHelp`.

use tower_lsp::ls_types::{
    Documentation, MarkupContent, MarkupKind, ParameterInformation, ParameterLabel, SignatureHelp, SignatureInformation,
};

use crate::{requests::names::Asked, view::View};

pub(crate) fn answer(view: &View, asked: Asked) -> Option<SignatureHelp> {
    let found = iamx_ide::signature(&view.index, asked.file, asked.offset)?;
    let parameter = |label| ParameterInformation { label: ParameterLabel::Simple(label), documentation: None };
    let active = u32::try_from(found.active).ok();
    let markdown = |value| Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value });
    Some(SignatureHelp {
        signatures: vec![SignatureInformation {
            label: found.label,
            documentation: found.documentation.map(markdown),
            parameters: Some(found.parameters.into_iter().map(parameter).collect()),
            active_parameter: active,
        }],
        active_signature: Some(0),
        active_parameter: active,
    })
}
