//! AWS's own service reference, read into a catalog.
//!
//! The reference is one JSON file a service:
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/service-reference.html>

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;

use crate::merge::union;
use crate::normalize::{arn_templates, condition_key, key_name};
use crate::{
    Action, Catalog, CatalogData, CatalogError, Difference, Knows, LeftOut, Level, LevelSet, ResourceType, ResourceUse,
    Service, Source, Tally, merge_service,
};

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportReport {
    /// The prefixes of the services that were read, sorted.
    pub services: Vec<String>,
    /// Files that were left out, with the reason.
    pub skipped: Vec<LeftOut>,
    /// Single facts that were left out, with the reason.
    pub left_out: Vec<LeftOut>,
    /// Where the reference and the base catalog disagreed, by the rule that decided.
    pub differences: Vec<Difference>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ReferenceService {
    name: String,
    #[serde(default)]
    actions: Vec<ReferenceAction>,
    #[serde(default)]
    resources: Vec<ReferenceResource>,
    #[serde(default)]
    condition_keys: Vec<ReferenceKey>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ReferenceAction {
    name: String,
    #[serde(default)]
    action_condition_keys: Vec<String>,
    #[serde(default)]
    resources: Vec<ReferenceName>,
    annotations: Option<ReferenceAnnotations>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ReferenceName {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ReferenceAnnotations {
    properties: Option<ReferenceProperties>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
#[allow(clippy::struct_excessive_bools, reason = "these are AWS's four flags")]
struct ReferenceProperties {
    is_list: bool,
    is_permission_management: bool,
    is_tagging_only: bool,
    is_write: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ReferenceResource {
    name: String,
    #[serde(default, rename = "ARNFormats")]
    arn_formats: Vec<String>,
    #[serde(default)]
    condition_keys: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ReferenceKey {
    name: String,
    #[serde(default)]
    types: Vec<String>,
}

/// Makes a catalog of AWS's service reference (pairs of file name and content) and of what it lacks, which is kept from
/// `base`: services and names that no file has, which resource types are required, dependent actions, permission-only
/// actions, RCP support, and everything that is of no service. Where both know a fact the reference is taken to be newer.
/// Files that hold no service (an index, say) are skipped and reported. `date` is the day of the reference (ISO 8601).
///
/// # Errors
///
/// If no file holds a service, or what they hold may not stand in a catalog.
pub fn import_service_reference(
    files: impl IntoIterator<Item = (String, Vec<u8>)>,
    base: &Catalog,
    date: &str,
) -> Result<(Vec<u8>, ImportReport), CatalogError> {
    let mut report = ImportReport::default();
    let mut read: BTreeMap<String, Service> = BTreeMap::new();
    let mut of_files: BTreeMap<String, String> = BTreeMap::new();
    for (file, bytes) in files {
        match serde_json::from_slice::<ReferenceService>(&bytes) {
            Ok(service) => {
                let service = convert(service, base, &mut report.left_out);
                let prefix = service.prefix().to_owned();
                if let Some(before) = of_files.get(&prefix) {
                    let reason = format!("another description of {}, after that in {before}", printable(&prefix));
                    report.skipped.push(LeftOut { what: file, reason });
                    continue;
                }
                of_files.insert(prefix.clone(), file);
                read.insert(prefix, service);
            }
            Err(error) => report.skipped.push(LeftOut { what: file, reason: reason(&error, &bytes) }),
        }
    }
    if read.is_empty() {
        return Err(CatalogError::NothingToImport { skipped: report.skipped });
    }
    let mut made = CatalogData::from_catalog(base);
    let mut tally = Tally::default();
    let knows = Knows { required: false, permission_only: false, rcp: false };
    for (prefix, service) in read {
        let merged = if let Some(older) = base.service(&prefix) {
            merge_service(&service, older, knows, &mut tally)
        } else {
            tally.count("service-only-in-newer", || prefix.clone());
            service
        };
        report.services.push(prefix.clone());
        made.services.insert(prefix, merged);
    }
    let kept = base.prefixes().filter(|prefix| report.services.iter().all(|read| !read.eq_ignore_ascii_case(prefix)));
    for prefix in kept {
        tally.count("service-only-in-older", || prefix.to_owned());
    }
    report.differences = tally.differences();
    date.clone_into(&mut made.info.version);
    made.info.sources.insert(
        0,
        Source { name: "AWS service reference".to_owned(), version: date.to_owned(), date: date.to_owned() },
    );
    made.info.differences.extend(
        report
            .differences
            .iter()
            .cloned()
            .map(|difference| Difference { rule: format!("import-{}", difference.rule), ..difference }),
    );
    let bytes = made.to_bytes()?;
    Catalog::from_bytes(bytes.clone())?;
    Ok((bytes, report))
}

fn reason(error: &serde_json::Error, bytes: &[u8]) -> String {
    if bytes.trim_ascii_start().starts_with(b"[") {
        "a list, not the description of one service".to_owned()
    } else if error.is_data() {
        "JSON, but not the description of a service".to_owned()
    } else {
        format!("not JSON (line {}, column {})", error.line(), error.column())
    }
}

fn convert(service: ReferenceService, base: &Catalog, left_out: &mut Vec<LeftOut>) -> Service {
    let prefix = service.name.to_ascii_lowercase();
    let names = |written: &[String]| union(&written.iter().map(|name| key_name(name).into()).collect::<Vec<_>>(), &[]);
    let mut keys = Vec::new();
    for key in service.condition_keys {
        let types: Vec<&str> = key.types.iter().map(String::as_str).collect();
        match condition_key(&key.name, &types) {
            Ok(key) => keys.push(key),
            Err(word) => left_out.push(LeftOut {
                what: format!("condition key {}", printable(&key.name)),
                reason: format!("its type {} is unknown", printable(&word)),
            }),
        }
    }
    let mut types = Vec::new();
    let said = service.resources.iter().map(|one| one.name.to_ascii_lowercase()).collect();
    for one in service.resources {
        let formats: Result<Vec<_>, _> = one.arn_formats.iter().map(|text| arn_templates(text)).collect();
        match formats.map(|lists| lists.into_iter().flatten().collect::<Vec<_>>()) {
            Ok(arn_templates) if !arn_templates.is_empty() => types.push(ResourceType {
                name: one.name.into(),
                arn_templates,
                condition_keys: names(&one.condition_keys),
            }),
            Ok(_) => left_out.push(LeftOut {
                what: format!("resource type {prefix} {}", printable(&one.name)),
                reason: "it has no ARN format".to_owned(),
            }),
            Err(text) => left_out.push(LeftOut {
                what: format!("resource type {prefix} {}", printable(&one.name)),
                reason: format!("{} is no ARN format", printable(&text)),
            }),
        }
    }
    let actions = service
        .actions
        .into_iter()
        .map(|action| Action {
            levels: action.annotations.and_then(|all| all.properties).map_or(LevelSet::EMPTY, |flags| levels(&flags)),
            resource_types: uses(action.resources.into_iter().map(|one| one.name)),
            condition_keys: names(&action.action_condition_keys),
            dependent_actions: Vec::new(),
            permission_only: false,
            name: action.name.into(),
        })
        .collect();
    let mut converted = Service::new(&prefix, false, actions, types, keys);
    leave_out_unknown_types(&mut converted, base.service(&prefix), &said, left_out);
    converted
}

/// Leaves out the resource types of actions that neither the file nor the base catalog describes: no ARN is known of them.
/// `said` are the names of those that the file describes in a way that was objected to.
fn leave_out_unknown_types(
    service: &mut Service,
    base: Option<&Service>,
    said: &BTreeSet<String>,
    left_out: &mut Vec<LeftOut>,
) {
    let described: BTreeSet<String> = [Some(&*service), base]
        .into_iter()
        .flatten()
        .flat_map(Service::resource_types)
        .map(|one| one.name.to_ascii_lowercase())
        .collect();
    // The first action of each, and how many there are.
    let mut unknown: BTreeMap<Arc<str>, (Arc<str>, usize)> = BTreeMap::new();
    for action in &mut service.actions {
        let name = &action.name;
        action.resource_types.retain(|used| {
            let wanted = used.name.to_ascii_lowercase();
            if described.contains(&wanted) {
                return true;
            }
            if !said.contains(&wanted) {
                unknown.entry(Arc::clone(&used.name)).or_insert_with(|| (name.as_ref().into(), 0)).1 += 1;
            }
            false
        });
    }
    let prefix = service.prefix();
    left_out.extend(unknown.into_iter().map(|(name, (action, count))| {
        let action = printable(&format!("{prefix}:{action}"));
        let more = if count > 1 { format!(" and {} more", count - 1) } else { String::new() };
        LeftOut {
            what: format!("resource type {} of {action}{more}", printable(&name)),
            reason: "nothing describes it".to_owned(),
        }
    }));
}

fn uses(names: impl Iterator<Item = String>) -> Vec<ResourceUse> {
    union(&names.map(Arc::from).collect::<Vec<_>>(), &[])
        .into_iter()
        .map(|name| ResourceUse { name, required: false, condition_keys: Vec::new() })
        .collect()
}

/// The levels of AWS's four flags; an action with none of them reads.
fn levels(flags: &ReferenceProperties) -> LevelSet {
    let set: LevelSet = [
        (flags.is_list, Level::List),
        (flags.is_write, Level::Write),
        (flags.is_tagging_only, Level::Tagging),
        (flags.is_permission_management, Level::Permissions),
    ]
    .into_iter()
    .filter(|(set, _)| *set)
    .map(|(_, level)| level)
    .collect();
    if set.is_empty() { set.with(Level::Read) } else { set }
}

/// A name from a file that anyone may have made, fit for a terminal.
fn printable(name: &str) -> String {
    let clean: String =
        name.chars().take(200).map(|c| if c == ' ' || c.is_ascii_graphic() { c } else { '?' }).collect();
    format!("`{clean}`")
}
