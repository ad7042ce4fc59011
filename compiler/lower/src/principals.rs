//! What stands after `to` and in `trust`.

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{Principal as PolicyPrincipal, Sourced};
use iamx_syntax::{
    SyntaxKind,
    ast::{AstNode, DeclaredKind, Expr, Exprs, Principal},
};
use iamx_text::Span;

use crate::{
    lowerer::Lowerer,
    names::DeclarationKind,
    scope::{Environment, Target},
};

impl Lowerer<'_> {
    /// The principals of `list`, for a trust policy.
    pub(crate) fn principals(
        &mut self,
        environment: &Environment,
        list: &Exprs,
    ) -> Option<Vec<Sourced<PolicyPrincipal>>> {
        if let Some(first) = list.excepted().first() {
            let span = self.span(environment.module, first.range());
            self.not_yet_at(span, "`except` on principals");
            return None;
        }
        let mut principals = Vec::new();
        let mut whole = true;
        for item in list.items() {
            match self.principal(environment, &item) {
                Some(mut more) => principals.append(&mut more),
                None => whole = false,
            }
        }
        whole.then_some(principals)
    }

    fn principal(&mut self, environment: &Environment, expr: &Expr) -> Option<Vec<Sourced<PolicyPrincipal>>> {
        let span = self.span(environment.module, expr.range());
        match expr {
            Expr::Star(_) => Some(vec![Sourced::new(PolicyPrincipal::Aws("*".to_owned()), span)]),
            Expr::Principal(principal) => self.kind_of_principal(environment, principal, span),
            Expr::Bracketed(list) => {
                let Some(list) = list.list() else {
                    self.error(&checks::EMPTY_LIST, span, "this list names no principal");
                    return None;
                };
                self.principals(environment, &list)
            }
            Expr::Call(call) => {
                let reference = self.resolve(environment, call)?;
                match &reference.target {
                    Target::Argument(binding) if reference.rest.is_empty() => {
                        self.principal(&binding.environment, &binding.argument)
                    }
                    Target::Declaration(id)
                        if self.names.get(*id).is_some_and(|d| matches!(d.kind, DeclarationKind::Let(_))) =>
                    {
                        self.with_let(environment, *id, &reference, Self::principals)
                    }
                    Target::Declaration(id) => {
                        let declaration = self.names.get(*id)?.clone();
                        let name = call.syntax().text().to_string();
                        if let DeclarationKind::Entity(DeclaredKind::Group, _) = declaration.kind {
                            self.group_as_principal(&declaration.name, span, Some(declaration.span));
                            return None;
                        }
                        let word = match &declaration.kind {
                            DeclarationKind::Entity(kind, _) => kind.word(),
                            DeclarationKind::Ou => "ou",
                            _ => "account",
                        };
                        self.needs_kind_word(word, &name, span);
                        None
                    }
                    Target::Account(_) if reference.rest.is_empty() => {
                        self.needs_kind_word("account", &call.syntax().text().to_string(), span);
                        None
                    }
                    Target::Organization if reference.rest.is_empty() => {
                        self.needs_kind_word("organization", &call.syntax().text().to_string(), span);
                        None
                    }
                    _ => {
                        self.error(&checks::MISMATCHED_TYPE, span, "expected a principal");
                        None
                    }
                }
            }
            _ => {
                self.expected("a principal", expr, span);
                None
            }
        }
    }

    fn needs_kind_word(&mut self, word: &str, name: &str, span: Span) {
        self.report(
            Diagnostic::new(
                &checks::MISMATCHED_TYPE,
                span,
                format!("a principal is written with its kind: `{word} {name}`"),
            )
            .fix(
                format!("write `{word} {name}`"),
                span,
                format!("{word} {name}"),
                iamx_diagnostic::Applicability::Safe,
            ),
        );
    }

    fn kind_of_principal(
        &mut self,
        environment: &Environment,
        principal: &Principal,
        span: Span,
    ) -> Option<Vec<Sourced<PolicyPrincipal>>> {
        let kind = principal.kind()?;
        let one = |principal| Some(vec![Sourced::new(principal, span)]);
        match kind {
            SyntaxKind::SERVICE_KW => one(PolicyPrincipal::Service(self.service_principal(environment, principal)?)),
            SyntaxKind::ACCOUNT_KW => {
                let account = self.principal_account(environment, principal)?;
                let id = self.program.accounts.get(account)?.id.clone();
                one(PolicyPrincipal::Aws(format!("arn:{}:iam::{id}:root", self.settings().partition)))
            }
            SyntaxKind::ROLE_KW | SyntaxKind::USER_KW => {
                let wanted = if kind == SyntaxKind::ROLE_KW { DeclaredKind::Role } else { DeclaredKind::User };
                self.identity(environment, principal, wanted, span)
            }
            SyntaxKind::GROUP_KW => {
                if let Some(Expr::Call(call)) = principal.target()
                    && let Some(reference) = self.resolve(environment, &call)
                    && let Target::Declaration(id) = reference.target
                    && let Some(declaration) = self.names.get(id).cloned()
                {
                    self.group_as_principal(&declaration.name, span, Some(declaration.span));
                }
                None
            }
            SyntaxKind::ARN_KW => {
                let Some(Expr::String(token)) = principal.target() else { return None };
                let arn = self.plain_string(environment.module, &token)?;
                self.principal_arn(&arn, span)?;
                one(PolicyPrincipal::Aws(arn))
            }
            SyntaxKind::OIDC_KW => one(self.federated_principal(environment, principal, DeclaredKind::Oidc, span)?),
            SyntaxKind::SAML_KW => one(self.federated_principal(environment, principal, DeclaredKind::Saml, span)?),
            SyntaxKind::CANONICAL_KW => {
                let Some(Expr::String(token)) = principal.target() else { return None };
                one(PolicyPrincipal::CanonicalUser(self.plain_string(environment.module, &token)?))
            }
            SyntaxKind::ANONYMOUS_KW => {
                self.report(
                    Diagnostic::new(&checks::PRINCIPAL_NOT_ALLOWED, span, "`anonymous` is a principal of tests alone")
                        .help("everyone, anonymous callers too, is `*`"),
                );
                None
            }
            _ => {
                let word = principal.word().map(|token| token.text().to_owned()).unwrap_or_default();
                self.not_yet_at(span, &format!("`{word}` principals"));
                None
            }
        }
    }

    /// Whether `arn` is that of a principal; says so if it isn't.
    pub(crate) fn principal_arn(&mut self, arn: &str, span: Span) -> Option<()> {
        if !arn.starts_with("arn:") || arn.splitn(6, ':').count() != 6 {
            self.error(&checks::INVALID_ARN, span, format!("`{arn}` is no ARN"));
            return None;
        }
        if let Some((_, name)) = arn.split_once(":group/") {
            self.group_as_principal(name, span, None);
            return None;
        }
        let part = arn.splitn(6, ':').nth(5).unwrap_or_default();
        let kinds = ["root", "user/", "role/", "assumed-role/", "federated-user/"];
        if !kinds.iter().any(|kind| part.starts_with(kind)) {
            self.report(
                Diagnostic::new(&checks::INVALID_ARN, span, format!("`{arn}` is no principal's ARN"))
                    .note("a principal is an account (`…:root`), a user, a role or a session of one"),
            );
            return None;
        }
        Some(())
    }

    fn principal_account(&mut self, environment: &Environment, principal: &Principal) -> Option<usize> {
        let target = principal.target()?;
        let span = self.span(environment.module, target.range());
        let Expr::Call(call) = &target else {
            self.expected("an account", &target, span);
            return None;
        };
        let reference = self.resolve(environment, call)?;
        let reference = self.followed(reference)?;
        match reference.target {
            Target::Account(account) if reference.rest.is_empty() => Some(account),
            _ => {
                self.error(&checks::MISMATCHED_TYPE, span, "expected an account");
                None
            }
        }
    }

    /// The role or user that `principal` names.
    fn identity(
        &mut self,
        environment: &Environment,
        principal: &Principal,
        wanted: DeclaredKind,
        span: Span,
    ) -> Option<Vec<Sourced<PolicyPrincipal>>> {
        let target = principal.target()?;
        let target_span = self.span(environment.module, target.range());
        if let Expr::Star(_) = target {
            self.not_yet_at(span, &format!("`{} *`", wanted.word()));
            return None;
        }
        let call = self.call_of(environment, &target, &format!("a {}", wanted.word()))?.clone();
        let reference = self.resolve(environment, &call)?;
        let reference = self.followed(reference)?;
        let (Target::Declaration(id), []) = (&reference.target, reference.rest.as_slice()) else {
            self.error(&checks::MISMATCHED_TYPE, target_span, format!("expected a {}", wanted.word()));
            return None;
        };
        let id = *id;
        let declaration = self.names.get(id)?.clone();
        match &declaration.kind {
            DeclarationKind::Entity(kind, item) if *kind == wanted => {
                let resource = self.entity_resource(environment, id, item, &reference)?;
                Some(vec![Sourced::new(PolicyPrincipal::Aws(resource.arn), span)])
            }
            DeclarationKind::Entity(DeclaredKind::Group, _) => {
                self.group_as_principal(&declaration.name, span, Some(declaration.span));
                None
            }
            other => {
                self.report(
                    Diagnostic::new(
                        &checks::MISMATCHED_TYPE,
                        target_span,
                        format!("expected a {}, and `{}` is {}", wanted.word(), declaration.name, other.describe()),
                    )
                    .related(declaration.span, "declared here"),
                );
                None
            }
        }
    }

    /// See [Principal](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html).
    fn group_as_principal(&mut self, name: &str, span: Span, declared: Option<Span>) {
        let mut diagnostic = Diagnostic::new(
            &checks::GROUP_AS_PRINCIPAL,
            span,
            format!("`{name}` is a group, and a group is never a principal"),
        )
        .note("IAM refuses such a policy: a group holds permissions, and makes no requests")
        .help(format!(
            "trust the group's account and let the group's own policy allow the call, or name the users of `{name}`"
        ));
        if let Some(declared) = declared {
            diagnostic = diagnostic.related(declared, "the group is declared here");
        }
        self.report(diagnostic);
    }
}
