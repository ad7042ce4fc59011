//! The Terraform target: a root for each account, and one for the organization, in Terraform's JSON syntax.
//!
//! A root holds resources, outputs and which provider they are of, and no configuration of that provider: so it can be
//! applied as it is, or be a module of a larger configuration.
//!
//! See [JSON configuration syntax](https://developer.hashicorp.com/terraform/language/syntax/json).

mod address;
mod builder;
mod deployed;
mod federation;
mod identities;
mod label;
mod lambda;
mod order;
mod organization;
mod permission_sets;
mod policies;
mod resource_policies;
mod text;

use std::{collections::BTreeSet, sync::Arc};

use iamx_diagnostic::Diagnostic;
use iamx_lower::{DocumentEntry, DocumentKind, Program};

use crate::OutputFile;
use builder::Builder;

pub(crate) use address::Place;
pub(crate) use deployed::texts;

/// What a root is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RootKind {
    /// An account; `None` is whichever account it is applied to.
    Account(Option<usize>),
    /// The guardrails and permission sets of the organization's management account.
    Organization,
}

impl RootKind {
    /// The root that a document is in.
    pub(crate) fn of(program: &Program, entry: &DocumentEntry<'_>) -> Self {
        match entry.kind {
            DocumentKind::Scp | DocumentKind::Rcp | DocumentKind::PermissionSetInline => {
                Self::of_organization(program, entry.account)
            }
            _ => Self::Account(entry.account),
        }
    }

    /// The root of what an account has of the organization: that of a delegated administrator is among what else it has.
    fn of_organization(program: &Program, account: Option<usize>) -> Self {
        if account.is_none() || account == program.management_account() {
            Self::Organization
        } else {
            Self::Account(account)
        }
    }

    /// The account that it is applied to, where that is known.
    pub(crate) fn account(self, program: &Program) -> Option<usize> {
        match self {
            Self::Account(account) => account,
            Self::Organization => program.management_account(),
        }
    }

    fn path(self, program: &Program) -> String {
        match self {
            Self::Organization => "organization/org.tf.json".to_owned(),
            Self::Account(account) => match program.account(account) {
                Some(account) => format!("{}/iam.tf.json", account.name),
                None => "iam.tf.json".to_owned(),
            },
        }
    }
}

/// A Terraform root, which is one file.
pub(crate) struct Root {
    pub(crate) kind: RootKind,
    pub(crate) file: OutputFile,
}

/// The roots of `program`: those that something is made in.
pub(crate) fn roots(program: &Program) -> Vec<Root> {
    let written_policies = program.resource_policies.iter().filter(|policy| resource_policies::is_written(policy));
    let kinds: BTreeSet<RootKind> = program
        .identities()
        .map(|(_, identity)| RootKind::Account(identity.account))
        .chain(program.providers.iter().map(|provider| RootKind::Account(provider.account)))
        .chain(program.policies.iter().map(|policy| RootKind::Account(policy.account)))
        .chain(written_policies.map(|policy| RootKind::Account(policy.account)))
        .chain(program.permission_sets.iter().map(|set| RootKind::of_organization(program, set.account)))
        .chain(program.session_policies.iter().map(|policy| RootKind::Account(policy.account)))
        .chain(program.guardrails.iter().map(|guardrail| RootKind::of_organization(program, guardrail.account)))
        .collect();
    kinds.into_iter().map(|kind| root(program, kind)).collect()
}

/// What Terraform has no form for, each where it was declared.
pub(crate) fn limits(program: &Program) -> Vec<Diagnostic> {
    let mut limits = resource_policies::limits(program);
    limits.extend(organization::limits(program));
    limits.extend(deployed::limits(program));
    limits
}

/// One of the roots.
pub(crate) fn root(program: &Program, kind: RootKind) -> Root {
    let mut builder = Builder::new(program, kind);
    if let RootKind::Account(_) = kind {
        policies::add(&mut builder);
        policies::add_session_policies(&mut builder);
        federation::add(&mut builder);
        identities::add(&mut builder);
        resource_policies::add(&mut builder);
    }
    organization::add(&mut builder, kind);
    permission_sets::add(&mut builder, kind);
    Root { kind, file: OutputFile { path: kind.path(program), bytes: Arc::new(builder.finish()) } }
}
