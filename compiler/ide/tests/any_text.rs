//! Whatever stands in a file that is being typed, there is an answer.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::string_slice)] // A helper of tests fails as a test does.

use std::{fs, path::Path, sync::Arc};

use iamx_catalog::Catalog;
use iamx_ide::{actions, definition, hover, links, name_at, occurrences, rename, signature, words, workspace_symbols};
use iamx_lower::{Module, NameIndex};
use iamx_syntax::{TextRange, TextSize, parse};
use iamx_text::SourceMap;

/// Every so many bytes the text ends.
const STEP: usize = 23;

fn texts(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("the folder is there").flatten() {
        let path = entry.path();
        if path.is_dir() {
            texts(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "iamx") {
            found.push(fs::read_to_string(path).expect("it is text"));
        }
    }
}

fn ask_everything(text: &str) {
    let mut sources = SourceMap::new();
    let file = sources.add("main.iamx", text);
    let parse = parse(text);
    let found = iamx_syntax::diagnostics(file, text, &parse);
    let module = Module { path: vec!["main".to_owned()], file, parse: parse.clone(), is_read: true };
    let index = NameIndex::new(Arc::new(sources), vec![module], Catalog::builtin());
    let end = TextSize::of(text);
    for offset in [end, TextSize::new(u32::from(end) / 2)] {
        hover(&index, file, offset);
        definition(&index, file, offset);
        signature(&index, file, offset);
        occurrences(&index, file, offset);
        let to = "renamed";
        if let Ok(places) = rename(&index, file, offset, to) {
            assert!(places.iter().all(|span| span.range.end() <= end));
        }
        if let Some(one) = name_at(&index, file, offset) {
            assert!(one.span.range.contains_inclusive(offset));
        }
        actions(&found, file, &parse, TextRange::empty(offset));
    }
    links(&index, file);
    words(&parse);
    workspace_symbols(&index, "a");
}

#[test]
fn texts_that_end_anywhere_are_answered() {
    let mut found = Vec::new();
    texts(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples"), &mut found);
    assert!(found.len() > 10);
    for text in &found {
        for end in (0..=text.len()).step_by(STEP).filter(|end| text.is_char_boundary(*end)) {
            ask_everything(&text[..end]);
        }
    }
}
