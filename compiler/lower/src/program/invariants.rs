//! Invariants: what holds for all requests.

use iamx_policy::{ConditionBlock, Document, Sourced};
use iamx_text::Span;

use super::tests::{Asked, Subject};

/// An `invariant`: lines that each hold for every request, or are refuted by one.
#[derive(Clone, Debug)]
pub struct Invariant {
    /// Its title.
    pub name: String,
    /// Whether undeclared identities may hold every permission, and root users count.
    pub open: bool,
    /// Its lines, in the order of the source.
    pub claims: Vec<Claim>,
    /// Where its title stands.
    pub span: Span,
}

/// A line of an [`Invariant`].
#[derive(Clone, Debug)]
pub struct Claim {
    /// Whom it is about.
    pub subject: ClaimSubject,
    /// What they can, or can't.
    pub kind: ClaimKind,
    /// The requests that it is about: those that meet one of these; every one, where one of them is empty.
    pub conditions: Vec<ConditionBlock>,
    /// The line.
    pub span: Span,
}

/// Whom a [`Claim`] is about.
#[derive(Clone, Debug)]
pub enum ClaimSubject {
    /// These, each of them.
    Principals(Vec<Sourced<Subject>>),
    /// Everyone but these: of `no one can X` it says that none of them can.
    NoOne {
        /// Where they are, or aren't; `None` for everywhere.
        place: Option<Place>,
        /// Who is left out.
        except: Vec<Sourced<Subject>>,
    },
}

/// A part of the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Whether it is everything outside of it.
    pub outside: bool,
    /// What it is made of.
    pub parts: Vec<PlacePart>,
}

/// A part of a [`Place`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlacePart {
    /// An account, by its position in [`Program::accounts`](crate::Program::accounts).
    Account(usize),
    /// An OU, or the organization by its root, by the position in [`Organization::nodes`](crate::Organization::nodes).
    Node(usize),
}

/// What a [`Claim`] says of its subject.
#[derive(Clone, Debug)]
pub enum ClaimKind {
    /// That something is allowed to them by some request: of `no one` and `cannot`, by none.
    Can(Asked),
    /// That nothing of it is allowed to them.
    Cannot(Asked),
    /// That all of it is allowed to them by every request in question.
    CanAlways(Asked),
    /// That all they can do is what the document allows.
    AtMost(Document),
    /// That they can reach permissions that they lack.
    CanEscalate,
    /// That they can't.
    CannotEscalate,
}
