//! Did-you-mean: the nearest right spellings of a wrong one.

use crate::{Catalog, Service};

/// The names nearest to what was written, best first, at most so many. A name is near if no more than a third of the longer
/// of the two is wrong, and never more than three letters, nor as many as the shorter has; of equally near ones the
/// alphabetically first comes first. Case does not count.
pub(crate) fn nearest<'a>(written: &str, names: impl Iterator<Item = &'a str>, most: usize) -> Vec<String> {
    let wanted = written.to_ascii_lowercase();
    let mut found: Vec<(usize, String)> = Vec::new();
    for name in names {
        let longer = wanted.len().max(name.len());
        let allowed = (longer / 3).clamp(1, 3);
        if wanted.len().abs_diff(name.len()) > allowed {
            continue;
        }
        let distance = strsim::osa_distance(&wanted, &name.to_ascii_lowercase());
        if distance <= allowed && distance < wanted.len().min(name.len()).max(1) {
            found.push((distance, name.to_owned()));
        }
    }
    found.sort();
    found.dedup();
    if let Some((best, _)) = found.first() {
        let best = *best;
        found.retain(|(distance, _)| *distance <= best + 1);
    }
    found.truncate(most);
    found.into_iter().map(|(_, name)| name).collect()
}

/// Words that begin names of actions and are taken for one another.
const VERBS: [&[&str]; 3] = [
    &["Put", "Update", "Set", "Modify", "Change", "Edit", "Write"],
    &["Get", "Describe", "Read", "View", "Show", "List"],
    &["Delete", "Remove", "Terminate", "Destroy", "Drop", "Deregister"],
];

/// The one action of the service that says of the same what `name` says, by another verb: `PutRolePolicy` of
/// `UpdateRolePolicy`.
fn by_another_verb(service: &Service, name: &str) -> Option<String> {
    let (verbs, rest) = VERBS.iter().find_map(|verbs| {
        let rest = verbs.iter().find_map(|verb| name.strip_prefix(verb))?;
        rest.starts_with(|c: char| c.is_ascii_uppercase()).then_some((verbs, rest))
    })?;
    let mut found = verbs.iter().filter_map(|verb| service.action(&format!("{verb}{rest}")));
    let first = found.next()?;
    found.next().is_none().then(|| first.name.to_string())
}

/// How many candidates are given at most.
const MOST: usize = 3;

impl Catalog {
    /// Service prefixes near to what was written, best first.
    pub fn nearest_service(&self, written: &str) -> Vec<String> {
        nearest(written, self.prefixes(), MOST)
    }

    /// Actions near to a written one (`s3:GetObjct`, `s4:GetObject`), best first, with their prefixes: the actions that
    /// authorize an API operation of that name; near names in the service; if the service is unknown, the same or a near
    /// name in near services; last, the very name in other services.
    pub fn nearest_action(&self, written: &str) -> Vec<String> {
        if let Some(api) = self.api_name(written) {
            return api.actions.clone();
        }
        let Some((prefix, name)) = written.split_once(':') else { return Vec::new() };
        let in_service = |service: &Service, name: &str| {
            nearest(name, service.actions().iter().map(|action| &*action.name), MOST)
                .into_iter()
                .map(|action| format!("{}:{action}", service.prefix()))
                .collect::<Vec<_>>()
        };
        let mut found = match self.service(prefix) {
            Some(service) => in_service(service, name),
            None => self
                .nearest_service(prefix)
                .iter()
                .filter_map(|near| self.service(near))
                .find_map(|service| match service.action(name) {
                    Some(action) => Some(vec![format!("{}:{}", service.prefix(), action.name)]),
                    None => Some(in_service(service, name)).filter(|found| !found.is_empty()),
                })
                .unwrap_or_default(),
        };
        if found.is_empty()
            && let Some(service) = self.service(prefix)
        {
            found.extend(by_another_verb(service, name).map(|action| format!("{}:{action}", service.prefix())));
        }
        if found.is_empty() {
            found =
                self.actions_named(name).map(|(service, action)| format!("{}:{action}", service.prefix())).collect();
            found.sort_by_cached_key(|one| {
                let other = one.split(':').next().unwrap_or_default();
                (strsim::osa_distance(&prefix.to_ascii_lowercase(), other), one.clone())
            });
        }
        found.truncate(MOST);
        found
    }

