//! Text that no one writes by hand: any text has a tree that holds it, deep nesting ends in an error, and time is linear.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use std::time::{Duration, Instant};

use iamx_syntax::{KEYWORDS, MAX_DEPTH, SyntaxErrorKind, diagnostics, parse};
use iamx_text::SourceMap;
use proptest::prelude::*;

fn holds(text: &str) {
    let parse = parse(text);
    assert!(parse.syntax().text() == text, "the tree of {text:?} holds another text");
    let mut sources = SourceMap::new();
    let file = sources.add("hostile.iamx", text);
    for diagnostic in diagnostics(file, text, &parse) {
        for label in diagnostic.labels {
            assert!(text.get(usize::from(label.span.range.start())..usize::from(label.span.range.end())).is_some());
        }
    }
}

fn token() -> impl Strategy<Value = String> {
    let marks = [
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        ",",
        ":",
        ".",
        "*",
        "?",
        "=",
        "==",
        "!=",
        "<",
        "<=",
        "@",
        "/",
        "-",
        "#",
        "#allow",
        "\"",
        "\"s\"",
        "\\",
        "// c",
        "/// d",
        "\n",
        "\n\n",
        " ",
        "\t",
        "\r\n",
        "a",
        "b-c",
        "s3:GetObject",
        "s3:",
        "s3:{",
        "a.b:c/\"d\"",
        "L: allow",
        "1",
        "-1.5e3",
        "2026-01-01",
        "15m",
        "12ab",
        "é",
        "\u{FEFF}",
        "\u{1F980}",
        "|",
        "\u{1F1}",
        "'",
        "${x}",
    ];
    prop_oneof![
        prop::sample::select(marks.map(str::to_owned).to_vec()),
        prop::sample::select(KEYWORDS.iter().map(|(text, _)| (*text).to_owned()).collect::<Vec<_>>()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 64 } else { 1000 }))]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        holds(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_tokens(tokens in prop::collection::vec((token(), any::<bool>()), 0..150)) {
        holds(&tokens.into_iter().map(|(token, blank)| if blank { token + " " } else { token }).collect::<String>());
    }

    #[test]
    fn broken_files(edits in prop::collection::vec((any::<prop::sample::Index>(), 0..20_usize, token()), 1..8), file in any::<prop::sample::Index>()) {
        let files = support::valid_files();
        let mut text = file.get(&files).1.clone();
        for (at, length, token) in edits {
            let start = floor(&text, at.index(text.len() + 1));
            let end = floor(&text, (start + length).min(text.len()));
            text.replace_range(start..end, &token);
        }
        holds(&text);
    }
}

fn floor(text: &str, mut index: usize) -> usize {
    while !text.is_char_boundary(index) {
        index -= 1;
    }
    index
}

/// On a stack as small as a thread's usually is.
fn on_small_stack(run: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(run).unwrap().join().unwrap();
}

const OPENERS: [(&str, &str); 14] = [
    ("let x = ", "("),
    ("let x = ", "["),
    ("let x = ", "{"),
    ("let x = ", "([{"),
    ("let x = ", "f("),
    ("let x = ", "f[\"a\"]("),
    ("let x = ", "not ("),
    ("param x: ", "["),
    ("policy P ", "{"),
    ("policy P { ", "if x { "),
    ("policy P { raw ", "{ \"a\": "),
    ("policy P { raw ", "{ \"a\": [ "),
    ("organization o \"x\" ", "{ ou A "),
    ("", "for x in y { "),
];

#[test]
fn deep_nesting_ends_in_an_error() {
    on_small_stack(|| {
        for (start, opener) in OPENERS {
            let text = format!("{start}{}\nrole R {{ }}\n", opener.repeat(100_000));
            let parse = parse(&text);
            assert_eq!(parse.errors().len(), 1, "{opener}");
            assert_eq!(parse.errors()[0].kind, SyntaxErrorKind::TooDeep, "{opener}");
            assert!(parse.syntax().text() == text.as_str());
            assert_eq!(parse.syntax().children().last().unwrap().text().to_string(), "role R { }", "{opener}");
        }
    });
}

#[test]
fn long_chains_end() {
    on_small_stack(|| {
        for (start, link, end) in [
            ("let x = ", "not ", "y"),
            ("let x = ", "a.", "b"),
            ("let x = ", "a, ", "b"),
            ("let x = ", "a and ", "b"),
            ("let x = f", "(a)", ""),
            ("let x = f", "[\"a\"]", ""),
            ("use ", "a.", "b"),
            ("policy P { allow x ", "on a ", "}"),
            ("policy P { ", "allow x ", "}"),
            ("policy P { ", "zzz ", "}"),
            ("test \"t\" { user a ", "as role R ", "can x }"),
            ("", "#allow(a, \"b\") ", "let x = 1"),
            ("", "/// d\n", "let x = 1"),
            ("policy P { ", "} ", ""),
            ("let x = ", ") ", ""),
            ("let x = ", "\"", ""),
        ] {
            holds(&format!("{start}{}{end}\n", link.repeat(if cfg!(debug_assertions) { 10_000 } else { 100_000 })));
        }
    });
}

/// No alternative is tried twice a level: every bracket as deep as may be takes no longer than its length allows.
#[test]
fn time_is_linear_in_depth() {
    on_small_stack(|| {
        for (start, opener) in OPENERS {
            let levels = opener.matches(['(', '[', '{']).count();
            let opened = start.matches('{').count();
            for tail in ["", "x", "x ?? x", "\"a\" 1 ,,"] {
                let text = format!("{start}{}{tail}", opener.repeat((MAX_DEPTH - opened) / levels));
                let began = Instant::now();
                holds(&text);
                assert!(began.elapsed() < Duration::from_secs(1), "{start}{opener}…{tail}: {:?}", began.elapsed());
                assert!(parse(&text).errors().iter().all(|error| error.kind != SyntaxErrorKind::TooDeep), "{opener}");
            }
        }
    });
}
