//! A workspace that is lowered in parts gives what it gives as a whole, and one whose items are the same in many accounts what it
//! gives with each evaluated in each.

use std::collections::BTreeSet;

use iamx_catalog::Catalog;
use iamx_diagnostic::sort;
use iamx_lower::{Input, Lowered, Module, WorkspaceSettings, lower_each, lower_in_parts};
use iamx_syntax::parse;
use iamx_tests::{
    files::{self, SourceText},
    generated,
    random_program::program,
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
    let module = |(path, text)| Module {
        path: module_path(path),
        file: sources.add(path, text),
        parse: parse(text),
        is_read: true,
    };
    let modules = texts.into_iter().map(module).collect();
    Parsed { sources, modules, settings }
}

/// What `lower` makes, with its findings in the order in which they are shown.
fn lowered(parsed: &Parsed, lower: impl Fn(&Input<'_>) -> Lowered) -> String {
    let Parsed { sources, modules, settings } = parsed;
    let mut lowered = lower(&Input { sources, modules, catalog: Catalog::builtin(), settings });
    sort(&mut lowered.diagnostics, sources);
    format!("{lowered:#?}")
}

fn assert_same(one: &str, other: &str, what: &str) {
    assert_eq!(one.lines().zip(other.lines()).find(|(one, other)| one != other), None, "{what}");
    assert_eq!(one.len(), other.len(), "{what}");
}

fn workspaces() -> Vec<Parsed> {
    let folders = files::examples().into_iter().chain(files::baselines());
    let workspaces = folders.map(|folder| files::workspace(&folder));
    let generated = [generated::workspace(7), generated::landing_zone(7, 9)];
    workspaces.chain(generated).map(|files| parsed(&files)).collect()
}

#[test]
fn the_number_of_parts_changes_nothing() {
    for parsed in workspaces() {
        let whole = lowered(&parsed, |input| lower_in_parts(input, 1));
        for parts in [2, 5] {
            let joined = lowered(&parsed, |input| lower_in_parts(input, parts));
            assert_same(&joined, &whole, &format!("in {parts} parts"));
        }
    }
}

#[test]
fn what_is_the_same_in_many_accounts_is_evaluated_once() {
    for parsed in workspaces() {
        let shared = lowered(&parsed, |input| lower_in_parts(input, 1));
        assert_same(&shared, &lowered(&parsed, lower_each), "shared");
    }
}

/// The text with each role that is made in an account made in all accounts that items of the file are made in.
fn spread(text: &str) -> String {
    let place = |line: &str| {
        let (_, after) = line.split_once(" in ")?;
        after
            .split_whitespace()
            .next()
            .filter(|name| name.chars().all(|c| c.is_alphanumeric() || "-_".contains(c)))
            .map(str::to_owned)
    };
    let items = ["role ", "policy ", "boundary ", "user ", "resource "];
    let declares = |line: &&str| items.iter().any(|item| line.starts_with(item));
    let places: BTreeSet<String> = text.lines().filter(declares).filter_map(place).collect();
    let all = places.into_iter().collect::<Vec<_>>().join(", ");
    let spread = |line: &str| match place(line).filter(|_| line.starts_with("role ")) {
        Some(account) => line.replacen(&format!(" in {account}"), &format!(" in [{all}]"), 1),
        None => line.to_owned(),
    };
    text.lines().map(|line| spread(line) + "\n").collect()
}

#[test]
fn random_roles_are_the_same_evaluated_once_or_in_each_account() {
    let mut roles = 0;
    for seed in 0..40 {
        let files: Vec<SourceText> =
            program(seed).files().into_iter().map(|(path, text)| (path, spread(&text))).collect();
        let parsed = parsed(&files);
        let shared = lowered(&parsed, |input| lower_in_parts(input, 1));
        assert_same(&shared, &lowered(&parsed, lower_each), &format!("seed {seed}"));
        roles += shared.matches("        Role {").count();
    }
    assert!(roles > 100, "{roles}");
}
