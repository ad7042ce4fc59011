//! Every policy document of a program, whatever it belongs to.

use std::ops::RangeInclusive;

use iamx_catalog::{Catalog, Quota, QuotaKind, QuotaUnit};
use iamx_policy::{Document, with_deployed};
use iamx_text::Span;

use crate::{GuardrailKind, Identity, IdentityKind, ManagedPolicyKind, Program, ResourcePolicy};

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
    Resource,
    AccountPolicy,
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
            Self::Resource => "resource-policy",
            Self::AccountPolicy => "account-policy",
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
            Self::Resource => "policy",
            Self::AccountPolicy => "account policy",
        }
    }
}

/// A document with what it belongs to.
#[derive(Clone, Copy, Debug)]
pub struct DocumentEntry<'p> {
    /// The program that it is of.
    pub program: &'p Program,
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
    /// The policy of a resource or account that it is the document of.
    pub resource_policy: Option<&'p ResourcePolicy>,
}

impl DocumentEntry<'_> {
    /// The quota that the document's size counts against; `None` where no table has one.
    pub fn quota<'c>(&self, catalog: &'c Catalog) -> Option<&'c Quota> {
        catalog.quota(match self.kind {
            DocumentKind::ManagedPolicy | DocumentKind::Boundary => QuotaKind::ManagedPolicy,
            DocumentKind::Trust => QuotaKind::TrustPolicy,
            DocumentKind::RoleInline => QuotaKind::RoleInlinePolicies,
            DocumentKind::UserInline => QuotaKind::UserInlinePolicies,
            DocumentKind::GroupInline => QuotaKind::GroupInlinePolicies,
            DocumentKind::PermissionSetInline => QuotaKind::PermissionSetInlinePolicy,
            DocumentKind::SessionPolicy => QuotaKind::SessionPolicy,
            DocumentKind::Scp => QuotaKind::Scp,
            DocumentKind::Rcp => QuotaKind::Rcp,
            DocumentKind::Resource | DocumentKind::AccountPolicy => self.resource_policy?.form.quota?,
        })
    }

    /// The document's length as its quota counts it, at its shortest, with the least and the most that its deployed values
    /// may take.
    pub fn size(&self, catalog: &Catalog) -> RangeInclusive<usize> {
        self.size_of(&self.document.to_compact_json(), catalog)
    }

    /// The length of `text`, which is the document, as its quota counts it: in characters or bytes, and without white space
    /// where that is known not to count. What deployed values stand for is ASCII.
    pub fn size_of(&self, text: &str, catalog: &Catalog) -> RangeInclusive<usize> {
        let counts = self.counts_white_space(catalog);
        if text.is_ascii() {
            // Nearly all are, and then a character is a byte.
            let blanks = text.bytes().filter(|byte| matches!(byte, b'\t'..=b'\r' | b' '));
            let size = text.len() - if counts { 0 } else { blanks.count() };
            return size..=size;
        }
        let (mut least, mut most) = (0_usize, 0_usize);
        let known = with_deployed(text, |name| {
            let length = self.program.deployed_length(name);
            least = least.saturating_add(*length.start());
            most = most.saturating_add(*length.end());
            String::new()
        });
        let counted = known.chars().filter(|c| counts || !c.is_whitespace());
        let known: usize = match self.quota(catalog).map(|quota| quota.unit) {
            Some(QuotaUnit::Bytes) => counted.map(char::len_utf8).sum(),
            _ => counted.count(),
        };
        known.saturating_add(least)..=known.saturating_add(most)
    }

    /// Whether white space counts against the document's quota, or may.
    pub fn counts_white_space(&self, catalog: &Catalog) -> bool {
        self.quota(catalog).is_some_and(|quota| quota.counts_white_space != Some(false))
    }
}

impl Program {
    /// The documents that are written, by kind and then in the order of the source. An inline policy without
    /// statements isn't one.
    pub fn documents(&self) -> impl Iterator<Item = DocumentEntry<'_>> {
        let policies = self.policies.iter().map(move |policy| DocumentEntry {
            program: self,
            kind: match policy.kind {
                ManagedPolicyKind::Policy => DocumentKind::ManagedPolicy,
                ManagedPolicyKind::Boundary => DocumentKind::Boundary,
            },
            account: policy.account,
            name: &policy.name,
            document: &policy.document,
            span: policy.span,
            resource_policy: None,
        });
        let trusts =
            self.roles.iter().map(move |role| of_identity(self, DocumentKind::Trust, &role.identity, &role.trust));
        let inline = self.identities().map(move |(kind, identity)| {
            let kind = match kind {
                IdentityKind::Role => DocumentKind::RoleInline,
                IdentityKind::User => DocumentKind::UserInline,
                IdentityKind::Group => DocumentKind::GroupInline,
            };
            of_identity(self, kind, identity, &identity.inline)
        });
        let sets = self.permission_sets.iter().map(move |set| DocumentEntry {
            program: self,
            kind: DocumentKind::PermissionSetInline,
            account: set.account,
            name: &set.name,
            document: &set.inline,
            span: set.span,
            resource_policy: None,
        });
        let sessions = self.session_policies.iter().map(move |policy| DocumentEntry {
            program: self,
            kind: DocumentKind::SessionPolicy,
            account: policy.account,
            name: &policy.name,
            document: &policy.document,
            span: policy.span,
            resource_policy: None,
        });
        let guardrails = self.guardrails.iter().map(move |guardrail| DocumentEntry {
            program: self,
            kind: match guardrail.kind {
                GuardrailKind::Scp => DocumentKind::Scp,
                GuardrailKind::Rcp => DocumentKind::Rcp,
            },
            account: guardrail.account,
            name: &guardrail.name,
            document: &guardrail.document,
            span: guardrail.span,
            resource_policy: None,
        });
        let resources = self.resource_policies.iter().map(move |policy| DocumentEntry {
            program: self,
            kind: if policy.holder.is_resource() { DocumentKind::Resource } else { DocumentKind::AccountPolicy },
            account: policy.account,
            name: &policy.name,
            document: &policy.document,
            span: policy.span,
            resource_policy: Some(policy),
        });
        policies
            .chain(trusts)
            .chain(inline)
            .chain(sets)
            .chain(sessions)
            .chain(guardrails)
            .chain(resources)
            .filter(|entry| entry.kind == DocumentKind::Trust || !entry.document.statements.is_empty())
    }
}

fn of_identity<'p>(
    program: &'p Program,
    kind: DocumentKind,
    identity: &'p Identity,
    document: &'p Document,
) -> DocumentEntry<'p> {
    DocumentEntry {
        program,
        kind,
        account: identity.account,
        name: &identity.name,
        document,
        span: identity.span,
        resource_policy: None,
    }
}
