//! From text through the lexical grammar to lexemes, and the letters that stand for them.

use std::ops::Range;

use pest::{Parser, Token};

use crate::{
    SyntaxKind,
    grammar::lexical::{Grammar, Rule},
    letters,
};

/// A file's lexemes, trivia among them.
pub(crate) struct Lexemes {
    pub(crate) all: Vec<Lexeme>,
    /// A letter for each lexeme that isn't trivia and for each gap between two.
    pub(crate) letters: String,
    /// For each byte of `letters`, and for their end, which lexeme it is, or is the first of the gap.
    pub(crate) lexeme_at: Vec<u32>,
    /// Where among the letters each section begins: an item, an attribute, or what
    /// stands before the first.
    pub(crate) sections: Vec<usize>,
    /// Comments as other languages have them, which are blanks here too, and told.
    pub(crate) foreign_comments: Vec<Range<usize>>,
}

#[derive(Clone, Copy)]
pub(crate) struct Lexeme {
    pub(crate) kind: SyntaxKind,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Lexeme {
    pub(crate) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// The lexical grammar sees so much of the text at a time, to the end of a line: its list of tokens stays in the cache.
const CHUNK: usize = 16 * 1024;

/// Takes `text` apart; `None` if it has more bytes than an offset can count.
pub(crate) fn lex(text: &str) -> Option<Lexemes> {
    u32::try_from(text.len()).ok()?;
    let mut lexer = Lexer::new(text);
    let mut start = 0;
    while start < text.len() {
        let end = chunk_end(text, start);
        lexer.chunk(start, end);
        start = end;
    }
    Some(lexer.finish())
}

/// Behind the first line end that is [`CHUNK`] bytes or more from `start`.
fn chunk_end(text: &str, start: usize) -> usize {
    let rest = text.as_bytes().get(start + CHUNK..).unwrap_or_default();
    rest.iter().position(|byte| *byte == b'\n').map_or(text.len(), |offset| start + CHUNK + offset + 1)
}

struct Lexer<'t> {
    text: &'t str,
    lexemes: Lexemes,
    /// Up to here the text is in lexemes.
    cursor: usize,
    /// The first lexeme of the trivia that no letter stands for yet.
    gap: Option<usize>,
    gap_ends_line: bool,
    /// There may be a `*/` in what is left.
    comments_end: bool,
}

impl<'t> Lexer<'t> {
    fn new(text: &'t str) -> Self {
        let lexemes = Lexemes {
            all: Vec::with_capacity(text.len() / 3),
            letters: String::with_capacity(text.len() / 2),
            lexeme_at: Vec::with_capacity(text.len() / 2),
            sections: vec![0],
            foreign_comments: Vec::new(),
        };
        Self { text, lexemes, cursor: 0, gap: None, gap_ends_line: false, comments_end: true }
    }

    fn chunk(&mut self, start: usize, end: usize) {
        let Some(pairs) = self.text.get(start..end).and_then(|chunk| Grammar::parse(Rule::lexemes, chunk).ok()) else {
            return;
        };
        // What begins before the cursor is in a lexeme already, of another form.
        let mut is_read = false;
        for token in pairs.tokens() {
            match token {
                Token::Start { rule: Rule::lexemes | Rule::EOI, .. }
                | Token::End { rule: Rule::lexemes | Rule::EOI, .. } => {}
                Token::Start { pos, .. } if start + pos.pos() < self.cursor => is_read = true,
                Token::End { pos, .. } if std::mem::take(&mut is_read) => self.lengthen_comment(start + pos.pos()),
                Token::Start { pos, .. } => self.blanks_to(start + pos.pos()),
                Token::End { rule, pos } => self.lexeme(rule, start + pos.pos()),
            }
        }
        self.blanks_to(end);
    }

    fn blanks_to(&mut self, position: usize) {
        if self.cursor < position {
            let blanks = self.text.get(self.cursor..position).unwrap_or_default();
            self.gap_ends_line |= blanks.contains('\n');
            self.trivia(SyntaxKind::WHITESPACE, position);
        }
    }

    fn trivia(&mut self, kind: SyntaxKind, end: usize) {
        self.gap.get_or_insert(self.lexemes.all.len());
        self.push(kind, end);
    }

    fn push(&mut self, kind: SyntaxKind, end: usize) {
        self.lexemes.all.push(Lexeme { kind, start: narrow(self.cursor), end: narrow(end) });
        self.cursor = end;
    }

    /// What is left before `end` is a comment, line by line.
    fn comment_to(&mut self, end: usize) {
        while self.cursor < end {
            let rest = self.text.get(self.cursor..end).unwrap_or_default();
            let blanks = rest.len() - rest.trim_start().len();
            self.blanks_to(self.cursor + blanks);
            let line = rest.get(blanks..).and_then(|rest| rest.lines().next()).unwrap_or_default();
            if !line.is_empty() {
                self.trivia(SyntaxKind::COMMENT, self.cursor + line.len());
            }
        }
    }

    /// The comment that was read last goes on to `end`, on its line: what stands behind it would be something else on another.
    fn lengthen_comment(&mut self, end: usize) {
        if self.cursor < end
            && let Some(comment) = self.lexemes.all.last_mut()
        {
            comment.end = narrow(end);
            self.cursor = end;
        }
    }

