//! What the source says where a value comes from: a fix may replace a text only where it is that text.

use iamx_policy::Sourced;
use iamx_text::{SourceMap, Span, TextSize};

/// Whether the value stands in the source as it is, in quotes: not put together, and not under another name.
pub(crate) fn is_literal(sources: &SourceMap, value: &Sourced<String>) -> bool {
    let text = sources.slice(value.span);
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) == Some(value.value.as_str())
}

/// The element of a list at `span` with the comma that parts it from its neighbours; `None` where there is none.
pub(crate) fn with_comma(sources: &SourceMap, span: Span) -> Option<Span> {
    let text = sources.get(span.file)?.text();
    let (start, end) = (usize::from(span.range.start()), usize::from(span.range.end()));
    let (before, after) = (text.get(..start)?, text.get(end..)?);
    let offset = |length: usize| TextSize::try_from(length).ok();
    if let Some(rest) = after.trim_start().strip_prefix(',') {
        let end = text.len() - rest.trim_start_matches([' ', '\n', '\t', '\r']).len();
        return Some(Span::new(span.file, iamx_text::TextRange::new(offset(start)?, offset(end)?)));
    }
    let rest = before.trim_end().strip_suffix(',')?;
    Some(Span::new(span.file, iamx_text::TextRange::new(offset(rest.len())?, offset(end)?)))
}

/// Whether `inner` lies in `outer`.
pub(crate) fn lies_in(inner: Span, outer: Span) -> bool {
    inner.file == outer.file && outer.range.contains_range(inner.range)
}
