//! Tests: single requests, and whether they are to be allowed.

use iamx_policy::{ActionPattern, Element, Sourced};
use iamx_text::Span;

/// A `test`: lines that each ask for something.
#[derive(Clone, Debug)]
pub struct Test {
    /// Its title.
    pub name: String,
    /// What every request of it says.
    pub given: Vec<ContextEntry>,
    /// Its lines, in the order of the source. A line whose callers are of several accounts is one an account, since what it
    /// names without an account is then another thing.
    pub assertions: Vec<Assertion>,
    /// Where its title stands.
    pub span: Span,
}

/// A line of a [`Test`].
#[derive(Clone, Debug)]
pub struct Assertion {
    /// Who asks, each of them.
    pub subjects: Vec<Sourced<Subject>>,
    /// What the subjects bring along: claims, and keys of the request by which they come in.
    pub brought: Vec<ContextEntry>,
    /// The session policy that is passed along, by its position in [`Program::session_policies`].
    ///
    /// [`Program::session_policies`]: crate::Program::session_policies
    pub session_policy: Option<usize>,
    /// The roles that are assumed first, one after the other, by their positions in [`Program::roles`].
    ///
    /// [`Program::roles`]: crate::Program::roles
    pub roles: Vec<usize>,
    /// Whether it is to be allowed.
    pub allowed: bool,
    /// What is asked.
    pub asked: Asked,
    /// What its requests say, before what the test gives.
    pub with: Vec<ContextEntry>,
    /// The line.
    pub span: Span,
}

/// Who asks. Positions are those in the lists of [`Program`](crate::Program).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A role of the program.
    Role(usize),
    /// Every role.
    AnyRole,
    /// A user of the program.
    User(usize),
    /// Every user.
    AnyUser,
    /// The root user of an account.
    Root(usize),
    /// The root user of every account.
    AnyRoot,
    /// A session of a role by its name.
    Session {
        /// The role.
        role: usize,
        /// The session's name.
        name: String,
    },
    /// Everyone whom an account's own policies let.
    Account(usize),
    /// Everyone of the organization's accounts.
    Organization,
    /// Everyone of an OU's accounts; the OU by its position in [`Organization::nodes`](crate::Organization::nodes).
    Ou(usize),
    /// Whoever has a permission set where it is assigned.
    PermissionSet(usize),
    /// An AWS service, by its principal.
    Service(String),
    /// Whoever signs in through an identity provider: its ARN, or the name of one that AWS has built in.
    Federated(String),
    /// A principal by its ARN.
    Arn(String),
    /// A caller without credentials.
    Anonymous,
    /// Everyone.
    Everyone,
}

/// What is asked.
#[derive(Clone, Debug)]
pub enum Asked {
    /// To assume a role, by its position in [`Program::roles`](crate::Program::roles); where there are several, each.
    Assume(Vec<usize>),
    /// Actions on resources.
    Actions {
        /// The actions, each of them.
        actions: Element<ActionPattern>,
        /// The resources: a request of an action has all of them that it takes.
        resources: AskedResources,
    },
}

/// The resources that something is asked on.
#[derive(Clone, Debug)]
pub struct AskedResources {
    /// Whether it is every resource **but** these.
    pub negated: bool,
    /// The resources.
    pub resources: Vec<AskedResource>,
}

/// A resource that something is asked on.
#[derive(Clone, Debug)]
pub struct AskedResource {
    /// Its ARN, as policies write it: `${*}` is the character. `*` in the place of a region is one that nobody said.
    pub arn: String,
    /// The account that it is in, where that is known; some ARNs don't say it.
    pub account: Option<usize>,
    /// Where it was written.
    pub span: Span,
}

/// A condition key of a request with its value.
#[derive(Clone, Debug)]
pub struct ContextEntry {
    /// The key, as it was written.
    pub key: String,
    /// Its value.
    pub value: ContextValue,
    /// Where it was written.
    pub span: Span,
}

/// The value of a condition key in a request, as AWS sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContextValue {
    /// The request doesn't have the key.
    Absent,
    /// The value of a key with one.
    One(String),
    /// The values of a key with many.
    Many(Vec<String>),
}
