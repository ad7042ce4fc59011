//! The one order of clauses and of headers.

use rowan::{GreenNodeData, Language, NodeOrToken};

use crate::{
    Iamx,
    SyntaxKind::{
        self, CLAIM_LINE, COMMENT, DECLARED, ENCRYPTED_BY_HEADER, GRANT_ITEM, IN_HEADER, NAMED_HEADER, ON_CLAUSE,
        ONLY_CLAUSE, PATH_HEADER, PERMISSION, REGION_HEADER, TO_CLAUSE, TRUST, UNLESS_CLAUSE, UNTIL_CLAUSE,
        WHEN_CLAUSE,
    },
};

/// A part of a green node.
pub(super) type Part<'t> = NodeOrToken<&'t GreenNodeData, &'t rowan::GreenTokenData>;

/// The kind of a part.
pub(super) fn kind_of(part: &Part<'_>) -> SyntaxKind {
    Iamx::kind_from_raw(match part {
        NodeOrToken::Node(node) => node.kind(),
        NodeOrToken::Token(token) => token.kind(),
    })
}

/// Whether the parts of such a node may stand in any order.
pub(super) fn has_order(node: SyntaxKind) -> bool {
    matches!(node, PERMISSION | TRUST | GRANT_ITEM | CLAIM_LINE | DECLARED)
}

/// Where a clause or header stands among its siblings; 0 for any other part.
pub(super) fn rank(part: SyntaxKind) -> u8 {
    match part {
        ON_CLAUSE | IN_HEADER => 1,
        TO_CLAUSE | NAMED_HEADER => 2,
        WHEN_CLAUSE | PATH_HEADER => 3,
        UNLESS_CLAUSE | REGION_HEADER => 4,
        ENCRYPTED_BY_HEADER => 5,
        UNTIL_CLAUSE => 6,
        ONLY_CLAUSE => 7,
        _ => 0,
    }
}

/// Whether clauses and headers stand in their order already.
pub(super) fn in_order(node: &GreenNodeData) -> bool {
    let mut last = 0;
    node.children().all(|part| {
        let rank = rank(kind_of(&part));
        let fits = rank == 0 || rank >= last;
        last = rank.max(last);
        fits
    })
}

/// Whether a clause or header is there twice.
pub(super) fn has_duplicates(node: &GreenNodeData) -> bool {
    let mut seen = 0_u8;
    node.children().map(|part| rank(kind_of(&part))).filter(|rank| *rank > 0).any(|rank| {
        let bit = 1_u8.checked_shl(u32::from(rank)).unwrap_or_default();
        let twice = seen & bit != 0;
        seen |= bit;
        twice
    })
}

/// Whether a comment stands in or between the node's clauses or headers.
pub(super) fn has_comments(node: &GreenNodeData) -> bool {
    let ranked = |part: &Part<'_>| rank(kind_of(part)) > 0;
    let last = node.children().enumerate().rfind(|(_, part)| ranked(part)).map_or(0, |(index, _)| index + 1);
    node.children().take(last).skip_while(|part| !ranked(part)).any(|part| holds_comment(&part))
}

fn holds_comment(part: &Part<'_>) -> bool {
    match part {
        NodeOrToken::Node(node) => node.children().any(|part| holds_comment(&part)),
        NodeOrToken::Token(_) => kind_of(part) == COMMENT,
    }
}
