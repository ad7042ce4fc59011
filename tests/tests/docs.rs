//! Every block of iamx in the pages that users read is compiled.
//!
//! ```` ```iamx ```` is a whole module without a finding; ```` ```iamx error=CHECK ```` has exactly that error. A block of
//! ```` ```json ```` after it is a document that it compiles to.

use iamx_tests::{
    files::{read, repository},
    pipeline::run_text,
};
use iamx_workspace::OutputFile;

struct Block {
    line: usize,
    info: String,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (index, line) in page.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (Some(_), Some("")) => blocks.extend(open.take()),
            (Some(block), _) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, Some(info)) => {
                open = Some(Block { line: index + 1, info: info.to_owned(), text: String::new() });
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is never closed");
    blocks
}

fn check_page(path: &str) {
    let mut failures = Vec::new();
    let mut count = 0;
    let mut written = Vec::new();
    for block in blocks(&read(&repository(path))) {
        if block.info == "json" && written.iter().all(|file: &OutputFile| file.bytes != block.text.as_bytes()) {
            failures.push(format!("{path}:{}: no document of the module before is this", block.line));
        }
        let Some(words) = block.info.strip_prefix("iamx") else { continue };
        count += 1;
        let outcome = run_text(&block.text);
        let expected: Vec<&str> = words.split_whitespace().filter_map(|word| word.strip_prefix("error=")).collect();
        let unknown: Vec<&str> = words.split_whitespace().filter(|word| !word.starts_with("error=")).collect();
        assert!(unknown.is_empty(), "{path}:{}: {unknown:?} means nothing", block.line);
        if outcome.checks() != expected {
            failures.push(format!("{path}:{}: {:?}\n{}", block.line, outcome.checks(), outcome.rendered()));
        }
        written = outcome.files;
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(count > 0, "{path} has no block of iamx");
}

#[test]
fn the_language_page_compiles() {
    check_page("docs/language.md");
}

#[test]
fn the_terraform_page_compiles() {
    check_page("docs/terraform.md");
}

#[test]
fn the_readme_compiles() {
    check_page("README.md");
}

#[test]
fn blocks_are_found_with_their_lines() {
    let found = blocks("a\n\n```iamx error=x\nb\n\nc\n```\n\n```json\n```\n");
    let parts: Vec<_> = found.iter().map(|block| (block.line, block.info.as_str(), block.text.as_str())).collect();
    assert_eq!(parts, [(3, "iamx error=x", "b\n\nc\n"), (9, "json", "")]);
}
