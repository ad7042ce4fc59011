//! `iamx fmt`: files laid out, in place.

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use clap::Args;
use iamx_diagnostic::escape_line;

use super::{Outcome, count};
use crate::{
    error::{Error, show},
    io::{read, workspace, write},
    terminal::{Terminal, warn},
};

const AFTER_HELP: &str = "\
A file whose syntax is wrong is left as it is.

Examples:
  iamx fmt                     every file of the workspace around the current folder
  iamx fmt teams main.iamx     the files in a folder, and a file
  iamx fmt --check             in CI: print which files would change, and fail if any would
  iamx fmt - < main.iamx       from standard input to standard output, for editors";

/// Lay out .iamx files
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// Files and folders; `-` is standard input
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,

    /// Write nothing; print which files would change
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Result<Outcome, Error> {
    if arguments.paths.iter().any(|path| path.as_os_str() == "-") {
        return standard_input(arguments.check, terminal);
    }
    let mut files = Vec::new();
    for path in &arguments.paths {
        files.extend(workspace::files_at(path)?);
    }
    files.sort();
    files.dedup();
    let (mut changed, mut refused) = (0, 0);
    for file in &files {
        match format_file(file, arguments.check, terminal)? {
            Formatted::Same => {}
            Formatted::Changed => changed += 1,
            Formatted::Refused => refused += 1,
        }
    }
    let verb = if arguments.check { "would change" } else { "changed" };
    let mut summary = format!("{} {verb} of {}", changed, count(files.len(), "file", "files"));
    if refused > 0 {
        summary = format!("{summary}; {refused} left as {}", if refused == 1 { "it is" } else { "they are" });
    }
    terminal.say(&summary);
    Ok(Outcome::findings_if(refused > 0 || arguments.check && changed > 0))
}

enum Formatted {
    Same,
    Changed,
    Refused,
}

fn format_file(path: &Path, check: bool, terminal: &mut Terminal) -> Result<Formatted, Error> {
    let text = read::text(path)?;
    match iamx_syntax::format(&text) {
        Ok(formatted) if formatted == text => Ok(Formatted::Same),
        Ok(formatted) => {
            if check {
                terminal.print(&format!("{}\n", show(path)))?;
            } else {
                write::replace(path, formatted.as_bytes())?;
            }
            Ok(Formatted::Changed)
        }
        Err(reason) => {
            refuse(&show(path), reason);
            Ok(Formatted::Refused)
        }
    }
}

fn standard_input(check: bool, terminal: &mut Terminal) -> Result<Outcome, Error> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(iamx_workspace::MAX_FILE_BYTES).unwrap_or(u64::MAX);
    std::io::stdin()
        .lock()
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| Error::Input { reason: error.to_string() })?;
    let text = read::decode(Path::new("<standard input>"), bytes)?;
    match iamx_syntax::format(&text) {
        Ok(formatted) if check => {
            let changed = formatted != text;
            if changed {
                terminal.print("<standard input>\n")?;
            }
            Ok(Outcome::findings_if(changed))
        }
        Ok(formatted) => terminal.print(&formatted).map(|()| Outcome::Clean),
        Err(reason) => {
            refuse("<standard input>", reason);
            Ok(Outcome::Findings)
        }
    }
}

fn refuse(path: &str, reason: impl std::fmt::Display) {
    warn(&format!("{path} is left as it is: {}", escape_line(&reason.to_string())));
}
