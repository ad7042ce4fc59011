//! Snapshots that lie beside what they are of: `tree.txt`, `diagnostics.txt`, `formatted.iamx`, `output.txt`.
//!
//! `UPDATE_BASELINES=1 cargo test -p iamx-tests` writes them. With `CI` set nothing is ever written.

use std::{env, fs, path::Path};

/// Snapshots of one test, and what is wrong with them.
#[derive(Debug)]
pub struct Snapshots {
    write: bool,
    wrong: Vec<String>,
}

impl Snapshots {
    /// None compared yet; the environment says whether they are written.
    pub fn from_environment() -> Self {
        Self::new(env::var_os("UPDATE_BASELINES").is_some() && env::var_os("CI").is_none())
    }

    /// None compared yet.
    pub fn new(write: bool) -> Self {
        Self { write, wrong: Vec::new() }
    }

    /// The file at `path` holds `text`; where that is empty there is no such file.
    pub fn compare(&mut self, path: &Path, text: &str) {
        let held = fs::read_to_string(path).ok();
        if held.as_deref() == Some(text) && !text.is_empty() || held.is_none() && text.is_empty() {
            return;
        }
        if self.write {
            if text.is_empty() {
                fs::remove_file(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            } else {
                fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            }
            return;
        }
        let shown = path.display();
        self.wrong.push(match held {
            None => format!("{shown} is missing"),
            Some(_) if text.is_empty() => format!("{shown} is of nothing any more"),
            Some(held) => format!("{shown} differs\n{}", first_difference(&held, text)),
        });
    }

    /// Every file of `folder` is in `known`, paths relative to it.
    pub fn no_others(&mut self, folder: &Path, found: &[String], known: impl Fn(&str) -> bool) {
        for path in found.iter().filter(|path| !known(path)) {
            self.wrong.push(format!("{} is no snapshot and no source", folder.join(path).display()));
        }
    }

    /// What is wrong, a paragraph each.
    pub fn wrong(&self) -> &[String] {
        &self.wrong
    }

    /// Fails unless all was right.
    pub fn assert(self) {
        assert!(
            self.wrong.is_empty(),
            "{} of the snapshots are wrong; after a look at each, UPDATE_BASELINES=1 cargo test -p iamx-tests\n\n{}",
            self.wrong.len(),
            self.wrong.join("\n\n")
        );
    }
}

fn first_difference(held: &str, new: &str) -> String {
    let (mut held_lines, mut new_lines) = (held.split('\n'), new.split('\n'));
    let mut line = 0;
    loop {
        line += 1;
        let pair = (held_lines.next(), new_lines.next());
        match pair {
            (None, None) => return "  in nothing that can be seen".to_owned(),
            (one, other) if one != other => {
                return format!(
                    "  line {line}\n  - {}\n  + {}",
                    one.unwrap_or("(the end)").escape_debug(),
                    other.unwrap_or("(the end)").escape_debug()
                );
            }
            _ => {}
        }
    }
}
