//! Signs of other languages that iamx has a form of its own for. Where one is told, the others beside it are told with it.

use iamx_diagnostic::{Applicability, Diagnostic, Edit, checks};
use rowan::{TextRange, TextSize};

use super::Place;
use crate::{SyntaxKind, SyntaxNode, SyntaxToken};

/// So many of the slips beside the first are marked.
const MAX_MARKED: usize = 8;
/// So many signs behind the first are looked at: each may be one of a long text.
const MAX_LOOKED_AT: usize = 256;

/// A sign of another language.
struct Slip {
    range: TextRange,
    message: String,
    /// What mends it, and its text; `None` where that isn't known.
    fix: Option<(String, String)>,
}

impl Place<'_> {
    /// What begins at `range`, as other languages write it.
    pub(super) fn foreign(&self, range: TextRange) -> Option<Diagnostic> {
        self.slip(range).map(|slip| self.told(slip))
    }

    pub(super) fn bare_arn(&self, range: TextRange) -> Diagnostic {
        self.told(self.bare_arn_slip(range))
    }

    pub(super) fn single_equals(&self, range: TextRange) -> Option<Diagnostic> {
        (self.slice(range) == "=").then(|| self.told(operator(range, "=", "==", "==")))
    }

    fn slip(&self, range: TextRange) -> Option<Slip> {
        let rest = self.text.get(usize::from(range.start())..).unwrap_or_default();
        if rest.starts_with('\'') {
            return Some(single_quotes(range, rest));
        }
        if rest.starts_with(';') {
            return Some(Slip {
                range: TextRange::at(range.start(), TextSize::of(';')),
                message: "nothing ends with `;`: a keyword begins each statement".to_owned(),
                fix: Some(("remove it".to_owned(), String::new())),
            });
        }
        if let Some(inner) = rest.strip_prefix("${") {
            return bare_variable(range, inner);
        }
        if rest.starts_with(['*', '?']) {
            return self.dotted_action(range);
        }
        let (written, with) =
            [("&&", "and"), ("||", "or"), ("!", "not")].into_iter().find(|(written, _)| rest.starts_with(written))?;
        Some(operator(range, written, with, if written == "!" { "not " } else { with }))
    }

    /// A pattern of actions with a dot, where `range` begins with its wildcard: `s3.Get*`.
    fn dotted_action(&self, range: TextRange) -> Option<Slip> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '*' | '?' | '-');
        let at = usize::from(range.start());
        let (before, rest) = (self.text.get(..at)?, self.text.get(at..)?);
        let start = before.rfind(|c: char| !is_part(c) && c != '.').map_or(0, |end| end + 1);
        let end = at + rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let (prefix, name) = self.text.get(start..end)?.split_once('.')?;
        let is_service = prefix.starts_with(|c: char| c.is_ascii_lowercase());
        // A type begins in lower case.
        if !is_service || name.contains('.') || name.starts_with(|c: char| c.is_ascii_lowercase()) {
            return None;
        }
        let action = format!("{prefix}:{name}");
        let range = TextRange::new(u32::try_from(start).ok()?.into(), u32::try_from(end).ok()?.into());
        let message = format!("an action is written with a colon: `{action}`");
        Some(Slip { range, message, fix: Some((format!("write `{action}`"), action)) })
    }

    fn bare_arn_slip(&self, range: TextRange) -> Slip {
        let names_principal = self.previous(range.start()).is_some_and(|token| matches!(token.text(), "to" | "trust"));
        let (title, kind) =
            if names_principal { ("write it as a principal", "arn ") } else { ("put it into quotes", "") };
        let fix = Some((title.to_owned(), format!("{kind}\"{}\"", self.slice(range))));
        Slip { range, message: "an ARN stands in quotes".to_owned(), fix }
    }

    /// The finding of `first`, and of the slips that stand behind it on its line, or in the text that it left unread.
    fn told(&self, first: Slip) -> Diagnostic {
        let others = self.slips_after(&first);
        let mut diagnostic = Diagnostic::new(&checks::SYNTAX_ERROR, self.span(first.range), first.message);
        for other in others.iter().take(MAX_MARKED) {
            diagnostic = diagnostic.related(self.span(other.range), other.message.clone());
        }
        let Some((title, text)) = first.fix else { return diagnostic.help("write `\"…\"`") };
        let edit = |range: TextRange, text: String| Edit { span: self.span(range), text };
        let mut edits = vec![edit(first.range, text)];
        edits.extend(others.into_iter().filter_map(|other| Some(edit(other.range, other.fix?.1))));
        let title = if edits.len() > 1 { format!("{title}, and so with the others") } else { title };
        diagnostic.fix_edits(title, edits, Applicability::Safe)
    }

    fn slips_after(&self, first: &Slip) -> Vec<Slip> {
        let Some(token) = self.root.token_at_offset(first.range.start()).right_biased() else { return Vec::new() };
        let unread = token.parent_ancestors().find(|node| node.kind() == SyntaxKind::ERROR);
        let start = usize::from(first.range.end());
        let line = self.text.get(start..).and_then(|rest| rest.find('\n')).map_or(self.text.len(), |end| start + end);
        let end = unread.as_ref().map_or(0, |node| usize::from(node.text_range().end())).max(line);
        let mut slips = Vec::new();
        let mut position = first.range.end();
        let tokens = std::iter::successors(Some(token), SyntaxToken::next_token);
        let tokens = tokens.take_while(|token| usize::from(token.text_range().start()) < end);
        for token in tokens.filter(|token| may_be_slip(token.kind())).take(MAX_LOOKED_AT) {
            let range = token.text_range();
            if range.start() < position {
                continue;
            }
            let slip = match token.kind() {
                SyntaxKind::JUNK_CHAR | SyntaxKind::STAR | SyntaxKind::QUESTION => self.slip(range),
                SyntaxKind::BARE_ARN => Some(self.bare_arn_slip(range)),
                // Elsewhere it gives a name its value.
                SyntaxKind::EQUALS if self.compares(&token, unread.as_ref()) => Some(operator(range, "=", "==", "==")),
                _ => None,
            };
            if let Some(slip) = slip {
                position = slip.range.end();
                slips.push(slip);
            }
        }
        slips
    }

    /// Whether the `=` stands behind a condition key in the text that was left `unread`, and in no braces there.
    fn compares(&self, equals: &SyntaxToken, unread: Option<&SyntaxNode>) -> bool {
        let Some(unread) = unread.filter(|node| equals.parent_ancestors().any(|one| one == **node)) else {
            return false;
        };
        let start = equals.text_range().start();
        let has_braces = self.slice(TextRange::new(unread.text_range().start(), start)).contains('{');
        !has_braces && self.previous(start).is_some_and(|token| token.kind() == SyntaxKind::WORD)
    }
}

