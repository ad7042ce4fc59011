//! A file, item by item: which are laid out, and which stay as they stand.

use rowan::{GreenNodeData, Language, NodeOrToken};

use super::{order::kind_of, pieces::Comment, printer::Printer};
use crate::{
    Iamx, Parse, SyntaxError, SyntaxKind,
    SyntaxKind::{ATTRIBUTE, COMMENT, ERROR, FILE},
    letters::begins_item,
    lex::begins_line,
};

/// Lays out `text`, of which `parse` is the tree.
pub(super) fn lay_out(text: &str, parse: &Parse) -> String {
    let root = parse.syntax();
    let green = root.green();
    let mut file = FileLayout {
        printer: Printer::new(text),
        raw: None,
        sections: Sections::new(text, &green, parse.errors()),
        previous: None,
        gap: None,
        after_attribute: false,
    };
    let mut start = 0;
    for part in green.children() {
        let end = start + usize::from(part.text_len());
        match part {
            NodeOrToken::Node(node) => file.item(node, start, end),
            NodeOrToken::Token(token) => {
                file.trivia(Iamx::kind_from_raw(token.kind()), token.text(), start, end);
            }
        }
        start = end;
    }
    file.finish()
}

/// Whether the comment turns the formatter off.
pub(super) fn is_off(comment: &Comment<'_>) -> bool {
    says(comment, "off")
}

/// Whether the comment turns the formatter on again.
pub(super) fn is_on(comment: &Comment<'_>) -> bool {
    says(comment, "on")
}

fn says(comment: &Comment<'_>, word: &str) -> bool {
    let mut words = comment.text.trim_start_matches('/').split_whitespace();
    comment.newlines > 0
        && comment.text.starts_with("//")
        && !comment.text.starts_with("///")
        && words.next() == Some("iamx")
        && words.next() == Some("fmt")
        && words.next() == Some(word)
        && words.next().is_none()
}

/// A part of the text that stays as it stands.
#[derive(Clone, Copy, Debug)]
struct Raw {
    start: usize,
    end: usize,
    /// A comment opened it, and another ends it.
    off: bool,
}

struct FileLayout<'t> {
    printer: Printer<'t>,
    raw: Option<Raw>,
    sections: Sections,
    /// Whether the item before has several lines.
    previous: Option<bool>,
    /// Where the output ended before the gap that precedes the item and its attributes.
    gap: Option<usize>,
    after_attribute: bool,
}

impl<'t> FileLayout<'t> {
    fn trivia(&mut self, kind: SyntaxKind, text: &'t str, start: usize, end: usize) {
        if let Some(raw) = &mut self.raw {
            let newlines = usize::from(begins_line(self.printer.source, start));
            let comment = Comment { text: text.trim_end(), start, newlines };
            if kind == COMMENT && raw.off && is_on(&comment) {
                raw.off = false;
                raw.end = raw.end.max(start + comment.text.len());
            } else if kind == COMMENT && is_off(&comment) {
                raw.off = true;
            }
            return self.end_raw(end);
        }
        self.printer.pieces.trivia(kind, text, start);
        if kind == COMMENT
            && let (_, to) = self.printer.pieces.open_gap()
            && let Some(comment) = to.checked_sub(1).and_then(|last| self.printer.pieces.comment(last))
            && is_off(&comment)
        {
            self.start_raw(to - 1, comment.newlines, Raw { start, end: start, off: true });
        }
    }

    /// Begins a part that stays, after the gap's comments up to `comments`.
    fn start_raw(&mut self, comments: usize, newlines: usize, raw: Raw) {
        let gap = *self.gap.get_or_insert(self.printer.out.len());
        let (from, _) = self.printer.pieces.open_gap();
        self.printer.own_comments(from, comments, 0, gap > 0);
        if newlines > 1 {
            self.printer.blank_line();
        }
        self.printer.new_line(0);
        self.printer.pieces.clear(true);
        self.raw = Some(raw);
    }

    /// Writes the part that stays once it is over; the tree was read up to `end`.
    fn end_raw(&mut self, end: usize) {
        if let Some(raw) = self.raw
            && !raw.off
            && end >= raw.end
        {
            self.printer.verbatim(raw.start, raw.end);
            self.raw = None;
        }
    }

