//! Condition keys as they are written: in the catalog, or `unchecked`.

use iamx_catalog::{ConditionKey, KeyTypes};
use iamx_diagnostic::{Applicability, Diagnostic, checks};
use iamx_syntax::{
    SyntaxNode, SyntaxToken,
    ast::{Expr, Test},
};
use iamx_text::Span;

use crate::{lowerer::Lowerer, scope::Environment, values::part_of};

/// How many values a request holds of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Number {
    One,
    Many,
    /// AWS sends it both ways, or nobody knows.
    Either,
}

/// A condition key.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    /// As AWS writes it.
    pub(crate) text: String,
    /// The types of its values; `None` where the catalog doesn't know the key.
    pub(crate) types: Option<KeyTypes>,
    pub(crate) number: Number,
    pub(crate) span: Span,
}

impl<'a> Lowerer<'a> {
    /// The key that `expr` is; `None` where it is none or wrong, which is said.
    pub(crate) fn key(&mut self, environment: &Environment, expr: &Expr) -> Option<Key> {
        let span = self.span(environment.module, expr.range());
        match expr {
            Expr::Word(token) => {
                let text = self.key_text(environment, token)?;
                self.listed_key(text, span)
            }
            Expr::Unchecked(node) => {
                let Some(token) = word(node) else {
                    self.error(&checks::MISMATCHED_TYPE, span, "expected a condition key after `unchecked`");
                    return None;
                };
                let text = self.key_text(environment, &token)?;
                self.unchecked.insert(span);
                Some(Key { text, types: None, number: Number::Either, span })
            }
            Expr::Claim(node) => {
                let text = self.claim_key(environment, node)?;
                self.listed_key(text, span)
            }
            // Half a word is the grammar's to tell.
            Expr::HalfWord(_) => None,
            _ => {
                self.expected("a condition key", expr, span);
                None
            }
        }
    }

    /// The key that the catalog calls `text`.
    pub(crate) fn listed_key(&mut self, text: String, span: Span) -> Option<Key> {
        let known = self.known_key(&text, span)?;
        let number = match (known.multi_valued, known.single_valued_too) {
            (false, _) => Number::One,
            (true, false) => Number::Many,
            (true, true) => Number::Either,
        };
        Some(Key { text, types: Some(known.types), number, span })
    }

    /// A key as AWS writes it: quoted parts without their quotes.
    fn key_text(&mut self, environment: &Environment, token: &SyntaxToken) -> Option<String> {
        let text = token.text();
        let Some(quote) = text.find('"') else { return Some(text.to_owned()) };
        let (before, quoted) = text.split_at_checked(quote)?;
        let whole = self.span(environment.module, token.text_range());
        let part = self.text_of(environment, quoted, part_of(whole, quote..text.len()))?;
        Some(format!("{before}{part}"))
    }

    pub(crate) fn known_key(&mut self, key: &str, span: Span) -> Option<&'a ConditionKey> {
        let found = self.catalog().condition_key(key).map(|found| found.key);
        if found.is_none() {
            self.unknown_key(key, span);
        }
        found
    }

    pub(crate) fn unknown_key(&mut self, key: &str, span: Span) {
        let mut diagnostic =
            Diagnostic::new(&checks::UNKNOWN_CONDITION_KEY, span, format!("AWS has no condition key `{key}`"))
                .note(self.catalog_date());
        if let Some(near) = self.catalog().nearest_key(key).into_iter().next() {
            diagnostic = diagnostic
                .fix(format!("replace with `{near}`"), span, near.clone(), Applicability::Unsafe)
                .help(format!("did you mean `{near}`?"));
        }
        self.report(diagnostic);
    }

    /// Whether the key is asked as its number of values wants: with `any` or `all`, or without. `test` is of the whole.
    pub(crate) fn check_quantifier(&mut self, key: &Key, quantified: Option<&Test>, span: Span) -> Option<()> {
        match quantified {
            None if key.number == Number::Many => {
                self.missing_qualifier(key);
                None
            }
            Some(test) if key.number == Number::One => {
                let mut diagnostic = Diagnostic::new(
                    &checks::UNNEEDED_QUALIFIER,
                    span,
                    format!("`{}` has one value; `any` and `all` are for keys with many", key.text),
                )
                .help("leave the word out");
                if let Some(word) = test.quantifier() {
                    let range = iamx_text::TextRange::new(word.text_range().start(), key.span.range.start());
                    let at = Span::new(key.span.file, range);
                    diagnostic = diagnostic.fix("leave the word out", at, "", Applicability::Safe);
                }
                self.report(diagnostic);
                None
            }
            _ => Some(()),
        }
    }

    pub(crate) fn missing_qualifier(&mut self, key: &Key) {
        let at = Span::at(key.span.file, key.span.range.start());
        self.report(
            Diagnostic::new(
                &checks::MISSING_QUALIFIER,
                key.span,
                format!("`{}` has many values in a request; say which of them", key.text),
            )
            .help(format!("write `any {0}` for some of them, `all {0}` for every one", key.text))
            .fix("one of them", at, "any ", Applicability::Unsafe)
            .fix("every one of them", at, "all ", Applicability::Unsafe)
            .note("`all` is true also where the key is absent"),
        );
    }
}

/// The key of `unchecked svc:Key`.
fn word(node: &SyntaxNode) -> Option<SyntaxToken> {
    node.children_with_tokens().find_map(|element| match Expr::cast(element) {
        Some(Expr::Word(token)) => Some(token),
        _ => None,
    })
}
