//! Permission sets of IAM Identity Center, and session policies.

use iamx_policy::Document;
use iamx_text::Span;

use crate::Tag;

/// A permission set of IAM Identity Center: what people or groups of its directory can do in the accounts assigned.
///
/// See [permission sets](https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetsconcept.html).
#[derive(Clone, Debug)]
pub struct PermissionSet {
    /// The account that Identity Center is kept in: the management account, or a delegated administrator; `None` where
    /// neither is declared.
    pub account: Option<usize>,
    /// Its name in AWS.
    pub name: String,
    /// Its description in AWS.
    pub description: Option<String>,
    /// How long a session lasts, in seconds.
    pub session: Option<u32>,
    /// Its inline policy; no statements, no policy.
    pub inline: Document,
    /// Its managed policies.
    pub attachments: Vec<PermissionSetPolicy>,
    /// Its permissions boundary.
    pub boundary: Option<PermissionSetPolicy>,
    /// Who has it where.
    pub assignments: Vec<Assignment>,
    /// Its tags.
    pub tags: Vec<Tag>,
    /// Where its name was declared.
    pub span: Span,
}

/// A managed policy of a permission set.
#[derive(Clone, Debug)]
pub struct PermissionSetPolicy {
    /// The policy.
    pub target: PermissionSetTarget,
    /// Where it was written.
    pub span: Span,
}

/// The policy of a [`PermissionSetPolicy`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PermissionSetTarget {
    /// One of AWS's, by its ARN.
    Aws(String),
    /// One that every account has under this name: made there, by its positions in [`Program::policies`].
    ///
    /// [`Program::policies`]: crate::Program::policies
    Customer {
        /// Its name in each account.
        name: String,
        /// Its path in each account.
        path: String,
        /// The policies, one an account.
        made: Vec<usize>,
    },
}

/// People of Identity Center's directory who have a permission set in an account.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// Whether it is a group.
    pub group: bool,
    /// The group's or user's name in the directory.
    pub name: String,
    /// The account.
    pub account: usize,
    /// Where it was written.
    pub span: Span,
}

/// A policy that callers of STS pass along to narrow a session.
///
/// See [session policies](https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session).
#[derive(Clone, Debug)]
pub struct SessionPolicy {
    /// The account whose roles it narrows; `None` where none is said.
    pub account: Option<usize>,
    /// Its name in the source: in AWS it has none.
    pub name: String,
    /// Its document.
    pub document: Document,
    /// Where it was declared.
    pub span: Span,
}
