//! Whom a grant is to: those who are declared in the workspace.

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{Principal as PolicyPrincipal, Sourced};
use iamx_syntax::{
    SyntaxKind,
    ast::{Call, DeclaredKind, Expr, Exprs, Principal},
};
use iamx_text::Span;

use super::{Caller, Holder};
use crate::{
    IdentityKind,
    conditions::Formula,
    lowerer::Lowerer,
    named_items::ItemInAccount,
    names::DeclarationKind,
    principal_conditions::caller_like,
    scope::{Environment, Target},
};

impl Lowerer<'_> {
    pub(super) fn callers_of_grant(&mut self, environment: &Environment, list: &Exprs) -> Option<Vec<Caller>> {
        if let Some(first) = list.excepted().first() {
            let at = self.span(environment.module, first.range());
            self.error(&checks::PRINCIPAL_NOT_ALLOWED, at, "a grant names whom it is to, and takes no `except`");
            return None;
        }
        let mut callers = Vec::new();
        let mut whole = true;
        for expr in list.items() {
            match self.caller_of_grant(environment, &expr) {
                Some(mut more) => {
                    self.spend(more.len(), self.span(environment.module, expr.range()))?;
                    callers.append(&mut more);
                }
                None => whole = false,
            }
        }
        whole.then_some(callers)
    }

    fn caller_of_grant(&mut self, environment: &Environment, expr: &Expr) -> Option<Vec<Caller>> {
        let span = self.span(environment.module, expr.range());
        match expr {
            Expr::Bracketed(list) => {
                let Some(list) = list.list() else {
                    self.error(&checks::EMPTY_LIST, span, "this list names no principal");
                    return None;
                };
                self.callers_of_grant(environment, &list)
            }
            Expr::Call(call) => self.named_caller_of_grant(environment, call, span),
            Expr::Principal(principal) => match principal.kind()? {
                SyntaxKind::ROLE_KW => self.identity_callers(environment, principal, IdentityKind::Role, span),
                SyntaxKind::USER_KW => self.identity_callers(environment, principal, IdentityKind::User, span),
                SyntaxKind::GROUP_KW => self.group_callers(environment, principal, span),
                SyntaxKind::PERMISSION_SET_KW => self.permission_set_callers(environment, principal, span),
                _ => {
                    self.not_granted(principal, span);
                    None
                }
            },
            _ => {
                self.not_a_caller(span);
                None
            }
        }
    }

    fn not_granted(&mut self, principal: &Principal, span: Span) {
        let word = principal.word().map(|token| token.text().to_owned()).unwrap_or_default();
        self.report(
            Diagnostic::new(&checks::PRINCIPAL_NOT_ALLOWED, span, format!("a grant is to no `{word}`"))
                .note("it writes the caller's own policy too, so the caller is declared here")
                .help("write `trust` in the role, which is for all others"),
        );
    }

    fn not_a_caller(&mut self, span: Span) {
        self.report(
            Diagnostic::new(&checks::PRINCIPAL_NOT_ALLOWED, span, "a grant is to those who are declared here")
                .help("name a `role`, `user`, `group` or `permission-set`; `trust` in the role is for all others"),
        );
    }

    fn named_caller_of_grant(&mut self, environment: &Environment, call: &Call, span: Span) -> Option<Vec<Caller>> {
        let reference = self.resolve(environment, call)?;
        match &reference.target {
            Target::Argument(binding) if reference.rest.is_empty() => {
                self.caller_of_grant(&binding.environment, &binding.argument)
            }
            Target::Declaration(id)
                if self.names.get(*id).is_some_and(|one| matches!(one.kind, DeclarationKind::Let(_))) =>
            {
                self.with_let(environment, *id, &reference, Self::callers_of_grant)
            }
            _ => {
                self.principal_without_kind(&reference, call, span);
                None
            }
        }
    }

    fn identity_callers(
        &mut self,
        environment: &Environment,
        principal: &Principal,
        kind: IdentityKind,
        span: Span,
    ) -> Option<Vec<Caller>> {
        if let Some(Expr::Star(_)) = principal.target() {
            self.not_a_caller(span);
            return None;
        }
        let wanted = if kind == IdentityKind::Role { DeclaredKind::Role } else { DeclaredKind::User };
        let mut callers = Vec::new();
        for (item, arn) in self.identities(environment, principal, wanted, span)? {
            // One that couldn't be made was spoken of there.
            let index = *self.entities.get(&item)?;
            callers.push(Caller {
                account: item.account,
                holder: Holder::Identity(kind, index),
                principals: vec![Sourced::new(PolicyPrincipal::Aws(arn), span)],
                condition: Formula::ALWAYS,
                by_account: false,
            });
        }
        Some(callers)
    }

    /// A group is its declared members; where others keep them, its account, with its own policy as the gate.
    fn group_callers(&mut self, environment: &Environment, principal: &Principal, span: Span) -> Option<Vec<Caller>> {
        let target = principal.target()?;
        let reference = self.principal_reference(environment, &target, "a group")?;
        let groups = self.items_of_kind(environment, &reference, DeclaredKind::Group, "a group", span)?;
        groups.into_iter().map(|group| self.group_caller(group, span)).collect()
    }

    fn group_caller(&mut self, item: ItemInAccount, span: Span) -> Option<Caller> {
        let declaration = self.names.get(item.id)?.clone();
        let index = *self.entities.get(&item)?;
        let group = self.program.groups.get(index)?.clone();
        let account = group.identity.account;
        let Some(id) = self.program.account_id(account).map(str::to_owned) else {
            self.report(
                Diagnostic::new(
                    &checks::MISSING_ACCOUNT,
                    span,
                    format!("a grant to `{}` needs the id of its account, and there is none", declaration.name),
                )
                .related(declaration.span, "declared here")
                .help("declare the account and say `in` where the group lives, or set `account` in `iamx.toml`"),
            );
            return None;
        };
        let partition = &self.settings().partition;
        let principals: Vec<_> = if group.members_external {
            vec![Sourced::new(PolicyPrincipal::Aws(format!("arn:{partition}:iam::{id}:root")), span)]
        } else {
            let users = self.program.users.iter().filter(|user| user.identity.account == account);
            let members = users.filter(|user| group.members.contains(&user.identity.name));
            let arns = members
                .filter_map(|user| self.program.iam_arn(account, "user", &user.identity.path, &user.identity.name));
            arns.map(|arn| Sourced::new(PolicyPrincipal::Aws(arn), span)).collect()
        };
        if principals.is_empty() {
            self.report(
                Diagnostic::new(&checks::MISSING_PRINCIPAL, span, format!("`{}` has no members", declaration.name))
                    .related(declaration.span, "declared here")
                    .note("a group is no principal: a role's trust names its members")
                    .help("say `members alice, bob`, or `members external` where others keep them"),
            );
            return None;
        }
        Some(Caller {
            account,
            holder: Holder::Identity(IdentityKind::Group, index),
            principals,
            condition: Formula::ALWAYS,
            by_account: group.members_external,
        })
    }

    /// A permission set is, in each account that it is assigned to, the account with the condition of its role's name.
    fn permission_set_callers(
        &mut self,
        environment: &Environment,
        principal: &Principal,
        span: Span,
    ) -> Option<Vec<Caller>> {
        let roles = self.roles_of_permission_set(environment, principal)?;
        let target = principal.target()?;
        let reference = self.principal_reference(environment, &target, "a permission set")?;
        let set = self.items_named(environment, &reference)?;
        let index = *self.entities.get(set.first()?)?;
        let partition = self.settings().partition.clone();
        let callers = roles.into_iter().filter_map(|(account, role)| {
            let id = &self.program.accounts.get(account)?.id;
            let root = PolicyPrincipal::Aws(format!("arn:{partition}:iam::{id}:root"));
            Some(Caller {
                account: Some(account),
                holder: Holder::PermissionSet(index),
                principals: vec![Sourced::new(root, span)],
                condition: caller_like(role, span),
                by_account: true,
            })
        });
        Some(callers.collect())
    }
}
