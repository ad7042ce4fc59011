//! `iamx catalog diff`: what two catalogs know differently, or what a catalog makes of a workspace's lock.

use std::{
    fmt::Write,
    path::{Path, PathBuf},
};

use clap::Args;
use iamx_catalog::{CatalogDiff, LevelSet, diff};
use iamx_diagnostic::{escape, escape_line};
use iamx_workspace::{LOCK_FILE, Lock, LockChange};

use crate::{
    args::CatalogArguments,
    commands::Outcome,
    error::{Error, show},
    io::{catalog, workspace},
    terminal::Terminal,
};

const AFTER_HELP: &str = "\
Without catalog files it compares the iamx.lock of the workspace here with the catalog that a build would use: which \
wildcards and levels of the workspace hold more or less, and which of its actions are gone.

Fails (exit code 1) where something differs.

Examples:
  iamx catalog diff                    what changed for the workspace here since its iamx.lock
  iamx catalog diff old.bin            a catalog against the built-in one
  iamx catalog diff old.bin new.bin";

/// Print what a newer catalog has more, less and otherwise
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Arguments {
    /// The older catalog file; the workspace's iamx.lock where it is left out
    old: Option<PathBuf>,

    /// The newer catalog file; the built-in catalog where it is left out
    new: Option<PathBuf>,

    /// The workspace whose iamx.lock is compared
    #[arg(long, value_name = "DIR", default_value = ".", conflicts_with = "old")]
    workspace: PathBuf,

    #[command(flatten)]
    catalog: CatalogArguments,
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Result<Outcome, Error> {
    let current = arguments.catalog.catalog.as_deref();
    let Some(old) = &arguments.old else {
        return of_workspace(&arguments.workspace, catalog::load(current)?, terminal);
    };
    let old = catalog::load(Some(old))?;
    let new = catalog::load(arguments.new.as_deref().or(current))?;
    let found = diff(old, new);
    terminal.print(&escape(&describe(&found)))?;
    if found.is_empty() {
        terminal.say("the catalogs hold the same");
    }
    Ok(Outcome::findings_if(!found.is_empty()))
}

fn of_workspace(path: &Path, catalog: &iamx_catalog::Catalog, terminal: &mut Terminal) -> Result<Outcome, Error> {
    let root = workspace::root(path)?.ok_or_else(|| Error::NoWorkspace { path: show(path) })?;
    let place = show(&root.join(LOCK_FILE));
    let Some(text) = workspace::own_file(&root, LOCK_FILE)? else { return Err(Error::NoLock { path: place }) };
    let lock = Lock::parse(&text).map_err(|error| Error::BrokenLock { path: place, reason: error.message })?;
    let changes = lock.changes(catalog);
    let mut text = String::new();
    for LockChange { name, more, fewer } in &changes {
        for (sign, names) in [('+', more), ('-', fewer)] {
            for action in names {
                // Writing to a string can't fail.
                let _ = if action == name {
                    writeln!(text, "- action {name}")
                } else {
                    writeln!(text, "{sign} {name} {action}")
                };
            }
        }
    }
    terminal.print(&escape(&text))?;
    let (old, new) = (escape_line(lock.version()), escape_line(&catalog.info().version));
    let since = if lock.is_of(catalog) {
        format!("{LOCK_FILE} is of this catalog, {new}")
    } else {
        format!("{LOCK_FILE} is of the catalog of {old}, and this is that of {new}")
    };
    terminal.say(&if changes.is_empty() { format!("{since}: nothing that it keeps is otherwise") } else { since });
    Ok(Outcome::findings_if(!changes.is_empty()))
}

fn describe(found: &CatalogDiff) -> String {
    let mut text = String::new();
    let lists = [
        ("+ service", &found.services_added),
        ("- service", &found.services_gone),
        ("+ action", &found.actions_added),
        ("- action", &found.actions_gone),
        ("~ resource types of action", &found.resources_changed),
        ("+ resource type", &found.types_added),
        ("- resource type", &found.types_gone),
        ("~ ARN of resource type", &found.formats_changed),
        ("+ condition key", &found.keys_added),
        ("- condition key", &found.keys_gone),
        ("~ type of condition key", &found.key_types_changed),
        ("+ bound by RCPs", &found.rcp_added),
        ("- bound by RCPs", &found.rcp_gone),
    ];
    // Writing to a string can't fail.
    for (what, names) in lists {
        for name in names {
            let _ = writeln!(text, "{what} {name}");
        }
    }
    for change in &found.levels_changed {
        let (before, after) = (levels(change.before), levels(change.after));
        let _ = writeln!(text, "~ level of action {}: {before} -> {after}", change.action);
    }
    text
}

fn levels(levels: LevelSet) -> String {
    let words: Vec<&str> = levels.iter().map(iamx_catalog::Level::keyword).collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}
