//! Whose workloads an `OpenID` Connect trust lets in: many providers give tokens to everyone who has an account with them.
//!
//! See [creating a role for OIDC](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html) and
//! [GitHub's claims](https://docs.github.com/en/actions/reference/security/oidc).

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{BaseOperator, ConditionEntry, Effect, Principal, Sourced, Statement};

use crate::{
    identity_providers::{self, Provider},
    rules::Seen,
};

const GITHUB: &str = "token.actions.githubusercontent.com";

pub(crate) fn check(_: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    if statement.effect == Effect::Deny {
        return;
    }
    for principal in statement.principal.iter().flat_map(|element| &element.principals) {
        let Some(host) = identity_providers::address_of(&principal.value) else { continue };
        diagnostics.extend(match identity_providers::of_address(host) {
            Some(provider) if provider.shared => shared(statement, principal, provider, host),
            provider => own(statement, principal, host).or_else(|| cluster(statement, provider?, host)),
        });
    }
}

/// The conditions that say which values the claim may have.
fn asked<'s>(statement: &'s Statement, key: &str) -> Vec<&'s ConditionEntry> {
    let restricts = |entry: &&ConditionEntry| {
        entry.is_of(key)
            && !entry.operator.holds_when_absent()
            && matches!(
                entry.operator.base,
                BaseOperator::StringEquals | BaseOperator::StringEqualsIgnoreCase | BaseOperator::StringLike
            )
    };
    statement.conditions.entries.iter().filter(restricts).collect()
}

/// The values that match several texts.
fn open_values(entry: &ConditionEntry) -> impl Iterator<Item = &Sourced<String>> {
    let wildcards = entry.operator.base == BaseOperator::StringLike;
    entry.values.iter().filter(move |value| wildcards && value.value.contains(['*', '?']))
}

fn shared(
    statement: &Statement,
    principal: &Sourced<Principal>,
    provider: &Provider,
    host: &str,
) -> Option<Diagnostic> {
    let Provider { name, asks, before, end, owner_claims, .. } = provider;
    let key = provider.asked_key(host);
    let says_all = |entry: &ConditionEntry| open_values(entry).next().is_none();
    let fixed = owner_claims.iter().any(|claim| asked(statement, &format!("{host}:{claim}")).into_iter().any(says_all));
    let entries = asked(statement, &key);
    let written = if asks.contains(':') { asks.clone() } else { format!("claim {asks}") };
    let Some(entry) = entries.first() else {
        if fixed && statement.conditions.of(&key).next().is_none() {
            let message = format!("IAM takes no new trust in {name} that doesn't ask for `{asks}`");
            return Some(
                Diagnostic::new(&checks::NOT_DEPLOYABLE, principal.span, message)
                    .note("a role with such a trust can't be made, nor its trust changed; one that is there is left alone")
                    .help(format!("add `and {written} like \"{before}acme{end}*\"`")),
            );
        }
        if fixed {
            return None;
        }
        let message = format!("this lets in whoever runs something at {name}");
        let check = if host.eq_ignore_ascii_case(GITHUB) {
            &checks::MISSING_GITHUB_REPO_CONDITION_KEY
        } else {
            &checks::OIDC_SUBJECT_TOO_WIDE
        };
        return Some(
            Diagnostic::new(check, principal.span, message)
                .note(format!("`{asks}` says whose the token is, and nothing asks for it"))
                .help(format!("add `when {written} == \"{before}…\"`")),
        );
    };
    let open = |value: &&Sourced<String>| !fixes_owner(&value.value, before, end);
    // All of several conditions hold, so one that fixes the owner is enough.
    let too_wide = entries.iter().all(|entry| open_values(entry).any(|value| open(&value)));
    if let Some(value) = open_values(entry).find(open).filter(|_| too_wide && !fixed) {
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
    let value = open_values(entry).next().filter(|_| host.eq_ignore_ascii_case(GITHUB))?;
    Some(
        Diagnostic::new(
            &checks::SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED,
            value.span,
            if names_a_repository(&value.value) {
                format!("`{}` lets in several branches, tags or kinds of events of its repository", value.value)
            } else {
                format!("`{}` lets in several repositories, branches or kinds of events", value.value)
            },
        )
        .note("whoever can push a branch or open a pull request there decides what runs")
        .help("name the repository and branch: `repo:acme/app:ref:refs/heads/main`"),
    )
}

/// A cluster of one's own, in whose namespaces others run what they like.
fn cluster(statement: &Statement, provider: &Provider, host: &str) -> Option<Diagnostic> {
    let Provider { before, end, example, .. } = provider;
    let open = |value: &&Sourced<String>| !fixes_owner(&value.value, before, end);
    let entries = asked(statement, &provider.asked_key(host));
    let too_wide = !before.is_empty() && entries.iter().all(|entry| open_values(entry).any(|value| open(&value)));
    let value = open_values(entries.first().filter(|_| too_wide)?).find(open)?;
    let message = format!("`{}` lets in what runs in other namespaces of {} too", value.value, provider.name);
    Some(
        Diagnostic::new(&checks::OIDC_SUBJECT_TOO_WIDE, value.span, message)
            .note("whoever may create a pod in one of them picks the name of its service account")
            .help(format!("write the namespace out: `{example}`")),
    )
}

/// Whether a subject of GitHub's has one repository written out, `repo:owner/name:…`.
fn names_a_repository(pattern: &str) -> bool {
    let mut parts = pattern.splitn(3, ':');
    let (kind, repository) = (parts.next(), parts.next().unwrap_or_default());
    kind == Some("repo") && repository.contains('/') && !repository.contains(['*', '?']) && parts.next().is_some()
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
    use super::fixes_owner;

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
