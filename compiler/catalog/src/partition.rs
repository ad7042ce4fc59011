//! Partitions and their regions.

use serde::{Deserialize, Serialize};

/// A partition of AWS: <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partition {
    /// The id, as ARNs name it (`aws`, `aws-cn`).
    pub id: String,
    /// The suffix of its host names (`amazonaws.com`, `amazonaws.com.cn`).
    pub dns_suffix: String,
    /// The region that requests to global services are made in (`us-east-1`).
    pub global_region: String,
    /// Its regions, sorted; without AWS's pseudo-regions (`aws-global`).
    pub regions: Vec<String>,
}
