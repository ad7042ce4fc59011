//! A workspace that is lowered in parts gives what it gives as a whole.

use iamx_catalog::Catalog;
use iamx_diagnostic::sort;
use iamx_lower::{Input, Lowered, Module, WorkspaceSettings, lower_in_parts};
use iamx_syntax::parse;
use iamx_tests::{
    files::{self, SourceText},
    generated,
};
use iamx_text::SourceMap;
use iamx_workspace::{LIBRARY, SETTINGS_FILE, Settings, module_path};

struct Parsed {
    sources: SourceMap,
    modules: Vec<Module>,
    settings: WorkspaceSettings,
}

fn parsed(files: &[SourceText]) -> Parsed {
    let mut sources = SourceMap::new();
    let mut settings = WorkspaceSettings::default();
    if let Some((path, text)) = files.iter().find(|(path, _)| path == SETTINGS_FILE) {
        let file = sources.add(path.as_str(), text.as_str());
        settings = Settings::parse(text, file).0.workspace;
    }
    let mut texts: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    texts.retain(|(path, _)| *path != SETTINGS_FILE);
    texts.sort_unstable();
    texts.extend(LIBRARY);
    let module = |(path, text)| Module { path: module_path(path), file: sources.add(path, text), parse: parse(text) };
    let modules = texts.into_iter().map(module).collect();
    Parsed { sources, modules, settings }
}

fn lowered(parsed: &Parsed, parts: usize) -> Lowered {
    let Parsed { sources, modules, settings } = parsed;
    let mut lowered = lower_in_parts(&Input { sources, modules, catalog: Catalog::builtin(), settings }, parts);
    sort(&mut lowered.diagnostics, sources);
    lowered
}

#[test]
fn the_number_of_parts_changes_nothing() {
    let folders = files::examples().into_iter().chain(files::baselines());
    let workspaces = folders.map(|folder| files::workspace(&folder)).chain([generated::workspace(7)]);
    let several: Vec<_> = workspaces.map(|files| parsed(&files)).filter(|one| one.modules.len() > 1).collect();
    assert!(several.len() > 10);
    for parsed in several {
        let whole = format!("{:#?}", lowered(&parsed, 1));
        for parts in [2, parsed.modules.len()] {
            let joined = format!("{:#?}", lowered(&parsed, parts));
            let differ = joined.lines().zip(whole.lines()).find(|(joined, whole)| joined != whole);
            assert_eq!(differ, None, "in {parts} parts");
            assert_eq!(joined.len(), whole.len(), "in {parts} parts");
        }
    }
}
