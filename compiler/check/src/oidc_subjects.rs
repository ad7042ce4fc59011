//! Whose workloads an `OpenID` Connect trust lets in: many providers give tokens to everyone who has an account with them.
//!
//! See [creating a role for OIDC](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html) and
//! [GitHub's claims](https://docs.github.com/en/actions/reference/security/oidc).

use std::sync::LazyLock;

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{BaseOperator, ConditionEntry, Effect, Principal, Sourced, Statement};
use serde::Deserialize;

use crate::rules::Seen;

const GITHUB: &str = "token.actions.githubusercontent.com";

pub(crate) fn check(_: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    if statement.effect == Effect::Deny {
        return;
    }
    for principal in statement.principal.iter().flat_map(|element| &element.principals) {
        let Some(host) = host(&principal.value) else { continue };
        diagnostics.extend(match PROVIDERS.iter().find(|provider| provider.host == host) {
            Some(provider) => shared(statement, principal, provider),
            None => own(statement, principal, host),
        });
    }
}

/// A provider that many share.
#[derive(Deserialize)]
struct Provider {
    host: String,
    name: String,
    /// The claim that says whose the workload is.
    claim: String,
    /// What stands before the owner's name in it.
    before: String,
    /// What ends the name.
    end: String,
    /// Other claims that fix the owner.
    owner_claims: Vec<String>,
}

static PROVIDERS: LazyLock<Vec<Provider>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../data/shared-providers.json"))
        .map(|list: List| list.providers)
        .unwrap_or_default()
});

#[derive(Deserialize)]
struct List {
    providers: Vec<Provider>,
}

/// The provider's address, which its claims' keys begin with.
fn host(principal: &Principal) -> Option<&str> {
    let Principal::Federated(value) = principal else { return None };
    if let Some((_, host)) = value.split_once(":oidc-provider/") {
        return Some(host);
    }
    (!value.starts_with("arn:")).then_some(value)
}

/// The conditions that say which values the claim may have.
fn asked<'s>(statement: &'s Statement, host: &str, claim: &str) -> Vec<&'s ConditionEntry> {
    let key = format!("{host}:{claim}");
    let restricts = |entry: &&ConditionEntry| {
        entry.is_of(&key)
            && !entry.operator.holds_when_absent()
            && matches!(
                entry.operator.base,
                BaseOperator::StringEquals | BaseOperator::StringEqualsIgnoreCase | BaseOperator::StringLike
            )
    };
    statement.conditions.entries.iter().filter(restricts).collect()
}

fn shared(statement: &Statement, principal: &Sourced<Principal>, provider: &Provider) -> Option<Diagnostic> {
    let Provider { host, name, claim, before, end, owner_claims } = provider;
    let says_all = |entry: &ConditionEntry| !entry.values.iter().any(|value| value.value.contains(['*', '?']));
    let fixed = owner_claims.iter().any(|claim| asked(statement, host, claim).into_iter().any(says_all));
    let entries = asked(statement, host, claim);
    let Some(entry) = entries.first() else {
        if fixed {
            return None;
        }
        let message = format!("this lets in whoever runs something at {name}");
        let check =
            if host == GITHUB { &checks::MISSING_GITHUB_REPO_CONDITION_KEY } else { &checks::OIDC_SUBJECT_TOO_WIDE };
        return Some(
            Diagnostic::new(check, principal.span, message)
                .note(format!("`{claim}` of the token says whose it is, and nothing asks for it"))
                .help(format!("add `when claim {claim} == \"{before}…\"`")),
        );
    };
    let open = |value: &&Sourced<String>| !fixes_owner(&value.value, before, end);
    // All of several conditions hold, so one that fixes the owner is enough.
    let too_wide = entries.iter().all(|entry| entry.values.iter().any(|value| open(&value)));
    if let Some(value) = entry.values.iter().find(open).filter(|_| too_wide && !fixed) {
        return Some(
            Diagnostic::new(
                &checks::OIDC_SUBJECT_TOO_WIDE,
                value.span,
                format!("`{}` matches what others run at {name} too", value.value),
            )
            .note("whoever has an account there picks its own name, one that begins or ends like yours too")
            .help(format!("write the owner out: `{before}acme{end}…`")),
        );
    }
    let value = entry.values.iter().find(|value| value.value.contains(['*', '?'])).filter(|_| host == GITHUB)?;
    Some(
        Diagnostic::new(
            &checks::SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED,
            value.span,
            format!("`{}` lets in several repositories, branches or kinds of events", value.value),
        )
        .note("whoever can push a branch or open a pull request there decides what runs")
        .help("name the repository and branch: `repo:acme/app:ref:refs/heads/main`"),
    )
}

/// Whether every text that the pattern matches names one owner, up to the end of its name.
fn fixes_owner(pattern: &str, before: &str, end: &str) -> bool {
    // A whole subject is one workload's.
    let Some(fixed) = pattern.find(['*', '?']).and_then(|at| pattern.get(..at)) else { return true };
    match fixed.strip_prefix(before) {
        // GitHub's newer form has ids behind the names; a name is fixed with or without its own.
        Some(owner) if !end.is_empty() => owner.contains(end) && !owner.starts_with(end),
        Some(_) => false,
        // A subject that was customized begins otherwise; with some text of its own it is somebody's choice.
        None => fixed.split_once(':').is_some_and(|(_, rest)| !rest.is_empty()),
    }
}

/// A provider that isn't shared: a company's own, or a cluster's.
fn own(statement: &Statement, principal: &Sourced<Principal>, host: &str) -> Option<Diagnostic> {
    let starts = |entry: &ConditionEntry, claim: &str| {
        entry.key.get(..host.len()).is_some_and(|start| start.eq_ignore_ascii_case(host))
            && entry
                .key
                .get(host.len()..)
                .is_some_and(|rest| rest.starts_with(':') && !rest.eq_ignore_ascii_case(claim))
    };
    // Which audience a token is for says nothing of who has it, but for the app that people sign in to with an account of a
    // provider that AWS has built in.
    let built_in = !matches!(&principal.value, Principal::Federated(value) if value.starts_with("arn:"));
    let audience = if built_in { "" } else { ":aud" };
    if statement.conditions.entries.iter().any(|entry| starts(entry, audience) && !entry.operator.holds_when_absent()) {
        return None;
    }
    Some(
        Diagnostic::new(
            &checks::MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL,
            principal.span,
            "this lets in everyone to whom the provider gives a token",
        )
        .note("nothing asks who or what the token is for")
        .help("add `when claim sub == \"…\"`"),
    )
}

#[cfg(test)]
mod tests {
    use super::{PROVIDERS, fixes_owner};

    #[test]
    fn the_providers_are_read() {
        assert!(PROVIDERS.len() >= 5);
    }

    #[test]
    fn an_owner_is_fixed_where_no_wildcard_stands_before_its_end() {
        let github = |pattern: &str| fixes_owner(pattern, "repo:", "/");
        for pattern in ["repo:acme/app:*", "repo:acme/*", "repo:acme@1/app@2:ref:refs/heads/main", "repository_id:7:*"]
        {
            assert!(github(pattern), "{pattern}");
        }
        for pattern in ["*", "repo:*", "repo:acme*", "repo:acme*/app:*", "repo:*/app:*", "re*", "repo:/*", "*:acme/*"] {
            assert!(!github(pattern), "{pattern}");
        }
        assert!(fixes_owner("eu-west-1:1234", "", "") && !fixes_owner("eu-west-1:*", "", ""));
    }
}
