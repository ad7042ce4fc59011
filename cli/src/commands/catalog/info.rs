//! `iamx catalog info`: the catalog's date, sources and counts.

use std::fmt::Write;

use clap::Args;
use iamx_catalog::{Catalog, Info};
use iamx_diagnostic::escape;

use crate::{args::CatalogArguments, commands::Outcome, error::Error, io::catalog, terminal::Terminal};

const AFTER_HELP: &str = "\
Examples:
  iamx catalog info
  iamx catalog info --catalog new.bin";

/// Print the catalog's date, sources and counts
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Arguments {
    #[command(flatten)]
    catalog: CatalogArguments,
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Result<Outcome, Error> {
    let catalog = catalog::load(arguments.catalog.catalog.as_deref())?;
    terminal.print(&escape(&describe(catalog)))?;
    Ok(Outcome::Clean)
}

fn describe(catalog: &Catalog) -> String {
    let Info { version, hash, sources, counts, differences, left_out } = catalog.info();
    let mut text = format!("version  {version}\nsha256   {hash}\n\n");
    let rows = [
        (counts.services, "services"),
        (counts.actions, "actions"),
        (counts.resource_types, "resource types"),
        (counts.condition_keys, "condition keys of services"),
        (counts.global_keys, "global condition keys"),
        (counts.principals, "service principals"),
        (counts.managed_policies, "AWS managed policies"),
        (counts.partitions, "partitions"),
        (counts.regions, "regions"),
        (counts.rcp_services, "services that RCPs bind"),
        (counts.quotas, "quotas"),
    ];
    // Writing to a string can't fail.
    for (number, what) in rows {
        let _ = writeln!(text, "{number:7}  {what}");
    }
    text.push_str("\nmade from\n");
    for source in sources {
        let _ = writeln!(text, "  {}  {} {}", source.date, source.name, source.version);
    }
    if !differences.is_empty() {
        text.push_str("\nwhere the sources disagreed\n");
    }
    for difference in differences {
        let _ = writeln!(text, "{:7}  {}", difference.count, difference.meaning);
    }
    if !left_out.is_empty() {
        let _ = writeln!(text, "\nleft out\n{:7}  facts that no catalog can hold, such as {}", left_out.len(), {
            left_out.first().map_or("", |first| first.what.as_str())
        });
    }
    text
}
