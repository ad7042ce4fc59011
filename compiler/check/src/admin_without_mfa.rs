//! People who administer an account with a password or a key alone.
//!
//! See [MFA](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa.html).

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{Document, Principal, Statement};
use iamx_text::Span;

use crate::{
    access::{self, Access},
    rules::World,
};

/// AWS's policies that give all of IAM, by the end of their ARNs.
const ADMINISTRATORS: [&str; 2] = ["policy/AdministratorAccess", "policy/IAMFullAccess"];

/// Actions with which permissions are given at will.
const GIVES: [&str; 5] = [
    "iam:PutUserPolicy",
    "iam:AttachUserPolicy",
    "iam:PutRolePolicy",
    "iam:AttachRolePolicy",
    "iam:CreatePolicyVersion",
];

pub(crate) fn check(world: &World<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for user in &world.program.users {
        // Whoever has no credentials of the account's can't come in by them.
        if !user.console && user.access_key.is_none() {
            continue;
        }
        let Some(owner) = administers(world, &access::of_user(world.program, user)) else { continue };
        let who = if owner == user.identity.span {
            format!("`{}` administers", user.identity.name)
        } else {
            "the members of this group administer".to_owned()
        };
        diagnostics.push(finding(owner, &who));
    }
    for role in &world.program.roles {
        let users = role.trust.statements.iter().filter(|statement| !asks_for_mfa(statement)).filter_map(first_user);
        for user in users {
            if administers(world, &access::of_role(world.program, role)).is_some() {
                diagnostics.push(finding(user, &format!("through `{}` this user administers", role.identity.name)));
            }
        }
    }
}

/// Where the statement names a user, if it does.
fn first_user(statement: &Statement) -> Option<Span> {
    let is_user = |value: &Principal| match value {
        Principal::Aws(arn) => arn.splitn(6, ':').nth(5).is_some_and(|rest| rest.starts_with("user/")),
        _ => false,
    };
    let mut principals = statement.principal.iter().flat_map(|element| &element.principals);
    principals.find(|principal| is_user(&principal.value)).map(|principal| principal.span)
}

fn finding(span: Span, who: &str) -> Diagnostic {
    Diagnostic::new(&checks::ADMIN_WITHOUT_MFA, span, format!("{who} the account without MFA"))
        .note("a stolen password or key is then all that it takes")
        .help("demand it: `deny * unless aws:MultiFactorAuthPresent` here, or `when aws:MultiFactorAuthPresent` in the trust")
}

/// Where the owner of the policy stands that makes the identity an administrator, if nothing asks for MFA.
pub(crate) fn administers(world: &World<'_>, access: &Access<'_>) -> Option<Span> {
    // A boundary may take the powers away.
    let guarded = |document: &Document| document.statements.iter().any(asks_for_mfa);
    if access.is_bounded() || access.documents.iter().any(|(_, document)| guarded(document)) {
        return None;
    }
    let elsewhere = access.elsewhere.iter().find(|(_, arn)| ADMINISTRATORS.iter().any(|name| arn.ends_with(name)));
    if let Some((owner, _)) = elsewhere {
        return Some(*owner);
    }
    let grant = GIVES.iter().find_map(|action| access.grant(world.catalog, action))?;
    let holds = |document: &Document| document.statements.iter().any(|one| std::ptr::eq(one, grant.statement));
    access.documents.iter().find(|(_, document)| holds(document)).map(|(owner, _)| *owner)
}

/// Whether a condition on MFA stands in the statement; whether it does what it says is another check's.
fn asks_for_mfa(statement: &Statement) -> bool {
    ["aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge"]
        .iter()
        .any(|key| statement.conditions.of(key).next().is_some())
}

#[cfg(test)]
mod tests {
    use iamx_catalog::Catalog;

    use super::{ADMINISTRATORS, GIVES};

    #[test]
    fn every_name_exists() {
        for action in GIVES {
            assert!(Catalog::builtin().action(action).is_some(), "{action}");
        }
        for name in ADMINISTRATORS {
            assert!(Catalog::builtin().managed_policy(name.trim_start_matches("policy/")).is_some(), "{name}");
        }
    }
}
