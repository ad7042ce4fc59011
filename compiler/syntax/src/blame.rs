//! Which errors are told: one for each fault, where it is first seen.

use std::ops::Range;

use rowan::{TextRange, TextSize};

use crate::{SyntaxError, SyntaxErrorKind, kind::Expected};

/// The errors of a file so far, and what of them bears on the next.
pub(crate) struct Blame<'t> {
    text: &'t str,
    errors: Vec<SyntaxError>,
    /// How many of the errors are of sections that are done.
    done: usize,
    /// The end of the text that the last error speaks of: nothing is said of what follows it at once.
    spoken_of: Option<usize>,
    junk_depth: usize,
    /// The end of the line of the section's last error: one is enough for a line.
    line_end: usize,
    /// Nothing more is said of the section.
    muted: bool,
    has_open_string: bool,
}

impl<'t> Blame<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self {
            text,
            errors: Vec::new(),
            done: 0,
            spoken_of: None,
            junk_depth: 0,
            line_end: 0,
            muted: false,
            has_open_string: false,
        }
    }

    /// Begins a section.
    pub(crate) fn section(&mut self) {
        if self.has_open_string {
            self.keep_open_strings();
        }
        self.done = self.errors.len();
        self.spoken_of = None;
        self.line_end = 0;
        self.muted = false;
        self.has_open_string = false;
    }

    /// Something begins that stands in no other node. Once an item had a fault, what is left of its section is no item
    /// of its own but what the fault tore off.
    pub(crate) fn outermost(&mut self) {
        self.muted |= self.section_has_errors();
    }

    /// A part isn't there. `end` is the end of the last token.
    pub(crate) fn missing(&mut self, expected: Expected, end: usize) {
        // Braces that don't close are more often the trace of another fault than a fault.
        if expected != Expected::Rbrace || !self.section_has_errors() {
            self.error(SyntaxErrorKind::Expected(expected), end..end, end);
        }
        self.spoken_of = Some(end);
        // A block of Terraform's: what is in it is no more of iamx than its head.
        self.muted |= expected == Expected::Name && self.text.get(end..).is_some_and(begins_with_two_strings);
    }

    /// Tokens begin that can't stand here; `range` is the first of them.
    pub(crate) fn junk(&mut self, error: SyntaxErrorKind, range: Range<usize>, end: usize) {
        self.error(error, range, end);
        self.junk_depth += 1;
    }

    /// The junk is over.
    pub(crate) fn junk_end(&mut self, end: usize) {
        self.junk_depth = self.junk_depth.saturating_sub(1);
        self.spoken_of = Some(end);
    }

    /// Tells an error, unless the last one speaks of the same. `end` is the end of the last token.
    pub(crate) fn error(&mut self, kind: SyntaxErrorKind, range: Range<usize>, end: usize) {
        let open_string = kind == SyntaxErrorKind::UnclosedString;
        self.has_open_string |= open_string;
        let follows = self.spoken_of == Some(end)
            || self.junk_depth > 0
            || range.start <= self.line_end && self.section_has_errors();
        if !self.muted && (open_string || !follows) {
            self.line_end = line(self.text, range.start).end;
            self.errors.push(SyntaxError { kind, range: text_range(&range) });
        }
        self.spoken_of = Some(end.max(range.end));
    }

    pub(crate) fn finish(mut self) -> Vec<SyntaxError> {
        self.section();
        self.errors
    }

    fn section_has_errors(&self) -> bool {
        self.errors.len() > self.done
    }

    /// Where a string isn't closed, the first such string is all that is told of its line: the quote may be missing
    /// anywhere.
    fn keep_open_strings(&mut self) {
        let lines: Vec<Range<usize>> = self
            .errors
            .iter()
            .skip(self.done)
            .filter(|error| error.kind == SyntaxErrorKind::UnclosedString)
            .map(|error| line(self.text, usize::from(error.range.start())))
            .collect();
        let done = self.done;
        let mut index = 0;
        self.errors.retain(|error| {
            index += 1;
            let start = usize::from(error.range.start());
            index <= done
                || error.kind == SyntaxErrorKind::UnclosedString
                || !lines.iter().any(|line| line.start <= start && start <= line.end)
        });
    }
}

/// Whether two strings follow, as in `resource "aws_iam_role" "reader" {`.
fn begins_with_two_strings(text: &str) -> bool {
    let string = |text: &str| -> Option<usize> {
        let start = text.len() - text.trim_start_matches(' ').len();
        let length = text.get(start..)?.strip_prefix('"')?.find(['"', '\n'])?;
        let end = start + 1 + length;
        text.get(end..)?.starts_with('"').then_some(end + 1)
    };
    string(text).is_some_and(|end| text.get(end..).is_some_and(|rest| string(rest).is_some()))
}

/// The bytes of the line of `offset`.
fn line(text: &str, offset: usize) -> Range<usize> {
    let start = text.get(..offset).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
    let end = text.get(offset..).and_then(|after| after.find('\n')).map_or(text.len(), |length| offset + length);
    start..end
}

/// `lex` has seen that every offset fits.
pub(crate) fn text_range(bytes: &Range<usize>) -> TextRange {
    let offset = |bytes: usize| TextSize::new(u32::try_from(bytes).unwrap_or(u32::MAX));
    TextRange::new(offset(bytes.start), offset(bytes.end))
}
