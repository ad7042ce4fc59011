//! `textDocument/completion` and `completionItem/resolve`: what can be written at a place, and what there is to be read of it.
//!
//! An item carries in its `data` what it is about and the text that it is for, so that what is read of it is made when it is
//! asked for.

use iamx_ide::{Asked as By, Completion, CompletionKind, Insert, Subject};
use serde_json::{Value, json};
use tower_lsp::ls_types::{
    CompletionContext, CompletionItem, CompletionItemKind, CompletionItemLabelDetails, CompletionList,
    CompletionTextEdit, CompletionTriggerKind, Documentation, InsertTextFormat, MarkupContent, MarkupKind, TextEdit,
    Uri,
};

use crate::{requests::names::Asked, view::View};

/// What can be written there.
pub(crate) fn answer(
    view: &View,
    asked: Asked,
    uri: &Uri,
    context: Option<CompletionContext>,
    snippets: bool,
) -> CompletionList {
    let typed = context
        .filter(|context| context.trigger_kind == CompletionTriggerKind::TRIGGER_CHARACTER)
        .and_then(|context| context.trigger_character?.chars().next());
    let by = typed.map_or(By::Plainly, By::By);
    let found = iamx_ide::completions(&view.index, asked.file, asked.offset, by);
    let Some(range) = view.range(asked.file, found.range) else { return CompletionList::default() };
    let items = found.items.into_iter().map(|one| {
        let additional = one.brings_in.as_ref().and_then(|(range, new_text)| {
            Some(vec![TextEdit { range: view.range(asked.file, *range)?, new_text: new_text.clone() }])
        });
        let (new_text, format) = written(&one, snippets);
        CompletionItem {
            kind: Some(kind(one.kind)),
            label_details: (!one.detail.is_empty())
                .then(|| CompletionItemLabelDetails { detail: None, description: Some(one.detail.clone()) }),
            detail: (!one.detail.is_empty()).then_some(one.detail),
            sort_text: Some(format!("{:02}{}", one.rank, one.label)),
            insert_text_format: format,
            text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text })),
            additional_text_edits: additional,
            data: one.subject.as_ref().map(|subject| data(uri, subject)),
            label: one.label,
            ..CompletionItem::default()
        }
    });
    CompletionList { is_incomplete: found.is_incomplete, items: items.collect() }
}

/// The item with what there is to be read of it.
pub(crate) fn resolve(view: &View, item: CompletionItem) -> CompletionItem {
    let text = item.data.as_ref().and_then(subject).and_then(|subject| iamx_ide::documentation(&view.index, &subject));
    let documentation =
        text.map(|value| Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value }));
    CompletionItem { documentation, ..item }
}

/// The text that an item is for.
pub(crate) fn uri_of(item: &CompletionItem) -> Option<Uri> {
    item.data.as_ref()?.get("uri")?.as_str()?.parse().ok()
}

fn written(one: &Completion, snippets: bool) -> (String, Option<InsertTextFormat>) {
    match &one.insert {
        Insert::Label => (one.label.clone(), None),
        Insert::Text(text) => (text.clone(), None),
        Insert::Snippet { snippet, .. } if snippets => (snippet.clone(), Some(InsertTextFormat::SNIPPET)),
        Insert::Snippet { plain, .. } => (plain.clone(), None),
    }
}

fn data(uri: &Uri, subject: &Subject) -> Value {
    let (of, names) = match subject {
        Subject::Action(name) => ("action", vec![name]),
        Subject::Key(name) => ("key", vec![name]),
        Subject::ResourceType(service, slug) => ("type", vec![service, slug]),
        Subject::Name(module, name) => ("name", vec![module, name]),
        Subject::Check(name) => ("check", vec![name]),
    };
    json!({ "uri": uri.as_str(), "of": of, "names": names })
}

fn subject(data: &Value) -> Option<Subject> {
    let names = data.get("names")?;
    let name = |at: usize| Some(names.get(at)?.as_str()?.to_owned());
    Some(match data.get("of")?.as_str()? {
        "action" => Subject::Action(name(0)?),
        "key" => Subject::Key(name(0)?),
        "type" => Subject::ResourceType(name(0)?, name(1)?),
        "name" => Subject::Name(name(0)?, name(1)?),
        "check" => Subject::Check(name(0)?),
        _ => return None,
    })
}

fn kind(kind: CompletionKind) -> CompletionItemKind {
    match kind {
        CompletionKind::Keyword => CompletionItemKind::KEYWORD,
        CompletionKind::Service | CompletionKind::Module => CompletionItemKind::MODULE,
        CompletionKind::Action => CompletionItemKind::METHOD,
        CompletionKind::Level | CompletionKind::Value => CompletionItemKind::ENUM_MEMBER,
        CompletionKind::ResourceType | CompletionKind::Type | CompletionKind::Identity => CompletionItemKind::CLASS,
        CompletionKind::ConditionKey | CompletionKind::Part => CompletionItemKind::PROPERTY,
        CompletionKind::Operator => CompletionItemKind::OPERATOR,
        CompletionKind::Variable | CompletionKind::Parameter => CompletionItemKind::VARIABLE,
        CompletionKind::Account => CompletionItemKind::UNIT,
        CompletionKind::Policy => CompletionItemKind::INTERFACE,
        CompletionKind::Resource => CompletionItemKind::STRUCT,
        CompletionKind::Let | CompletionKind::Check => CompletionItemKind::CONSTANT,
    }
}