fn may_be_slip(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::JUNK_CHAR | SyntaxKind::STAR | SyntaxKind::QUESTION | SyntaxKind::BARE_ARN | SyntaxKind::EQUALS
    )
}

fn operator(range: TextRange, written: &str, with: &str, text: &str) -> Slip {
    Slip {
        range: TextRange::at(range.start(), TextSize::of(written)),
        message: format!("`{written}` is no operator here; write `{with}`"),
        fix: Some((format!("replace with `{with}`"), text.to_owned())),
    }
}

/// `'…'`; `rest` is the text from its first quote.
fn single_quotes(range: TextRange, rest: &str) -> Slip {
    let message = "a string stands between double quotes".to_owned();
    let inner = rest.get(1..).and_then(|rest| rest.lines().next()).and_then(|line| line.split_once('\''));
    match inner {
        Some((inner, _)) if !inner.contains(['"', '\\']) => {
            let length = TextSize::of(inner) + TextSize::of("\'\'");
            let fix = Some(("write it with double quotes".to_owned(), format!("\"{inner}\"")));
            Slip { range: TextRange::at(range.start(), length), message, fix }
        }
        _ => Slip { range, message, fix: None },
    }
}

/// `${…}` outside of a string; `inner` is what follows its brace.
fn bare_variable(range: TextRange, inner: &str) -> Option<Slip> {
    let (inner, _) = inner.lines().next()?.split_once('}')?;
    let (message, title, text) = if inner.contains(':') {
        ("a policy variable stands in a string", "put it into quotes", format!("\"${{{inner}}}\""))
    } else {
        ("`${…}` stands in strings alone, and a name by itself elsewhere", "write the name", inner.to_owned())
    };
    Some(Slip {
        range: TextRange::at(range.start(), TextSize::of("${}") + TextSize::of(inner)),
        message: message.to_owned(),
        fix: Some((title.to_owned(), text)),
    })
}
