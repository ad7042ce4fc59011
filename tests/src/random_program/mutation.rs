//! Programs made wrong, and what still holds of them.

use crate::pipeline::Outcome;

/// What is wrong with where the findings are: each has a primary label, and all that it points at are whole characters of
/// a file. With an error there are no files.
pub fn misplaced(outcome: &Outcome) -> Option<String> {
    for diagnostic in &outcome.diagnostics {
        if !diagnostic.labels.iter().any(|label| label.primary) {
            return Some(format!("no primary label: {diagnostic:#?}"));
        }
        let spans = diagnostic.labels.iter().map(|label| label.span);
        let edits = diagnostic.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
        for span in spans.chain(edits) {
            let range = usize::from(span.range.start())..usize::from(span.range.end());
            let source = outcome.sources.get(span.file);
            if source.and_then(|source| source.text().get(range)).is_none() {
                return Some(format!("outside of its file: {diagnostic:#?}"));
            }
        }
    }
    let written = !outcome.files.is_empty() && !outcome.errors().is_empty();
    written.then(|| "documents beside an error".to_owned())
}
