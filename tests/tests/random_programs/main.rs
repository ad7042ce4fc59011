//! Random workspaces that are well typed by construction: what holds of every program.
//!
//! `IAMX_PROGRAMS=5000 cargo test --release -p iamx-tests --test random_programs` tries so many; `IAMX_SEED` is the first.

// A helper of tests fails as a test does.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::unwrap_used)]
// What was refused is worth reading, and no failure.
#![allow(clippy::print_stdout)]

mod as_raw;
mod growth;
mod mutations;
mod same_documents;
mod sources;

use std::{collections::BTreeMap, env, fmt::Write as _};

use iamx_tests::{
    pipeline::{Outcome, run},
    random_program::{RandomProgram, STATED_LIMITS, program, smallest},
};

/// Programs that the suite tries.
const COUNT: u64 = 60;

/// The number that the environment asks for.
fn count() -> u64 {
    env::var("IAMX_PROGRAMS").ok().and_then(|count| count.parse().ok()).unwrap_or(COUNT)
}

/// A part of the seeds: the suite has a few seconds.
fn seeds(part: u64) -> std::ops::Range<u64> {
    let first: u64 = env::var("IAMX_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0);
    first..first + count() / part
}

/// The documents by their paths, without what tells of their sources.
fn documents(outcome: &Outcome) -> BTreeMap<String, String> {
    let documents = outcome.files.iter().filter(|file| file.path != "manifest.json");
    documents.map(|file| (file.path.clone(), String::from_utf8(file.bytes.to_vec()).expect("it is text"))).collect()
}

/// Holds `wrong`, which says what is wrong with a program, against all of them; the first that fails is shown as small as
/// it fails.
fn hold(seeds: std::ops::Range<u64>, wrong: impl Fn(&RandomProgram) -> Option<String>) {
    for seed in seeds {
        let program = program(seed);
        if wrong(&program).is_none() {
            continue;
        }
        let small = smallest(&program, |one| wrong(one).is_some());
        panic!("seed {seed}\n{}\n{}", shown(&small), wrong(&small).unwrap());
    }
}

fn shown(program: &RandomProgram) -> String {
    let mut text = String::new();
    for (path, contents) in program.files() {
        let _ = write!(text, "==== {path}\n{contents}");
    }
    text
}

#[test]
fn a_program_has_no_error() {
    let (mut limits, mut refused, mut items) = (BTreeMap::<&str, usize>::new(), 0, 0);
    let mut failures = BTreeMap::<&str, Vec<u64>>::new();
    for seed in seeds(1) {
        let program = program(seed);
        items += program.len();
        let errors = run(&program.files()).errors();
        if let Some(check) = errors.iter().find(|check| !STATED_LIMITS.contains(check)) {
            failures.entry(check).or_default().push(seed);
            continue;
        }
        refused += u64::from(!errors.is_empty());
        for check in errors {
            *limits.entry(check).or_default() += 1;
        }
    }
    println!("{} programs of {items} items, {refused} refused: {limits:?}", count());
    for (check, seeds) in &failures {
        let program = program(seeds[0]);
        let before = run(&program.files()).errors();
        let small = smallest(&program, |one| {
            let errors = run(&one.files()).errors();
            errors.contains(check) && errors.iter().all(|error| before.contains(error))
        });
        println!("{check}: {} programs, of seed {}\n{}", seeds.len(), seeds[0], shown(&small));
        println!("{}", run(&small.files()).rendered());
    }
    assert!(failures.is_empty(), "{failures:?}");
    // One in a hundred, and one of fewer.
    assert!(refused * 100 <= count().max(100), "{refused} of {} refused: {limits:?}", count());
}
