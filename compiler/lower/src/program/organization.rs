//! An organization with its tree, and the guardrails attached to it.

use iamx_policy::Document;
use iamx_text::Span;

/// An AWS organization.
#[derive(Clone, Debug)]
pub struct Organization {
    /// Its name in the source.
    pub name: String,
    /// Its id, `o-…`.
    pub id: String,
    /// Its root, OUs and accounts: the root first, each node after its parent, in the order of the source.
    pub nodes: Vec<OrganizationNode>,
    /// Where its name was declared.
    pub span: Span,
}

/// The root of an organization, an OU or an account: what guardrails are attached to.
#[derive(Clone, Debug)]
pub struct OrganizationNode {
    /// What it is.
    pub kind: OrganizationNodeKind,
    /// Its name in the source; the root has the organization's.
    pub name: String,
    /// The node that it stands under, by its position in [`Organization::nodes`]; `None` for the root.
    pub parent: Option<usize>,
    /// The guardrails attached to it, in the order of the source.
    pub attachments: Vec<GuardrailAttachment>,
    /// Whether AWS's own SCP `FullAWSAccess` is attached to it, as it is from the beginning.
    pub full_access: bool,
    /// Where its name was declared.
    pub span: Span,
}

/// What an [`OrganizationNode`] is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrganizationNodeKind {
    /// The root, which everything stands under.
    Root,
    /// An organizational unit.
    Ou {
        /// Its id, `ou-…`, where it is said.
        id: Option<String>,
    },
    /// An account, by its position in [`Program::accounts`].
    Account(usize),
}

/// A guardrail attached to a node.
#[derive(Clone, Copy, Debug)]
pub struct GuardrailAttachment {
    /// The guardrail, by its position in [`Program::guardrails`].
    pub guardrail: usize,
    /// Where it was written.
    pub span: Span,
}

/// Which policies of an organization a [`Guardrail`] is one of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GuardrailKind {
    /// A service control policy: the most that principals of an account can do.
    Scp,
    /// A resource control policy: the most that can be done with resources of an account.
    Rcp,
}

/// A policy of an organization that bounds its accounts.
#[derive(Clone, Debug)]
pub struct Guardrail {
    /// Service or resource control policy.
    pub kind: GuardrailKind,
    /// The account that it belongs to: the management account, or a delegated administrator; `None` where neither is
    /// declared.
    pub account: Option<usize>,
    /// Its name in AWS.
    pub name: String,
    /// Its description in AWS.
    pub description: Option<String>,
    /// Its document.
    pub document: Document,
    /// Where it was declared.
    pub span: Span,
}

impl Organization {
    /// The positions of the nodes straight under the node at `index`, in the order of the source.
    pub fn children(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        self.nodes.iter().enumerate().filter(move |(_, node)| node.parent == Some(index)).map(|(index, _)| index)
    }

    /// The node at `index` and those that it stands under, up to the root.
    pub fn path(&self, index: usize) -> impl Iterator<Item = &OrganizationNode> {
        std::iter::successors(self.nodes.get(index), |node| node.parent.and_then(|parent| self.nodes.get(parent)))
    }
}
