//! Parsing never fails, and the tree holds every byte.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let parse = iamx_syntax::parse(text);
    assert_eq!(parse.syntax().text().to_string(), text);
    for error in parse.errors() {
        assert!(text.get(std::ops::Range::<usize>::from(error.range)).is_some());
    }
});