    fn item(&mut self, node: &'t GreenNodeData, start: usize, end: usize) {
        let kind = Iamx::kind_from_raw(node.kind());
        let broken = self.sections.broken(start);
        if let Some(raw) = &mut self.raw {
            if let Some(section_end) = broken {
                raw.end = raw.end.max(section_end);
            }
            return self.end_raw(end);
        }
        if let Some(section_end) = broken {
            return self.broken(start, end, section_end);
        }
        self.printer.pieces.node(node, start, FILE);
        let Some(element) = self.printer.pieces.element(0) else { return };
        let gap = *self.gap.get_or_insert(self.printer.out.len());
        self.printer.start_row(element.first, 0, gap == 0 || self.after_attribute);
        let item = self.printer.out.len();
        self.printer.row(element, 0);
        self.printer.pieces.clear(false);
        self.after_attribute = kind == ATTRIBUTE;
        if !self.after_attribute {
            self.gap = None;
            self.previous = Some(self.printer.separate(gap, item, self.previous));
        }
    }

    /// A section with an error in it stays as it stands.
    fn broken(&mut self, start: usize, end: usize, section_end: usize) {
        let source = self.printer.source;
        let line = source.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let blank = source.get(line..start).is_some_and(|text| text.chars().all(|c| matches!(c, ' ' | '\t')));
        let from = if blank { line } else { start };
        let gap = *self.gap.get_or_insert(self.printer.out.len());
        let (_, to) = self.printer.pieces.open_gap();
        let newlines = self.printer.pieces.open_newlines();
        self.start_raw(to, newlines, Raw { start: from, end: section_end, off: false });
        let item = self.printer.out.len();
        self.gap = None;
        self.after_attribute = false;
        // The blank lines around it follow from its text, which is written later.
        self.printer.verbatim(from, section_end);
        let long = self.printer.separate(gap, item, self.previous);
        self.previous = Some(long);
        self.raw = Some(Raw { start: section_end, end: section_end, off: false });
        self.end_raw(end);
    }

    fn finish(mut self) -> String {
        if let Some(raw) = self.raw {
            let rest = self.printer.source.get(raw.start..).unwrap_or_default();
            let end = if raw.off { raw.start + rest.trim_end_matches(['\n', '\r']).len() } else { raw.end };
            self.printer.verbatim(raw.start, end);
        } else {
            let (from, to) = self.printer.pieces.open_gap();
            let may_be_blank = !self.printer.out.is_empty();
            self.printer.own_comments(from, to, 0, may_be_blank);
        }
        let mut out = self.printer.out;
        if !out.is_empty() {
            out.push('\n');
        }
        out
    }
}

/// A run of items that begins where an item's keyword or an attribute stands in column 0. The parser reads each by
/// itself, so an error in one says nothing of the others.
#[derive(Clone, Copy, Debug)]
struct Section {
    start: usize,
    end: usize,
    broken: bool,
}

struct Sections {
    all: Vec<Section>,
    current: usize,
}

impl Sections {
    fn new(text: &str, root: &GreenNodeData, errors: &[SyntaxError]) -> Self {
        let mut all: Vec<Section> = Vec::new();
        let mut start = 0;
        for part in root.children() {
            let end = start + usize::from(part.text_len());
            if let NodeOrToken::Node(node) = part {
                let docs: usize = node
                    .children()
                    .take_while(|part| kind_of(part).is_trivia())
                    .map(|part| usize::from(part.text_len()))
                    .sum();
                let broken = kind_of(&part) == ERROR;
                match all.last_mut() {
                    Some(last) if !begins_section(text, start + docs, node) => {
                        last.end = end;
                        last.broken |= broken;
                    }
                    _ => all.push(Section { start: start + docs, end, broken }),
                }
            }
            start = end;
        }
        for error in errors {
            let at = usize::from(error.range.start());
            let after = all.partition_point(|section| section.start <= at);
            if let Some(section) = all.get_mut(after.saturating_sub(1)) {
                section.broken = true;
            }
        }
        Self { all, current: 0 }
    }

    /// The end of the section that the text at `start` is in, if there is an error in it. Asked in the text's order.
    fn broken(&mut self, start: usize) -> Option<usize> {
        loop {
            let section = self.all.get(self.current)?;
            if start < section.end {
                return section.broken.then_some(section.end);
            }
            self.current += 1;
        }
    }
}

/// Whether the node whose docs end at `start` begins in column 0 with what begins a section.
fn begins_section(text: &str, start: usize, node: &GreenNodeData) -> bool {
    let column_0 = start.checked_sub(1).is_none_or(|before| text.as_bytes().get(before) == Some(&b'\n'));
    column_0 && (text.as_bytes().get(start) == Some(&b'#') || first_token(node).is_some_and(begins_item))
}

/// The kind of the node's first token.
fn first_token(node: &GreenNodeData) -> Option<SyntaxKind> {
    match node.children().find(|part| !kind_of(part).is_trivia())? {
        NodeOrToken::Node(node) => first_token(node),
        NodeOrToken::Token(token) => Some(Iamx::kind_from_raw(token.kind())),
    }
}
