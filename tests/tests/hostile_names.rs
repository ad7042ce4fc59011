//! Texts that mean something to a file system, a shell, JSON or Terraform, in every place that takes a text: refused or
//! written as they are.

// A helper of tests fails as a test does.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "hostile_names/places.rs"]
mod places;
#[path = "hostile_names/templates.rs"]
mod templates;

use std::{collections::BTreeMap, panic::catch_unwind, sync::Mutex, thread};

use iamx_policy::{Document, JsonMember, JsonNode, JsonValue, Sourced, read_statement};
use iamx_tests::{
    pipeline::{Outcome, run_with_values},
    terraform,
};
use iamx_text::{SourceMap, Span, TextSize};
use places::{PLACES, Place};
use serde_json::{Map, Value, json};
use templates::{Piece, pieces};

/// How many threads share the work.
const THREADS: usize = 2;

/// What was found wrong, and each constant text of what Terraform gets.
#[derive(Default)]
struct Found {
    wrong: Vec<String>,
    /// By the template.
    texts: BTreeMap<String, String>,
    cases: usize,
    /// How many of them compile.
    taken: usize,
}

#[test]
#[allow(clippy::print_stderr, reason = "a test that is skipped says so")]
fn a_hostile_text_is_refused_or_written_as_it_is() {
    let found = Mutex::new(Found::default());
    thread::scope(|scope| {
        for first in 0..THREADS {
            let found = &found;
            scope.spawn(move || {
                for (number, place) in PLACES.iter().enumerate().skip(first).step_by(THREADS) {
                    let own = look_into(place, number);
                    let mut found = found.lock().expect("no other thread panics");
                    found.wrong.extend(own.wrong);
                    found.texts.extend(own.texts);
                    found.cases += own.cases;
                }
            });
        }
    });
    let found = found.into_inner().expect("no thread panics");
    assert!(found.wrong.is_empty(), "{} faults\n{}", found.wrong.len(), found.wrong.join("\n"));
    assert!(found.cases > 1500, "{}", found.cases);
    assert!(found.texts.len() > 200, "{}", found.texts.len());
    if !terraform_reads(&found.texts) {
        eprintln!("skipped in part: terraform isn't installed");
    }
}

/// Puts every text into a place.
fn look_into(place: &Place, number: usize) -> Found {
    let mut found = Found::default();
    let (harmless, hostile) = place.texts(number);
    for written in harmless {
        if found.taken == 0 {
            compile(place, &written, &mut found);
        }
    }
    if (found.taken == 0) != place.takes_nothing() {
        found.wrong.push(format!("{}: {} harmless texts are taken", place.name, found.taken));
    }
    for written in hostile {
        compile(place, &written, &mut found);
    }
    found
}

fn compile(place: &Place, written: &str, found: &mut Found) {
    let (files, values) = (place.workspace(written), place.values(written));
    let before = found.wrong.len();
    match catch_unwind(|| run_with_values(&files, place.targets(), &values)) {
        Ok(outcome) => look_at(place, &outcome, found),
        Err(_) => found.wrong.push("a panic".to_owned()),
    }
    found.cases += 1;
    let shown: String = written.chars().take(40).collect();
    for wrong in found.wrong.iter_mut().skip(before) {
        *wrong = format!("{} {shown:?}: {wrong}", place.name);
    }
}

