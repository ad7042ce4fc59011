//! What IAM refuses for its size or number.
//!
//! See [IAM quotas](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).

use iamx_catalog::{Quota, QuotaKind};
use iamx_diagnostic::{Diagnostic, checks};
use iamx_lower::{DocumentKind, IdentityKind};
use iamx_text::Span;

use crate::rules::World;

pub(crate) fn check(world: &World<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let World { program, catalog, .. } = *world;
    for entry in program.documents() {
        let help = match entry.kind {
            DocumentKind::ManagedPolicy | DocumentKind::Boundary => {
                "split it into policies of their own, or say patterns in place of long lists"
            }
            DocumentKind::Trust => "name accounts in place of their roles, with a condition",
            DocumentKind::RoleInline | DocumentKind::UserInline | DocumentKind::GroupInline => {
                "make a policy of it, and attach that"
            }
            DocumentKind::PermissionSetInline => "make policies of parts of it, and attach them",
            DocumentKind::SessionPolicy => "say patterns in place of long lists: the role's own policies are the bound",
            DocumentKind::Scp | DocumentKind::Rcp => "split it in two, and attach both",
        };
        let Some(quota) = catalog.quota(entry.kind.quota()) else { continue };
        let size = entry.size(catalog);
        if u64::try_from(size).is_ok_and(|size| size > u64::from(quota.max)) {
            let mut diagnostic = Diagnostic::new(
                &checks::POLICY_TOO_LARGE,
                entry.span,
                format!(
                    "the {} of `{}` has {size} characters; IAM takes {}",
                    entry.kind.describe(),
                    entry.name,
                    quota.max
                ),
            )
            .note(if entry.counts_white_space(catalog) {
                "white space counts, and there is none between its parts"
            } else {
                "white space isn't counted"
            })
            .help(help);
            if let Some(most) = quota.raisable_to {
                diagnostic = diagnostic.note(format!("the quota can be raised to {most}"));
            }
            diagnostics.push(diagnostic);
        }
    }
    for (kind, identity) in program.identities() {
        let quota = match kind {
            IdentityKind::Role => QuotaKind::PoliciesPerRole,
            IdentityKind::User => QuotaKind::PoliciesPerUser,
            IdentityKind::Group => QuotaKind::PoliciesPerGroup,
        };
        let attached = Attached { what: kind.word(), name: &identity.name, count: identity.attachments.len() };
        attachments(&attached, identity.span, catalog.quota(quota), diagnostics);
    }
    for set in &program.permission_sets {
        let quota = catalog.quota(QuotaKind::PoliciesPerPermissionSet);
        let attached = Attached { what: "permission set", name: &set.name, count: set.attachments.len() };
        attachments(&attached, set.span, quota, diagnostics);
    }
}

/// How many policies are attached to what.
struct Attached<'p> {
    what: &'static str,
    name: &'p str,
    count: usize,
}

fn attachments(attached: &Attached<'_>, span: Span, quota: Option<&Quota>, diagnostics: &mut Vec<Diagnostic>) {
    let Some(quota) = quota else { return };
    let Attached { what, name, count } = attached;
    if u64::try_from(*count).is_ok_and(|count| count > u64::from(quota.max)) {
        let mut diagnostic = Diagnostic::new(
            &checks::TOO_MANY_ATTACHMENTS,
            span,
            format!("{what} `{name}` has {count} policies attached; IAM takes {}", quota.max),
        )
        .help("`include` puts a policy's statements into another and costs no attachment");
        if let Some(most) = quota.raisable_to {
            diagnostic = diagnostic.note(format!("the quota can be raised to {most}"));
        }
        diagnostics.push(diagnostic);
    }
}
