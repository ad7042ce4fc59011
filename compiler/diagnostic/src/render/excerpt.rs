//! The lines of a file that a finding's snippet shows, made safe and short to draw, and the way from offsets in the file to
//! offsets in them.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use codespan_reporting::files::{Error, Files};
use iamx_text::{FileId, SourceFile, SourceMap, Span, TextRange, TextSize};

use super::{
    position::{Unit, inside, position},
    sanitize::{escape_line, is_hidden, visible},
};

/// The excerpts of one finding, one a file.
pub(super) struct Excerpts<'a> {
    excerpts: Vec<Excerpt<'a>>,
}

struct Excerpt<'a> {
    id: FileId,
    file: &'a SourceFile,
    /// The shown lines one after another, hidden characters and the middles of long lines replaced.
    text: String,
    /// By their line numbers from 0.
    lines: BTreeMap<usize, Line>,
}

/// A line, its newline left off.
struct Line {
    source: Range<usize>,
    drawn: Range<usize>,
    replaced: Vec<Replaced>,
}

/// A part of a line that is drawn as something else.
struct Replaced {
    source: Range<usize>,
    drawn: Range<usize>,
}

impl<'a> Excerpts<'a> {
    /// What is needed to draw `spans`, in lines of at most about `width` columns.
    pub(super) fn new(sources: &'a SourceMap, spans: &[Span], width: usize) -> Self {
        let mut excerpts: Vec<Excerpt<'a>> = Vec::new();
        for span in spans {
            if excerpts.iter().all(|excerpt| excerpt.id != span.file)
                && let Some(file) = sources.get(span.file)
            {
                let ranges: Vec<TextRange> = spans
                    .iter()
                    .filter(|other| other.file == span.file)
                    .map(|other| marked(file, other.range))
                    .collect();
                excerpts.push(Excerpt::new(span.file, file, &ranges, width));
            }
        }
        Self { excerpts }
    }

    /// The file of `span` for codespan, and its bytes in the drawn text.
    pub(super) fn drawn(&self, span: Span) -> Option<(usize, Range<usize>)> {
        let (index, excerpt) = self.excerpts.iter().enumerate().find(|(_, excerpt)| excerpt.id == span.file)?;
        let range = marked(excerpt.file, span.range);
        let start = excerpt.line_of(range.start())?.drawn_start(usize::from(range.start()));
        let end = excerpt.line_of(range.end())?.drawn_end(usize::from(range.end()));
        Some((index, start..end.max(start)))
    }

    fn excerpt(&self, index: usize) -> Result<&Excerpt<'a>, Error> {
        self.excerpts.get(index).ok_or(Error::FileMissing)
    }
}

/// The range to mark for `range`: a newline at its end isn't marked, or the marker would end on the next line.
fn marked(file: &SourceFile, range: TextRange) -> TextRange {
    let range = inside(file, range);
    let text = file.text().get(usize::from(range.start())..usize::from(range.end())).unwrap_or("");
    TextRange::at(range.start(), TextSize::of(text.trim_end_matches(['\r', '\n'])))
}

impl<'a> Excerpt<'a> {
    fn new(id: FileId, file: &'a SourceFile, ranges: &[TextRange], width: usize) -> Self {
        // The lines beside a marked one too: codespan draws a single line between two that it shows.
        let shown: BTreeSet<u32> = ranges
            .iter()
            .flat_map(|range| {
                let first = file.line_col(range.start()).line;
                first.saturating_sub(1)..=file.line_col(range.end()).line + 1
            })
            .collect();
        let points: Vec<usize> =
            ranges.iter().flat_map(|range| [range.start(), range.end()]).map(usize::from).collect();
        let mut excerpt = Self { id, file, text: String::new(), lines: BTreeMap::new() };
        for number in shown {
            if let Some(range) = file.lines().line(number) {
                excerpt.push(number as usize, range, &points, width);
            }
        }
        excerpt
    }

    fn push(&mut self, number: usize, range: TextRange, points: &[usize], width: usize) {
        let start = usize::from(range.start());
        let line = self.file.text().get(start..usize::from(range.end())).unwrap_or("");
        let line = line.strip_suffix('\n').map_or(line, |line| line.strip_suffix('\r').unwrap_or(line));
        let source = start..start + line.len();
        let drawn_start = self.text.len();
        let mut replaced = Vec::new();
        let mut at = start;
        for kept in kept(line, start, points, width) {
            if kept.start > at {
                let drawn = self.draw("…");
                replaced.push(Replaced { source: at..kept.start, drawn });
            }
            for (index, c) in line.get(kept.start - start..kept.end - start).unwrap_or("").char_indices() {
                if is_hidden(c) {
                    let drawn = self.draw(&visible(c));
                    let source = kept.start + index;
                    replaced.push(Replaced { source: source..source + c.len_utf8(), drawn });
                } else {
                    self.text.push(c);
                }
            }
            at = kept.end;
        }
        if at < source.end {
            let drawn = self.draw("…");
            replaced.push(Replaced { source: at..source.end, drawn });
        }
        let drawn = drawn_start..self.text.len();
        self.text.push('\n');
        self.lines.insert(number, Line { source, drawn, replaced });
    }

