//! Whether two trees mean the same: the formatter's check of itself. It shares nothing with the layout but the ranks of
//! clauses, and compares in one walk over both trees.

use rowan::{GreenNodeData, NodeOrToken};

use super::{
    order::{Part, has_order, in_order, kind_of, rank},
    pieces::is_block,
};
use crate::{
    Parse,
    SyntaxKind::{
        self, ARGUMENTS, CAN, CLAIM_LINE, COMMA, COMMENT, CONTEXT, EXCEPT_KW, EXPRS, GROUP, NO_ONE,
        ONLY_KW, PARAMETERS, PATTERN, PLACE_LIST, PREFIX, RBRACE, RBRACKET, RPAREN, SUBJECT, TAGS, USE_GROUP, WORD,
    },
};

/// Whether the two trees have the same tokens in the same nodes, but for what [`format`](crate::format) is free to
/// change: the order of clauses and headers, commas that separate nothing, `no one except P` for `only P`, and the braces
/// of a group of one action. The comments must be the same, in the same order, and doc comments on the same things.
pub(super) fn same_meaning(before: &Parse, after: &Parse) -> bool {
    let (before_root, after_root) = (before.syntax(), after.syntax());
    let (before_green, after_green) = (before_root.green(), after_root.green());
    let mut comparison = Comparison::default();
    let kinds = |parse: &Parse| parse.errors().iter().map(|error| error.kind).collect::<Vec<_>>();
    kinds(before) == kinds(after)
        && comparison.nodes(&before_green, &after_green)
        && comparison.before == comparison.after
}

/// The comments seen so far.
#[derive(Default)]
struct Comments<'t> {
    all: Vec<&'t str>,
    /// Set while parts are visited in another order than the text's.
    paused: bool,
}

impl PartialEq for Comments<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.all == other.all
    }
}

impl<'t> Comments<'t> {
    fn add(&mut self, part: &Part<'t>) {
        if self.paused {
            return;
        }
        match part {
            NodeOrToken::Token(token) if kind_of(part) == COMMENT => self.all.push(token.text().trim_end()),
            _ => {}
        }
    }

    fn add_all(&mut self, node: &'t GreenNodeData) {
        for part in node.children() {
            match part {
                NodeOrToken::Node(node) => self.add_all(node),
                NodeOrToken::Token(_) => self.add(&part),
            }
        }
    }
}

#[derive(Default)]
struct Comparison<'b, 'a> {
    before: Comments<'b>,
    after: Comments<'a>,
    /// Whether the claim at hand says what can be done.
    can: bool,
}

impl<'b, 'a> Comparison<'b, 'a> {
    fn nodes(&mut self, before: &'b GreenNodeData, after: &'a GreenNodeData) -> bool {
        if before.kind() != after.kind() || docs(before) != docs(after) {
            return false;
        }
        let kind = kind_of(&NodeOrToken::Node(before));
        if kind == CLAIM_LINE {
            self.can = before.children().any(|part| kind_of(&part) == CAN);
        }
        if has_order(kind) && !(in_order(before) && in_order(after)) {
            return self.in_ranks(before, after);
        }
        let mut left = parts(before);
        let mut right = parts(after);
        loop {
            match (left.next(&mut self.before), right.next(&mut self.after)) {
                (None, None) => return true,
                (Some(left), Some(right)) => {
                    if !self.parts(left, right) {
                        return false;
                    }
                }
                _ => return false,
            }
        }
    }

    /// Compares nodes with their clauses in the one order.
    fn in_ranks(&mut self, before: &'b GreenNodeData, after: &'a GreenNodeData) -> bool {
        if !self.before.paused {
            self.before.add_all(before);
        }
        if !self.after.paused {
            self.after.add_all(after);
        }
        let (before_paused, after_paused) = (self.before.paused, self.after.paused);
        (self.before.paused, self.after.paused) = (true, true);
        let left = ranked(before);
        let right = ranked(after);
        let same = left.len() == right.len() && left.into_iter().zip(right).all(|(left, right)| self.parts(left, right));
        (self.before.paused, self.after.paused) = (before_paused, after_paused);
        same
    }

