//! Whatever is done to a program, there is an answer, and every finding is somewhere in a file.
//!
//! `IAMX_MUTATIONS=1000000 cargo test --release -p iamx-tests --test random_programs mutations -- --nocapture` tries so many,
//! and shows what takes more than a second. The suite, which runs on any machine, looks at no clock.

use std::{
    collections::BTreeMap,
    env,
    fmt::Write as _,
    panic,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use iamx_tests::{
    files::SourceText,
    pipeline::run,
    random_program::{
        Random, fewest_lines,
        mutation::{Base, misplaced},
    },
};

/// Mutants that the suite tries.
const COUNT: u64 = 300;
/// Mutants made of one program.
const OF_ONE: u64 = 100;
/// What one may take where that is looked at.
const SLOW: Duration = Duration::from_secs(1);

#[test]
fn any_mutant() {
    let number = |name: &str| env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let (count, timed) = number("IAMX_MUTATIONS").map_or((COUNT, false), |count| (count, true));
    let first = number("IAMX_SEED").unwrap_or(0);
    let next = AtomicU64::new(0);
    let slowest = Mutex::new((Duration::ZERO, 0));
    let failures = Mutex::new(BTreeMap::<String, (usize, Vec<SourceText>)>::new());
    let threads = thread::available_parallelism().map_or(1, usize::from).min(4);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let batch = next.fetch_add(1, Ordering::Relaxed);
                    if batch * OF_ONE >= count {
                        break;
                    }
                    if batch % 100 == 99 {
                        println!("{} mutants, {} faults", batch * OF_ONE, failures.lock().unwrap().len());
                    }
                    let base = Base::new(first + batch);
                    let mut random = Random::new(first + batch);
                    for _ in 0..OF_ONE {
                        let mutant = base.mutant(&mut random);
                        let begun = Instant::now();
                        if let Some(fault) = fault(&mutant) {
                            let mut failures = failures.lock().unwrap();
                            failures.entry(fault).or_insert((0, mutant)).0 += 1;
                            continue;
                        }
                        if !timed {
                            continue;
                        }
                        let mut took = begun.elapsed();
                        // Others have work too: what counts is the best of three.
                        for _ in 0..3 {
                            if took > SLOW {
                                let begun = Instant::now();
                                run(&mutant);
                                took = took.min(begun.elapsed());
                            }
                        }
                        let mut slowest = slowest.lock().unwrap();
                        *slowest = (*slowest).max((took, batch));
                        if took > SLOW {
                            failures.lock().unwrap().entry("slow".to_owned()).or_insert((0, mutant)).0 += 1;
                        }
                    }
                }
            });
        }
    });
    if timed {
        println!("{count} mutants, the slowest in {:?}", slowest.lock().unwrap());
    }
    let failures = failures.into_inner().unwrap();
    let mut message = String::new();
    for (what, (times, mutant)) in &failures {
        let _ = write!(message, "{times} times: {what}\n{}", shown(what, mutant));
    }
    assert!(failures.is_empty(), "{message}");
}

/// What is wrong with the answer to these files, in short: what a panic says and where, or the check that is misplaced.
fn fault(files: &[SourceText]) -> Option<String> {
    let answer = panic::catch_unwind(|| {
        let outcome = run(files);
        if let Some(what) = misplaced(&outcome) {
            return Some(what.lines().take(4).collect::<Vec<_>>().join(" "));
        }
        // Rendering is part of the answer.
        outcome.rendered();
        None
    });
    answer.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        Some(format!("panic: {}", text.unwrap_or("?").chars().take(200).collect::<String>()))
    })
}

/// The mutant with as few lines as have the same fault.
fn shown(what: &str, mutant: &[SourceText]) -> String {
    let small = if what == "slow" {
        mutant.to_vec()
    } else {
        fewest_lines(mutant, |files| fault(files).is_some_and(|other| other == what))
    };
    small.iter().fold(String::new(), |text, (path, contents)| format!("{text}==== {path}\n{contents}\n"))
}
