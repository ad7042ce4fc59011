//! An item as a row of tokens and a list of the nodes over them: all that laying out needs, at hand without a search.
//!
//! Here the tokens get their order, and those that say nothing are left out. Each token knows in which column it would
//! stand if the item were one line, so whether a part fits is one subtraction.

mod fill;

use crate::SyntaxKind::{
    self, AND_KW, ASSIGN, ATTACH, COMMA, CONTEXT, EXPRS, FILE, INVARIANT_BODY, ITEM_BODY, LBRACE, LBRACKET, LPAREN,
    MEMBER_BODY, NODE_BODY, OR_KW, STATEMENT_BODY, TAGS, TEST_BODY, WHITESPACE, WITH_NAMES,
};

/// A comment in the gap before a token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Comment<'t> {
    /// Without blanks at its end.
    pub(super) text: &'t str,
    /// Where it starts in the source.
    pub(super) start: usize,
    /// Line ends between what precedes and the comment; none for a comment behind something.
    pub(super) newlines: usize,
}

/// A token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'t> {
    pub(super) kind: SyntaxKind,
    /// The node right around it.
    pub(super) parent: SyntaxKind,
    pub(super) text: &'t str,
    /// Where it ends in the source.
    pub(super) end: usize,
    /// Blanks before it, on one line.
    pub(super) blanks: usize,
    /// The column it starts in if the item is one line.
    pub(super) left: usize,
    pub(super) width: usize,
    /// The comments in the gap before it.
    pub(super) comments: (usize, usize),
    /// Line ends between what precedes, comments included, and the token.
    pub(super) newlines: usize,
    /// How many gaps up to this one can't be on one line.
    breaks: usize,
}

const NO_PIECE: Piece<'static> = Piece {
    kind: WHITESPACE,
    parent: FILE,
    text: "",
    end: 0,
    blanks: 0,
    left: 0,
    width: 0,
    comments: (0, 0),
    newlines: 0,
    breaks: 0,
};

/// A node or token, and which tokens are its own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element {
    pub(super) kind: SyntaxKind,
    /// Its first token.
    pub(super) first: usize,
    /// After its last token.
    pub(super) end: usize,
    /// Its place among the elements.
    id: usize,
    /// The element after it and its parts.
    next: usize,
}

impl Element {
    /// Whether it is a token.
    pub(super) fn is_token(self) -> bool {
        self.next == self.id + 1 && self.end == self.first + 1
    }
}

/// An item, or whatever was added since `clear`.
#[derive(Debug, Default)]
pub(super) struct Pieces<'t> {
    tokens: Vec<Piece<'t>>,
    elements: Vec<Element>,
    comments: Vec<Comment<'t>>,
    /// Where the comments of the gap begin that no token follows yet.
    gap: usize,
    newlines: usize,
    lines: usize,
    /// Blanks before the next token if it begins a part of a body.
    row_blanks: Option<usize>,
    /// Whether what ends with the next token isn't for one line.
    broken: bool,
    /// Whether expressions are actions here.
    actions: bool,
    /// Whether statements are a guardrail's here.
    guardrail: bool,
}

impl<'t> Pieces<'t> {
    /// No pieces, at the start of a line.
    pub(super) fn new() -> Self {
        Self { newlines: 1, ..Self::default() }
    }

    /// Forgets all tokens, and with `gap` the trivia after them.
    pub(super) fn clear(&mut self, gap: bool) {
        self.tokens.clear();
        self.elements.clear();
        if gap {
            self.comments.clear();
            self.newlines = 0;
        } else {
            self.comments.drain(..self.gap);
        }
        self.gap = 0;
        self.lines = 0;
    }

    pub(super) fn piece(&self, index: usize) -> Piece<'t> {
        self.tokens.get(index).copied().unwrap_or(NO_PIECE)
    }

    pub(super) fn element(&self, id: usize) -> Option<Element> {
        self.elements.get(id).copied()
    }

    /// The parts of an element, in order.
    pub(super) fn parts(&self, of: Element) -> impl Iterator<Item = Element> + '_ {
        let mut id = of.id + 1;
        std::iter::from_fn(move || {
            let part = self.elements.get(id).filter(|_| id < of.next)?;
            id = part.next;
            Some(*part)
        })
    }

    /// The first part of a kind.
    pub(super) fn part(&self, of: Element, kind: SyntaxKind) -> Option<Element> {
        self.parts(of).find(|part| part.kind == kind)
    }

    pub(super) fn comment(&self, index: usize) -> Option<Comment<'t>> {
        self.comments.get(index).copied()
    }

    /// The comments after the last token.
    pub(super) fn open_gap(&self) -> (usize, usize) {
        (self.gap, self.comments.len())
    }

    /// Line ends after the last token or comment.
    pub(super) fn open_newlines(&self) -> usize {
        self.newlines
    }

    /// The width of the tokens from `first` to before `end` on one line, or `None` if they can't be on one.
    pub(super) fn width(&self, first: usize, end: usize) -> Option<usize> {
        let (from, to) = (self.piece(first), self.piece(end.checked_sub(1)?));
        (from.breaks == to.breaks).then(|| to.left + to.width - from.left)
    }

    /// The width of what can't but stand on the line of the tokens from `first` to before `end`.
    pub(super) fn head_width(&self, first: usize, end: usize) -> (usize, bool) {
        let mut width = 0;
        for index in first..end {
            let piece = self.piece(index);
            if piece.comments.0 != piece.comments.1 || matches!(piece.kind, AND_KW | OR_KW) {
                return (width, true);
            }
            width += piece.blanks + piece.width;
            let ends_line = piece.kind == COMMA && matches!(piece.parent, EXPRS | ATTACH | ASSIGN | WITH_NAMES);
            if ends_line || matches!(piece.kind, LPAREN | LBRACKET | LBRACE) {
                return (width, true);
            }
        }
        (width, false)
    }

    /// Forgets the comments of a token's gap up to before `at`.
    pub(super) fn skip_comments(&mut self, index: usize, at: usize) {
        if let Some(piece) = self.tokens.get_mut(index) {
            piece.comments.0 = at;
        }
    }
}

/// Whether a node in braces keeps the lines that its writer gave it.
pub(super) fn is_body(kind: SyntaxKind) -> bool {
    matches!(kind, MEMBER_BODY | STATEMENT_BODY | NODE_BODY | ITEM_BODY | TEST_BODY | INVARIANT_BODY | TAGS | CONTEXT)
}

/// Whether `kind` is a body whose parts are members or items.
pub(super) fn is_block(kind: SyntaxKind) -> bool {
    is_body(kind) && !matches!(kind, TAGS | CONTEXT)
}
