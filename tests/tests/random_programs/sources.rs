//! Every finding lies in a file, and every statement of the output leads back into an item.

use std::collections::BTreeMap;

use iamx_tests::{pipeline::run, random_program::mutation};
use serde_json::Value;

use crate::{hold, seeds};

#[test]
fn every_finding_is_in_a_file() {
    hold(seeds(2), |program| mutation::misplaced(&run(&program.files())));
}

#[test]
fn statements_lead_back_into_items() {
    hold(seeds(2), |program| {
        let files = program.files();
        let outcome = run(&files);
        let lines: BTreeMap<&str, Vec<(u64, u64)>> =
            files.iter().map(|(path, text)| (path.as_str(), lines_of_items(text))).collect();
        let manifest = outcome.files.iter().find(|file| file.path == "manifest.json")?;
        let manifest: Value = serde_json::from_slice(&manifest.bytes).expect("it is JSON");
        for document in manifest["documents"].as_array().expect("a list") {
            for statement in document["statements"].as_array().expect("a list") {
                let place = &statement["source"];
                let (line, end) = (place["line"].as_u64().unwrap(), place["end"].as_u64().unwrap());
                let items = lines.get(place["file"].as_str().unwrap());
                let inside = |(first, last): &(u64, u64)| *first <= line && line <= end && end <= *last;
                if !items.is_some_and(|items| items.iter().any(inside)) {
                    return Some(format!("{}: {statement:#} is in no item", document["path"]));
                }
            }
        }
        None
    });
}

/// The first and the last line of each item.
fn lines_of_items(text: &str) -> Vec<(u64, u64)> {
    let line = |offset: usize| text[..offset].matches('\n').count() as u64 + 1;
    let items = iamx_syntax::parse(text).syntax().children().collect::<Vec<_>>();
    items
        .iter()
        .map(|item| (line(usize::from(item.text_range().start())), line(usize::from(item.text_range().end()))))
        .collect()
}
