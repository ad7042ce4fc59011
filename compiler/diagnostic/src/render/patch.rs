//! A fix as the lines that it changes.

use std::collections::BTreeMap;

use iamx_text::{FileId, SourceFile, SourceMap, TextRange, TextSize};

use super::{position::inside, sanitize::escape};
use crate::{Edit, Fix};

/// More changed lines than this are not shown: a snippet isn't a diff tool.
const MOST_LINES: usize = 12;

/// The lines before (`- …`) and after (`+ …`) `fix`, at most `width` characters of each.
pub(super) fn lines(fix: &Fix, sources: &SourceMap, width: usize) -> Vec<String> {
    let mut files: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    for edit in &fix.edits {
        files.entry(edit.span.file).or_default().push(edit);
    }
    let mut lines = Vec::new();
    for (id, mut edits) in files {
        let Some(file) = sources.get(id) else { continue };
        edits.sort_by_key(|edit| edit.span.range.start());
        for group in groups(file, &edits) {
            lines.extend(changed(file, &group, width));
        }
    }
    if lines.len() > MOST_LINES {
        let more = lines.len() - MOST_LINES;
        lines.truncate(MOST_LINES);
        lines.push(format!("… {more} more lines"));
    }
    lines.iter().map(|line| shorten(&escape(line).replace('\t', "    "), width)).collect()
}

/// A run of edits whose lines touch, and the whole lines that they stand in.
struct Group<'a> {
    lines: TextRange,
    edits: Vec<&'a Edit>,
}

fn groups<'a>(file: &SourceFile, edits: &[&'a Edit]) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    for edit in edits {
        let lines = whole_lines(file, inside(file, edit.span.range));
        match groups.last_mut() {
            Some(last) if lines.start() <= last.lines.end() => {
                last.lines = last.lines.cover(lines);
                last.edits.push(edit);
            }
            _ => groups.push(Group { lines, edits: vec![edit] }),
        }
    }
    groups
}

/// The lines of `range`, without the last one's newline.
fn whole_lines(file: &SourceFile, range: TextRange) -> TextRange {
    let text = file.text();
    let (start, end) = (usize::from(range.start()), usize::from(range.end()));
    let first = text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let last = text.get(end..).and_then(|after| after.find('\n')).map_or(text.len(), |at| end + at);
    TextRange::new(offset(first), offset(last))
}

fn offset(at: usize) -> TextSize {
    TextSize::try_from(at).unwrap_or(TextSize::from(u32::MAX))
}

fn changed(file: &SourceFile, group: &Group<'_>, width: usize) -> Vec<String> {
    let slice = |from: TextSize, to: TextSize| file.text().get(usize::from(from)..usize::from(to)).unwrap_or("");
    let before = slice(group.lines.start(), group.lines.end());
    let mut after = String::new();
    let mut at = group.lines.start();
    for edit in &group.edits {
        let range = inside(file, edit.span.range);
        after.push_str(slice(at, range.start()));
        after.push_str(&edit.text);
        at = range.end();
    }
    after.push_str(slice(at, group.lines.end()));
    let (before, after): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    // Lines that the edits only touch at their ends stay out.
    let same_first = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let rest = before.len().min(after.len()) - same_first;
    let same_last = before.iter().rev().zip(after.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let middle = |lines: &[&str]| -> Vec<String> {
        lines
            .iter()
            .skip(same_first)
            .take(lines.len() - same_first - same_last)
            .map(|line| (*line).to_owned())
            .collect()
    };
    let (mut before, mut after) = (middle(&before), middle(&after));
    for (before, after) in before.iter_mut().zip(&mut after) {
        if before.len() > width || after.len() > width {
            from_difference(before, after, width / 3);
        }
    }
    let mut lines: Vec<String> = before.iter().map(|line| format!("- {line}")).collect();
    lines.extend(after.iter().map(|line| format!("+ {line}")));
    dedent(lines)
}

/// Leaves out what two long lines begin with alike, but for `context` bytes: the difference may be far along a minified line.
fn from_difference(before: &mut String, after: &mut String, context: usize) {
    let same = before.bytes().zip(after.bytes()).take_while(|(a, b)| a == b).count();
    let cut = before.floor_char_boundary(same.saturating_sub(context));
    if cut > 0 {
        before.replace_range(..cut, "…");
        after.replace_range(..cut, "…");
    }
}

/// Takes away the blanks that all the lines begin with.
fn dedent(lines: Vec<String>) -> Vec<String> {
    let blanks = |line: &String| {
        let text = line.get(2..).unwrap_or("");
        (!text.trim().is_empty()).then(|| text.len() - text.trim_start_matches([' ', '\t']).len())
    };
    let common = lines.iter().filter_map(blanks).min().unwrap_or(0);
    lines
        .into_iter()
        .map(|line| {
            let sign = line.get(..2).unwrap_or("");
            format!("{sign}{}", line.get(2 + common..).unwrap_or("")).trim_end().to_owned()
        })
        .collect()
}

fn shorten(line: &str, width: usize) -> String {
    if line.chars().count() <= width {
        return line.to_owned();
    }
    let kept: String = line.chars().take(width.saturating_sub(1)).collect();
    format!("{kept}…")
}
