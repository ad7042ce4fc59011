//! `service-reference.jsonl.gz`: the older account of services, which alone knows dependent actions and which actions are
//! permission-only. One service a line.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};

use flate2::read::GzDecoder;
use iamx_catalog::normalize::{arn_templates, condition_key, key_name};
use iamx_catalog::{Action, Level, LevelSet, ResourceType, ResourceUse, Service};
use serde::Deserialize;

use super::Notes;
use super::iam_data::names;
use crate::Result;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReferenceService {
    name: String,
    actions: BTreeMap<String, ReferenceAction>,
    resources: Vec<ReferenceType>,
    condition_keys: BTreeMap<String, ReferenceKey>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReferenceAction {
    name: String,
    access_level: String,
    condition_keys: Vec<String>,
    /// From the service authorization reference, with which of them are required. `{}` where there are none.
    resource_types: serde_json::Value,
    /// From the machine-readable service reference, without.
    resources: Vec<ReferenceName>,
    #[serde(default)]
    dependent_actions: Vec<String>,
    #[serde(default)]
    permission_only: bool,
}

#[derive(Deserialize)]
struct ReferenceUse {
    name: String,
    required: bool,
}

#[derive(Deserialize)]
struct ReferenceName {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReferenceType {
    name: String,
    arn_formats: Vec<String>,
    condition_keys: Vec<String>,
}

#[derive(Deserialize)]
struct ReferenceKey {
    name: String,
    types: Vec<String>,
}

/// Every service of the file, by prefix.
pub(crate) fn services(gzip: &[u8], notes: &mut Notes) -> Result<BTreeMap<String, Service>> {
    let mut services = BTreeMap::new();
    for line in BufReader::new(GzDecoder::new(gzip)).lines() {
        let service: ReferenceService = serde_json::from_str(&line?)?;
        services.insert(service.name.clone(), convert(service, notes)?);
    }
    Ok(services)
}

fn convert(service: ReferenceService, notes: &mut Notes) -> Result<Service> {
    let prefix = service.name.as_str();
    let mut keys = Vec::new();
    for key in service.condition_keys.values() {
        let types: Vec<&str> = key.types.iter().map(String::as_str).collect();
        let one = condition_key(&key.name, &types).map_err(|word| format!("{}: type `{word}`", key.name))?;
        if *one.name != *key.name {
            notes.tally.count("key-spelling", || format!("{} ({})", one.name, key.name));
        }
        keys.push(one);
    }
    let mut types = Vec::new();
    for one in &service.resources {
        let formats: std::result::Result<Vec<_>, _> = one.arn_formats.iter().map(|text| arn_templates(text)).collect();
        types.push(ResourceType {
            name: one.name.as_str().into(),
            arn_templates: formats.map_err(|text| format!("{prefix} {}: `{text}`", one.name))?.concat(),
            condition_keys: names(&one.condition_keys, key_name),
        });
    }
    let mut actions = Vec::new();
    for action in service.actions.into_values() {
        actions.push(self::action(prefix, action, notes)?);
    }
    let declared: BTreeSet<String> = keys.iter().map(|key| key.name.to_ascii_lowercase()).collect();
    let used: BTreeSet<String> = actions
        .iter()
        .flat_map(|action| &action.condition_keys)
        .chain(types.iter().flat_map(|one| &one.condition_keys))
        .map(ToString::to_string)
        .filter(|key| !declared.contains(&key.to_ascii_lowercase()))
        .collect();
    for name in used {
        notes.tally.count("key-undeclared", || name.clone());
        keys.push(condition_key(&name, &["String"])?);
    }
    Ok(Service::new(prefix, false, actions, types, keys))
}

fn action(prefix: &str, action: ReferenceAction, notes: &mut Notes) -> Result<Action> {
    let name = format!("{prefix}:{}", action.name);
    let level =
        Level::from_name(&action.access_level).ok_or_else(|| format!("{name}: level `{}`", action.access_level))?;
    let listed: Vec<ReferenceUse> = match action.resource_types {
        serde_json::Value::Array(_) => serde_json::from_value(action.resource_types)?,
        _ => Vec::new(),
    };
    let mut uses: BTreeMap<String, ResourceUse> = BTreeMap::new();
    let one = |name: &str, required| ResourceUse { name: name.into(), required, condition_keys: Vec::new() };
    for used in &listed {
        uses.entry(used.name.clone()).or_insert_with(|| one(&used.name, false)).required |= used.required;
    }
    for used in action.resources {
        if !listed.is_empty() && !uses.contains_key(&used.name) {
            notes.tally.count("use-only-in-resources", || format!("{name} {}", used.name));
        }
        uses.entry(used.name.clone()).or_insert_with(|| one(&used.name, false));
    }
    Ok(Action {
        name: action.name.as_str().into(),
        levels: LevelSet::of([level]),
        resource_types: uses.into_values().collect(),
        condition_keys: names(&action.condition_keys, key_name),
        dependent_actions: names(&action.dependent_actions, str::to_owned),
        permission_only: action.permission_only,
    })
}
