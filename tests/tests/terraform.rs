//! What the Terraform target says is what the JSON target says, and Terraform reads it so.

// A helper of tests fails as a test does.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};

use iamx_tests::{
    files::{self, repository},
    pipeline::{Outcome, run_for},
    random_program, terraform,
};
use iamx_workspace::Target;
use serde_json::{Map, Value};

/// How many random programs are compiled too.
const RANDOM: u64 = 40;

/// Every workspace of the repository that compiles, and some random ones, with its name and what both targets make of it.
fn compiled() -> Vec<(String, Outcome)> {
    let folders = files::examples().into_iter().chain(files::baselines());
    let held = folders.map(|folder| (files::name(&folder), files::workspace(&folder)));
    let random = (0..RANDOM).map(|seed| (format!("the random program {seed}"), random_program::program(seed).files()));
    let compiled: Vec<_> = held
        .chain(random)
        .map(|(name, workspace)| (name, run_for(&workspace, &[Target::Json, Target::Terraform])))
        .filter(|(_, outcome)| !outcome.files.is_empty())
        .collect();
    assert!(compiled.len() > 80, "{}", compiled.len());
    compiled
}

fn parsed(outcome: &Outcome) -> BTreeMap<&str, Value> {
    let files = outcome.files.iter();
    files.map(|file| (file.path.as_str(), serde_json::from_slice(&file.bytes).expect("it is JSON"))).collect()
}

fn is_root(path: &str) -> bool {
    path.ends_with(".tf.json")
}

