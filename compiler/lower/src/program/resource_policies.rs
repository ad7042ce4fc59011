//! The policies that resources carry, and those that services keep for accounts.

use iamx_catalog::ResourcePolicyForm;
use iamx_policy::{Document, shown};
use iamx_text::Span;

/// A policy that a resource carries, or that a service keeps for an account. Without statements there is none to be written:
/// the resource is declared to let nobody in by itself.
#[derive(Clone, Debug)]
pub struct ResourcePolicy {
    /// The account that it is in.
    pub account: Option<usize>,
    /// The resource's name in the source (`box--data` of what a `for` makes for `data`), or what the account's policy is called in AWS (its service, where it has no name).
    pub name: String,
    /// What it looks like.
    pub form: &'static ResourcePolicyForm,
    /// What has it.
    pub holder: PolicyHolder,
    /// Its document.
    pub document: Document,
    /// Where what has it was declared.
    pub span: Span,
}

/// What has a [`ResourcePolicy`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyHolder {
    /// A resource.
    Resource {
        /// The prefix of its service.
        service: String,
        /// Its type, as the language calls it.
        resource_type: String,
        /// What fills its ARN, other than partition, region and account: a bucket's name, a key's id.
        arguments: Vec<String>,
        /// Its ARN. `*` stands for a region that isn't known.
        arn: String,
        /// Its region, where it is known.
        region: Option<String>,
        /// The extern that it is, by its position in [`Program::externs`](crate::Program::externs), where its ARN isn't known.
        deployed: Option<usize>,
    },
    /// An account.
    Account {
        /// The service that keeps the policy.
        service: String,
        /// Whether the policy has a name.
        named: bool,
    },
}

impl PolicyHolder {
    /// Whether it is a resource.
    pub fn is_resource(&self) -> bool {
        matches!(self, Self::Resource { .. })
    }

    /// The prefix of its service.
    pub fn service(&self) -> &str {
        match self {
            Self::Resource { service, .. } | Self::Account { service, .. } => service,
        }
    }

    /// What it is, for a message.
    pub fn describe(&self) -> String {
        match self {
            Self::Resource { arn, .. } => format!("`{}`", shown(arn)),
            Self::Account { service, .. } => format!("the account in `{service}`"),
        }
    }
}
