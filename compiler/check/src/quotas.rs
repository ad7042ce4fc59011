//! What IAM refuses for its size or number.
//!
//! See [IAM quotas](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).

use iamx_catalog::{Catalog, QuotaKind};
use iamx_diagnostic::{Diagnostic, checks};
use iamx_lower::{Attachment, DocumentKind, Program};
use iamx_text::Span;

pub(crate) fn check(program: &Program, catalog: &Catalog, diagnostics: &mut Vec<Diagnostic>) {
    for entry in program.documents() {
        let (kind, help) = match entry.kind {
            DocumentKind::ManagedPolicy | DocumentKind::Boundary => (
                QuotaKind::ManagedPolicy,
                "split it into policies of their own, or say patterns in place of long lists",
            ),
            DocumentKind::Trust => (QuotaKind::TrustPolicy, "name accounts in place of their roles, with a condition"),
            DocumentKind::RoleInline => (QuotaKind::RoleInlinePolicies, "make a policy of it, and attach that"),
            DocumentKind::UserInline => (QuotaKind::UserInlinePolicies, "make a policy of it, and attach that"),
            DocumentKind::GroupInline => (QuotaKind::GroupInlinePolicies, "make a policy of it, and attach that"),
        };
        let Some(quota) = catalog.quota(kind) else { continue };
        let size = entry.document.size();
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
            .note("white space isn't counted")
            .help(help);
            if let Some(most) = quota.raisable_to {
                diagnostic = diagnostic.note(format!("the quota can be raised to {most}"));
            }
            diagnostics.push(diagnostic);
        }
    }
    for role in &program.roles {
        attachments(catalog, QuotaKind::PoliciesPerRole, "role", &role.name, &role.attachments, role.span, diagnostics);
    }
    for user in &program.users {
        attachments(catalog, QuotaKind::PoliciesPerUser, "user", &user.name, &user.attachments, user.span, diagnostics);
    }
    for group in &program.groups {
        attachments(
            catalog,
            QuotaKind::PoliciesPerGroup,
            "group",
            &group.name,
            &group.attachments,
            group.span,
            diagnostics,
        );
    }
}

fn attachments(
    catalog: &Catalog,
    kind: QuotaKind,
    what: &str,
    name: &str,
    attachments: &[Attachment],
    span: Span,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let Some(quota) = catalog.quota(kind) else { return };
    let count = attachments.len();
    if u64::try_from(count).is_ok_and(|count| count > u64::from(quota.max)) {
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
