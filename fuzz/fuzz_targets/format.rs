//! Formatting twice is formatting once, and the formatter never meets a fault of its own.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let once = iamx_syntax::format(text).expect("the formatter keeps meaning and comments");
    let twice = iamx_syntax::format(&once).expect("the formatter takes its own output");
    assert_eq!(once, twice);
});
