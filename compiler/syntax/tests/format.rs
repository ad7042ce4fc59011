//! What the formatter makes of each construct, and of text that isn't pretty.

use std::fmt::Write as _;

use iamx_syntax::{MAX_DEPTH, format};

/// Formats each case of a fixture, and checks that doing it again changes nothing.
fn formatted(fixture: &str) -> String {
    let mut out = String::new();
    for case in fixture.split("=== ").filter(|case| !case.is_empty()) {
        let (name, text) = case.split_once('\n').unwrap_or((case, ""));
        let once = format(text);
        assert!(once.is_ok(), "{name}: {once:?}");
        let once = once.unwrap_or_default();
        assert_eq!(format(&once).as_deref(), Ok(once.as_str()), "{name}: not stable");
        let _ = write!(out, "=== {name}\n{text}---\n{once}");
    }
    out
}

macro_rules! fixture {
    ($name:ident) => {
        #[test]
        fn $name() {
            let fixture = include_str!(concat!("fixtures/format/", stringify!($name), ".txt"));
            insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(formatted(fixture)) });
        }
    };
}

fixture!(items);
fixture!(statements);
fixture!(bodies);
fixture!(comments);
fixture!(left);

#[test]
fn tour() {
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!(format(include_str!("fixtures/tour.iamx")).unwrap());
    });
}

#[test]
fn nothing_stays_nothing() {
    for text in ["", " ", "\n\n", "\u{FEFF}", "\r\n\t"] {
        assert_eq!(format(text).as_deref(), Ok(""), "{text:?}");
    }
    assert_eq!(format("// x").as_deref(), Ok("// x\n"));
}

#[test]
fn byte_order_mark_goes() {
    assert_eq!(format("\u{FEFF}let a=1").as_deref(), Ok("let a = 1\n"));
    assert_eq!(format("\u{FEFF}// iamx fmt off\nlet a=1").as_deref(), Ok("// iamx fmt off\nlet a=1\n"));
    assert_eq!(format("\u{FEFF}///d\nlet a=1").as_deref(), Ok("///d\nlet a = 1\n"));
    assert_eq!(format("\u{FEFF}///\nfor").as_deref(), Ok("///\nfor\n"));
}

#[test]
fn line_ends_become_one_kind() {
    let text = "let a=1 // x\r\n\r\n\r\n// y\r\npolicy P {\r\n  allow a:B\r\n}\r\n";
    assert_eq!(format(text).as_deref(), Ok("let a = 1 // x\n\n// y\npolicy P {\n  allow a:B\n}\n"));
}

#[test]
fn regions_stay_byte_for_byte() {
    let region = "// iamx fmt off\r\n\tlet   a=[\r\n   1 ]   \r\n\r\n\r\n// iamx fmt on";
    let out = format(&format!("let   x=1\r\n{region}\r\nlet   y=1\r\n")).unwrap();
    assert_eq!(out, format!("let x = 1\n{region}\nlet y = 1\n"));
}

#[test]
fn width_is_counted_in_characters() {
    let text = format!("let a = [\"{}\"]\n", "é".repeat(88));
    assert_eq!(format(&text).as_deref(), Ok(text.as_str()));
    let wider = format!("let a = [\"{}\"]\n", "é".repeat(89));
    assert_eq!(format(&wider).unwrap().lines().count(), 3);
}

#[test]
fn huge_lists_have_an_element_a_line() {
    let actions: Vec<String> = (0..5000).map(|number| format!("s3:Action{number}")).collect();
    let out = format(&format!("policy P {{ allow {} on [{}] }}", actions.join(","), actions.join(","))).unwrap();
    assert_eq!(out.lines().count(), 10_004);
    assert_eq!(format(&out).as_deref(), Ok(out.as_str()));
}

#[test]
fn deep_nesting_is_laid_out() {
    let depth = MAX_DEPTH - 2;
    for (open, close) in [("[", "]"), ("(", ")"), ("not (", ")"), ("f(", ")")] {
        let text = format!("policy P {{\n  allow a:B when {}x{}\n}}\n", open.repeat(depth), close.repeat(depth));
        let out = format(&text).unwrap();
        assert!(out.contains(&open.repeat(5)) || out.lines().count() > depth, "{out}");
        assert_eq!(format(&out).as_deref(), Ok(out.as_str()));
    }
    let blocks = format!("policy P {{ {} allow a:B {} }}", "if a { ".repeat(depth), "} ".repeat(depth));
    assert_eq!(format(&blocks).unwrap().lines().count(), 2 * depth + 3);
}

#[test]
fn no_line_ends_in_a_blank_and_no_two_lines_are_blank() {
    let out = format(include_str!("fixtures/tour.iamx")).unwrap();
    assert!(out.lines().all(|line| line.trim_end() == line));
    assert!(!out.contains("\n\n\n"));
    assert!(out.lines().all(|line| line.chars().count() <= 100));
}
