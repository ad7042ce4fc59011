//! `aws:username` in policies that roles alone have: it is sent for IAM users, and a role's session isn't one.
//!
//! See [`aws:username`](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-username)
//! and [where it is there](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable).

use iamx_diagnostic::{Diagnostic, checks};
use iamx_lower::{AttachmentTarget, DocumentKind, IdentityKind, PermissionSetTarget};
use iamx_policy::{Effect, Sourced, Statement, variables};

use crate::rules::Seen;

const USER_NAME: &str = "aws:username";

pub(crate) fn check(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    let entries = &statement.conditions.entries;
    let asked = entries.iter().find(|entry| entry.is_of(USER_NAME) && !entry.holds_when_absent());
    let resources = statement.resources.iter().filter(|element| !element.negated).flat_map(|element| &element.patterns);
    let compared = entries.iter().filter(|entry| !entry.holds_when_absent()).flat_map(|entry| &entry.values);
    let filled: Vec<&Sourced<String>> = resources.chain(compared).filter(|text| needs_name(&text.value)).collect();
    if (asked.is_none() && filled.is_empty()) || !is_of_roles(seen) {
        return;
    }
    let does = if statement.effect == Effect::Allow { "allows" } else { "denies" };
    if let Some(entry) = asked {
        let message = format!("no session of a role carries `{}`: this {does} nothing", entry.key);
        diagnostics.push(explained(Diagnostic::new(&checks::CONDITION_KEY_NOT_SENT, entry.span, message)));
        return;
    }
    for text in filled {
        let message = format!("no session of a role carries `{USER_NAME}`: nothing matches this text");
        diagnostics.push(explained(Diagnostic::new(&checks::CONDITION_KEY_NOT_SENT, text.span, message)));
    }
}

fn explained(diagnostic: Diagnostic) -> Diagnostic {
    diagnostic
        .note("it is the name of an IAM user, and whoever takes on a role calls as the role")
        .help("`aws:userid` is `ROLE-ID:SESSION` there, and `aws:PrincipalTag/…` a tag of the role or of the session")
}

/// Whether the text holds the user's name, with nothing in its place where there is none.
fn needs_name(text: &str) -> bool {
    variables(text).flatten().any(|one| one.key.eq_ignore_ascii_case(USER_NAME) && one.default.is_none())
}

/// Whether roles have the document, and nobody else.
fn is_of_roles(seen: &Seen<'_>) -> bool {
    let program = seen.world.program;
    match seen.entry.kind {
        DocumentKind::RoleInline | DocumentKind::PermissionSetInline => true,
        DocumentKind::ManagedPolicy => {
            // What is made in many accounts is looked at once.
            let is_it = |index: &usize| program.policies.get(*index).is_some_and(|one| one.span == seen.entry.span);
            let mut of_roles = program.permission_sets.iter().flat_map(|set| &set.attachments).any(|attachment| {
                matches!(&attachment.target, PermissionSetTarget::Customer { made, .. } if made.iter().any(is_it))
            });
            for (kind, identity) in program.identities() {
                let has = identity
                    .attachments
                    .iter()
                    .any(|attachment| matches!(&attachment.target, AttachmentTarget::Made(index) if is_it(index)));
                if has && kind != IdentityKind::Role {
                    return false;
                }
                of_roles |= has;
            }
            of_roles
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use iamx_catalog::Catalog;

    use super::{USER_NAME, needs_name};

    #[test]
    fn the_key_exists() {
        assert!(Catalog::builtin().condition_key(USER_NAME).is_some());
    }

    #[test]
    fn a_default_stands_in_for_the_name() {
        assert!(needs_name("arn:aws:s3:::home/${aws:username}/*"));
        assert!(needs_name("${AWS:UserName}"));
        assert!(!needs_name("home/${aws:username, 'shared'}/*"));
        assert!(!needs_name("home/${aws:userid}/*"));
    }
}
