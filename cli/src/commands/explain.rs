//! `iamx explain`: the page of a check.

use clap::Args;
use iamx_diagnostic::{Check, check, checks, escape_line, nearest_check};

use super::Outcome;
use crate::{error::Error, terminal::Terminal};

const AFTER_HELP: &str = "\
Examples:
  iamx explain wildcard-resource
  iamx explain --list              every check, with its level and what it says";

/// Print the page of a check: what it says, why, and what to write instead
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// The name of the check, as it stands in brackets in a finding
    #[arg(required_unless_present = "list")]
    name: Option<String>,

    /// Print every check's name, level and title
    #[arg(long, conflicts_with = "name")]
    list: bool,
}

pub(crate) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Result<Outcome, Error> {
    match &arguments.name {
        Some(name) => terminal.print(&page(find(name)?))?,
        None => terminal.print(&list())?,
    }
    Ok(Outcome::Clean)
}

fn find(name: &str) -> Result<&'static Check, Error> {
    // As it is copied from a finding: `error[unknown-name]`, `[unknown-name]`.
    let name = name.trim().rsplit('[').next().unwrap_or(name).trim_end_matches([']', ':']);
    check(name).ok_or_else(|| Error::UnknownCheck {
        name: escape_line(name).into_owned(),
        help: match nearest_check(name) {
            Some(near) => format!("did you mean `{}`? `iamx explain --list` prints every check", near.name),
            None => "`iamx explain --list` prints every check".to_owned(),
        },
    })
}

fn page(check: &Check) -> String {
    let Check { name, title, default_severity, since, page, .. } = check;
    let body = page.trim().strip_prefix(&format!("# `{name}`")).unwrap_or(page).trim();
    format!("{name}: {title}\n{default_severity} by default, since {since}\n\n{body}\n\n{}\n", check.url())
}

fn list() -> String {
    let width = checks::ALL.iter().map(|check| check.name.len()).max().unwrap_or(0);
    let lines = checks::ALL
        .iter()
        .map(|check| format!("{:width$}  {:10}  {}", check.name, check.default_severity.name(), check.title));
    lines.collect::<Vec<_>>().join("\n") + "\n"
}
