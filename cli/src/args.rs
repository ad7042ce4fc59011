//! The command line: what can be written, and what `--help` says of it.

use std::path::PathBuf;

use clap::{
    Args, Parser, Subcommand,
    builder::{OsStringValueParser, PossibleValuesParser, Styles, TypedValueParser, styling::AnsiColor},
    value_parser,
};
use iamx_diagnostic::Format;

use crate::{commands, terminal::Color};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const AFTER_HELP: &str = "\
Examples:
  iamx init                     make a workspace here
  iamx check                    say what is wrong in it
  iamx build                    write its policies to out/
  iamx build --check            fail where out/ isn't what the source says
  iamx fmt                      lay its files out
  iamx explain wildcard-resource

Output:
  What was asked for goes to standard output, findings among it; what was done, and why it wasn't, to standard error.

Exit codes:
  0  nothing was found
  1  there are errors (with --deny-warnings: warnings), or files that --check objects to
  2  the command couldn't be carried out: a wrong flag, a file that can't be read or written";

/// Compile .iamx files to AWS IAM policies.
#[derive(Debug, Parser)]
#[command(name = "iamx", version, about, after_help = AFTER_HELP, styles = STYLES, max_term_width = 100)]
#[command(arg_required_else_help = true, propagate_version = false)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,

    #[arg(help = "When to colour; auto is on a terminal, unless NO_COLOR is set")]
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) color: Color,

    /// Say nothing but what was asked for
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Build(commands::build::Arguments),
    Check(commands::check::Arguments),
    Fmt(commands::fmt::Arguments),
    Explain(commands::explain::Arguments),
    Init(commands::init::Arguments),
    Catalog(commands::catalog::Arguments),
    Lsp(commands::lsp::Arguments),
    Completions(commands::completions::Arguments),
}

/// What every command that compiles a workspace takes.
#[derive(Debug, Args)]
pub(crate) struct WorkspaceArguments {
    /// A workspace, a folder or file in one, or a single .iamx file outside of any
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,

    /// Give a `param` a value, before the one in iamx.toml
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = parse_param)]
    pub(crate) params: Vec<(String, String)>,

    /// How to write findings
    #[arg(long, value_name = "FORMAT", default_value = Format::default().name(), value_parser = formats())]
    pub(crate) format: Format,

    /// Fail on warnings and security findings too
    #[arg(long)]
    pub(crate) deny_warnings: bool,

    /// Use so many threads; one for each processor where it is left out
    #[arg(long, short, value_name = "N", value_parser = value_parser!(u16).range(1..=1024))]
    pub(crate) jobs: Option<u16>,

    #[command(flatten)]
    pub(crate) catalog: CatalogArguments,
}

/// Which catalog of AWS's facts to look things up in.
#[derive(Debug, Args)]
pub(crate) struct CatalogArguments {
    /// Use this catalog file instead of the built-in one
    #[arg(long, value_name = "FILE", env = "IAMX_CATALOG", value_parser = OsStringValueParser::new().map(PathBuf::from))]
    pub(crate) catalog: Option<PathBuf>,
}

fn formats() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.iter().map(|format| format.name())).try_map(|name| name.parse::<Format>())
}

fn parse_param(text: &str) -> Result<(String, String), &'static str> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE"),
    }
}
