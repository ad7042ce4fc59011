//! Canonical JSON: the same document gives the same bytes.
//!
//! `Version` first; in a statement the order of AWS's reference; a list of one is its element, but for `Statement`;
//! operators and keys in alphabetical order, values in the order of the source.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::{ConditionBlock, Document, Element, PrincipalElement, Sourced, Statement};

impl Document {
    /// The document as JSON.
    pub fn to_value(&self) -> Value {
        let statements: Vec<_> = self.statements.iter().map(statement).collect();
        json!({ "Version": "2012-10-17", "Statement": statements })
    }

    /// The document as JSON text, indented by two blanks, with a line end.
    pub fn to_json(&self) -> String {
        format!("{:#}\n", self.to_value())
    }

    /// The document as JSON text without white space between its parts.
    pub fn to_compact_json(&self) -> String {
        self.to_value().to_string()
    }

    /// The document's length in characters without white space, which is what IAM counts for identity and trust
    /// policies.
    ///
    /// See [IAM quotas](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
    pub fn size(&self) -> usize {
        self.to_value().to_string().chars().filter(|c| !c.is_whitespace()).count()
    }
}

fn statement(statement: &Statement) -> Value {
    let mut object = Map::new();
    if let Some(sid) = &statement.sid {
        object.insert("Sid".to_owned(), Value::from(sid.as_str()));
    }
    object.insert("Effect".to_owned(), Value::from(statement.effect.as_str()));
    if let Some(element) = &statement.principal {
        object.insert(negatable("Principal", element.negated), principals(element));
    }
    object.insert(negatable("Action", statement.actions.negated), element(&statement.actions));
    if let Some(resources) = &statement.resources {
        object.insert(negatable("Resource", resources.negated), element(resources));
    }
    if !statement.conditions.entries.is_empty() {
        object.insert("Condition".to_owned(), conditions(&statement.conditions));
    }
    Value::Object(object)
}

fn negatable(name: &str, negated: bool) -> String {
    if negated { format!("Not{name}") } else { name.to_owned() }
}

fn element<T: ToString>(element: &Element<T>) -> Value {
    one_or_list(element.patterns.iter().map(|pattern| Value::from(pattern.value.to_string())))
}

fn one_or_list(values: impl Iterator<Item = Value>) -> Value {
    let mut values: Vec<_> = values.collect();
    if values.len() == 1 { values.swap_remove(0) } else { Value::Array(values) }
}

fn principals(element: &PrincipalElement) -> Value {
    let mut by_key: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for Sourced { value, .. } in &element.principals {
        let Some((key, value)) = value.key_and_value() else { return Value::from("*") };
        let values = by_key.entry(key).or_default();
        if values.iter().all(|other| other != value) {
            values.push(Value::from(value));
        }
    }
    Value::Object(by_key.into_iter().map(|(key, values)| (key.to_owned(), one_or_list(values.into_iter()))).collect())
}

fn conditions(block: &ConditionBlock) -> Value {
    let mut operators: BTreeMap<String, BTreeMap<&str, Value>> = BTreeMap::new();
    for entry in &block.entries {
        let values = one_or_list(entry.values.iter().map(|value| Value::from(value.value.as_str())));
        operators.entry(entry.operator.to_string()).or_default().insert(&entry.key, values);
    }
    Value::Object(
        operators
            .into_iter()
            .map(|(operator, keys)| {
                (operator, Value::Object(keys.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()))
            })
            .collect(),
    )
}
