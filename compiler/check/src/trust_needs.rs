//! Services that need more than `sts:AssumeRole` of a role that they give to others, and whom Roles Anywhere gives it to.
//!
//! See [trust for Roles Anywhere](https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html) and
//! [EKS Pod Identity](https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html).

use iamx_diagnostic::{Check, Diagnostic, checks};
use iamx_policy::{Effect, Principal, Sourced, Statement};

use crate::{coverage, rules::Seen};

const ROLES_ANYWHERE: &str = "rolesanywhere.amazonaws.com";
const POD_IDENTITY: &str = "pods.eks.amazonaws.com";
const ASSUME: &str = "sts:AssumeRole";

/// An action that a service needs, and how that is said.
type Need = (&'static str, &'static str);

const TAGS: Need = ("sts:TagSession", "session-tags");
const SOURCE: Need = ("sts:SetSourceIdentity", "source-identity");

/// Conditions that say which certificates come in: the trust anchor, or what stands in the certificate.
const CERTIFICATE: [&str; 2] = ["aws:SourceArn", "aws:PrincipalTag/x509"];

pub(crate) fn check(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    if statement.effect == Effect::Deny || coverage::of(statement, ASSUME).is_none() {
        return;
    }
    if let Some(principal) = named(statement, ROLES_ANYWHERE) {
        let check = &checks::MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY;
        diagnostics.extend(missing(seen, check, principal, &[TAGS, SOURCE], "IAM Roles Anywhere"));
        diagnostics.extend(any_certificate(statement, principal));
    }
    if let Some(principal) = named(statement, POD_IDENTITY) {
        let check = &checks::MISSING_ACTION_FOR_POD_IDENTITY_TRUST_POLICY;
        diagnostics.extend(missing(seen, check, principal, &[TAGS], "EKS Pod Identity"));
    }
}

/// Where the statement names the service.
fn named<'s>(statement: &'s Statement, service: &str) -> Option<&'s Sourced<Principal>> {
    let mut principals = statement.principal.iter().flat_map(|element| &element.principals);
    principals.find(|principal| matches!(&principal.value, Principal::Service(name) if name == service))
}

fn missing(
    seen: &Seen<'_>,
    check: &'static Check,
    principal: &Sourced<Principal>,
    needs: &[Need],
    who: &str,
) -> Option<Diagnostic> {
    // They may stand in statements of their own.
    let allowed = |action: &str| {
        seen.entry.document.statements.iter().any(|other| {
            other.effect == Effect::Allow
                && coverage::of(other, action).is_some()
                && other
                    .principal
                    .iter()
                    .flat_map(|element| &element.principals)
                    .any(|one| one.value == principal.value)
        })
    };
    let lacking: Vec<_> = needs.iter().filter(|(action, _)| !allowed(action)).collect();
    if lacking.is_empty() {
        return None;
    }
    let actions: Vec<_> = lacking.iter().map(|(action, _)| format!("`{action}`")).collect();
    let words: Vec<_> = lacking.iter().map(|(_, word)| *word).collect();
    Some(
        Diagnostic::new(
            check,
            principal.span,
            format!("{who} needs {} too, which nothing allows", actions.join(" and ")),
        )
        .label("so nobody gets this role")
        .help(format!("write `with {}` behind the service", words.join(", "))),
    )
}

/// A role that whoever has a certificate of any trust anchor of the account can get through a profile.
fn any_certificate(statement: &Statement, principal: &Sourced<Principal>) -> Option<Diagnostic> {
    let asks = statement.conditions.entries.iter().any(|entry| {
        let starts = |key: &str| entry.key.get(..key.len()).is_some_and(|start| start.eq_ignore_ascii_case(key));
        CERTIFICATE.iter().any(|key| starts(key)) && !entry.operator.holds_when_absent()
    });
    (!asks).then(|| {
        Diagnostic::new(
            &checks::ROLES_ANYWHERE_WITHOUT_CERTIFICATE,
            principal.span,
            "nothing says whose certificates get this role",
        )
        .note("a certificate of any trust anchor of the account will do, where a profile names the role")
        .help("add `when aws:SourceArn == \"…:trust-anchor/…\"`, or `aws:PrincipalTag/x509Subject/CN`")
    })
}

#[cfg(test)]
mod tests {
    use iamx_catalog::{Catalog, PrincipalGrade};

    use super::{ASSUME, CERTIFICATE, POD_IDENTITY, ROLES_ANYWHERE, SOURCE, TAGS};

    #[test]
    fn every_name_exists() {
        for action in [ASSUME, SOURCE.0, TAGS.0] {
            assert!(Catalog::builtin().action(action).is_some(), "{action}");
        }
        for service in [POD_IDENTITY, ROLES_ANYWHERE] {
            assert_eq!(Catalog::builtin().principal(service), PrincipalGrade::Known, "{service}");
        }
        for key in CERTIFICATE {
            assert!(Catalog::builtin().condition_key(key).is_some(), "{key}");
        }
    }
}
