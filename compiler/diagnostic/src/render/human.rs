//! Findings in their source, by codespan-reporting.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    io::{Result, Write},
};

use codespan_reporting::{
    diagnostic::{Diagnostic as Drawn, Label as DrawnLabel, LabelStyle, Severity as DrawnSeverity},
    term::{Config, WriteStyle, emit_to_write_style},
};
use iamx_text::{SourceMap, Span};

use super::{Style, excerpt::Excerpts, patch, sanitize, sanitize::escape_line, short};
use crate::{Applicability, Diagnostic, Severity};

pub(super) fn render(diagnostics: &[Diagnostic], sources: &SourceMap, style: Style) -> String {
    let style = Style { width: style.width.max(40), ..style };
    let mut out = String::new();
    for diagnostic in diagnostics {
        draw(diagnostic, sources, style, &mut out);
    }
    out.push_str(&hint(diagnostics));
    out
}

/// Where to read more, said once a run.
fn hint(diagnostics: &[Diagnostic]) -> String {
    let names: BTreeSet<&str> = diagnostics.iter().map(|diagnostic| diagnostic.check.name).collect();
    match names.len() {
        0 => String::new(),
        1 => format!("more about it: iamx explain {}\n", names.first().unwrap_or(&"")),
        _ => {
            let some: Vec<&str> = names.iter().copied().take(3).collect();
            let more = if names.len() > some.len() { ", …" } else { "" };
            format!("more about each: iamx explain NAME ({}{more})\n", some.join(", "))
        }
    }
}

fn draw(diagnostic: &Diagnostic, sources: &SourceMap, style: Style, out: &mut String) {
    let spans: Vec<Span> = diagnostic.labels.iter().map(|label| label.span).collect();
    // 8: the line number and the border.
    let excerpts = Excerpts::new(sources, &spans, style.width - 8);
    let labels = diagnostic
        .labels
        .iter()
        .filter_map(|label| {
            let (file, range) = excerpts.drawn(label.span)?;
            let kind = if label.primary { LabelStyle::Primary } else { LabelStyle::Secondary };
            Some(DrawnLabel::new(kind, file, range).with_message(escape_line(&label.message)))
        })
        .collect();
    let drawn = Drawn::new(match diagnostic.severity {
        Severity::Error => DrawnSeverity::Error,
        Severity::Security => DrawnSeverity::Bug,
        Severity::Warning => DrawnSeverity::Warning,
        Severity::Suggestion => DrawnSeverity::Help,
    })
    .with_message(escape_line(&diagnostic.message))
    .with_labels(labels)
    .with_notes(notes(diagnostic, sources, style));
    let mut pen = Pen {
        out: Vec::new(),
        header: format!("{}[{}]", diagnostic.severity, diagnostic.check.name),
        color: style.color,
        in_header: false,
    };
    if emit_to_write_style(&mut pen, &Config::default(), &excerpts, &drawn).is_ok() {
        out.push_str(&String::from_utf8_lossy(&pen.out));
    } else {
        // A finding is said even if it can't be drawn.
        out.push_str(&short::render(std::slice::from_ref(diagnostic), sources));
        out.push('\n');
    }
}

fn notes(diagnostic: &Diagnostic, sources: &SourceMap, style: Style) -> Vec<String> {
    let mut notes: Vec<String> = diagnostic.notes.iter().map(|note| note_text("note", note, style)).collect();
    notes.extend(diagnostic.help.iter().map(|help| note_text("help", help, style)));
    for fix in &diagnostic.fixes {
        let word = match fix.applicability {
            Applicability::Safe => "fix",
            Applicability::Unsafe => "possible fix",
        };
        let mut note = note_text(word, &fix.title, style);
        for line in patch::lines(fix, sources, style.width - 8) {
            // Writing to a string can't fail.
            let _ = write!(note, "\n  {line}");
        }
        notes.push(note);
    }
    notes
}

fn note_text(word: &str, text: &str, style: Style) -> String {
    wrap(&format!("{word}: {}", sanitize::escape(text)), style.width - 8)
}

/// Breaks lines at blanks so that they take at most `width` characters where they can; all but the first are indented.
fn wrap(text: &str, width: usize) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, line) in text.lines().enumerate() {
        let mut used = 0;
        if index > 0 {
            out.push_str("\n ");
            used = 1;
        }
        for word in line.split(' ') {
            let length = word.chars().count();
            if used > 0 && used + 1 + length > width {
                out.push_str("\n  ");
                used = 2;
            } else if used > 0 {
                out.push(' ');
                used += 1;
            }
            out.push_str(word);
            used += length;
        }
    }
    out
}

/// Where codespan draws: colours by ANSI sequences, and its severity words, which aren't ours, replaced.
struct Pen {
    out: Vec<u8>,
    header: String,
    color: bool,
    in_header: bool,
}

impl Pen {
    fn paint(&mut self, sequence: &[u8]) {
        if self.color {
            self.out.extend_from_slice(sequence);
        }
    }
}

impl Write for Pen {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        if !self.in_header {
            self.out.extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

const BLUE: &[u8] = b"\x1b[34m";

impl WriteStyle for Pen {
    fn set_header(&mut self, severity: DrawnSeverity) -> Result<()> {
        self.paint(b"\x1b[1m");
        self.paint(color(severity));
        self.out.extend_from_slice(self.header.as_bytes());
        self.in_header = true;
        Ok(())
    }

    fn set_header_message(&mut self) -> Result<()> {
        self.in_header = false;
        self.paint(b"\x1b[0m\x1b[1m");
        Ok(())
    }

    fn set_line_number(&mut self) -> Result<()> {
        self.paint(BLUE);
        Ok(())
    }

    fn set_note_bullet(&mut self) -> Result<()> {
        self.paint(BLUE);
        Ok(())
    }

    fn set_source_border(&mut self) -> Result<()> {
        self.paint(BLUE);
        Ok(())
    }

    fn set_label(&mut self, severity: DrawnSeverity, label: LabelStyle) -> Result<()> {
        self.paint(match label {
            LabelStyle::Primary => color(severity),
            LabelStyle::Secondary => BLUE,
        });
        Ok(())
    }

    fn reset(&mut self) -> Result<()> {
        self.paint(b"\x1b[0m");
        Ok(())
    }
}

fn color(severity: DrawnSeverity) -> &'static [u8] {
    match severity {
        DrawnSeverity::Error => b"\x1b[31m",
        DrawnSeverity::Bug => b"\x1b[35m",
        DrawnSeverity::Warning => b"\x1b[33m",
        DrawnSeverity::Note | DrawnSeverity::Help => b"\x1b[36m",
    }
}
