//! Writes tokens with what stands between them. No comment can get lost here: each token brings those of its gap.

use super::pieces::{Comment, Piece, Pieces};

/// What stands before a token that is about to be written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Before {
    /// Its blanks.
    Blanks,
    /// A line end, and then so many blanks.
    Line(usize),
}

/// The formatted text as it grows.
#[derive(Debug)]
pub(super) struct Printer<'t> {
    pub(super) source: &'t str,
    pub(super) out: String,
    pub(super) pieces: Pieces<'t>,
    /// Characters on the current line.
    pub(super) column: usize,
    /// Blanks that the current line begins with.
    pub(super) line_indent: usize,
    /// Blanks before what continues the statement or item.
    pub(super) continuation: usize,
    /// Blanks before the statement, member or item.
    pub(super) row_indent: usize,
    /// The least blanks before a bracket that closes a broken list.
    pub(super) floor: usize,
    /// The token whose gap is written already.
    begun: Option<usize>,
    /// Comments that stood before punctuation that must not begin a line.
    held: Vec<Comment<'t>>,
}

impl<'t> Printer<'t> {
    pub(super) fn new(source: &'t str) -> Self {
        Self {
            source,
            out: String::with_capacity(source.len() + source.len() / 8),
            pieces: Pieces::new(),
            column: 0,
            line_indent: 0,
            continuation: 0,
            row_indent: 0,
            floor: 0,
            begun: None,
            held: Vec::new(),
        }
    }

    /// Begins a line. At the start of the text there is one already.
    pub(super) fn new_line(&mut self, indent: usize) {
        const BLANKS: &str = "                                                                ";
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        let mut rest = indent;
        while rest > 0 {
            let some = rest.min(BLANKS.len());
            self.out.push_str(BLANKS.get(..some).unwrap_or_default());
            rest -= some;
        }
        self.column = indent;
        self.line_indent = indent;
    }

