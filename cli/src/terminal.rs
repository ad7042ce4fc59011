//! Standard output and error: colour, width, and pipes that someone closed.

use std::io::{IsTerminal, Write};

use anstream::AutoStream;
use clap::ValueEnum;
use iamx_diagnostic::Style;
use miette::{GraphicalReportHandler, GraphicalTheme};

use crate::{error::Error, progress::Progress};

/// When to colour: `Auto` is on a terminal, unless `NO_COLOR` is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

/// Where the command's text goes.
pub(crate) struct Terminal {
    color: Color,
    quiet: bool,
    /// Nobody reads standard output any more.
    closed: bool,
}

impl Terminal {
    pub(crate) fn new(color: Color, quiet: bool) -> Self {
        let choice = match color {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
        Self { color, quiet, closed: false }
    }

    /// How findings on standard output are drawn.
    pub(crate) fn style(&self) -> Style {
        let stdout = std::io::stdout();
        let width = terminal_size::terminal_size_of(&stdout).map(|(width, _)| usize::from(width.0));
        let color = match self.color {
            Color::Auto => AutoStream::choice(&stdout) != anstream::ColorChoice::Never,
            Color::Always => true,
            Color::Never => false,
        };
        Style { color, width: width.unwrap_or(Style::default().width) }
    }

    /// Writes what was asked for to standard output.
    pub(crate) fn print(&mut self, text: &str) -> Result<(), Error> {
        self.print_bytes(text.as_bytes())
    }

    /// Writes bytes to standard output as they are.
    pub(crate) fn print_bytes(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if self.closed || bytes.is_empty() {
            return Ok(());
        }
        let mut stdout = std::io::stdout().lock();
        match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            Err(reason) => Err(Error::Output { reason }),
            Ok(()) => Ok(()),
        }
    }

    /// Says on standard error what was done, unless the command is to be quiet.
    pub(crate) fn say(&self, line: &str) {
        if !self.quiet {
            warn(line);
        }
    }

    /// A line on standard error about work that may take long.
    pub(crate) fn progress(&self) -> Progress {
        Progress::new(!self.quiet && std::io::stderr().is_terminal())
    }

    /// Reports on standard error why the command could not be carried out.
    pub(crate) fn error(&self, error: &Error) {
        let stderr = std::io::stderr();
        let on_terminal = stderr.is_terminal();
        let color = match self.color {
            Color::Auto => AutoStream::choice(&stderr) != anstream::ColorChoice::Never,
            Color::Always => true,
            Color::Never => false,
        };
        let theme = match (color, on_terminal) {
            (true, _) => GraphicalTheme::unicode(),
            (false, true) => GraphicalTheme::unicode_nocolor(),
            (false, false) => GraphicalTheme::none(),
        };
        let width =
            terminal_size::terminal_size_of(&stderr).map_or(Style::default().width, |(width, _)| width.0.into());
        let handler = GraphicalReportHandler::new_themed(theme).with_width(width.max(40)).with_links(false);
        let mut text = String::new();
        if handler.render_report(&mut text, error).is_err() {
            text = format!("{error}\n");
        }
        let _ = write!(std::io::stderr(), "{}", text.trim_start_matches('\n'));
    }
}

/// Says on standard error what went wrong with one thing of many, quiet or not.
pub(crate) fn warn(line: &str) {
    // Without standard error there is no one to tell.
    let _ = writeln!(std::io::stderr(), "{line}");
}
