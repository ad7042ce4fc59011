//! Who asks: the principals that a test or an invariant names.

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{Principal as PolicyPrincipal, Sourced};
use iamx_syntax::{
    SyntaxKind,
    ast::{Call, DeclaredKind, Expr, Exprs, Principal},
};
use iamx_text::Span;

use super::AskedIn;
use crate::{
    Subject,
    lowerer::Lowerer,
    named_items::ItemInAccount,
    names::DeclarationKind,
    scope::{Environment, Reference, Target},
};

impl Lowerer<'_> {
    /// The principals of `list`, each of them.
    pub(super) fn subjects(
        &mut self,
        environment: &Environment,
        list: &Exprs,
        asked_in: AskedIn,
    ) -> Option<Vec<Sourced<Subject>>> {
        if let Some(first) = list.excepted().first() {
            let at = self.span(environment.module, first.range());
            self.report(
                Diagnostic::new(&checks::PRINCIPAL_NOT_ALLOWED, at, "who asks is named, and nobody is taken away here")
                    .help("in an invariant everyone but some is `no one except …`"),
            );
            return None;
        }
        self.of_each(environment, &list.items(), |lowerer, expr| lowerer.subject(environment, expr, asked_in))
    }

    fn subject(&mut self, environment: &Environment, expr: &Expr, asked_in: AskedIn) -> Option<Vec<Sourced<Subject>>> {
        let span = self.span(environment.module, expr.range());
        match expr {
            Expr::Star(_) if asked_in == AskedIn::Test => {
                self.report(
                    Diagnostic::new(&checks::PRINCIPAL_NOT_ALLOWED, span, "a test's line says who asks, and `*` is everyone")
                        .help("name them, as in `role Reader` or `anonymous`; what holds for everyone is said by an `invariant`"),
                );
                None
            }
            Expr::Star(_) => Some(vec![Sourced::new(Subject::Everyone, span)]),
            Expr::Principal(principal) => {
                let subjects = self.subjects_of_kind(environment, principal, span)?;
                Some(subjects.into_iter().map(|subject| Sourced::new(subject, span)).collect())
            }
            Expr::Bracketed(list) => {
                let Some(list) = list.list() else {
                    self.error(&checks::EMPTY_LIST, span, "this list names no principal");
                    return None;
                };
                self.subjects(environment, &list, asked_in)
            }
            Expr::Call(call) => self.named_subject(environment, call, asked_in, span),
            _ => {
                self.expected("a principal", expr, span);
                None
            }
        }
    }

    /// A name without a kind word: a `let` or a parameter; anything else lacks the word.
    fn named_subject(
        &mut self,
        environment: &Environment,
        call: &Call,
        asked_in: AskedIn,
        span: Span,
    ) -> Option<Vec<Sourced<Subject>>> {
        let reference = self.resolve(environment, call)?;
        match &reference.target {
            Target::Argument(binding) if reference.rest.is_empty() => {
                self.subject(&binding.environment, &binding.argument, asked_in)
            }
            Target::Declaration(id)
                if self.names.get(*id).is_some_and(|one| matches!(one.kind, DeclarationKind::Let(_))) =>
            {
                self.with_let(environment, *id, &reference, |lowerer, inner, list| {
                    lowerer.subjects(inner, list, asked_in)
                })
            }
            Target::Declaration(id)
                if self
                    .names
                    .get(*id)
                    .is_some_and(|one| matches!(one.kind, DeclarationKind::Entity(DeclaredKind::Group, _))) =>
            {
                self.group_asks(&reference, span);
                None
            }
            _ => {
                self.principal_without_kind(&reference, call, span);
                None
            }
        }
    }

    fn subjects_of_kind(
        &mut self,
        environment: &Environment,
        principal: &Principal,
        span: Span,
    ) -> Option<Vec<Subject>> {
        let is_any = matches!(principal.target(), Some(Expr::Star(_)));
        let one = match principal.kind()? {
            SyntaxKind::ROLE_KW if is_any => Subject::AnyRole,
            SyntaxKind::USER_KW if is_any => Subject::AnyUser,
            SyntaxKind::ROOT_KW if is_any => Subject::AnyRoot,
            SyntaxKind::ROLE_KW => {
                let reference = self.principal_reference(environment, &principal.target()?, "a role")?;
                return Some(self.made_roles(environment, &reference)?.into_iter().map(Subject::Role).collect());
            }
            SyntaxKind::USER_KW => {
                let reference = self.principal_reference(environment, &principal.target()?, "a user")?;
                return Some(self.made_users(environment, &reference)?.into_iter().map(Subject::User).collect());
            }
            SyntaxKind::SESSION_KW => {
                let name = self.session_name(environment, principal);
                let reference = self.principal_reference(environment, &principal.target()?, "a role")?;
                let (roles, name) = (self.made_roles(environment, &reference)?, name?);
                return Some(roles.into_iter().map(|role| Subject::Session { role, name: name.clone() }).collect());
            }
            SyntaxKind::GROUP_KW => {
                let reference = self.principal_reference(environment, &principal.target()?, "a group")?;
                self.group_asks(&reference, span);
                return None;
            }
            SyntaxKind::ROOT_KW => Subject::Root(self.declared_account(environment, principal)?),
            SyntaxKind::ACCOUNT_KW => Subject::Account(self.declared_account(environment, principal)?),
            SyntaxKind::ORGANIZATION_KW => {
                self.of_organization(environment, principal, span)?;
                Subject::Organization
            }
            SyntaxKind::OU_KW => Subject::Ou(self.ou_of(environment, principal)?.1),
            SyntaxKind::PERMISSION_SET_KW => {
                self.roles_of_permission_set(environment, principal)?;
                let reference = self.principal_reference(environment, &principal.target()?, "a permission set")?;
                let sets = self.items_named(environment, &reference)?;
                let made = sets.iter().filter_map(|set| self.entities.get(set));
                return Some(made.map(|set| Subject::PermissionSet(*set)).collect());
            }
            SyntaxKind::SERVICE_KW => Subject::Service(self.service_principal(environment, principal)?),
            kind @ (SyntaxKind::OIDC_KW | SyntaxKind::SAML_KW) => {
                let wanted = if kind == SyntaxKind::OIDC_KW { DeclaredKind::Oidc } else { DeclaredKind::Saml };
                let providers = self.federated_principals(environment, principal, wanted, span)?;
                let subjects = providers.into_iter().filter_map(|provider| match provider {
                    PolicyPrincipal::Federated(name) => Some(Subject::Federated(name)),
                    _ => None,
                });
                return Some(subjects.collect());
            }
            SyntaxKind::ARN_KW => {
                let Some(Expr::String(token)) = principal.target() else { return None };
                let arn = self.text(environment, &token)?;
                self.principal_arn(&arn, span)?;
                Subject::Arn(arn)
            }
            SyntaxKind::ANONYMOUS_KW => Subject::Anonymous,
            _ => {
                self.report(
                    Diagnostic::new(&checks::PRINCIPAL_NOT_ALLOWED, span, "no caller is known by a canonical id")
                        .help("name the account: `account …`"),
                );
                return None;
            }
        };
        Some(vec![one])
    }

    /// See [IAM user groups](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_groups.html).
    fn group_asks(&mut self, reference: &Reference, span: Span) {
        let Some(declaration) = self.first_named(reference) else {
            self.error(&checks::MISMATCHED_TYPE, span, "expected a principal");
            return;
        };
        if !matches!(declaration.kind, DeclarationKind::Entity(DeclaredKind::Group, _)) {
            self.wrong_kind(&declaration, "a group", span);
            return;
        }
        let message = format!("`{}` is a group, and a group asks for nothing", declaration.name);
        self.report(
            Diagnostic::new(&checks::GROUP_AS_PRINCIPAL, span, message)
                .related(declaration.span, "the group is declared here")
                .note("a group holds permissions, and its users make the requests")
                .help("name a user of it: `user …`"),
        );
    }

    /// The roles that `reference` stands for, by their positions: one an account that it is made in.
    pub(super) fn made_roles(&mut self, environment: &Environment, reference: &Reference) -> Option<Vec<usize>> {
        let roles = self.items_of_kind(environment, reference, DeclaredKind::Role, "a role", reference.span)?;
        self.made(&roles)
    }

    fn made_users(&mut self, environment: &Environment, reference: &Reference) -> Option<Vec<usize>> {
        let users = self.items_of_kind(environment, reference, DeclaredKind::User, "a user", reference.span)?;
        self.made(&users)
    }

    /// The positions of the items. One that isn't made has a fault, which was said.
    fn made(&self, items: &[ItemInAccount]) -> Option<Vec<usize>> {
        let made: Vec<_> = items.iter().filter_map(|item| self.entities.get(item).copied()).collect();
        (!made.is_empty()).then_some(made)
    }

    /// The account that a subject acts in, where that is one.
    pub(super) fn account_of_subject(&self, subject: &Subject) -> Option<usize> {
        match subject {
            Subject::Role(role) | Subject::Session { role, .. } => self.program.roles.get(*role)?.identity.account,
            Subject::User(user) => self.program.users.get(*user)?.identity.account,
            Subject::Root(account) | Subject::Account(account) => Some(*account),
            Subject::PermissionSet(set) => {
                let assignments = &self.program.permission_sets.get(*set)?.assignments;
                let first = assignments.first()?.account;
                assignments.iter().all(|assignment| assignment.account == first).then_some(first)
            }
            _ => None,
        }
    }

    /// What `claim` is, where all subjects come through one provider.
    pub(super) fn claims_of_subjects(&mut self, subjects: &[Sourced<Subject>]) -> Option<String> {
        let [Sourced { value: Subject::Federated(name), span }] = subjects else { return None };
        self.claims_of(&[Sourced::new(PolicyPrincipal::Federated(name.clone()), *span)])
    }
}
