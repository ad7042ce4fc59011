//! What is wrong in the workspaces of the open texts, published as it changes.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use iamx_catalog::Catalog;
use tower_lsp::ls_types::{Diagnostic, Uri};

use crate::{
    convert,
    state::{Disk, Loaded, State},
    view::Trees,
};

/// The findings of each file of the open texts' workspaces, with the version of the text for one that is open. Files
/// without findings are among them if they are open.
pub(crate) struct Findings {
    pub(crate) of: BTreeMap<PathBuf, (Uri, Option<i32>, Vec<Diagnostic>)>,
    /// What was read on the way, for whom.
    pub(crate) loaded: Vec<(PathBuf, Arc<Loaded>)>,
    /// Why a workspace could not be read.
    pub(crate) failures: Vec<String>,
}

/// Looks at the workspaces of all open texts.
pub(crate) fn find(state: &State, disk: &dyn Disk, trees: &Trees) -> Findings {
    let mut findings = Findings { of: BTreeMap::new(), loaded: Vec::new(), failures: Vec::new() };
    let mut seen: Vec<PathBuf> = Vec::new();
    for (path, document) in state.documents() {
        let loaded = match state.known(path) {
            Some(loaded) => loaded,
            None => match disk.load(path) {
                Ok(loaded) => Arc::new(loaded),
                Err(reason) => {
                    findings.failures.push(reason);
                    continue;
                }
            },
        };
        findings.loaded.push((path.to_owned(), Arc::clone(&loaded)));
        let key = if loaded.settings.is_some() { loaded.root.clone() } else { path.to_owned() };
        findings
            .of
            .entry(path.to_owned())
            .or_insert_with(|| (document.uri.clone(), Some(document.version), Vec::new()));
        if !seen.contains(&key) {
            seen.push(key);
            of_workspace(state, &loaded, trees, &mut findings);
        }
    }
    findings
}

fn of_workspace(state: &State, loaded: &Loaded, trees: &Trees, findings: &mut Findings) {
    let mut workspace = state.workspace(loaded);
    trees.give(&loaded.root, &mut workspace);
    let analysis = workspace.check(Catalog::builtin());
    let uri_of = |path: &Path| {
        let open = state.documents().find(|(open, _)| *open == path);
        open.map(|(_, document)| document.uri.clone()).or_else(|| Uri::from_file_path(path))
    };
    for finding in &analysis.diagnostics {
        let Some(file) = finding.primary().and_then(|span| analysis.sources.get(span.file)) else { continue };
        let path = loaded.root.join(file.path());
        let Some(uri) = uri_of(&path) else { continue };
        let related = |path: &str| uri_of(&loaded.root.join(path));
        let Some(diagnostic) = convert::diagnostic(finding, &analysis.sources, state.encoding, related) else {
            continue;
        };
        let version = state.document(&uri).map(|document| document.version);
        findings.of.entry(path).or_insert_with(|| (uri, version, Vec::new())).2.push(diagnostic);
    }
}
