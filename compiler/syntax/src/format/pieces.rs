//! An item as a row of tokens and a list of the nodes over them: all that laying out needs, at hand without a search.
//!
//! Here the tokens get their order, and those that say nothing are left out. Each token knows in which column it would
//! stand if the item were one line, so whether a part fits is one subtraction.

use rowan::{GreenNodeData, Language, NodeOrToken};

use super::{
    order::{Part, has_comments, has_duplicates, has_order, in_order, kind_of, rank},
    spacing::blanks,
};
use crate::{
    Iamx,
    SyntaxKind::{
        self, ALWAYS_KW, AND_KW, ARGUMENTS, ASKED, AT_MOST, ATTRIBUTE, BRACKETED, CAN, CLAIM_LINE, COMMA, COMMENT, CONTEXT,
        EXCEPT_KW, EXPRS, FILE, GRANT_ITEM, GROUP, INVARIANT_BODY, ITEM_BODY, JSON_OBJECT, LBRACE, LBRACKET, LPAREN, MEMBER_BODY, NO_ONE,
        NODE_BODY, ONLY_KW, OR_KW, PARAMETERS, PATTERN, PERMISSION, PLACE_LIST, RBRACE, RBRACKET, RPAREN, STATEMENT_BODY,
        SUBJECT, TAGS, TEST_BODY, USE_GROUP, WHITESPACE,
    },
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
            if matches!(piece.kind, LPAREN | LBRACKET | LBRACE) || (piece.kind == COMMA && piece.parent == EXPRS) {
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

    // ---- Adding ----------------------------------------------------------------------------------------------------

    /// Adds white space or a comment.
    pub(super) fn trivia(&mut self, kind: SyntaxKind, text: &'t str, start: usize) {
        if kind == COMMENT {
            self.comments.push(Comment { text: text.trim_end(), start, newlines: self.newlines });
            self.newlines = 0;
        } else {
            let newlines = text.bytes().filter(|byte| *byte == b'\n').count();
            self.newlines += newlines;
            self.lines += newlines;
        }
    }

    /// Adds a node that starts at `start` in the source.
    pub(super) fn node(&mut self, node: &'t GreenNodeData, start: usize, parent: SyntaxKind) {
        let kind = Iamx::kind_from_raw(node.kind());
        let actions = self.actions;
        self.actions = match kind {
            EXPRS => matches!(parent, PERMISSION | GRANT_ITEM | ASKED) || (actions && parent == BRACKETED),
            BRACKETED | GROUP => actions,
            _ => false,
        };
        let element = self.open(kind);
        if has_order(kind) && !in_order(node) && !has_duplicates(node) && !has_comments(node) {
            self.reordered(node, start, kind);
        } else if kind == CLAIM_LINE {
            self.claim(node, start);
        } else if kind == GROUP && self.actions && is_single(node) {
            self.single(node, start);
        } else if is_body(kind) {
            self.body(node, start, kind);
        } else {
            self.children(node, start, kind);
        }
        if kind == EXPRS && self.tokens.last().is_some_and(|last| last.kind == COMMA && last.parent == EXPRS) {
            self.drop_comma();
        }
        self.close(element);
        self.actions = actions;
    }

    fn open(&mut self, kind: SyntaxKind) -> usize {
        let id = self.elements.len();
        let first = self.tokens.len();
        self.elements.push(Element { kind, first, end: first, id, next: id + 1 });
        id
    }

    fn close(&mut self, id: usize) {
        let (end, next) = (self.tokens.len(), self.elements.len());
        if let Some(element) = self.elements.get_mut(id) {
            element.end = end;
            element.next = next;
        }
    }

    fn children(&mut self, node: &'t GreenNodeData, mut start: usize, kind: SyntaxKind) {
        for part in node.children() {
            self.add(part, start, kind);
            start += usize::from(part.text_len());
        }
    }

    fn add(&mut self, part: Part<'t>, start: usize, parent: SyntaxKind) {
        match part {
            NodeOrToken::Node(node) => self.node(node, start, parent),
            NodeOrToken::Token(token) => self.leaf(kind_of(&part), token.text(), start, parent),
        }
    }

    fn leaf(&mut self, kind: SyntaxKind, text: &'t str, start: usize, parent: SyntaxKind) {
        if kind.is_trivia() {
            return self.trivia(kind, text, start);
        }
        let ends_list = match kind {
            RPAREN | RBRACKET => matches!(parent, ARGUMENTS | PARAMETERS | PLACE_LIST),
            RBRACE => matches!(parent, USE_GROUP | GROUP | TAGS | CONTEXT),
            EXCEPT_KW => parent == EXPRS,
            _ => false,
        };
        if ends_list && self.tokens.last().is_some_and(|last| last.kind == COMMA && last.parent == parent) {
            self.drop_comma();
        }
        self.token(kind, text, start + text.len(), parent);
    }

    fn token(&mut self, kind: SyntaxKind, text: &'t str, end: usize, parent: SyntaxKind) {
        let last = self.tokens.last().copied();
        let comments = (self.gap, self.comments.len());
        self.gap = self.comments.len();
        let newlines = std::mem::take(&mut self.newlines);
        let row_blanks = self.row_blanks.take();
        let (blanks, left, mut breaks) = match last {
            Some(last) => {
                let blanks = row_blanks.unwrap_or_else(|| blanks((last.kind, last.parent), (kind, parent)));
                (blanks, last.left + last.width + blanks, last.breaks)
            }
            None => (0, 0, 0),
        };
        let broken = newlines > 0
            && parent != JSON_OBJECT
            && last.is_some_and(|last| last.kind == LBRACE && last.parent == JSON_OBJECT);
        if std::mem::take(&mut self.broken) || comments.0 != comments.1 || broken {
            breaks += 1;
        }
        let width = if text.is_ascii() { text.len() } else { text.chars().count() };
        let id = self.elements.len();
        let first = self.tokens.len();
        self.elements.push(Element { kind, first, end: first + 1, id, next: id + 1 });
        self.tokens.push(Piece { kind, parent, text, end, blanks, left, width, comments, newlines, breaks });
    }

    /// Takes back the comma that was added last; the comments before it go to what follows it.
    fn drop_comma(&mut self) {
        if let Some(comma) = self.tokens.pop() {
            self.elements.pop();
            self.gap = comma.comments.0;
        }
    }

    /// A node with its clauses or headers in the one order. There are no comments between them.
    fn reordered(&mut self, node: &'t GreenNodeData, start: usize, kind: SyntaxKind) {
        let mut offset = start;
        let mut parts: Vec<(Part<'t>, usize)> = Vec::new();
        for part in node.children() {
            parts.push((part, offset));
            offset += usize::from(part.text_len());
        }
        let ranked = |(part, _): &(Part<'t>, usize)| rank(kind_of(part)) > 0;
        let first = parts.iter().position(ranked).unwrap_or(parts.len());
        let last = parts.iter().rposition(ranked).map_or(first, |last| last + 1);
        if let Some(middle) = parts.get_mut(first..last) {
            middle.sort_by_key(|(part, _)| rank(kind_of(part)));
        }
        let only = kind == CLAIM_LINE && becomes_only(node);
        for (part, start) in parts {
            self.claim_part(part, start, kind, only);
        }
    }

    fn claim(&mut self, node: &'t GreenNodeData, mut start: usize) {
        let only = becomes_only(node);
        for part in node.children() {
            self.claim_part(part, start, CLAIM_LINE, only);
            start += usize::from(part.text_len());
        }
    }

    /// A part of a claim, with `only P` for `no one except P` where asked for.
    fn claim_part(&mut self, part: Part<'t>, mut start: usize, parent: SyntaxKind, only: bool) {
        let NodeOrToken::Node(subject) = part else { return self.add(part, start, parent) };
        if !only || kind_of(&part) != SUBJECT {
            return self.add(part, start, parent);
        }
        let element = self.open(SUBJECT);
        for part in subject.children() {
            match kind_of(&part) {
                NO_ONE => self.token(ONLY_KW, "only", start + usize::from(part.text_len()), SUBJECT),
                EXCEPT_KW => {}
                _ => self.add(part, start, SUBJECT),
            }
            start += usize::from(part.text_len());
        }
        self.close(element);
    }

    /// `s3:{GetObject}` as `s3:GetObject`.
    fn single(&mut self, node: &'t GreenNodeData, mut start: usize) {
        for part in node.children() {
            if !matches!(kind_of(&part), LBRACE | RBRACE) {
                self.add(part, start, GROUP);
            }
            start += usize::from(part.text_len());
        }
    }

    /// A node in braces that has one part a line if the source has it so.
    fn body(&mut self, node: &'t GreenNodeData, mut start: usize, kind: SyntaxKind) {
        let commas = matches!(kind, TAGS | CONTEXT);
        let mut opened = None;
        let mut last = WHITESPACE;
        for part in node.children() {
            let part_kind = kind_of(&part);
            let is_row = opened.is_some() && !part_kind.is_trivia() && !matches!(part_kind, RBRACE | COMMA);
            if is_row && last != LBRACE {
                if !commas {
                    self.row_blanks = Some(if last == ATTRIBUTE { 1 } else { 2 });
                } else if last != COMMA {
                    self.comma(kind);
                }
            }
            if part_kind == RBRACE && opened.is_some_and(|lines| lines < self.lines) && last != LBRACE {
                self.broken = true;
            }
            self.add(part, start, kind);
            if part_kind == LBRACE {
                opened = Some(self.lines);
            }
            if !part_kind.is_trivia() {
                last = part_kind;
            }
            start += usize::from(part.text_len());
        }
    }

    /// Adds a comma that the source leaves out, before the gap that is open.
    fn comma(&mut self, parent: SyntaxKind) {
        let comments = std::mem::replace(&mut self.gap, self.comments.len());
        let newlines = std::mem::take(&mut self.newlines);
        let end = self.tokens.last().map_or(0, |last| last.end);
        let open = self.comments.split_off(comments);
        self.gap = comments;
        self.token(COMMA, ",", end, parent);
        self.comments.extend(open);
        self.newlines = newlines;
    }
}

/// Whether `no one except P` may be written `only P`: in a claim on what can be done, with no comment in between.
fn becomes_only(claim: &GreenNodeData) -> bool {
    let mut subject_is_no_one = false;
    let mut can = false;
    for part in claim.children() {
        match (kind_of(&part), part) {
            (SUBJECT, NodeOrToken::Node(subject)) => subject_is_no_one = is_no_one_except(subject),
            (CAN, NodeOrToken::Node(node)) => {
                can = !node.children().any(|part| matches!(kind_of(&part), ALWAYS_KW | AT_MOST | COMMENT));
            }
            _ => {}
        }
    }
    subject_is_no_one && can
}

fn is_no_one_except(subject: &GreenNodeData) -> bool {
    let mut except = false;
    subject.children().all(|part| match (kind_of(&part), part) {
        (NO_ONE, NodeOrToken::Node(no_one)) => {
            let mut words = 0;
            no_one.children().all(|part| {
                words += usize::from(!kind_of(&part).is_trivia());
                kind_of(&part) != COMMENT
            }) && words == 2
        }
        (EXCEPT_KW, _) => {
            except = true;
            true
        }
        (COMMENT, _) => false,
        _ => true,
    }) && except
}

/// Whether the group holds one pattern that stays one word without its braces.
fn is_single(group: &GreenNodeData) -> bool {
    let mut patterns = 0;
    group.children().all(|part| match (kind_of(&part), part) {
        (PATTERN, NodeOrToken::Token(token)) => {
            patterns += 1;
            token.text().bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'*')
        }
        (COMMENT, _) => false,
        _ => true,
    }) && patterns == 1
}

/// Whether a node in braces keeps the lines that its writer gave it.
pub(super) fn is_body(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        MEMBER_BODY | STATEMENT_BODY | NODE_BODY | ITEM_BODY | TEST_BODY | INVARIANT_BODY | TAGS | CONTEXT
    )
}

/// Whether `kind` is a body whose parts are members or items.
pub(super) fn is_block(kind: SyntaxKind) -> bool {
    is_body(kind) && !matches!(kind, TAGS | CONTEXT)
}
