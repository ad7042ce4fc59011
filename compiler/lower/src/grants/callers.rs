//! Whom a grant is to: those who are declared in the workspace.

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{Principal as PolicyPrincipal, Sourced};
use iamx_syntax::{
    SyntaxKind,
    ast::{Call, DeclaredKind, Expr, Exprs, Principal},
};
use iamx_text::Span;

use super::{Caller, Holder, Made};
use crate::{
    IdentityKind,
    conditions::Formula,
    lowerer::Lowerer,
    names::DeclarationKind,
    principal_conditions::caller_like,
    scope::{Environment, Target},
};

impl Lowerer<'_> {
    pub(super) fn callers_of_grant(
        &mut self,
        environment: &Environment,
        list: &Exprs,
        made: &Made,
    ) -> Option<Vec<Caller>> {
        if let Some(first) = list.excepted().first() {
            let at = self.span(environment.module, first.range());
            self.error(&checks::PRINCIPAL_NOT_ALLOWED, at, "a grant names whom it is to, and takes no `except`");
            return None;
        }
        let mut callers = Vec::new();
        let mut whole = true;
        for expr in list.items() {
            match self.caller_of_grant(environment, &expr, made) {
                Some(mut more) => {
                    self.spend(more.len(), self.span(environment.module, expr.range()))?;
                    callers.append(&mut more);
                }
                None => whole = false,
            }
        }
        whole.then_some(callers)
    }

    fn caller_of_grant(&mut self, environment: &Environment, expr: &Expr, made: &Made) -> Option<Vec<Caller>> {
        let span = self.span(environment.module, expr.range());
        match expr {
            Expr::Bracketed(list) => {
                let Some(list) = list.list() else {
                    self.error(&checks::EMPTY_LIST, span, "this list names no principal");
                    return None;
                };
                self.callers_of_grant(environment, &list, made)
            }
            Expr::Call(call) => self.named_caller_of_grant(environment, call, made, span),
            Expr::Principal(principal) => {
                let caller = match principal.kind()? {
                    SyntaxKind::ROLE_KW => self.identity_caller(environment, principal, IdentityKind::Role, made, span),
                    SyntaxKind::USER_KW => self.identity_caller(environment, principal, IdentityKind::User, made, span),
                    SyntaxKind::GROUP_KW => self.group_caller(environment, principal, made, span),
                    SyntaxKind::PERMISSION_SET_KW => {
                        return self.permission_set_callers(environment, principal, made, span);
                    }
                    _ => {
                        self.not_granted(principal, span);
                        None
                    }
                };
                caller.map(|caller| vec![caller])
            }
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

    fn named_caller_of_grant(
        &mut self,
        environment: &Environment,
        call: &Call,
        made: &Made,
        span: Span,
    ) -> Option<Vec<Caller>> {
        let reference = self.resolve(environment, call)?;
        match &reference.target {
            Target::Argument(binding) if reference.rest.is_empty() => {
                self.caller_of_grant(&binding.environment, &binding.argument, made)
            }
            Target::Declaration(id)
                if self.names.get(*id).is_some_and(|one| matches!(one.kind, DeclarationKind::Let(_))) =>
            {
                self.with_let(environment, *id, &reference, |lowerer, inner, list| {
                    lowerer.callers_of_grant(inner, list, made)
                })
            }
            _ => {
                self.principal_without_kind(&reference, call, span);
                None
            }
        }
    }

    fn identity_caller(
        &mut self,
        environment: &Environment,
        principal: &Principal,
        kind: IdentityKind,
        made: &Made,
        span: Span,
    ) -> Option<Caller> {
        if let Some(Expr::Star(_)) = principal.target() {
            self.not_a_caller(span);
            return None;
        }
        let (wanted, known) = match kind {
            IdentityKind::Role => (DeclaredKind::Role, &made.roles),
            _ => (DeclaredKind::User, &made.users),
        };
        let arn = self.identity_arn(environment, principal, wanted, span)?;
        let declared = self.declared_at(environment, principal)?;
        let index = *known.get(&declared)?;
        let account = match kind {
            IdentityKind::Role => self.program.roles.get(index)?.identity.account,
            _ => self.program.users.get(index)?.identity.account,
        };
        Some(Caller {
            account,
            holder: Holder::Identity(kind, index),
            principals: vec![Sourced::new(PolicyPrincipal::Aws(arn), span)],
            condition: Formula::ALWAYS,
            by_account: false,
        })
    }

    /// Where what `principal` names was declared.
    fn declared_at(&mut self, environment: &Environment, principal: &Principal) -> Option<Span> {
        let target = principal.target()?;
        let reference = self.principal_reference(environment, &target, "a principal")?;
        match (&reference.target, reference.rest.as_slice()) {
            (Target::Declaration(id), []) => self.names.get(*id).map(|declaration| declaration.span),
            _ => None,
        }
    }

    /// A group is its declared members; where others keep them, its account, with its own policy as the gate.
    fn group_caller(
        &mut self,
        environment: &Environment,
        principal: &Principal,
        made: &Made,
        span: Span,
    ) -> Option<Caller> {
        let target = principal.target()?;
        let reference = self.principal_reference(environment, &target, "a group")?;
        let declaration = match (&reference.target, reference.rest.as_slice()) {
            (Target::Declaration(id), []) => self.names.get(*id).cloned(),
            _ => None,
        };
        let Some(declaration) = declaration else {
            self.error(&checks::MISMATCHED_TYPE, span, "expected a group");
            return None;
        };
        if !matches!(declaration.kind, DeclarationKind::Entity(DeclaredKind::Group, _)) {
            self.wrong_kind(&declaration, "a group", span);
            return None;
        }
        let index = *made.groups.get(&declaration.span)?;
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
        made: &Made,
        span: Span,
    ) -> Option<Vec<Caller>> {
        let roles = self.roles_of_permission_set(environment, principal)?;
        let declared = self.declared_at(environment, principal)?;
        let index = *made.sets.get(&declared)?;
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
