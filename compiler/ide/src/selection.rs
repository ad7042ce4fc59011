//! What "expand selection" takes in, step by step.

use iamx_syntax::{Parse, TextRange, TextSize};

/// The ranges around `offset`, from the word at it to the whole file, each larger than the one before.
pub fn selection(parse: &Parse, offset: TextSize) -> Vec<TextRange> {
    let root = parse.syntax();
    let offset = offset.min(root.text_range().end());
    let mut ranges: Vec<TextRange> = Vec::new();
    // Between two words the one that says more is meant.
    let token = root.token_at_offset(offset).max_by_key(|token| !token.kind().is_trivia());
    if let Some(token) = token {
        ranges.push(token.text_range());
        ranges.extend(token.parent_ancestors().map(|node| iamx_syntax::ast::significant_range(&node)));
        // A declaration with the comment above it.
        ranges.extend(token.parent_ancestors().map(|node| node.text_range()));
    }
    ranges.push(root.text_range());
    ranges.retain(|range| range.contains_inclusive(offset));
    ranges.sort_by_key(|range| (range.len(), range.start()));
    let mut steps: Vec<TextRange> = Vec::new();
    for range in ranges {
        if steps.last().is_none_or(|last| range.contains_range(*last) && range != *last) {
            steps.push(range);
        }
    }
    steps
}
