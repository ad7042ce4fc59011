//! Comments as other languages write them.

use iamx_diagnostic::{Applicability, Diagnostic, Edit, checks};
use rowan::{TextRange, TextSize};

use super::Place;

impl Place<'_> {
    /// Doc comments at the end of the file, where there is nothing below them.
    pub(super) fn dangling_doc_comment(&self) -> Option<Diagnostic> {
        let mut comments = Vec::new();
        let mut token = self.root.last_token();
        while let Some(trivia) = token.filter(|token| token.kind().is_trivia()) {
            if trivia.text().starts_with("///") && self.begins_line(trivia.text_range().start()) {
                comments.push(trivia.text_range());
            }
            token = trivia.prev_token();
        }
        let (last, first) = (comments.first()?, comments.last()?);
        let slashes = |comment: &TextRange| TextRange::at(comment.start(), TextSize::of("///"));
        let edits =
            comments.iter().rev().map(|comment| Edit { span: self.span(slashes(comment)), text: "//".to_owned() });
        let message = "nothing stands below this doc comment, so it describes nothing";
        Some(
            Diagnostic::new(&checks::DANGLING_DOC_COMMENT, self.span(first.cover(*last)), message)
                .help("put it above what it describes")
                .fix_edits("make it a comment, with `//`", edits.collect(), Applicability::Safe),
        )
    }

    pub(super) fn foreign_comment(&self, range: TextRange) -> Diagnostic {
        let text = self.slice(range);
        let first = text.lines().next().unwrap_or_default();
        let span = self.span(TextRange::at(range.start(), TextSize::of(first)));
        let message = "a comment begins with `//`, and goes to the end of its line";
        let after = self.text.get(usize::from(range.end())..).unwrap_or_default();
        let after = after.lines().next().unwrap_or_default();
        let (replaced, end) = match after.trim_start() {
            "" => (range, String::new()),
            // What follows on the line gets a line of its own.
            code => {
                let blanks = after.get(..after.len() - code.len()).unwrap_or_default();
                let replaced = TextRange::new(range.start(), range.end() + TextSize::of(blanks));
                (replaced, format!("\n{}", self.indent(range.start())))
            }
        };
        Diagnostic::new(&checks::SYNTAX_ERROR, span, message).fix(
            "write it with `//`",
            self.span(replaced),
            self.in_slashes(range, text) + &end,
            Applicability::Safe,
        )
    }

    /// The comment as iamx has it.
    fn in_slashes(&self, range: TextRange, text: &str) -> String {
        let Some(inner) = text.strip_prefix("/*") else {
            return format!("// {}", text.trim_start_matches(['#', '!']).trim_start()).trim_end().to_owned();
        };
        let (slashes, inner) = match inner.strip_prefix('*') {
            Some(inner) if inner.starts_with(char::is_whitespace) => ("///", inner),
            _ => ("//", inner),
        };
        let lines: Vec<&str> = inner
            .strip_suffix("*/")
            .unwrap_or(inner)
            .lines()
            .map(|line| line.trim().trim_start_matches('*').trim())
            .collect();
        let said = |line: &&str| !line.is_empty();
        let first = lines.iter().position(said).unwrap_or_default();
        let last = lines.iter().rposition(said).unwrap_or_default();
        let written: Vec<String> = lines
            .get(first..=last)
            .unwrap_or_default()
            .iter()
            .map(|line| format!("{slashes} {line}").trim_end().to_owned())
            .collect();
        written.join(&format!("\n{}", self.indent(range.start())))
    }

    /// The blanks that the line of `at` begins with.
    fn indent(&self, at: TextSize) -> &str {
        let before = self.text.get(..usize::from(at)).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        line.get(..line.len() - line.trim_start().len()).unwrap_or_default()
    }
}
