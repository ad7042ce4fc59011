//! The identity providers that are known: whose workloads get tokens of them, and what those say.
//!
//! See [shared providers](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html) and
//! [keys of OIDC federation](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif).

use std::{collections::BTreeMap, sync::LazyLock};

use iamx_policy::{Principal, glob_matches};
use serde::Deserialize;

use crate::subject_forms::Form;

/// The claims that AWS reads of every provider's tokens.
pub(crate) const OF_EVERY_PROVIDER: [&str; 5] = ["amr", "aud", "email", "oaud", "sub"];

/// A provider, or a kind of providers that each have an address of their own.
#[derive(Deserialize)]
pub(crate) struct Provider {
    /// What its tokens say as `iss`, without `https://`; `*` in it is any text.
    address: String,
    pub(crate) name: String,
    /// Whether everybody's workloads have their tokens from this one address.
    pub(crate) shared: bool,
    /// The claim, or key, that says whose the workload is. IAM refuses a trust in a shared provider that doesn't ask for it.
    pub(crate) asks: String,
    /// What stands before the owner's name in it.
    #[serde(default)]
    pub(crate) before: String,
    /// What ends the name.
    #[serde(default)]
    pub(crate) end: String,
    /// Other claims that fix the owner.
    #[serde(default)]
    pub(crate) owner_claims: Vec<String>,
    /// Whether its tokens never have the claims that become session tags and a source identity.
    #[serde(default)]
    pub(crate) brings_nothing: bool,
    /// What it sends of the claims that AWS reads of every provider, where that isn't all.
    claims: Option<Vec<String>>,
    /// A `sub`, or what one is made of.
    #[serde(default)]
    pub(crate) example: String,
    /// Every form that `sub` can have, as it is written in the list; none where that isn't known.
    #[serde(default)]
    subjects: Vec<String>,
    /// The same, read.
    #[serde(skip)]
    pub(crate) forms: Vec<Form>,
}

impl Provider {
    /// The claims of every provider's that this one sends.
    pub(crate) fn common_claims(&self) -> impl Iterator<Item = &str> {
        let all: Vec<&str> = match &self.claims {
            Some(claims) => claims.iter().map(String::as_str).collect(),
            None => OF_EVERY_PROVIDER.to_vec(),
        };
        all.into_iter()
    }

    /// The key of the claim that says whose the workload is.
    pub(crate) fn asked_key(&self, host: &str) -> String {
        if self.asks.contains(':') { self.asks.clone() } else { format!("{host}:{}", self.asks) }
    }
}

/// The provider of that address, if it is known.
pub(crate) fn of_address(host: &str) -> Option<&'static Provider> {
    let host = host.to_ascii_lowercase();
    PROVIDERS.iter().find(|provider| glob_matches(&provider.address, &host))
}

/// The provider's address, which its claims' keys begin with.
pub(crate) fn address_of(principal: &Principal) -> Option<&str> {
    let Principal::Federated(value) = principal else { return None };
    if let Some((_, host)) = value.split_once(":oidc-provider/") {
        return Some(host);
    }
    (!value.starts_with("arn:")).then_some(value)
}

#[derive(Deserialize)]
struct List {
    /// Parts that several forms share, by name.
    forms: BTreeMap<String, Vec<String>>,
    providers: Vec<Provider>,
}

static PROVIDERS: LazyLock<Vec<Provider>> = LazyLock::new(|| {
    let Ok(list) = serde_json::from_str::<List>(include_str!("../data/identity-providers.json")) else {
        return Vec::new();
    };
    let List { forms, mut providers } = list;
    for provider in &mut providers {
        let written = provider.subjects.iter().flat_map(|form| expanded(form, &forms, 6));
        provider.forms = written.filter_map(|form| Form::read(&form)).collect();
    }
    providers
});

/// A form with each of the shared parts in the place of their name, so many levels deep.
fn expanded(form: &str, shared: &BTreeMap<String, Vec<String>>, levels: usize) -> Vec<String> {
    let named = shared.iter().find(|(name, _)| form.contains(&format!("<{name}>")));
    match named.zip(levels.checked_sub(1)) {
        None => vec![form.to_owned()],
        Some(((name, parts), levels)) => parts
            .iter()
            .flat_map(|part| expanded(&form.replacen(&format!("<{name}>"), part, 1), shared, levels))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use iamx_catalog::Catalog;

    use super::{PROVIDERS, of_address};
    use crate::claims;

    #[test]
    fn every_form_is_read_and_each_example_has_one() {
        assert!(PROVIDERS.len() >= 20);
        for provider in &*PROVIDERS {
            assert!(provider.forms.len() >= provider.subjects.len(), "{}", provider.address);
            let whole = !provider.example.contains('…');
            if provider.asks == "sub" && whole && !provider.forms.is_empty() {
                let fits = provider.forms.iter().any(|form| form.may_be(&provider.example, true));
                assert!(fits, "{}: {}", provider.address, provider.example);
            }
        }
    }

    #[test]
    fn aws_reads_each_claim_that_fixes_an_owner() {
        for provider in &*PROVIDERS {
            for claim in provider.owner_claims.iter().chain([&provider.asks]) {
                let key = if claim.contains(':') { claim.clone() } else { format!("{}:{claim}", provider.address) };
                assert!(claims::is_read(Catalog::builtin(), &key), "{key}");
            }
        }
    }

    #[test]
    fn an_address_is_known_whatever_its_case() {
        for (address, name) in [
            ("token.actions.githubusercontent.com", "GitHub"),
            ("token.actions.githubusercontent.com/acme", "GitHub"),
            ("oidc.eks.eu-west-1.amazonaws.com/id/D48675832CA65BD10A532F59", "the cluster"),
            ("oidc.eks.cn-north-1.amazonaws.com.cn/id/D48675832CA65BD10A532F59", "the cluster"),
            ("GitLab.com", "GitLab"),
        ] {
            assert_eq!(of_address(address).map(|provider| provider.name.as_str()), Some(name), "{address}");
        }
        assert!(of_address("gitlab.acme.example").is_none());
    }
}