    pub(super) fn blank_line(&mut self) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
    }

    /// Whether the token's gap holds comments that are still to be written.
    pub(super) fn comments_before(&self, index: usize) -> bool {
        let piece = self.pieces.piece(index);
        self.begun != Some(index) && (piece.comments.0 != piece.comments.1 || !self.held.is_empty())
    }

    /// Whether the token's gap is written already.
    pub(super) fn has_begun(&self, index: usize) -> bool {
        self.begun == Some(index)
    }

    /// Writes a token.
    pub(super) fn emit(&mut self, index: usize, before: Before) {
        let piece = self.pieces.piece(index);
        if self.begun == Some(index) {
            self.begun = None;
        } else {
            match before {
                _ if self.comments_before(index) => {
                    let indent = if let Before::Line(indent) = before { indent } else { self.continuation };
                    self.comments(piece, indent, false);
                    self.new_line(indent);
                }
                Before::Line(indent) => self.new_line(indent),
                Before::Blanks => self.blanks(piece.blanks),
            }
        }
        self.out.push_str(piece.text);
        self.column += piece.width;
    }

    fn blanks(&mut self, count: usize) {
        for _ in 0..count {
            self.out.push(' ');
        }
        self.column += count;
    }

    /// Writes the tokens from `first` to before `end` on one line.
    pub(super) fn flat(&mut self, first: usize, end: usize) {
        if first >= end {
            return;
        }
        self.emit(first, Before::Blanks);
        for index in first + 1..end {
            let piece = self.pieces.piece(index);
            self.blanks(piece.blanks);
            self.out.push_str(piece.text);
            self.column += piece.width;
        }
    }

    /// Writes a bracket that closes a list whose parts stand `inner` blanks in. `filled` says whether there are any.
    pub(super) fn close(&mut self, index: usize, inner: usize, outer: usize, filled: bool) {
        let piece = self.pieces.piece(index);
        self.comments(piece, inner, filled);
        self.new_line(outer);
        self.begun = Some(index);
        self.emit(index, Before::Blanks);
    }

    /// Writes a comma, which stands right behind what precedes it, whatever comments there are.
    pub(super) fn comma(&mut self, index: usize) {
        let (from, to) = self.pieces.piece(index).comments;
        self.hold(from, to);
        self.push(",");
    }

    /// Writes a `{` that opens a body, behind what precedes it and before the comment there, if there is but one.
    pub(super) fn open_body(&mut self, index: usize) {
        let piece = self.pieces.piece(index);
        let (from, to) = piece.comments;
        let behind = |at: usize| self.pieces.comment(at).is_some_and(|comment| comment.newlines == 0);
        let next = self.pieces.piece(index + 1).comments;
        let next_behind = next.0 != next.1 && behind(next.0);
        if self.begun != Some(index) && to == from + 1 && behind(from) && !next_behind && self.held.is_empty() {
            self.hold(from, to);
            self.push(" {");
        } else if self.comments_before(index) {
            self.emit(index, Before::Line(self.row_indent));
        } else {
            self.emit(index, Before::Blanks);
        }
    }

    fn hold(&mut self, from: usize, to: usize) {
        let comments = (from..to).filter_map(|at| self.pieces.comment(at));
        self.held.extend(comments);
    }

    /// Writes text that is no token of the source.
    pub(super) fn push(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.len();
    }

    /// Ends the line before a token and writes the gap's comments, so that the token can follow.
    pub(super) fn start_line(&mut self, index: usize, indent: usize) {
        self.start(index, indent, false);
    }

    /// As `start_line`; a blank line stays, one, unless the token is the first of a body.
    pub(super) fn start_row(&mut self, index: usize, indent: usize, first: bool) {
        self.start(index, indent, !first);
    }

    fn start(&mut self, index: usize, indent: usize, may_be_blank: bool) {
        if self.begun == Some(index) {
            return;
        }
        let piece = self.pieces.piece(index);
        let commented = self.comments(piece, indent, may_be_blank);
        if piece.newlines > 1 && (may_be_blank || commented) {
            self.blank_line();
        }
        self.new_line(indent);
        self.begun = Some(index);
    }

    /// Writes the comments of a gap. Says whether any has a line of its own.
    fn comments(&mut self, piece: Piece<'t>, indent: usize, may_be_blank: bool) -> bool {
        let (from, to) = piece.comments;
        self.own_comments(from, to, indent, may_be_blank)
    }

    /// Writes the held comments and those from `from` to before `to`. Says whether any has a line of its own.
    pub(super) fn own_comments(&mut self, from: usize, to: usize, indent: usize, may_be_blank: bool) -> bool {
        let mut own_line = false;
        let mut behind = true;
        for comment in std::mem::take(&mut self.held) {
            own_line |= self.comment(comment, indent, behind, false);
            behind = false;
        }
        for at in from..to {
            if let Some(comment) = self.pieces.comment(at) {
                own_line |= self.comment(comment, indent, behind, may_be_blank || own_line);
                behind = false;
            }
        }
        own_line
    }

    /// Writes a comment: behind what precedes if it stood there and `may_be_behind`, else on a line of its own. Says
    /// whether it has a line of its own.
    fn comment(&mut self, comment: Comment<'t>, indent: usize, may_be_behind: bool, may_be_blank: bool) -> bool {
        let behind = comment.newlines == 0 && may_be_behind && !self.out.is_empty();
        if behind {
            self.out.push(' ');
        } else {
            if comment.newlines > 1 && may_be_blank {
                self.blank_line();
            }
            self.new_line(indent);
        }
        self.out.push_str(comment.text);
        !behind
    }

    /// Writes text of the source as it stands there.
    pub(super) fn verbatim(&mut self, start: usize, end: usize) {
        self.out.push_str(self.source.get(start..end).unwrap_or_default());
    }

    /// Puts a blank line between two items of which one has several lines, where there is none. What stands between
    /// them starts at `gap`, the second item at `item`. Gives whether that has several lines.
    pub(super) fn separate(&mut self, gap: usize, item: usize, previous: Option<bool>) -> bool {
        let long = self.out.get(item..).is_some_and(|text| text.contains('\n'));
        if let Some(previous_long) = previous
            && (long || previous_long)
            && let Some(line_end) = self.out.get(gap..).and_then(|text| text.find('\n'))
            && !self.out.get(gap + line_end + 1..).is_some_and(|text| text.starts_with('\n'))
        {
            self.out.insert(gap + line_end, '\n');
        }
        long
    }
}
