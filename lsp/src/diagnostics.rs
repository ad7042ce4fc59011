//! What is wrong in the workspaces of the open texts, published as it changes.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use tower_lsp::ls_types::{Diagnostic, Uri};

use crate::{
    convert,
    state::{Disk, Loaded, State},
    view::{View, Views},
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
pub(crate) fn find(state: &State, disk: &dyn Disk, views: &Views) -> Findings {
    let mut findings = Findings { of: BTreeMap::new(), loaded: Vec::new(), failures: Vec::new() };
    let mut seen: Vec<Arc<View>> = Vec::new();
    for (path, document) in state.documents() {
        let view = match views.of(state, disk, path) {
            Ok(view) => view,
            Err(reason) => {
                findings.failures.push(reason);
                continue;
            }
        };
        findings.loaded.push((path.to_owned(), Arc::clone(&view.loaded)));
        findings
            .of
            .entry(path.to_owned())
            .or_insert_with(|| (document.uri.clone(), Some(document.version), Vec::new()));
        if !seen.iter().any(|known| Arc::ptr_eq(known, &view)) {
            of_workspace(state, &view, &mut findings);
            seen.push(view);
        }
    }
    findings
}

fn of_workspace(state: &State, view: &View, findings: &mut Findings) {
    let sources = view.index.sources();
    let uri_of = |path: &str| view.uri_of(&view.root().join(path));
    for finding in view.findings() {
        let Some(file) = finding.primary().and_then(|span| sources.get(span.file)) else { continue };
        let path = view.root().join(file.path());
        let Some(uri) = view.uri_of(&path) else { continue };
        let Some(diagnostic) = convert::diagnostic(finding, sources, state.encoding, uri_of) else { continue };
        let version = view.version(&path);
        findings.of.entry(path).or_insert_with(|| (uri, version, Vec::new())).2.push(diagnostic);
    }
}
