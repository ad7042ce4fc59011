//! How long a build takes, by its steps and by the number of items, next to `serde_json` over the same output:
//! `cargo bench -p iamx-tests --bench build`.

#![allow(missing_docs, clippy::expect_used)]

use divan::{Bencher, counter::ItemsCount};
use iamx_catalog::Catalog;
use iamx_emit::{Target, emit};
use iamx_lower::{Input, Module, WorkspaceSettings, lower};
use iamx_tests::{
    files::SourceText,
    generated::{ITEMS_OF_A_MODULE, landing_zone, workspace},
};
use iamx_text::SourceMap;
use iamx_workspace::{Analysis, SETTINGS_FILE, TextFile, Workspace};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

/// Policies and roles.
const ITEMS: [usize; 4] = [100, 1_000, 10_000, 100_000];

fn in_memory(files: &[SourceText]) -> Workspace {
    let file = |(path, text): &SourceText| TextFile { path: path.clone(), text: text.as_str().into() };
    let settings = files.iter().find(|(path, _)| path == SETTINGS_FILE).map(file);
    Workspace::new(settings, files.iter().filter(|(path, _)| path != SETTINGS_FILE).map(file).collect())
}

fn built(items: usize) -> Analysis {
    let analysis = in_memory(&workspace(items / ITEMS_OF_A_MODULE)).analyze(Catalog::builtin());
    assert!(!analysis.files.is_empty(), "the generated workspace compiles");
    analysis
}

/// Every file parsed, one after the other.
#[divan::bench(args = ITEMS, max_time = 5)]
fn parse(bencher: Bencher<'_, '_>, items: usize) {
    let files = workspace(items / ITEMS_OF_A_MODULE);
    bencher
        .counter(ItemsCount::new(items))
        .bench(|| files.iter().map(|(_, text)| iamx_syntax::parse(text).errors().len()).sum::<usize>());
}

/// Names, types and policy documents.
#[divan::bench(args = ITEMS, max_time = 5)]
fn lower_and_type(bencher: Bencher<'_, '_>, items: usize) {
    let files = workspace(items / ITEMS_OF_A_MODULE);
    let mut sources = SourceMap::new();
    let modules: Vec<Module> = files
        .iter()
        .filter(|(path, _)| path != SETTINGS_FILE)
        .map(|(path, text)| Module {
            path: iamx_workspace::module_path(path),
            file: sources.add(path.as_str(), text.as_str()),
            parse: iamx_syntax::parse(text),
            is_read: true,
        })
        .collect();
    let settings = WorkspaceSettings { partition: "aws".to_owned(), ..WorkspaceSettings::default() };
    bencher.counter(ItemsCount::new(items)).bench(|| {
        lower(&Input { sources: &sources, modules: &modules, catalog: Catalog::builtin(), settings: &settings })
    });
}

/// The lowered program to the bytes of every file.
#[divan::bench(args = ITEMS, max_time = 5)]
fn emission(bencher: Bencher<'_, '_>, items: usize) {
    let analysis = built(items);
    bencher
        .counter(ItemsCount::new(items))
        .bench(|| emit(&analysis.program, &analysis.sources, Catalog::builtin(), &[Target::Json]));
}

/// Text to bytes: parse, lower, check, emit.
#[divan::bench(args = ITEMS, max_time = 10)]
fn whole_build(bencher: Bencher<'_, '_>, items: usize) {
    let files = workspace(items / ITEMS_OF_A_MODULE);
    let workspace = in_memory(&files);
    bencher.counter(ItemsCount::new(items)).bench(|| workspace.analyze(Catalog::builtin()));
}

/// Roles that one block makes in each account.
const ROLES: usize = 40;

/// Text to bytes where an organization has so many accounts, each with the same roles.
#[divan::bench(args = [50, 500, 5_000], max_time = 10)]
fn roles_in_each_account(bencher: Bencher<'_, '_>, accounts: usize) {
    let workspace = in_memory(&landing_zone(accounts, ROLES));
    bencher.counter(ItemsCount::new(accounts * ROLES)).bench(|| workspace.analyze(Catalog::builtin()));
}

/// The reference: what a whole build may take 5 times of.
#[divan::bench(args = ITEMS, max_time = 5)]
fn serde_json_over_the_output(bencher: Bencher<'_, '_>, items: usize) {
    let analysis = built(items);
    bencher.counter(ItemsCount::new(items)).bench(|| {
        let files = analysis.files.iter().map(|file| {
            let value: serde_json::Value = serde_json::from_slice(&file.bytes).expect("the output is JSON");
            serde_json::to_string_pretty(&value).expect("it is written again").len()
        });
        files.sum::<usize>()
    });
}
