//! `iamx catalog`: AWS's facts, as this iamx knows them.

mod diff;
mod import;
mod info;
mod show;
mod update_lock;

use clap::{Args, Subcommand};

use super::Outcome;
use crate::{error::Error, terminal::Terminal};

const AFTER_HELP: &str = "\
Examples:
  iamx catalog info                         its date and where it comes from
  iamx catalog show s3:GetObject            an action, a pattern of actions or a condition key
  iamx catalog show s3.bucket               a resource type
  iamx catalog diff old.bin                 what the built-in catalog has more and less
  iamx catalog diff                         what that means for the workspace here, by its iamx.lock
  iamx catalog update-lock                  accept it
  iamx catalog import reference/ --date 2026-11-24 --out new.bin";

/// Look things up in the catalog of AWS's actions, resource types and condition keys
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP, arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Info(info::Arguments),
    Show(show::Arguments),
    Diff(diff::Arguments),
    Import(import::Arguments),
    UpdateLock(update_lock::Arguments),
}

pub(crate) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Result<Outcome, Error> {
    match &arguments.command {
        Command::Info(arguments) => info::run(arguments, terminal),
        Command::Show(arguments) => show::run(arguments, terminal),
        Command::Diff(arguments) => diff::run(arguments, terminal),
        Command::Import(arguments) => import::run(arguments, terminal),
        Command::UpdateLock(arguments) => update_lock::run(arguments, terminal),
    }
}
