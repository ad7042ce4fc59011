//! The tree builder: what the grammar tells, as a rowan tree and errors.

use std::ops::Range;

use rowan::{Checkpoint, Language};

use crate::{
    Iamx, Parse, SyntaxErrorKind, SyntaxKind,
    blame::Blame,
    grammar::Rule,
    green::GreenFile,
    kind::{RuleKind, rule_kind},
    lex::{Lexeme, Lexemes, begins_line},
};

/// Takes what the grammar tells of a file's sections, in order, and makes a tree and errors of it.
pub(crate) struct TreeBuilder<'t> {
    text: &'t str,
    lexemes: &'t Lexemes,
    green: GreenFile,
    /// The lexemes before this one are in the tree, but for `pending`.
    next: usize,
    /// Trivia seen and not yet in the tree: a node takes none at its end.
    pending: Vec<Lexeme>,
    /// End of the last token that isn't trivia.
    last_end: usize,
    open: Vec<Open>,
    blame: Blame<'t>,
}

struct Open {
    kind: SyntaxKind,
    /// Set for a node that is made only if it turns out to have several parts.
    checkpoint: Option<Checkpoint>,
    parts: usize,
}

impl<'t> TreeBuilder<'t> {
    pub(crate) fn new(text: &'t str, lexemes: &'t Lexemes) -> Self {
        Self {
            text,
            lexemes,
            green: GreenFile::new(),
            next: 0,
            pending: Vec::new(),
            last_end: 0,
            open: vec![Open { kind: SyntaxKind::FILE, checkpoint: None, parts: 0 }],
            blame: Blame::new(text),
        }
    }

    pub(crate) fn begin_section(&mut self) {
        if self.open.len() == 1 {
            self.green.item_border(self.last_end);
        }
        self.blame.section();
    }

    /// Says that brackets nest too deep at `lexeme`, and takes the section, up to the letter at `end`, as one error.
    pub(crate) fn too_deep(&mut self, lexeme: Lexeme, end: usize) {
        self.begin_section();
        self.blame.error(SyntaxErrorKind::TooDeep, lexeme.range(), self.last_end);
        self.unread(end);
    }

    /// Takes what the grammar left before the letter at `end`: nothing, unless it ran out of stack.
    pub(crate) fn end_sections(&mut self, end: usize) {
        if let Some(start) = self.unread(end) {
            self.begin_section();
            let unread = SyntaxErrorKind::Unexpected { within: SyntaxKind::FILE };
            self.blame.error(unread, start..self.last_end, start);
        }
    }

    /// Puts what is left before the letter at `end` into the tree as an error; gives its start if there is any.
    fn unread(&mut self, end: usize) -> Option<usize> {
        let end = self.lexeme_at(end);
        let rest = self.lexemes.all.get(self.next..end)?;
        let first = rest.iter().position(|lexeme| !lexeme.kind.is_trivia())?;
        let start = rest.get(first)?.range().start;
        self.advance(self.next + first);
        self.flush_trivia(self.pending.len());
        self.start_node(SyntaxKind::ERROR);
        self.advance(end);
        self.finish_node();
        Some(start)
    }

    pub(crate) fn start(&mut self, rule: Rule, letter: usize) {
        match rule_kind(rule) {
            RuleKind::Transparent => {}
            RuleKind::Token(_) => self.advance_to(letter),
            RuleKind::Missing(expected) => {
                self.advance_to(letter);
                self.blame.missing(expected, self.last_end);
            }
            RuleKind::Node(kind) => {
                self.advance_to(letter);
                self.outermost();
                self.part();
                self.flush_trivia(if takes_docs(kind) { self.docs_start() } else { self.pending.len() });
                self.start_node(kind);
                self.flush_trivia(self.pending.len());
            }
            RuleKind::Collapsible(kind) => {
                self.advance_to(letter);
                self.flush_trivia(self.pending.len());
                self.open.push(Open { kind, checkpoint: Some(self.green.checkpoint()), parts: 0 });
            }
            RuleKind::Bad => {
                self.advance_to(letter);
                self.part();
                self.flush_trivia(self.pending.len());
                self.junk();
                self.start_node(SyntaxKind::ERROR);
            }
        }
    }

    pub(crate) fn end(&mut self, rule: Rule, letter: usize) {
        match rule_kind(rule) {
            RuleKind::Token(kind) => self.merge_to(self.lexeme_at(letter), kind),
            RuleKind::Node(_) => {
                self.advance_to(letter);
                self.finish_node();
            }
            RuleKind::Bad => {
                self.advance_to(letter);
                self.finish_node();
                self.blame.junk_end(self.last_end);
            }
            RuleKind::Collapsible(_) => {
                self.advance_to(letter);
                self.finish_collapsible();
            }
            RuleKind::Missing(_) | RuleKind::Transparent => {}
        }
    }

    fn lexeme_at(&self, letter: usize) -> usize {
        self.lexemes.lexeme_at.get(letter).map_or(self.lexemes.all.len(), |lexeme| *lexeme as usize)
    }

    /// Puts the lexemes before `letter` into the tree.
    fn advance_to(&mut self, letter: usize) {
        self.advance(self.lexeme_at(letter));
    }

