//! Principals as conditions: where a policy can't name them, what says that the caller is one of them.
//!
//! See [keys of the principal](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principal-properties).

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{BaseOperator, Effect, Operator, Principal as PolicyPrincipal, Qualifier, Sourced};
use iamx_syntax::{
    SyntaxKind, SyntaxNode,
    ast::{AstNode, BodyPart, Call, Clause, DeclaredKind, Expr, Exprs, Member, Principal},
};
use iamx_text::Span;

use crate::{
    OrganizationNodeKind,
    conditions::Formula,
    lowerer::Lowerer,
    names::{Declaration, DeclarationKind},
    scope::{Environment, Target},
};

impl Lowerer<'_> {
    /// `to` of a guardrail, which has no principals to choose.
    pub(crate) fn guardrail_callers(
        &mut self,
        environment: &Environment,
        clause: &Clause,
        effect: Effect,
    ) -> Option<Formula> {
        let list = clause.list()?;
        self.check_except(environment, &list, effect)?;
        self.callers(environment, &list)
    }

    /// `except` behind principals takes away from a deny: an allow of everyone else would let in whoever lacks the key.
    pub(crate) fn check_except(&mut self, environment: &Environment, list: &Exprs, effect: Effect) -> Option<()> {
        let excepted = list.excepted();
        let Some(first) = excepted.first().filter(|_| effect == Effect::Allow) else { return Some(()) };
        let span = self.span(environment.module, first.range());
        self.report(
            Diagnostic::new(&checks::PRINCIPAL_NOT_ALLOWED, span, "`except` takes principals out of a `deny` alone")
                .note("an allow of everyone else would hold for AWS services and anonymous callers too")
                .help("name whom it is meant for"),
        );
        None
    }

    /// That the caller is one of `list`, and none of what it excepts.
    pub(crate) fn callers(&mut self, environment: &Environment, list: &Exprs) -> Option<Formula> {
        let span = self.span(environment.module, list.range());
        let among = self.one_of_callers(environment, &list.items(), span);
        let excepted = list.excepted();
        if excepted.is_empty() {
            return among;
        }
        let others = self.one_of_callers(environment, &excepted, span);
        let others = self.negation(&others?, span)?;
        if matches!(others, Formula::Constant(false)) {
            self.error(&checks::EMPTY_LIST, span, "`except` takes everyone away");
            return None;
        }
        Some(Formula::all([among?, others]))
    }

    /// `principal is P`, `principal is [P, Q]`.
    pub(crate) fn principal_is(&mut self, environment: &Environment, node: &SyntaxNode) -> Option<Formula> {
        let expr = node.children_with_tokens().find_map(Expr::cast)?;
        let formula = self.caller(environment, &expr)?;
        if matches!(formula, Formula::Constant(_)) {
            let span = self.span(environment.module, expr.range());
            self.error(&checks::CONSTANT_CONDITION, span, "every caller is one of these");
            return None;
        }
        Some(formula)
    }

    fn one_of_callers(&mut self, environment: &Environment, items: &[Expr], span: Span) -> Option<Formula> {
        let mut formulas = Vec::new();
        for item in items {
            self.spend(1, span)?;
            formulas.push(self.caller(environment, item));
        }
        // What failed was said; the others were looked at all the same.
        Some(Formula::any(formulas.into_iter().collect::<Option<Vec<_>>>()?, span))
    }

    fn caller(&mut self, environment: &Environment, expr: &Expr) -> Option<Formula> {
        let span = self.span(environment.module, expr.range());
        match expr {
            Expr::Star(_) => Some(Formula::ALWAYS),
            Expr::Principal(principal) => self.caller_of_kind(environment, principal, span),
            Expr::Bracketed(list) => {
                let Some(list) = list.list() else {
                    self.error(&checks::EMPTY_LIST, span, "this list names no principal");
                    return None;
                };
                self.callers(environment, &list)
            }
            Expr::Call(call) => self.named_caller(environment, call, span),
            _ => {
                self.expected("a principal", expr, span);
                None
            }
        }
    }

    /// A name without a kind word: a `let` or a parameter; anything else lacks the word.
    fn named_caller(&mut self, environment: &Environment, call: &Call, span: Span) -> Option<Formula> {
        let reference = self.resolve(environment, call)?;
        match &reference.target {
            Target::Argument(binding) if reference.rest.is_empty() => {
                self.caller(&binding.environment, &binding.argument)
            }
            Target::Declaration(id)
                if self.names.get(*id).is_some_and(|one| matches!(one.kind, DeclarationKind::Let(_))) =>
            {
                self.with_let(environment, *id, &reference, Self::callers)
            }
            _ => {
                self.principal_without_kind(&reference, call, span);
                None
            }
        }
    }

    pub(crate) fn caller_of_kind(
        &mut self,
        environment: &Environment,
        principal: &Principal,
        span: Span,
    ) -> Option<Formula> {
        let partition = &self.settings().partition;
        match principal.kind()? {
            SyntaxKind::ROLE_KW | SyntaxKind::USER_KW => {
                let role = principal.kind() == Some(SyntaxKind::ROLE_KW);
                let wanted = if role { DeclaredKind::Role } else { DeclaredKind::User };
                if let Some(Expr::Star(_)) = principal.target() {
                    let arn = format!("arn:{partition}:iam::*:{}/*", wanted.word());
                    return Some(text(BaseOperator::ArnLike, "aws:PrincipalArn", arn, span));
                }
                let named = self.identities(environment, principal, wanted, span)?;
                let arns = named.into_iter().map(|(_, arn)| Sourced::new(arn, span)).collect();
                Some(Formula::compare(Operator::plain(BaseOperator::ArnEquals), "aws:PrincipalArn", arns, span))
            }
            SyntaxKind::ROOT_KW => {
                if let Some(Expr::Star(_)) = principal.target() {
                    let arn = format!("arn:{partition}:iam::*:root");
                    return Some(text(BaseOperator::ArnLike, "aws:PrincipalArn", arn, span));
                }
                let partition = partition.clone();
                let account = self.principal_account(environment, principal)?;
                let arn = format!("arn:{partition}:iam::{}:root", account.id);
                Some(text(BaseOperator::ArnEquals, "aws:PrincipalArn", arn, span))
            }
            SyntaxKind::ACCOUNT_KW => {
                let account = self.principal_account(environment, principal)?;
                Some(text(BaseOperator::StringEquals, "aws:PrincipalAccount", account.id, span))
            }
            SyntaxKind::ORGANIZATION_KW => self.of_organization(environment, principal, span),
            SyntaxKind::OU_KW => self.of_ou(environment, principal, span),
            SyntaxKind::PERMISSION_SET_KW => self.with_permission_set(environment, principal, span),
            SyntaxKind::SERVICE_KW => {
                let name = self.service_principal(environment, principal)?;
                Some(text(BaseOperator::StringEquals, "aws:PrincipalServiceName", name, span))
            }
            SyntaxKind::OIDC_KW | SyntaxKind::SAML_KW => {
                let oidc = principal.kind() == Some(SyntaxKind::OIDC_KW);
                let wanted = if oidc { DeclaredKind::Oidc } else { DeclaredKind::Saml };
                // The caller may have come through a provider of any account.
                let anywhere = environment.of_any_account();
                let named = self.federated_principals(&anywhere, principal, wanted, span)?;
                let providers = named.into_iter().filter_map(|one| match one {
                    PolicyPrincipal::Federated(name) => Some(Sourced::new(name, span)),
                    _ => None,
                });
                let operator = Operator::plain(BaseOperator::StringEquals);
                Some(Formula::compare(operator, "aws:FederatedProvider", providers.collect(), span))
            }
            SyntaxKind::ARN_KW => {
                let Some(Expr::String(token)) = principal.target() else { return None };
                let arn = self.text(environment, &token)?;
                self.principal_arn(&arn, span)?;
                self.caller_with_arn(arn, span)
            }
            SyntaxKind::GROUP_KW => {
                self.named_group(environment, principal, span);
                None
            }
            SyntaxKind::ANONYMOUS_KW => {
                self.anonymous_principal(span);
                None
            }
            SyntaxKind::SESSION_KW => {
                self.without_key(span, "which session calls", "name the session's role: a session counts as its role");
                None
            }
            SyntaxKind::CANONICAL_KW => {
                self.without_key(span, "which canonical id the caller's account has", "name the account: `account …`");
                None
            }
            _ => None,
        }
    }

    fn without_key(&mut self, span: Span, what: &str, help: &str) {
        let message = format!("no condition key says {what}");
        self.report(Diagnostic::new(&checks::PRINCIPAL_WITHOUT_KEY, span, message).help(help));
    }

    fn caller_with_arn(&mut self, arn: String, span: Span) -> Option<Formula> {
        let mut fields = arn.splitn(6, ':').skip(4);
        let (account, part) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
        if part == "root" {
            // As a principal the ARN of a root user is its whole account.
            return Some(text(BaseOperator::StringEquals, "aws:PrincipalAccount", account.to_owned(), span));
        }
        if part.starts_with("assumed-role/") || part.starts_with("federated-user/") {
            self.without_key(span, "which session calls", "name the session's role: a session counts as its role");
            return None;
        }
        Some(text(BaseOperator::ArnEquals, "aws:PrincipalArn", arn, span))
    }

    /// `organization acme`: whoever is of one of its accounts.
    pub(crate) fn of_organization(
        &mut self,
        environment: &Environment,
        principal: &Principal,
        span: Span,
    ) -> Option<Formula> {
        self.organization_of(environment, principal)?;
        // A wrong id was spoken of where it stands.
        let id = self.program.organization.as_ref().map(|one| one.id.clone()).filter(|id| !id.is_empty())?;
        Some(text(BaseOperator::StringEquals, "aws:PrincipalOrgID", id, span))
    }

    /// Says so where `principal` doesn't name the organization.
    pub(crate) fn organization_of(&mut self, environment: &Environment, principal: &Principal) -> Option<()> {
        let target = principal.target()?;
        let at = self.span(environment.module, target.range());
        let reference = self.principal_reference(environment, &target, "an organization")?;
        if !matches!(reference.target, Target::Organization) || !reference.rest.is_empty() {
            self.error(&checks::MISMATCHED_TYPE, at, "expected an organization");
            return None;
        }
        Some(())
    }

    /// `ou Workloads`: whoever is of an account below it.
    ///
    /// See [`aws:PrincipalOrgPaths`](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalorgpaths).
    pub(crate) fn of_ou(&mut self, environment: &Environment, principal: &Principal, span: Span) -> Option<Formula> {
        let (declaration, node) = self.ou_of(environment, principal)?;
        let organization = self.program.organization.as_ref()?;
        let root = Some(organization.id.clone()).filter(|id| !id.is_empty());
        let node = organization.nodes.get(node)?;
        let OrganizationNodeKind::Ou { id } = node.kind.clone() else { return None };
        let Some(id) = id else {
            let at = self.span(environment.module, principal.target()?.range());
            self.report(
                Diagnostic::new(&checks::MISSING_MEMBER, at, format!("the id of `{}` isn't said", declaration.name))
                    .related(declaration.span, "declared here")
                    .note("who is of an OU is known by its id in `aws:PrincipalOrgPaths`")
                    .help(format!("write it behind the name: `ou {} \"ou-ab12-11111111\"`", declaration.name)),
            );
            return None;
        };
        let operator = Operator::qualified(Qualifier::ForAnyValue, BaseOperator::StringLike);
        let path = Sourced::new(format!("{}/*/{id}/*", root?), span);
        Some(Formula::compare(operator, "aws:PrincipalOrgPaths", vec![path], span))
    }

    /// The OU that `principal` names: its declaration, and its position in the organization.
    pub(crate) fn ou_of(&mut self, environment: &Environment, principal: &Principal) -> Option<(Declaration, usize)> {
        let target = principal.target()?;
        let at = self.span(environment.module, target.range());
        let reference = self.principal_reference(environment, &target, "an organizational unit")?;
        let declaration = match (&reference.target, reference.rest.as_slice()) {
            (Target::Declaration(id), []) => self.names.get(*id).cloned(),
            _ => None,
        };
        let Some(declaration) = declaration.filter(|one| matches!(one.kind, DeclarationKind::Ou)) else {
            self.error(&checks::MISMATCHED_TYPE, at, "expected an organizational unit");
            return None;
        };
        let nodes = &self.program.organization.as_ref()?.nodes;
        let node = nodes.iter().position(|node| node.span == declaration.span)?;
        Some((declaration, node))
    }

    /// `permission-set Analyst`: whoever has a role that Identity Center made for it, in the accounts assigned.
    ///
    /// See [permission sets in resource policies](https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html).
    pub(crate) fn with_permission_set(
        &mut self,
        environment: &Environment,
        principal: &Principal,
        span: Span,
    ) -> Option<Formula> {
        let roles = self.roles_of_permission_set(environment, principal)?;
        let values = roles.into_iter().map(|(_, arn)| Sourced::new(arn, span)).collect();
        Some(Formula::compare(Operator::plain(BaseOperator::ArnLike), "aws:PrincipalArn", values, span))
    }

    /// The patterns of the ARNs of a permission set's roles, each with the account that it is in.
    pub(crate) fn roles_of_permission_set(
        &mut self,
        environment: &Environment,
        principal: &Principal,
    ) -> Option<Vec<(usize, String)>> {
        let target = principal.target()?;
        let at = self.span(environment.module, target.range());
        let reference = self.principal_reference(environment, &target, "a permission set")?;
        let declaration = match (&reference.target, reference.rest.as_slice()) {
            (Target::Declaration(id), []) => self.names.get(*id).cloned(),
            _ => None,
        };
        let Some((declaration, item)) = declaration.and_then(|one| match one.kind.clone() {
            DeclarationKind::Entity(DeclaredKind::PermissionSet, item) => Some((one, item)),
            _ => None,
        }) else {
            self.error(&checks::MISMATCHED_TYPE, at, "expected a permission set");
            return None;
        };
        let own = Environment::of_declaration(&declaration);
        let (name, _) = self.aws_name(&own, &item, &declaration.name, 32)?;
        let mut accounts = Vec::new();
        for part in item.body().iter().flat_map(|body| body.parts().collect::<Vec<_>>()) {
            let BodyPart::Member(Member::Assign(assign)) = part else { continue };
            accounts.extend(self.scope_accounts(&own, &assign.scope()?)?.iter().copied());
        }
        accounts.sort_unstable();
        accounts.dedup();
        if accounts.is_empty() {
            self.report(
                Diagnostic::new(
                    &checks::MISSING_MEMBER,
                    at,
                    format!("`{}` is assigned to no account, so nobody has it", declaration.name),
                )
                .related(declaration.span, "declared here")
                .help("say who has it where, as in `assign group \"analysts\" to prod`"),
            );
            return None;
        }
        let partition = &self.settings().partition;
        let roles = accounts.into_iter().filter_map(|account| {
            let id = &self.program.accounts.get(account)?.id;
            let role = format!("role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_{name}_????????????????");
            Some((account, format!("arn:{partition}:iam::{id}:{role}")))
        });
        Some(roles.collect())
    }
}

/// That the caller's ARN fits `pattern`.
pub(crate) fn caller_like(pattern: String, span: Span) -> Formula {
    text(BaseOperator::ArnLike, "aws:PrincipalArn", pattern, span)
}

/// `operator` on `key` with the one value `value`.
fn text(operator: BaseOperator, key: &str, value: String, span: Span) -> Formula {
    Formula::compare(Operator::plain(operator), key, vec![Sourced::new(value, span)], span)
}
