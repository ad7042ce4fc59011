//! Service principals, graded by what is known of them.
//!
//! No complete list is published. The names here were seen in a published list, in AWS's managed policies or in service
//! documentation; what is not among them is graded, not refused.

use serde::{Deserialize, Serialize};

use crate::{Partition, suggest};

/// What a service principal's name is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrincipalGrade {
    /// A listed name, or a regional or partition form of one.
    Known,
    /// `PREFIX.amazonaws.com` with a service's prefix, or a subdomain of a listed name: not an error.
    Plausible,
    /// Not listed, and one letter or two away from this listed name: an error.
    Near(String),
    /// Not listed and near nothing: a warning.
    Unknown,
}

/// A listed service principal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServicePrincipal {
    /// The name; a `${Region}` stands where a region does.
    pub name: String,
    /// Where it was seen: `list`, `managed policies` or `service documentation`.
    pub source: String,
}

/// The suffix that names have in the list, whatever partition they are used in.
const SUFFIX: &str = ".amazonaws.com";

/// The listed names.
#[derive(Debug, Clone, Default)]
pub(crate) struct Principals {
    /// Sorted by name.
    pub(crate) listed: Vec<ServicePrincipal>,
}

impl Principals {
    fn find(&self, name: &str) -> Option<&ServicePrincipal> {
        self.listed.binary_search_by(|one| one.name.as_str().cmp(name)).ok().and_then(|at| self.listed.get(at))
    }

    pub(crate) fn named(&self, short: &str) -> Option<&str> {
        self.find(&format!("{}{SUFFIX}", short.to_ascii_lowercase())).map(|one| one.name.as_str())
    }

    pub(crate) fn grade(
        &self,
        name: &str,
        partitions: &[Partition],
        is_service: impl Fn(&str) -> bool,
    ) -> PrincipalGrade {
        let name = canonical(&name.to_ascii_lowercase(), partitions);
        let is_region = |label: &str| partitions.iter().any(|partition| partition.regions.iter().any(|r| r == label));
        let labels: Vec<&str> = name.split('.').collect();
        let region_at = labels.iter().position(|label| is_region(label) || *label == "${region}");
        let placed = region_at.map(|at| replaced(&labels, at, "${Region}"));
        let without_region = region_at.map(|at| removed(&labels, at));
        for form in [Some(&name), placed.as_ref(), without_region.as_ref()].into_iter().flatten() {
            if self.find(form).is_some() {
                return PrincipalGrade::Known;
            }
        }
        let plain = without_region.unwrap_or(name);
        if let Some(prefix) = plain.strip_suffix(SUFFIX) {
            if is_service(prefix) {
                return PrincipalGrade::Plausible;
            }
            let mut rest = plain.as_str();
            while let Some((_, parent)) = rest.split_once('.') {
                if self.find(parent).is_some() {
                    return PrincipalGrade::Plausible;
                }
                rest = parent;
            }
        }
        self.near(&plain).map_or(PrincipalGrade::Unknown, PrincipalGrade::Near)
    }

    /// The listed name that this one is a slip of. What every name ends in counts for nothing: `foo` and `fis` are not near.
    fn near(&self, name: &str) -> Option<String> {
        let Some(stem) = name.strip_suffix(SUFFIX) else {
            // A right stem is worth more than a near name: `ec2.amazonaws.con` isn't `ec.…`.
            let right = stem_before_slip(name).and_then(|stem| self.find(&format!("{stem}{SUFFIX}")));
            let distances = self.listed.iter().map(|one| (strsim::osa_distance(name, &one.name), one));
            let nearest = || distances.filter(|(distance, _)| *distance <= 2).min_by_key(|(distance, _)| *distance);
            return right.or_else(|| nearest().map(|(_, one)| one)).map(|one| one.name.clone());
        };
        let stems = self.listed.iter().filter_map(|one| one.name.strip_suffix(SUFFIX));
        let near = suggest::nearest(stem, stems, usize::MAX).into_iter();
        let near = near.map(|near| (strsim::osa_distance(stem, &near), near)).filter(|(distance, _)| *distance <= 2);
        // A wrong letter is likelier than one too many: `ec3` is `ec2`, not `ec`.
        let (_, nearest) = near.min_by_key(|(distance, near)| (*distance, near.len().abs_diff(stem.len())))?;
        Some(format!("{nearest}{SUFFIX}"))
    }
}

/// What stands before the last two labels, where these are a slip of what every name ends in.
fn stem_before_slip(name: &str) -> Option<&str> {
    let (at, _) = name.rmatch_indices('.').nth(1)?;
    let (stem, end) = name.split_at_checked(at)?;
    (1..=3).contains(&strsim::osa_distance(end, SUFFIX)).then_some(stem)
}

/// The name as it is written in the commercial partition.
fn canonical(name: &str, partitions: &[Partition]) -> String {
    partitions
        .iter()
        .filter(|partition| format!(".{}", partition.dns_suffix) != SUFFIX)
        .find_map(|partition| name.strip_suffix(&format!(".{}", partition.dns_suffix)))
        .map_or_else(|| name.to_owned(), |stem| format!("{stem}{SUFFIX}"))
}

fn removed(labels: &[&str], at: usize) -> String {
    let kept: Vec<&str> =
        labels.iter().enumerate().filter(|(index, _)| *index != at).map(|(_, label)| *label).collect();
    kept.join(".")
}

fn replaced(labels: &[&str], at: usize, with: &str) -> String {
    let kept: Vec<&str> =
        labels.iter().enumerate().map(|(index, label)| if index == at { with } else { *label }).collect();
    kept.join(".")
}
