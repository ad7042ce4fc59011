//! `iamx/compiled`, and the command that shows the same: the documents that a place makes.

use iamx_text::{FileId, LineIndex, TextRange, TextSize};
use serde::{Deserialize, Serialize};
use tower_lsp::ls_types::{Position, Range, Uri};

use crate::{position::Positions, view::View};

/// The command of a lens that shows what a place compiles to.
pub(crate) const SHOW_COMPILED: &str = "iamx.showCompiled";
/// The command of a lens that shows places: arguments as VS Code's `editor.action.showReferences` has them.
pub(crate) const SHOW_REFERENCES: &str = "iamx.showReferences";

/// Of what the documents are asked.
#[derive(Debug, Deserialize)]
pub(crate) struct CompiledParams {
    /// A module.
    pub(crate) uri: Uri,
    /// A place in it; without one it is all of the module.
    pub(crate) position: Option<Position>,
}

/// The documents.
#[derive(Debug, Serialize)]
pub(crate) struct Compiled {
    documents: Vec<CompiledDocument>,
}

/// A document.
#[derive(Debug, Serialize)]
struct CompiledDocument {
    /// What it is.
    title: String,
    /// Its path below the output folder.
    path: String,
    /// The contents that a build writes there.
    text: String,
    /// Where in `text` the statement that comes from the place stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Range>,
}

/// The documents of a place; in words, why there is none.
pub(crate) fn answer(view: &View, file: FileId, position: Option<Position>) -> Result<Compiled, String> {
    let offset = match position {
        Some(position) => Some(view.offset(file, position).ok_or("there is no such place")?),
        None => None,
    };
    let documents = iamx_ide::compiled(&view.evaluated(), file, offset)?.into_iter().map(|document| {
        let range = document.range.map(|range| {
            let lines = LineIndex::new(&document.text);
            let positions = Positions { text: &document.text, lines: &lines, encoding: view.encoding() };
            let offset = |at: usize| TextSize::try_from(at).unwrap_or_default();
            positions.range(TextRange::new(offset(range.start), offset(range.end)))
        });
        CompiledDocument { title: document.title, path: document.path, text: document.text, range }
    });
    Ok(Compiled { documents: documents.collect() })
}

impl Compiled {
    /// All of it as one text, for who has no place for several: each document below its path.
    pub(crate) fn into_text(self) -> String {
        let texts = self.documents.iter().map(|document| format!("// {}\n{}", document.path, document.text));
        texts.collect::<Vec<_>>().join("\n")
    }
}
