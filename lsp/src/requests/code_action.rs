//! `textDocument/codeAction`: what can be done about findings.

use std::collections::HashMap;

use iamx_diagnostic::Edit;
use iamx_text::FileId;
use tower_lsp::ls_types::{CodeAction, CodeActionKind, CodeActionOrCommand, Range, TextEdit, Uri, WorkspaceEdit};

use crate::{convert, view::View};

/// All fixes that may be made without asking, when a file is saved or by hand.
pub(crate) const FIX_ALL: CodeActionKind = CodeActionKind::new("source.fixAll.iamx");

/// The actions at `range`, of the kinds that the client asks for.
pub(crate) fn answer(
    view: &View,
    file: FileId,
    range: Range,
    only: Option<&[CodeActionKind]>,
) -> Vec<CodeActionOrCommand> {
    let wants =
        |kind: &CodeActionKind| only.is_none_or(|only| only.iter().any(|wanted| is_of(kind.as_str(), wanted.as_str())));
    let mut actions: Vec<CodeAction> = Vec::new();
    let (Some(positions), Some(module)) = (view.positions(file), view.index.module(file)) else {
        return Vec::new();
    };
    let findings = view.findings();
    if wants(&CodeActionKind::QUICKFIX) {
        let uri_of = |path: &str| view.uri_of(&view.root().join(path));
        for action in iamx_ide::actions(findings, file, &module.parse, positions.text_range(range)) {
            let finding = action.finding.and_then(|number| findings.get(number));
            let shown = finding.and_then(|one| convert::diagnostic(one, view.index.sources(), view.encoding(), uri_of));
            actions.push(CodeAction {
                title: action.title,
                kind: Some(CodeActionKind::QUICKFIX),
                diagnostics: shown.map(|shown| vec![shown]),
                edit: Some(edit(view, &action.edits)),
                is_preferred: action.is_safe.then_some(true),
                ..CodeAction::default()
            });
        }
    }
    // It is offered where it is asked for by name: beside each fix it would be noise.
    if only.is_some() && wants(&FIX_ALL) {
        let edits = iamx_ide::fix_all(findings, file);
        if !edits.is_empty() {
            actions.push(CodeAction {
                title: "make every safe fix".to_owned(),
                kind: Some(FIX_ALL),
                edit: Some(edit(view, &edits)),
                ..CodeAction::default()
            });
        }
    }
    actions.into_iter().map(CodeActionOrCommand::CodeAction).collect()
}

/// Whether a kind is the wanted one or below it.
fn is_of(kind: &str, wanted: &str) -> bool {
    kind.strip_prefix(wanted).is_some_and(|rest| wanted.is_empty() || rest.is_empty() || rest.starts_with('.'))
}

#[allow(clippy::mutable_key_type, reason = "the protocol's type; an address doesn't change what it is")]
fn edit(view: &View, edits: &[Edit]) -> WorkspaceEdit {
    let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    for edit in edits {
        if let (Some(uri), Some(range)) = (view.uri(edit.span.file), view.range(edit.span.file, edit.span.range)) {
            changes.entry(uri).or_default().push(TextEdit { range, new_text: edit.text.clone() });
        }
    }
    WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }
}
