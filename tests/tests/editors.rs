//! The editors' packages name the keywords that the grammar has, each once.

use std::collections::BTreeSet;

use iamx_syntax::KEYWORDS;
use iamx_tests::files::{read, repository};

fn keywords() -> Vec<&'static str> {
    let keywords: BTreeSet<_> = KEYWORDS.iter().map(|(text, _)| *text).collect();
    keywords.into_iter().collect()
}

fn sorted(mut words: Vec<&str>) -> Vec<&str> {
    words.sort_unstable();
    words
}

#[test]
fn neovim_colours_the_keywords() {
    let file = read(&repository("editors/neovim/syntax/iamx.vim"));
    let lists = ["syntax keyword iamxKeyword ", "syntax keyword iamxContextual "];
    let words = file
        .lines()
        .filter_map(|line| lists.iter().find_map(|list| line.strip_prefix(list)))
        .flat_map(str::split_whitespace)
        .collect();
    assert_eq!(sorted(words), keywords());
}

#[test]
fn emacs_colours_the_keywords() {
    let file = read(&repository("editors/emacs/iamx-mode.el"));
    let words = ["(defconst iamx-keywords\n  '(", "(defconst iamx-contextual-keywords\n  '("]
        .iter()
        .filter_map(|list| Some(file.split_once(list)?.1.split_once(')')?.0))
        .flat_map(str::split_whitespace)
        .map(|word| word.trim_matches('"'))
        .collect();
    assert_eq!(sorted(words), keywords());
}
