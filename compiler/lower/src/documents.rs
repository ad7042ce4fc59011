//! Every policy document of a program, whatever it belongs to.

use iamx_policy::Document;
use iamx_text::Span;

use crate::{Identity, IdentityKind, ManagedPolicyKind, Program};

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
        }
    }

    /// What it is, for a message.
    pub fn describe(self) -> &'static str {
        match self {
            Self::ManagedPolicy => "managed policy",
            Self::Boundary => "permissions boundary",
            Self::Trust => "trust policy",
            Self::RoleInline | Self::UserInline | Self::GroupInline => "inline policy",
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
        policies
            .chain(trusts)
            .chain(inline)
            .filter(|entry| entry.kind == DocumentKind::Trust || !entry.document.statements.is_empty())
    }
}

fn of_identity<'p>(kind: DocumentKind, identity: &'p Identity, document: &'p Document) -> DocumentEntry<'p> {
    DocumentEntry { kind, account: identity.account, name: &identity.name, document, span: identity.span }
}
