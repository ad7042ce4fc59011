//! Items, members and statements, and the bodies that hold them.

use super::{
    CONTINUATION, INDENT,
    file::{is_off, is_on},
    pieces::{Element, is_block},
    printer::{Before, Printer},
};
use crate::SyntaxKind::{
    self, AS_ROLE, ASSERTION, AT_MOST, ATTRIBUTE, CAN, CAN_KW, CANNOT, CANNOT_KW, CLAIM_LINE, CONTEXT, DECLARED,
    ENCRYPTED_BY_HEADER, EXCEPT_KW, IN_HEADER, ITEM_BODY, NAMED_HEADER, ON_CLAUSE, ONLY_CLAUSE, PATH_HEADER,
    REGION_HEADER, SUBJECT, TAGS, TO_CLAUSE, UNLESS_CLAUSE, UNTIL_CLAUSE, USING, WHEN_CLAUSE, WITH_CONTEXT, WITH_NAMES,
};

impl Printer<'_> {
    /// Writes an item, member or statement, whose line has begun.
    pub(super) fn row(&mut self, row: Element, indent: usize) {
        let outer = (self.row_indent, self.continuation, self.floor);
        (self.row_indent, self.continuation, self.floor) = (indent, indent + CONTINUATION, 0);
        if self.fits(row, 0) {
            self.flat(row.first, row.end);
        } else if let Some(body) = self.body_of(row) {
            self.with_body(row, body);
        } else if row.kind == TAGS {
            self.brackets(row);
        } else if matches!(row.kind, ASSERTION | CLAIM_LINE) {
            self.claim(row);
        } else {
            self.clauses(row, row.end, INDENT);
        }
        (self.row_indent, self.continuation, self.floor) = outer;
    }

    /// The body that ends a row, or nearly does.
    fn body_of(&self, row: Element) -> Option<Element> {
        let holder = match row.kind {
            CLAIM_LINE => self.pieces.part(self.pieces.part(row, CAN)?, AT_MOST)?,
            _ => row,
        };
        self.pieces.parts(holder).find(|part| is_block(part.kind))
    }

    fn with_body(&mut self, row: Element, body: Element) {
        if self.range_fits(row.first, body.first, brace_width(body)) {
            self.flat(row.first, body.first);
        } else {
            self.clauses(row, body.first, CONTINUATION);
        }
        self.block(body, self.row_indent);
        if body.end == row.end {
            return;
        }
        if self.range_fits(body.end, row.end, 0) {
            return self.flat(body.end, row.end);
        }
        let rest: Vec<Element> = self.pieces.parts(row).filter(|part| part.first >= body.end).collect();
        for part in rest {
            self.start_line(part.first, self.row_indent + INDENT);
            self.part(part, 0);
        }
    }

    /// Writes the parts of a row up to the token `end`, each clause or header on a line of its own.
    fn clauses(&mut self, row: Element, end: usize, indent: usize) {
        let parts: Vec<Element> = self.pieces.parts(row).collect();
        if !parts.iter().any(|part| breaks_before(row.kind, part.kind)) && end == row.end {
            return self.sequence(row, 0);
        }
        if row.kind != DECLARED && end == row.end {
            self.floor = self.row_indent + INDENT;
        }
        let tail = if end == row.end { 0 } else { " {}".len() };
        for part in parts {
            if part.first >= end {
                return;
            }
            if breaks_before(row.kind, part.kind) {
                self.floor = 0;
                let indent = if row.kind == DECLARED { CONTINUATION } else { indent };
                self.start_line(part.first, self.row_indent + indent);
            }
            if part.end > end {
                // The body is inside this part.
                self.clauses_within(part, end);
                return;
            }
            let tail = if part.end == end { tail } else { self.clause_tail(part, row, end) };
            self.part(part, tail);
        }
    }

    /// What must follow a part of a row: what stands before the next clause.
    fn clause_tail(&self, part: Element, row: Element, end: usize) -> usize {
        let next = self.pieces.parts(row).find(|next| next.first >= part.end);
        match next {
            Some(next) if !breaks_before(row.kind, next.kind) && next.first < end => self.tail(part, row, 0),
            _ => 0,
        }
    }

    fn clauses_within(&mut self, part: Element, end: usize) {
        let parts: Vec<Element> = self.pieces.parts(part).collect();
        for part in parts {
            if part.first >= end {
                return;
            }
            if part.end > end {
                return self.clauses_within(part, end);
            }
            self.part(part, 0);
        }
    }

    /// An assertion or claim: its last clauses go first to lines of their own, then what can be done.
    fn claim(&mut self, row: Element) {
        let parts: Vec<Element> = self.pieces.parts(row).collect();
        let is_clause = |kind| matches!(kind, WITH_CONTEXT | WHEN_CLAUSE | UNLESS_CLAUSE);
        let clauses = parts.iter().position(|part| is_clause(part.kind)).unwrap_or(parts.len());
        let (head, clauses) = parts.split_at(clauses);
        let head_end = head.last().map_or(row.first, |last| last.end);
        if self.range_fits(row.first, head_end, 0) {
            self.flat(row.first, head_end);
        } else {
            for part in head {
                match part.kind {
                    CAN | CANNOT | CAN_KW | CANNOT_KW => {
                        self.start_line(part.first, self.row_indent + INDENT);
                    }
                    USING | AS_ROLE if !self.fits(*part, 0) => {
                        self.start_line(part.first, self.continuation);
                    }
                    _ => {}
                }
                match part.kind {
                    SUBJECT => self.subject(*part),
                    CAN | CANNOT if !self.fits(*part, 0) => self.sequence(*part, 0),
                    _ => self.part(*part, 0),
                }
            }
        }
        for part in clauses {
            let context = self.pieces.part(*part, CONTEXT);
            let indent = self.row_indent + INDENT;
            let width = self.pieces.width(part.first, part.end);
            let alone = width.is_some_and(|width| indent + width <= super::WIDTH);
            if context.is_none() || alone || self.comments_before(part.first) {
                self.start_line(part.first, indent);
                self.part(*part, 0);
            } else {
                // Its braces belong to the whole line.
                self.line_indent = self.row_indent;
                self.sequence(*part, 0);
            }
        }
    }

    fn subject(&mut self, subject: Element) {
        if self.fits(subject, 0) {
            return self.flat(subject.first, subject.end);
        }
        let parts: Vec<Element> = self.pieces.parts(subject).collect();
        for part in parts {
            if part.kind == EXCEPT_KW {
                self.start_line(part.first, self.continuation);
            }
            self.part(part, 0);
        }
    }

    /// Writes a body over several lines.
    pub(super) fn block(&mut self, body: Element, indent: usize) {
        let parts: Vec<Element> = self.pieces.parts(body).collect();
        let [open, rows @ .., close] = parts.as_slice() else { return };
        let inner = indent + INDENT;
        self.open_body(open.first);
        if rows.is_empty() && !self.comments_before(close.first) {
            return self.emit(close.first, Before::Blanks);
        }
        self.rows(rows, *close, inner, body.kind == ITEM_BODY);
        self.close(close.first, inner, indent, !rows.is_empty());
    }

    fn rows(&mut self, rows: &[Element], close: Element, indent: usize, items: bool) {
        let mut index = 0;
        let mut first = true;
        let mut previous = None;
        let mut gap = None;
        loop {
            let row = rows.get(index).copied().unwrap_or(close);
            let gap_start = *gap.get_or_insert(self.out.len());
            if let Some(off) = self.off_before(row.first) {
                let following = rows.get(index..).unwrap_or_default();
                index += self.region(off, following, close, indent, first);
                first = false;
                continue;
            }
            if index >= rows.len() {
                return;
            }
            self.start_row(row.first, indent, first);
            let row_start = self.out.len();
            self.row(row, indent);
            index += 1;
            first = row.kind == ATTRIBUTE;
            if !first {
                gap = None;
                if items {
                    previous = Some(self.separate(gap_start, row_start, previous));
                }
            }
        }
    }

    /// The comment in the token's gap that turns the formatter off.
    fn off_before(&self, index: usize) -> Option<usize> {
        let (from, to) = self.pieces.piece(index).comments;
        (from..to).find(|at| self.pieces.comment(*at).is_some_and(|comment| is_off(&comment)))
    }

    /// Writes what stands from the comment `off` to where the formatter is on again, as it stands: in the gap before one
    /// of the rows `following` or before the body's end. Says how many rows were passed.
    fn region(&mut self, off: usize, following: &[Element], close: Element, indent: usize, first: bool) -> usize {
        let mut gaps = following.iter().chain([&close]).map(|row| row.first).enumerate();
        if let Some(row) = following.first().or(Some(&close)) {
            self.start_region(row.first, off, indent, first);
        }
        let start = self.pieces.comment(off).map_or(0, |comment| comment.start);
        let on = gaps.find_map(|(passed, token)| {
            let (from, to) = self.pieces.piece(token).comments;
            let from = if passed == 0 { off + 1 } else { from };
            let on = (from..to).find(|at| self.pieces.comment(*at).is_some_and(|comment| is_on(&comment)))?;
            Some((passed, token, on))
        });
        if let Some((passed, token, on)) = on {
            let end = self.pieces.comment(on).map_or(start, |comment| comment.start + comment.text.len());
            self.verbatim(start, end);
            self.pieces.skip_comments(token, on + 1);
            return passed;
        }
        let brace = self.pieces.piece(close.first);
        let text = self.source.get(start..brace.end - brace.text.len()).unwrap_or_default();
        self.verbatim(start, start + text.trim_end().len());
        self.pieces.skip_comments(close.first, brace.comments.1);
        following.len()
    }

    fn start_region(&mut self, index: usize, off: usize, indent: usize, first: bool) {
        let (from, _) = self.pieces.piece(index).comments;
        self.own_comments(from, off, indent, !first);
        let may_be_blank = !first || from < off;
        if self.pieces.comment(off).is_some_and(|comment| comment.newlines > 1) && may_be_blank {
            self.blank_line();
        }
        self.new_line(indent);
    }
}

/// What of a body must stand on the line that it opens on.
fn brace_width(body: Element) -> usize {
    if body.end == body.first + 2 { " {}".len() } else { " {".len() }
}

/// Whether such a part of a row begins a line where the row is broken.
fn breaks_before(row: SyntaxKind, part: SyntaxKind) -> bool {
    match part {
        IN_HEADER | NAMED_HEADER | PATH_HEADER | REGION_HEADER | ENCRYPTED_BY_HEADER => row == DECLARED,
        ON_CLAUSE | TO_CLAUSE | WHEN_CLAUSE | UNLESS_CLAUSE | UNTIL_CLAUSE | ONLY_CLAUSE | WITH_NAMES => true,
        CAN => row == CLAIM_LINE,
        _ => false,
    }
}