/// What Terraform makes of a template without expressions.
fn decoded(template: &str) -> String {
    let (mut text, mut rest) = (String::new(), template);
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("$${") {
            text.push_str("${");
            rest = after;
        } else if let Some(after) = rest.strip_prefix("%%{") {
            text.push_str("%{");
            rest = after;
        } else {
            assert!(!rest.starts_with("${") && !rest.starts_with("%{"), "a template begins in {template}");
            text.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    text
}

/// Whether a template holds an expression, as where it speaks of what another tool makes.
fn has_expression(template: &str) -> bool {
    template.replace("$${", "").contains("${")
}

/// The texts of a template between its expressions.
fn texts_between(template: &str) -> Vec<String> {
    let mut texts = vec![String::new()];
    let mut rest = template;
    while let Some(at) = rest.find("${") {
        let escaped = rest[..at].ends_with('$');
        let end = if escaped { at + 2 } else { at };
        texts.last_mut().expect("there is one").push_str(&rest[..end]);
        rest = &rest[at + 2..];
        if !escaped {
            rest = &rest[rest.find('}').expect("an expression ends") + 1..];
            texts.push(String::new());
        }
    }
    texts.last_mut().expect("there is one").push_str(rest);
    texts.iter().map(|text| decoded(text)).collect()
}

/// Whether `text` is the texts with something between each two.
fn is_made_of(text: &str, texts: &[String]) -> bool {
    let [first, between @ .., last] = texts else { return false };
    let Some(mut rest) = text.strip_prefix(first.as_str()).and_then(|rest| rest.strip_suffix(last.as_str())) else {
        return false;
    };
    for text in between {
        let Some((_, after)) = rest.split_once(text.as_str()) else { return false };
        rest = after;
    }
    true
}

#[test]
fn every_document_is_in_its_root() {
    let mut documents = 0;
    for (name, outcome) in compiled() {
        let files = parsed(&outcome);
        for document in files["manifest.json"]["documents"].as_array().expect("a list") {
            let place = &document["terraform"];
            if place.is_null() {
                let whole = &files[document["path"].as_str().expect("a text")];
                let roots = files["manifest.json"]["roots"].as_array().expect("a list").iter();
                let mut own = roots.filter(|root| root["account"] == document["account"]);
                let root = &files[own.next().expect("a root")["path"].as_str().expect("a text")];
                assert!(document["kind"] == "session-policy" || are_permissions(root, whole), "{name}: {document:#}");
                continue;
            }
            let (resource_type, label) = place["address"].as_str().expect("a text").split_once('.').expect("a dot");
            let root = &files[place["path"].as_str().expect("a text")];
            let argument = &root["resource"][resource_type][label][place["argument"].as_str().expect("a text")];
            let text = argument.as_str().unwrap_or_else(|| panic!("{name}: {place} is no text"));
            if has_expression(text) {
                let whole = files[document["path"].as_str().expect("a text")].to_string();
                assert!(is_made_of(&whole, &texts_between(text)), "{name}: {place}: {whole}");
                continue;
            }
            let text = decoded(text);
            let value: Value = serde_json::from_str(&text).expect("it is JSON");
            assert_eq!(value, files[document["path"].as_str().expect("a text")], "{name}: {place}");
            assert!(text.starts_with("{\"Version\":\"2012-10-17\",\"Statement\":["), "{name}: {text}");
            documents += 1;
        }
    }
    assert!(documents > 100, "{documents}");
}

/// Whether each statement of a document is a permission of its own in the root.
fn are_permissions(root: &Value, document: &Value) -> bool {
    let permissions = ["aws_lambda_permission", "aws_lambda_layer_version_permission"];
    let made: Vec<&Value> = permissions
        .iter()
        .flat_map(|kind| root["resource"][kind].as_object().into_iter().flat_map(Map::values))
        .collect();
    let statements = document["Statement"].as_array().expect("a list");
    statements.iter().all(|statement| {
        made.iter().any(|one| one["statement_id"] == statement["Sid"] && one["action"] == statement["Action"])
    })
}

/// The addresses that a value refers to.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            if let Some(expression) = text.strip_prefix("${").and_then(|text| text.strip_suffix('}')) {
                let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
                for word in expression.split(|c| !is_word(c)) {
                    let parts: Vec<_> = word.split('.').collect();
                    match parts.as_slice() {
                        ["data", data_type, label, ..] => found.insert(format!("data.{data_type}.{label}")),
                        [kind, label, _] if kind.starts_with("aws_") => found.insert(format!("{kind}.{label}")),
                        _ => false,
                    };
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| references(value, found)),
        Value::Object(entries) => entries.values().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[test]
fn what_a_root_refers_to_is_in_it_and_never_in_a_circle() {
    let mut all = 0;
    for (name, outcome) in compiled() {
        let sources: String = outcome.sources.iter().map(|(_, source)| source.text()).collect();
        for (path, root) in parsed(&outcome).iter().filter(|(path, _)| is_root(path)) {
            let mut waits: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
            for (mode, prefix) in [("resource", ""), ("data", "data.")] {
                for (resource_type, resources) in root[mode].as_object().into_iter().flatten() {
                    for (label, body) in resources.as_object().expect("labels") {
                        let mut found = BTreeSet::new();
                        references(body, &mut found);
                        let explicit = body["depends_on"].as_array().into_iter().flatten();
                        found.extend(explicit.map(|address| address.as_str().expect("an address").to_owned()));
                        waits.insert(format!("{prefix}{resource_type}.{label}"), found);
                    }
                }
            }
            all += waits.len();
            let mut outputs = BTreeSet::new();
            references(&root["output"], &mut outputs);
            for address in waits.values().flatten().chain(&outputs) {
                // What the source says that another tool makes stands in files beside the root's.
                let beside = sources.contains(&format!("terraform(\"{address}"));
                assert!(beside || waits.contains_key(address), "{name}/{path}: there is no {address}");
            }
            for others in waits.values_mut() {
                others.retain(|other| !sources.contains(&format!("terraform(\"{other}")));
            }
            while let Some(free) =
                waits.iter().find(|(_, others)| others.is_empty()).map(|(address, _)| address.clone())
            {
                waits.remove(&free);
                for others in waits.values_mut() {
                    others.remove(&free);
                }
            }
            assert!(waits.is_empty(), "{name}/{path}: {waits:?} wait for each other");
        }
    }
    assert!(all > 100, "{all}");
}

/// The arguments of every root that hold no expression: texts, and maps of texts.
fn constants(value: &Value, found: &mut Vec<Value>) {
    match value {
        Value::Object(entries) if entries.values().all(|value| value.as_str().is_some_and(is_constant)) => {
            found.push(value.clone());
        }
        Value::Object(entries) => entries.values().for_each(|value| constants(value, found)),
        Value::String(text) if is_constant(text) => found.push(value.clone()),
        _ => {}
    }
}

fn is_constant(text: &str) -> bool {
    !has_expression(text)
}

fn decoded_value(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(decoded(text)),
        Value::Object(entries) => {
            Value::Object(entries.iter().map(|(key, value)| (decoded(key), decoded_value(value))).collect())
        }
        other => other.clone(),
    }
}

