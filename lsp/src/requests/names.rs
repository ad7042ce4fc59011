//! What is asked of a name: `definition`, `references`, `documentHighlight`, `prepareRename`, `rename` and `hover`.

use std::collections::HashMap;

use iamx_ide::Definition;
use iamx_text::{FileId, Span, TextSize};
use tower_lsp::ls_types::{
    DocumentHighlight, DocumentHighlightKind, Hover, HoverContents, Location, LocationLink, MarkupContent, MarkupKind,
    Position, PrepareRenameResponse, TextEdit, Uri, WorkspaceEdit,
};

use crate::view::View;

/// Where something is asked.
#[derive(Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) file: FileId,
    pub(crate) offset: TextSize,
}

impl Asked {
    pub(crate) fn at(view: &View, file: FileId, position: Position) -> Option<Self> {
        Some(Self { file, offset: view.offset(file, position)? })
    }
}

/// Where the name leads.
pub(crate) fn definition(view: &View, asked: Asked) -> Option<LocationLink> {
    link(view, asked, iamx_ide::definition(&view.index, asked.file, asked.offset)?)
}

/// A link from the name that stands there.
pub(crate) fn link(view: &View, asked: Asked, found: Definition) -> Option<LocationLink> {
    let origin = iamx_ide::name_at(&view.index, asked.file, asked.offset);
    Some(LocationLink {
        origin_selection_range: origin.and_then(|origin| view.range(asked.file, origin.span.range)),
        target_uri: view.shown_uri(found.name.file)?,
        target_range: view.range(found.name.file, found.whole.cover(found.name.range))?,
        target_selection_range: view.range(found.name.file, found.name.range)?,
    })
}

/// Where else the name stands.
pub(crate) fn references(view: &View, asked: Asked, with_declaration: bool) -> Vec<Location> {
    let all = iamx_ide::occurrences(&view.index, asked.file, asked.offset);
    all.into_iter().filter(|one| with_declaration || !one.declares).filter_map(|one| view.location(one.span)).collect()
}

/// Where the name stands in its own text.
pub(crate) fn highlights(view: &View, asked: Asked) -> Vec<DocumentHighlight> {
    let all = iamx_ide::occurrences(&view.index, asked.file, asked.offset);
    all.into_iter()
        .filter(|one| one.span.file == asked.file)
        .filter_map(|one| {
            let kind = if one.declares { DocumentHighlightKind::WRITE } else { DocumentHighlightKind::READ };
            Some(DocumentHighlight { range: view.range(asked.file, one.span.range)?, kind: Some(kind) })
        })
        .collect()
}

/// The name that would be replaced.
pub(crate) fn prepare_rename(view: &View, asked: Asked) -> Result<Option<PrepareRenameResponse>, String> {
    let one = iamx_ide::renamed(&view.index, asked.file, asked.offset)?;
    Ok(view.range(asked.file, one.span.range).map(PrepareRenameResponse::Range))
}

/// The edits that give another name.
#[allow(clippy::mutable_key_type, reason = "the protocol's type; an address doesn't change what it is")]
pub(crate) fn rename(view: &View, asked: Asked, to: &str) -> Result<WorkspaceEdit, String> {
    let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    for span in iamx_ide::rename(&view.index, asked.file, asked.offset, to)? {
        if let Some((uri, range)) = place(view, span) {
            changes.entry(uri).or_default().push(TextEdit { range, new_text: to.to_owned() });
        }
    }
    Ok(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() })
}

fn place(view: &View, span: Span) -> Option<(Uri, tower_lsp::ls_types::Range)> {
    Some((view.uri(span.file)?, view.range(span.file, span.range)?))
}

/// What is known of the word.
pub(crate) fn hover(view: &View, asked: Asked, markdown: bool) -> Option<Hover> {
    let found = iamx_ide::hover(&view.index, asked.file, asked.offset)?;
    let content = if markdown {
        MarkupContent { kind: MarkupKind::Markdown, value: found.text }
    } else {
        MarkupContent { kind: MarkupKind::PlainText, value: plain(&found.text) }
    };
    Some(Hover { contents: HoverContents::Markup(content), range: view.range(asked.file, found.range) })
}

/// The text of what we write as Markdown: without its fences, and its marks for strong text and code.
fn plain(markdown: &str) -> String {
    let lines: Vec<String> = markdown
        .lines()
        .filter(|line| !line.starts_with("```"))
        .map(|line| line.replace("**", "").replace('`', ""))
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn marks_go_and_the_text_stays() {
        let markdown = "```iamx\nlet office\n```\nin `lib`\n\n**s3:GetObject** — List\n- acts on `s3.object`";
        assert_eq!(plain(markdown), "let office\nin lib\n\ns3:GetObject — List\n- acts on s3.object");
    }
}
