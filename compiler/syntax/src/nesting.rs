//! How deep brackets nest, told before the grammar, which recurses on them, sees the text.

use crate::{
    SyntaxKind,
    lex::{Lexeme, Lexemes},
};

/// Brackets may nest so deep, and no deeper.
pub const MAX_DEPTH: usize = 64;

/// The first bracket among the letters from `start` to `end` that is nested deeper than [`MAX_DEPTH`].
pub(crate) fn too_deep(lexemes: &Lexemes, start: usize, end: usize) -> Option<Lexeme> {
    let lexeme_at = |letter: usize| lexemes.lexeme_at.get(letter).map(|lexeme| *lexeme as usize);
    let section = lexemes.all.get(lexeme_at(start)?..lexeme_at(end)?)?;
    let mut depth = 0_usize;
    for lexeme in section {
        match lexeme.kind {
            SyntaxKind::LBRACE | SyntaxKind::LBRACKET | SyntaxKind::LPAREN => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Some(*lexeme);
                }
            }
            SyntaxKind::RBRACE | SyntaxKind::RBRACKET | SyntaxKind::RPAREN => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}
