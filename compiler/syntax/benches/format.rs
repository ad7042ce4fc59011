//! How fast text is formatted, the check of the result included.

use divan::{Bencher, counter::BytesCount};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

const TOUR: &str = include_str!("../tests/fixtures/tour.iamx");

fn text(bytes: usize) -> String {
    TOUR.repeat(bytes.div_ceil(TOUR.len()))
}

#[divan::bench(args = [10_000, 100_000, 1_000_000, 10_000_000], max_time = 5)]
fn format(bencher: Bencher, bytes: usize) {
    let text = text(bytes);
    bencher.counter(BytesCount::of_str(&text)).bench(|| iamx_syntax::format(&text));
}

/// Half of what the formatter needs goes into parsing: once the source, once the result.
#[divan::bench(args = [10_000, 1_000_000], max_time = 5)]
fn parse(bencher: Bencher, bytes: usize) {
    let text = text(bytes);
    bencher.counter(BytesCount::of_str(&text)).bench(|| iamx_syntax::parse(&text));
}
