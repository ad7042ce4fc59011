//! Whether two trees mean the same: the formatter's check of itself. It shares nothing with the layout but the ranks of
//! clauses, and compares in one walk over both trees.

use rowan::{GreenNodeData, NodeOrToken};

use super::{
    order::{Part, has_order, in_order, kind_of, rank},
    pieces::is_block,
    principals::{ToForm, is_guardrail, to_form},
};
use crate::{
    Parse,
    SyntaxKind::{
        self, ARGUMENTS, CAN, CLAIM_LINE, COMMA, COMMENT, CONTEXT, DECLARED, EXCEPT_KW, EXPRS, GROUP, ONLY_KW,
        PARAMETERS, PARENTHESIZED, PATTERN, PERMISSION, PLACE_LIST, PREFIX, RBRACE, RBRACKET, RPAREN, STAR, SUBJECT,
        TAGS, TO_CLAUSE, USE_GROUP, WORD,
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

/// Adds all comments of a node.
fn add_comments<'t>(comments: &mut Vec<&'t str>, node: &'t GreenNodeData) {
    for part in node.children() {
        match part {
            NodeOrToken::Node(node) => add_comments(comments, node),
            NodeOrToken::Token(token) if kind_of(&part) == COMMENT => comments.push(token.text().trim_end()),
            NodeOrToken::Token(_) => {}
        }
    }
}

#[derive(Default)]
struct Comparison<'b, 'a> {
    /// The comments seen so far.
    before: Vec<&'b str>,
    after: Vec<&'a str>,
    /// Set where comments were added already.
    paused: bool,
    /// Whether the claim at hand says what can be done.
    can: bool,
    /// Whether the item at hand is a guardrail.
    guardrail: bool,
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
        if kind == DECLARED {
            self.guardrail = is_guardrail(before);
        }
        if kind == PERMISSION
            && let Some(form) = to_form(before, self.guardrail)
            && to_form(after, self.guardrail).is_none()
        {
            return self.with_to(before, after, &form);
        }
        if has_order(kind) && !(in_order(before) && in_order(after)) {
            return self.in_ranks(before, after);
        }
        let mut left = parts(before);
        let mut right = parts(after);
        loop {
            let seen = !self.paused;
            match (left.next(seen.then_some(&mut self.before)), right.next(seen.then_some(&mut self.after))) {
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
        self.out_of_order(before, after, |comparison| comparison.all(&ranked(before), &ranked(after)))
    }

    /// A statement with `principal is`, and one with a `to` in its place.
    fn with_to(&mut self, before: &'b GreenNodeData, after: &'a GreenNodeData, form: &ToForm<'b>) -> bool {
        let mut left = ranked(before);
        let mut right = ranked(after);
        left.retain(|part| kind_of(part) != form.clause && kind_of(part) != TO_CLAUSE);
        let to = right.iter().position(|part| kind_of(part) == TO_CLAUSE).map(|to| right.remove(to));
        let Some(NodeOrToken::Node(to)) = to else { return false };
        let Some(NodeOrToken::Node(exprs)) = to.children().next_back() else { return false };
        let principals: Vec<Part<'a>> = exprs.children().filter(|part| !kind_of(part).is_trivia()).collect();
        let principals = match principals.as_slice() {
            [everyone, except, rest @ ..] if form.excepts() => {
                if kind_of(everyone) != STAR || kind_of(except) != EXCEPT_KW {
                    return false;
                }
                rest
            }
            principals => principals,
        };
        self.out_of_order(before, after, |comparison| {
            comparison.all(&left, &right) && comparison.all(&form.principals, principals)
        })
    }

    /// Compares the parts of nodes in another order than the text's; the nodes' comments are compared in that.
    fn out_of_order(
        &mut self,
        before: &'b GreenNodeData,
        after: &'a GreenNodeData,
        compare: impl FnOnce(&mut Self) -> bool,
    ) -> bool {
        let paused = self.paused;
        if !paused {
            add_comments(&mut self.before, before);
            add_comments(&mut self.after, after);
        }
        self.paused = true;
        let same = compare(self);
        self.paused = paused;
        same
    }

    fn all(&mut self, before: &[Part<'b>], after: &[Part<'a>]) -> bool {
        before.len() == after.len() && before.iter().zip(after).all(|(left, right)| self.parts(*left, *right))
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

    /// `no one except P` and `only P`; there are no comments but in P.
    fn only(&mut self, before: &'b GreenNodeData, after: &'a GreenNodeData) -> bool {
        let left: Vec<Part<'b>> = before.children().filter(|part| !kind_of(part).is_trivia()).collect();
        let right: Vec<Part<'a>> = after.children().filter(|part| !kind_of(part).is_trivia()).collect();
        let ([NodeOrToken::Node(no_one), except, left], [_, right]) = (left.as_slice(), right.as_slice()) else {
            return false;
        };
        let words = no_one.children().filter(|part| !kind_of(part).is_trivia()).count();
        kind_of(except) == EXCEPT_KW && words == 2 && self.parts(*left, *right)
    }
}

/// The parts of a node that say something.
struct Parts<I> {
    parts: I,
    node: SyntaxKind,
}

impl<'t, I: Iterator<Item = Part<'t>> + Clone> Parts<I> {
    /// The next part; the comments before it go into `comments`.
    fn next(&mut self, comments: Option<&mut Vec<&'t str>>) -> Option<Part<'t>> {
        let mut comments = comments;
        loop {
            let part = self.parts.next()?;
            match kind_of(&part) {
                COMMENT => {
                    if let (Some(comments), NodeOrToken::Token(token)) = (&mut comments, part) {
                        comments.push(token.text().trim_end());
                    }
                }
                kind if kind.is_trivia() => {}
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
            PARAMETERS | ARGUMENTS | PARENTHESIZED | PLACE_LIST | USE_GROUP | GROUP => {
                matches!(next(), Some(RPAREN | RBRACKET | RBRACE))
            }
            _ => false,
        }
    }
}

fn parts(node: &GreenNodeData) -> Parts<impl Iterator<Item = Part<'_>> + Clone> {
    Parts { parts: node.children(), node: kind_of(&NodeOrToken::Node(node)) }
}

/// How many comments stand in the node before its first token.
fn docs(node: &GreenNodeData) -> usize {
    let trivia = node.children().map(|part| kind_of(&part)).take_while(|kind| kind.is_trivia());
    trivia.filter(|kind| *kind == COMMENT).count()
}

fn ranked(node: &GreenNodeData) -> Vec<Part<'_>> {
    let mut parts: Vec<Part<'_>> = node.children().filter(|part| !kind_of(part).is_trivia()).collect();
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

#[cfg(test)]
mod tests {
    use super::same_meaning;
    use crate::parse;

    fn same(before: &str, after: &str) -> bool {
        same_meaning(&parse(before), &parse(after))
    }

    #[test]
    fn takes_what_the_formatter_may_change() {
        for (before, after) in [
            ("policy P { allow a:B when c on d }", "policy P {\n  allow a:B on d when c\n}"),
            ("role R named \"r\" in prod {}", "role R in prod named \"r\" {}"),
            ("let a = [1, 2,]", "let a = [1,2]"),
            ("let a = b, c,", "let a = b, c"),
            ("role R { tags { a = 1 b = 2 } }", "role R { tags { a = 1, b = 2, } }"),
            ("policy P { allow s3:{GetObject} }", "policy P { allow s3:GetObject }"),
            ("invariant \"i\" { no one except role A can a:B }", "invariant \"i\" { only role A can a:B }"),
            ("scp S { deny a:B when principal is role A on * }", "scp S { deny a:B on * to role A }"),
            ("scp S { deny a:B unless principal is [role A] }", "scp S { deny a:B to * except role A }"),
            ("let a = 1 // b  \r\n", "let a = 1 // b\n"),
        ] {
            assert!(same(before, after), "{before} | {after}");
        }
    }

    #[test]
    fn refuses_any_other_change() {
        for (before, after) in [
            ("let a = 1", "let a = 2"),
            ("let a = 1", ""),
            ("let a = 1\nlet b = 2", "let b = 2\nlet a = 1"),
            ("let a = [1, 2]", "let a = [2, 1]"),
            ("let a = [[1], 2]", "let a = [[1, 2]]"),
            ("let a = [1] except [2]", "let a = [1, 2]"),
            ("let a = 1 // b", "let a = 1"),
            ("let a = 1 // b\n// c", "let a = 1 // c\n// b"),
            ("let a = 1\n/// d\n\nlet b = 2", "let a = 1\n/// d\nlet b = 2"),
            ("policy P { allow a:B when c on d }", "policy P { allow a:B on d unless c }"),
            ("policy P { allow a:B when c on d when e }", "policy P { allow a:B on d when e when c }"),
            (
                "policy P {\n allow a:B\n // x\n when c // y\n on d }",
                "policy P {\n allow a:B\n // y\n on d // x\n when c }",
            ),
            ("policy P { allow s3:{GetObject} }", "policy P { allow s3:PutObject }"),
            ("policy P { allow s3:{Get, Put} }", "policy P { allow s3:Get }"),
            ("invariant \"i\" { no one except role A cannot a:B }", "invariant \"i\" { only role A cannot a:B }"),
            ("invariant \"i\" { no one in ou W except role A can a:B }", "invariant \"i\" { only role A can a:B }"),
            ("invariant \"i\" { no one except role A can a:B }", "invariant \"i\" { only role B can a:B }"),
            ("policy P { deny a:B when principal is role A }", "policy P { deny a:B to role A }"),
            ("scp S { allow a:B unless principal is role A }", "scp S { allow a:B to * except role A }"),
            ("scp S { deny a:B when principal is role A }", "scp S { deny a:B to * except role A }"),
            ("scp S { deny a:B unless principal is [role A, role B] }", "scp S { deny a:B to * except role A }"),
            ("policy P {", "policy P {}"),
        ] {
            assert!(!same(before, after), "{before} | {after}");
        }
    }
}
