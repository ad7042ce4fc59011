//! What `build` and `check` share: from a path to the findings on standard output.

use std::path::PathBuf;

use iamx_diagnostic::{Severity, escape_line, render};
use iamx_workspace::{Analysis, Target};

use crate::{
    args::WorkspaceArguments,
    error::Error,
    io::{catalog, clock, workspace},
    terminal::Terminal,
};

/// A workspace and what the compiler says to it.
pub(super) struct Compiled {
    pub(super) root: PathBuf,
    /// The output folder that the settings name, relative to the root.
    pub(super) out: String,
    pub(super) modules: usize,
    pub(super) analysis: Analysis,
}

/// Reads the workspace that the arguments name, and compiles it in memory, for the given targets or else its own.
pub(super) fn compile(arguments: &WorkspaceArguments, targets: &[Target]) -> Result<Compiled, Error> {
    let (root, mut workspace) = workspace::load(&arguments.path)?;
    if !arguments.params.is_empty() {
        let known = workspace.params();
        if let Some((name, _)) = arguments.params.iter().find(|(name, _)| !known.contains(name)) {
            let near = if known.is_empty() {
                "; it has none".to_owned()
            } else {
                format!("; it has {}", known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))
            };
            return Err(Error::UnknownParameter { name: escape_line(name).into_owned(), near });
        }
    }
    for (name, value) in &arguments.params {
        workspace.set_param(name.as_str(), value.as_str());
    }
    if !targets.is_empty() {
        workspace.set_targets(targets.to_vec());
    }
    workspace.set_today(clock::today()?);
    let catalog = catalog::load(arguments.catalog.catalog.as_deref())?;
    let analysis = workspace.analyze(catalog);
    let out = workspace.settings().out.clone();
    Ok(Compiled { root, out, modules: workspace.modules().len(), analysis })
}

/// Writes the findings to standard output; whether they fail the command.
pub(super) fn print(
    analysis: &Analysis,
    arguments: &WorkspaceArguments,
    terminal: &mut Terminal,
) -> Result<bool, Error> {
    let text = render(arguments.format, &analysis.diagnostics, &analysis.sources, terminal.style());
    terminal.print(&text)?;
    let failing = if arguments.deny_warnings { Severity::Warning } else { Severity::Error };
    Ok(analysis.diagnostics.iter().any(|diagnostic| diagnostic.severity >= failing))
}