    fn advance(&mut self, to: usize) {
        let lexemes = self.lexemes;
        for lexeme in lexemes.all.get(self.next..to).unwrap_or_default() {
            if lexeme.kind.is_trivia() {
                self.pending.push(*lexeme);
            } else {
                self.token(lexeme.kind, lexeme.range());
            }
        }
        self.next = self.next.max(to);
    }

    /// Puts the lexemes before `to` into the tree as one token.
    fn merge_to(&mut self, to: usize, kind: SyntaxKind) {
        let Some([first, .., last] | [first @ last]) = self.lexemes.all.get(self.next..to) else { return };
        let range = first.range().start..last.range().end;
        self.next = to;
        self.token(kind, range);
    }

    /// Counts a part of the innermost open node.
    fn part(&mut self) {
        if let Some(open) = self.open.last_mut() {
            open.parts += 1;
        }
    }

    fn start_node(&mut self, kind: SyntaxKind) {
        self.green.start_node(Iamx::kind_to_raw(kind));
        self.open.push(Open { kind, checkpoint: None, parts: 0 });
    }

    fn finish_node(&mut self) {
        self.green.finish_node();
        self.open.pop();
    }

    fn finish_collapsible(&mut self) {
        let Some(Open { kind, checkpoint: Some(checkpoint), parts }) = self.open.pop() else { return };
        if parts > 1 {
            self.green.start_node_at(checkpoint, Iamx::kind_to_raw(kind));
            self.green.finish_node();
        }
        if parts > 0 {
            self.part();
        }
    }

    fn token(&mut self, kind: SyntaxKind, range: Range<usize>) {
        self.part();
        self.flush_trivia(self.pending.len());
        self.green.token(Iamx::kind_to_raw(kind), self.text.get(range.clone()).unwrap_or_default());
        match kind {
            SyntaxKind::BAD_STRING => self.blame.error(SyntaxErrorKind::UnclosedString, range.clone(), self.last_end),
            SyntaxKind::BARE_ARN => self.blame.error(SyntaxErrorKind::BareArn, range.clone(), self.last_end),
            SyntaxKind::HALF_WORD => self.blame.error(SyntaxErrorKind::HalfWord, range.clone(), self.last_end),
            _ => {}
        }
        self.last_end = range.end;
    }

    fn flush_trivia(&mut self, count: usize) {
        for lexeme in self.pending.drain(..count) {
            let text = self.text.get(lexeme.range()).unwrap_or_default();
            self.green.token(Iamx::kind_to_raw(lexeme.kind), text);
        }
    }

    /// Which of the pending trivia is the first of the doc comments right above what begins.
    fn docs_start(&self) -> usize {
        let mut first = self.pending.len();
        for (index, lexeme) in self.pending.iter().enumerate().rev() {
            let Range { start, end } = lexeme.range();
            let text = self.text.get(start..end).unwrap_or_default();
            match lexeme.kind {
                SyntaxKind::COMMENT if text.starts_with("///") && begins_line(self.text, start) => first = index,
                SyntaxKind::WHITESPACE if text.bytes().filter(|byte| *byte == b'\n').count() <= 1 => {}
                _ => break,
            }
        }
        first
    }

    fn outermost(&mut self) {
        if self.open.len() == 1 {
            self.blame.outermost();
        }
    }

    fn junk(&mut self) {
        let within = self.open.last().map_or(SyntaxKind::FILE, |open| open.kind);
        let mut range = self.lexemes.all.get(self.next).map_or(self.last_end..self.last_end, |lexeme| lexeme.range());
        let word = self.text.get(range.start..).map_or(0, word_length);
        range.end = range.end.max(range.start + word);
        self.outermost();
        self.blame.junk(SyntaxErrorKind::Unexpected { within }, range, self.last_end);
        self.outermost();
    }

    pub(crate) fn finish(mut self) -> Parse {
        self.advance(self.lexemes.all.len());
        self.flush_trivia(self.pending.len());
        Parse { green: self.green.finish(), errors: self.blame.finish() }
    }
}

/// Whether doc comments above a node of this kind belong to it.
fn takes_docs(kind: SyntaxKind) -> bool {
    use SyntaxKind::{
        ACCOUNT_ITEM, ACCOUNT_NODE, ATTRIBUTE, DECLARED, FOR_ITEM, GRANT_ITEM, IF_STATEMENT, INCLUDE, INVARIANT_ITEM,
        LET_ITEM, ORGANIZATION_ITEM, OU_NODE, PARAM_ITEM, PERMISSION, RAW, TEST_ITEM,
    };
    matches!(
        kind,
        ACCOUNT_ITEM
            | ACCOUNT_NODE
            | ATTRIBUTE
            | DECLARED
            | FOR_ITEM
            | GRANT_ITEM
            | IF_STATEMENT
            | INCLUDE
            | INVARIANT_ITEM
            | LET_ITEM
            | ORGANIZATION_ITEM
            | OU_NODE
            | PARAM_ITEM
            | PERMISSION
            | RAW
            | TEST_ITEM
    )
}

/// The length of the word that `text` begins with: for marking it whole, though it may be several lexemes.
fn word_length(text: &str) -> usize {
    text.bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b':' | b'.' | b'@'))
        .count()
}
