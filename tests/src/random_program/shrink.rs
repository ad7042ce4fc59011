//! Failing programs made small.

use super::RandomProgram;

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
