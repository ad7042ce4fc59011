//! What the tests of this crate share: the fixtures, and single faults in them.

// Each test uses a part of this, and a test may fail by panicking anywhere.
#![allow(dead_code, missing_docs, unreachable_pub, clippy::unwrap_used, clippy::indexing_slicing)]

use std::{fs, path::Path};

use iamx_syntax::{NodeOrToken, Parse, SyntaxKind, SyntaxNode, parse};

/// Every valid file: the fixtures, and the examples and library of the project as far as they are there.
pub fn valid_files() -> Vec<(String, String)> {
    files_below(&["tests/fixtures", "../../examples", "../../stdlib"])
}

fn files_below(folders: &[&str]) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in folders {
        collect(&root.join(folder), &mut files);
    }
    files.sort();
    assert!(files.len() >= 7);
    files
}

fn collect(folder: &Path, files: &mut Vec<(String, String)>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "iamx") {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            files.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
}

/// The items of a file, each with the attributes above it.
pub fn items(parse: &Parse) -> Vec<Vec<SyntaxNode>> {
    let mut items = vec![Vec::new()];
    for node in parse.syntax().children() {
        let attribute = node.kind() == SyntaxKind::ATTRIBUTE;
        items.last_mut().unwrap().push(node);
        if !attribute {
            items.push(Vec::new());
        }
    }
    items.retain(|item| !item.is_empty());
    items
}

/// A text with one fault in one of its items.
pub struct Damaged {
    pub text: String,
    /// What was done, for messages.
    pub what: String,
    /// Which item of the text the fault is in.
    pub item: usize,
    /// The bytes of `text` that are the fault; empty where something was deleted.
    pub start: usize,
    pub end: usize,
    /// Where the word before it begins: the fault may have become a part of it, or show up as something missing after it.
    pub earliest: usize,
    /// The token was the first of its item.
    pub first: bool,
}

pub const REPLACEMENTS: [&str; 14] =
    ["{", "}", "(", ")", "[", "]", "\"", ",", ":", "policy", "allow", "when", "42", "zzz"];

/// Every single fault in `text`: each token deleted, doubled, and replaced by each of [`REPLACEMENTS`].
pub fn damages(text: &str) -> Vec<Damaged> {
    let mut all = Vec::new();
    for (item, nodes) in items(&parse(text)).iter().enumerate() {
        let mut first = true;
        let mut earliest = 0;
        let mut previous = 0;
        for token in nodes.iter().flat_map(SyntaxNode::descendants_with_tokens).filter_map(NodeOrToken::into_token) {
            if token.kind().is_trivia() {
                continue;
            }
            let (start, end) = (usize::from(token.text_range().start()), usize::from(token.text_range().end()));
            let mut damage = |new: &str, what: String| {
                if new == token.text() {
                    return;
                }
                let text = format!("{}{}{}", &text[..start], new, &text[end..]);
                all.push(Damaged { text, what, item, start, end: start + new.len(), earliest, first });
            };
            let old = token.text();
            damage("", format!("`{old}` at {start} deleted"));
            damage(&format!("{old} {old}"), format!("`{old}` at {start} doubled"));
            for new in REPLACEMENTS {
                damage(new, format!("`{old}` at {start} replaced by `{new}`"));
            }
            first = false;
            if previous < start || !is_word(old) {
                earliest = start;
            }
            previous = end;
        }
    }
    all
}

fn is_word(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ':' | '.'))
}

/// The text of each item of a file with its neighbours, so that damage need not be tried on whole files.
pub fn windows(text: &str) -> Vec<String> {
    let items = items(&parse(text));
    let start = |index: usize| items.get(index).map_or(text.len(), |item| usize::from(item[0].text_range().start()));
    (0..items.len()).map(|index| text[start(index.saturating_sub(1))..start(index + 2)].to_owned()).collect()
}
