//! What IAM refuses for its size or number.
//!
//! See [IAM quotas](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).

use iamx_catalog::{Catalog, QuotaKind};
use iamx_diagnostic::{Diagnostic, checks};
use iamx_lower::{DocumentKind, Identity, IdentityKind, Program};

pub(crate) fn check(program: &Program, catalog: &Catalog, diagnostics: &mut Vec<Diagnostic>) {
    for entry in program.documents() {
        let help = match entry.kind {
            DocumentKind::ManagedPolicy | DocumentKind::Boundary => {
                "split it into policies of their own, or say patterns in place of long lists"
            }
            DocumentKind::Trust => "name accounts in place of their roles, with a condition",
            DocumentKind::RoleInline | DocumentKind::UserInline | DocumentKind::GroupInline => {
                "make a policy of it, and attach that"
            }
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
        attachments(kind, identity, catalog, diagnostics);
    }
}

fn attachments(kind: IdentityKind, identity: &Identity, catalog: &Catalog, diagnostics: &mut Vec<Diagnostic>) {
    let quota = catalog.quota(match kind {
        IdentityKind::Role => QuotaKind::PoliciesPerRole,
        IdentityKind::User => QuotaKind::PoliciesPerUser,
        IdentityKind::Group => QuotaKind::PoliciesPerGroup,
    });
    let Some(quota) = quota else { return };
    let count = identity.attachments.len();
    if u64::try_from(count).is_ok_and(|count| count > u64::from(quota.max)) {
        let mut diagnostic = Diagnostic::new(
            &checks::TOO_MANY_ATTACHMENTS,
            identity.span,
            format!("{} `{}` has {count} policies attached; IAM takes {}", kind.word(), identity.name, quota.max),
        )
        .help("`include` puts a policy's statements into another and costs no attachment");
        if let Some(most) = quota.raisable_to {
            diagnostic = diagnostic.note(format!("the quota can be raised to {most}"));
        }
        diagnostics.push(diagnostic);
    }
}
