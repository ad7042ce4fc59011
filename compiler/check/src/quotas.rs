//! What IAM refuses for its size or number.
//!
//! See [IAM quotas](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).

use iamx_catalog::{Quota, QuotaKind, QuotaUnit};
use iamx_diagnostic::{Diagnostic, checks};
use iamx_lower::{DocumentEntry, DocumentKind, IdentityKind};
use iamx_text::Span;

use crate::rules::{Seen, World};

/// A document that is too large, or has too many parts.
pub(crate) fn document(seen: &Seen<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let Seen { world: World { catalog, .. }, entry } = *seen;
    let managed = catalog.quota(QuotaKind::ManagedPolicy).map_or(0, |quota| quota.max);
    let sizes = entry.size(catalog);
    let size = *sizes.start();
    let help = match entry.kind {
        DocumentKind::ManagedPolicy | DocumentKind::Boundary => {
            "split it into policies of their own, or say patterns in place of long lists"
        }
        DocumentKind::Trust => "name accounts in place of their roles, with a condition",
        DocumentKind::RoleInline | DocumentKind::UserInline | DocumentKind::GroupInline if exceeds(size, managed) => {
            "split it into policies and attach those, or say patterns in place of long lists"
        }
        DocumentKind::RoleInline | DocumentKind::UserInline | DocumentKind::GroupInline => {
            "make a policy of it, and attach that"
        }
        DocumentKind::PermissionSetInline => "make policies of parts of it, and attach them",
        DocumentKind::SessionPolicy => "say patterns in place of long lists: the role's own policies are the bound",
        DocumentKind::Scp | DocumentKind::Rcp => "split it in two, and attach both",
        DocumentKind::Resource | DocumentKind::AccountPolicy => {
            "name accounts in place of their roles, with a condition, or say patterns in place of long lists"
        }
    };
    let Some(quota) = entry.quota(catalog) else { return };
    shape(&entry, quota, diagnostics);
    if exceeds(size, quota.max) {
        let mut diagnostic = Diagnostic::new(
            &checks::POLICY_TOO_LARGE,
            entry.span,
            format!(
                "the {} of `{}` has {size} {}; AWS takes {}",
                entry.kind.describe(),
                entry.name,
                if quota.unit == QuotaUnit::Bytes { "bytes" } else { "characters" },
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
    } else if exceeds(*sizes.end(), quota.max) {
        let message = format!(
            "the {} of `{}` has up to {} {}, by how long the names are that it gets when deployed; AWS takes {}",
            entry.kind.describe(),
            entry.name,
            sizes.end(),
            if quota.unit == QuotaUnit::Bytes { "bytes" } else { "characters" },
            quota.max
        );
        diagnostics.push(Diagnostic::new(&checks::POLICY_MAY_BE_TOO_LARGE, entry.span, message).help(help));
    }
}

/// How many policies are attached to what.
pub(crate) fn attached(world: &World<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let World { program, catalog, .. } = *world;
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

/// How many statements, principals, conditions, actions and resources the service takes.
///
/// See [SQS quotas](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html) and
/// [SNS policies](https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-special-information.html).
fn shape(entry: &DocumentEntry<'_>, quota: &Quota, diagnostics: &mut Vec<Diagnostic>) {
    let statements = &entry.document.statements;
    let principals = statements.iter().flat_map(|one| &one.principal).map(|element| element.principals.len()).sum();
    let conditions = statements.iter().map(|one| one.conditions.entries.len()).sum();
    let of_document = [
        ("statements", statements.len(), quota.statements),
        ("principals", principals, quota.principals),
        ("conditions", conditions, quota.conditions),
    ];
    for (what, count, most) in of_document {
        if let Some(most) = most.filter(|most| exceeds(count, *most)) {
            let message =
                format!("the {} of `{}` has {count} {what}; AWS takes {most}", entry.kind.describe(), entry.name);
            diagnostics.push(
                Diagnostic::new(&checks::POLICY_SHAPE, entry.span, message)
                    .help("say with accounts or patterns, in fewer statements, what single names say"),
            );
        }
    }
    for statement in statements {
        let resources = statement.resources.as_ref().map_or(0, |element| element.patterns.len());
        let of_statement = [
            ("actions", statement.actions.patterns.len(), quota.actions_per_statement),
            ("resources", resources, quota.resources_per_statement),
        ];
        for (what, count, most) in of_statement {
            if let Some(most) = most.filter(|most| exceeds(count, *most)) {
                diagnostics.push(
                    Diagnostic::new(
                        &checks::POLICY_SHAPE,
                        statement.span,
                        format!("this statement has {count} {what}; AWS takes {most} here"),
                    )
                    .help("make two statements of it"),
                );
            }
        }
    }
}

fn exceeds(count: usize, most: u32) -> bool {
    u64::try_from(count).is_ok_and(|count| count > u64::from(most))
}

/// What has so many policies attached.
struct Attached<'p> {
    what: &'static str,
    name: &'p str,
    count: usize,
}

fn attachments(attached: &Attached<'_>, span: Span, quota: Option<&Quota>, diagnostics: &mut Vec<Diagnostic>) {
    let Some(quota) = quota else { return };
    let Attached { what, name, count } = attached;
    if exceeds(*count, quota.max) {
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
