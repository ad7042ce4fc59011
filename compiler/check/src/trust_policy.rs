//! What IAM refuses in a role's trust policy.
//!
//! See [trust policies](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-trust-policy.html) and
//! [AWS STS actions](https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html).

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{Principal, Statement};

use crate::rules::Seen;

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

/// A principal of another partition: IAM knows no one there.
pub(crate) fn partition(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    let own = &seen.world.program.partition;
    for principal in statement.principal.iter().flat_map(|element| &element.principals) {
        let (Principal::Aws(arn) | Principal::Federated(arn)) = &principal.value else { continue };
        let Some(partition) = arn.strip_prefix("arn:").and_then(|rest| rest.split(':').next()) else { continue };
        if partition != own {
            diagnostics.push(
                Diagnostic::new(
                    &checks::INVALID_PARTITION,
                    principal.span,
                    format!("this principal is of the partition `{partition}`, and the workspace of `{own}`"),
                )
                .note("identities of one partition can't be named in another")
                .help("the partition of the workspace is set in `iamx.toml`, under `[workspace]`"),
            );
        }
    }
}
