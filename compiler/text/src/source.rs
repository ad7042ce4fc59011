use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use line_index::{LineCol, LineIndex};
use text_size::TextSize;

use crate::{FileId, Span};

/// One file's path and contents.
#[derive(Clone, Debug)]
pub struct SourceFile {
    path: Arc<str>,
    text: Arc<str>,
    lines: OnceLock<LineIndex>,
}

impl SourceFile {
    /// The path relative to the workspace's root, with `/` between its parts on every system.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole contents.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The contents, shared.
    pub fn shared_text(&self) -> Arc<str> {
        Arc::clone(&self.text)
    }

    /// Line starts and wide characters of the text; made at first use.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }

    /// Line and column of `offset`, both counted from 0, the column in bytes. An offset past the end is taken as the end.
    pub fn line_col(&self, offset: TextSize) -> LineCol {
        let end = TextSize::of(self.text());
        self.lines().line_col(offset.min(end))
    }
}

/// The files of one run. Grows only, so that a [`FileId`] stays good.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
    by_path: HashMap<Arc<str>, FileId>,
}

impl SourceMap {
    /// A source map without files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file. A path that was added before is added again under a new id; [`id`](Self::id) then gives the newer.
    pub fn add(&mut self, path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> FileId {
        let path = path.into();
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.by_path.insert(Arc::clone(&path), id);
        self.files.push(SourceFile { path, text: text.into(), lines: OnceLock::new() });
        id
    }

    /// The file of `id`, or `None` for an id of another source map.
    pub fn get(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.index())
    }

    /// The id of the file at `path`.
    pub fn id(&self, path: &str) -> Option<FileId> {
        self.by_path.get(path).copied()
    }

    /// The text that `span` covers; empty for a span that isn't in this map.
    pub fn slice(&self, span: Span) -> &str {
        self.get(span.file)
            .and_then(|file| file.text().get(usize::from(span.range.start())..usize::from(span.range.end())))
            .unwrap_or("")
    }

    /// All files with their ids, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(index, file)| (FileId(u32::try_from(index).unwrap_or(u32::MAX)), file))
    }
}