    /// The end of the comment of another language that begins here: `/* … */`, or `# …` to the end of its line.
    fn foreign_comment(&mut self, text: &str) -> Option<usize> {
        let before = self.text.get(..self.cursor)?.chars().next_back();
        let behind_a_comment = self.lexemes.all.last().is_some_and(|last| last.kind == SyntaxKind::COMMENT);
        if !behind_a_comment && before.is_some_and(|before| !before.is_whitespace() && before != '\u{FEFF}') {
            return None;
        }
        let rest = self.text.get(self.cursor..)?;
        let line = || rest.find('\n').unwrap_or(rest.len());
        if rest.starts_with("/*") {
            let end = if self.comments_end { rest.get(2..)?.find("*/") } else { None };
            self.comments_end = end.is_some();
            return Some(self.cursor + end.map_or_else(line, |end| end + 4));
        }
        // `#alow(…)` is an attribute with a slip in it.
        let is_comment = text.starts_with('#') && text != "#allow" && !rest.get(text.len()..)?.starts_with('(');
        is_comment.then(|| self.cursor + line())
    }

    fn lexeme(&mut self, rule: Rule, end: usize) {
        let text = self.text.get(self.cursor..end).unwrap_or_default();
        let kind = match rule {
            Rule::comment => return self.trivia(SyntaxKind::COMMENT, end),
            Rule::name if let Some(end) = self.bare_arn(text, end) => {
                return self.significant(SyntaxKind::BARE_ARN, letters::value(SyntaxKind::BARE_ARN), end);
            }
            Rule::name => {
                let (kind, letter) = self.word(text, end);
                let letter = if self.gap_ends_line { letters::begin_line(letter) } else { letter };
                return self.significant(kind, letter, end);
            }
            Rule::string => SyntaxKind::STRING,
            Rule::bad_string => SyntaxKind::BAD_STRING,
            Rule::exponent => SyntaxKind::JSON_NUMBER,
            Rule::date => SyntaxKind::DATE,
            Rule::duration => SyntaxKind::DURATION,
            Rule::number => SyntaxKind::NUMBER,
            Rule::digits => SyntaxKind::JUNK_CHAR,
            Rule::hash | Rule::junk if let Some(end) = self.foreign_comment(text) => {
                self.lexemes.foreign_comments.push(self.cursor..end);
                return self.comment_to(end);
            }
            _ => {
                let (kind, letter) = letters::mark(text);
                return self.significant(kind, letter, end);
            }
        };
        self.significant(kind, letters::value(kind), end);
    }

    /// The end of an ARN without quotes whose first word, `text`, ends at `end`. No service is called `arn`.
    fn bare_arn(&self, text: &str, end: usize) -> Option<usize> {
        let rest = self.text.get(end..).filter(|rest| text == "arn" && rest.starts_with(":aws"))?;
        let arn = rest.split(|c: char| c.is_whitespace() || matches!(c, ',' | '"')).next()?;
        let arn = if arn.contains('{') { arn } else { arn.trim_end_matches(['}', ')', ']', ';', '{', '(']) };
        (arn.matches(':').count() > 2).then_some(end + arn.len())
    }

    /// A word that a colon and more follow is no keyword: `account:ListRegions`.
    fn word(&self, text: &str, end: usize) -> (SyntaxKind, char) {
        let mut after = self.text.get(end..).unwrap_or_default().bytes();
        let goes_on = after.next() == Some(b':')
            && after
                .next()
                .is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'*' | b'"' | b'@' | b'{'));
        if goes_on { (SyntaxKind::NAME, letters::name(text)) } else { letters::word(text) }
    }

    fn significant(&mut self, kind: SyntaxKind, letter: char, end: usize) {
        if let Some(gap) = self.gap.take() {
            let letter = if std::mem::take(&mut self.gap_ends_line) { letters::LINE_GAP } else { letters::GAP };
            self.letter(letter, gap);
        }
        self.section(kind);
        self.letter(letter, self.lexemes.all.len());
        self.push(kind, end);
    }

    fn letter(&mut self, letter: char, lexeme: usize) {
        self.lexemes.letters.push(letter);
        self.lexemes.lexeme_at.resize(self.lexemes.letters.len(), narrow(lexeme));
    }

    /// Begins a section where an item or an attribute stands in column 0.
    fn section(&mut self, kind: SyntaxKind) {
        let attribute = self.text.as_bytes().get(self.cursor) == Some(&b'#');
        if (attribute || letters::begins_item(kind)) && self.in_first_column() {
            self.letter(letters::BORDER, self.lexemes.all.len());
            self.lexemes.sections.push(self.lexemes.letters.len());
        }
    }

    fn in_first_column(&self) -> bool {
        self.cursor.checked_sub(1).is_none_or(|before| self.text.as_bytes().get(before) == Some(&b'\n'))
    }

    fn finish(mut self) -> Lexemes {
        self.blanks_to(self.text.len());
        if let Some(gap) = self.gap.take() {
            self.letter(letters::GAP, gap);
        }
        self.lexemes.lexeme_at.push(narrow(self.lexemes.all.len()));
        self.lexemes
    }
}

/// Whether only blanks, as the grammar has them, stand before `offset` on its line.
pub(crate) fn begins_line(text: &str, offset: usize) -> bool {
    let before = text.get(..offset).unwrap_or_default();
    before.trim_end_matches([' ', '\t', '\r', '\u{FEFF}']).chars().next_back().is_none_or(|last| last == '\n')
}

/// `lex` has seen that every offset fits.
fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
