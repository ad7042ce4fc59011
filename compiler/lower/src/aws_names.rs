//! What AWS calls an identity or policy: its name, path and ARN.

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::Sourced;
use iamx_syntax::{
    SyntaxToken,
    ast::{Declared, DeclaredKind, Expr, Header, Postfix},
};
use iamx_text::Span;

use crate::{
    GuardrailKind, ProviderKind, bounds,
    item_parts::is_resource_part,
    lowerer::{Lowerer, MAX_NAMES_DEEP},
    names::{DeclarationId, DeclarationKind},
    resources::{Resource, Typed},
    scope::{Environment, Reference},
};

impl Lowerer<'_> {
    /// The name and path in AWS: `named` and `path`, else the item's name and `/`. What a string takes in is looked up
    /// in `environment`.
    pub(crate) fn aws_name(
        &mut self,
        environment: &Environment,
        item: &Declared,
        declared: &str,
        max: usize,
    ) -> Option<(String, String)> {
        let module = environment.module;
        let (mut name, mut path) = (declared.to_owned(), "/".to_owned());
        for header in item.headers() {
            let slot = match header {
                Header::Named(_) => &mut name,
                Header::Path(_) => &mut path,
                _ => continue,
            };
            let token = header.string()?;
            let span = self.span(module, token.text_range());
            *slot = self.header_text(environment, token, span)?;
            if matches!(header, Header::Named(_)) && !bounds::is_iam_name(&name, max) {
                self.invalid_name(&name, max, span);
                return None;
            }
            if matches!(header, Header::Path(_)) && !bounds::is_iam_path(&path) {
                self.report(
                    Diagnostic::new(&checks::INVALID_AWS_NAME, span, format!("`{path}` is no path of IAM's"))
                        .note("a path begins and ends with `/` and holds no blanks and no wildcards, as in `/data/`"),
                );
                return None;
            }
        }
        if !bounds::is_iam_name(&name, max) {
            let span = item.name().map(|token| self.span(module, token.text_range()))?;
            self.invalid_name(&name, max, span);
            return None;
        }
        Some((name, path))
    }

    /// The text of `named` or `path`, its values put in. One that takes in the name it gives would have no end.
    fn header_text(&mut self, environment: &Environment, token: SyntaxToken, span: Span) -> Option<String> {
        if !token.text().contains("${") {
            return self.plain_string(environment.module, &token);
        }
        if let Some(start) = self.naming.iter().position(|other| *other == span) {
            // One message a circle, wherever it is entered.
            let circle = self.naming.iter().skip(start);
            let first = circle.min_by_key(|span| (span.file, span.range.start())).copied().unwrap_or(span);
            if self.named_after_themselves.insert(first) {
                self.error(&checks::CIRCULAR_DECLARATION, first, "this name is made of itself");
            }
            return None;
        }
        if self.naming.len() >= MAX_NAMES_DEEP {
            let message = format!("names are made of names more than {MAX_NAMES_DEEP} deep here");
            self.error(&checks::EXPANSION_TOO_LARGE, span, message);
            return None;
        }
        self.naming.push(span);
        let text = self.one_string(environment, &Expr::String(token), "a string");
        self.naming.pop();
        Some(text?.value)
    }

    pub(crate) fn invalid_name(&mut self, name: &str, max: usize, span: Span) {
        self.report(
            Diagnostic::new(&checks::INVALID_AWS_NAME, span, format!("`{name}` can't be a name in IAM"))
                .note(if matches!(name, "." | "..") {
                    "its document's folder would be called that, and file systems read it as another".to_owned()
                } else {
                    format!("a name is 1 to {max} letters, digits and `+=,.@_-`")
                })
                .help("give it another with `named \"…\"`"),
        );
    }

    /// The account of a declaration, which is the one that the reference names, if it names one; the inner `None` where the
    /// declaration has none of its own.
    #[allow(clippy::option_option, reason = "the outer one says that something is wrong")]
    pub(crate) fn home_as_said(&mut self, id: DeclarationId, reference: &Reference) -> Option<Option<usize>> {
        let home = self.home(id);
        let (Some(said), Some(lives)) = (reference.account, home) else { return Some(home) };
        if said == lives {
            return Some(home);
        }
        let declaration = self.names.get(id)?.clone();
        let name =
            |index: usize| self.program.accounts.get(index).map(|account| account.name.clone()).unwrap_or_default();
        let message = format!("`{}` lives in `{}`, not in `{}`", declaration.name, name(lives), name(said));
        self.report(
            Diagnostic::new(&checks::UNKNOWN_NAME, reference.span, message).related(declaration.span, "declared here"),
        );
        None
    }

    /// An identity or policy as a resource: its ARN.
    pub(crate) fn entity_resource(
        &mut self,
        environment: &Environment,
        id: DeclarationId,
        item: &Declared,
        reference: &Reference,
    ) -> Option<Resource> {
        let declaration = self.names.get(id)?.clone();
        let (kind, max) = match item.kind()? {
            DeclaredKind::Oidc => ("oidc-provider", 0),
            DeclaredKind::Saml => ("saml-provider", 0),
            DeclaredKind::Role => ("role", 64),
            DeclaredKind::User => ("user", 64),
            DeclaredKind::Group => ("group", 128),
            DeclaredKind::Policy | DeclaredKind::Boundary => ("policy", 128),
            other => {
                self.not_yet_at(reference.span, &format!("the ARN of a `{}`", other.word()));
                return None;
            }
        };
        let home = self.home_as_said(id, reference)?;
        let account = match item.kind()? {
            // One that says no account is made where it is used.
            DeclaredKind::Policy | DeclaredKind::Boundary => {
                let said = self.said_home(declaration.module, item);
                said.or(reference.account).or(environment.account).or(home)
            }
            _ => home.or(reference.account),
        };
        let own = Environment::of(declaration.module).in_account(account);
        let (name, path) = match item.kind()? {
            DeclaredKind::Oidc | DeclaredKind::Saml => (self.provider(id)?.name, "/".to_owned()),
            _ => self.aws_name(&own, item, &declaration.name, max)?,
        };
        let Some(arn) = self.program.iam_arn(account, kind, &path, &name) else {
            self.report(
                Diagnostic::new(
                    &checks::MISSING_ACCOUNT,
                    reference.span,
                    format!("the ARN of `{}` needs an account id, and there is none", declaration.name),
                )
                .related(declaration.span, "declared here")
                .help("declare the account and say `in` where the item lives, or set `account` in `iamx.toml`"),
            );
            return None;
        };
        let argument = format!("{}{name}", path.trim_start_matches('/'));
        let typed = Typed {
            service: "iam".to_owned(),
            type_name: kind.to_owned(),
            arguments: vec![argument],
            region: None,
            owner: account.into(),
        };
        Some(Resource { arn, typed: Some(typed) })
    }

    /// `Reader.arn`, `Reader.name` as text.
    pub(crate) fn entity_string(
        &mut self,
        environment: &Environment,
        id: DeclarationId,
        reference: &Reference,
        what: &str,
    ) -> Option<Vec<Sourced<String>>> {
        let declaration = self.names.get(id)?.clone();
        let DeclarationKind::Entity(kind, item) = &declaration.kind else { return None };
        if let [Postfix::Name(part)] = reference.rest.as_slice()
            && part.text() == "name"
            && !matches!(kind, DeclaredKind::Resource)
        {
            let own = Environment::of(declaration.module).in_account(self.home(id));
            let (name, _) = self.aws_name(&own, item, &declaration.name, 128)?;
            return Some(vec![Sourced::new(name, reference.span)]);
        }
        if let (DeclaredKind::Resource, [Postfix::Name(part), ..]) = (kind, reference.rest.as_slice())
            && is_resource_part(part.text())
        {
            return self.resource_part(id, item, reference);
        }
        if !matches!(kind, DeclaredKind::Resource)
            && !reference.rest.is_empty()
            && !matches!(reference.rest.as_slice(), [Postfix::Name(part)] if part.text() == "arn")
        {
            self.error(
                &checks::MISMATCHED_TYPE,
                reference.span,
                format!("expected {what}; the parts of {} are `arn` and `name`", declaration.kind.describe()),
            );
            return None;
        }
        let resources = self.referenced_resources(environment, reference)?;
        Some(resources.into_iter().map(|resource| Sourced::new(resource.value.arn, resource.span)).collect())
    }

    /// Two entities of a kind with one name in an account would be one.
    ///
    /// See [IAM names](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html), which ignore case.
    pub(crate) fn check_entities_named_once(&mut self) {
        let mut named: Vec<(&'static str, Option<usize>, String, Span)> = Vec::new();
        let program = &self.program;
        named
            .extend(program.policies.iter().map(|policy| ("policy", policy.account, policy.name.clone(), policy.span)));
        named.extend(
            program
                .identities()
                .map(|(kind, identity)| (kind.word(), identity.account, identity.name.clone(), identity.span)),
        );
        named.extend(program.providers.iter().map(|one| match one.kind {
            ProviderKind::Oidc { .. } => ("OIDC provider", one.account, one.name.clone(), one.span),
            ProviderKind::Saml { .. } => ("SAML provider", one.account, one.name.clone(), one.span),
        }));
        named.extend(program.permission_sets.iter().map(|one| ("permission set", None, one.name.clone(), one.span)));
        // They are the organization's, whichever account keeps them.
        named.extend(program.guardrails.iter().map(|one| match one.kind {
            GuardrailKind::Scp => ("service control policy", None, one.name.clone(), one.span),
            GuardrailKind::Rcp => ("resource control policy", None, one.name.clone(), one.span),
        }));
        let mut first: std::collections::HashMap<(&'static str, Option<usize>, String), Span> =
            std::collections::HashMap::new();
        for (kind, account, name, span) in named {
            match first.entry((kind, account, name.to_lowercase())) {
                std::collections::hash_map::Entry::Vacant(entry) => {
                    entry.insert(span);
                }
                std::collections::hash_map::Entry::Occupied(entry) => {
                    let message = format!(
                        "two {} of one {} are called `{name}` in AWS",
                        kind.strip_suffix('y').map_or_else(|| format!("{kind}s"), |stem| format!("{stem}ies")),
                        if kind.ends_with("control policy") { "organization" } else { "account" },
                    );
                    let diagnostic = Diagnostic::new(&checks::DUPLICATE_AWS_NAME, span, message)
                        .related(*entry.get(), "the other one")
                        .note("names in IAM ignore case")
                        .help(if kind == "OIDC provider" {
                            "delete one: an account has one provider of each address, with all its audiences"
                        } else {
                            "give one of them another name with `named \"…\"`"
                        });
                    self.diagnostics.push(diagnostic);
                }
            }
        }
    }
}
