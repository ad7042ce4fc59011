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
Items whose syntax is wrong, and what stands between `// iamx fmt off` and `// iamx fmt on`, are left as written. A \
file with such items fails the command (exit code 1); from standard input to standard output it doesn't, so that editors can \
lay out the rest.

Examples:
  iamx fmt                     every file of the workspace around the current folder
  iamx fmt teams main.iamx     the files in a folder, and a file
  iamx fmt --check             in CI: print which files would change, and fail if any would
  iamx fmt - < main.iamx       from standard input to standard output, for editors";

const STANDARD_INPUT: &str = "<standard input>";
const SYNTAX_IS_WRONG: &str = "an item whose syntax is wrong is left as written; `iamx check` shows what is wrong";

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
        if arguments.paths.len() > 1 {
            return Err(Error::StandardInputAlone);
        }
        return standard_input(arguments.check, terminal);
    }
    let mut files = Vec::new();
    for path in &arguments.paths {
        files.extend(workspace::files_at(path)?);
    }
    files.sort();
    files.dedup();
    let mut changed = 0;
    let mut flawed = false;
    for file in &files {
        let text = read::text(file)?;
        let parse = iamx_syntax::parse(&text);
        match iamx_syntax::format_parse(&text, &parse) {
            Ok(formatted) if formatted == text => {}
            Ok(formatted) => {
                changed += 1;
                if arguments.check {
                    terminal.print(&format!("{}\n", show(file)))?;
                } else {
                    write::replace(file, formatted.as_bytes())?;
                }
            }
            Err(reason) => {
                flawed = true;
                refuse(&show(file), reason);
            }
        }
        if !parse.errors().is_empty() {
            flawed = true;
            warn(&format!("{}: {SYNTAX_IS_WRONG}", show(file)));
        }
    }
    let verb = if arguments.check { "would change" } else { "changed" };
    terminal.say(&format!("{changed} of {} {verb}", count(files.len(), "file", "files")));
    Ok(Outcome::findings_if(flawed || arguments.check && changed > 0))
}

fn standard_input(check: bool, terminal: &mut Terminal) -> Result<Outcome, Error> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(iamx_workspace::MAX_FILE_BYTES).unwrap_or(u64::MAX);
    std::io::stdin()
        .lock()
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| Error::Input { reason: error.to_string() })?;
    let text = read::decode(Path::new(STANDARD_INPUT), bytes)?;
    let parse = iamx_syntax::parse(&text);
    if !parse.errors().is_empty() {
        warn(&format!("{STANDARD_INPUT}: {SYNTAX_IS_WRONG}"));
    }
    match iamx_syntax::format_parse(&text, &parse) {
        Ok(formatted) if check => {
            let changed = formatted != text;
            if changed {
                terminal.print(&format!("{STANDARD_INPUT}\n"))?;
            }
            Ok(Outcome::findings_if(changed || !parse.errors().is_empty()))
        }
        Ok(formatted) => terminal.print(&formatted).map(|()| Outcome::Clean),
        Err(reason) => {
            refuse(STANDARD_INPUT, reason);
            Ok(Outcome::Findings)
        }
    }
}

fn refuse(path: &str, reason: impl std::fmt::Display) {
    warn(&format!("{path}: {}", escape_line(&reason.to_string())));
}
