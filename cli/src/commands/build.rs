//! `iamx build`: from source to documents.

use std::path::PathBuf;

use clap::{
    Args,
    builder::{PossibleValue, PossibleValuesParser, TypedValueParser},
};
use iamx_workspace::Target;

use super::{Outcome, count, findings};
use crate::{
    args::WorkspaceArguments,
    error::{Error, show},
    io::{
        depfile,
        output::{Change, Output},
        stamp::Stamp,
    },
    terminal::Terminal,
    watch,
};

const AFTER_HELP: &str = "\
Findings go to standard output, in any format; what was written is said on standard error. Where there \
is an error, nothing is written. Files that iamx didn't write, or that were changed since, are never \
overwritten or removed; `--check` fails where such a file stands among the documents.

Examples:
  iamx build                          the workspace around the current folder
  iamx build infra/iam --out /tmp/iam
  iamx build --target json,terraform  IAM's documents, and a Terraform root for each account
  iamx build --check                  in CI: fail where the output isn't what the source says
  iamx build --watch                  again on each change
  iamx build --depfile out/iamx.d     what it reads, as a rule for make and ninja
  iamx build --set env=prod --deny-warnings --format github";

/// Write the policies of a workspace
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    #[command(flatten)]
    workspace: WorkspaceArguments,

    /// Write to this folder instead of the one in iamx.toml
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Write nothing; fail where the output isn't what the source says
    #[arg(long)]
    check: bool,

    /// What to write, instead of the targets in iamx.toml; several with commas between
    #[arg(long = "target", value_name = "TARGETS", value_delimiter = ',', value_parser = written_targets())]
    targets: Vec<Target>,

    /// Write the files that the build reads to FILE, as a rule for make or ninja
    #[arg(long, value_name = "FILE", conflicts_with = "check")]
    depfile: Option<PathBuf>,

    /// Build again whenever a file of the workspace changes, until interrupted
    #[arg(long)]
    watch: bool,
}

/// The targets that this version writes; of the others it is said that it doesn't.
fn written_targets() -> impl TypedValueParser<Value = Target> {
    PossibleValuesParser::new(Target::ALL.map(|target| PossibleValue::new(target.name()).hide(!target.is_written())))
        .try_map(|name| match Target::ALL.into_iter().find(|target| target.name() == name) {
            Some(target) if target.is_written() => Ok(target),
            _ => Err("this version doesn't write it yet"),
        })
}

pub(crate) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Result<Outcome, Error> {
    if arguments.watch {
        return watch::repeat(&arguments.workspace.path, terminal, |terminal| once(arguments, terminal));
    }
    once(arguments, terminal)
}

fn once(arguments: &Arguments, terminal: &mut Terminal) -> Result<Outcome, Error> {
    let compiled = findings::compile(&arguments.workspace, &arguments.targets, &terminal.progress())?;
    let failed = findings::print(&compiled, &arguments.workspace, terminal)?;
    if !compiled.analysis.diagnostics.is_empty() {
        let summary = iamx_diagnostic::summary(&compiled.analysis.diagnostics);
        terminal.say(&if failed { format!("{summary}; nothing is written") } else { summary });
    }
    if failed {
        return Ok(Outcome::Findings);
    }
    findings::say_what_is_not_run(&compiled, terminal);
    let output = match &arguments.out {
        Some(folder) => Output::at(folder),
        None => Output::within(&compiled.root, &compiled.out)?,
    };
    let name = show(output.folder());
    let progress = terminal.progress();
    let stamp = Stamp::of(&output, || compiled.workspace.fingerprint(compiled.catalog));
    let unchanged = if arguments.check { None } else { stamp.unchanged() };
    let (changes, files) = if let Some(files) = unchanged {
        (Vec::new(), files)
    } else {
        progress.now("writing documents");
        let files = compiled.workspace.files(&compiled.analysis, compiled.catalog);
        progress.now(format!("comparing {} with the output folder", count(files.len(), "file", "files")));
        let changes = output.compare(&files)?;
        if arguments.check {
            let others = output.others(&files, &changes)?;
            return Ok(stale(&changes, &others, &name, terminal));
        }
        progress.now(format!("writing {}", count(changes.len(), "file", "files")));
        let changes = output.write(&files, changes)?;
        stamp.leave(files.len());
        (changes, files.len())
    };
    if let Some(depfile) = &arguments.depfile {
        let manifest = output.refresh_manifest(&changes)?;
        depfile::write(depfile, &manifest, &findings::inputs(&compiled, &arguments.workspace))?;
    }
    drop(progress);
    terminal.say(&summary(&changes, files, &name));
    Ok(Outcome::Clean)
}

/// Says what a build would change, and what stands among the documents without being one of them.
fn stale(changes: &[Change], others: &[String], out: &str, terminal: &mut Terminal) -> Outcome {
    if changes.is_empty() && others.is_empty() {
        terminal.say(&format!("{out} is what the source says"));
        return Outcome::Clean;
    }
    for change in changes {
        let what = match change {
            Change::Add { .. } => "is missing",
            Change::Replace { .. } => "differs",
            Change::Remove { .. } => "is no longer made",
            Change::NoFolder { is_link: true, .. } => "is a link, and none is followed",
            Change::NoFolder { is_link: false, .. } => "is no folder",
        };
        terminal.say(&format!("{out}/{} {what}", iamx_diagnostic::escape_line(change.path())));
    }
    for path in others {
        terminal.say(&format!("{out}/{} isn't iamx's", iamx_diagnostic::escape_line(path)));
    }
    terminal.say(if changes.is_empty() {
        "the output holds more than the source says; remove what isn't iamx's, which a build leaves alone"
    } else {
        "the output isn't what the source says; `iamx build` writes it"
    });
    Outcome::Findings
}

fn summary(changes: &[Change], files: usize, out: &str) -> String {
    let documents = |changes: &[Change], removed: bool| {
        changes
            .iter()
            .filter(|change| matches!(change, Change::Remove { .. }) == removed)
            .filter(|change| !change.is_manifest())
            .count()
    };
    let (written, removed) = (documents(changes, false), documents(changes, true));
    let unchanged = files.saturating_sub(1).saturating_sub(written);
    let manifest = changes.iter().any(|change| change.is_manifest() && !matches!(change, Change::Remove { .. }));
    let mut text = match written {
        0 if manifest && unchanged == 0 => format!("manifest.json written to {out}, and no document"),
        0 if manifest => {
            format!("manifest.json written to {out}, {} unchanged", count(unchanged, "document", "documents"))
        }
        0 => format!("{} in {out}, all unchanged", count(unchanged, "document", "documents")),
        _ => format!("{} written to {out}", count(written, "document", "documents")),
    };
    if written > 0 && unchanged > 0 {
        text = format!("{text} ({unchanged} unchanged)");
    }
    if removed > 0 {
        text = format!("{text}, {removed} removed");
    }
    text
}
