//! What AWS calls an identity or policy: its name, path and ARN.

use std::collections::{HashMap, HashSet, hash_map::Entry};

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
    named_items::ItemInAccount,
    names::{Declaration, DeclarationId, DeclarationKind},
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
            if matches!(header, Header::Path(_))
                && path.starts_with("/aws-service-role/")
                && item.kind() == Some(DeclaredKind::Role)
            {
                self.report(
                    Diagnostic::new(&checks::INVALID_AWS_NAME, span, format!("IAM takes no role at `{path}`"))
                        .note("the path is for service-linked roles, which services make for themselves")
                        .help("give it another path"),
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

    /// An identity, policy or provider as a resource: its ARN. `at` is where it is named.
    pub(crate) fn item_resource(&mut self, named: ItemInAccount, at: Span) -> Option<Resource> {
        let ItemInAccount { id, account } = named;
        let declaration = self.names.get(id)?.clone();
        let DeclarationKind::Entity(declared, item) = &declaration.kind else { return None };
        let (kind, max) = match declared {
            DeclaredKind::Oidc => ("oidc-provider", 0),
            DeclaredKind::Saml => ("saml-provider", 0),
            DeclaredKind::Role => ("role", 64),
            DeclaredKind::User => ("user", 64),
            DeclaredKind::Group => ("group", 128),
            DeclaredKind::Policy | DeclaredKind::Boundary => ("policy", 128),
            other => {
                self.not_yet_at(at, &format!("the ARN of a `{}`", other.word()));
                return None;
            }
        };
        let own = Environment::of_declaration(&declaration).in_account(account);
        let (name, path) = match declared {
            DeclaredKind::Oidc | DeclaredKind::Saml => (self.provider(named)?.name, "/".to_owned()),
            _ => self.aws_name(&own, item, &declaration.name, max)?,
        };
        let Some(arn) = self.program.iam_arn(account, kind, &path, &name) else {
            self.report(
                Diagnostic::new(
                    &checks::MISSING_ACCOUNT,
                    at,
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
        let DeclarationKind::Entity(kind, _) = &declaration.kind else { return None };
        if let [Postfix::Name(part)] = reference.rest.as_slice()
            && part.text() == "name"
            && !kind.is_resource()
        {
            let mut names: Vec<Sourced<String>> = Vec::new();
            for item in self.items_named(environment, reference)? {
                let name = self.name_of(item, 128)?;
                if names.iter().all(|other| other.value != name) {
                    names.push(Sourced::new(name, reference.span));
                }
            }
            return Some(names);
        }
        if let (true, [Postfix::Name(part), ..]) = (kind.is_resource(), reference.rest.as_slice())
            && is_resource_part(part.text())
        {
            let mut texts: Vec<Sourced<String>> = Vec::new();
            for item in self.items_named(environment, reference)? {
                for text in self.resource_part(item, reference)? {
                    if texts.iter().all(|other| other.value != text.value) {
                        texts.push(text);
                    }
                }
            }
            return Some(texts);
        }
        if !kind.is_resource()
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
        let mut first: HashMap<(&'static str, Option<usize>, String), Named> = HashMap::new();
        let (mut findings, mut said) = (Vec::new(), HashSet::new());
        for one in self.named_entities() {
            // Of a name that is declared twice that was said.
            if self.names.is_named_again(one.span) {
                continue;
            }
            match first.entry((one.kind, one.account, one.name.to_lowercase())) {
                Entry::Vacant(entry) => {
                    entry.insert(one);
                }
                Entry::Occupied(entry) => {
                    let before = entry.get();
                    // What clashes in every account is said of the first.
                    if said.insert((before.span, before.id, one.span, one.id)) {
                        findings.push(self.named_twice(before, &one));
                    }
                }
            }
        }
        self.diagnostics.append(&mut findings);
    }

    fn named_entities(&self) -> Vec<Named> {
        let program = &self.program;
        let one = |kind, account, name: &str, span| Named { kind, account, name: name.to_owned(), span, id: None };
        let mut named: Vec<Named> = Vec::new();
        named.extend(program.policies.iter().map(|policy| one("policy", policy.account, &policy.name, policy.span)));
        let roles = program.roles.len();
        let users = program.users.len();
        let first_identity = named.len();
        named.extend(
            program
                .identities()
                .map(|(kind, identity)| one(kind.word(), identity.account, &identity.name, identity.span)),
        );
        for (item, index) in &self.entities {
            let before = match self.names.get(item.id).map(|one| &one.kind) {
                Some(DeclarationKind::Entity(DeclaredKind::Role, _)) => 0,
                Some(DeclarationKind::Entity(DeclaredKind::User, _)) => roles,
                Some(DeclarationKind::Entity(DeclaredKind::Group, _)) => roles + users,
                _ => continue,
            };
            if let Some(entity) = named.get_mut(first_identity + before + index) {
                entity.id = Some(item.id);
            }
        }
        for (item, index) in &self.made {
            if let Some(policy) = named.get_mut(*index) {
                policy.id = Some(item.id);
            }
        }
        named.extend(program.providers.iter().map(|provider| {
            let kind = match provider.kind {
                ProviderKind::Oidc { .. } => "OIDC provider",
                ProviderKind::Saml { .. } => "SAML provider",
            };
            one(kind, provider.account, &provider.name, provider.span)
        }));
        named.extend(program.permission_sets.iter().map(|set| one("permission set", None, &set.name, set.span)));
        // They are the organization's, whichever account keeps them.
        named.extend(program.guardrails.iter().map(|guardrail| {
            let kind = match guardrail.kind {
                GuardrailKind::Scp => "service control policy",
                GuardrailKind::Rcp => "resource control policy",
            };
            one(kind, None, &guardrail.name, guardrail.span)
        }));
        named
    }

    fn named_twice(&self, first: &Named, second: &Named) -> Diagnostic {
        let kind = second.kind;
        let kinds = kind.strip_suffix('y').map_or_else(|| format!("{kind}s"), |stem| format!("{stem}ies"));
        let whose = match second.account {
            Some(account) => format!("of `{}`", self.account_name(account)),
            None if kind.ends_with("control policy") => "of one organization".to_owned(),
            None => "of one account".to_owned(),
        };
        let message = format!("two {kinds} {whose} are called `{}` in AWS", second.name);
        let turn = |one: &Named| self.names.get(one.id?).filter(|one| one.turn.is_some());
        let mut diagnostic = Diagnostic::new(&checks::DUPLICATE_AWS_NAME, second.span, message);
        // What one declaration makes in turns of a `for` is told apart by the values.
        diagnostic = match (turn(first), turn(second)) {
            (Some(before), Some(this)) if first.span == second.span => {
                let value = |one: &Declaration| one.turn.as_ref().map_or(one.span, |turn| turn.value);
                diagnostic
                    .related(value(this), format!("`{}`, made for this value,", this.shown()))
                    .related(value(before), format!("and `{}`, made for this one", before.shown()))
            }
            _ => diagnostic.related(first.span, "the other one"),
        };
        diagnostic.note("names in IAM ignore case").help(match kind {
            "OIDC provider" => "delete one: an account has one provider of each address, with all its audiences",
            _ if first.span == second.span => "say the value in the name: `named \"…-${…}\"`",
            _ => "give one of them another name with `named \"…\"`",
        })
    }
}

/// An entity and its name in AWS.
struct Named {
    kind: &'static str,
    account: Option<usize>,
    name: String,
    span: Span,
    /// What made it, where that was kept.
    id: Option<DeclarationId>,
}
