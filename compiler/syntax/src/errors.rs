//! Syntax errors in words: what is wrong, where, and what to do.

mod comments;
mod foreign;
mod junk;
mod slips;
mod suggest;

use iamx_diagnostic::{Applicability, Diagnostic, checks};
use iamx_text::{FileId, Span};
use rowan::{TextRange, TextSize};

use crate::{
    Expected, MAX_DEPTH, Parse, SyntaxError, SyntaxErrorKind, SyntaxKind, SyntaxNode, SyntaxToken,
    letters::{begins_item, is_name},
    lex::begins_line,
};

/// The findings of a parsed file, in the order of its text.
pub fn diagnostics(file: FileId, text: &str, parse: &Parse) -> Vec<Diagnostic> {
    let place = Place { file, text, root: parse.syntax() };
    let errors = parse.errors().iter().map(|error| place.diagnostic(error));
    errors.chain(place.dangling_doc_comment()).collect()
}

/// A file, for asking what stands where.
struct Place<'t> {
    file: FileId,
    text: &'t str,
    root: SyntaxNode,
}

impl Place<'_> {
    fn diagnostic(&self, error: &SyntaxError) -> Diagnostic {
        let span = self.span(error.range);
        match error.kind {
            SyntaxErrorKind::TooLarge => Diagnostic::new(
                &checks::FILE_TOO_LARGE,
                span,
                "the file has more than 4 GiB, which is more than iamx reads",
            )
            .help("split it into modules"),
            SyntaxErrorKind::TooDeep => {
                let message = format!("brackets are nested more than {MAX_DEPTH} deep");
                Diagnostic::new(&checks::NESTING_TOO_DEEP, span, message).help("give an inner part a name with `let`")
            }
            SyntaxErrorKind::ForeignComment => self.foreign_comment(error.range),
            SyntaxErrorKind::UnclosedString => self.unclosed_string(error.range),
            SyntaxErrorKind::BareArn => self.bare_arn(error.range),
            SyntaxErrorKind::HalfWord => self.half_word(error.range),
            SyntaxErrorKind::Expected(expected @ (Expected::Rbrace | Expected::Rbracket | Expected::Rparen)) => {
                self.unclosed_bracket(expected, error.range.start())
            }
            SyntaxErrorKind::Expected(expected) => self.expected(expected, error.range.start()),
            SyntaxErrorKind::Unexpected { within } => self.junk(within, error.range),
        }
    }

    fn unclosed_string(&self, range: TextRange) -> Diagnostic {
        let text = self.slice(range);
        let end = TextSize::of(text.trim_end());
        Diagnostic::new(&checks::UNCLOSED_STRING, self.span(range), "this string isn't closed on its line")
            .help("close it with `\"`; a newline inside a string is written `\\n`")
            .fix("close the string", Span::at(self.file, range.start() + end), "\"", Applicability::Unsafe)
    }

    fn unclosed_bracket(&self, expected: Expected, at: TextSize) -> Diagnostic {
        let bracket = expected.describe();
        let opening = self.unclosed(at, expected);
        let opened = opening.as_ref().map_or("a bracket".to_owned(), |token| format!("`{}`", token.text()));
        let found = self.next_on_line(at).map(|next| format!(", found {}", quoted(next.text()))).unwrap_or_default();
        let own_line = expected == Expected::Rbrace
            && opening
                .as_ref()
                .is_some_and(|token| self.slice(TextRange::new(token.text_range().end(), at)).contains('\n'));
        let closing = format!("{}{}", if own_line { "\n" } else { "" }, bracket.trim_matches('`'));
        let mut diagnostic = Diagnostic::new(
            &checks::UNCLOSED_BRACKET,
            Span::at(self.file, at),
            format!("expected {bracket} to close {opened}{found}"),
        );
        if let Some(opening) = opening {
            diagnostic = diagnostic.related(self.span(opening.text_range()), "opened here");
        }
        diagnostic.fix(format!("insert {bracket}"), Span::at(self.file, at), closing, Applicability::Unsafe)
    }

    /// The opening bracket of the innermost node at `at` that lacks its closing one.
    fn unclosed(&self, at: TextSize, expected: Expected) -> Option<SyntaxToken> {
        let (open, close) = match expected {
            Expected::Rbrace => (SyntaxKind::LBRACE, SyntaxKind::RBRACE),
            Expected::Rbracket => (SyntaxKind::LBRACKET, SyntaxKind::RBRACKET),
            _ => (SyntaxKind::LPAREN, SyntaxKind::RPAREN),
        };
        self.previous(at)?.parent_ancestors().find_map(|node| {
            let tokens = || node.children_with_tokens().filter_map(rowan::NodeOrToken::into_token);
            let closed = tokens().any(|token| token.kind() == close);
            tokens().find(|token| token.kind() == open && !closed)
        })
    }

    fn expected(&self, expected: Expected, at: TextSize) -> Diagnostic {
        let previous = self.previous(at);
        let next = self.next_on_line(at);
        if expected == Expected::Name
            && let Some(keyword) = previous.as_ref().filter(|token| declares(token.kind()))
        {
            return self.missing_name(keyword, next.as_ref());
        }
        let habit = match (expected, &previous, &next) {
            (_, _, Some(next)) if let Some(foreign) = self.foreign(next.text_range()) => Some(foreign),
            (Expected::Equals, Some(previous), Some(next)) => self.other_equals(previous, next),
            (Expected::Body, Some(previous), _) => self.trailing_if(previous),
            _ => None,
        };
        if let Some(diagnostic) = habit {
            return diagnostic;
        }
        if let (Some(name), Some(letter)) = (&previous, &next)
            && name.text_range().end() == letter.text_range().start()
            && letter.kind() == SyntaxKind::JUNK_CHAR
            && letter.text().chars().all(char::is_alphabetic)
        {
            let message = format!("{} can't be part of a name", quoted(letter.text()));
            return Diagnostic::new(&checks::SYNTAX_ERROR, self.span(letter.text_range()), message)
                .help("a name is ASCII letters, digits, `_` and inner hyphens; any text may stand in quotes");
        }
        let words = next.as_ref().map(|next| suggest::for_expected(expected, next.text())).unwrap_or_default();
        let wanted = wanted(expected, previous.as_ref().map(SyntaxToken::text));
        let after = previous.map(|token| format!(" after {}", quoted(token.text()))).unwrap_or_default();
        let found = next.as_ref().map(|next| format!(", found {}", quoted(next.text()))).unwrap_or_default();
        let message = format!("expected {wanted}{after}{found}");
        let span = next.as_ref().map_or(Span::at(self.file, at), |next| self.span(next.text_range()));
        let diagnostic = Diagnostic::new(&checks::SYNTAX_ERROR, span, message);
        let blank = if expected == Expected::Comma { "" } else { " " };
        match next {
            _ if !words.is_empty() => did_you_mean(diagnostic, span, &words, Applicability::Unsafe),
            Some(next) if expected == Expected::Actions && next.text() == "{" => {
                diagnostic.help("the actions come first: `allow s3:GetObject on prod-logs`")
            }
            Some(next) if expected == Expected::Equals && next.kind() == SyntaxKind::COLON => {
                diagnostic.help("a `let` has no type: its value says what it is")
            }
            Some(next) if wants_name(expected) && is_reserved(next.text()) && !goes_on(next.text()) => {
                diagnostic.help(format!("{} is a reserved word and names nothing", quoted(next.text())))
            }
            _ if inserts(expected) => diagnostic.fix(
                format!("insert {}", expected.describe()),
                Span::at(self.file, at),
                format!("{blank}{}", expected.describe().trim_matches('`')),
                Applicability::Unsafe,
            ),
            _ => diagnostic,
        }
    }

    fn missing_name(&self, keyword: &SyntaxToken, next: Option<&SyntaxToken>) -> Diagnostic {
        if let Some(next) = next.filter(|next| is_reserved(next.text())) {
            let word = next.text();
            let message = format!("`{word}` is a reserved word, so it can't be the name of this `{}`", keyword.text());
            let is_principal = keyword.parent().is_some_and(|parent| parent.kind() == SyntaxKind::PRINCIPAL);
            if is_principal && word == "account" {
                return Diagnostic::new(&checks::MISSING_NAME, self.span(next.text_range()), message)
                    .help("the account of what the policy is of is `account self.account`");
            }
            return Diagnostic::new(&checks::MISSING_NAME, self.span(next.text_range()), message).help(format!(
                "choose another name, such as `the-{word}`; what AWS calls it is free: `named \"{word}\"`"
            ));
        }
        let found = next.map(|next| format!(", found {}", quoted(next.text()))).unwrap_or_default();
        let message = format!("expected a name after `{}`{found}", keyword.text());
        let span = next.map_or(Span::at(self.file, keyword.text_range().end()), |next| self.span(next.text_range()));
        let diagnostic = Diagnostic::new(&checks::MISSING_NAME, span, message);
        match next {
            Some(next) if next.kind() == SyntaxKind::STRING => {
                let name = next.text().trim_matches('"');
                let is_name = is_name(name);
                let diagnostic = diagnostic.help("a name is letters, digits, `_` and single hyphens, without quotes");
                let terraform = next.next_sibling_or_token().is_some_and(|_| name.starts_with("aws_"));
                match (terraform, is_name) {
                    (true, _) => {
                        diagnostic.help("a resource of Terraform's is named by `extern`; a role is `role R { … }`")
                    }
                    (false, true) => {
                        diagnostic.fix(format!("write `{name}`"), span, name.to_owned(), Applicability::Safe)
                    }
                    _ => diagnostic,
                }
            }
            _ => diagnostic,
        }
    }

    fn span(&self, range: TextRange) -> Span {
        Span::new(self.file, range)
    }

    fn slice(&self, range: TextRange) -> &str {
        self.text.get(usize::from(range.start())..usize::from(range.end())).unwrap_or_default()
    }

    fn quote(&self, range: TextRange) -> String {
        quoted(self.slice(range))
    }

    /// The token that ends at `at` or before it.
    fn previous(&self, at: TextSize) -> Option<SyntaxToken> {
        let mut token = self.root.token_at_offset(at).left_biased()?;
        while token.kind().is_trivia() || token.text_range().start() >= at {
            token = token.prev_token()?;
        }
        Some(token)
    }

    /// The token that follows `at` on its line.
    fn next_on_line(&self, at: TextSize) -> Option<SyntaxToken> {
        let mut token = self.root.token_at_offset(at).right_biased()?;
        while token.kind().is_trivia() || token.text_range().start() < at {
            token = token.next_token()?;
        }
        let between = self.slice(TextRange::new(at, token.text_range().start()));
        (!between.contains('\n')).then_some(token)
    }

    /// Whether `at` is the first text of its line.
    fn begins_line(&self, at: TextSize) -> bool {
        begins_line(self.text, at.into())
    }
}

