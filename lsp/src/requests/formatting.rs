//! `textDocument/formatting`: as `iamx fmt` lays the text out.

use iamx_text::{TextRange, TextSize};
use tower_lsp::ls_types::TextEdit;

use crate::{position::Encoding, state::Document};

/// The edits, of whole lines, so that a cursor outside of what changes stays where it is.
pub(crate) fn answer(document: &Document, encoding: Encoding) -> Result<Vec<TextEdit>, String> {
    let formatted = iamx_syntax::format(&document.text).map_err(|error| error.to_string())?;
    let positions = document.positions(encoding);
    let (old, new) = (&*document.text, formatted.as_str());
    if old == new {
        return Ok(Vec::new());
    }
    let start = common_lines(old.split_inclusive('\n'), new.split_inclusive('\n'));
    let (old_rest, new_rest) = (old.get(start..).unwrap_or_default(), new.get(start..).unwrap_or_default());
    let end = common_lines(old_rest.split_inclusive('\n').rev(), new_rest.split_inclusive('\n').rev());
    let offset = |bytes: usize| TextSize::try_from(bytes).unwrap_or_default();
    let range = TextRange::new(offset(start), offset(old.len() - end));
    let text = new.get(start..new.len() - end).unwrap_or_default();
    Ok(vec![TextEdit { range: positions.range(range), new_text: text.to_owned() }])
}

/// How many bytes the lines have that both begin with.
fn common_lines<'t>(a: impl Iterator<Item = &'t str>, b: impl Iterator<Item = &'t str>) -> usize {
    a.zip(b).take_while(|(a, b)| a == b).map(|(line, _)| line.len()).sum()
}
