//! The letter of each kind of lexeme: what `grammar/letters.pest` calls it.

use std::sync::LazyLock;

use crate::{
    SyntaxKind,
    kind::{KEYWORDS, RESERVED_COUNT},
};

/// A blank or comment between lexemes.
pub(crate) const GAP: char = ' ';
/// A gap with a line end in it.
pub(crate) const LINE_GAP: char = '\n';

/// What stands between two sections.
pub(crate) const BORDER: char = '|';

const RESERVED: u32 = 0x100;
const CONTEXTUAL: u32 = 0x180;
const NULL: char = '\u{1EF}';
/// A name that begins its line: it may be a slip of an item's keyword.
const LINE_NAME: char = '\u{1F0}';
const NAME: char = '\u{1F1}';
const LINE_HYPHENATED_NAME: char = '\u{1F2}';
const HYPHENATED_NAME: char = '\u{1F3}';
const DIGITS: char = 'w';
const JUNK: char = '!';

/// A keyword, its kind and its letter.
type Keyword = (&'static str, SyntaxKind, char);

/// A word's letter, and its kind where it is a keyword.
pub(crate) fn word(text: &str) -> (SyntaxKind, char) {
    static KEYWORDS_BY_SHAPE: LazyLock<Vec<Vec<Keyword>>> = LazyLock::new(|| {
        let mut table = vec![Vec::new(); SHAPES];
        for (index, (text, kind)) in KEYWORDS.iter().enumerate() {
            if let Some(bucket) = shape(text).and_then(|shape| table.get_mut(shape)) {
                bucket.push((*text, *kind, keyword(index)));
            }
        }
        table
    });
    let keyword = shape(text)
        .and_then(|shape| KEYWORDS_BY_SHAPE.get(shape))
        .and_then(|bucket| bucket.iter().find(|(keyword, ..)| *keyword == text));
    match keyword {
        Some(&(_, kind, letter)) => (kind, letter),
        None => (SyntaxKind::NAME, name(text)),
    }
}

/// Whether `text` is formed as a name is: `[A-Za-z_][A-Za-z0-9_]*(-[A-Za-z0-9_]+)*`.
pub fn is_word(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.split('-').all(|part| {
            !part.is_empty() && part.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
        })
}

/// Whether `text` can be given to something as its name: a word that is none of the language's own.
pub fn is_name(text: &str) -> bool {
    is_word(text) && !word(text).0.is_reserved()
}

/// The letter of a word that is no keyword, or that can't be one where it stands.
pub(crate) fn name(text: &str) -> char {
    match text {
        "null" => NULL,
        _ if text.contains('-') => HYPHENATED_NAME,
        _ => NAME,
    }
}

/// The letter of a word where it begins its line.
pub(crate) fn begin_line(letter: char) -> char {
    match letter {
        NAME => LINE_NAME,
        HYPHENATED_NAME => LINE_HYPHENATED_NAME,
        other => other,
    }
}

/// The kind and letter of a mark, a hash word or a stray character.
pub(crate) fn mark(text: &str) -> (SyntaxKind, char) {
    match text {
        "{" => (SyntaxKind::LBRACE, '{'),
        "}" => (SyntaxKind::RBRACE, '}'),
        "[" => (SyntaxKind::LBRACKET, '['),
        "]" => (SyntaxKind::RBRACKET, ']'),
        "(" => (SyntaxKind::LPAREN, '('),
        ")" => (SyntaxKind::RPAREN, ')'),
        "," => (SyntaxKind::COMMA, ','),
        ":" => (SyntaxKind::COLON, ':'),
        "." => (SyntaxKind::DOT, '.'),
        "*" => (SyntaxKind::STAR, '*'),
        "?" => (SyntaxKind::QUESTION, '?'),
        "=" => (SyntaxKind::EQUALS, '='),
        "==" => (SyntaxKind::EQ_EQ, '<'),
        "!=" => (SyntaxKind::NOT_EQ, '<'),
        "<=" => (SyntaxKind::LT_EQ, '<'),
        ">=" => (SyntaxKind::GT_EQ, '<'),
        "<" => (SyntaxKind::LT, '<'),
        ">" => (SyntaxKind::GT, '<'),
        "@" => (SyntaxKind::JUNK_CHAR, '@'),
        "/" => (SyntaxKind::JUNK_CHAR, '/'),
        "-" => (SyntaxKind::JUNK_CHAR, '-'),
        "#allow" => (SyntaxKind::HASH_ALLOW, '#'),
        _ => (SyntaxKind::JUNK_CHAR, JUNK),
    }
}

/// The letter of a string, a numeral, or digits that are none.
pub(crate) fn value(kind: SyntaxKind) -> char {
    match kind {
        SyntaxKind::STRING => 's',
        SyntaxKind::BAD_STRING | SyntaxKind::BARE_ARN => 'u',
        SyntaxKind::DATE => 'D',
        SyntaxKind::DURATION => 'h',
        SyntaxKind::NUMBER => '0',
        SyntaxKind::JSON_NUMBER => 'x',
        _ => DIGITS,
    }
}

/// Whether a lexeme with this letter begins an item where it stands in column 0.
pub(crate) fn begins_item(kind: SyntaxKind) -> bool {
    (SyntaxKind::USE_KW..=SyntaxKind::WITHIN_KW).contains(&kind)
}

fn keyword(index: usize) -> char {
    let index = u32::try_from(index).unwrap_or(u32::MAX);
    let reserved = u32::try_from(RESERVED_COUNT).unwrap_or(u32::MAX);
    let code = if index < reserved { RESERVED + index } else { CONTEXTUAL + index - reserved };
    char::from_u32(code).unwrap_or(JUNK)
}

/// One for each first letter and length.
const SHAPES: usize = 26 * LONGEST;
/// No keyword has as many bytes.
const LONGEST: usize = 32;

/// What a word has in common with few others; `None` where no keyword is like it.
fn shape(text: &str) -> Option<usize> {
    let first = usize::from(text.bytes().next()?.wrapping_sub(b'a'));
    (text.len() < LONGEST).then_some(first * LONGEST + text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The keyword rules of the grammar are the table's, in its order, and the ranges of words hold what they say.
    #[test]
    fn grammar_agrees_with_the_table() {
        let grammar = include_str!("grammar/letters.pest");
        let written: Vec<(&str, &str)> = grammar
            .lines()
            .filter(|line| line.starts_with("kw_"))
            .map(|line| line.split_once('=').unwrap())
            .map(|(name, rule)| (name.trim(), rule.trim()))
            .collect();
        let expected: Vec<(String, String)> = KEYWORDS
            .iter()
            .enumerate()
            .map(|(index, (text, _))| {
                (
                    format!("kw_{}", text.replace('-', "_")),
                    format!("_{{ \"\\u{{{:X}}}\" ~ trivia }}", u32::from(keyword(index))),
                )
            })
            .collect();
        assert_eq!(written.len(), expected.len());
        for (written, expected) in written.iter().zip(&expected) {
            assert_eq!((written.0, written.1), (expected.0.as_str(), expected.1.as_str()));
        }

        let range = |first: &str, last: &str| {
            format!("'\\u{{{:X}}}'..'\\u{{{:X}}}'", u32::from(word(first).1), u32::from(word(last).1))
        };
        let names = format!("'\\u{{{:X}}}'..'\\u{{{:X}}}'", u32::from(LINE_NAME), u32::from(HYPHENATED_NAME));
        assert!(grammar.contains(&format!("item_word    = _{{ {} }}", range("use", "within"))));
        assert!(grammar.contains(&format!("member_word  = _{{ {} |", range("trust", "raw"))));
        assert!(grammar.contains(&format!("free_word    = _{{ {} }}", range("management", "a-b"))));
        assert!(grammar.contains(&format!("any_word     = _{{ {} }}", range("use", "a-b"))));
        assert!(grammar.contains(&format!("plain_name   = _{{ {names} }}")));
        assert!(u32::from(keyword(RESERVED_COUNT - 1)) < CONTEXTUAL);
        assert!(u32::from(keyword(KEYWORDS.len() - 1)) < u32::from(NULL));
    }

    #[test]
    fn reserved_words_are_those_of_the_language() {
        let reserved: Vec<&str> =
            KEYWORDS.iter().filter(|(_, kind)| kind.is_reserved()).map(|(text, _)| *text).collect();
        for free in ["management", "named", "path", "region", "encrypted-by", "rotate", "aws", "one", "most", "always"]
        {
            assert!(!reserved.contains(&free), "{free}");
            assert!(KEYWORDS.iter().any(|(text, _)| *text == free), "{free}");
        }
        for taken in ["policy", "allow", "when", "principal", "exists", "absent", "in", "ou", "account", "role"] {
            assert!(reserved.contains(&taken), "{taken}");
        }
    }
}
