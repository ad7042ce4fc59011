//! How many blanks stand between two tokens on one line.

use crate::SyntaxKind::{
    self, COLON, COMMA, DOT, GROUP, INDEX, LBRACE, LBRACKET, LPAREN, PARENTHESIZED, PREFIX, QUESTION, RBRACE, RBRACKET,
    RPAREN, USE_GROUP,
};

/// A token's kind and that of the node around it.
pub(super) type Place = (SyntaxKind, SyntaxKind);

/// The blanks between `left` and `right`: none or one.
pub(super) fn blanks(left: Place, right: Place) -> usize {
    let none = match right {
        (COMMA | RPAREN | RBRACKET | DOT | QUESTION | COLON, _) => true,
        (RBRACE, parent) => tight(parent) || left.0 == LBRACE,
        (LPAREN, parent) => parent != PARENTHESIZED || opens(left),
        (LBRACKET, parent) => parent == INDEX || opens(left),
        (LBRACE, parent) => tight(parent),
        _ => opens(left),
    };
    usize::from(!none)
}

/// Nothing stands between `left` and what follows it.
fn opens(left: Place) -> bool {
    match left.0 {
        LPAREN | LBRACKET | DOT | PREFIX => true,
        LBRACE => tight(left.1),
        _ => false,
    }
}

/// Whether the node's braces hug what they hold, as in `s3:{GetObject}`.
fn tight(node: SyntaxKind) -> bool {
    matches!(node, GROUP | USE_GROUP)
}