    /// Condition keys near to a written one, best first: near names among the global keys and those of the service that it
    /// names; else the very name under another prefix. What follows `/` in a templated key is kept.
    pub fn nearest_key(&self, written: &str) -> Vec<String> {
        let (head, argument) = match written.split_once('/') {
            Some((head, argument)) => (head, Some(argument)),
            None => (written, None),
        };
        let Some((prefix, name)) = head.split_once(':') else { return Vec::new() };
        let globals = self.global_keys().iter().map(|key| &*key.name);
        let own: Vec<&str> = self
            .service(prefix)
            .map(|one| one.condition_keys().iter().map(|key| &*key.name).collect())
            .unwrap_or_default();
        let filled = |candidate: &str| match (candidate.split_once("/${"), argument) {
            (Some((stem, _)), Some(argument)) => format!("{stem}/{argument}"),
            _ => candidate.to_owned(),
        };
        let candidates: Vec<String> = globals.clone().chain(own).map(filled).collect();
        let mut found = nearest(written, candidates.iter().map(String::as_str), MOST);
        if found.is_empty() {
            found =
                candidates.iter().filter(|key| after_prefix(key) == after_prefix(&filled(written))).cloned().collect();
        }
        if found.is_empty() && self.service(prefix).is_none() {
            for near in self.nearest_service(prefix) {
                let name = format!("{near}:{}", written.split_once(':').map_or(name, |(_, rest)| rest));
                if self.condition_key(&name).is_some() {
                    found.push(name);
                }
            }
        }
        found.truncate(MOST);
        found
    }

    /// The claims that AWS lists of the tokens of the identity provider at that address, beside those of every provider's.
    pub fn claims_of(&self, provider: &str) -> Vec<String> {
        let listed = self.service("sts").map(crate::Service::condition_keys).unwrap_or_default();
        let of_provider = listed.iter().filter_map(|key| {
            // What fills a template stands before the last colon.
            let (_, claim) = key.name.rsplit_once(':')?;
            let found = self.condition_key(&format!("{provider}:{claim}"))?.key;
            (found.name == key.name).then(|| claim.to_owned())
        });
        of_provider.collect()
    }

    /// The claim nearest to a written one, among those of that provider's and some others.
    pub fn nearest_claim(&self, provider: &str, others: &[&str], written: &str) -> Option<String> {
        let listed = self.claims_of(provider);
        let names = listed.iter().map(String::as_str).chain(others.iter().copied());
        nearest(written, names, 1).into_iter().next()
    }

    /// Resource types of a service near to a written language name, best first.
    pub fn nearest_resource_type(&self, prefix: &str, written: &str) -> Vec<String> {
        let Some(service) = self.service(prefix) else { return Vec::new() };
        let slugs: Vec<String> = service.slugs().collect();
        nearest(written, slugs.iter().map(String::as_str), MOST)
    }

    /// AWS managed policies near to a written name, best first.
    pub fn nearest_managed_policy(&self, written: &str) -> Vec<String> {
        let name = written.rsplit('/').next().unwrap_or(written);
        nearest(name, self.managed_policies().iter().map(|one| one.name.as_str()), MOST)
    }

    /// Service principals near to a written one, best first.
    pub fn nearest_principal(&self, written: &str) -> Vec<String> {
        nearest(written, self.principals().iter().map(|one| one.name.as_str()), MOST)
    }

    /// Regions near to a written one, best first.
    pub fn nearest_region(&self, written: &str) -> Vec<String> {
        nearest(written, self.partitions().iter().flat_map(|one| one.regions.iter().map(String::as_str)), MOST)
    }

    /// Every action of that name (without prefix), ignoring case, with its service.
    pub fn actions_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a Service, &'a str)> {
        self.services().filter_map(move |service| service.action(name).map(|action| (service, &*action.name)))
    }
}

fn after_prefix(key: &str) -> String {
    key.split_once(':').map_or(key, |(_, rest)| rest).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn near_means_a_third_wrong_at_most_and_ties_go_by_the_alphabet() {
        assert_eq!(nearest("GetObjct", ["PutObject", "GetObject", "GetObjectAcl"].into_iter(), 3), ["GetObject"]);
        assert_eq!(nearest("ab", ["ac", "aa", "b"].into_iter(), 3), ["aa", "ac"]);
        assert!(nearest("xyz", ["abc"].into_iter(), 3).is_empty());
    }
}
