//! The pages of the checks hold: what they advise against is found, and what they advise is not.

use std::fs;

use iamx_diagnostic::{Check, Example, checks};
use iamx_tests::{
    files::{self, SourceText, repository},
    pipeline::run,
};

/// Checks whose page can only sketch an example: the real one would fill it, and stands in `sizes.rs`, and
/// for locks in `cli/tests/lock.rs`.
const SKETCHED: [&str; 12] = [
    "expansion-too-large",
    "file-too-large",
    "invalid-lock",
    "nesting-too-deep",
    "not-utf8",
    "policy-too-large",
    "stale-lock",
    "text-too-long",
    "too-many-attachments",
    "too-many-groups",
    "too-many-in-account",
    "too-many-tags",
];

fn sources(example: &Example) -> Vec<SourceText> {
    let settings = example.settings.map(|text| ("iamx.toml".to_owned(), text.to_owned()));
    let modules = example.files.iter().map(|file| (file.path.to_owned(), file.source.to_owned()));
    settings.into_iter().chain(modules).collect()
}

fn failures(judge: impl Fn(&Check) -> Vec<String>) -> String {
    let mut failures = Vec::new();
    for check in checks::ALL {
        failures.extend(judge(check));
    }
    failures.join("\n\n")
}

#[test]
fn what_a_page_advises_against_is_found_and_nothing_else_is() {
    let failures = failures(|check| {
        let examples = check.avoid_examples().into_iter().filter(|example| !example.sketch);
        let wrong = examples.filter_map(|example| {
            let outcome = run(&sources(&example));
            let right =
                outcome.checks().contains(&check.name) && outcome.checks().iter().all(|name| *name == check.name);
            (!right).then(|| format!("{} avoid: {:?}\n{}", check.name, outcome.checks(), outcome.rendered()))
        });
        wrong.collect()
    });
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn what_a_page_advises_compiles_without_the_finding() {
    let failures = failures(|check| {
        let examples = check.prefer_examples().into_iter().filter(|example| !example.sketch);
        let wrong = examples.filter_map(|example| {
            let outcome = run(&sources(&example));
            let right = outcome.errors().is_empty() && !outcome.checks().contains(&check.name);
            (!right).then(|| format!("{} prefer: {:?}\n{}", check.name, outcome.checks(), outcome.rendered()))
        });
        wrong.collect()
    });
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn only_examples_that_would_fill_a_page_are_sketched() {
    for check in checks::ALL {
        let sketched = check.avoid_examples().iter().any(|example| example.sketch);
        assert_eq!(sketched, SKETCHED.contains(&check.name), "{}", check.name);
        assert!(check.prefer_examples().iter().all(|example| !example.sketch), "{}", check.name);
    }
}

#[test]
fn every_check_is_given_by_some_code() {
    let mut code = String::new();
    for crate_folder in files::folders(&repository("compiler")) {
        let source = crate_folder.join("src");
        for path in files::files_below(&source) {
            code.push_str(&fs::read_to_string(source.join(path)).unwrap_or_default());
        }
    }
    let unused: Vec<_> = checks::ALL
        .iter()
        .filter(|check| {
            let constant = format!("checks::{}", check.name.replace('-', "_").to_uppercase());
            !code.match_indices(&constant).any(|(start, found)| {
                let after = code[start + found.len()..].chars().next();
                !after.is_some_and(|letter| letter.is_ascii_alphanumeric() || letter == '_')
            })
        })
        .map(|check| check.name)
        .collect();
    assert_eq!(unused, [""; 0]);
}
