//! What holds of the formatter on any text: it never panics, it changes no meaning, it loses no comment, and formatting
//! twice is formatting once.

use std::fmt::Write as _;

use iamx_syntax::{NodeOrToken, SyntaxKind, WalkEvent, format, parse};
use proptest::prelude::*;

const EXAMPLES: &str = include_str!("fixtures/tour.iamx");

/// Checks all that holds of the formatted text of `text`.
fn check(text: &str) -> Result<(), TestCaseError> {
    let once = match format(text) {
        Ok(once) => once,
        Err(error) => return Err(TestCaseError::fail(format!("{error}\n{text}"))),
    };
    let twice = format(&once).map_err(|error| TestCaseError::fail(format!("twice: {error}\n{text}")))?;
    prop_assert_eq!(&once, &twice, "not stable:\n{}", text);
    prop_assert_eq!(comments(text), comments(&once), "comments of:\n{}", text);
    for broken in errors(text) {
        prop_assert!(once.contains(&broken), "{:?} changed in:\n{}", broken, text);
    }
    prop_assert!(once.is_empty() || once.ends_with('\n') && !once.starts_with('\n'));
    Ok(())
}

fn comments(text: &str) -> Vec<String> {
    let tree = parse(text).syntax();
    tree.descendants_with_tokens()
        .filter(|part| part.kind() == SyntaxKind::COMMENT)
        .map(|part| part.to_string().trim_end().to_owned())
        .collect()
}

/// The texts of the nodes that are errors.
fn errors(text: &str) -> Vec<String> {
    let tree = parse(text).syntax();
    let mut errors = Vec::new();
    let mut walk = tree.preorder();
    while let Some(event) = walk.next() {
        if let WalkEvent::Enter(node) = event
            && node.kind() == SyntaxKind::ERROR
        {
            errors.push(node.text().to_string());
            walk.skip_subtree();
        }
    }
    errors
}

/// The tokens of the examples, comments among them.
fn tokens(text: &str) -> Vec<String> {
    parse(text)
        .syntax()
        .descendants_with_tokens()
        .filter_map(NodeOrToken::into_token)
        .filter(|token| token.kind() != SyntaxKind::WHITESPACE)
        .map(|token| token.text().to_owned())
        .collect()
}

fn separator() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        6 => Just(" "),
        3 => Just("\n"),
        2 => Just("\n  "),
        1 => Just(""),
        1 => Just("\n\n\n"),
        1 => Just(" // behind\n"),
        1 => Just("\n// above\n"),
        1 => Just("\n/// doc\n  "),
        1 => Just("\r\n\t"),
        1 => Just("\n// iamx fmt off\n"),
        1 => Just("\n  // iamx fmt on\n"),
    ]
}

/// Separators that leave whole what is whole.
fn harmless_separator() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        4 => Just(" "),
        4 => Just("\n   "),
        2 => Just(" // behind\n  "),
        2 => Just("\n// above\n  "),
        1 => Just(" // behind\n // above\n\n\n    // again\n "),
        1 => Just("\r\n\r\n\t// with blanks  \r\n\t"),
        1 => Just("\n\n\n  "),
    ]
}

/// Where white space stands, something else does, with the chance of `percent`.
fn respaced(text: &str, choices: &[(u8, &str)], percent: u8) -> String {
    let mut choices = choices.iter().cycle();
    let mut out = String::new();
    for token in parse(text).syntax().descendants_with_tokens().filter_map(NodeOrToken::into_token) {
        if token.kind() == SyntaxKind::WHITESPACE
            && let Some((chance, other)) = choices.next()
            && chance % 100 < percent
        {
            let column_0 = token.text().ends_with('\n');
            out.push_str(other);
            if column_0 && !out.ends_with('\n') {
                out.push('\n');
            }
        } else {
            out.push_str(token.text());
        }
    }
    out
}

/// Few cases a run, as each parses many texts; `PROPTEST_CASES` asks for more.
#[test]
fn a_comment_of_another_language_takes_what_it_cuts() {
    for text in
        ["/**//", "/* a *// b\nlet a = [\"x\"]\n", "/* \"x */ y\" z\n", "/*\n \" */ let\" b = 1\n", "# \"a\n\" b\n"]
    {
        check(text).unwrap();
    }
}

fn config() -> ProptestConfig {
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    let config = ProptestConfig::default();
    ProptestConfig { cases: if asked { config.cases } else { 64 }, ..config }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn soups_of_tokens(picks in prop::collection::vec((any::<prop::sample::Index>(), separator()), 0..60)) {
        let tokens = tokens(EXAMPLES);
        let mut text = String::new();
        for (index, separator) in picks {
            let _ = write!(text, "{}{separator}", index.get(&tokens));
        }
        check(&text)?;
    }

    #[test]
    fn examples_with_other_white_space(
        choices in prop::collection::vec((any::<u8>(), separator()), 1..400),
        percent in 0..60_u8,
    ) {
        check(&respaced(EXAMPLES, &choices, percent))?;
    }

    #[test]
    fn examples_with_comments_anywhere(
        choices in prop::collection::vec((any::<u8>(), harmless_separator()), 1..400),
        percent in 0..50_u8,
    ) {
        check(&respaced(EXAMPLES, &choices, percent))?;
    }

    #[test]
    fn examples_with_a_part_gone_or_twice(
        cut in any::<prop::sample::Index>(),
        length in 0..80_usize,
        paste in any::<prop::sample::Index>(),
    ) {
        let boundary = |at: usize| EXAMPLES.floor_char_boundary(at);
        let start = boundary(cut.index(EXAMPLES.len()));
        let end = boundary((start + length).min(EXAMPLES.len()));
        let (cut, rest) = (&EXAMPLES[start..end], format!("{}{}", &EXAMPLES[..start], &EXAMPLES[end..]));
        let at = rest.floor_char_boundary(paste.index(rest.len()));
        check(&rest)?;
        check(&format!("{}{cut}{}", &rest[..at], &rest[at..]))?;
    }

    #[test]
    fn any_text(text in "\\PC{0,200}") {
        check(&text)?;
    }
}
