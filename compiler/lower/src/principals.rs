//! What stands after `to` and in `trust`: whom a statement names.

use iamx_catalog::{PolicyPrincipals, ResourcePolicyForm};
use iamx_diagnostic::{Applicability, Diagnostic, checks};
use iamx_policy::{Effect, Principal as PolicyPrincipal, Sourced};
use iamx_syntax::{
    SyntaxKind,
    ast::{AstNode, Call, DeclaredKind, Expr, Exprs, Principal},
};
use iamx_text::Span;

use crate::{
    conditions::Formula,
    lowerer::Lowerer,
    named_lists::{ListOf, Written},
    names::{Declaration, DeclarationKind},
    principal_conditions::caller_like,
    scope::{Environment, Reference, Target},
};

/// The kind of policy that names principals.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NamedIn {
    /// A role's trust policy.
    Trust,
    /// The policy of a resource or account.
    Resource(&'static ResourcePolicyForm),
    /// Whatever policies a grant writes: each is asked once it is known.
    Grant,
}

/// Principals that stand in one statement.
#[derive(Clone, Debug)]
pub(crate) struct PrincipalGroup {
    pub(crate) principals: Vec<Sourced<PolicyPrincipal>>,
    /// What says who is meant, where IAM has no form for them.
    pub(crate) condition: Formula,
}

impl PrincipalGroup {
    /// That of a policy which names no principals.
    pub(crate) fn nobody() -> Self {
        Self { principals: Vec::new(), condition: Formula::ALWAYS }
    }

    /// `principal` alone, which the statement at `span` leaves unsaid.
    pub(crate) fn of(principal: PolicyPrincipal, span: Span) -> Self {
        Self { principals: vec![Sourced::new(principal, span)], condition: Formula::ALWAYS }
    }
}

/// One principal, with the condition that it takes.
pub(crate) type Conditioned = (Sourced<PolicyPrincipal>, Formula);

pub(crate) const PRINCIPALS: ListOf = ListOf {
    what: "a principal",
    services: true,
    no_except: (&checks::MISMATCHED_TYPE, "`except` takes principals out of `*` alone here"),
};

