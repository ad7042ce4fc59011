//! Failing programs made small.

use super::RandomProgram;
use crate::files::SourceText;

/// The program with as few items as still fail.
pub fn smallest(program: &RandomProgram, fails: impl Fn(&RandomProgram) -> bool) -> RandomProgram {
    let mut program = program.clone();
    let plain = program.plain();
    if fails(&plain) {
        program = plain;
    }
    loop {
        let before = program.len();
        for index in (0..before).rev() {
            let smaller = program.without(index);
            if fails(&smaller) {
                program = smaller;
            }
        }
        if program.len() == before {
            return program;
        }
    }
}

/// The files with as few lines as still fail.
pub fn fewest_lines(files: &[SourceText], fails: impl Fn(&[SourceText]) -> bool) -> Vec<SourceText> {
    let mut files = files.to_vec();
    let mut length = files.iter().map(|(_, text)| text.lines().count()).max().unwrap_or(0);
    while length > 0 {
        for file in 0..files.len() {
            let mut from = 0;
            while from < files[file].1.split_inclusive('\n').count() {
                let mut smaller = files.clone();
                let lines = files[file].1.split_inclusive('\n').enumerate();
                smaller[file].1 =
                    lines.filter(|(line, _)| !(from..from + length).contains(line)).map(|(_, line)| line).collect();
                if fails(&smaller) {
                    files = smaller;
                } else {
                    from += length;
                }
            }
        }
        length /= 2;
    }
    files.retain(|(_, text)| !text.is_empty());
    files
}
