//! From the tree to the row of tokens: their order, what is left out, and what is put in another's place.

use rowan::{GreenNodeData, Language, NodeOrToken};

use super::{Comment, Element, Piece, Pieces, is_body};
use crate::{
    Iamx,
    SyntaxKind::{
        self, ALWAYS_KW, ARGUMENTS, ASKED, AT_MOST, ATTRIBUTE, BRACKETED, CAN, CLAIM_LINE, COMMA, COMMENT, CONTEXT,
        DECLARED, EXCEPT_KW, EXPRS, GRANT_ITEM, GROUP, JSON_OBJECT, LBRACE, NO_ONE, ONLY_KW, PARAMETERS, PARENTHESIZED,
        PATTERN, PERMISSION, PLACE_LIST, RBRACE, RBRACKET, RPAREN, STAR, SUBJECT, TAGS, TO_CLAUSE, TO_KW, USE_GROUP,
        WHITESPACE,
    },
    format::{
        order::{Part, has_comments, has_duplicates, has_order, in_order, kind_of, rank},
        principals::{ToForm, is_guardrail, to_form},
        spacing::blanks,
    },
};

impl<'t> Pieces<'t> {
    /// Adds white space or a comment.
    pub(in crate::format) fn trivia(&mut self, kind: SyntaxKind, text: &'t str, start: usize) {
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
    pub(in crate::format) fn node(&mut self, node: &'t GreenNodeData, start: usize, parent: SyntaxKind) {
        let kind = Iamx::kind_from_raw(node.kind());
        let actions = self.actions;
        self.actions = match kind {
            EXPRS => matches!(parent, PERMISSION | GRANT_ITEM | ASKED) || (actions && parent == BRACKETED),
            BRACKETED | GROUP => actions,
            _ => false,
        };
        if kind == DECLARED {
            self.guardrail = is_guardrail(node);
        }
        let element = self.open(kind);
        if kind == PERMISSION
            && let Some(form) = to_form(node, self.guardrail)
        {
            self.with_to(node, start, &form);
        } else if has_order(kind) && !in_order(node) && !has_duplicates(node) && !has_comments(node) {
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
            RPAREN | RBRACKET => matches!(parent, ARGUMENTS | PARAMETERS | PARENTHESIZED | PLACE_LIST),
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

    /// A statement with a `to` in place of its `principal is`. There are no comments between its clauses.
    fn with_to(&mut self, node: &'t GreenNodeData, start: usize, form: &ToForm<'t>) {
        let mut offset = start;
        let mut parts: Vec<(u8, Part<'t>, usize)> = Vec::new();
        for part in node.children() {
            let kind = kind_of(&part);
            if kind != TO_CLAUSE {
                parts.push((rank(if kind == form.clause { TO_CLAUSE } else { kind }), part, offset));
            }
            offset += usize::from(part.text_len());
        }
        parts.sort_by_key(|(rank, ..)| *rank);
        for (_, part, start) in parts {
            if kind_of(&part) == form.clause {
                self.to(form, start + usize::from(part.text_len()));
            } else {
                self.add(part, start, PERMISSION);
            }
        }
    }

    fn to(&mut self, form: &ToForm<'t>, end: usize) {
        let clause = self.open(TO_CLAUSE);
        self.token(TO_KW, "to", end, TO_CLAUSE);
        let exprs = self.open(EXPRS);
        if form.excepts() {
            self.token(STAR, "*", end, EXPRS);
            self.token(EXCEPT_KW, "except", end, EXPRS);
        }
        for part in &form.principals {
            self.add(*part, end, EXPRS);
        }
        self.close(exprs);
        self.close(clause);
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
            if !matches!(kind_of(&part), LBRACE | RBRACE | COMMA) {
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
