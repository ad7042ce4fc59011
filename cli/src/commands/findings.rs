//! What `build` and `check` share: from a path to the findings on standard output.

use std::path::{Component, Path, PathBuf};

use iamx_catalog::Catalog;
use iamx_diagnostic::{Diagnostic, Severity, checks, escape_line, render};
use iamx_text::SourceMap;
use iamx_workspace::{Analysis, LIBRARY, Target, Workspace};

use super::count;
use crate::{
    args::WorkspaceArguments,
    error::Error,
    io::{catalog, clock, workspace},
    progress::Progress,
    terminal::Terminal,
};

/// A workspace and what the compiler says to it.
pub(super) struct Compiled {
    pub(super) root: PathBuf,
    /// The output folder that the settings name, relative to the root.
    pub(super) out: String,
    pub(super) workspace: Workspace,
    pub(super) catalog: &'static Catalog,
    pub(super) analysis: Analysis,
}

/// Reads the workspace that the arguments name, and looks for findings; with the given targets in place of its own, where
/// there are some.
pub(super) fn compile(
    arguments: &WorkspaceArguments,
    targets: &[Target],
    progress: &Progress,
) -> Result<Compiled, Error> {
    if let Some(jobs) = arguments.jobs {
        // Refused where a run before this one has set it: it is the same number.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(jobs.into()).build_global();
    }
    progress.now("reading");
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
    progress.now(format!("compiling {}", count(workspace.modules().len(), "module", "modules")));
    let analysis = workspace.check(catalog);
    let out = workspace.settings().out.clone();
    Ok(Compiled { root, out, workspace, catalog, analysis })
}

/// Writes the findings to standard output; whether they fail the command.
pub(super) fn print(
    compiled: &Compiled,
    arguments: &WorkspaceArguments,
    terminal: &mut Terminal,
) -> Result<bool, Error> {
    let analysis = &compiled.analysis;
    let sources = seen_from_here(&analysis.sources, &compiled.root);
    let text = render(arguments.format, &analysis.diagnostics, &sources, terminal.style());
    terminal.print(&text)?;
    let failing = if arguments.deny_warnings { Severity::Warning } else { Severity::Error };
    Ok(analysis.diagnostics.iter().any(|diagnostic| diagnostic.severity >= failing))
}

/// Whether a finding is about `iamx.lock`, which a new one mends.
pub(super) fn is_of_lock(diagnostic: &Diagnostic) -> bool {
    [&checks::INVALID_LOCK, &checks::STALE_LOCK].contains(&diagnostic.check)
}

/// Says that what is expected of the policies was typed, and nothing more: a test that is there reads like one that passes.
pub(super) fn say_what_is_not_run(compiled: &Compiled, terminal: &mut Terminal) {
    let program = &compiled.analysis.program;
    let counted = [(program.tests.len(), "test", "tests"), (program.invariants.len(), "invariant", "invariants")];
    let parts: Vec<_> = counted
        .iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, one, many)| count(*number, one, many))
        .collect();
    if parts.is_empty() {
        return;
    }
    let was = if program.tests.len() + program.invariants.len() == 1 { "is" } else { "are" };
    terminal.say(&format!("{} {was} looked up and not run: this version decides no requests", parts.join(" and ")));
}

/// The sources of the workspace in `root`, under paths that can be used where the command runs. Their ids stay.
fn seen_from_here(sources: &SourceMap, root: &Path) -> SourceMap {
    let here = std::env::current_dir().and_then(std::fs::canonicalize).ok();
    let mut seen = SourceMap::new();
    for (_, file) in sources.iter() {
        // What comes with iamx lies in no folder.
        let own = !LIBRARY.iter().any(|(path, _)| *path == file.path());
        let path = here.as_deref().filter(|_| own).and_then(|here| relative(&root.join(file.path()), here));
        seen.add(path.unwrap_or_else(|| file.path().to_owned()), file.shared_text());
    }
    seen
}

/// The files that a build of the workspace reads, under paths that can be used where the command runs.
pub(super) fn inputs(compiled: &Compiled, arguments: &WorkspaceArguments) -> Vec<String> {
    let seen = seen_from_here(&compiled.analysis.sources, &compiled.root);
    let own = seen.iter().map(|(_, file)| file.path().to_owned());
    let catalog = arguments.catalog.catalog.iter().filter(|path| !path.as_os_str().is_empty());
    own.filter(|path| !LIBRARY.iter().any(|(library, _)| library == path))
        .chain(catalog.map(|path| path.display().to_string()))
        .collect()
}

/// `path` as it is written in the folder `from`, with `/` between its parts; whole where the two have nothing in common.
fn relative(path: &Path, from: &Path) -> Option<String> {
    let is_name = |part: &Component<'_>| matches!(part, Component::Normal(_));
    let common = path.components().zip(from.components()).take_while(|(left, right)| left == right);
    let (shared, names) = common.fold((0, 0), |(all, names), (part, _)| (all + 1, names + usize::from(is_name(&part))));
    if names == 0 && from.components().any(|part| is_name(&part)) {
        return path.to_str().map(str::to_owned);
    }
    let up = from.components().skip(shared).map(|_| Some(".."));
    let down = path.components().skip(shared).map(|part| part.as_os_str().to_str());
    up.chain(down).collect::<Option<Vec<&str>>>().map(|parts| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::relative;

    #[test]
    fn paths_are_those_of_the_current_folder() {
        for (path, from, seen) in [
            ("/repo/infra/main.iamx", "/repo", "infra/main.iamx"),
            ("/repo/infra/main.iamx", "/repo/infra", "main.iamx"),
            ("/repo/infra/main.iamx", "/repo/infra/teams", "../main.iamx"),
            ("/repo/main.iamx", "/", "repo/main.iamx"),
            ("/repo/main.iamx", "/elsewhere", "/repo/main.iamx"),
        ] {
            assert_eq!(relative(Path::new(path), Path::new(from)).as_deref(), Some(seen), "{path} from {from}");
        }
    }
}
