//! What stands after `to` and in `trust`: whom a statement names.

use iamx_catalog::{PolicyPrincipals, ResourcePolicyForm};
use iamx_diagnostic::{Applicability, Diagnostic, checks};
use iamx_policy::{BaseOperator, Effect, Operator, Principal as PolicyPrincipal, Sourced};
use iamx_syntax::{
    SyntaxKind,
    ast::{AstNode, Call, DeclaredKind, Expr, Exprs, Principal},
};
use iamx_text::Span;

use crate::{
    bounds,
    conditions::Formula,
    lowerer::Lowerer,
    names::{Declaration, DeclarationKind},
    scope::{Environment, Reference, Target},
};

/// The kind of policy that names principals.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NamedIn {
    /// A role's trust policy.
    Trust,
    /// The policy of a resource or account.
    Resource(&'static ResourcePolicyForm),
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
type Conditioned = (Sourced<PolicyPrincipal>, Formula);

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
        if let Some(first) = list.excepted().first() {
            let span = self.span(environment.module, first.range());
            self.not_yet_at(span, "`except` on principals");
            return None;
        }
        let mut principals = Vec::new();
        let mut whole = true;
        for item in list.items() {
            match self.principal(environment, &item, named_in) {
                Some(mut more) => {
                    self.spend(more.len(), self.span(environment.module, item.range()))?;
                    principals.append(&mut more);
                }
                None => whole = false,
            }
        }
        whole.then_some(principals)
    }

    fn principal(&mut self, environment: &Environment, expr: &Expr, named_in: NamedIn) -> Option<Vec<Conditioned>> {
        let span = self.span(environment.module, expr.range());
        match expr {
            Expr::Star(_) => self.allowed(Sourced::new(everyone(named_in), span), Formula::ALWAYS, named_in, "*"),
            Expr::Principal(principal) => self.kind_of_principal(environment, principal, named_in, span),
            Expr::Bracketed(list) => {
                let Some(list) = list.list() else {
                    self.error(&checks::EMPTY_LIST, span, "this list names no principal");
                    return None;
                };
                self.principal_list(environment, &list, named_in)
            }
            Expr::Call(call) => self.named_principal(environment, call, named_in, span),
            _ => {
                self.expected("a principal", expr, span);
                None
            }
        }
    }

    /// A name without a kind word: a `let` or a parameter; anything else lacks the word.
    fn named_principal(
        &mut self,
        environment: &Environment,
        call: &Call,
        named_in: NamedIn,
        span: Span,
    ) -> Option<Vec<Conditioned>> {
        let text = call.syntax().text().to_string();
        if self.is_service_alone(environment, call, &text) {
            self.needs_kind_word("service", &text, span);
            return None;
        }
        let reference = self.resolve(environment, call)?;
        match &reference.target {
            Target::Argument(binding) if reference.rest.is_empty() => {
                self.principal(&binding.environment, &binding.argument, named_in)
            }
            Target::Declaration(id)
                if self.names.get(*id).is_some_and(|d| matches!(d.kind, DeclarationKind::Let(_))) =>
            {
                self.with_let(environment, *id, &reference, |lowerer, inner, list| {
                    lowerer.principal_list(inner, list, named_in)
                })
            }
            _ => {
                self.principal_without_kind(&reference, call, span);
                None
            }
        }
    }

    /// A principal lacks its kind word, or is none.
    pub(crate) fn principal_without_kind(&mut self, reference: &Reference, call: &Call, span: Span) {
        let name = call.syntax().text().to_string();
        let word = match &reference.target {
            Target::Declaration(id) => match self.names.get(*id).cloned() {
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

    /// Whether `call` is no name of the workspace's, and the name of a service principal.
    fn is_service_alone(&mut self, environment: &Environment, call: &Call, text: &str) -> bool {
        let Some(name) = call.name() else { return false };
        environment.bindings.iter().all(|binding| binding.name != name.text())
            && self.names.look_up(environment.module, name.text()).is_none()
            && self.catalog().service_principal_named(text).is_some()
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

    fn kind_of_principal(
        &mut self,
        environment: &Environment,
        principal: &Principal,
        named_in: NamedIn,
        span: Span,
    ) -> Option<Vec<Conditioned>> {
        let kind = principal.kind()?;
        let word = principal.word().map(|token| token.text().to_owned()).unwrap_or_default();
        let (named, condition) = match kind {
            SyntaxKind::SERVICE_KW => {
                (PolicyPrincipal::Service(self.service_principal(environment, principal)?), Formula::ALWAYS)
            }
            SyntaxKind::ACCOUNT_KW => {
                let account = self.principal_account(environment, principal)?;
                self.account_or_condition(account, named_in, span)?
            }
            SyntaxKind::ROOT_KW => self.root_user(environment, principal, named_in, span)?,
            SyntaxKind::ROLE_KW | SyntaxKind::USER_KW => {
                let wanted = if kind == SyntaxKind::ROLE_KW { DeclaredKind::Role } else { DeclaredKind::User };
                if let Some(Expr::Star(_)) = principal.target() {
                    let arn = format!("arn:{}:iam::*:{}/*", self.settings().partition, wanted.word());
                    (everyone(named_in), caller_is(BaseOperator::ArnLike, arn, span))
                } else {
                    let arn = self.identity_arn(environment, principal, wanted, span)?;
                    self.arn_or_condition(arn, named_in, span)?
                }
            }
            SyntaxKind::SESSION_KW => {
                let arn = self.session_arn(environment, principal, span)?;
                self.arn_or_condition(arn, named_in, span)?
            }
            SyntaxKind::ORGANIZATION_KW => (everyone(named_in), self.of_organization(environment, principal, span)?),
            SyntaxKind::OU_KW => (everyone(named_in), self.of_ou(environment, principal, span)?),
            SyntaxKind::PERMISSION_SET_KW => {
                return self.permission_set_principals(environment, principal, named_in, span);
            }
            SyntaxKind::GROUP_KW => {
                self.named_group(environment, principal, span);
                return None;
            }
            SyntaxKind::ARN_KW => {
                let Some(Expr::String(token)) = principal.target() else { return None };
                let arn = self.plain_string(environment.module, &token)?;
                self.principal_arn(&arn, span)?;
                self.arn_or_condition(arn, named_in, span)?
            }
            SyntaxKind::CANONICAL_KW => (self.canonical_user(environment, principal, named_in, span)?, Formula::ALWAYS),
            SyntaxKind::ANONYMOUS_KW => {
                self.anonymous_principal(span);
                return None;
            }
            SyntaxKind::OIDC_KW | SyntaxKind::SAML_KW if matches!(named_in, NamedIn::Resource(_)) => {
                self.federated_in_resource_policy(span);
                return None;
            }
            SyntaxKind::OIDC_KW | SyntaxKind::SAML_KW => {
                let wanted = if kind == SyntaxKind::OIDC_KW { DeclaredKind::Oidc } else { DeclaredKind::Saml };
                (self.federated_principal(environment, principal, wanted, span)?, Formula::ALWAYS)
            }
            _ => {
                self.not_yet_at(span, &format!("`{word}` principals"));
                return None;
            }
        };
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
        if is_everyone_alone(named_in) {
            let condition = self.with_permission_set(environment, principal, span)?;
            return self.allowed(Sourced::new(everyone(named_in), span), condition, named_in, "permission-set");
        }
        let mut principals = Vec::new();
        for (account, role) in self.roles_of_permission_set(environment, principal)? {
            let (named, _) = self.account_or_condition(account, named_in, span)?;
            let condition = caller_is(BaseOperator::ArnLike, role, span);
            principals.extend(self.allowed(Sourced::new(named, span), condition, named_in, "permission-set")?);
        }
        Some(principals)
    }

    /// The principal, where a policy of this kind can name it.
    fn allowed(
        &mut self,
        principal: Sourced<PolicyPrincipal>,
        condition: Formula,
        named_in: NamedIn,
        word: &str,
    ) -> Option<Vec<Conditioned>> {
        let NamedIn::Resource(form) = named_in else { return Some(vec![(principal, condition)]) };
        let span = principal.span;
        let fits = match form.principals {
            PolicyPrincipals::Services => matches!(principal.value, PolicyPrincipal::Service(_)),
            PolicyPrincipals::Everyone => matches!(principal.value, PolicyPrincipal::Everyone),
            PolicyPrincipals::Named | PolicyPrincipals::NamedUnderAws => true,
        };
        if fits {
            return Some(vec![(principal, condition)]);
        }
        let mut diagnostic =
            Diagnostic::new(&checks::PRINCIPAL_NOT_ALLOWED, span, format!("this policy can't name `{word}`"));
        diagnostic = match form.principals {
            PolicyPrincipals::Services => diagnostic.note("AWS heeds it for AWS services alone, as in `service es`"),
            _ => diagnostic
                .note("its principal is everyone; who is meant is said by a condition")
                .help("leave `to` out, and say `when`"),
        };
        self.report(diagnostic.note(format!("see {}", form.page)));
        None
    }

    fn account_or_condition(
        &mut self,
        account: usize,
        named_in: NamedIn,
        span: Span,
    ) -> Option<(PolicyPrincipal, Formula)> {
        let id = self.program.accounts.get(account)?.id.clone();
        if is_everyone_alone(named_in) {
            let condition = entry(Operator::plain(BaseOperator::StringEquals), "aws:PrincipalAccount", id, span);
            return Some((everyone(named_in), condition));
        }
        Some((PolicyPrincipal::Aws(self.account_arn(&id)), Formula::ALWAYS))
    }

    /// The principal that `arn` is; where a policy names everyone alone, the condition that says it. A session counts as its
    /// role there, so none is exactly a session.
    fn arn_or_condition(&mut self, arn: String, named_in: NamedIn, span: Span) -> Option<(PolicyPrincipal, Formula)> {
        if !is_everyone_alone(named_in) {
            return Some((PolicyPrincipal::Aws(arn), Formula::ALWAYS));
        }
        let mut fields = arn.splitn(6, ':').skip(4);
        let (account, part) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
        if part.starts_with("assumed-role/") || part.starts_with("federated-user/") {
            self.report(
                Diagnostic::new(
                    &checks::PRINCIPAL_NOT_ALLOWED,
                    span,
                    "this policy names no one, and no condition key says which session calls",
                )
                .help("name the session's role"),
            );
            return None;
        }
        let condition = if part == "root" {
            entry(Operator::plain(BaseOperator::StringEquals), "aws:PrincipalAccount", account.to_owned(), span)
        } else {
            caller_is(BaseOperator::ArnEquals, arn, span)
        };
        Some((everyone(named_in), condition))
    }

    fn account_arn(&self, id: &str) -> String {
        format!("arn:{}:iam::{id}:root", self.settings().partition)
    }

    /// `root prod`, `root *`: the ARN of an account's root user is, as a principal, the whole account.
    fn root_user(
        &mut self,
        environment: &Environment,
        principal: &Principal,
        named_in: NamedIn,
        span: Span,
    ) -> Option<(PolicyPrincipal, Formula)> {
        if let Some(Expr::Star(_)) = principal.target() {
            let condition = caller_is(BaseOperator::ArnLike, self.account_arn("*"), span);
            return Some((everyone(named_in), condition));
        }
        let account = self.principal_account(environment, principal)?;
        let arn = self.account_arn(&self.program.accounts.get(account)?.id.clone());
        let condition = caller_is(BaseOperator::ArnEquals, arn.clone(), span);
        Some((if is_everyone_alone(named_in) { everyone(named_in) } else { PolicyPrincipal::Aws(arn) }, condition))
    }

    pub(crate) fn anonymous_principal(&mut self, span: Span) {
        self.report(
            Diagnostic::new(&checks::PRINCIPAL_NOT_ALLOWED, span, "`anonymous` is a principal of tests alone")
                .help("everyone, anonymous callers too, is `*`"),
        );
    }

    pub(crate) fn principal_account(&mut self, environment: &Environment, principal: &Principal) -> Option<usize> {
        let target = principal.target()?;
        let span = self.span(environment.module, target.range());
        let reference = self.principal_reference(environment, &target, "an account")?;
        match reference.target {
            Target::Account(account) if reference.rest.is_empty() => Some(account),
            _ => {
                self.error(&checks::MISMATCHED_TYPE, span, "expected an account");
                None
            }
        }
    }

    /// What the name behind a kind word stands for, through the parameters of templates.
    pub(crate) fn principal_reference(
        &mut self,
        environment: &Environment,
        target: &Expr,
        what: &str,
    ) -> Option<crate::scope::Reference> {
        let call = self.call_of(environment, target, what)?.clone();
        let reference = self.resolve(environment, &call)?;
        self.followed(reference)
    }

    /// The ARN of the role or user that `principal` names.
    pub(crate) fn identity_arn(
        &mut self,
        environment: &Environment,
        principal: &Principal,
        wanted: DeclaredKind,
        span: Span,
    ) -> Option<String> {
        let target = principal.target()?;
        let target_span = self.span(environment.module, target.range());
        let what = format!("a {}", wanted.word());
        let reference = self.principal_reference(environment, &target, &what)?;
        let (Target::Declaration(id), []) = (&reference.target, reference.rest.as_slice()) else {
            self.error(&checks::MISMATCHED_TYPE, target_span, format!("expected {what}"));
            return None;
        };
        let declaration = self.names.get(*id)?.clone();
        match &declaration.kind {
            DeclarationKind::Entity(kind, item) if *kind == wanted => {
                Some(self.entity_resource(environment, *id, item, &reference)?.arn)
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
                        format!("expected {what}, and `{}` is {}", declaration.name, other.describe()),
                    )
                    .related(declaration.span, "declared here"),
                );
                None
            }
        }
    }

    /// `session role R "name"`: a session's ARN carries its role's name without the path.
    ///
    /// See [role session principals](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-role-session).
    fn session_arn(&mut self, environment: &Environment, principal: &Principal, span: Span) -> Option<String> {
        let token = principal.session_name()?;
        let session = self.plain_string(environment.module, &token)?;
        if !bounds::is_session_name(&session) {
            let at = self.span(environment.module, token.text_range());
            self.report(
                Diagnostic::new(&checks::INVALID_AWS_NAME, at, format!("`{session}` can't be the name of a session"))
                    .note("it is 2 to 64 letters, digits and `+=,.@_-`"),
            );
            return None;
        }
        let arn = self.identity_arn(environment, principal, DeclaredKind::Role, span)?;
        let (before, role) = arn.split_once(":role/")?;
        let account = before.rsplit(':').next()?;
        let name = role.rsplit('/').next()?;
        Some(format!("arn:{}:sts::{account}:assumed-role/{name}/{session}", self.settings().partition))
    }

    /// Whether `arn` is that of a principal; says so if it isn't.
    pub(crate) fn principal_arn(&mut self, arn: &str, span: Span) -> Option<()> {
        if !arn.starts_with("arn:") || arn.splitn(6, ':').count() != 6 {
            self.error(&checks::INVALID_ARN, span, format!("`{arn}` is no ARN"));
            return None;
        }
        if arn.contains(['*', '?']) {
            self.report(
                Diagnostic::new(
                    &checks::UNSUPPORTED_WILDCARD_IN_PRINCIPAL,
                    span,
                    "IAM takes no wildcard in a principal's ARN",
                )
                .note("it is compared as it stands, so this would name no one")
                .help(format!("write `to *` with `when aws:PrincipalArn like \"{arn}\"`")),
            );
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

    /// `canonical "…"`: an account by the id that S3 gives it.
    ///
    /// See [canonical user ids](https://docs.aws.amazon.com/AmazonS3/latest/userguide/finding-canonical-user-id.html).
    fn canonical_user(
        &mut self,
        environment: &Environment,
        principal: &Principal,
        named_in: NamedIn,
        span: Span,
    ) -> Option<PolicyPrincipal> {
        let Some(Expr::String(token)) = principal.target() else { return None };
        let id = self.plain_string(environment.module, &token)?;
        let in_s3 = matches!(named_in, NamedIn::Resource(form) if form.service == Some("s3"));
        if !in_s3 {
            self.report(
                Diagnostic::new(
                    &checks::PRINCIPAL_NOT_ALLOWED,
                    span,
                    "a canonical id is a principal of S3's policies alone",
                )
                .help("name the account: `account …`"),
            );
            return None;
        }
        if id.len() != 64 || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            self.report(
                Diagnostic::new(&checks::INVALID_ACCOUNT_ID, span, format!("`{id}` is no canonical id"))
                    .note("it is 64 hexadecimal digits"),
            );
            return None;
        }
        Some(PolicyPrincipal::CanonicalUser(id))
    }

    pub(crate) fn federated_in_resource_policy(&mut self, span: Span) {
        self.report(
            Diagnostic::new(
                &checks::FEDERATED_PRINCIPAL_NOT_SUPPORTED,
                span,
                "an identity provider is a principal of trust policies alone",
            )
            .help("name the role that those who come from the provider assume"),
        );
    }

    pub(crate) fn named_group(&mut self, environment: &Environment, principal: &Principal, span: Span) {
        if let Some(Expr::Call(call)) = principal.target()
            && let Some(reference) = self.resolve(environment, &call)
            && let Target::Declaration(id) = reference.target
            && let Some(declaration) = self.names.get(id).cloned()
        {
            self.group_as_principal(&declaration.name, span, Some(declaration.span));
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
        .help(format!("write `grant assume … to group {name}` beside the role, or name the users of `{name}`"));
        if let Some(declared) = declared {
            diagnostic = diagnostic.related(declared, "the group is declared here");
        }
        self.report(diagnostic);
    }
}

/// Everyone, as a policy of this kind writes it.
pub(crate) fn everyone(named_in: NamedIn) -> PolicyPrincipal {
    match named_in {
        NamedIn::Resource(form) if form.principals != PolicyPrincipals::NamedUnderAws => PolicyPrincipal::Everyone,
        _ => PolicyPrincipal::Aws("*".to_owned()),
    }
}

/// Whether a policy of this kind names everyone, and who is meant by conditions.
fn is_everyone_alone(named_in: NamedIn) -> bool {
    matches!(named_in, NamedIn::Resource(form) if form.principals == PolicyPrincipals::Everyone)
}

fn caller_is(operator: BaseOperator, arn: String, span: Span) -> Formula {
    entry(Operator::plain(operator), "aws:PrincipalArn", arn, span)
}

fn entry(operator: Operator, key: &str, value: String, span: Span) -> Formula {
    Formula::compare(operator, key, vec![Sourced::new(value, span)], span)
}
