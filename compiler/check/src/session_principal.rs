//! A role stands for its sessions: in a trust policy, and in `aws:PrincipalArn`, which never holds a session's ARN.
//!
//! See [`aws:PrincipalArn`](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn)
//! and [role session principals](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-role-session).

use iamx_diagnostic::{Applicability, Diagnostic, checks};
use iamx_policy::{Principal, Sourced, Statement, ValueType, globs_intersect};

use crate::{rules::Seen, written};

/// Sessions as what `aws:PrincipalArn` is compared with.
pub(crate) fn compared(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    for entry in statement.conditions.of("aws:PrincipalArn") {
        if !matches!(entry.operator.base.value_type(), ValueType::Arn | ValueType::String) {
            continue;
        }
        let sessions = entry.values.iter().filter(|value| is_of_session(&value.value));
        diagnostics.extend(sessions.map(|value| never_matches(seen, value)));
    }
}

fn never_matches(seen: &Seen<'_>, value: &Sourced<String>) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        &checks::SESSION_AS_PRINCIPAL_ARN,
        value.span,
        "`aws:PrincipalArn` is never the ARN of a session: this matches nothing",
    )
    .note("of a role's session it is the role's own ARN, whatever the session is called");
    let Some(role) = arn_of_role(&value.value) else {
        return diagnostic.help("write the role's ARN, `arn:aws:iam::111122223333:role/…`");
    };
    let diagnostic = diagnostic.help(format!("write the role's ARN, with its path if it has one: `{role}`"));
    if !written::is_literal(seen.world.sources, value) {
        return diagnostic;
    }
    // Other sessions of the role are meant too then, and the role's path isn't known.
    diagnostic.fix(format!("write `{role}`"), value.span, format!("\"{role}\""), Applicability::Unsafe)
}

/// Whether all that the ARN's pattern matches are sessions of roles.
fn is_of_session(arn: &str) -> bool {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", _, service, _, _, resource] = parts.as_slice() else { return false };
    resource.starts_with("assumed-role/") && globs_intersect(service, "sts")
}

/// The ARN of the role that a session's ARN names, as if it had no path.
fn arn_of_role(arn: &str) -> Option<String> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", partition, _, _, account, resource] = parts.as_slice() else { return None };
    let name = resource.strip_prefix("assumed-role/")?.split('/').next()?;
    (!name.is_empty()).then(|| format!("arn:{partition}:iam::{account}:role/{name}"))
}

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

#[cfg(test)]
mod tests {
    use super::{arn_of_role, is_of_session};

    #[test]
    fn a_session_leads_to_its_role() {
        let arn = "arn:aws:sts::111122223333:assumed-role/Deploy/ci-*";
        assert!(is_of_session(arn) && is_of_session("arn:aws:*::*:assumed-role/Deploy/*"));
        assert_eq!(arn_of_role(arn).as_deref(), Some("arn:aws:iam::111122223333:role/Deploy"));
        assert!(!is_of_session("arn:aws:sts::111122223333:federated-user/anna"));
        assert!(!is_of_session("arn:aws:iam::111122223333:role/assumed-role/Deploy"));
        assert!(!is_of_session("*"));
    }
}
