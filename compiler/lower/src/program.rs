mod externs;
mod federation;
mod invariants;
mod organization;
mod permission_sets;
mod resource_policies;
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use iamx_policy::Document;
use iamx_text::{Span, TextRange, TextSize};

pub use externs::{Extern, ExternPart, Externs, Unknown};
pub use federation::{Provider, ProviderKind};
pub use invariants::{Claim, ClaimKind, ClaimSubject, Invariant, Place, PlacePart};
pub use organization::{
    Guardrail, GuardrailAttachment, GuardrailKind, Organization, OrganizationNode, OrganizationNodeKind,
};
pub use permission_sets::{Assignment, PermissionSet, PermissionSetPolicy, PermissionSetTarget, SessionPolicy};
pub use resource_policies::{PolicyHolder, ResourcePolicy};
pub use tests::{Asked, AskedResource, AskedResources, Assertion, ContextEntry, ContextValue, Subject, Test};

/// A lowered workspace: what is to exist in which account.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// The workspace's name.
    pub name: String,
    /// The partition of its ARNs.
    pub partition: String,
    /// The declared accounts. Entities name an account by its position here.
    pub accounts: Vec<Account>,
    /// The organization, if one is declared.
    pub organization: Option<Organization>,
    /// Service control policies and resource control policies.
    pub guardrails: Vec<Guardrail>,
    /// Managed policies and permissions boundaries.
    pub policies: Vec<ManagedPolicy>,
    /// Roles.
    pub roles: Vec<Role>,
    /// Users.
    pub users: Vec<User>,
    /// Groups.
    pub groups: Vec<Group>,
    /// Identity providers.
    pub providers: Vec<Provider>,
    /// Permission sets of IAM Identity Center.
    pub permission_sets: Vec<PermissionSet>,
    /// Session policies.
    pub session_policies: Vec<SessionPolicy>,
    /// The policies of resources, and those that services keep for accounts.
    pub resource_policies: Vec<ResourcePolicy>,
    /// The patterns (`s3:*`) and access levels (`s3:@read`) whose actions were written out from the catalog.
    pub written_out: BTreeSet<String>,
    /// Tests, which nothing runs yet.
    pub tests: Vec<Test>,
    /// Invariants, which nothing proves yet.
    pub invariants: Vec<Invariant>,
    /// How many names were accepted with `unchecked`.
    pub unchecked: usize,
    /// Whether no account is declared, and ARNs that need one hold [`Program::deployed_account`].
    pub account_when_deployed: bool,
    /// The resources of which something is known only when they are deployed.
    pub externs: Externs,
    /// What each declared resource and extern is in AWS, in the order of the source.
    pub resources: Vec<DeclaredResource>,
    /// Where each item that makes a document ends, by where it is declared.
    pub item_ends: BTreeMap<Span, TextSize>,
}

/// A declared resource in one of its accounts, whether it has a policy or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredResource {
    /// The account that it is in.
    pub account: Option<usize>,
    /// Its ARN. `*` stands for a region that isn't known, a [deployed value](iamx_policy::deployed) for what isn't known yet.
    pub arn: String,
    /// Where its name was declared.
    pub span: Span,
}

/// An AWS account.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its name in the source.
    pub name: String,
    /// Its 12 digits.
    pub id: String,
    /// Whether it is in the declared organization.
    pub in_organization: bool,
    /// Whether it is the organization's management account.
    pub management: bool,
    /// Its tags.
    pub tags: Vec<Tag>,
    /// Where its name was declared.
    pub span: Span,
}

/// A tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// The tag's key.
    pub key: String,
    /// The tag's value.
    pub value: String,
}

/// What a managed policy is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManagedPolicyKind {
    /// It is attached to identities.
    Policy,
    /// It bounds identities.
    Boundary,
}

/// A managed policy of an account.
#[derive(Clone, Debug)]
pub struct ManagedPolicy {
    /// Policy or permissions boundary.
    pub kind: ManagedPolicyKind,
    /// The account it is made in; `None` in a workspace without accounts.
    pub account: Option<usize>,
    /// Its name in AWS.
    pub name: String,
    /// Its path in AWS.
    pub path: String,
    /// Its description in AWS.
    pub description: Option<String>,
    /// Its document.
    pub document: Document,
    /// Where it was declared.
    pub span: Span,
}

/// One policy attached to an identity.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// What is attached.
    pub target: AttachmentTarget,
    /// Where it was written.
    pub span: Span,
}

/// The policy of an [`Attachment`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttachmentTarget {
    /// A managed policy of the program, by its position in [`Program::policies`].
    Made(usize),
    /// A policy that exists elsewhere, by its ARN.
    Arn(String),
}

