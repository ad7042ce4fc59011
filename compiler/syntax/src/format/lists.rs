//! Lists and conditions that don't fit on their line.

use super::{
    INDENT,
    pieces::{Element, Pieces},
    printer::{Before, Printer},
};
use crate::SyntaxKind::{
    AND_KW, BRACKETED, COMMA, EXCEPT_KW, EXPRS, JSON_ARRAY, JSON_OBJECT, LBRACE, LBRACKET, LPAREN, OR_KW,
    PARENTHESIZED, RBRACE, RBRACKET, RPAREN,
};

impl Printer<'_> {
    /// A list in brackets: one element a line, with a comma after the last where the language allows one.
    pub(super) fn brackets(&mut self, list: Element) {
        let parts = unwrapped(&self.pieces, list);
        let (continuation, floor) = (self.continuation, self.floor);
        let mut open = None;
        let mut comma_after = None;
        let mut first = true;
        let mut except = false;
        for part in parts {
            let Some(inner) = open else {
                self.emit(part.first, Before::Blanks);
                if matches!(part.kind, LBRACKET | LPAREN | LBRACE) {
                    let inner = self.line_indent.max(self.floor) + INDENT;
                    self.continuation = if list.kind == PARENTHESIZED { inner } else { inner + INDENT };
                    self.floor = 0;
                    open = Some(inner);
                }
                continue;
            };
            match part.kind {
                COMMA => {
                    self.comma(part.first);
                    comma_after = None;
                }
                RBRACKET | RPAREN | RBRACE => {
                    let may_end = !matches!(list.kind, PARENTHESIZED | JSON_OBJECT | JSON_ARRAY);
                    if comma_after.is_some() && may_end && !except {
                        self.push(",");
                    }
                    self.close(part.first, inner, inner - INDENT, !first);
                }
                EXCEPT_KW => {
                    self.start_line(part.first, inner);
                    self.emit(part.first, Before::Blanks);
                    except = true;
                    first = true;
                }
                _ => {
                    if except && first {
                        self.continuation = inner + INDENT;
                    } else {
                        let indent = if except { inner + INDENT } else { inner };
                        self.start_row(part.first, indent, first);
                    }
                    first = false;
                    self.part(part, 1);
                    comma_after = Some(());
                }
            }
        }
        (self.continuation, self.floor) = (continuation, floor);
    }

    /// A list without brackets: what doesn't fit has one element a line, the first behind what precedes.
    pub(super) fn bare_list(&mut self, list: Element, tail: usize) {
        let parts: Vec<Element> = self.pieces.parts(list).collect();
        let except = parts.iter().position(|part| part.kind == EXCEPT_KW);
        let (taken, excepted) = parts.split_at(except.unwrap_or(parts.len()));
        let Some((word, excepted)) = excepted.split_first() else {
            return self.elements(taken, self.continuation, tail);
        };
        // What is left of the list after one broken bracket goes behind that.
        let hugs = matches!(taken, [one] if one.kind == BRACKETED);
        self.elements(taken, self.continuation, 0);
        if !hugs || self.comments_before(word.first) {
            self.start_line(word.first, self.continuation);
        }
        self.emit(word.first, Before::Blanks);
        let indent = if hugs { self.continuation } else { self.continuation + INDENT };
        self.elements(excepted, indent, tail);
    }

    /// Elements and commas: on the current line if all fit, else one a line.
    fn elements(&mut self, parts: &[Element], indent: usize, tail: usize) {
        let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return };
        if self.range_fits(first.first, last.end, tail) {
            return self.flat(first.first, last.end);
        }
        for (index, part) in parts.iter().enumerate() {
            if part.kind == COMMA {
                self.comma(part.first);
                continue;
            }
            if index > 0 {
                self.start_line(part.first, indent);
            }
            self.part(*part, if part.end == last.end { tail } else { 1 });
        }
    }

    /// A condition: `or` begins a line, and so does `and` where it must.
    pub(super) fn logic(&mut self, condition: Element, indent: usize, tail: usize) {
        let parts: Vec<Element> = self.pieces.parts(condition).collect();
        let alternatives = parts.iter().any(|part| part.kind == OR_KW);
        let deeper = if alternatives { indent + INDENT } else { indent };
        let mut rest = parts.as_slice();
        while !rest.is_empty() {
            let length = rest.iter().skip(1).position(|part| part.kind == OR_KW).map_or(rest.len(), |at| at + 1);
            let (conjunction, others) = rest.split_at(length);
            rest = others;
            let Some((first, last)) = conjunction.first().zip(conjunction.last()) else { return };
            if first.kind == OR_KW {
                self.start_line(first.first, indent);
            }
            let tail = if rest.is_empty() { tail } else { 0 };
            if alternatives && self.range_fits(first.first, last.end, tail) {
                self.flat(first.first, last.end);
                continue;
            }
            for part in conjunction {
                match part.kind {
                    AND_KW => {
                        self.start_line(part.first, deeper);
                        self.emit(part.first, Before::Blanks);
                    }
                    OR_KW => self.emit(part.first, Before::Blanks),
                    _ => self.part(*part, if part.end == last.end { tail } else { 0 }),
                }
            }
        }
    }
}

/// The parts of a list, with those of the `EXPRS` between its brackets in that one's place.
fn unwrapped(pieces: &Pieces<'_>, list: Element) -> Vec<Element> {
    let mut parts = Vec::new();
    for part in pieces.parts(list) {
        if part.kind == EXPRS && list.kind == BRACKETED {
            parts.extend(pieces.parts(part));
        } else {
            parts.push(part);
        }
    }
    parts
}
