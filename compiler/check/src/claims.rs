//! Claims that AWS doesn't read of a provider's tokens, or that are gone once the caller has signed in.
//!
//! IAM takes a condition on any claim; the request carries only those that AWS lists. See
//! [keys of OIDC federation](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif)
//! and [keys of SAML federation](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-saml).

use iamx_catalog::Catalog;
use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{ConditionEntry, Statement};

use crate::{
    coverage,
    identity_providers::{self, OF_EVERY_PROVIDER},
    rules::Seen,
};

/// The actions that are asked for while a caller signs in, when all claims are there.
const SIGNING_IN: [&str; 4] =
    ["sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML", "sts:TagSession", "sts:SetSourceIdentity"];

/// The action whose keys AWS lists with all that a session keeps of its sign-in.
const IN_SESSION: &str = "sts:AssumeRole";

/// What AWS keeps in a session of the claims of every provider's.
const KEPT: [&str; 3] = ["amr", "aud", "sub"];

pub(crate) fn check(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    let catalog = seen.world.catalog;
    let entries = &statement.conditions.entries;
    for (index, entry) in entries.iter().enumerate() {
        // One finding a key.
        if entries.iter().take(index).any(|earlier| earlier.is_of(&entry.key)) || !is_claim(&entry.key) {
            continue;
        }
        if !is_read(catalog, &entry.key) {
            diagnostics.push(unread(catalog, entry));
        } else if !signs_in(statement) && !is_kept(catalog, &entry.key) {
            let message = format!("no request but the sign-in carries `{}`", entry.key);
            diagnostics.push(
                Diagnostic::new(&checks::CONDITION_KEY_NOT_SENT, entry.span, message)
                    .label(format!("absent from every request for {}", actions_in_words(statement)))
                    .note(
                        "of a token or assertion a session keeps little; whom it lets in is asked in the role's trust",
                    )
                    .help("ask for it in the role's trust, or pass it on as a session tag"),
            );
        }
    }
}

/// Whether the key is a claim: of a web identity, or of a SAML assertion.
pub(crate) fn is_claim(key: &str) -> bool {
    key.split_once(':').is_some_and(|(prefix, _)| prefix.contains('.') || prefix.eq_ignore_ascii_case("saml"))
}

/// Whether AWS puts the claim into the request with which its caller signs in.
pub(crate) fn is_read(catalog: &Catalog, key: &str) -> bool {
    if lists(catalog, "sts:AssumeRoleWithWebIdentity", key) || lists(catalog, "sts:AssumeRoleWithSAML", key) {
        return true;
    }
    let Some((host, claim)) = key.split_once(':') else { return false };
    match identity_providers::of_address(host) {
        Some(provider) => provider.common_claims().any(|one| one.eq_ignore_ascii_case(claim)),
        None => host.contains('.') && OF_EVERY_PROVIDER.iter().any(|one| one.eq_ignore_ascii_case(claim)),
    }
}

/// Whether a session's requests carry the claim.
fn is_kept(catalog: &Catalog, key: &str) -> bool {
    lists(catalog, IN_SESSION, key)
        || key
            .split_once(':')
            .is_some_and(|(host, claim)| host.contains('.') && KEPT.iter().any(|one| one.eq_ignore_ascii_case(claim)))
}

/// Whether the catalog lists the key, or a template of it, with the action.
fn lists(catalog: &Catalog, action: &str, key: &str) -> bool {
    let Some(found) = catalog.condition_key(key) else { return false };
    let Some(service) = action.split_once(':').and_then(|(prefix, _)| catalog.service(prefix)) else { return false };
    catalog.action(action).is_some_and(|action| service.sends(action, &found.key.name))
}

/// Whether the statement may be about a sign-in.
fn signs_in(statement: &Statement) -> bool {
    SIGNING_IN.iter().any(|action| coverage::of(statement, action).is_some())
}

fn unread(catalog: &Catalog, entry: &ConditionEntry) -> Diagnostic {
    let (host, claim) = entry.key.split_once(':').unwrap_or_default();
    let known = identity_providers::of_address(host);
    let whose = known.map_or("this provider", |provider| &provider.name);
    let common: Vec<&str> = known.map_or(OF_EVERY_PROVIDER.to_vec(), |provider| provider.common_claims().collect());
    let diagnostic = Diagnostic::new(
        &checks::CONDITION_KEY_NOT_SENT,
        entry.span,
        format!("AWS reads no claim `{claim}` of the tokens of {whose}"),
    )
    .label("absent from every request")
    .note(format!("as of the catalog of {}", catalog.info().version));
    if let Some(near) = catalog.nearest_claim(host, &common, claim) {
        return diagnostic.help(format!("did you mean `{near}`?"));
    }
    let mut claims = catalog.claims_of(host);
    claims.extend(common.into_iter().map(str::to_owned));
    claims.sort();
    claims.dedup();
    let claims: Vec<_> = claims.iter().map(|claim| format!("`{claim}`")).collect();
    diagnostic.help(format!("those that it reads are {}", claims.join(", ")))
}

/// The first actions of the statement, in words.
fn actions_in_words(statement: &Statement) -> String {
    let actions: Vec<_> =
        statement.actions.patterns.iter().take(3).map(|pattern| format!("`{}`", pattern.value)).collect();
    actions.join(", ")
}

#[cfg(test)]
mod tests {
    use iamx_catalog::Catalog;

    use super::{IN_SESSION, SIGNING_IN, is_kept, is_read};

    #[test]
    fn every_action_exists() {
        for action in SIGNING_IN.iter().chain([&IN_SESSION]) {
            assert!(Catalog::builtin().action(action).is_some(), "{action}");
        }
    }

    #[test]
    fn aws_reads_what_it_lists_and_a_session_keeps_little_of_it() {
        for (key, read, kept) in [
            ("token.actions.githubusercontent.com:sub", true, true),
            ("token.actions.githubusercontent.com:Repository", true, false),
            ("token.actions.githubusercontent.com:repository_owner", false, false),
            ("token.actions.githubusercontent.com/acme:job_workflow_ref", true, false),
            ("gitlab.com:project_path", false, false),
            ("gitlab.acme.example:project_id", false, false),
            ("oidc.eks.eu-west-1.amazonaws.com/id/D48675832CA65BD10A532F59:sub", true, true),
            ("oidc.circleci.com/org/x:oidc.circleci.com/project-id", true, false),
            ("accounts.google.com:google/organization_number", true, false),
            ("accounts.google.com:email", true, false),
            ("graph.facebook.com:sub", false, true),
            ("graph.facebook.com:id", true, true),
            ("saml:sub", true, true),
            ("saml:edupersonaffiliation", true, false),
        ] {
            assert_eq!((is_read(Catalog::builtin(), key), is_kept(Catalog::builtin(), key)), (read, kept), "{key}");
        }
    }
}