fn look_at(place: &Place, outcome: &Outcome, found: &mut Found) {
    let errors = outcome.errors();
    if !errors.is_empty() {
        if !outcome.files.is_empty() {
            found.wrong.push(format!("refused, and files are written: {errors:?}"));
        }
        if errors.len() > 1 && !place.breaks_the_source() {
            found.wrong.push(format!(
                "more than one error: {errors:?} {}",
                outcome.diagnostics.iter().map(|d| d.message.as_str()).collect::<Vec<_>>().join(" / ")
            ));
        }
        return;
    }
    found.taken += 1;
    let mut files = BTreeMap::new();
    for file in &outcome.files {
        if !is_plain(&file.path) {
            found.wrong.push(format!("the path {:?}", file.path));
        }
        match serde_json::from_slice::<Value>(&file.bytes) {
            Ok(value) => {
                files.insert(file.path.as_str(), value);
            }
            Err(error) => found.wrong.push(format!("{} is no JSON: {error}", file.path)),
        }
    }
    let manifest = &files["manifest.json"];
    for document in manifest["documents"].as_array().expect("a list") {
        let Some(whole) = document["path"].as_str().and_then(|path| files.get(path)) else {
            let at = &document["terraform"];
            let (kind, label) = at["address"].as_str().expect("a text").split_once('.').expect("a dot");
            let root = &files[at["path"].as_str().expect("a text")];
            let argument = &root["resource"][kind][label][at["argument"].as_str().expect("a text")];
            if !is_policy_when_deployed(argument) {
                found.wrong.push(format!("no policy: {argument}"));
            }
            continue;
        };
        let path = document["path"].as_str().expect("a text");
        if let Err(why) = is_policy(whole) {
            found.wrong.push(format!("{path} is no policy: {why}"));
        }
        let at = &document["terraform"];
        if at.is_null() {
            continue;
        }
        let (kind, label) = at["address"].as_str().expect("a text").split_once('.').expect("a dot");
        let root = &files[at["path"].as_str().expect("a text")];
        let argument = &root["resource"][kind][label][at["argument"].as_str().expect("a text")];
        match argument.as_str().map(literal) {
            Some(Ok(text)) if serde_json::from_str::<Value>(&text).is_ok_and(|value| value == *whole) => {}
            // What another tool makes has no text yet.
            Some(Err(_)) if place.has_extern() && is_policy_when_deployed(argument) => {}
            other => found.wrong.push(format!("{path} is another in {at}: {other:?}")),
        }
    }
    for (path, root) in files.iter().filter(|(path, _)| path.ends_with(".tf.json")) {
        every_template(root, &mut |template| match pieces(template) {
            Err(why) => found.wrong.push(format!("{path}: {why}: {template}")),
            Ok(pieces) => {
                for piece in &pieces {
                    if let Piece::Quoted { written, text } = piece {
                        let written = written.replace(templates::METADATA_FOLDER, "");
                        found.texts.insert(format!("${{{written}}}"), text.clone());
                    }
                }
                if let [Piece::Text(text)] = pieces.as_slice() {
                    found.texts.insert(template.to_owned(), text.clone());
                }
            }
        });
        said_of_items(manifest, root, found);
    }
}

/// Whether Terraform is there; then it reads each template as what is meant.
fn terraform_reads(texts: &BTreeMap<String, String>) -> bool {
    let templates: Vec<Value> = texts.keys().map(|template| json!(template)).collect();
    let Some(read) = terraform::read_back(&templates) else { return false };
    for (read, (template, meant)) in read.iter().zip(texts) {
        // Terraform composes what it reads, and drops a byte order mark before it; see docs/terraform.md.
        let composed = meant.trim_start_matches('\u{feff}').replace("e\u{301}", "\u{e9}").replace('\u{212b}', "\u{c5}");
        assert_eq!(read, &json!(composed), "{template}");
    }
    true
}