#[test]
#[allow(clippy::print_stderr, reason = "a test that is skipped says so")]
fn terraform_reads_every_text_as_it_is() {
    let mut texts = Vec::new();
    for (_, outcome) in compiled() {
        for (_, root) in parsed(&outcome).iter().filter(|(path, _)| is_root(path)) {
            constants(&root["resource"], &mut texts);
        }
    }
    assert!(texts.iter().any(Value::is_object) && texts.len() > 100, "{}", texts.len());
    let Some(read) = terraform::read_back(&texts) else {
        eprintln!("skipped: terraform isn't installed");
        return;
    };
    for (read, text) in read.iter().zip(&texts) {
        assert_eq!(read, &decoded_value(text));
    }
}

#[test]
fn a_root_has_what_its_account_has_and_no_more() {
    let folder = repository("tests/baselines/terraform-accounts");
    let workspace = files::workspace(&folder);
    let paths = |targets: &[Target]| -> Vec<String> {
        run_for(&workspace, targets).files.into_iter().map(|file| file.path).collect()
    };
    assert_eq!(paths(&[Target::Terraform]), ["dev/iam.tf.json", "prod/iam.tf.json", "manifest.json"]);
    assert!(paths(&[Target::Json]).iter().all(|path| !is_root(path)));
    let mut both = paths(&[Target::Json]);
    both.extend(paths(&[Target::Terraform]));
    both.sort_unstable();
    both.dedup();
    let mut found = paths(&[Target::Json, Target::Terraform]);
    found.sort_unstable();
    assert_eq!(found, both);
}

/// A workspace without accounts is written for whichever account it is applied to; with one it says the same of that.
#[test]
fn an_account_that_is_known_when_deployed_is_read() {
    const ID: &str = "222222222222";
    let module = files::read(&repository("tests/baselines/terraform-alone/main.iamx"));
    let alone = [("main.iamx".to_owned(), module.clone())];
    let outcome = run_for(&alone, &[Target::Terraform]);
    assert!(outcome.diagnostics.is_empty(), "{}", outcome.rendered());
    let both = run_for(&alone, &[Target::Json, Target::Terraform]);
    assert!(!both.errors().is_empty() && both.errors().iter().all(|check| *check == "missing-account"));

    let settings = "[workspace]\naccount = \"prod\"\n".to_owned();
    let declared =
        [("iamx.toml".to_owned(), settings), ("main.iamx".to_owned(), format!("{module}\naccount prod \"{ID}\"\n"))];
    let declared = run_for(&declared, &[Target::Json]);
    let documents = parsed(&declared);
    let by_name = |manifest: &Value| -> BTreeMap<(String, String), Value> {
        let documents = manifest["documents"].as_array().expect("a list").iter().cloned();
        documents.map(|document| ((document["kind"].to_string(), document["name"].to_string()), document)).collect()
    };
    let files = parsed(&outcome);
    let (found, expected) = (by_name(&files["manifest.json"]), by_name(&documents["manifest.json"]));
    assert!(found.len() == expected.len() && found.len() > 4);
    for (name, document) in found {
        let place = &document["terraform"];
        let (resource_type, label) = place["address"].as_str().expect("a text").split_once('.').expect("a dot");
        let argument = &files["iam.tf.json"]["resource"][resource_type][label];
        let argument = argument[place["argument"].as_str().expect("a text")].as_str().expect("a text");
        let text = decoded(&argument.replace("${data.aws_caller_identity.iamx.account_id}", ID));
        let path = expected[&name]["path"].as_str().expect("a text");
        assert_eq!(serde_json::from_str::<Value>(&text).expect("it is JSON"), documents[path], "{name:?}");
        assert_eq!(document["size"], expected[&name]["size"], "{name:?}");
    }
}
