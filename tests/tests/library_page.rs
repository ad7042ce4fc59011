//! `docs/std.md`: each item of `std` with its comment and what it compiles to. `UPDATE_BASELINES=1` writes it.

// A helper of tests fails as a test does.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::fmt::Write as _;

use iamx_tests::{
    files::repository,
    library::{LibraryItem, LibraryModule, library},
    pipeline::{Outcome, run},
    snapshot::Snapshots,
};
use serde_json::Value;

const INTRODUCTION: &str = "\
# The library `std`

What comes with iamx. An item is used by its whole name, as `std.conditions.mfa`, or after `use std.conditions.{mfa}`; policies are
put into an item of yours with `include`. Nothing of it is made by itself, and what isn't used costs nothing.
[The language](language.md#the-library-std) shows how; `stdlib/examples` in the repository has a use and a test of each item.

The JSON is what an item compiles to for these arguments; where there are several statements, each has a condition of its own.
This page is written by the test suite.
";

/// A workspace that uses every item once.
struct Uses {
    text: String,
    outcome: Outcome,
}

const WORLD: &str = "organization acme \"o-a1b2c3d4e5\" {\n  management account payer \"999999999999\"\n  account prod \
                     \"222222222222\"\n}\n\noidc github \"https://token.actions.githubusercontent.com\" in prod {\n  audience \
                     \"sts.amazonaws.com\"\n}\n\nlet anyone = [oidc github]\n";

/// What kind of thing an item is, by how it is used.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Claim,
    Condition,
    Actions,
    Resources,
    Scp,
    Rcp,
    Boundary,
}

fn use_of(module: &LibraryModule, item: &LibraryItem) -> Use {
    match module.name.as_str() {
        "conditions" if item.text.contains("claim ") => Use::Claim,
        "conditions" => Use::Condition,
        "boundaries" => Use::Boundary,
        "guardrails" if !item.is_policy && item.text.contains("\"arn:") => Use::Resources,
        "guardrails" if !item.is_policy => Use::Actions,
        "guardrails" if item.documentation.join(" ").starts_with("For an `rcp`") => Use::Rcp,
        "guardrails" => Use::Scp,
        _ => Use::Actions,
    }
}

/// A document for each item, each in a file of its own name.
fn uses(modules: &[LibraryModule]) -> Uses {
    let mut text = WORLD.to_owned();
    for module in modules {
        for item in &module.items {
            let (name, call) = (name_of(module, item), item.call(&module.name));
            let _ = match use_of(module, item) {
                Use::Claim => writeln!(text, "role {name} in prod {{ trust oidc github when {call} }}"),
                Use::Condition => writeln!(text, "role {name} in prod {{ trust service ec2  deny * when {call} }}"),
                Use::Actions => writeln!(text, "scp {name} {{ deny {call} }}"),
                Use::Resources => writeln!(text, "scp {name} {{ deny * on {call} }}"),
                Use::Scp => writeln!(text, "scp {name} {{ include {call} }}"),
                Use::Rcp => writeln!(text, "rcp {name} {{ include {call} }}"),
                Use::Boundary => writeln!(text, "boundary {name}Boundary in prod {{ include {call} }}"),
            };
        }
    }
    let outcome = run(&[("main.iamx".to_owned(), text.clone())]);
    Uses { text, outcome }
}

fn name_of(module: &LibraryModule, item: &LibraryItem) -> String {
    if module.name == "boundaries" { item.name.clone() } else { format!("{}-{}", module.name, item.name) }
}

fn path_of(module: &LibraryModule, item: &LibraryItem) -> String {
    let name = name_of(module, item);
    match use_of(module, item) {
        Use::Claim => format!("prod/roles/{name}/trust.json"),
        Use::Condition => format!("prod/roles/{name}/inline.json"),
        Use::Actions | Use::Resources | Use::Scp => format!("organization/scps/{name}.json"),
        Use::Rcp => format!("organization/rcps/{name}.json"),
        Use::Boundary => format!("prod/boundaries/{name}Boundary.json"),
    }
}

/// The part of the document that the item says.
fn shown(module: &LibraryModule, item: &LibraryItem, document: &Value) -> String {
    let statements = document["Statement"].as_array().cloned().unwrap_or_default();
    let parts = |key: &str| {
        let parts: Vec<_> = statements.iter().map(|statement| format!("\"{key}\": {:#}", statement[key])).collect();
        parts.join("\n")
    };
    match use_of(module, item) {
        Use::Claim | Use::Condition => parts("Condition"),
        Use::Actions => parts("Action"),
        Use::Resources => parts("Resource"),
        Use::Scp | Use::Rcp | Use::Boundary => {
            let texts: Vec<_> = statements.iter().map(|statement| format!("{statement:#}")).collect();
            texts.join(",\n")
        }
    }
}

/// The comment that a module begins with.
fn introduction(module: &LibraryModule) -> String {
    let lines = module.text.lines().take_while(|line| line.starts_with("//") && !line.starts_with("///"));
    let lines: Vec<_> = lines.map(|line| line.trim_start_matches('/').trim()).collect();
    lines.join("\n")
}

#[test]
fn the_page_of_the_library_says_what_each_item_compiles_to() {
    let modules = library();
    let Uses { text, outcome } = uses(&modules);
    assert_eq!(outcome.errors(), [""; 0], "{text}\n{}", outcome.rendered());
    let mut page = INTRODUCTION.to_owned();
    for module in &modules {
        let _ = write!(page, "\n## `std.{}`\n\n{}\n", module.name, introduction(module));
        for item in &module.items {
            let path = path_of(module, item);
            let file = outcome.files.iter().find(|file| file.path == path);
            let file = file.unwrap_or_else(|| panic!("{path} isn't written\n{text}"));
            let document: Value = serde_json::from_slice(&file.bytes).expect("it is JSON");
            let _ = write!(
                page,
                "\n### `std.{}.{}`\n\n{}\n\n```text\n{}\n```\n",
                module.name,
                item.signature(),
                item.documentation.join("\n"),
                shown(module, item, &document)
            );
        }
    }
    let mut snapshots = Snapshots::from_environment();
    snapshots.compare(&repository("docs/std.md"), &page);
    snapshots.assert();
}
