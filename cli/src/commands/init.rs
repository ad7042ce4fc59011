//! `iamx init`: a workspace to begin with.

use std::path::{Path, PathBuf};

use clap::Args;
use iamx_workspace::SETTINGS_FILE;

use super::Outcome;
use crate::{
    error::{Error, show},
    io::{read, write},
    terminal::Terminal,
};

const AFTER_HELP: &str = "\
Writes iamx.toml, main.iamx and a line in .gitignore. What exists already is left as it is.

Examples:
  iamx init              in the current folder
  iamx init infra/iam    in another, which is made if it isn't there";

const SETTINGS: &str = include_str!("init/iamx.toml");
const MODULE: &str = include_str!("init/main.iamx");
const IGNORED: &str = "/out/";

/// Make a workspace
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// The workspace's folder
    #[arg(default_value = ".")]
    dir: PathBuf,
}

pub(crate) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Result<Outcome, Error> {
    let dir = if arguments.dir == Path::new(".") { Path::new("") } else { &arguments.dir };
    let settings = dir.join(SETTINGS_FILE);
    if settings.symlink_metadata().is_ok() {
        return Err(Error::AlreadyAWorkspace { path: show(&settings) });
    }
    // It, or what it is to lie in.
    if let Some(file) = dir.ancestors().find(|path| path.is_file()) {
        return Err(Error::NotAFolder { path: show(file) });
    }
    if dir != Path::new("") {
        std::fs::create_dir_all(dir).map_err(|reason| Error::writing(dir, reason))?;
    }
    // The settings last: with them the folder is a workspace.
    for (name, text) in [("main.iamx", MODULE), (SETTINGS_FILE, SETTINGS)] {
        let path = dir.join(name);
        let made = write::create(&path, text.as_bytes())?;
        terminal.say(&format!("{} {}", show(&path), if made { "written" } else { "exists, and is left as it is" }));
    }
    ignore_output(dir, terminal)?;
    terminal.say("`iamx build` writes its policies to out/");
    Ok(Outcome::Clean)
}

/// Adds the output folder to `.gitignore`, unless it is there.
fn ignore_output(dir: &Path, terminal: &Terminal) -> Result<(), Error> {
    let path = dir.join(".gitignore");
    if write::create(&path, format!("{IGNORED}\n").as_bytes())? {
        terminal.say(&format!("{} written", show(&path)));
        return Ok(());
    }
    let text = read::text(&path)?;
    if text.lines().any(|line| matches!(line.trim(), "out" | "out/" | "/out" | "/out/")) {
        return Ok(());
    }
    let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    write::replace(&path, format!("{text}{gap}{IGNORED}\n").as_bytes())?;
    terminal.say(&format!("{IGNORED} added to {}", show(&path)));
    Ok(())
}
