//! What a resource is called in its root, and which argument of it a document is.

use std::fmt;

use iamx_lower::{DocumentEntry, DocumentKind, GuardrailKind, IdentityKind, Provider, ProviderKind};
use serde_json::Value;

use super::{label::label, organization::guardrail_names, resource_policies::Row, text::expression};

/// The address of a resource: its type and its label.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Address {
    pub(super) resource_type: &'static str,
    pub(super) label: String,
}

impl Address {
    /// The type of the resource.
    pub(crate) fn resource_type(&self) -> &'static str {
        self.resource_type
    }

    /// Its label.
    pub(crate) fn label(&self) -> &str {
        &self.label
    }

    pub(super) fn new(resource_type: &'static str, names: &[&str]) -> Self {
        Self { resource_type, label: label(names) }
    }

    pub(super) fn policy(name: &str) -> Self {
        Self::new("aws_iam_policy", &[name])
    }

    pub(super) fn guardrail(kind: GuardrailKind, name: &str) -> Self {
        Self::new("aws_organizations_policy", &guardrail_names(kind, name))
    }

    pub(super) fn permission_set_inline(name: &str) -> Self {
        Self::new("aws_ssoadmin_permission_set_inline_policy", &[name])
    }

    pub(super) fn provider(provider: &Provider) -> Self {
        let resource_type = match provider.kind {
            ProviderKind::Oidc { .. } => "aws_iam_openid_connect_provider",
            ProviderKind::Saml { .. } => "aws_iam_saml_provider",
        };
        Self::new(resource_type, &[&provider.name])
    }

    pub(super) fn identity(kind: IdentityKind, name: &str) -> Self {
        let resource_type = match kind {
            IdentityKind::Role => "aws_iam_role",
            IdentityKind::User => "aws_iam_user",
            IdentityKind::Group => "aws_iam_group",
        };
        Self::new(resource_type, &[name])
    }

    pub(super) fn inline_policy(kind: IdentityKind, name: &str) -> Self {
        let resource_type = match kind {
            IdentityKind::Role => "aws_iam_role_policy",
            IdentityKind::User => "aws_iam_user_policy",
            IdentityKind::Group => "aws_iam_group_policy",
        };
        Self::new(resource_type, &[name])
    }

    /// The value of one of the resource's attributes.
    pub(super) fn attribute(&self, attribute: &str) -> Value {
        expression(&format!("{self}.{attribute}"))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.resource_type, self.label)
    }
}

/// The argument that a document is.
pub(crate) struct Place {
    pub(crate) address: Address,
    pub(crate) argument: &'static str,
}

impl Place {
    /// That of `entry`, in its account's root; `None` for what isn't made of a resource, or not yet.
    pub(crate) fn of(entry: &DocumentEntry<'_>) -> Option<Self> {
        let inline = |kind| Address::inline_policy(kind, entry.name);
        let (address, argument) = match entry.kind {
            DocumentKind::ManagedPolicy | DocumentKind::Boundary => (Address::policy(entry.name), "policy"),
            DocumentKind::Trust => (Address::identity(IdentityKind::Role, entry.name), "assume_role_policy"),
            DocumentKind::RoleInline => (inline(IdentityKind::Role), "policy"),
            DocumentKind::UserInline => (inline(IdentityKind::User), "policy"),
            DocumentKind::GroupInline => (inline(IdentityKind::Group), "policy"),
            DocumentKind::PermissionSetInline => (Address::permission_set_inline(entry.name), "inline_policy"),
            DocumentKind::Resource | DocumentKind::AccountPolicy => {
                let policy = entry.resource_policy?;
                let row = Row::of(policy)?;
                (row.address(policy), row.policy)
            }
            DocumentKind::SessionPolicy => return None,
            DocumentKind::Scp => (Address::guardrail(GuardrailKind::Scp, entry.name), "content"),
            DocumentKind::Rcp => (Address::guardrail(GuardrailKind::Rcp, entry.name), "content"),
        };
        Some(Self { address, argument })
    }
}
