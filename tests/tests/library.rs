//! `std`: each item is documented, has an example and a test, the text is laid out, and no finding points into it.

// A helper of tests fails as a test does.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use iamx_syntax::format;
use iamx_tests::{
    files::{files_below, read, repository, workspace},
    library::library,
    pipeline::{Outcome, run, run_text},
};
use iamx_workspace::LIBRARY;

const WORLD: &str = "organization acme \"o-a1b2c3d4e5\" {\n  management account payer \"999999999999\"\n  account prod \
                     \"222222222222\"\n}\n";

fn is_module(path: &str) -> bool {
    path.strip_suffix(".iamx").is_some()
}

#[test]
fn every_module_of_the_folder_is_built_in() {
    let mut found: Vec<_> = files_below(&repository("stdlib"))
        .into_iter()
        .filter(|path| is_module(path) && !path.contains('/'))
        .map(|path| format!("std/{path}"))
        .collect();
    found.sort();
    assert_eq!(found, LIBRARY.iter().map(|(path, _)| (*path).to_owned()).collect::<Vec<_>>());
}

#[test]
fn every_item_is_documented() {
    for module in library() {
        for item in module.items {
            assert!(!item.documentation.is_empty(), "{}.{}", module.name, item.name);
        }
    }
}

#[test]
fn it_is_laid_out() {
    for (path, text) in LIBRARY {
        assert_eq!(format(text).as_deref(), Ok(*text), "{path}");
    }
    let examples = repository("stdlib/examples");
    for path in files_below(&examples).iter().filter(|path| is_module(path)) {
        let text = read(&examples.join(path));
        assert_eq!(format(&text).as_deref(), Ok(text.as_str()), "{path}");
    }
}

#[test]
fn the_examples_compile_without_a_finding() {
    let outcome = run(&workspace(&repository("stdlib/examples")));
    assert!(outcome.diagnostics.is_empty(), "{}", outcome.rendered());
}

/// The example is in the module of the same name; a list that other items of the module are made of is in theirs.
#[test]
fn every_item_has_an_example_and_a_test() {
    let mut missing = Vec::new();
    for module in library() {
        let examples = read(&repository("stdlib/examples").join(format!("{}.iamx", module.name)));
        let titles: Vec<_> = examples
            .lines()
            .filter_map(|line| line.strip_prefix("test \"")?.split_once('"'))
            .flat_map(|(title, _)| title.split(", "))
            .collect();
        for item in &module.items {
            let named = |text: &str, name: &str| {
                text.match_indices(name).any(|(at, _)| {
                    let next = text[at + name.len()..].chars().next();
                    next.is_none_or(|next| !next.is_ascii_alphanumeric() && next != '-')
                })
            };
            let used = named(&examples, &format!("{}.{}", module.name, item.name))
                || module.items.iter().any(|other| other.name != item.name && named(&other.text, &item.name));
            if !used {
                missing.push(format!("{}.{} has no example", module.name, item.name));
            }
            if !titles.contains(&item.name.as_str()) {
                missing.push(format!("{}.{} has no test", module.name, item.name));
            }
        }
        for title in titles {
            assert!(module.items.iter().any(|item| item.name == title), "{}: a test of no item `{title}`", module.name);
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

fn assert_nothing_points_into_it(outcome: &Outcome) {
    for diagnostic in &outcome.diagnostics {
        let place = diagnostic.primary().expect("it has a place");
        let path = outcome.sources.get(place.file).expect("the file is there").path();
        assert!(!path.starts_with("std/"), "{}", outcome.rendered());
        let length = outcome.sources.get(place.file).expect("the file is there").text().len();
        assert!(usize::from(place.range.end()) <= length, "{}", outcome.rendered());
    }
}

/// What is wrong with what a template is given is said where it is given.
#[test]
fn faults_are_said_where_it_is_used() {
    let uses = [
        "std.conditions.mfa-within(\"soon\")",
        "std.conditions.mfa-within(90)",
        "std.conditions.mfa-within",
        "std.conditions.in-org(prod)",
        "std.conditions.for-account(acme)",
        "std.conditions.for-resource(\"orders\")",
        "std.conditions.from-networks([\"office\"])",
        "std.conditions.from-networks(std.conditions.tls)",
        "std.conditions.mfaa",
        "std.condition.mfa",
        "std.conditions",
        "std",
        "std.guardrails.global-services",
        "std.s3.read-data",
    ];
    for call in uses {
        let text = format!(
            "{WORLD}role Reader in prod {{\n  trust service ec2\n  allow s3:GetObject on s3.bucket(\"acme\").object(\"*\") \
             when {call}\n}}\n"
        );
        let outcome = run_text(&text);
        assert_eq!(outcome.errors().len(), 1, "{call}\n{}", outcome.rendered());
        assert_nothing_points_into_it(&outcome);
    }
}

/// A set is for the resources that its comment names; what is wrong elsewhere is said where it is used.
#[test]
fn findings_are_where_it_is_used() {
    let text = format!(
        "{WORLD}role Reader in prod {{\n  trust service ec2\n  allow std.s3.read-data on s3.bucket(\"acme\")\n}}\n\nscp Locked \
         {{\n  include std.guardrails.NoAccessKeys\n  include std.guardrails.NoUsers\n}}\n"
    );
    let outcome = run_text(&text);
    assert_eq!(outcome.checks(), ["action-resource-mismatch", "unused-policy", "redundant-statement"]);
    assert_nothing_points_into_it(&outcome);
}
