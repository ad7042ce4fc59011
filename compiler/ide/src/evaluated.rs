//! A workspace that was evaluated, and which of its items a place is in.

use iamx_diagnostic::Diagnostic;
use iamx_emit::Target;
use iamx_lower::{NameDeclared, NameIndex, Program};
use iamx_text::{FileId, Span, TextRange, TextSize};

/// What the compiler made of a workspace, with its names: all of one moment.
#[derive(Clone, Copy)]
pub struct Evaluated<'a> {
    /// The names and texts.
    pub index: &'a NameIndex,
    /// What the modules declare.
    pub program: &'a Program,
    /// What was found.
    pub diagnostics: &'a [Diagnostic],
    /// What is written of it.
    pub targets: &'a [Target],
}

/// What is declared around `offset`, the innermost.
pub(crate) fn declared_around(index: &NameIndex, file: FileId, offset: TextSize) -> Option<(&NameDeclared, TextRange)> {
    let around = index.declared_in(file).map(|one| (one, index.signature(one).item));
    around.filter(|(_, item)| item.contains_inclusive(offset)).min_by_key(|(_, item)| item.len())
}

/// The item around `offset`: what declares a name, or a grant or another item without one.
pub(crate) fn item_around(index: &NameIndex, file: FileId, offset: TextSize) -> Option<TextRange> {
    if let Some((_, range)) = declared_around(index, file, offset) {
        return Some(range);
    }
    let root = index.module(file)?.parse.syntax();
    let items = root.children().map(|node| iamx_syntax::ast::significant_range(&node));
    items.into_iter().find(|range| range.contains_inclusive(offset))
}

/// Whether `span` is within `range` of `file`.
pub(crate) fn is_within(span: Span, file: FileId, range: TextRange) -> bool {
    span.file == file && range.contains_range(span.range)
}

/// A number with a comma between its thousands, as AWS writes its quotas.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn thousands_have_a_comma() {
        assert_eq!(
            [7, 123, 1204, 6144, 131_072, 1_000_000].map(grouped),
            ["7", "123", "1,204", "6,144", "131,072", "1,000,000"]
        );
    }
}
