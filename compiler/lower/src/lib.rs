//! Names, types and accounts: from syntax trees to a program.
//!
//! Takes: [`Input`], the parsed modules of a workspace, its settings and AWS's catalog. Gives: [`Lowered`], the
//! [`Program`] (accounts, entities and their policy documents, each part with the span that it comes from) **and** what
//! is wrong. A fault costs the statement or entity that it is in, never the rest. Used by: `workspace`.
//!
//! Pure: the same input gives the same program.

mod accounts;
mod actions;
mod argument_types;
mod asked_arns;
mod aws_names;
mod bounds;
mod brought;
mod bucket_names;
mod conditions;
mod documents;
mod durations;
mod encryption;
mod entities;
mod excepting;
mod expectations;
mod expiry;
mod externs;
mod federation;
mod grants;
mod guardrails;
mod here;
mod input;
mod item_parts;
mod lowerer;
mod name_index;
mod named_items;
mod named_lists;
mod names;
mod names_in_text;
mod organization;
mod own_resources;
mod parallel;
mod permission_sets;
mod permissions;
mod policies;
mod principal_conditions;
mod principal_names;
mod principals;
mod program;
mod quoted_names;
mod raw;
mod repeated_items;
mod repetition;
mod resource_arguments;
mod resource_policies;
mod resource_sets;
mod resources;
mod scope;
mod service_principals;
mod shared;
mod shared_roles;
mod statements;
mod strings;
mod templates;
mod terraform;
mod texts;
mod trust;
mod unread;
mod values;

pub use argument_types::TYPES as PARAMETER_TYPES;
pub use brought::{BROUGHT, Brought};
pub use conditions::contradiction;
pub use documents::{DocumentEntry, DocumentKind};
pub use input::{Input, Module, ParamPlace, WorkspaceSettings};
pub use name_index::{Meaning, NameDeclared, NameIndex, NameKind, Occurrence, Signature};
pub use program::{
    AccessKey, Account, Asked, AskedResource, AskedResources, Assertion, Assignment, Attachment, AttachmentTarget,
    Claim, ClaimKind, ClaimSubject, ContextEntry, ContextValue, DeclaredResource, Extern, ExternPart, Externs, Group,
    Guardrail, GuardrailAttachment, GuardrailKind, Identity, IdentityKind, Invariant, ManagedPolicy, ManagedPolicyKind,
    Organization, OrganizationNode, OrganizationNodeKind, PermissionSet, PermissionSetPolicy, PermissionSetTarget,
    Place, PlacePart, PolicyHolder, Program, Provider, ProviderKind, ResourcePolicy, Role, SessionPolicy, Subject, Tag,
    Test, Unknown, User,
};
pub use terraform::{ReferenceHead, TerraformReference};

use iamx_diagnostic::Diagnostic;

/// A program and what is wrong in its source.
#[derive(Debug, Default)]
pub struct Lowered {
    /// The accounts, entities and documents; whole as far as the source is.
    pub program: Program,
    /// What is wrong, in no particular order.
    pub diagnostics: Vec<Diagnostic>,
}

/// Lowers a workspace.
pub fn lower(input: &Input<'_>) -> Lowered {
    parallel::lower(input)
}

/// Lowers a workspace in so many parts at once. For tests: the number of parts changes nothing.
#[doc(hidden)]
pub fn lower_in_parts(input: &Input<'_>, parts: usize) -> Lowered {
    parallel::in_parts(input, parts)
}

/// Lowers a workspace with each item evaluated in each of its accounts. For tests: evaluating what is the same in many once
/// changes nothing.
#[doc(hidden)]
pub fn lower_each(input: &Input<'_>) -> Lowered {
    parallel::each(input)
}
