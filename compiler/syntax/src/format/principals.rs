//! `principal is P` where `to` says the same: the whole `when` of a guardrail's statement, or the whole `unless` of a
//! `deny`.

use rowan::{GreenNodeData, NodeOrToken};

use super::order::{Part, has_comments, has_duplicates, kind_of};
use crate::SyntaxKind::{
    self, BRACKETED, COMMA, DENY_KW, EXCEPT_KW, EXPRS, IS_KW, PRINCIPAL_IS, RCP_KW, SCP_KW, STAR, TO_CLAUSE,
    UNLESS_CLAUSE, WHEN_CLAUSE,
};

/// A clause that says to whom a statement applies, and could be a `to`.
#[derive(Debug)]
pub(super) struct ToForm<'t> {
    /// `when` or `unless`.
    pub(super) clause: SyntaxKind,
    /// The principals and the commas between them.
    pub(super) principals: Vec<Part<'t>>,
}

impl ToForm<'_> {
    /// Whether it names those to whom the statement doesn't apply.
    pub(super) fn excepts(&self) -> bool {
        self.clause == UNLESS_CLAUSE
    }
}

/// Whether the item is a guardrail, in which `to` becomes a condition.
pub(super) fn is_guardrail(declared: &GreenNodeData) -> bool {
    declared.children().any(|part| matches!(kind_of(&part), SCP_KW | RCP_KW))
}

/// The clause of a statement that is better written as a `to`. Without a `to` that is said in guardrails alone, since
/// elsewhere a statement must say it, or must not.
pub(super) fn to_form(permission: &GreenNodeData, guardrail: bool) -> Option<ToForm<'_>> {
    let mut to = None;
    let mut when = None;
    let mut unless = None;
    let mut deny = false;
    for part in permission.children() {
        match (kind_of(&part), part) {
            (TO_CLAUSE, NodeOrToken::Node(node)) => to = Some(is_everyone(node)),
            (WHEN_CLAUSE, NodeOrToken::Node(node)) => when = principals(node),
            (UNLESS_CLAUSE, NodeOrToken::Node(node)) => unless = principals(node),
            (DENY_KW, _) => deny = true,
            _ => {}
        }
    }
    let form = match (to, when, unless) {
        (None, Some(principals), _) if guardrail => ToForm { clause: WHEN_CLAUSE, principals },
        (None, None, Some(principals)) if guardrail && deny => ToForm { clause: UNLESS_CLAUSE, principals },
        (Some(true), _, Some(principals)) if deny => ToForm { clause: UNLESS_CLAUSE, principals },
        _ => return None,
    };
    (!has_duplicates(permission) && !has_comments(permission)).then_some(form)
}

/// The parts of a node that aren't trivia.
fn significant(node: &GreenNodeData) -> impl Iterator<Item = Part<'_>> {
    node.children().filter(|part| !kind_of(part).is_trivia())
}

/// Whether the clause is `to *`.
fn is_everyone(to: &GreenNodeData) -> bool {
    significant(to).nth(1).is_some_and(|part| match part {
        NodeOrToken::Node(exprs) => significant(exprs).map(|part| kind_of(&part)).eq([STAR]),
        NodeOrToken::Token(_) => false,
    })
}

/// P of a clause that is `principal is P` and nothing more.
fn principals(clause: &GreenNodeData) -> Option<Vec<Part<'_>>> {
    let mut parts = significant(clause).skip(1);
    let (Some(NodeOrToken::Node(is)), None) = (parts.next(), parts.next()) else { return None };
    if kind_of(&NodeOrToken::Node(is)) != PRINCIPAL_IS {
        return None;
    }
    let mut parts = significant(is).skip_while(|part| kind_of(part) != IS_KW).skip(1);
    let (Some(principal), None) = (parts.next(), parts.next()) else { return None };
    let NodeOrToken::Node(list) = principal else { return Some(vec![principal]) };
    if kind_of(&principal) != BRACKETED {
        return Some(vec![principal]);
    }
    let exprs = significant(list).find(|part| kind_of(part) == EXPRS)?;
    let NodeOrToken::Node(exprs) = exprs else { return None };
    let mut principals: Vec<Part<'_>> = significant(exprs).collect();
    if principals.iter().any(|part| kind_of(part) == EXCEPT_KW) {
        return None;
    }
    if principals.last().is_some_and(|part| kind_of(part) == COMMA) {
        principals.pop();
    }
    Some(principals)
}
