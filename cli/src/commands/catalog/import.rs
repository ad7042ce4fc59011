//! `iamx catalog import`: a catalog file from what AWS publishes.

use std::path::{Path, PathBuf};

use clap::Args;
use iamx_catalog::{Catalog, import_service_reference};
use iamx_diagnostic::escape_line;

use crate::{
    commands::{Outcome, count},
    error::{Error, show},
    io::{catalog, write},
    terminal::Terminal,
};

const AFTER_HELP: &str = "\
Reads the JSON files of AWS's service reference; what they lack is kept from the built-in catalog. \
Use the result with --catalog FILE, or the variable IAMX_CATALOG.

Examples:
  iamx catalog import reference/ --date 2026-11-24 --out new.bin
  iamx catalog diff --help";

/// Make a catalog file of AWS's service reference
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Arguments {
    /// JSON files, and folders of them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// The day on which AWS published them
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = parse_date)]
    date: String,

    /// The catalog file to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Result<Outcome, Error> {
    let mut files = Vec::new();
    for path in &arguments.paths {
        for file in json_files(path)? {
            files.push((show(&file), catalog::bytes(&file)?));
        }
    }
    let (bytes, report) = import_service_reference(files, Catalog::builtin(), &arguments.date)
        .map_err(|error| Error::CatalogImport { reason: error.to_string() })?;
    for skipped in report.skipped.iter().chain(&report.left_out) {
        terminal.say(&escape_line(&format!("{} is left out: {}", skipped.what, skipped.reason)));
    }
    if arguments.out.is_file() && Catalog::from_bytes(catalog::bytes(&arguments.out)?).is_err() {
        return Err(Error::NotACatalog { path: show(&arguments.out) });
    }
    write::replace(&arguments.out, &bytes)?;
    let services = count(report.services.len(), "service", "services");
    terminal.say(&format!("{} written, with {services} read", show(&arguments.out)));
    Ok(Outcome::Clean)
}

/// The file, or the `.json` files that stand right in the folder, by name.
fn json_files(path: &Path) -> Result<Vec<PathBuf>, Error> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(|reason| Error::reading(path, reason))? {
        let file = entry.map_err(|reason| Error::reading(path, reason))?.path();
        if file.extension().is_some_and(|extension| extension == "json") {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

fn parse_date(text: &str) -> Result<String, &'static str> {
    let digits = |part: Option<&str>, length| {
        part.is_some_and(|part| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let mut parts = text.split('-');
    let fits = digits(parts.next(), 4) && digits(parts.next(), 2) && digits(parts.next(), 2) && parts.next().is_none();
    if !fits {
        return Err("write YYYY-MM-DD");
    }
    let numbers: Vec<u32> = text.split('-').filter_map(|part| part.parse().ok()).collect();
    match numbers.as_slice() {
        [year, month, day] if (1..=days_of(*year, *month)).contains(day) => Ok(text.to_owned()),
        _ => Err("there is no such day"),
    }
}

/// How many days a month has; none where there is no such month.
fn days_of(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}
