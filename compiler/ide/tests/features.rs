//! What is answered of a whole file, and that there is an answer for half of one.
#![allow(clippy::unwrap_used)] // A helper of tests fails as a test does.

use std::fmt::Write;

use iamx_ide::{FoldKind, Symbol, folds, outline, selection, words};
use iamx_syntax::{TextSize, parse};

const TOUR: &str = include_str!("../../syntax/tests/fixtures/tour.iamx");

fn draw(symbols: &[Symbol], depth: usize, text: &mut String) {
    for symbol in symbols {
        writeln!(text, "{}{} {}", "  ".repeat(depth), symbol.kind.word(), symbol.name).unwrap();
        draw(&symbol.children, depth + 1, text);
    }
}

fn is_within(symbols: &[Symbol], size: TextSize) -> bool {
    symbols.iter().all(|symbol| {
        symbol.range.end() <= size
            && symbol.range.contains_range(symbol.name_range)
            && is_within(&symbol.children, size)
    })
}

#[test]
fn the_outline_of_the_tour() {
    let mut text = String::new();
    draw(&outline(&parse(TOUR)), 0, &mut text);
    insta::assert_snapshot!(text);
}

#[test]
fn the_words_of_the_tour() {
    let words: Vec<String> = words(&parse(TOUR))
        .iter()
        .map(|word| format!("{:?}{} {}", word.kind, if word.declares { "!" } else { "" }, &TOUR[word.range]))
        .collect();
    insta::assert_snapshot!(words.join("\n"));
}

#[test]
fn brackets_comments_and_uses_fold() {
    let text = "use a.b\nuse c.d\n// one\n// two\n\n// three\npolicy P {\n  allow s3:{\n    GetObject,\n  } on *\n}\n";
    let found: Vec<(FoldKind, usize)> =
        folds(&parse(text)).iter().map(|fold| (fold.kind, text[fold.range].lines().count())).collect();
    assert_eq!(
        found,
        [
            (FoldKind::Uses, 2),
            (FoldKind::Comments, 2),
            (FoldKind::Comments, 1),
            (FoldKind::Brackets, 5),
            (FoldKind::Brackets, 3)
        ]
    );
}

#[test]
fn selection_grows_from_the_word_to_the_file() {
    let text = "/// Doc\npolicy P { allow s3:GetObject on * when aws:SecureTransport }\n";
    let at = TextSize::try_from(text.find("GetObject").unwrap()).unwrap();
    let steps: Vec<&str> = selection(&parse(text), at).iter().map(|range| &text[*range]).collect();
    assert_eq!(steps.first(), Some(&"s3:GetObject"));
    assert_eq!(steps.last(), Some(&text));
    assert!(steps.contains(&"allow s3:GetObject on * when aws:SecureTransport"), "{steps:?}");
    assert!(steps.iter().zip(&steps[1..]).all(|(inner, outer)| inner.len() < outer.len()), "{steps:?}");
}

#[test]
fn every_beginning_of_an_item_has_answers() {
    for item in parse(TOUR).syntax().children().map(|item| item.text().to_string()) {
        for (end, _) in item.char_indices() {
            let text = &item[..end];
            let (parse, size) = (parse(text), TextSize::of(text));
            assert!(words(&parse).iter().all(|word| word.range.end() <= size));
            assert!(folds(&parse).iter().all(|fold| fold.range.end() <= size));
            assert!(is_within(&outline(&parse), size), "{text}");
            assert!(!selection(&parse, size).is_empty());
        }
    }
}
