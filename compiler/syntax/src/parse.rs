//! From text through the grammars to the tree, section by section.

use pest::{Parser, Token};
use rowan::{GreenNode, GreenNodeBuilder, Language, TextRange, TextSize};

use crate::{
    Iamx, SyntaxKind, SyntaxNode,
    blame::text_range,
    build::TreeBuilder,
    grammar::syntax::{Grammar, Rule},
    kind::Expected,
    lex::{Lexemes, lex},
    nesting::too_deep,
};

/// A file's tree and what is wrong in it. Cheap to clone, and may be sent to other threads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parse {
    pub(crate) green: GreenNode,
    pub(crate) errors: Vec<SyntaxError>,
}

impl Parse {
    /// The root of the tree, a `FILE`. Its text is the parsed text, byte for byte.
    pub fn syntax(&self) -> SyntaxNode {
        SyntaxNode::new_root(self.green.clone())
    }

    /// What doesn't fit the grammar, in the order of the text; one error a place.
    pub fn errors(&self) -> &[SyntaxError] {
        &self.errors
    }
}

/// Something that the grammar doesn't take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// What it is.
    pub kind: SyntaxErrorKind,
    /// The text at fault; empty, at the end of what stands before, where something is missing.
    pub range: TextRange,
}

/// What is wrong at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyntaxErrorKind {
    /// A part that must follow doesn't.
    Expected(Expected),
    /// A token that can't stand where it stands; `within` is the node around it.
    Unexpected {
        /// The node whose part the token would be.
        within: SyntaxKind,
    },
    /// A comment as another language has it.
    ForeignComment,
    /// A string without an end on its line.
    UnclosedString,
    /// An ARN without quotes.
    BareArn,
    /// `prefix:` with nothing after it.
    HalfWord,
    /// Brackets nested deeper than [`MAX_DEPTH`](crate::MAX_DEPTH).
    TooDeep,
    /// More bytes than an offset can count.
    TooLarge,
}

/// Parses the text of a file. Never fails: the tree's text is `text`, whatever that is.
pub fn parse(text: &str) -> Parse {
    let Some(lexemes) = lex(text) else { return Parse::unread() };
    let mut builder = TreeBuilder::new(text, &lexemes);
    let mut start = 0;
    for (index, &section) in lexemes.sections.iter().enumerate() {
        let next = lexemes.sections.get(index + 1).copied();
        // Without the border.
        let end = next.map_or(lexemes.letters.len(), |next| next - 1);
        if let Some(lexeme) = too_deep(&lexemes, section, end) {
            sections(&mut builder, &lexemes, start, section.saturating_sub(1));
            builder.too_deep(lexeme, end);
            start = next.unwrap_or(end);
        } else if next.is_none() || end - start > RUN {
            sections(&mut builder, &lexemes, start, end);
            start = next.unwrap_or(end);
        }
    }
    let mut parse = builder.finish();
    if !lexemes.foreign_comments.is_empty() {
        parse.errors.extend(
            lexemes
                .foreign_comments
                .iter()
                .map(|comment| SyntaxError { kind: SyntaxErrorKind::ForeignComment, range: text_range(comment) }),
        );
        parse.errors.sort_by_key(|error| error.range.start());
    }
    parse
}

/// The grammar sees so many letters at a time, and the rest of the section: its list of tokens stays in the cache.
const RUN: usize = 8 * 1024;

/// Puts the sections among the letters from `start` to `end` into the tree.
fn sections(builder: &mut TreeBuilder<'_>, lexemes: &Lexemes, start: usize, end: usize) {
    let letters = lexemes.letters.get(start..end).unwrap_or_default();
    if let Ok(pairs) = Grammar::parse(Rule::sections, letters) {
        for token in pairs.tokens() {
            match token {
                Token::Start { rule: Rule::section, .. } => builder.begin_section(),
                Token::Start { rule, pos } => builder.start(rule, start + pos.pos()),
                Token::End { rule, pos } => builder.end(rule, start + pos.pos()),
            }
        }
    }
    builder.end_sections(end);
}

impl Parse {
    /// The tree of a file too large to be read.
    fn unread() -> Self {
        let mut green = GreenNodeBuilder::new();
        green.start_node(Iamx::kind_to_raw(SyntaxKind::FILE));
        green.finish_node();
        let error = SyntaxError { kind: SyntaxErrorKind::TooLarge, range: TextRange::empty(TextSize::new(0)) };
        Self { green: green.finish(), errors: vec![error] }
    }
}
