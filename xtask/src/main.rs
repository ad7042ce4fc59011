//! Development tasks: `cargo xtask TASK`. The only crate beside `cli` that reads and writes files.

mod catalog;
mod corpora;
mod packages;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What a task gives, or why it failed, in words for whoever ran it.
type Result<T> = std::result::Result<T, Box<dyn Error>>;

const USAGE: &str = "usage: cargo xtask TASK

tasks
  catalog           make stdlib/catalog/catalog.bin from its sources
  catalog --check   make it, and fail if the committed file has other bytes
  corpora           fetch the packages that the test suite reads, by version and hash";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["catalog"] => catalog::make(&root(), false),
        ["catalog", "--check"] => catalog::make(&root(), true),
        ["corpora"] => corpora::fetch(&root()),
        _ => {
            say_error(USAGE);
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say_error(&format!("xtask: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// The workspace's folder.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

#[allow(clippy::print_stdout, reason = "a task speaks on the terminal")]
fn say(text: &str) {
    println!("{text}");
}

#[allow(clippy::print_stderr, reason = "a task speaks on the terminal")]
fn say_error(text: &str) {
    eprintln!("{text}");
}
