//! What differs between two catalogs, as plain data.

use std::collections::BTreeSet;

use crate::{Catalog, ConditionKey, LevelSet, ManagedPolicy, Service};

/// What the newer of two catalogs has more, less or otherwise. Every list is sorted; names are whole (`s3:GetObject`,
/// `s3.bucket`, `s3:prefix`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CatalogDiff {
    /// New services.
    pub services_added: Vec<String>,
    /// Services that are gone.
    pub services_gone: Vec<String>,
    /// New actions, those of new services included.
    pub actions_added: Vec<String>,
    /// Actions that are gone.
    pub actions_gone: Vec<String>,
    /// Actions with other access levels.
    pub levels_changed: Vec<LevelChange>,
    /// Actions with other resource types, or others of them required.
    pub resources_changed: Vec<String>,
    /// New resource types, as `service.type`.
    pub types_added: Vec<String>,
    /// Resource types that are gone.
    pub types_gone: Vec<String>,
    /// Resource types with other ARN formats.
    pub formats_changed: Vec<String>,
    /// New condition keys.
    pub keys_added: Vec<String>,
    /// Condition keys that are gone.
    pub keys_gone: Vec<String>,
    /// Condition keys with another type, or with many values where there was one.
    pub key_types_changed: Vec<String>,
    /// Services whose resources RCPs newly bind.
    pub rcp_added: Vec<String>,
    /// Services whose resources RCPs no longer bind.
    pub rcp_gone: Vec<String>,
    /// New AWS managed policies, by path and name.
    pub managed_policies_added: Vec<String>,
    /// AWS managed policies that are gone.
    pub managed_policies_gone: Vec<String>,
}

/// An action with other access levels than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelChange {
    /// The action.
    pub action: String,
    /// Its levels in the older catalog.
    pub before: LevelSet,
    /// Its levels in the newer catalog.
    pub after: LevelSet,
}

impl CatalogDiff {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Compares two catalogs. Names that differ only in case are the same.
pub fn diff(old: &Catalog, new: &Catalog) -> CatalogDiff {
    let mut found = CatalogDiff::default();
    let nothing = Service::default();
    let prefixes: BTreeSet<String> = old.prefixes().chain(new.prefixes()).map(str::to_ascii_lowercase).collect();
    for prefix in &prefixes {
        let (before, after) = (old.service(prefix), new.service(prefix));
        match (before, after) {
            (None, Some(_)) => found.services_added.push(prefix.clone()),
            (Some(_), None) => found.services_gone.push(prefix.clone()),
            _ => {}
        }
        let (before, after) = (before.unwrap_or(&nothing), after.unwrap_or(&nothing));
        if before == after {
            continue;
        }
        match (before.rcp_supported(), after.rcp_supported()) {
            (false, true) => found.rcp_added.push(prefix.clone()),
            (true, false) => found.rcp_gone.push(prefix.clone()),
            _ => {}
        }
        diff_actions(prefix, before, after, &mut found);
        diff_types(prefix, before, after, &mut found);
        diff_keys(before.condition_keys(), after.condition_keys(), &mut found);
    }
    diff_keys(old.global_keys(), new.global_keys(), &mut found);
    let policies =
        |of: &Catalog| of.managed_policies().iter().map(ManagedPolicy::path_and_name).collect::<BTreeSet<_>>();
    let (before, after) = (policies(old), policies(new));
    found.managed_policies_added = after.difference(&before).cloned().collect();
    found.managed_policies_gone = before.difference(&after).cloned().collect();
    for list in [&mut found.keys_added, &mut found.keys_gone, &mut found.key_types_changed] {
        list.sort();
        list.dedup();
    }
    found
}

fn diff_actions(prefix: &str, before: &Service, after: &Service, found: &mut CatalogDiff) {
    for action in after.actions() {
        let name = format!("{prefix}:{}", action.name);
        let Some(old) = before.action(&action.name) else {
            found.actions_added.push(name);
            continue;
        };
        let uses = |of: &crate::Action| {
            of.resource_types
                .iter()
                .map(|used| (used.name.to_ascii_lowercase(), used.required))
                .collect::<BTreeSet<_>>()
        };
        if uses(old) != uses(action) {
            found.resources_changed.push(name.clone());
        }
        if old.levels != action.levels {
            found.levels_changed.push(LevelChange { action: name, before: old.levels, after: action.levels });
        }
    }
    let gone = before.actions().iter().filter(|action| after.action(&action.name).is_none());
    found.actions_gone.extend(gone.map(|action| format!("{prefix}:{}", action.name)));
}

fn diff_types(prefix: &str, before: &Service, after: &Service, found: &mut CatalogDiff) {
    for one in after.resource_types() {
        let name = format!("{prefix}.{}", one.slug());
        match before.resource_type_named(&one.name) {
            None => found.types_added.push(name),
            Some(old) if old.arn_templates != one.arn_templates => found.formats_changed.push(name),
            Some(_) => {}
        }
    }
    let gone = before.resource_types().iter().filter(|one| after.resource_type_named(&one.name).is_none());
    found.types_gone.extend(gone.map(|one| format!("{prefix}.{}", one.slug())));
}

fn diff_keys(before: &[ConditionKey], after: &[ConditionKey], found: &mut CatalogDiff) {
    let find = |keys: &[ConditionKey], name: &str| {
        crate::pattern::find(keys, name, |key| &key.name)
            .map(|key| (key.types, key.multi_valued, key.single_valued_too))
    };
    for key in after {
        match find(before, &key.name) {
            None => found.keys_added.push(key.name.to_string()),
            Some(shape) if shape != (key.types, key.multi_valued, key.single_valued_too) => {
                found.key_types_changed.push(key.name.to_string());
            }
            Some(_) => {}
        }
    }
    found
        .keys_gone
        .extend(before.iter().filter(|key| find(after, &key.name).is_none()).map(|key| key.name.to_string()));
}
