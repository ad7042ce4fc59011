//! Identity providers, and what a trust says of those who come through one.
//!
//! See [roles for federation](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp.html).

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{BaseOperator, Operator, Principal as PolicyPrincipal, Sourced};
use iamx_syntax::{
    SyntaxNode,
    ast::{AstNode, Body, BodyPart, Declared, DeclaredKind, Expr, Member, Principal},
};
use iamx_text::Span;

use crate::{
    Provider, ProviderKind, bounds,
    conditions::Formula,
    lowerer::Lowerer,
    named_items::ItemInAccount,
    names::{DeclarationId, DeclarationKind, nearest},
    organization::TagKeys,
    scope::Environment,
};

/// How callers of one kind assume a role.
pub(crate) struct Entrance {
    pub(crate) principals: Vec<Sourced<PolicyPrincipal>>,
    /// The action of STS, without its prefix.
    pub(crate) action: &'static str,
    /// What `claim` is, for those who come with claims.
    pub(crate) claims: Option<String>,
    /// What the way in demands itself: the audience that the token or assertion is for.
    pub(crate) condition: Formula,
}

impl Lowerer<'_> {
    pub(crate) fn provider_item(&mut self, environment: &Environment, id: DeclarationId, item: &Declared) {
        if let (Some(body), Some(kind)) = (item.body(), item.kind()) {
            for part in body.parts() {
                match (part, kind) {
                    (BodyPart::Member(Member::Audience(_)), DeclaredKind::Oidc)
                    | (BodyPart::Member(Member::Metadata(_)), DeclaredKind::Saml)
                    | (BodyPart::Member(Member::Tags(_)), _) => {}
                    (BodyPart::Member(member), kind) => self.misplaced(environment.module, &member, kind),
                    (BodyPart::Statement(statement), kind) => {
                        let range = iamx_syntax::ast::significant_range(statement.syntax());
                        let at = self.span(environment.module, range);
                        let message = format!("{} holds no statements", kind.with_article());
                        self.error(&checks::MISPLACED_MEMBER, at, message);
                    }
                }
            }
        }
        let Some(provider) = self.provider(ItemInAccount { id, account: environment.account() }) else { return };
        self.program.providers.push(provider);
    }

    /// The provider that a declaration makes; `None` where it has a fault, which is said.
    pub(crate) fn provider(&mut self, item: ItemInAccount) -> Option<Provider> {
        if let Some(known) = self.providers.get(&item) {
            return known.clone();
        }
        let provider = self.new_provider(item);
        if let Some(arn) = provider.as_ref().and_then(|provider| self.program.provider_arn(provider)) {
            self.provider_arns.insert(arn, item);
        }
        self.providers.insert(item, provider.clone());
        provider
    }

    fn new_provider(&mut self, ItemInAccount { id, account }: ItemInAccount) -> Option<Provider> {
        let declaration = self.names.get(id)?.clone();
        let DeclarationKind::Entity(kind, item) = &declaration.kind else { return None };
        let environment = Environment::of_declaration(&declaration).in_account(account);
        let body = item.body();
        let member = |wanted: fn(&Member) -> bool| {
            body.iter().flat_map(Body::parts).find_map(|part| match part {
                BodyPart::Member(member) if wanted(&member) => Some(member),
                _ => None,
            })
        };
        let damaged = self.is_damaged(declaration.module, item.range());
        let (name, kind) = match kind {
            DeclaredKind::Oidc => {
                let name = self.provider_address(&environment, item, declaration.span)?;
                let Some(audience) = member(|member| matches!(member, Member::Audience(_))) else {
                    if !damaged {
                        self.missing_member(
                            declaration.span,
                            "an OIDC provider says whom its tokens are for",
                            "add the audience, as in `audience \"sts.amazonaws.com\"`",
                        );
                    }
                    return None;
                };
                let list = audience.expressions()?;
                let audiences = self.string_list(&environment, &list, "an audience")?;
                (name, ProviderKind::Oidc { audiences: audiences.into_iter().map(|one| one.value).collect() })
            }
            DeclaredKind::Saml => {
                let (name, _) = self.aws_name(&environment, item, &declaration.name, 128)?;
                let Some(member) = member(|member| matches!(member, Member::Metadata(_))) else {
                    if !damaged {
                        self.missing_member(
                            declaration.span,
                            "a SAML provider has a metadata document",
                            "add the file that the provider gives out, as in `metadata \"okta.xml\"`",
                        );
                    }
                    return None;
                };
                let token = member.string()?;
                let metadata = self.text(&environment, &token)?;
                if !bounds::is_path_below(&metadata) {
                    let at = self.span(declaration.module, token.text_range());
                    self.report(
                        Diagnostic::new(
                            &checks::INVALID_METADATA_PATH,
                            at,
                            format!("`{metadata}` is no path of a file below a folder"),
                        )
                        .help("write it from that folder on, with `/` between its parts, as in `\"idp/okta.xml\"`"),
                    );
                    return None;
                }
                (name, ProviderKind::Saml { metadata })
            }
            _ => return None,
        };
        let tags = match member(|member| matches!(member, Member::Tags(_))) {
            Some(Member::Tags(tags)) => self.tags(&environment, &tags, TagKeys::WithoutCase),
            _ => Vec::new(),
        };
        Some(Provider { kind, account, name, tags, span: declaration.span })
    }

    fn missing_member(&mut self, span: Span, message: &str, help: &str) {
        self.report(Diagnostic::new(&checks::MISSING_MEMBER, span, message).help(help));
    }

    /// An OIDC provider's address without `https://`.
    ///
    /// See [`CreateOpenIDConnectProvider`](https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html).
    fn provider_address(&mut self, environment: &Environment, item: &Declared, declared: Span) -> Option<String> {
        let module = environment.module;
        let Some(token) = item.text() else {
            if !self.is_damaged(module, item.range()) {
                self.missing_member(
                    declared,
                    "an OIDC provider has an address",
                    "write it behind the name, as in `oidc github \"https://token.actions.githubusercontent.com\"`",
                );
            }
            return None;
        };
        let span = self.span(module, token.text_range());
        let address = self.text(environment, &token)?;
        let rest = address.strip_prefix("https://").unwrap_or_default();
        let host = rest.split('/').next().unwrap_or_default();
        let right = address.len() <= 255
            && host.contains('.')
            && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte))
            && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_~/%".contains(&byte));
        if !right {
            self.report(
                Diagnostic::new(
                    &checks::INVALID_PROVIDER_ADDRESS,
                    span,
                    format!("`{address}` is no address of an OIDC provider"),
                )
                .note("it is `https://`, a host and perhaps a path, with no port and no query: what its tokens say as `iss`"),
            );
            return None;
        }
        Some(rest.to_owned())
    }

    /// The principals that `oidc P` or `saml P` is.
    pub(crate) fn federated_principals(
        &mut self,
        environment: &Environment,
        principal: &Principal,
        wanted: DeclaredKind,
        span: Span,
    ) -> Option<Vec<PolicyPrincipal>> {
        let target = principal.target()?;
        let target_span = self.span(environment.module, target.range());
        if let (Expr::String(token), DeclaredKind::Oidc) = (&target, wanted) {
            let name = self.text(environment, token)?;
            return self.built_in_provider(&name, target_span).map(|name| vec![PolicyPrincipal::Federated(name)]);
        }
        let what = if wanted == DeclaredKind::Oidc { "an OIDC provider" } else { "a SAML provider" };
        let reference = self.reference(environment, &target, what)?;
        let reference = self.followed(reference)?;
        let items = self.items_of_kind(environment, &reference, wanted, what, target_span)?;
        items.into_iter().map(|item| self.one_federated_principal(environment, item, span, target_span)).collect()
    }

    fn one_federated_principal(
        &mut self,
        environment: &Environment,
        item: ItemInAccount,
        span: Span,
        target_span: Span,
    ) -> Option<PolicyPrincipal> {
        let declaration = self.names.get(item.id)?.clone();
        let provider = self.provider(item)?;
        if provider.account != environment.account() && !environment.any_account {
            self.report(
                Diagnostic::new(
                    &checks::MISMATCHED_TYPE,
                    target_span,
                    format!("`{}` is a provider of another account", declaration.name),
                )
                .related(declaration.span, "declared here")
                .note("who signs in through a provider gets roles of the provider's own account")
                .help("declare one in this account: the same address can have one in each"),
            );
            return None;
        }
        let Some(arn) = self.program.provider_arn(&provider) else {
            self.report(
                Diagnostic::new(
                    &checks::MISSING_ACCOUNT,
                    span,
                    format!("the ARN of `{}` needs an account id, and there is none", declaration.name),
                )
                .related(declaration.span, "declared here")
                .help("declare the account and say `in` where the provider lives, or set `account` in `iamx.toml`"),
            );
            return None;
        };
        Some(PolicyPrincipal::Federated(arn))
    }

    /// A provider that AWS has built in, which no account needs to make.
    fn built_in_provider(&mut self, name: &str, span: Span) -> Option<String> {
        let known = &self.catalog().tables().built_in_providers;
        if known.iter().any(|one| one == name) {
            return Some(name.to_owned());
        }
        let mut diagnostic =
            Diagnostic::new(&checks::UNKNOWN_NAME, span, format!("AWS has no identity provider `{name}` built in"));
        diagnostic = match nearest(name, known.iter().cloned()) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => {
                diagnostic.help("declare it: `oidc name \"https://…\" { audience \"…\" }`, and trust it by its name")
            }
        };
        self.report(diagnostic);
        None
    }

    /// The ways in that a trust of `principals` opens: a provider's callers come with claims of its own.
    pub(crate) fn entrances(&mut self, principals: Vec<Sourced<PolicyPrincipal>>) -> Option<Vec<Entrance>> {
        let mut entrances: Vec<Entrance> = Vec::new();
        for principal in principals {
            if let PolicyPrincipal::Federated(name) = &principal.value {
                let (name, span) = (name.clone(), principal.span);
                entrances.push(self.federated_entrance(&name, span, principal)?);
            } else if let Some(direct) = entrances.iter_mut().find(|one| one.claims.is_none()) {
                direct.principals.push(principal);
            } else {
                entrances.push(Entrance {
                    principals: vec![principal],
                    action: "AssumeRole",
                    claims: None,
                    condition: Formula::ALWAYS,
                });
            }
        }
        Some(entrances)
    }

    /// What `claim` is in a statement about one provider.
    pub(crate) fn claims_of(&mut self, principals: &[Sourced<PolicyPrincipal>]) -> Option<String> {
        let [principal] = principals else { return None };
        let PolicyPrincipal::Federated(name) = &principal.value else { return None };
        let provider = self.provider_called(name);
        Some(match provider {
            None => name.clone(),
            Some(Provider { name, kind: ProviderKind::Oidc { .. }, .. }) => name,
            Some(Provider { kind: ProviderKind::Saml { .. }, .. }) => "saml".to_owned(),
        })
    }

    /// The declared provider that policies call `name`.
    fn provider_called(&self, name: &str) -> Option<Provider> {
        self.providers.get(self.provider_arns.get(name)?)?.clone()
    }

    fn federated_entrance(&mut self, name: &str, span: Span, principal: Sourced<PolicyPrincipal>) -> Option<Entrance> {
        let provider = self.provider_called(name);
        let web = "AssumeRoleWithWebIdentity";
        let audience = |key: &str, audiences: Vec<String>| {
            let values = audiences.into_iter().map(|one| Sourced::new(one, span)).collect();
            Formula::compare(Operator::plain(BaseOperator::StringEquals), key, values, span)
        };
        let (action, claims, condition) = match provider {
            None => (web, name.to_owned(), Formula::ALWAYS),
            Some(Provider { name, kind: ProviderKind::Oidc { audiences }, .. }) => {
                let condition = audience(&format!("{name}:aud"), audiences);
                (web, name, condition)
            }
            Some(Provider { kind: ProviderKind::Saml { .. }, .. }) => {
                let address = self.sign_in_address(span)?;
                ("AssumeRoleWithSAML", "saml".to_owned(), audience("SAML:aud", vec![address.to_owned()]))
            }
        };
        Some(Entrance { principals: vec![principal], action, claims: Some(claims), condition })
    }

    /// Where SAML assertions for AWS are sent.
    ///
    /// See [SAML assertions](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml_assertions.html),
    /// [for China](https://docs.amazonaws.cn/en_us/IAM/latest/UserGuide/id_roles_providers_create_saml_relying-party.html).
    fn sign_in_address(&mut self, span: Span) -> Option<&'static str> {
        match self.settings().partition.as_str() {
            "aws" => Some("https://signin.aws.amazon.com/saml"),
            "aws-cn" => Some("https://signin.amazonaws.cn/saml"),
            "aws-us-gov" => Some("https://signin.amazonaws-us-gov.com/saml"),
            other => {
                let message = format!("no page of AWS says where assertions are sent in the partition `{other}`");
                self.report(
                    Diagnostic::new(&checks::FEDERATED_PRINCIPAL_NOT_SUPPORTED, span, message)
                        .note("`SAML:aud` is that address, and a trust without it takes assertions that are meant for others")
                        .help("say it in a statement: `trust { allow sts:AssumeRoleWithSAML to saml … when SAML:aud == \"https://…\" }`"),
                );
                None
            }
        }
    }

    /// The key that `claim name` is.
    pub(crate) fn claim_key(&mut self, environment: &Environment, node: &SyntaxNode) -> Option<String> {
        let token = node
            .children_with_tokens()
            .filter_map(iamx_syntax::NodeOrToken::into_token)
            .filter(|token| !token.kind().is_trivia() && token.kind() != iamx_syntax::SyntaxKind::CLAIM_KW);
        let token = token.last()?;
        let claim = if token.kind() == iamx_syntax::SyntaxKind::STRING {
            self.text(environment, &token)?
        } else {
            token.text().to_owned()
        };
        let Some(prefix) = &environment.claims else {
            let span = self.span(environment.module, iamx_syntax::ast::significant_range(node));
            self.report(
                Diagnostic::new(&checks::CLAIM_WITHOUT_PROVIDER, span, format!("nobody brings a claim `{claim}` here"))
                    .note("claims are what the provider of `trust oidc P` or `trust saml P` says of the caller")
                    .help("elsewhere write the key whole, as in `token.actions.githubusercontent.com:sub`"),
            );
            return None;
        };
        Some(format!("{prefix}:{claim}"))
    }
}
