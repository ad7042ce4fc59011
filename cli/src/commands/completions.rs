//! `iamx completions`: what a shell completes after `iamx`.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Outcome;
use crate::{args::Cli, error::Error, terminal::Terminal};

const AFTER_HELP: &str = "\
Examples:
  iamx completions bash > ~/.local/share/bash-completion/completions/iamx
  iamx completions fish > ~/.config/fish/completions/iamx.fish
  iamx completions zsh  > \"${fpath[1]}/_iamx\"";

/// Print a completion script
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// The shell that the script is for
    shell: Shell,
}

pub(crate) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Result<Outcome, Error> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "iamx", &mut script);
    terminal.print_bytes(&script)?;
    Ok(Outcome::Clean)
}