    fn parts(&mut self, before: Part<'b>, after: Part<'a>) -> bool {
        match (before, after) {
            (NodeOrToken::Node(left), NodeOrToken::Node(right)) => {
                if self.can && kind_of(&before) == SUBJECT && is_only(right) && !is_only(left) {
                    return self.only(left, right);
                }
                self.nodes(left, right)
            }
            (NodeOrToken::Token(left), NodeOrToken::Token(right)) => {
                left.kind() == right.kind() && left.text() == right.text()
            }
            (NodeOrToken::Node(group), NodeOrToken::Token(word)) => {
                kind_of(&before) == GROUP && kind_of(&after) == WORD && is_group_of(group, word.text())
            }
            (NodeOrToken::Token(_), NodeOrToken::Node(_)) => false,
        }
    }

    /// `no one except P` and `only P`.
    fn only(&mut self, before: &'b GreenNodeData, after: &'a GreenNodeData) -> bool {
        let mut left = parts(before);
        let mut right = parts(after);
        let no_one = left.next(&mut self.before).is_some_and(|part| match part {
            NodeOrToken::Node(node) => kind_of(&part) == NO_ONE && significant(node) == 2,
            NodeOrToken::Token(_) => false,
        });
        let except = left.next(&mut self.before).is_some_and(|part| kind_of(&part) == EXCEPT_KW);
        let only = right.next(&mut self.after).is_some_and(|part| kind_of(&part) == ONLY_KW);
        let same = match (left.next(&mut self.before), right.next(&mut self.after)) {
            (Some(left), Some(right)) => self.parts(left, right),
            _ => false,
        };
        no_one && except && only && same && left.next(&mut self.before).is_none()
    }
}

/// The parts of a node that say something.
struct Parts<I> {
    parts: I,
    node: SyntaxKind,
}

impl<'t, I: Iterator<Item = Part<'t>> + Clone> Parts<I> {
    fn next(&mut self, comments: &mut Comments<'t>) -> Option<Part<'t>> {
        loop {
            let part = self.parts.next()?;
            match kind_of(&part) {
                kind if kind.is_trivia() => comments.add(&part),
                COMMA if self.separates_nothing() => {}
                _ => return Some(part),
            }
        }
    }

    /// Whether the comma just read may be left out.
    fn separates_nothing(&self) -> bool {
        let next = || self.parts.clone().map(|part| kind_of(&part)).find(|kind| !kind.is_trivia());
        match self.node {
            TAGS | CONTEXT => true,
            EXPRS => matches!(next(), None | Some(EXCEPT_KW)),
            PARAMETERS | ARGUMENTS | PLACE_LIST | USE_GROUP | GROUP => {
                matches!(next(), Some(RPAREN | RBRACKET | RBRACE))
            }
            _ => false,
        }
    }
}

fn parts<'t>(node: &'t GreenNodeData) -> Parts<impl Iterator<Item = Part<'t>> + Clone> {
    Parts { parts: node.children(), node: kind_of(&NodeOrToken::Node(node)) }
}

fn significant(node: &GreenNodeData) -> usize {
    node.children().filter(|part| !kind_of(part).is_trivia()).count()
}

/// How many comments stand in the node before its first token.
fn docs(node: &GreenNodeData) -> usize {
    let trivia = node.children().map(|part| kind_of(&part)).take_while(|kind| kind.is_trivia());
    trivia.filter(|kind| *kind == COMMENT).count()
}

fn ranked<'t>(node: &'t GreenNodeData) -> Vec<Part<'t>> {
    let mut parts: Vec<Part<'t>> = node.children().filter(|part| !kind_of(part).is_trivia()).collect();
    // A body comes after every header.
    parts.sort_by_key(|part| if is_block(kind_of(part)) { u8::MAX } else { rank(kind_of(part)) });
    parts
}

fn is_only(subject: &GreenNodeData) -> bool {
    subject.children().next().is_some_and(|part| kind_of(&part) == ONLY_KW)
}

/// Whether `word` is the one action of the group.
fn is_group_of(group: &GreenNodeData, word: &str) -> bool {
    let mut rest = Some(word);
    for part in group.children() {
        if let (PREFIX | PATTERN, NodeOrToken::Token(token)) = (kind_of(&part), part) {
            rest = rest.and_then(|rest| rest.strip_prefix(token.text()));
        }
    }
    rest == Some("") && group.children().filter(|part| kind_of(part) == PATTERN).count() == 1
}
