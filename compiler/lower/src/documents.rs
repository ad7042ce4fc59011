//! Every policy document of a program, whatever it belongs to.

use iamx_catalog::{Catalog, QuotaKind};
use iamx_policy::Document;
use iamx_text::Span;

use crate::{GuardrailKind, Identity, IdentityKind, ManagedPolicyKind, Program};

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum DocumentKind {
    ManagedPolicy,
    Boundary,
    Trust,
    RoleInline,
    UserInline,
    GroupInline,
    PermissionSetInline,
    SessionPolicy,
    Scp,
    Rcp,
}

impl DocumentKind {
    /// Its name, as in `manifest.json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::ManagedPolicy => "managed-policy",
            Self::Boundary => "permissions-boundary",
            Self::Trust => "trust-policy",
            Self::RoleInline => "role-inline-policy",
            Self::UserInline => "user-inline-policy",
            Self::GroupInline => "group-inline-policy",
            Self::PermissionSetInline => "permission-set-inline-policy",
            Self::SessionPolicy => "session-policy",
            Self::Scp => "service-control-policy",
            Self::Rcp => "resource-control-policy",
        }
    }

    /// The quota that the document's size counts against.
    pub fn quota(self) -> QuotaKind {
        match self {
            Self::ManagedPolicy | Self::Boundary => QuotaKind::ManagedPolicy,
            Self::Trust => QuotaKind::TrustPolicy,
            Self::RoleInline => QuotaKind::RoleInlinePolicies,
            Self::UserInline => QuotaKind::UserInlinePolicies,
            Self::GroupInline => QuotaKind::GroupInlinePolicies,
            Self::PermissionSetInline => QuotaKind::PermissionSetInlinePolicy,
            Self::SessionPolicy => QuotaKind::SessionPolicy,
            Self::Scp => QuotaKind::Scp,
            Self::Rcp => QuotaKind::Rcp,
        }
    }

    /// What it is, for a message.
    pub fn describe(self) -> &'static str {
        match self {
            Self::ManagedPolicy => "managed policy",
            Self::Boundary => "permissions boundary",
            Self::Trust => "trust policy",
            Self::RoleInline | Self::UserInline | Self::GroupInline | Self::PermissionSetInline => "inline policy",
            Self::SessionPolicy => "session policy",
            Self::Scp => "service control policy",
            Self::Rcp => "resource control policy",
        }
    }
}

/// A document with what it belongs to.
#[derive(Clone, Copy, Debug)]
pub struct DocumentEntry<'p> {
    /// What it is.
    pub kind: DocumentKind,
    /// The account that it is written in.
    pub account: Option<usize>,
    /// The name in AWS of the policy, or of the identity that it belongs to.
    pub name: &'p str,
    /// The document.
    pub document: &'p Document,
    /// Where what it belongs to was declared.
    pub span: Span,
}

impl DocumentEntry<'_> {
    /// The document's length as its quota counts it, at its shortest.
    pub fn size(&self, catalog: &Catalog) -> usize {
        if self.counts_white_space(catalog) {
            self.document.to_compact_json().chars().count()
        } else {
            self.document.size()
        }
    }

    /// Whether white space counts against the document's quota.
    pub fn counts_white_space(&self, catalog: &Catalog) -> bool {
        catalog.quota(self.kind.quota()).is_some_and(|quota| quota.counts_white_space == Some(true))
    }
}

impl Program {
    /// The documents that are written, by kind and then in the order of the source. An inline policy without
    /// statements isn't one.
    pub fn documents(&self) -> impl Iterator<Item = DocumentEntry<'_>> {
        let policies = self.policies.iter().map(|policy| DocumentEntry {
            kind: match policy.kind {
                ManagedPolicyKind::Policy => DocumentKind::ManagedPolicy,
                ManagedPolicyKind::Boundary => DocumentKind::Boundary,
            },
            account: policy.account,
            name: &policy.name,
            document: &policy.document,
            span: policy.span,
        });
        let trusts = self.roles.iter().map(|role| of_identity(DocumentKind::Trust, &role.identity, &role.trust));
        let inline = self.identities().map(|(kind, identity)| {
            let kind = match kind {
                IdentityKind::Role => DocumentKind::RoleInline,
                IdentityKind::User => DocumentKind::UserInline,
                IdentityKind::Group => DocumentKind::GroupInline,
            };
            of_identity(kind, identity, &identity.inline)
        });
        let sets = self.permission_sets.iter().map(|set| DocumentEntry {
            kind: DocumentKind::PermissionSetInline,
            account: set.account,
            name: &set.name,
            document: &set.inline,
            span: set.span,
        });
        let sessions = self.session_policies.iter().map(|policy| DocumentEntry {
            kind: DocumentKind::SessionPolicy,
            account: policy.account,
            name: &policy.name,
            document: &policy.document,
            span: policy.span,
        });
        let guardrails = self.guardrails.iter().map(|guardrail| DocumentEntry {
            kind: match guardrail.kind {
                GuardrailKind::Scp => DocumentKind::Scp,
                GuardrailKind::Rcp => DocumentKind::Rcp,
            },
            account: guardrail.account,
            name: &guardrail.name,
            document: &guardrail.document,
            span: guardrail.span,
        });
        policies
            .chain(trusts)
            .chain(inline)
            .chain(sets)
            .chain(sessions)
            .chain(guardrails)
            .filter(|entry| entry.kind == DocumentKind::Trust || !entry.document.statements.is_empty())
    }
}

fn of_identity<'p>(kind: DocumentKind, identity: &'p Identity, document: &'p Document) -> DocumentEntry<'p> {
    DocumentEntry { kind, account: identity.account, name: &identity.name, document, span: identity.span }
}