/// What an [`Identity`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum IdentityKind {
    Role,
    User,
    Group,
}

impl IdentityKind {
    /// Its word, in messages and in ARNs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::User => "user",
            Self::Group => "group",
        }
    }
}

/// What roles, users and groups have in common.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The account it is made in; `None` in a workspace without accounts.
    pub account: Option<usize>,
    /// Its name in AWS.
    pub name: String,
    /// Its path in AWS.
    pub path: String,
    /// Its inline policy; no statements, no policy.
    pub inline: Document,
    /// Its managed policies.
    pub attachments: Vec<Attachment>,
    /// Its permissions boundary; a group has none.
    pub boundary: Option<Attachment>,
    /// Its tags; a group has none.
    pub tags: Vec<Tag>,
    /// Where its name was declared.
    pub span: Span,
}

/// An IAM role.
#[derive(Clone, Debug)]
pub struct Role {
    /// What every identity has.
    pub identity: Identity,
    /// Its description in AWS.
    pub description: Option<String>,
    /// Its trust policy.
    pub trust: Document,
    /// The longest session, in seconds.
    pub max_session: Option<u32>,
    /// Whether EC2 instances may have it.
    pub instance_profile: bool,
}

/// An IAM user.
#[derive(Clone, Debug)]
pub struct User {
    /// What every identity has.
    pub identity: Identity,
    /// Whether it signs in to the console.
    pub console: bool,
    /// Its access key, if it has one.
    pub access_key: Option<AccessKey>,
}

/// A user's access key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessKey {
    /// The time after which it is to be replaced, in seconds.
    pub rotate: Option<u64>,
}

/// An IAM group.
#[derive(Clone, Debug)]
pub struct Group {
    /// What every identity has, but for a boundary and tags.
    pub identity: Identity,
    /// Its users, by their names in AWS, in the order of the source.
    pub members: Vec<String>,
    /// Whether others than iamx keep its members.
    pub members_external: bool,
}

impl Program {
    /// The item that is declared at `span`, from there to its end.
    pub fn item_at(&self, span: Span) -> Span {
        let end = self.item_ends.get(&span).map_or(span.range.end(), |end| (*end).max(span.range.end()));
        Span::new(span.file, TextRange::new(span.range.start(), end))
    }

    /// The roles, the users, the groups, each in the order of the source.
    pub fn identities(&self) -> impl Iterator<Item = (IdentityKind, &Identity)> {
        let roles = self.roles.iter().map(|role| (IdentityKind::Role, &role.identity));
        let users = self.users.iter().map(|user| (IdentityKind::User, &user.identity));
        let groups = self.groups.iter().map(|group| (IdentityKind::Group, &group.identity));
        roles.chain(users).chain(groups)
    }

    /// Every action, pattern and access level that a document holds or was made from, as the source names it; a name that
    /// stands for every action of every service isn't one.
    pub fn action_names(&self) -> BTreeSet<String> {
        let mut names = self.written_out.clone();
        for statement in self.documents().flat_map(|entry| &entry.document.statements) {
            let patterns = statement.actions.patterns.iter().map(|pattern| &pattern.value);
            names.extend(patterns.filter(|pattern| pattern.service.is_some()).map(ToString::to_string));
        }
        names
    }

    /// The organization's management account, if it is declared.
    pub fn management_account(&self) -> Option<usize> {
        self.accounts.iter().position(|account| account.management)
    }

    /// The account at `index`.
    pub fn account(&self, index: Option<usize>) -> Option<&Account> {
        self.accounts.get(index?)
    }

    /// The id of the account at `index`, or what stands for it; `None` where there is neither.
    pub fn account_id(&self, index: Option<usize>) -> Option<String> {
        match self.account(index) {
            Some(account) => Some(account.id.clone()),
            None => self.account_when_deployed.then(Self::deployed_account),
        }
    }

    /// The ARN of an IAM entity; `None` where it needs an account's id and there is none.
    ///
    /// See [IAM ARNs](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns).
    pub fn iam_arn(&self, account: Option<usize>, kind: &str, path: &str, name: &str) -> Option<String> {
        Some(format!("arn:{}:iam::{}:{kind}{path}{name}", self.partition, self.account_id(account)?))
    }

    /// The ARN of an attached policy; `None` where it needs an account's id and there is none.
    pub fn attachment_arn(&self, target: &AttachmentTarget) -> Option<String> {
        match target {
            AttachmentTarget::Arn(arn) => Some(arn.clone()),
            AttachmentTarget::Made(index) => {
                let policy = self.policies.get(*index)?;
                self.iam_arn(policy.account, "policy", &policy.path, &policy.name)
            }
        }
    }
}
