//! What is compiled, read again as JSON that someone wrote by hand, is the same.

use std::fmt::Write as _;

use iamx_tests::pipeline::{run, run_text};
use serde_json::Value;

use crate::{documents, hold, seeds};

/// The statements of a document, each after `raw`.
fn raw(document: &str) -> String {
    let document: Value = serde_json::from_str(document).expect("it is JSON");
    let mut text = String::new();
    for statement in document["Statement"].as_array().expect("a list") {
        let mut statement = statement.as_object().expect("an object").clone();
        if let Some(label) = statement.shift_remove("Sid") {
            let _ = write!(text, "    {}: ", label.as_str().expect("a text"));
        }
        let _ = writeln!(text, "    raw {:#}", Value::from(statement));
    }
    text
}

#[test]
fn documents_are_read_as_they_are_written() {
    hold(seeds(2), |program| {
        let mut text = String::new();
        let mut expected = Vec::new();
        for (path, document) in documents(&run(&program.files())) {
            let kinds = ["roles", "users", "groups", "policies", "boundaries", "scps"];
            let kind = path.split('/').find(|part| kinds.contains(part));
            // JSON has no `unchecked`.
            if kind.is_none() || document.contains(":New") {
                continue;
            }
            let name = format!("R{}", expected.len());
            let (file, body) = if path.ends_with("/trust.json") {
                ("trust.json", format!("  trust {{\n{}  }}\n", raw(&document)))
            } else {
                ("inline.json", format!("  trust service ec2\n{}", raw(&document)))
            };
            let _ = write!(text, "role {name} {{\n{body}}}\n\n");
            expected.push((format!("roles/{name}/{file}"), path, document));
        }
        let outcome = run_text(&text);
        let limits = ["policy-too-large", "too-many-in-account"];
        if outcome.errors().iter().any(|check| !limits.contains(check)) {
            return Some(format!("{text}\n{}", outcome.rendered()));
        }
        let again = documents(&outcome);
        let different =
            expected.into_iter().find(|(path, _, document)| !again.is_empty() && again.get(path) != Some(document));
        different.map(|(path, of, document)| format!("{of}\n{document}\n{:#?}", again.get(&path)))
    });
}
