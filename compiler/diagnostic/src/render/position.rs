//! Lines and columns as people and tools count them.

use iamx_text::{SourceFile, TextRange, TextSize, WideEncoding};

/// What a column counts.
#[derive(Clone, Copy, Debug)]
pub(super) enum Unit {
    Characters,
    Utf16,
}

/// A place, line and column counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) line: u32,
    pub(super) column: u32,
}

/// The line and column of `offset`, which is taken as the nearest character border before it.
pub(super) fn position(file: &SourceFile, offset: TextSize, unit: Unit) -> Position {
    let at = file.line_col(border(file, offset));
    let encoding = match unit {
        Unit::Characters => WideEncoding::Utf32,
        Unit::Utf16 => WideEncoding::Utf16,
    };
    let column = file.lines().to_wide(encoding, at).map_or(at.col, |wide| wide.col);
    Position { line: at.line + 1, column: column + 1 }
}

/// `range` brought inside the file, with both ends on character borders: a rule that errs by a byte costs a caret, not a
/// report.
pub(super) fn inside(file: &SourceFile, range: TextRange) -> TextRange {
    let start = border(file, range.start());
    TextRange::new(start, border(file, range.end()).max(start))
}

fn border(file: &SourceFile, offset: TextSize) -> TextSize {
    TextSize::try_from(file.text().floor_char_boundary(usize::from(offset))).unwrap_or(offset)
}
