//! AWS managed policies, by name.

use serde::{Deserialize, Serialize};

/// A managed policy that AWS keeps in every account:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html#aws-managed-policies>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagedPolicy {
    /// The name (`ViewOnlyAccess`).
    pub name: String,
    /// The path, with a slash at both ends (`/`, `/job-function/`).
    pub path: String,
}

impl ManagedPolicy {
    /// The policy's ARN in a partition.
    pub fn arn(&self, partition: &str) -> String {
        format!("arn:{partition}:iam::aws:policy{}{}", self.path, self.name)
    }

    /// What stands after `policy/` in the ARN (`job-function/ViewOnlyAccess`).
    pub fn path_and_name(&self) -> String {
        format!("{}{}", self.path.trim_start_matches('/'), self.name)
    }
}

/// The policy that a written name means: the name alone, or path and name. Names keep their case in IAM.
pub(crate) fn find<'a>(sorted: &'a [ManagedPolicy], written: &str) -> Option<&'a ManagedPolicy> {
    let written = written.strip_prefix('/').unwrap_or(written);
    let (path, name) = match written.rsplit_once('/') {
        Some((path, name)) => (Some(path), name),
        None => (None, written),
    };
    let found = sorted.binary_search_by(|one| one.name.as_str().cmp(name)).ok().and_then(|at| sorted.get(at))?;
    path.is_none_or(|path| found.path.trim_matches('/') == path).then_some(found)
}
