//! Canonical JSON: the same document gives the same bytes.
//!
//! `Version` first; in a statement the order of AWS's reference; a list of one is its element, but for `Statement`;
//! operators and keys in alphabetical order, values in the order of the source.

use std::fmt;

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::Value;

use crate::{ConditionBlock, Document, Element, PrincipalElement, Sourced, Statement};

impl Document {
    /// The document as JSON.
    pub fn to_value(&self) -> Value {
        // Strings in lists and objects with names of strings: nothing here can fail to be JSON.
        serde_json::to_value(self).unwrap_or_default()
    }

    /// The document as JSON text, indented by two blanks, with a line end.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// The document as JSON text without white space between its parts.
    pub fn to_compact_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The document's length in characters without white space, which is what IAM counts for identity and trust
    /// policies.
    ///
    /// See [IAM quotas](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
    pub fn size(&self) -> usize {
        self.to_compact_json().chars().filter(|c| !c.is_whitespace()).count()
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("Version", "2012-10-17")?;
        map.serialize_entry("Statement", &*self.statements)?;
        map.end()
    }
}

impl Serialize for Statement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(sid) = &self.sid {
            map.serialize_entry("Sid", sid)?;
        }
        map.serialize_entry("Effect", self.effect.as_str())?;
        if let Some(element) = &self.principal {
            map.serialize_entry(if element.negated { "NotPrincipal" } else { "Principal" }, element)?;
        }
        map.serialize_entry(if self.actions.negated { "NotAction" } else { "Action" }, &self.actions)?;
        if let Some(resources) = &self.resources {
            map.serialize_entry(if resources.negated { "NotResource" } else { "Resource" }, resources)?;
        }
        if !self.conditions.entries.is_empty() {
            map.serialize_entry("Condition", &self.conditions)?;
        }
        map.end()
    }
}

impl<T: fmt::Display> Serialize for Element<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        OneOrList(self.patterns.iter().map(|pattern| Shown(&pattern.value))).serialize(serializer)
    }
}

impl Serialize for PrincipalElement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut by_key: Vec<(&str, Vec<&str>)> = Vec::new();
        for Sourced { value, .. } in &self.principals {
            let Some((key, value)) = value.key_and_value() else { return serializer.serialize_str("*") };
            match by_key.iter_mut().find(|(other, _)| *other == key) {
                Some((_, values)) if values.contains(&value) => {}
                Some((_, values)) => values.push(value),
                None => by_key.push((key, vec![value])),
            }
        }
        by_key.sort_by_key(|(key, _)| *key);
        let mut map = serializer.serialize_map(Some(by_key.len()))?;
        for (key, values) in by_key {
            map.serialize_entry(key, &OneOrList(values.iter()))?;
        }
        map.end()
    }
}

impl Serialize for ConditionBlock {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut entries: Vec<_> = self.entries.iter().map(|entry| (entry.operator.to_string(), entry)).collect();
        entries.sort_by(|(one, a), (other, b)| (one, &a.key).cmp(&(other, &b.key)));
        let mut map = serializer.serialize_map(None)?;
        for entries in entries.chunk_by(|(one, _), (other, _)| one == other) {
            let Some((operator, _)) = entries.first() else { continue };
            let keys = entries.iter().map(|(_, entry)| {
                (entry.key.as_str(), OneOrList(entry.values.iter().map(|value| value.value.as_str())))
            });
            map.serialize_entry(operator, &Object(keys))?;
        }
        map.end()
    }
}

/// A list; of one, its element.
struct OneOrList<I>(I);

impl<I: ExactSizeIterator<Item: Serialize> + Clone> Serialize for OneOrList<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.0.len(), self.0.clone().next()) {
            (1, Some(only)) => only.serialize(serializer),
            _ => serializer.collect_seq(self.0.clone()),
        }
    }
}

/// An object of names and values.
struct Object<I>(I);

impl<K: Serialize, V: Serialize, I: Iterator<Item = (K, V)> + Clone> Serialize for Object<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.clone())
    }
}

/// What is shown as text.
struct Shown<'a, T>(&'a T);

impl<T: fmt::Display> Serialize for Shown<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self.0)
    }
}
