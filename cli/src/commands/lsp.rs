//! `iamx lsp`: the language server, for editors.

use std::path::Path;

use clap::Args;
use iamx_lsp::{Disk, Ended, Loaded, serve};
use iamx_workspace::TextFile;

use super::Outcome;
use crate::{error::Error, io::workspace};

const AFTER_HELP: &str = "\
It speaks the Language Server Protocol over standard input and output; editors start it themselves.

Examples:
  iamx lsp";

/// Serve an editor: diagnostics, outline, formatting while one types
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// What many editors pass to every server; it is how this one speaks anyway
    #[arg(long, hide = true)]
    stdio: bool,
}

pub(crate) fn run() -> Result<Outcome, Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_time()
        .build()
        .map_err(|reason| Error::Serving { reason })?;
    let ended = runtime.block_on(serve(tokio::io::stdin(), tokio::io::stdout(), Files));
    // What is still computed for an editor that is gone isn't waited for.
    runtime.shutdown_background();
    Ok(match ended {
        Ended::AsAgreed => Outcome::Clean,
        Ended::Abruptly => Outcome::Findings,
    })
}

struct Files;

impl Disk for Files {
    fn load(&self, path: &Path) -> Result<Loaded, String> {
        if path.exists() {
            return workspace::files(path).map_err(|error| error.to_string());
        }
        // A file that was never saved: its folder's workspace, or itself alone.
        let folder = path.parent().unwrap_or(path);
        if let Some(root) = workspace::root(folder).map_err(|error| error.to_string())? {
            return workspace::files(&root).map_err(|error| error.to_string());
        }
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let modules = vec![TextFile { path: name, text: "".into() }];
        Ok(Loaded { root: folder.to_owned(), modules, ..Loaded::default() })
    }
}
