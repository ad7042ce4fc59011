//! The tree by meaning: a type for each kind of node, with its parts by name.
//!
//! Any part may be missing, since the tree of a broken text is whole only where the text is.

mod expectation;
mod expression;
mod item;
mod json;
mod statement;

pub use expectation::{Asked, Assertion, AtMost, Binding, ClaimLine, ClaimSubject, Context, InvariantItem, TestItem};
pub use expression::{
    Arguments, Bracketed, Call, CallIn, Comparison, Condition, Expr, Exprs, Group, Negation, Parenthesized, Place,
    Postfix, Principal, Test, WordCall,
};
pub use item::{
    AccountNode, Attribute, Declared, DeclaredKind, File, ForItem, Foreign, Header, Item, LetItem, NodePart,
    OrganizationItem, OrganizationNode, OuNode, ParamItem, Parameter, Parameters, Path, Scope, ScopePart, Tags,
    TypeCall, TypeRef, UseItem, WithinItem,
};
pub use json::{Json, JsonArray, JsonMember, JsonObject};
pub use statement::{
    AccessKey, Assign, Attachment, Body, BodyPart, Clause, Grant, IfStatement, Include, Member, OnClause, Permission,
    Raw, Session, Statement, Trust,
};

use crate::{SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken, TextRange};

/// A typed view of a node.
pub trait AstNode: Sized {
    /// The view of `node`, or `None` if it is of another kind.
    fn cast(node: SyntaxNode) -> Option<Self>;
    /// The node itself.
    fn syntax(&self) -> &SyntaxNode;
    /// The text's range from the first to the last token that isn't a comment or blank.
    fn range(&self) -> TextRange {
        significant_range(self.syntax())
    }
}

/// The range of `node` without the doc comments it begins with.
pub fn significant_range(node: &SyntaxNode) -> TextRange {
    let start = node
        .children_with_tokens()
        .find(|element| !element.kind().is_trivia())
        .map_or(node.text_range().start(), |element| element.text_range().start());
    TextRange::new(start, node.text_range().end())
}

/// The doc comment above what `node` declares, without the slashes; lines are joined by blanks.
pub fn documentation(node: &SyntaxNode) -> Option<String> {
    let lines: Vec<_> = node
        .children_with_tokens()
        .take_while(|element| element.kind().is_trivia())
        .filter_map(SyntaxElement::into_token)
        .filter(|token| token.kind() == SyntaxKind::COMMENT)
        .filter_map(|token| token.text().strip_prefix("///").map(|line| line.trim().to_owned()))
        .filter(|line| !line.is_empty())
        .collect();
    (!lines.is_empty()).then(|| lines.join(" "))
}

macro_rules! ast_node {
    ($(#[$doc:meta])* $name:ident, $($kind:ident)|+) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub struct $name(SyntaxNode);

        impl AstNode for $name {
            fn cast(node: SyntaxNode) -> Option<Self> {
                matches!(node.kind(), $(SyntaxKind::$kind)|+).then_some(Self(node))
            }

            fn syntax(&self) -> &SyntaxNode {
                &self.0
            }
        }
    };
}
pub(crate) use ast_node;

fn child<N: AstNode>(node: &SyntaxNode) -> Option<N> {
    node.children().find_map(N::cast)
}

fn children<N: AstNode>(node: &SyntaxNode) -> impl Iterator<Item = N> + use<N> {
    node.children().filter_map(N::cast)
}

fn token(node: &SyntaxNode, kind: SyntaxKind) -> Option<SyntaxToken> {
    tokens(node, kind).next()
}

fn tokens(node: &SyntaxNode, kind: SyntaxKind) -> impl Iterator<Item = SyntaxToken> + use<> {
    node.children_with_tokens().filter_map(SyntaxElement::into_token).filter(move |token| token.kind() == kind)
}

fn expressions(node: &SyntaxNode) -> impl Iterator<Item = Expr> + use<> {
    node.children_with_tokens().filter_map(Expr::cast)
}
