//! What an editor may fold: bodies, lists over several lines, runs of comments and of `use`.

use iamx_syntax::{NodeOrToken, Parse, SyntaxKind, SyntaxToken, TextRange};

/// A range that may be folded, from the end of its first line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fold {
    /// From the opening bracket or first line to the closing one.
    pub range: TextRange,
    /// What it is.
    pub kind: FoldKind,
}

/// What a [`Fold`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum FoldKind {
    Brackets,
    Comments,
    Uses,
}

/// The foldable ranges of a file, by their beginnings. Ranges of one line are among them; who shows them leaves them out.
pub fn folds(parse: &Parse) -> Vec<Fold> {
    let root = parse.syntax();
    let mut folds = Vec::new();
    let mut open: Vec<SyntaxToken> = Vec::new();
    let mut comments: Option<TextRange> = None;
    for token in root.descendants_with_tokens().filter_map(NodeOrToken::into_token) {
        match token.kind() {
            SyntaxKind::LBRACE | SyntaxKind::LBRACKET | SyntaxKind::LPAREN => open.push(token.clone()),
            SyntaxKind::RBRACE | SyntaxKind::RBRACKET | SyntaxKind::RPAREN => {
                // A bracket of another kind closes nothing.
                if open.last().is_some_and(|opening| closes(opening.kind(), token.kind()))
                    && let Some(opening) = open.pop()
                {
                    let range = opening.text_range().cover(token.text_range());
                    folds.push(Fold { range, kind: FoldKind::Brackets });
                }
            }
            _ => {}
        }
        match token.kind() {
            SyntaxKind::COMMENT => {
                comments = Some(comments.map_or(token.text_range(), |range| range.cover(token.text_range())));
            }
            SyntaxKind::WHITESPACE if token.text().matches('\n').count() < 2 => {}
            _ => folds.extend(comments.take().map(|range| Fold { range, kind: FoldKind::Comments })),
        }
    }
    folds.extend(comments.map(|range| Fold { range, kind: FoldKind::Comments }));
    let uses = root.children().filter(|node| node.kind() == SyntaxKind::USE_ITEM).map(|node| node.text_range());
    folds.extend(uses.reduce(TextRange::cover).map(|range| Fold { range, kind: FoldKind::Uses }));
    folds.sort_by_key(|fold| (fold.range.start(), fold.range.end()));
    folds
}

fn closes(opening: SyntaxKind, closing: SyntaxKind) -> bool {
    matches!(
        (opening, closing),
        (SyntaxKind::LBRACE, SyntaxKind::RBRACE)
            | (SyntaxKind::LBRACKET, SyntaxKind::RBRACKET)
            | (SyntaxKind::LPAREN, SyntaxKind::RPAREN)
    )
}
