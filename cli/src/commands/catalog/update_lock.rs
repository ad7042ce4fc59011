//! `iamx catalog update-lock`: accept the catalog for a workspace.

use clap::Args;
use iamx_diagnostic::{Severity, escape_line};
use iamx_workspace::{LOCK_FILE, Lock, SETTINGS_FILE};

use crate::{
    args::WorkspaceArguments,
    commands::{Outcome, count, findings},
    error::{Error, show},
    io::{catalog, write},
    terminal::Terminal,
};

const AFTER_HELP: &str = "\
iamx.lock stands beside iamx.toml and belongs under version control. It keeps the actions that each wildcard and access \
level of the workspace held; a build that uses another catalog says what they hold more or less, and `iamx catalog diff` \
lists it. Nothing but this command writes the file.

Examples:
  iamx catalog update-lock
  iamx catalog update-lock infra/iam --catalog new.bin";

/// Keep in iamx.lock what a workspace's wildcards and levels hold now
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Arguments {
    #[command(flatten)]
    workspace: WorkspaceArguments,
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Result<Outcome, Error> {
    let compiled = findings::compile(&arguments.workspace, &[], &terminal.progress())?;
    if !compiled.root.join(SETTINGS_FILE).is_file() {
        return Err(Error::NoWorkspace { path: show(&arguments.workspace.path) });
    }
    let diagnostics = &compiled.analysis.diagnostics;
    // What an error keeps from being compiled would be missing.
    if diagnostics.iter().any(|finding| finding.severity == Severity::Error && !findings::is_of_lock(finding)) {
        findings::print(&compiled, &arguments.workspace, terminal)?;
        terminal.say(&format!("{}; nothing is written", iamx_diagnostic::summary(diagnostics)));
        return Ok(Outcome::Findings);
    }
    let catalog = catalog::load(arguments.workspace.catalog.catalog.as_deref())?;
    let lock = Lock::of(&compiled.analysis.program, catalog);
    let (path, text) = (compiled.root.join(LOCK_FILE), lock.to_text());
    let (name, version) = (show(&path), escape_line(lock.version()));
    if std::fs::read(&path).is_ok_and(|old| old == text.as_bytes()) {
        terminal.say(&format!("{name} is of the catalog of {version} already"));
        return Ok(Outcome::Clean);
    }
    write::replace(&path, text.as_bytes())?;
    terminal.say(&format!("{name}: {}, as in the catalog of {version}", count(lock.len(), "name", "names")));
    Ok(Outcome::Clean)
}