    fn draw(&mut self, text: &str) -> Range<usize> {
        let start = self.text.len();
        self.text.push_str(text);
        start..self.text.len()
    }

    fn line_of(&self, offset: TextSize) -> Option<&Line> {
        self.lines.get(&(self.file.line_col(offset).line as usize))
    }
}

/// The parts of a long line that are drawn: what surrounds the marked `points`. A minified policy is one line of thousands
/// of columns.
fn kept(line: &str, start: usize, points: &[usize], width: usize) -> Vec<Range<usize>> {
    let end = start + line.len();
    if line.len() <= width {
        return std::iter::once(start..end).collect();
    }
    let around = width / 3;
    let mut windows: Vec<Range<usize>> = points
        .iter()
        .filter(|point| (start..=end).contains(point))
        .map(|point| {
            let from = line.floor_char_boundary((point - start).saturating_sub(around));
            let to = line.ceil_char_boundary((point - start).saturating_add(around).min(line.len()));
            start + from..start + to
        })
        .collect();
    if windows.is_empty() {
        windows.push(start..start + line.floor_char_boundary(width));
    }
    windows.sort_by_key(|window| window.start);
    let mut merged: Vec<Range<usize>> = Vec::new();
    for window in windows {
        match merged.last_mut() {
            Some(last) if window.start <= last.end => last.end = last.end.max(window.end),
            _ => merged.push(window),
        }
    }
    merged
}

impl Line {
    fn drawn_start(&self, offset: usize) -> usize {
        self.to_drawn(offset, |replaced| replaced.drawn.start)
    }

    fn drawn_end(&self, offset: usize) -> usize {
        self.to_drawn(
            offset,
            |replaced| if offset == replaced.source.start { replaced.drawn.start } else { replaced.drawn.end },
        )
    }

    fn to_drawn(&self, offset: usize, within: impl Fn(&Replaced) -> usize) -> usize {
        let offset = offset.clamp(self.source.start, self.source.end);
        match self.replaced.iter().rev().find(|replaced| replaced.source.start <= offset) {
            Some(replaced) if offset < replaced.source.end => within(replaced),
            Some(replaced) => replaced.drawn.end + (offset - replaced.source.end),
            None => self.drawn.start + (offset - self.source.start),
        }
    }

    fn to_source(&self, drawn: usize) -> usize {
        match self.replaced.iter().rev().find(|replaced| replaced.drawn.start <= drawn) {
            Some(replaced) if drawn < replaced.drawn.end => replaced.source.start,
            Some(replaced) => replaced.source.end + (drawn - replaced.drawn.end),
            None => self.source.start + drawn.saturating_sub(self.drawn.start),
        }
    }
}

impl<'f> Files<'f> for Excerpts<'_> {
    type FileId = usize;
    type Name = String;
    type Source = &'f str;

    fn name(&'f self, id: usize) -> Result<String, Error> {
        Ok(escape_line(self.excerpt(id)?.file.path()).into_owned())
    }

    fn source(&'f self, id: usize) -> Result<&'f str, Error> {
        Ok(&self.excerpt(id)?.text)
    }

    fn line_index(&'f self, id: usize, byte_index: usize) -> Result<usize, Error> {
        let lines = &self.excerpt(id)?.lines;
        let line = lines.iter().rev().find(|(_, line)| line.drawn.start <= byte_index);
        line.map(|(number, _)| *number).ok_or(Error::IndexTooLarge { given: byte_index, max: 0 })
    }

    fn column_number(&'f self, id: usize, line_index: usize, byte_index: usize) -> Result<usize, Error> {
        let excerpt = self.excerpt(id)?;
        let line = excerpt.lines.get(&line_index).ok_or(Error::LineTooLarge { given: line_index, max: 0 })?;
        let offset = TextSize::try_from(line.to_source(byte_index)).map_err(|_| Error::FormatError)?;
        Ok(position(excerpt.file, offset, Unit::Characters).column as usize)
    }

    fn line_range(&'f self, id: usize, line_index: usize) -> Result<Range<usize>, Error> {
        let lines = &self.excerpt(id)?.lines;
        lines.get(&line_index).map(|line| line.drawn.clone()).ok_or(Error::LineTooLarge { given: line_index, max: 0 })
    }
}
