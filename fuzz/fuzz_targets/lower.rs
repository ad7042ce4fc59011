//! The whole pipeline takes any text, and every finding is somewhere in a file.
#![no_main]

use std::ops::Range;

use iamx_catalog::Catalog;
use iamx_workspace::{TextFile, Workspace};
use libfuzzer_sys::fuzz_target;

// What stands before the mark is `iamx.toml`, where there is one.
const MARK: &str = "\n//// main.iamx\n";

fuzz_target!(|text: &str| {
    let (settings, main) = text.split_once(MARK).map_or((None, text), |(settings, main)| (Some(settings), main));
    let file = |path: &str, text: &str| TextFile { path: path.to_owned(), text: text.into() };
    let workspace = Workspace::new(settings.map(|text| file("iamx.toml", text)), vec![file("main.iamx", main)]);
    let analysis = workspace.analyze(Catalog::builtin());
    for label in analysis.diagnostics.iter().flat_map(|diagnostic| &diagnostic.labels) {
        let source = analysis.sources.get(label.span.file).expect("a finding is in a file");
        assert!(source.text().get(Range::<usize>::from(label.span.range)).is_some());
    }
});
