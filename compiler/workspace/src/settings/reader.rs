//! Values of a TOML table, each wrong one a diagnostic at its characters.

use std::ops::Range;

use iamx_diagnostic::{Applicability, Diagnostic, checks};
use iamx_text::{FileId, Span, TextRange, TextSize};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::spelling::{nearest, one_of};

pub(super) type Value<'i> = Spanned<DeValue<'i>>;

/// A key and its place.
#[derive(Clone, Copy)]
pub(super) struct Key<'a> {
    pub(super) text: &'a str,
    pub(super) span: Span,
}

/// Reads values and keeps what is wrong with them.
pub(super) struct Reader {
    file: FileId,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl Reader {
    pub(super) fn new(file: FileId) -> Self {
        Self { file, diagnostics: Vec::new() }
    }

    pub(super) fn span(&self, range: Range<usize>) -> Span {
        let offset = |bytes: usize| TextSize::new(u32::try_from(bytes).unwrap_or(u32::MAX));
        Span::new(self.file, TextRange::new(offset(range.start), offset(range.end.max(range.start))))
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// The entries of a table in the order of the text.
    pub(super) fn entries<'a, 'i>(&self, table: &'a DeTable<'i>) -> Vec<(Key<'a>, &'a Value<'i>)> {
        let mut entries: Vec<_> = table
            .iter()
            .map(|(key, value)| (Key { text: key.get_ref().as_ref(), span: self.span(key.span()) }, value))
            .collect();
        entries.sort_by_key(|(key, _)| key.span);
        entries
    }

    pub(super) fn unknown_key(&mut self, key: Key<'_>, place: &str, known: &[&str]) {
        let near = nearest(key.text, known.iter().copied());
        let diagnostic = invalid(key.span, format!("{place} has no `{}`", key.text))
            .help(format!("what may stand there is {}", one_of(known.iter().copied())));
        self.report(suggest(diagnostic, key.span, near, str::to_owned));
    }

    pub(super) fn table<'a, 'i>(&mut self, key: Key<'_>, value: &'a Value<'i>) -> Option<&'a DeTable<'i>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            let help = format!("write `[{}]` on a line of its own", key.text);
            self.report(self.wrong_type(key, value, "a table").help(help));
        }
        table
    }

    /// A string that isn't empty.
    pub(super) fn string<'a>(&mut self, key: Key<'_>, value: &'a Value<'_>) -> Option<&'a str> {
        match value.get_ref().as_str() {
            Some(text) if text.trim().is_empty() => {
                let diagnostic = invalid(self.span(value.span()), format!("`{}` is empty", key.text));
                self.report(diagnostic.help("give it a value, or leave the line out"));
                None
            }
            Some(text) => Some(text),
            None => {
                self.report(self.wrong_type(key, value, "a string"));
                None
            }
        }
    }

    /// The choice that a string names.
    pub(super) fn choice<T: Copy>(&mut self, key: Key<'_>, value: &Value<'_>, choices: &[(&str, T)]) -> Option<T> {
        let text = self.string(key, value)?;
        let found = choices.iter().find(|(name, _)| *name == text);
        if found.is_none() {
            let span = self.span(value.span());
            let names = || choices.iter().map(|(name, _)| *name);
            let near = nearest(text, names());
            let diagnostic = invalid(span, format!("`{text}` is no value of `{}`", key.text)).help(format!(
                "a value of `{}` is {}",
                key.text,
                one_of(names())
            ));
            self.report(suggest(diagnostic, span, near, |near| format!("\"{near}\"")));
        }
        found.map(|(_, choice)| *choice)
    }

    pub(super) fn wrong_type(&self, key: Key<'_>, value: &Value<'_>, expected: &str) -> Diagnostic {
        let span = self.span(value.span());
        let found = match value.get_ref() {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        invalid(span, format!("`{}` must be {expected}, not {found}", key.text))
    }
}

/// What is wrong at `span`.
pub(super) fn invalid(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(&checks::INVALID_SETTINGS, span, message)
}

/// Adds "did you mean" and its fix, where there is a word near enough.
pub(super) fn suggest(
    diagnostic: Diagnostic,
    span: Span,
    near: Option<&str>,
    written: impl Fn(&str) -> String,
) -> Diagnostic {
    match near {
        Some(near) => diagnostic.label(format!("did you mean `{near}`?")).fix(
            format!("replace with `{near}`"),
            span,
            written(near),
            Applicability::Unsafe,
        ),
        None => diagnostic,
    }
}
