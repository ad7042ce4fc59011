//! `iamx check`: diagnostics alone.

use clap::Args;

use super::{Outcome, count, findings};
use crate::{args::WorkspaceArguments, error::Error, terminal::Terminal, watch};

const AFTER_HELP: &str = "\
Examples:
  iamx check                             the workspace around the current folder
  iamx check infra/iam --deny-warnings   another one, and warnings fail too
  iamx check one.iamx                    a file alone, or the workspace that it is in
  iamx check --format sarif > iamx.sarif
  iamx check --watch                     again on each change";

/// Say what is wrong in a workspace, and write nothing
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    #[command(flatten)]
    workspace: WorkspaceArguments,

    /// Check again whenever a file of the workspace changes, until interrupted
    #[arg(long)]
    watch: bool,
}

pub(crate) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Result<Outcome, Error> {
    if arguments.watch {
        return watch::repeat(&arguments.workspace.path, terminal, |terminal| once(arguments, terminal));
    }
    once(arguments, terminal)
}

fn once(arguments: &Arguments, terminal: &mut Terminal) -> Result<Outcome, Error> {
    let compiled = findings::compile(&arguments.workspace, &[], &terminal.progress())?;
    let failed = findings::print(&compiled, &arguments.workspace, terminal)?;
    let modules = count(compiled.workspace.modules().len(), "module", "modules");
    terminal.say(&format!("{} in {modules}", iamx_diagnostic::summary(&compiled.analysis.diagnostics)));
    if !failed {
        findings::say_what_is_not_run(&compiled, terminal);
    }
    Ok(Outcome::findings_if(failed))
}
