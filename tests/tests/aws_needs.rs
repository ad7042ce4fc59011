//! What AWS's documentation shows policies for, written in iamx, compiles to what one would write by hand.

// A helper of tests fails as a test does.
#![allow(clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use iamx_diagnostic::Severity;
use iamx_tests::{
    files::{self, files_below, read},
    meaning::rules,
    pipeline::run,
};
use serde_json::Value;

#[test]
fn each_compiles_to_what_is_meant() {
    let mut wrong = Vec::new();
    for folder in files::aws_needs() {
        let name = files::name(&folder);
        let outcome = run(&files::workspace(&folder));
        if outcome.diagnostics.iter().any(|found| found.severity == Severity::Error) {
            wrong.push(format!("{name} isn't taken:\n{}", outcome.rendered()));
            continue;
        }
        let made: BTreeMap<String, Value> = outcome
            .files
            .iter()
            .filter(|file| file.path != "manifest.json")
            .map(|file| (file.path.clone(), serde_json::from_slice(&file.bytes).expect("the output is JSON")))
            .collect();
        let expected = folder.join("expected");
        let by_hand: BTreeMap<String, Value> = files_below(&expected)
            .into_iter()
            .map(|path| {
                let document = serde_json::from_str(&read(&expected.join(&path))).expect("it is JSON");
                (path, document)
            })
            .collect();
        let paths = |documents: &BTreeMap<String, Value>| documents.keys().cloned().collect::<Vec<_>>();
        if paths(&made) != paths(&by_hand) {
            wrong.push(format!("{name}: {:?} is made, {:?} is expected", paths(&made), paths(&by_hand)));
            continue;
        }
        for (path, document) in &by_hand {
            let (made, meant) = (rules(&made[path]), rules(document));
            let lists: Vec<_> = made.difference(&meant).map(|rule| format!("  only made: {rule:?}")).collect();
            let meant: Vec<_> = meant.difference(&made).map(|rule| format!("  only meant: {rule:?}")).collect();
            if !(lists.is_empty() && meant.is_empty()) {
                wrong.push(format!("{name}/{path}\n{}\n{}", lists.join("\n"), meant.join("\n")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_names_its_page_and_is_formatted() {
    for folder in files::aws_needs() {
        let text = read(&folder.join("main.iamx"));
        assert!(text.starts_with("// https://docs.aws.amazon.com/"), "{}", folder.display());
        assert_eq!(iamx_syntax::format(&text).as_deref(), Ok(text.as_str()), "{}", folder.display());
    }
}
