use crate::SyntaxKind;

/// The language, as the tree library wants it named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Iamx {}

impl rowan::Language for Iamx {
    type Kind = SyntaxKind;

    fn kind_from_raw(raw: rowan::SyntaxKind) -> SyntaxKind {
        SyntaxKind::from_raw(raw.0)
    }

    fn kind_to_raw(kind: SyntaxKind) -> rowan::SyntaxKind {
        rowan::SyntaxKind(kind as u16)
    }
}

/// A node of the tree.
pub type SyntaxNode = rowan::SyntaxNode<Iamx>;
/// A token of the tree.
pub type SyntaxToken = rowan::SyntaxToken<Iamx>;
/// A node or token of the tree.
pub type SyntaxElement = rowan::SyntaxElement<Iamx>;
