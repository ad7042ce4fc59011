//! What the client can show, and what the server says that it can do: exactly what there is a handler for.

use serde_json::json;
use tower_lsp::ls_types::{
    CallHierarchyServerCapability, ClientCapabilities, CodeActionKind, CodeActionOptions, CodeActionProviderCapability,
    CodeLensOptions, CompletionOptions, DocumentLinkOptions, ExecuteCommandOptions, FoldingRangeProviderCapability,
    HoverProviderCapability, MarkupKind, OneOf, RenameOptions, SaveOptions, SelectionRangeProviderCapability,
    SemanticTokensFullOptions, SemanticTokensOptions, SemanticTokensServerCapabilities, ServerCapabilities,
    SignatureHelpOptions, TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions,
    TextDocumentSyncSaveOptions, TypeDefinitionProviderCapability, WorkDoneProgressOptions,
};

use crate::{
    position::Encoding,
    requests::{
        code_action,
        compiled::{SHOW_COMPILED, SHOW_REFERENCES},
    },
    semantic_tokens,
};

/// The commands of lenses, which the server runs for a client that has none of these names.
pub(crate) const OFFERED_COMMANDS: [&str; 2] = [SHOW_COMPILED, SHOW_REFERENCES];

/// What a client can take.
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is an ability by itself")]
pub(crate) struct Abilities {
    /// Whether a definition may say how much of the text leads there.
    pub(crate) links: bool,
    /// Whether what is said of a word may be Markdown.
    pub(crate) markdown: bool,
    /// Whether what is completed may have places to fill in.
    pub(crate) snippets: bool,
    /// Whether it shows lenses.
    pub(crate) lenses: bool,
    /// Whether it has commands of its own that show compiled documents and lists of places.
    pub(crate) own_commands: bool,
    /// Whether it shows modules of `std` by their addresses.
    pub(crate) shows_std: bool,
}

impl Abilities {
    pub(crate) fn of(client: &ClientCapabilities) -> Self {
        let text = client.text_document.as_ref();
        let links = text.and_then(|text| text.definition.as_ref()).and_then(|definition| definition.link_support);
        let item =
            text.and_then(|text| text.completion.as_ref()).and_then(|completion| completion.completion_item.as_ref());
        let snippets = item.and_then(|item| item.snippet_support);
        let formats = text.and_then(|text| text.hover.as_ref()).and_then(|hover| hover.content_format.as_ref());
        let markdown = formats.is_none_or(|formats| formats.contains(&MarkupKind::Markdown));
        let experimental = client.experimental.as_ref();
        let commands: Vec<&str> = experimental
            .and_then(|all| all.get("commands")?.get("commands")?.as_array())
            .into_iter()
            .flatten()
            .filter_map(serde_json::Value::as_str)
            .collect();
        Self {
            links: links == Some(true),
            markdown,
            snippets: snippets == Some(true),
            lenses: text.is_some_and(|text| text.code_lens.is_some()),
            own_commands: OFFERED_COMMANDS.iter().all(|one| commands.contains(one)),
            shows_std: experimental.and_then(|all| all.get("iamxStd")?.as_bool()) == Some(true),
        }
    }
}

pub(crate) fn capabilities(encoding: Encoding, client: Abilities) -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(encoding.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
            ..TextDocumentSyncOptions::default()
        })),
        definition_provider: Some(OneOf::Left(true)),
        type_definition_provider: Some(TypeDefinitionProviderCapability::Simple(true)),
        call_hierarchy_provider: Some(CallHierarchyServerCapability::Simple(true)),
        inlay_hint_provider: Some(OneOf::Left(true)),
        code_lens_provider: client.lenses.then_some(CodeLensOptions { resolve_provider: Some(true) }),
        // A client that has them itself would have each twice.
        execute_command_provider: (!client.own_commands).then(|| ExecuteCommandOptions {
            commands: OFFERED_COMMANDS.map(str::to_owned).to_vec(),
            ..ExecuteCommandOptions::default()
        }),
        experimental: Some(json!({ "iamxCompiled": true, "iamxSource": true })),
        references_provider: Some(OneOf::Left(true)),
        document_highlight_provider: Some(OneOf::Left(true)),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        })),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, code_action::FIX_ALL]),
            ..CodeActionOptions::default()
        })),
        signature_help_provider: Some(SignatureHelpOptions {
            trigger_characters: Some(vec!["(".to_owned(), ",".to_owned()]),
            ..SignatureHelpOptions::default()
        }),
        document_link_provider: Some(DocumentLinkOptions {
            resolve_provider: Some(false),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        }),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(iamx_ide::TRIGGERS.map(String::from).to_vec()),
            resolve_provider: Some(true),
            ..CompletionOptions::default()
        }),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        workspace_symbol_provider: Some(OneOf::Left(true)),
        document_formatting_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
        selection_range_provider: Some(SelectionRangeProviderCapability::Simple(true)),
        semantic_tokens_provider: Some(SemanticTokensServerCapabilities::SemanticTokensOptions(
            SemanticTokensOptions {
                legend: semantic_tokens::legend(),
                full: Some(SemanticTokensFullOptions::Bool(true)),
                range: Some(true),
                ..SemanticTokensOptions::default()
            },
        )),
        ..ServerCapabilities::default()
    }
}
