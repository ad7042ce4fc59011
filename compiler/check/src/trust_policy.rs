//! What IAM refuses in a role's trust policy.
//!
//! See [trust policies](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-trust-policy.html) and
//! [AWS STS actions](https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html).

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{Effect, Principal, Statement};
use iamx_text::Span;

use crate::{
    coverage::{self, Coverage},
    rules::Seen,
};

/// The actions that are about a role: those that assume it, and what may come with that.
const OF_ROLES: [&str; 6] =
    ["AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "TagSession", "SetSourceIdentity", "SetContext"];

pub(crate) fn check(_: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    if statement.actions.negated {
        return;
    }
    for pattern in &statement.actions.patterns {
        let Some(service) = &pattern.value.service else { continue };
        let of_roles = OF_ROLES.iter().any(|name| name.eq_ignore_ascii_case(&pattern.value.name));
        if service.eq_ignore_ascii_case("sts") && (of_roles || pattern.value.is_wildcard()) {
            continue;
        }
        diagnostics.push(
            Diagnostic::new(
                &checks::ROLE_TRUST_POLICY_UNSUPPORTED_ACTION,
                pattern.span,
                format!("a trust policy says who may assume the role, and nothing about `{}`", pattern.value),
            )
            .note("IAM refuses a trust policy with it")
            .help("what the role itself may do stands in the role's body, as `allow … on …`"),
        );
    }
}

/// An action by which a principal of the statement can't assume a role. See [the checks of IAM Access
/// Analyzer](https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html).
pub(crate) fn mismatch(_: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    if statement.effect == Effect::Deny || statement.actions.negated {
        return;
    }
    let Some(element) = statement.principal.as_ref().filter(|element| !element.negated) else { return };
    for pattern in &statement.actions.patterns {
        let written = pattern.value.to_string();
        let Some(assumes) = ASSUME.iter().find(|name| name.eq_ignore_ascii_case(&written)) else { continue };
        let wrong = element.principals.iter().find_map(|principal| {
            let (who, own) = way_in(&principal.value)?;
            (own != *assumes).then_some((principal, who, own))
        });
        let Some((principal, who, own)) = wrong else { continue };
        diagnostics.push(
            Diagnostic::new(
                &checks::MISMATCHED_ACTION_FOR_PRINCIPAL,
                pattern.span,
                format!("{who} can't come in by `{assumes}`"),
            )
            .related(principal.span, format!("comes in by `{own}`"))
            .note("so this lets nobody in")
            .help(format!("write `{own}`, or `trust …`, which writes it by itself")),
        );
    }
}

/// The operations that assume a role.
const ASSUME: [&str; 3] = ["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"];

/// Who comes in, and by which of these; `None` for everyone.
fn way_in(principal: &Principal) -> Option<(&'static str, &'static str)> {
    match principal {
        Principal::Aws(_) => Some(("an account, role or user", "sts:AssumeRole")),
        Principal::Service(_) => Some(("a service", "sts:AssumeRole")),
        Principal::Federated(arn) if arn.contains(":saml-provider/") => {
            Some(("whoever comes through a SAML provider", "sts:AssumeRoleWithSAML"))
        }
        Principal::Federated(_) => Some(("whoever comes through an OIDC provider", "sts:AssumeRoleWithWebIdentity")),
        _ => None,
    }
}

/// All actions of STS, by a wildcard or as all but some: what a caller may bring along is let in with who it is.
pub(crate) fn wildcard(_: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    if statement.effect == Effect::Deny {
        return;
    }
    let (span, written) = match BROUGHT.iter().find_map(|action| coverage::of(statement, action)) {
        Some(Coverage::Wildcard(pattern)) => (pattern.span, format!("`{}`", pattern.value)),
        Some(Coverage::Excepted) => {
            let span = statement.actions.patterns.first().map_or(statement.span, |pattern| pattern.span);
            (span, "everything but this".to_owned())
        }
        Some(Coverage::Named(_)) | None => return,
    };
    diagnostics.push(
        Diagnostic::new(
            &checks::SERVICE_WILDCARD,
            span,
            format!("{written} lets callers bring session tags and a source identity that they choose themselves"),
        )
        .note("session tags are `aws:PrincipalTag/…` in every condition that the role's session meets")
        .help("allow `sts:AssumeRole`, or write `trust …`, `with session-tags` where these are wanted"),
    );
}

/// What callers bring along.
const BROUGHT: [&str; 2] = ["sts:TagSession", "sts:SetSourceIdentity"];

/// A principal or a resource of another partition: IAM knows neither there.
pub(crate) fn partition(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    for principal in statement.principal.iter().flat_map(|element| &element.principals) {
        let (Principal::Aws(arn) | Principal::Federated(arn)) = &principal.value else { continue };
        diagnostics.extend(foreign(seen, arn, principal.span, "principal", "identities"));
    }
    for resource in statement.resources.iter().flat_map(|element| &element.patterns) {
        diagnostics.extend(foreign(seen, &resource.value, resource.span, "resource", "resources"));
    }
}

/// That the ARN of such a thing, written at `span`, is of another partition than the workspace.
fn foreign(seen: &Seen<'_>, arn: &str, span: Span, one: &str, several: &str) -> Option<Diagnostic> {
    let own = &seen.world.program.partition;
    let partition = arn.strip_prefix("arn:")?.split(':').next()?;
    // A pattern, or a variable, may be this one.
    if partition == own || partition.contains(['*', '?', '$']) {
        return None;
    }
    let message = format!("this {one} is of the partition `{partition}`, and the workspace of `{own}`");
    Some(
        Diagnostic::new(&checks::INVALID_PARTITION, span, message)
            .note(format!("{several} of one partition can't be named in another"))
            .help("the partition of the workspace is set in `iamx.toml`, under `[workspace]`"),
    )
}
