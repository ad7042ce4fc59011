//! The commands, one file each.

pub(crate) mod build;
pub(crate) mod catalog;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod explain;
mod findings;
pub(crate) mod fmt;
pub(crate) mod init;
pub(crate) mod lsp;

use crate::{args::Command, error::Error, terminal::Terminal};

/// How a command that could be carried out ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing was found.
    Clean,
    /// Something was found that should fail a script.
    Findings,
}

impl Outcome {
    fn findings_if(found: bool) -> Self {
        if found { Self::Findings } else { Self::Clean }
    }
}

/// Carries out a command.
pub(crate) fn run(command: Command, terminal: &mut Terminal) -> Result<Outcome, Error> {
    match command {
        Command::Build(arguments) => build::run(&arguments, terminal),
        Command::Check(arguments) => check::run(&arguments, terminal),
        Command::Fmt(arguments) => fmt::run(&arguments, terminal),
        Command::Explain(arguments) => explain::run(&arguments, terminal),
        Command::Catalog(arguments) => catalog::run(&arguments, terminal),
        Command::Init(arguments) => init::run(&arguments, terminal),
        Command::Lsp(_) => lsp::run(),
        Command::Completions(arguments) => completions::run(&arguments, terminal),
    }
}

/// `1 document`, `2 documents`.
fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
