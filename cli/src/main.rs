//! The `iamx` command.
//!
//! The only room with files, a terminal and a process: it reads a workspace into memory, hands it to the compiler, and
//! writes what comes out. Standard output holds what was asked for, standard error what was done; the exit code is 0 where
//! nothing was found, 1 where something was, and 2 where the command could not be carried out.

mod args;
mod commands;
mod error;
mod io;
mod progress;
mod terminal;
mod watch;

use std::process::ExitCode;

use clap::Parser;

use crate::{args::Cli, commands::Outcome, terminal::Terminal};

/// A tree is many small allocations.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // A closed pipe is the reader's wish.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let mut terminal = Terminal::new(cli.color, cli.quiet);
    match commands::run(cli.command, &mut terminal) {
        Ok(Outcome::Clean) => ExitCode::SUCCESS,
        Ok(Outcome::Findings) => ExitCode::from(1),
        Err(error) => {
            terminal.error(&error);
            ExitCode::from(2)
        }
    }
}