/// Asks whether one of `words`, which are equally near, is meant.
fn did_you_mean(diagnostic: Diagnostic, span: Span, words: &[&str], applicability: Applicability) -> Diagnostic {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    let diagnostic = diagnostic.help(format!("did you mean {}?", quoted.join(" or ")));
    match words {
        [word] => diagnostic.fix(format!("replace with `{word}`"), span, *word, applicability),
        _ => diagnostic,
    }
}

/// The user's text in backticks, cut where it is long.
fn quoted(text: &str) -> String {
    const LONGEST: usize = 40;
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("`{}…`", line.get(..end).unwrap_or_default()),
        None => format!("`{line}`"),
    }
}

fn is_reserved(text: &str) -> bool {
    crate::letters::word(text).0.is_reserved()
}

/// Whether the reserved word goes on with the statement, so that nobody means it for a name.
fn goes_on(text: &str) -> bool {
    suggest::CLAUSES.contains(&text) || matches!(text, "in" | "is" | "as" | "with" | "can" | "cannot" | "using")
}

/// What is expected, where the word before it says more than the part's name.
fn wanted(expected: Expected, previous: Option<&str>) -> &'static str {
    match (expected, previous.unwrap_or_default()) {
        (Expected::Word, "no") => "`one`",
        (Expected::Word, "as" | "session") => "`role`",
        (Expected::Word, "management") => "`account`",
        (Expected::Word, "detach") => "`aws`",
        (Expected::Word, "at") => "`most`",
        (Expected::Word, "escalate") => "`privileges`",
        (Expected::Word, "assign") => "`group` or `user`",
        (Expected::Word, "any" | "all" | "exists") => "a condition key",
        (Expected::Word, "unchecked") => "an action, a condition key or a type",
        _ => expected.describe(),
    }
}

/// Whether a name must follow the keyword, as it declares something.
fn declares(kind: SyntaxKind) -> bool {
    let nameless = matches!(
        kind,
        SyntaxKind::USE_KW
            | SyntaxKind::GRANT_KW
            | SyntaxKind::TEST_KW
            | SyntaxKind::INVARIANT_KW
            | SyntaxKind::OPEN_KW
            | SyntaxKind::WITHIN_KW
    );
    kind == SyntaxKind::OU_KW || begins_item(kind) && !nameless
}

fn wants_name(expected: Expected) -> bool {
    matches!(
        expected,
        Expected::Name
            | Expected::Value
            | Expected::Actions
            | Expected::Resources
            | Expected::Principals
            | Expected::Condition
            | Expected::Scope
            | Expected::Type
            | Expected::List
    )
}

/// Whether what is expected is one certain token.
fn inserts(expected: Expected) -> bool {
    matches!(
        expected,
        Expected::Equals | Expected::Colon | Expected::In | Expected::Is | Expected::Lparen | Expected::Comma
    )
}
