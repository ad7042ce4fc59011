//! `grant`: an allow that writes both ends, whoever's policies they are in.
//!
//! In one account one end suffices; across accounts both must allow.
//! See [cross-account evaluation](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html).

mod actions;
mod assume;
mod conditions;
mod grantees;
mod identity_side;
mod key_side;
mod lost_conditions;
mod mismatches;
mod resource_side;
mod resources;
mod same_caller;

use std::collections::HashMap;

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{Document, Statement};
use iamx_syntax::ast::AstNode;
use iamx_text::Span;

use crate::{
    IdentityKind, Program, accounts::SaidHomes, encryption::MadeResource, expiry::Ending, lowerer::Lowerer,
    scope::Environment,
};

/// Whose own policy allows a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holder {
    /// By its position among the program's entities of the kind.
    Identity(IdentityKind, usize),
    PermissionSet(usize),
}

/// What there is before any grant.
struct Made {
    /// The declared resources by their service and the first part of what fills their ARN.
    resources: HashMap<(String, String), Vec<usize>>,
    /// How many statements each role's trust has from its own body.
    trusts: Vec<usize>,
    /// How many statements each policy of a resource has from its own body.
    policies: Vec<usize>,
    /// When policies of resources end, by their positions.
    endings: HashMap<usize, Ending>,
}

impl Made {
    fn of(program: &Program, declared: &[MadeResource]) -> Self {
        let mut resources: HashMap<_, Vec<usize>> = HashMap::new();
        for (index, made) in declared.iter().enumerate() {
            let Some(typed) = &made.resource.typed else { continue };
            let Some(first) = typed.arguments.first() else { continue };
            resources.entry((typed.service.clone(), first.clone())).or_default().push(index);
        }
        let ends = |made: &MadeResource| Some((made.policy?, made.ending.clone()?));
        Self {
            resources,
            endings: declared.iter().filter_map(ends).collect(),
            trusts: program.roles.iter().map(|role| role.trust.statements.len()).collect(),
            policies: program.resource_policies.iter().map(|policy| policy.document.statements.len()).collect(),
        }
    }
}

impl Lowerer<'_> {
    /// Writes what the grants say, once every identity is made; then says which roles nobody may assume.
    pub(crate) fn write_grants(&mut self) {
        let made = Made::of(&self.program, &self.resources_made);
        let mut asked_of_keys = Vec::new();
        for (environment, grant) in std::mem::take(&mut self.grants) {
            if self.is_damaged(environment.module, grant.range()) {
                continue;
            }
            // As an item it belongs to the accounts of its module's `within`, and speaks in each of them.
            let homes = match self.within.get(environment.module).cloned() {
                Some(SaidHomes::Fault) => continue,
                Some(SaidHomes::Accounts(homes)) => homes,
                Some(SaidHomes::Unsaid) | None => std::rc::Rc::from([self.default_account()]),
            };
            for account in homes.iter() {
                self.begin_item();
                let environment = Environment { in_grant: true, ..environment.in_account(*account) };
                match grant.assumed() {
                    Some(roles) => self.grant_assume(&environment, &grant, &roles, &made),
                    None => self.grant_actions(&environment, &grant, &made, &mut asked_of_keys),
                }
            }
        }
        self.check_kept_by_keys(&asked_of_keys);
        self.finish_granted_policies(&made);
        self.check_endings_of_policies();
        let errors = self.errors();
        for (item, declared) in std::mem::take(&mut self.untrusting) {
            let role = self.entities.get(&item).and_then(|index| self.program.roles.get(*index));
            // A grant that has a fault may be the one that is missing.
            if errors == 0
                && let Some(role) = role.filter(|role| role.trust.statements.is_empty())
            {
                self.nobody_assumes(&declared, role.identity.span);
            }
        }
    }

    pub(crate) fn nobody_assumes(&mut self, declared: &str, span: Span) {
        self.report(
            Diagnostic::new(&checks::MISSING_PRINCIPAL, span, format!("nobody may assume `{declared}`"))
                .note("IAM makes no role without a trust policy")
                .help("say who may: `trust service ec2`, `trust account partner`, `trust role Deploy`"),
        );
    }

    /// Services that want every statement named get names for those of the grants too.
    fn finish_granted_policies(&mut self, made: &Made) {
        for index in 0..self.program.resource_policies.len() {
            let own = made.policies.get(index).copied().unwrap_or_default();
            let Some(policy) = self.program.resource_policies.get_mut(index) else { continue };
            if policy.document.statements.len() == own {
                continue;
            }
            let (form, mut document) = (policy.form, std::mem::take(&mut policy.document));
            self.finish_sids(form, &mut document);
            if let Some(policy) = self.program.resource_policies.get_mut(index) {
                policy.document = document;
            }
        }
    }

    fn no_one_named(&mut self, span: Span) {
        self.report(
            Diagnostic::new(&checks::MISSING_PRINCIPAL, span, "this grant says not to whom")
                .help("add `to`, as in `to group DevOps`"),
        );
    }

    /// Adds statements to a document. A grant of a module that speaks in several accounts may say the same in each.
    fn add_statements(document: &mut Document, statements: Vec<Statement>) {
        for statement in statements {
            if document
                .statements
                .iter()
                .rev()
                .take_while(|other| other.span == statement.span)
                .all(|other| *other != statement)
            {
                document.statements.push(statement);
            }
        }
    }

    /// The inline policy of whoever has the permissions.
    fn inline_at(&self, holder: Holder) -> Option<&Document> {
        match holder {
            Holder::Identity(IdentityKind::Role, index) => {
                self.program.roles.get(index).map(|role| &role.identity.inline)
            }
            Holder::Identity(IdentityKind::User, index) => {
                self.program.users.get(index).map(|user| &user.identity.inline)
            }
            Holder::Identity(IdentityKind::Group, index) => {
                self.program.groups.get(index).map(|group| &group.identity.inline)
            }
            Holder::PermissionSet(index) => self.program.permission_sets.get(index).map(|set| &set.inline),
        }
    }

    /// The same, to be added to.
    fn inline_of(&mut self, holder: Holder) -> Option<&mut Document> {
        match holder {
            Holder::Identity(IdentityKind::Role, index) => {
                self.program.roles.get_mut(index).map(|role| &mut role.identity.inline)
            }
            Holder::Identity(IdentityKind::User, index) => {
                self.program.users.get_mut(index).map(|user| &mut user.identity.inline)
            }
            Holder::Identity(IdentityKind::Group, index) => {
                self.program.groups.get_mut(index).map(|group| &mut group.identity.inline)
            }
            Holder::PermissionSet(index) => self.program.permission_sets.get_mut(index).map(|set| &mut set.inline),
        }
    }
}