impl Lowerer<'_> {
    /// The principals of `list`, by the statements that they take: those that IAM has a form for stand in one.
    pub(crate) fn principals(
        &mut self,
        environment: &Environment,
        list: &Exprs,
        named_in: NamedIn,
        effect: Effect,
    ) -> Option<Vec<PrincipalGroup>> {
        if !list.excepted().is_empty() {
            return self.everyone_except(environment, list, named_in, effect).map(|group| vec![group]);
        }
        let mut plain = Vec::new();
        let mut groups = Vec::new();
        for (principal, condition) in self.principal_list(environment, list, named_in)? {
            match condition {
                Formula::Constant(true) => plain.push(principal),
                condition => groups.push(PrincipalGroup { principals: vec![principal], condition }),
            }
        }
        if !plain.is_empty() {
            groups.insert(0, PrincipalGroup { principals: plain, condition: Formula::ALWAYS });
        }
        Some(groups)
    }

    /// `* except P` in a deny: everyone, and the condition that it isn't one of these.
    fn everyone_except(
        &mut self,
        environment: &Environment,
        list: &Exprs,
        named_in: NamedIn,
        effect: Effect,
    ) -> Option<PrincipalGroup> {
        self.check_except(environment, list, effect)?;
        let items = list.items();
        let [Expr::Star(star)] = items.as_slice() else {
            let at = self.span(environment.module, list.range());
            self.report(
                Diagnostic::new(&checks::MISMATCHED_TYPE, at, "`except` takes principals out of `*` alone here")
                    .help("name whom it is meant for, without the others"),
            );
            return None;
        };
        let at = self.span(environment.module, star.text_range());
        let condition = self.callers(environment, list);
        let principals = self.allowed(Sourced::new(everyone(named_in), at), Formula::ALWAYS, named_in, "*")?;
        let principals = principals.into_iter().map(|(principal, _)| principal).collect();
        Some(PrincipalGroup { principals, condition: condition? })
    }

    fn principal_list(
        &mut self,
        environment: &Environment,
        list: &Exprs,
        named_in: NamedIn,
    ) -> Option<Vec<Conditioned>> {
        self.each_of(environment, list, PRINCIPALS, &mut |lowerer, environment, written| {
            lowerer.principal(environment, written, named_in)
        })
    }

    /// One that is written out: `*`, or a kind word with a name.
    pub(crate) fn principal(
        &mut self,
        environment: &Environment,
        written: &Written<'_>,
        named_in: NamedIn,
    ) -> Option<Vec<Conditioned>> {
        match (written.expr, written.reference) {
            (Expr::Star(_), _) => {
                let everyone = Sourced::new(everyone(named_in), written.span);
                self.allowed(everyone, Formula::ALWAYS, named_in, "*")
            }
            (Expr::Principal(principal), _) => self.kind_of_principal(environment, principal, named_in, written.span),
            (Expr::Call(call), Some(reference)) => {
                self.principal_without_kind(reference, call, written.span);
                None
            }
            (Expr::String(token), _) => {
                self.principal_in_quotes(environment.module, token, written.span);
                None
            }
            (expr, _) => {
                self.expected("a principal", expr, written.span);
                None
            }
        }
    }

    /// A principal lacks its kind word, or is none.
    pub(crate) fn principal_without_kind(&mut self, reference: &Reference, call: &Call, span: Span) {
        let name = call.syntax().text().to_string();
        let word = match &reference.target {
            Target::Declaration(_) | Target::Several(_) => match self.first_named(reference) {
                Some(Declaration {
                    kind: DeclarationKind::Entity(DeclaredKind::Group, _),
                    name,
                    span: declared,
                    ..
                }) => {
                    self.group_as_principal(&name, span, Some(declared));
                    return;
                }
                Some(Declaration { kind: DeclarationKind::Entity(kind, _), .. }) => kind.word(),
                Some(Declaration { kind: DeclarationKind::Ou, .. }) => "ou",
                _ => "account",
            },
            Target::Account(_) if reference.rest.is_empty() => "account",
            Target::Organization if reference.rest.is_empty() => "organization",
            _ => {
                self.error(&checks::MISMATCHED_TYPE, span, "expected a principal");
                return;
            }
        };
        self.needs_kind_word(word, &name, span);
    }

    /// Whether `call` is no name of the workspace's, and the name of a service principal; says so.
    pub(crate) fn is_service_alone(&mut self, environment: &Environment, call: &Call, span: Span) -> bool {
        let text = call.syntax().text().to_string();
        let alone = call.name().is_some_and(|name| {
            environment.bindings.iter().all(|binding| binding.name != name.text())
                && self.names.look_up(environment.module, name.text()).is_none()
        }) && self.catalog().service_principal_named(&text).is_some();
        if alone {
            self.needs_kind_word("service", &text, span);
        }
        alone
    }

    fn needs_kind_word(&mut self, word: &str, name: &str, span: Span) {
        self.report(
            Diagnostic::new(
                &checks::MISMATCHED_TYPE,
                span,
                format!("a principal is written with its kind: `{word} {name}`"),
            )
            .fix(format!("write `{word} {name}`"), span, format!("{word} {name}"), Applicability::Safe),
        );
    }

    pub(crate) fn kind_of_principal(
        &mut self,
        environment: &Environment,
        principal: &Principal,
        named_in: NamedIn,
        span: Span,
    ) -> Option<Vec<Conditioned>> {
        let kind = principal.kind()?;
        let word = principal.word().map(|token| token.text().to_owned()).unwrap_or_default();
        // AWS's services come in by no endpoint, so they are refused below.
        if is_everyone_alone(named_in) && kind != SyntaxKind::SERVICE_KW {
            let condition = self.caller_of_kind(environment, principal, span)?;
            return self.allowed(Sourced::new(everyone(named_in), span), condition, named_in, &word);
        }
        let is_any = matches!(principal.target(), Some(Expr::Star(_)));
        let named = match kind {
            SyntaxKind::ORGANIZATION_KW | SyntaxKind::OU_KW => {
                return self.under_condition(environment, principal, everyone(named_in), named_in);
            }
            SyntaxKind::ROLE_KW | SyntaxKind::USER_KW | SyntaxKind::ROOT_KW if is_any => {
                return self.under_condition(environment, principal, everyone(named_in), named_in);
            }
            SyntaxKind::ROOT_KW => {
                // As a principal the ARN of an account's root user is the whole account.
                let account = self.principal_account(environment, principal)?;
                let account = self.account_with(&account.id);
                return self.under_condition(environment, principal, account, named_in);
            }
            SyntaxKind::PERMISSION_SET_KW => {
                return self.permission_set_principals(environment, principal, named_in, span);
            }
            SyntaxKind::SERVICE_KW => PolicyPrincipal::Service(self.service_principal(environment, principal)?),
            SyntaxKind::ACCOUNT_KW => {
                let account = self.principal_account(environment, principal)?;
                self.account_with(&account.id)
            }
            SyntaxKind::ROLE_KW | SyntaxKind::USER_KW => {
                let wanted = if kind == SyntaxKind::ROLE_KW { DeclaredKind::Role } else { DeclaredKind::User };
                let named = self.identities(environment, principal, wanted, span)?;
                let named = named.into_iter().map(|(_, arn)| PolicyPrincipal::Aws(arn)).collect();
                return self.all_allowed(named, named_in, &word, span);
            }
            SyntaxKind::SESSION_KW => {
                let sessions = self.session_arns(environment, principal, span)?;
                let named = sessions.into_iter().map(PolicyPrincipal::Aws).collect();
                return self.all_allowed(named, named_in, &word, span);
            }
            SyntaxKind::GROUP_KW => {
                self.named_group(environment, principal, span);
                return None;
            }
            SyntaxKind::ARN_KW => {
                let Some(Expr::String(token)) = principal.target() else { return None };
                let arn = self.text(environment, &token)?;
                self.principal_arn(&arn, span)?;
                PolicyPrincipal::Aws(arn)
            }
            SyntaxKind::CANONICAL_KW => self.canonical_user(environment, principal, named_in, span)?,
            SyntaxKind::ANONYMOUS_KW => {
                self.anonymous_principal(span);
                return None;
            }
            SyntaxKind::OIDC_KW | SyntaxKind::SAML_KW if !matches!(named_in, NamedIn::Trust) => {
                self.federated_in_resource_policy(span);
                return None;
            }
            SyntaxKind::OIDC_KW | SyntaxKind::SAML_KW => {
                let wanted = if kind == SyntaxKind::OIDC_KW { DeclaredKind::Oidc } else { DeclaredKind::Saml };
                let named = self.federated_principals(environment, principal, wanted, span)?;
                return self.all_allowed(named, named_in, &word, span);
            }
            _ => {
                self.not_yet_at(span, &format!("`{word}` principals"));
                return None;
            }
        };
        self.allowed(Sourced::new(named, span), Formula::ALWAYS, named_in, &word)
    }

    /// `named`, of whom the condition says who is meant.
    fn under_condition(
        &mut self,
        environment: &Environment,
        principal: &Principal,
        named: PolicyPrincipal,
        named_in: NamedIn,
    ) -> Option<Vec<Conditioned>> {
        let span = self.span(environment.module, principal.range());
        let condition = self.caller_of_kind(environment, principal, span)?;
        let word = principal.word().map(|token| token.text().to_owned()).unwrap_or_default();
        self.allowed(Sourced::new(named, span), condition, named_in, &word)
    }

    /// A permission set is, in each account that it is assigned to, that account under a condition.
    fn permission_set_principals(
        &mut self,
        environment: &Environment,
        principal: &Principal,
        named_in: NamedIn,
        span: Span,
    ) -> Option<Vec<Conditioned>> {
        let mut principals = Vec::new();
        for (account, role) in self.roles_of_permission_set(environment, principal)? {
            let named = Sourced::new(self.account_principal(account)?, span);
            principals.extend(self.allowed(named, caller_like(role, span), named_in, "permission-set")?);
        }
        Some(principals)
    }

    pub(crate) fn account_principal(&self, account: usize) -> Option<PolicyPrincipal> {
        let id = &self.program.accounts.get(account)?.id;
        Some(self.account_with(id))
    }

    /// The account of that id as a principal.
    fn account_with(&self, id: &str) -> PolicyPrincipal {
        PolicyPrincipal::Aws(format!("arn:{}:iam::{id}:root", self.settings().partition))
    }

    /// Principals of one kind, where a policy of this kind can name them.
    fn all_allowed(
        &mut self,
        named: Vec<PolicyPrincipal>,
        named_in: NamedIn,
        word: &str,
        span: Span,
    ) -> Option<Vec<Conditioned>> {
        let mut principals = Vec::new();
        for named in named {
            principals.extend(self.allowed(Sourced::new(named, span), Formula::ALWAYS, named_in, word)?);
        }
        Some(principals)
    }

    /// The principal as a policy of this kind names it, if it can.
    pub(crate) fn allowed(
        &mut self,
        principal: Sourced<PolicyPrincipal>,
        condition: Formula,
        named_in: NamedIn,
        word: &str,
    ) -> Option<Vec<Conditioned>> {
        let NamedIn::Resource(form) = named_in else { return Some(vec![(principal, condition)]) };
        let span = principal.span;
        let account = match &principal.value {
            PolicyPrincipal::Aws(arn) => {
                arn.strip_suffix(":root").and_then(|arn| arn.rsplit(':').next()).map(str::to_owned)
            }
            _ => None,
        };
        let fits = match form.principals {
            PolicyPrincipals::Services => matches!(principal.value, PolicyPrincipal::Service(_)),
            PolicyPrincipals::Everyone => matches!(principal.value, PolicyPrincipal::Everyone),
            PolicyPrincipals::Accounts | PolicyPrincipals::AccountIds => {
                account.is_some() || matches!(principal.value, PolicyPrincipal::Everyone)
            }
            PolicyPrincipals::Named | PolicyPrincipals::NamedUnderAws => true,
        };
        if matches!(principal.value, PolicyPrincipal::CanonicalUser(_)) && form.service != Some("s3") {
            self.canonical_elsewhere(span);
            return None;
        }
        if fits {
            let value = match (form.principals, account, principal.value) {
                (PolicyPrincipals::AccountIds, Some(id), _) => PolicyPrincipal::Aws(id),
                (PolicyPrincipals::NamedUnderAws, _, PolicyPrincipal::Everyone) => PolicyPrincipal::Aws("*".to_owned()),
                (_, _, value) => value,
            };
            return Some(vec![(Sourced::new(value, span), condition)]);
        }
        let mut diagnostic =
            Diagnostic::new(&checks::PRINCIPAL_NOT_ALLOWED, span, format!("this policy can't name `{word}`"));
        diagnostic = match form.principals {
            PolicyPrincipals::Services => diagnostic.note("AWS heeds it for AWS services alone, as in `service es`"),
            PolicyPrincipals::Accounts | PolicyPrincipals::AccountIds => {
                diagnostic.note("it lets in whole accounts, and the policies there say who of them: `account partner`")
            }
            _ => diagnostic
                .note("its principal is everyone; who is meant is said by a condition")
                .help("leave `to` out, and say `when`"),
        };
        self.report(diagnostic.note(format!("see {}", form.page)));
        None
    }
}

/// Everyone, as a policy of this kind writes it.
pub(crate) fn everyone(named_in: NamedIn) -> PolicyPrincipal {
    match named_in {
        NamedIn::Resource(form) if form.principals != PolicyPrincipals::NamedUnderAws => PolicyPrincipal::Everyone,
        NamedIn::Grant => PolicyPrincipal::Everyone,
        _ => PolicyPrincipal::Aws("*".to_owned()),
    }
}

/// Whether a policy of this kind names everyone, and who is meant by conditions.
fn is_everyone_alone(named_in: NamedIn) -> bool {
    matches!(named_in, NamedIn::Resource(form) if form.principals == PolicyPrincipals::Everyone)
}
