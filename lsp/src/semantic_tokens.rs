//! Words as the protocol's semantic tokens.

use iamx_ide::{Word, WordKind, words};
use iamx_text::TextRange;
use tower_lsp::ls_types::{SemanticToken, SemanticTokenModifier, SemanticTokenType, SemanticTokensLegend};

use crate::{position::Encoding, state::Document};

const TYPES: [SemanticTokenType; 14] = [
    SemanticTokenType::KEYWORD,
    SemanticTokenType::COMMENT,
    SemanticTokenType::STRING,
    SemanticTokenType::NUMBER,
    SemanticTokenType::OPERATOR,
    SemanticTokenType::METHOD,
    SemanticTokenType::PROPERTY,
    SemanticTokenType::FUNCTION,
    SemanticTokenType::NAMESPACE,
    SemanticTokenType::CLASS,
    SemanticTokenType::VARIABLE,
    SemanticTokenType::PARAMETER,
    SemanticTokenType::TYPE,
    SemanticTokenType::DECORATOR,
];
const DECLARATION: u32 = 1;
const DOCUMENTATION: u32 = 2;

pub(crate) fn legend() -> SemanticTokensLegend {
    SemanticTokensLegend {
        token_types: TYPES.to_vec(),
        token_modifiers: vec![SemanticTokenModifier::DECLARATION, SemanticTokenModifier::DOCUMENTATION],
    }
}

/// The tokens of a text, or of a part of it.
pub(crate) fn tokens(document: &Document, encoding: Encoding, within: Option<TextRange>) -> Vec<SemanticToken> {
    let parse = iamx_syntax::parse(&document.text);
    let positions = document.positions(encoding);
    let mut tokens = Vec::new();
    let mut last = (0, 0);
    for word in words(&parse) {
        if within.is_some_and(|within| within.intersect(word.range).is_none()) {
            continue;
        }
        let Some(kind) = type_of(&word) else { continue };
        let start = positions.position(word.range.start());
        let length = positions.position(word.range.end()).character.saturating_sub(start.character);
        let delta_line = start.line - last.0;
        let delta_start = if delta_line == 0 { start.character - last.1 } else { start.character };
        last = (start.line, start.character);
        let token_type = TYPES.iter().position(|one| *one == kind).and_then(|at| u32::try_from(at).ok());
        let doc = if word.kind == WordKind::DocComment { DOCUMENTATION } else { 0 };
        let declares = if word.declares { DECLARATION } else { 0 };
        tokens.push(SemanticToken {
            delta_line,
            delta_start,
            length,
            token_type: token_type.unwrap_or_default(),
            token_modifiers_bitset: doc | declares,
        });
    }
    tokens
}

fn type_of(word: &Word) -> Option<SemanticTokenType> {
    Some(match word.kind {
        WordKind::Keyword => SemanticTokenType::KEYWORD,
        WordKind::Comment | WordKind::DocComment => SemanticTokenType::COMMENT,
        WordKind::String => SemanticTokenType::STRING,
        WordKind::Number => SemanticTokenType::NUMBER,
        WordKind::Operator => SemanticTokenType::OPERATOR,
        WordKind::Action => SemanticTokenType::METHOD,
        WordKind::ConditionKey | WordKind::Tag => SemanticTokenType::PROPERTY,
        WordKind::ConditionOperator => SemanticTokenType::FUNCTION,
        WordKind::Label | WordKind::Attribute => SemanticTokenType::DECORATOR,
        WordKind::Account | WordKind::Module => SemanticTokenType::NAMESPACE,
        WordKind::Identity | WordKind::Policy | WordKind::Resource => SemanticTokenType::CLASS,
        WordKind::Value => SemanticTokenType::VARIABLE,
        WordKind::Parameter => SemanticTokenType::PARAMETER,
        WordKind::Type => SemanticTokenType::TYPE,
        // Only a look at the whole workspace says more: the editor's own colour stays.
        WordKind::Name => return None,
    })
}
