//! Building takes time by the size of the source.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use iamx_tests::{
    files::SourceText,
    pipeline::run,
    random_program::{large_program, program},
};

use crate::seeds;

/// The best of three.
fn time(files: &[SourceText]) -> Duration {
    (0..3)
        .map(|_| {
            let begun = Instant::now();
            run(files);
            begun.elapsed()
        })
        .min()
        .unwrap_or_default()
}

fn bytes(files: &[SourceText]) -> usize {
    files.iter().map(|(_, text)| text.len()).sum()
}

/// For people: `cargo test --release -p iamx-tests --test random_programs growth -- --ignored --nocapture`.
#[test]
#[ignore = "measures, and holds nothing"]
fn by_size() {
    for seed in seeds(20) {
        let mut line = format!("seed {seed}:");
        for size in [1, 4, 16, 64] {
            let files = large_program(seed, size).files();
            let took = time(&files);
            let bytes = bytes(&files);
            let rate = took.as_nanos() / bytes as u128;
            let _ = write!(line, "  {bytes} bytes {took:.1?} {rate} ns/byte");
        }
        println!("{line}");
    }
}

/// The programs that take longest for their size.
#[test]
#[ignore = "measures, and holds nothing"]
fn slowest_for_their_size() {
    let mut measured: Vec<(u128, u64, Duration, usize)> = seeds(1)
        .map(|seed| {
            let files = program(seed).files();
            let (took, bytes) = (time(&files), bytes(&files));
            (took.as_nanos() / bytes as u128, seed, took, bytes)
        })
        .collect();
    measured.sort_unstable();
    for (rate, seed, took, bytes) in measured.iter().rev().take(10) {
        println!("{rate} ns/byte: seed {seed}, {bytes} bytes in {took:?}");
    }
    println!("median {} ns/byte", measured[measured.len() / 2].0);
}
