//! `std`: each item is documented and does what it says, the text is laid out, and no finding points into it.

// A helper of tests fails as a test does.
#![allow(clippy::panic, clippy::unwrap_used)]

use std::fmt::Write as _;

use iamx_syntax::{
    ast::{AstNode, DeclaredKind, File, Item, documentation},
    format, parse,
};
use iamx_tests::pipeline::{Outcome, run_text};
use iamx_workspace::LIBRARY;

/// What the parameter of an item is given.
fn argument(item: &str, parameter: &str) -> &'static str {
    match (item, parameter) {
        (_, "org") => "acme",
        (_, "caller" | "source") => "prod",
        (_, "age") => "1h",
        ("via-service", "name") => "\"s3\"",
        (_, "name") => "\"ecs-tasks.amazonaws.com\"",
        (_, "pattern") => "\"arn:aws:s3:::acme-*\"",
        (_, "networks") => "[\"203.0.113.0/24\"]",
        (_, "regions") => "[\"eu-west-1\", \"eu-central-1\"]",
        (_, "vpc") => "\"vpc-12345678\"",
        (_, "endpoint") => "\"vpce-12345678\"",
        _ => panic!("an argument for {parameter} of {item}"),
    }
}

fn items(text: &str) -> Vec<Item> {
    let parse = parse(text);
    assert_eq!(parse.errors(), [], "{text}");
    File::cast(parse.syntax()).unwrap().items().collect()
}

const WORLD: &str = "organization acme \"o-a1b2c3d4e5\" {\n  management account payer \"999999999999\"\n  account prod \
                     \"222222222222\"\n}\n";

#[test]
fn every_item_is_documented() {
    for (path, text) in LIBRARY {
        for item in items(text).iter().filter(|item| !matches!(item, Item::Use(_))) {
            assert!(documentation(item.syntax()).is_some(), "{path}: {}", item.syntax());
        }
    }
}

#[test]
fn it_is_laid_out() {
    for (path, text) in LIBRARY {
        assert_eq!(format(text).as_deref(), Ok(text), "{path}");
    }
}

/// A workspace that uses every item once, and nothing of its own but accounts.
#[test]
fn every_item_compiles_to_what_is_written_down() {
    let mut conditions = String::new();
    let mut guardrails = String::new();
    for (path, text) in LIBRARY {
        let module = path.trim_end_matches(".iamx").replace('/', ".");
        for item in items(text) {
            let (name, parameters) = match &item {
                Item::Let(item) => (item.name(), item.parameters()),
                Item::Declared(item) if item.kind() == Some(DeclaredKind::Policy) => (item.name(), item.parameters()),
                _ => panic!("{path}: {}", item.syntax()),
            };
            let name = name.unwrap();
            let arguments: Vec<_> = parameters
                .iter()
                .flat_map(|list| list.parameters().collect::<Vec<_>>())
                .map(|parameter| argument(name.text(), parameter.name().unwrap().text()))
                .collect();
            let call = if arguments.is_empty() {
                format!("{module}.{name}")
            } else {
                format!("{module}.{name}({})", arguments.join(", "))
            };
            match item {
                Item::Declared(_) => {
                    let of_resources = ["OnlyTls", "OnlyOurOrganization", "NoConfusedDeputy"].contains(&name.text());
                    let kind = if of_resources { "rcp" } else { "scp" };
                    let _ = writeln!(guardrails, "{kind} Of{name} {{ include {call} }}");
                }
                Item::Let(_) if path.contains("conditions") => {
                    let _ = writeln!(conditions, "  deny s3:PutObject on * when {call}");
                }
                _ => {
                    let _ = writeln!(conditions, "  deny * except {call}");
                }
            }
        }
    }
    let text = format!(
        "{WORLD}{guardrails}role Reader in prod {{\n  trust service ec2\n  attach aws \"ReadOnlyAccess\"\n{conditions}}}\n"
    );
    let outcome = run_text(&text);
    assert_eq!(outcome.errors(), [""; 0], "{text}\n{}", outcome.rendered());
    assert_nothing_points_into_it(&outcome);
    insta::assert_snapshot!(outcome.output());
}

fn assert_nothing_points_into_it(outcome: &Outcome) {
    for diagnostic in &outcome.diagnostics {
        let place = diagnostic.primary().unwrap();
        let path = outcome.sources.get(place.file).unwrap().path();
        assert!(!path.starts_with("std/"), "{}", outcome.rendered());
        let length = outcome.sources.get(place.file).unwrap().text().len();
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
