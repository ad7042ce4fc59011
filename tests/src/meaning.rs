//! What a policy document says, whatever way it is written: for comparing documents by meaning.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// A statement about one principal, action and resource, with its condition.
pub type Rule = Vec<String>;

/// What a document says, as a set. Two documents with the same rules decide alike; labels, the order of things, one value
/// or a list of it, and how statements share their parts make no difference.
pub fn rules(document: &Value) -> BTreeSet<Rule> {
    list(&document["Statement"]).iter().flat_map(statement).collect()
}

fn statement(statement: &Value) -> Vec<Rule> {
    let effect = statement["Effect"].as_str().expect("a statement has an effect");
    let condition = condition(&statement["Condition"]);
    let mut rules = vec![vec![effect.to_owned(), condition]];
    for parts in [principals(statement), actions(statement), resources(statement)] {
        rules = rules
            .iter()
            .flat_map(|rule| parts.iter().map(move |part| [rule.as_slice(), std::slice::from_ref(part)].concat()))
            .collect();
    }
    rules
}

fn principals(statement: &Value) -> Vec<String> {
    let mut parts = Vec::new();
    for (element, word) in [("Principal", "to"), ("NotPrincipal", "to all but")] {
        match &statement[element] {
            Value::Null => {}
            // In a resource policy these two name everyone alike.
            Value::String(star) => parts.push(format!("{word} AWS {star}")),
            kinds => {
                for (kind, names) in kinds.as_object().expect("kinds of principals") {
                    let names: BTreeSet<String> = strings(names).into_iter().collect();
                    if word == "to" {
                        parts.extend(names.iter().map(|name| format!("{word} {kind} {name}")));
                    } else {
                        parts.push(format!("{word} {kind} {names:?}"));
                    }
                }
            }
        }
    }
    if parts.is_empty() { vec![String::new()] } else { parts }
}

fn actions(statement: &Value) -> Vec<String> {
    parts(statement, "Action", "NotAction", str::to_ascii_lowercase)
}

fn resources(statement: &Value) -> Vec<String> {
    parts(statement, "Resource", "NotResource", str::to_owned)
}

/// Each of the element's values, or all that it is not.
fn parts(statement: &Value, element: &str, negated: &str, normal: impl Fn(&str) -> String) -> Vec<String> {
    let values =
        |element: &str| strings(&statement[element]).iter().map(|value| normal(value)).collect::<BTreeSet<_>>();
    if !statement[negated].is_null() {
        return vec![format!("all but {:?}", values(negated))];
    }
    let values = values(element);
    if values.is_empty() { vec![String::new()] } else { values.into_iter().collect() }
}

fn condition(condition: &Value) -> String {
    let mut tests: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for (operator, keys) in condition.as_object().into_iter().flatten() {
        for (key, values) in keys.as_object().expect("an operator holds keys") {
            tests.entry((operator.clone(), key.to_ascii_lowercase())).or_default().extend(strings(values));
        }
    }
    format!("{tests:?}")
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_else(|| vec![value.clone()])
}

/// One string or many; numbers and booleans are what their text is.
fn strings(value: &Value) -> Vec<String> {
    if value.is_null() {
        return Vec::new();
    }
    list(value).iter().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).collect()
}