/// The arguments of `root` say what the manifest says of the items.
fn said_of_items(manifest: &Value, root: &Value, found: &mut Found) {
    let kinds = [
        ("roles", "aws_iam_role"),
        ("users", "aws_iam_user"),
        ("groups", "aws_iam_group"),
        ("policies", "aws_iam_policy"),
        ("permission-sets", "aws_ssoadmin_permission_set"),
    ];
    for (list, kind) in kinds {
        for item in manifest[list].as_array().into_iter().flatten() {
            let all = root["resource"][kind].as_object().into_iter().flat_map(Map::values);
            let mut all = all.map(|body| (body, body["name"].as_str().map(literal)));
            let name = item["name"].as_str().expect("a text");
            let Some((body, _)) = all.find(|(_, other)| matches!(other, Some(Ok(other)) if other == name)) else {
                continue;
            };
            for argument in ["path", "description"] {
                let (said, given) = (item[argument].as_str(), body[argument].as_str().map(literal));
                if given.is_some() && given != said.map(|text| Ok(text.to_owned())) {
                    found.wrong.push(format!("{argument} is {said:?} and {given:?}"));
                }
            }
            let tags = |value: &Value, read: &dyn Fn(&str) -> String| -> BTreeMap<String, String> {
                let entries = value.as_object().into_iter().flatten();
                entries.map(|(key, value)| (read(key), read(value.as_str().expect("a text")))).collect()
            };
            let said = tags(&item["tags"], &str::to_owned);
            let given = tags(&body["tags"], &|text| literal(text).unwrap_or_else(|why| why));
            if said != given && !body["tags"].is_null() {
                found.wrong.push(format!("tags are {said:?} and {given:?}"));
            }
        }
    }
}

/// The text of a template that is one.
fn literal(template: &str) -> Result<String, String> {
    match pieces(template)?.as_slice() {
        [] => Ok(String::new()),
        [Piece::Text(text)] => Ok(text.clone()),
        other => Err(format!("an expression: {other:?}")),
    }
}

/// Every text that Terraform reads as a template: those outside of comments, and the keys of maps.
fn every_template(value: &Value, take: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => take(text),
        Value::Array(values) => values.iter().for_each(|value| every_template(value, take)),
        Value::Object(entries) => {
            for (key, value) in entries.iter().filter(|(key, _)| *key != "//") {
                take(key);
                every_template(value, take);
            }
        }
        _ => {}
    }
}

/// Whether a path stays below the folder that it is written in, on any file system.
fn is_plain(path: &str) -> bool {
    let is_plain = |part: &str| {
        !matches!(part, "" | "." | "..")
            && part.len() <= 255
            && part
                .chars()
                .all(|c| c.is_ascii_graphic() && !matches!(c, '\\' | ':' | '"' | '<' | '>' | '|' | '*' | '?'))
    };
    path.split('/').all(is_plain)
}

/// The policy reader takes each statement of `document`, and what it read is what was written.
fn is_policy(document: &Value) -> Result<(), String> {
    let mut sources = SourceMap::default();
    let span = Span::at(sources.add("document.json", ""), TextSize::new(0));
    let mut statements = Vec::new();
    for statement in document["Statement"].as_array().ok_or("it has no statements")? {
        let mut findings = Vec::new();
        let read = read_statement(&node(statement, span), &mut findings);
        let why: Vec<_> = findings.iter().map(|finding| finding.message.as_str()).collect();
        statements.push(read.ok_or_else(|| format!("{why:?}: {statement}"))?);
    }
    let again = Document { statements: statements.into() }.to_value();
    if again == *document { Ok(()) } else { Err(format!("read as {again}")) }
}

/// Whether a document that refers to what another tool makes is a policy once that is there.
fn is_policy_when_deployed(template: &Value) -> bool {
    let pieces = template.as_str().and_then(|template| pieces(template).ok()).unwrap_or_default();
    let text: String = pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.as_str(),
            Piece::Quoted { .. } => "",
            Piece::Code(_) => "arn:aws:s3:::made",
        })
        .collect();
    serde_json::from_str(&text).is_ok_and(|document| is_policy(&document).is_ok())
}

fn node(value: &Value, span: Span) -> JsonNode {
    let value = match value {
        Value::Null => JsonValue::Null,
        Value::Bool(truth) => JsonValue::Bool(*truth),
        Value::Number(number) => JsonValue::Number(number.to_string()),
        Value::String(text) => JsonValue::String(text.clone()),
        Value::Array(values) => JsonValue::List(values.iter().map(|value| node(value, span)).collect()),
        Value::Object(entries) => {
            let member = |(key, value): (&String, &Value)| JsonMember {
                name: Sourced::new(key.clone(), span),
                value: node(value, span),
            };
            JsonValue::Object(entries.iter().map(member).collect())
        }
    };
    JsonNode { value, span }
}
