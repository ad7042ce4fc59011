//! Writes a part of an item: on the current line if it fits, else broken as its kind is.

use super::{
    WIDTH,
    pieces::{Element, is_block},
    printer::{Before, Printer},
};
use crate::SyntaxKind::{
    ARGUMENTS, ASKED, ASSIGN, ATTACH, BRACKETED, COMMA, CONDITION, CONTEXT, EXPRS, GROUP, JSON_ARRAY, JSON_OBJECT,
    ON_CLAUSE, PARAMETERS, PARENTHESIZED, PLACE_LIST, TAGS, USE_GROUP, WITH_NAMES,
};

impl Printer<'_> {
    /// Whether the element, and `tail` characters that must follow it, fit on the current line.
    pub(super) fn fits(&self, element: Element, tail: usize) -> bool {
        self.range_fits(element.first, element.end, tail)
    }

    /// Whether the tokens from `first` to before `end`, and `tail` characters, fit on the current line.
    pub(super) fn range_fits(&self, first: usize, end: usize, tail: usize) -> bool {
        if first >= end {
            return true;
        }
        let column = if self.has_begun(first) {
            self.column
        } else if self.comments_before(first) {
            self.continuation
        } else {
            self.column + self.pieces.piece(first).blanks
        };
        self.pieces.width(first, end).is_some_and(|width| column + width + tail <= WIDTH)
    }

    /// Writes an element; `tail` characters must follow on its last line.
    pub(super) fn part(&mut self, element: Element, tail: usize) {
        if self.fits(element, tail) {
            return self.flat(element.first, element.end);
        }
        match element.kind {
            EXPRS => self.bare_list(element, tail),
            CONDITION => self.logic(element, self.continuation, tail),
            BRACKETED | PARENTHESIZED | ARGUMENTS | PARAMETERS | PLACE_LIST | GROUP | USE_GROUP | TAGS | CONTEXT
            | JSON_OBJECT | JSON_ARRAY => self.brackets(element),
            kind if is_block(kind) => self.block(element, self.row_indent),
            _ => self.sequence(element, tail),
        }
    }

    /// Writes the parts of an element one behind the other, each broken if it must be.
    pub(super) fn sequence(&mut self, element: Element, tail: usize) {
        let listed = matches!(element.kind, ATTACH | ASSIGN | WITH_NAMES);
        let mut after_comma = false;
        if element.is_token() {
            return self.emit(element.first, Before::Blanks);
        }
        let parts: Vec<Element> = self.pieces.parts(element).collect();
        for part in parts {
            if part.kind == COMMA {
                self.comma(part.first);
                after_comma = listed;
                continue;
            }
            if std::mem::take(&mut after_comma) {
                self.start_line(part.first, self.continuation);
            }
            if part.kind == ON_CLAUSE && element.kind == ASKED {
                self.start_line(part.first, self.row_indent + super::INDENT);
            }
            if part.is_token() {
                self.emit(part.first, Before::Blanks);
            } else {
                self.part(part, self.tail(part, element, tail));
            }
        }
    }

    /// What must follow a part on its last line: the rest of the element, up to where a line may end.
    pub(super) fn tail(&self, part: Element, of: Element, tail: usize) -> usize {
        let (width, ends) = self.pieces.head_width(part.end, of.end);
        if ends { width } else { width + tail }
    }
}
