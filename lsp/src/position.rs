//! Offsets in bytes and the positions of the protocol, in the encoding that was agreed on.

use iamx_text::{LineIndex, TextRange, TextSize, WideEncoding};
use tower_lsp::ls_types::{Position, PositionEncodingKind, Range};

/// What a column counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    #[default]
    Utf16,
    Utf32,
}

impl Encoding {
    /// The best that a client offers: bytes need no counting.
    pub(crate) fn of_client(offered: Option<&[PositionEncodingKind]>) -> Self {
        let offers = |kind: &PositionEncodingKind| offered.is_some_and(|offered| offered.contains(kind));
        if offers(&PositionEncodingKind::UTF8) {
            Self::Utf8
        } else if offers(&PositionEncodingKind::UTF32) && !offers(&PositionEncodingKind::UTF16) {
            Self::Utf32
        } else {
            Self::Utf16
        }
    }

    pub(crate) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
            Self::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    fn wide(self) -> Option<WideEncoding> {
        match self {
            Self::Utf8 => None,
            Self::Utf16 => Some(WideEncoding::Utf16),
            Self::Utf32 => Some(WideEncoding::Utf32),
        }
    }
}

/// The positions of one text.
#[derive(Clone, Copy)]
pub(crate) struct Positions<'t> {
    pub(crate) text: &'t str,
    pub(crate) lines: &'t LineIndex,
    pub(crate) encoding: Encoding,
}

impl Positions<'_> {
    /// Where `offset` is; the end of the text for one past it.
    pub(crate) fn position(&self, offset: TextSize) -> Position {
        let at = self.lines.line_col(offset.min(TextSize::of(self.text)));
        let column = match self.encoding.wide() {
            None => at.col,
            Some(wide) => self.lines.to_wide(wide, at).map_or(at.col, |at| at.col),
        };
        Position::new(at.line, column)
    }

    pub(crate) fn range(&self, range: TextRange) -> Range {
        Range::new(self.position(range.start()), self.position(range.end()))
    }

    /// The offset of a position. One past a line's end is the line's end, one past the text the text's, and one within a
    /// character the character's beginning, as the protocol wants it.
    pub(crate) fn offset(&self, position: Position) -> TextSize {
        let end = TextSize::of(self.text);
        let Some(line) = self.lines.line(position.line) else { return end };
        let content = self.text.get(usize::from(line.start())..usize::from(line.end())).unwrap_or_default();
        let content = content.trim_end_matches('\n').trim_end_matches('\r');
        let mut column = 0;
        for (at, character) in content.char_indices() {
            column += match self.encoding {
                Encoding::Utf8 => character.len_utf8(),
                Encoding::Utf16 => character.len_utf16(),
                Encoding::Utf32 => 1,
            };
            if column > position.character as usize {
                return line.start() + TextSize::try_from(at).unwrap_or_default();
            }
        }
        line.start() + TextSize::of(content)
    }

    pub(crate) fn text_range(&self, range: Range) -> TextRange {
        let (start, end) = (self.offset(range.start), self.offset(range.end));
        TextRange::new(start.min(end), end.max(start))
    }
}

#[cfg(test)]
mod tests {
    use iamx_text::{LineIndex, TextSize};
    use tower_lsp::ls_types::Position;

    use super::{Encoding, Positions};

    #[test]
    fn columns_count_what_was_agreed_on() {
        let text = "é😀x\r\ny";
        let lines = LineIndex::new(text);
        for (encoding, column) in [(Encoding::Utf8, 6), (Encoding::Utf16, 3), (Encoding::Utf32, 2)] {
            let positions = Positions { text, lines: &lines, encoding };
            assert_eq!(positions.position(TextSize::new(6)), Position::new(0, column), "{encoding:?}");
            assert_eq!(positions.offset(Position::new(0, column)), TextSize::new(6), "{encoding:?}");
            assert_eq!(positions.offset(Position::new(0, 99)), TextSize::new(7), "{encoding:?}");
            assert_eq!(positions.offset(Position::new(9, 9)), TextSize::of(text), "{encoding:?}");
            // Within the emoji.
            let within = Positions { text, lines: &lines, encoding }.offset(Position::new(0, column - 1));
            assert!(text.is_char_boundary(within.into()), "{encoding:?}");
        }
    }
}
