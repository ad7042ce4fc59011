//! What to say of tokens that can't stand where they stand.

use iamx_diagnostic::{Applicability, Diagnostic, Edit, checks};
use iamx_text::Span;
use rowan::{TextRange, TextSize};

use super::{Place, did_you_mean, foreign, quoted, suggest};
use crate::{SyntaxKind, SyntaxToken};

impl Place<'_> {
    pub(super) fn junk(&self, within: SyntaxKind, range: TextRange) -> Diagnostic {
        let span = self.span(range);
        let word = self.slice(range);
        let begins_line = self.begins_line(range.start());
        if within == SyntaxKind::PARAMETERS && word == "=" {
            return Diagnostic::new(&checks::SYNTAX_ERROR, span, "a parameter of a policy or a `let` has no default")
                .help("give the value at each use, or make it a `param` of the workspace");
        }
        if let Some(diagnostic) = self
            .foreign(range)
            .or_else(|| self.single_equals(range))
            .or_else(|| self.tight_label(range))
            .or_else(|| self.wrong_brackets(within, range))
            .or_else(|| self.other_format(within, range))
            .or_else(|| self.other_clause(within, range, begins_line))
            .or_else(|| self.comma_left_out(within, range))
            .or_else(|| self.renamed_in_braces(within, range))
        {
            return diagnostic;
        }
        let keywords = suggest::for_junk(within, begins_line, word);
        if !keywords.is_empty() {
            let message = format!("unknown keyword {}", quoted(word));
            let diagnostic = Diagnostic::new(&checks::SYNTAX_ERROR, span, message);
            // Nothing else can be meant by `Allow`.
            let applicability = match keywords.as_slice() {
                [keyword] if word.eq_ignore_ascii_case(keyword) => Applicability::Safe,
                _ => Applicability::Unsafe,
            };
            return did_you_mean(diagnostic, span, &keywords, applicability);
        }
        let (message, mut help) = self.plain(within, range, begins_line);
        if begins_line {
            help = foreign::help_for(within, word).unwrap_or(help);
        }
        let mut diagnostic = Diagnostic::new(&checks::SYNTAX_ERROR, span, message);
        if let Some(opening) = self.opening(within, range).filter(|_| is_list(within)) {
            diagnostic = diagnostic.related(self.span(opening.text_range()), "opened here");
        }
        if help.is_empty() { diagnostic } else { diagnostic.help(help) }
    }

    /// A label and its statement without the blank that makes them two.
    fn tight_label(&self, range: TextRange) -> Option<Diagnostic> {
        let (label, word) = self.slice(range).split_once(':')?;
        if label.is_empty() || !suggest::STATEMENTS.contains(&word) {
            return None;
        }
        let message = format!("a blank stands between the label `{label}:` and `{word}`");
        let after = range.start() + TextSize::of(label) + TextSize::of(':');
        Some(Diagnostic::new(&checks::SYNTAX_ERROR, self.span(range), message).fix(
            "insert a blank",
            Span::at(self.file, after),
            " ",
            Applicability::Safe,
        ))
    }

    /// A list in brackets of another kind.
    fn wrong_brackets(&self, within: SyntaxKind, range: TextRange) -> Option<Diagnostic> {
        let junk = self.root.token_at_offset(range.start()).right_biased()?.parent()?;
        let (message, opening, closing, (open, close), applicability) = match self.slice(range) {
            "," if within == SyntaxKind::PARENTHESIZED => {
                let list = junk.parent()?;
                (
                    "a list stands between `[` and `]`",
                    list.first_token()?,
                    list.last_token()?,
                    ("[", "]"),
                    Applicability::Unsafe,
                )
            }
            word if word.ends_with(':') => {
                let mut tokens = junk.children_with_tokens().filter_map(rowan::NodeOrToken::into_token);
                let opening = tokens.find(|token| matches!(token.kind(), SyntaxKind::LPAREN | SyntaxKind::LBRACKET))?;
                let message = "several actions of a service stand between `{` and `}`";
                (message, opening, junk.last_token()?, ("{", "}"), Applicability::Safe)
            }
            _ => return None,
        };
        let closed = matches!(closing.kind(), SyntaxKind::RPAREN | SyntaxKind::RBRACKET);
        let diagnostic = Diagnostic::new(&checks::SYNTAX_ERROR, self.span(opening.text_range()), message);
        if !closed {
            return Some(diagnostic);
        }
        let edit =
            |token: &SyntaxToken, with: &str| Edit { span: self.span(token.text_range()), text: with.to_owned() };
        let edits = vec![edit(&opening, open), edit(&closing, close)];
        Some(diagnostic.fix_edits(format!("write `{open}…{close}`"), edits, applicability))
    }

    /// `as` behind one of the names in a `use`'s braces.
    fn renamed_in_braces(&self, within: SyntaxKind, range: TextRange) -> Option<Diagnostic> {
        if within != SyntaxKind::USE_GROUP || self.slice(range) != "as" {
            return None;
        }
        let name = self.previous(range.start())?;
        let path = name.parent_ancestors().find(|node| node.kind() == SyntaxKind::USE_ITEM)?;
        let path = path.children().find(|node| node.kind() == SyntaxKind::USE_PATH)?;
        let alias = self.next_on_line(range.end())?;
        let message = "a name in braces keeps its name: `as` stands behind a single one";
        let help = format!("write it by itself: `use {}.{} as {}`", path.text(), name.text(), alias.text());
        Some(Diagnostic::new(&checks::SYNTAX_ERROR, self.span(range), message).help(help))
    }

    /// Whether `NAME = …` begins at `range`, which holds the name.
    fn is_binding(&self, range: TextRange) -> bool {
        let after = self.text.get(usize::from(range.end())..).unwrap_or_default().trim_start();
        after.starts_with('=') && !after.starts_with("==")
    }

    /// The bracket that opened the node which the junk at `range` stands in.
    fn opening(&self, within: SyntaxKind, range: TextRange) -> Option<SyntaxToken> {
        let token = self.root.token_at_offset(range.start()).right_biased()?;
        let node = token.parent_ancestors().find(|node| node.kind() == within)?;
        node.children_with_tokens()
            .filter_map(rowan::NodeOrToken::into_token)
            .find(|token| matches!(token.kind(), SyntaxKind::LBRACE | SyntaxKind::LBRACKET | SyntaxKind::LPAREN))
    }

    fn plain(&self, within: SyntaxKind, range: TextRange, begins_line: bool) -> (String, &'static str) {
        let found = self.quote(range);
        let word = self.slice(range);
        let list = |close: &str| (format!("expected `,` or `{close}`, found {found}"), "");
        match within {
            SyntaxKind::FILE | SyntaxKind::ITEM_BODY if word == "}" => {
                (format!("{found} closes nothing"), "remove it, or look for a `{` that is missing above")
            }
            SyntaxKind::FILE
                if !begins_line
                    && self.previous(range.start()).is_some_and(|token| token.kind() == SyntaxKind::RBRACE) =>
            {
                (format!("{found} stands outside of any item"), "the `}` before it may be one too many")
            }
            SyntaxKind::FILE | SyntaxKind::ITEM_BODY => (
                format!("expected an item, found {found}"),
                "an item begins with a keyword, such as `policy`, `role`, `resource` or `let`",
            ),
            SyntaxKind::MEMBER_BODY | SyntaxKind::STATEMENT_BODY if word.ends_with(':') => {
                (format!("expected `allow`, `deny` or `raw` after the label {found}"), "")
            }
            SyntaxKind::MEMBER_BODY if begins_line => (
                format!("expected a statement or a member, found {found}"),
                "a statement begins with `allow`, `deny`, `if`, `include` or `raw`",
            ),
            SyntaxKind::STATEMENT_BODY if begins_line => (
                format!("expected a statement, found {found}"),
                "a statement begins with `allow`, `deny`, `if`, `include` or `raw`",
            ),
            SyntaxKind::NODE_BODY => {
                (format!("expected `account`, `ou`, `attach`, `detach` or `tags`, found {found}"), "")
            }
            SyntaxKind::LET_ITEM => (format!("expected `(` before the parameters, found {found}"), ""),
            SyntaxKind::DECLARED if matches!(word, "(" | "[") => {
                (format!("expected `(` before the parameters, found {found}"), "")
            }
            SyntaxKind::DECLARED if word.contains('.') => {
                (format!("expected `:` before a type, found {found}"), "write `resource NAME: TYPE`")
            }
            SyntaxKind::DECLARED | SyntaxKind::ORGANIZATION_ITEM | SyntaxKind::ACCOUNT_ITEM => (
                format!("expected `{{`, found {found}"),
                "before `{` may stand `in`, `named`, `path`, `region`, `encrypted-by` and `until`",
            ),
            SyntaxKind::BRACKETED | SyntaxKind::PLACE_LIST | SyntaxKind::JSON_ARRAY => list("]"),
            SyntaxKind::ARGUMENTS | SyntaxKind::PARAMETERS => list(")"),
            SyntaxKind::JSON_OBJECT if word.starts_with('"') => (
                format!("expected a name and a value of the JSON object, found {found}"),
                "a list stands between `[` and `]`",
            ),
            SyntaxKind::GROUP
            | SyntaxKind::USE_GROUP
            | SyntaxKind::CONTEXT
            | SyntaxKind::TAGS
            | SyntaxKind::JSON_OBJECT => list("}"),
            SyntaxKind::PARENTHESIZED => (format!("expected `)`, found {found}"), ""),
            SyntaxKind::TEST_BODY if self.is_binding(range) => (
                format!("expected `given` or a line of the test, found {found}"),
                "what a request has in it stands in `given { … }` or, for a line, in `with { … }`",
            ),
            SyntaxKind::TEST_BODY if begins_line => (
                format!("expected `given` or a line of the test, found {found}"),
                "a line of a test is `user alice can s3:GetObject on bucket.object(\"a\")`",
            ),
            SyntaxKind::INVARIANT_BODY if begins_line => (
                format!("expected a claim, found {found}"),
                "a claim is `no one can s3:GetObject on bucket` or `only role App can …`",
            ),
            _ => (format!("{found} can't stand here"), ""),
        }
    }
}

fn is_list(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::BRACKETED
            | SyntaxKind::PLACE_LIST
            | SyntaxKind::JSON_ARRAY
            | SyntaxKind::ARGUMENTS
            | SyntaxKind::PARAMETERS
            | SyntaxKind::GROUP
            | SyntaxKind::USE_GROUP
            | SyntaxKind::CONTEXT
            | SyntaxKind::TAGS
            | SyntaxKind::JSON_OBJECT
            | SyntaxKind::PARENTHESIZED
    )
}
