//! The whole pipeline takes any text, and every finding is somewhere in a file.
//!
//! What begins with a zero byte is a random program that is well typed, by its number in two bytes, made wrong in places:
//! eight bytes a time say where and how. Anything else is the text of a module.
#![no_main]

use std::cell::RefCell;

use iamx_tests::{
    pipeline::run,
    random_program::{
        Random,
        mutation::{Base, misplaced},
    },
};
use libfuzzer_sys::fuzz_target;

// What stands before the mark is `iamx.toml`, where there is one.
const MARK: &str = "\n//// main.iamx\n";

thread_local! {
    /// The programs made last.
    static BASES: RefCell<Vec<(u16, Base)>> = const { RefCell::new(Vec::new()) };
}
const KEPT: usize = 64;

fuzz_target!(|bytes: &[u8]| {
    if let [0, high, low, rest @ ..] = bytes {
        let number = u16::from_be_bytes([*high, *low]);
        return BASES.with_borrow_mut(|bases| {
            if !bases.iter().any(|(other, _)| *other == number) {
                bases.truncate(KEPT - 1);
                bases.insert(0, (number, Base::new(number.into())));
            }
            let Some((_, base)) = bases.iter().find(|(other, _)| *other == number) else { return };
            for seed in rest.chunks(8).take(16) {
                let mut eight = [0; 8];
                eight[..seed.len()].copy_from_slice(seed);
                holds(&base.mutant(&mut Random::new(u64::from_le_bytes(eight))));
            }
        });
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    let files: Vec<(String, String)> = match text.split_once(MARK) {
        Some((settings, main)) => vec![file("iamx.toml", settings), file("main.iamx", main)],
        None => vec![file("main.iamx", text)],
    };
    holds(&files);
});

fn holds(files: &[(String, String)]) {
    assert_eq!(misplaced(&run(files)), None);
}
