//! `textDocument/codeLens` and `codeLens/resolve`: lines over items.
//!
//! Which lenses there are follows from the text; what they say takes an evaluation, and is made for those that are seen.

use iamx_ide::LensKind;
use iamx_text::Span;
use serde_json::{Value, json};
use tower_lsp::ls_types::{CodeLens, Command, Uri};

use crate::{
    requests::{
        compiled::{SHOW_COMPILED, SHOW_REFERENCES},
        names::Asked,
    },
    view::View,
};

/// The lenses of a text, without what they say.
pub(crate) fn answer(view: &View, asked: Asked, uri: &Uri) -> Vec<CodeLens> {
    let lenses = iamx_ide::lenses(&view.index, asked.file).into_iter();
    lenses
        .filter_map(|lens| {
            let kind = match lens.kind {
                LensKind::Compiled => "compiled",
                LensKind::Size => "size",
                LensKind::Holders => "holders",
            };
            let data = json!({ "uri": uri.as_str(), "name": lens.name, "kind": kind });
            Some(CodeLens { range: view.range(asked.file, lens.span.range)?, command: None, data: Some(data) })
        })
        .collect()
}

/// The text that a lens is over.
pub(crate) fn uri_of(lens: &CodeLens) -> Option<Uri> {
    lens.data.as_ref()?.get("uri")?.as_str()?.parse().ok()
}

/// The lens with what it says. The text may have changed: it is found again by its name.
pub(crate) fn resolve(view: &View, asked: Asked, lens: CodeLens) -> CodeLens {
    let command = said(view, asked, &lens).unwrap_or_else(|| plain("no longer there"));
    CodeLens { command: Some(command), ..lens }
}

fn said(view: &View, asked: Asked, lens: &CodeLens) -> Option<Command> {
    let data = lens.data.as_ref()?;
    let (name, kind) = (data.get("name")?.as_str()?, data.get("kind")?.as_str()?);
    let found = iamx_ide::lenses(&view.index, asked.file).into_iter().filter(|one| one.name == name);
    let distance = |span: Span| u32::from(span.range.start()).abs_diff(u32::from(asked.offset));
    let span = found.map(|one| one.span).min_by_key(|span| distance(*span))?;
    let position = view.range(span.file, span.range)?.start;
    let place = [data.get("uri")?.clone(), json!(position)];
    Some(match kind {
        "compiled" => command("compiled JSON", SHOW_COMPILED, place.to_vec()),
        "size" => match iamx_ide::size_said(&view.evaluated(), span) {
            Some(size) => command(&size, SHOW_COMPILED, place.to_vec()),
            None => plain("no document of its own"),
        },
        _ => {
            let holders = iamx_ide::holders(&view.evaluated(), span);
            let locations: Vec<_> = holders.places.iter().filter_map(|place| view.location(*place)).collect();
            if locations.is_empty() {
                plain(&holders.said)
            } else {
                let [uri, position] = place;
                command(&holders.said, SHOW_REFERENCES, vec![uri, position, json!(locations)])
            }
        }
    })
}

fn command(title: &str, name: &str, arguments: Vec<Value>) -> Command {
    Command { title: title.to_owned(), command: name.to_owned(), arguments: Some(arguments) }
}

/// A text that does nothing.
fn plain(title: &str) -> Command {
    Command { title: title.to_owned(), command: String::new(), arguments: None }
}
