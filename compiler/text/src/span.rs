use text_size::{TextRange, TextSize};

/// A file of one [`SourceMap`](crate::SourceMap); meaningless in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub(crate) u32);

impl FileId {
    /// Position of the file in the order in which files were added to the source map.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A range of bytes in one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// The bytes, end excluded; both ends lie on character borders.
    pub range: TextRange,
}

impl Span {
    /// The bytes `range` of `file`.
    pub fn new(file: FileId, range: TextRange) -> Self {
        Self { file, range }
    }

    /// An empty span at `offset` of `file`.
    pub fn at(file: FileId, offset: TextSize) -> Self {
        Self::new(file, TextRange::empty(offset))
    }

    /// The smallest span that covers both; `self` where they are in different files.
    #[must_use]
    pub fn cover(self, other: Self) -> Self {
        if self.file == other.file { Self::new(self.file, self.range.cover(other.range)) } else { self }
    }
}

/// By file, start, end.
impl Ord for Span {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let key = |span: &Self| (span.file, span.range.start(), span.range.end());
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Span {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
