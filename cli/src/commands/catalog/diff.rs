//! `iamx catalog diff`: what two catalogs know differently.

use std::{fmt::Write, path::PathBuf};

use clap::Args;
use iamx_catalog::{CatalogDiff, LevelSet, diff};
use iamx_diagnostic::escape;

use crate::{commands::Outcome, error::Error, io::catalog, terminal::Terminal};

const AFTER_HELP: &str = "\
Fails (exit code 1) where they differ.

Examples:
  iamx catalog diff old.bin            against the built-in catalog
  iamx catalog diff old.bin new.bin";

/// Print what a newer catalog has more, less and otherwise
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Arguments {
    /// The older catalog file
    old: PathBuf,

    /// The newer catalog file; the built-in catalog where it is left out
    new: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Result<Outcome, Error> {
    let old = catalog::load(Some(&arguments.old))?;
    let new = catalog::load(arguments.new.as_deref())?;
    let found = diff(old, new);
    terminal.print(&escape(&describe(&found)))?;
    if found.is_empty() {
        terminal.say("the catalogs hold the same");
    }
    Ok(Outcome::findings_if(!found.is_empty()))
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
