//! A fault stays in its item, and is told once, where it is.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use iamx_syntax::{Parse, SyntaxErrorKind, SyntaxKind, SyntaxNode, parse};
use support::{Damaged, damages, items, valid_files, windows};

#[test]
fn valid_files_have_no_error() {
    for (name, text) in valid_files() {
        let parse = parse(&text);
        assert_eq!(parse.errors(), [], "{name}");
        assert!(parse.syntax().descendants().all(|node| node.kind() != SyntaxKind::ERROR), "{name}");
        assert!(parse.syntax().text() == text.as_str(), "{name}");
    }
}

/// Not every fault is tried where the parser isn't optimised; any prime step meets each kind of fault.
const STEP: usize = if cfg!(debug_assertions) { 13 } else { 1 };

/// Each token of each item, deleted, doubled and replaced, between the items around it.
#[test]
fn single_faults() {
    let files = valid_files();
    let windows: Vec<(&str, String)> =
        files.iter().flat_map(|(name, text)| windows(text).into_iter().map(|window| (name.as_str(), window))).collect();
    let problems: Vec<String> = std::thread::scope(|scope| {
        let halves = windows.chunks(windows.len().div_ceil(2));
        let threads: Vec<_> =
            halves.map(|half| scope.spawn(move || half.iter().flat_map(problems).collect::<Vec<_>>())).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems[..problems.len().min(40000)].join("\n"));
}

/// Whole files too, but not every fault of them.
#[test]
fn single_faults_in_whole_files() {
    for (name, text) in valid_files() {
        let whole = parse(&text);
        let whole = items(&whole);
        for damaged in damages(&text).iter().step_by(97 * STEP) {
            assert_eq!(contained(&whole, damaged, &parse(&damaged.text)), Ok(()), "{name}: {}", damaged.what);
        }
    }
}

fn problems((name, text): &(&str, String)) -> Vec<String> {
    let whole = parse(text);
    let whole = items(&whole);
    let mut problems = Vec::new();
    for damaged in damages(text).into_iter().step_by(STEP) {
        let parse = parse(&damaged.text);
        if let Err(problem) = contained(&whole, &damaged, &parse).and_then(|()| told_once(&damaged, &parse)) {
            problems.push(format!("{name}: {}: {problem}", damaged.what));
        }
    }
    problems
}

/// Every item but the damaged one is the same.
fn contained(whole: &[Vec<SyntaxNode>], damaged: &Damaged, parse: &Parse) -> Result<(), String> {
    if parse.syntax().text() != damaged.text.as_str() {
        return Err("the tree's text is another".to_owned());
    }
    let items = items(parse);
    let before = if damaged.first && open_ended(whole, damaged.item) { damaged.item - 1 } else { damaged.item };
    for index in 0..before {
        if !items.get(index).is_some_and(|item| same(item, &whole[index])) {
            return Err(format!("item {index} of {}, before it, is another", whole.len()));
        }
    }
    for distance in 1..whole.len() - damaged.item {
        let index = whole.len() - distance;
        let item = items.len().checked_sub(distance).and_then(|index| items.get(index));
        if !item.is_some_and(|item| same(item, &whole[index])) {
            return Err(format!("item {index} of {}, after it, is another", whole.len()));
        }
    }
    Ok(())
}

/// Newlines don't end an item, so where an item's keyword is lost, an item before it that no body ends goes on.
fn open_ended(whole: &[Vec<SyntaxNode>], item: usize) -> bool {
    item > 0
        && whole[item - 1].last().is_some_and(|node| {
            !node.text().to_string().ends_with('}')
                || matches!(node.kind(), SyntaxKind::LET_ITEM | SyntaxKind::GRANT_ITEM)
        })
}

fn same(left: &[SyntaxNode], right: &[SyntaxNode]) -> bool {
    left.iter().map(SyntaxNode::green).eq(right.iter().map(SyntaxNode::green))
}

/// At most two errors, none before the fault, and the first of them in the item.
fn told_once(damaged: &Damaged, parse: &Parse) -> Result<(), String> {
    let errors = parse.errors();
    // Where one kind of item becomes another, each of its members may be wrong.
    let allowed = if damaged.first { 3 } else { 2 };
    if errors.len() > allowed {
        return Err(format!("{} errors: {errors:?}", errors.len()));
    }
    let Some(first) = errors.first() else { return Ok(()) };
    let earliest = if first.kind == SyntaxErrorKind::UnclosedString { damaged.start } else { damaged.earliest };
    // What is missing is missing before the next token.
    let start = usize::from(first.range.start());
    let start =
        if first.range.is_empty() { damaged.text.len() - damaged.text[start..].trim_start().len() } else { start };
    if start < earliest {
        return Err(format!("told before it: {first:?} and not at {earliest}"));
    }
    Ok(())
}
