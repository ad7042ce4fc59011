//! SARIF 2.1.0: one run, a rule for each check that found something.
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use iamx_text::{SourceMap, Span};
use serde_json::{Value, json};

use super::{
    position::{Unit, inside, position},
    sanitize::escape_json,
};
use crate::{Check, Diagnostic, Edit, Fix, Severity};

pub(super) fn render(diagnostics: &[Diagnostic], sources: &SourceMap) -> String {
    let names: BTreeMap<&str, &Check> =
        diagnostics.iter().map(|diagnostic| (diagnostic.check.name, diagnostic.check)).collect();
    let results: Vec<Value> = diagnostics
        .iter()
        .map(|diagnostic| {
            let index = names.keys().position(|name| *name == diagnostic.check.name);
            result(diagnostic, index, sources)
        })
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "iamx",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": names.values().map(|check| rule(check)).collect::<Vec<Value>>(),
            } },
            "columnKind": "utf16CodeUnits",
            "results": results,
        }],
    });
    format!("{}\n", escape_json(&format!("{log:#}")))
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Security | Severity::Warning => "warning",
        Severity::Suggestion => "note",
    }
}

fn rule(check: &Check) -> Value {
    let mut rule = json!({
        "id": check.name,
        "shortDescription": { "text": message(check.title) },
        "helpUri": check.url(),
        "help": { "text": message(check.page), "markdown": message(check.page) },
        "defaultConfiguration": { "level": level(check.default_severity) },
    });
    // What GitHub shows as a security alert, and how high (7.0 to 8.9 is "high").
    if check.default_severity == Severity::Security
        && let Some(rule) = rule.as_object_mut()
    {
        rule.insert("properties".to_owned(), json!({ "tags": ["security"], "security-severity": "7.0" }));
    }
    rule
}

fn result(diagnostic: &Diagnostic, rule_index: Option<usize>, sources: &SourceMap) -> Value {
    let mut text = diagnostic.message.clone();
    for note in &diagnostic.notes {
        text.push('\n');
        text.push_str(note);
    }
    if let Some(help) = &diagnostic.help {
        text.push_str("\nhelp: ");
        text.push_str(help);
    }
    // The first primary place alone: several locations would say that all of them have to be mended.
    let primary = diagnostic.labels.iter().position(|label| label.primary);
    let mut locations = Vec::new();
    let mut related = Vec::new();
    for (index, label) in diagnostic.labels.iter().enumerate() {
        let Some(mut location) =
            physical_location(label.span, sources).map(|place| json!({ "physicalLocation": place }))
        else {
            continue;
        };
        if !label.message.is_empty()
            && let Some(location) = location.as_object_mut()
        {
            location.insert("message".to_owned(), json!({ "text": message(&label.message) }));
        }
        if Some(index) == primary { locations.push(location) } else { related.push(location) }
    }
    let mut result = serde_json::Map::new();
    result.insert("ruleId".to_owned(), json!(diagnostic.check.name));
    result.insert("level".to_owned(), json!(level(diagnostic.severity)));
    result.insert("message".to_owned(), json!({ "text": message(&text) }));
    result.insert("locations".to_owned(), Value::Array(locations));
    if let Some(index) = rule_index {
        result.insert("ruleIndex".to_owned(), json!(index));
    }
    if !related.is_empty() {
        result.insert("relatedLocations".to_owned(), Value::Array(related));
    }
    let fixes: Vec<Value> = diagnostic.fixes.iter().filter_map(|made| fix(made, sources)).collect();
    if !fixes.is_empty() {
        result.insert("fixes".to_owned(), Value::Array(fixes));
    }
    Value::Object(result)
}

/// `text` as SARIF wants it: braces would be placeholders (3.11.5), and are doubled to stand for themselves.
fn message(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

fn physical_location(span: Span, sources: &SourceMap) -> Option<Value> {
    let file = sources.get(span.file)?;
    Some(json!({ "artifactLocation": artifact(file.path()), "region": region(span, sources)? }))
}

fn region(span: Span, sources: &SourceMap) -> Option<Value> {
    let file = sources.get(span.file)?;
    let range = inside(file, span.range);
    let start = position(file, range.start(), Unit::Utf16);
    let end = position(file, range.end(), Unit::Utf16);
    Some(json!({
        "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column,
    }))
}

fn fix(fix: &Fix, sources: &SourceMap) -> Option<Value> {
    let files: BTreeSet<_> = fix.edits.iter().map(|edit| edit.span.file).collect();
    let changes = files
        .into_iter()
        .map(|id| {
            let replacements = fix
                .edits
                .iter()
                .filter(|edit| edit.span.file == id)
                .map(|edit| replacement(edit, sources))
                .collect::<Option<Vec<Value>>>()?;
            Some(json!({ "artifactLocation": artifact(sources.get(id)?.path()), "replacements": replacements }))
        })
        .collect::<Option<Vec<Value>>>()?;
    // The schema wants at least one, and half a fix is none.
    (!changes.is_empty()).then(|| json!({ "description": { "text": message(&fix.title) }, "artifactChanges": changes }))
}

fn replacement(edit: &Edit, sources: &SourceMap) -> Option<Value> {
    Some(json!({ "deletedRegion": region(edit.span, sources)?, "insertedContent": { "text": edit.text } }))
}

fn artifact(path: &str) -> Value {
    json!({ "uri": uri(path), "uriBaseId": "%SRCROOT%" })
}

/// `path` as a relative URI reference.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            _ => {
                // Writing to a string can't fail.
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}
