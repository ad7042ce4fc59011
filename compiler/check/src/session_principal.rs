//! A role in a trust policy stands for its sessions too.
//!
//! See [role session principals](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-role-session).

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{Principal, Statement};

use crate::rules::Seen;

pub(crate) fn check(_: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    let Some(element) = &statement.principal else { return };
    let arns = || {
        element.principals.iter().filter_map(|principal| match &principal.value {
            Principal::Aws(arn) => Some((principal, arn.as_str())),
            _ => None,
        })
    };
    for (session, arn) in arns() {
        let Some(role_of_session) = role_of_session(arn) else { continue };
        let Some((role, _)) = arns().find(|(_, arn)| role(arn) == Some(role_of_session)) else { continue };
        diagnostics.push(
            Diagnostic::new(
                &checks::REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY,
                session.span,
                "this session is of a role that is named too",
            )
            .related(role.span, "every session of this role")
            .help("leave the session out, or the role if only the session is meant"),
        );
    }
}

/// The account and name of the role whose session the ARN is.
pub(crate) fn role_of_session(arn: &str) -> Option<(&str, &str)> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", _, "sts", _, account, resource] = parts.as_slice() else { return None };
    let (name, _) = resource.strip_prefix("assumed-role/")?.split_once('/')?;
    Some((account, name))
}

/// The account and name of the role whose ARN it is.
fn role(arn: &str) -> Option<(&str, &str)> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", _, "iam", _, account, resource] = parts.as_slice() else { return None };
    let name = resource.strip_prefix("role/")?.rsplit('/').next()?;
    Some((account, name))
}
