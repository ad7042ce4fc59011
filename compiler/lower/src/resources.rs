//! What stands after `on`: ARNs by resource type, children, entities, raw ARNs.

use iamx_catalog::{ArnTemplate, ResourceType, Service};
use iamx_diagnostic::{Applicability, Diagnostic, Severity, checks};
use iamx_policy::Sourced;
use iamx_syntax::ast::{Arguments, AstNode, Call, Declared, DeclaredKind, Expr, Postfix};
use iamx_text::{Span, TextRange, TextSize};

use crate::{
    Extern,
    bucket_names::{BucketNameFault, bucket_name_fault},
    lowerer::Lowerer,
    named_items::ItemInAccount,
    names::{DeclarationId, DeclarationKind},
    scope::{Environment, Itself, Reference, Target, counted, postfix_range, within},
};

/// A resource, with its type where it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resource {
    /// Its ARN, perhaps with wildcards; `*` for every resource.
    pub(crate) arn: String,
    pub(crate) typed: Option<Typed>,
}

/// What a resource's ARN was made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Typed {
    pub(crate) service: String,
    pub(crate) type_name: String,
    pub(crate) arguments: Vec<String>,
    pub(crate) region: Option<String>,
    pub(crate) owner: Owner,
}

/// Whose account stands in an ARN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// A declared account, by its position in the program.
    Account(usize),
    /// That of an extern, by its position in the program, which is known only when it is deployed.
    Extern(usize),
    /// `*`: a guardrail binds many.
    Any,
    /// Nobody said.
    Unknown,
}

impl From<Option<usize>> for Owner {
    fn from(account: Option<usize>) -> Self {
        account.map_or(Self::Unknown, Self::Account)
    }
}

impl Resource {
    pub(crate) fn all() -> Self {
        Self { arn: "*".to_owned(), typed: None }
    }
}

/// The resources of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ResourceSet {
    /// Whether it is every resource **but** these.
    pub(crate) negated: bool,
    pub(crate) resources: Vec<Sourced<Resource>>,
}

impl Lowerer<'_> {
    pub(crate) fn resources(&mut self, environment: &Environment, expr: &Expr) -> Option<Vec<Sourced<Resource>>> {
        let span = self.span(environment.module, expr.range());
        match expr {
            Expr::Star(_) => Some(vec![Sourced::new(Resource::all(), span)]),
            Expr::String(_) => {
                let arns = self.strings(environment, expr, "an ARN")?;
                self.raw_arns(arns)
            }
            Expr::Bracketed(list) => {
                let set = self.bracketed_resources(environment, list)?;
                self.named_resources(set, span)
            }
            Expr::Except(list) => {
                let set = self.resource_set(environment, list)?;
                self.named_resources(set, span)
            }
            Expr::Call(_) | Expr::CallIn(_) => {
                let reference = self.reference(environment, expr, "a resource")?;
                self.referenced_resources(environment, &reference)
            }
            Expr::Unchecked(node) => self.unchecked_resources(environment, node, span),
            _ => {
                self.expected("a resource", expr, span);
                None
            }
        }
    }

    pub(crate) fn raw_arns(&mut self, arns: Vec<Sourced<String>>) -> Option<Vec<Sourced<Resource>>> {
        let mut resources = Vec::new();
        let mut whole = true;
        for arn in arns {
            if arn.value == "*" || is_arn_pattern(&arn.value) {
                resources.push(Sourced::new(Resource { arn: arn.value, typed: None }, arn.span));
            } else {
                whole = false;
                self.report(
                    Diagnostic::new(&checks::INVALID_ARN, arn.span, format!("`{}` is no ARN", arn.value))
                        .note("an ARN is `arn:partition:service:region:account:resource`"),
                );
            }
        }
        whole.then_some(resources)
    }

    /// The resources that a name with what follows it stands for.
    pub(crate) fn referenced_resources(
        &mut self,
        environment: &Environment,
        reference: &Reference,
    ) -> Option<Vec<Sourced<Resource>>> {
        let (base, used) = match &reference.target {
            Target::Argument(binding)
                if let (Expr::String(_), [Postfix::Name(part), ..]) =
                    (&binding.argument, reference.rest.as_slice())
                    && self.catalog().service(&binding.name).is_some() =>
            {
                let (name, part) = (&binding.name, part.text());
                let message = format!("`{name}` is a string here, and not AWS's service");
                self.report(
                    Diagnostic::new(&checks::MISMATCHED_TYPE, reference.span, message)
                        .help(format!("the service's is `aws.{name}.{part}`; or give the string another name")),
                );
                return None;
            }
            Target::Argument(binding) => (self.resources(&binding.environment, &binding.argument)?, 0),
            Target::Service(prefix) => self.typed_by_service(environment, prefix, reference)?,
            Target::Itself => (self.itself(environment, reference.span)?, 0),
            Target::Account(_) | Target::DeployedAccount | Target::Organization => {
                self.error(
                    &checks::MISMATCHED_TYPE,
                    reference.span,
                    "expected a resource, and this is an account or an organization",
                );
                return None;
            }
            Target::Declaration(id) => self.declared_resources(environment, *id, reference)?,
            Target::Several(_) => (self.item_resources(environment, reference)?, 0),
        };
        let rest = reference.rest.get(used..).unwrap_or_default();
        let mut resources: Vec<_> =
            base.into_iter().map(|resource| Sourced::new(resource.value, reference.span)).collect();
        let mut rest = rest.iter();
        while let Some(postfix) = rest.next() {
            let Postfix::Name(name) = postfix else {
                let span = within(reference.span, postfix_range(postfix));
                self.error(&checks::MISMATCHED_TYPE, span, "a resource takes no arguments here");
                return None;
            };
            if name.text() == "arn" && rest.as_slice().is_empty() {
                break;
            }
            let arguments = match rest.as_slice().first() {
                Some(Postfix::Arguments(arguments)) => {
                    rest.next();
                    Some(arguments)
                }
                _ => None,
            };
            let name_span = within(reference.span, name.text_range());
            let choices = self.argument_strings(environment, arguments)?;
            let mut children = Vec::new();
            for resource in resources {
                for given in &choices {
                    let arn = self.child(&resource.value, name.text(), given, name_span)?;
                    children.extend(arn.into_iter().map(|child| Sourced::new(child, reference.span)));
                }
            }
            resources = children;
        }
        Some(resources)
    }

    /// What `self` stands for.
    fn itself(&mut self, environment: &Environment, span: Span) -> Option<Vec<Sourced<Resource>>> {
        let resource = match environment.itself.as_deref() {
            Some(Itself::Resource(resource, _)) => resource.clone(),
            Some(Itself::Role(id)) => {
                self.item_resource(ItemInAccount { id: *id, account: environment.account() }, span)?
            }
            None => {
                self.report(
                    Diagnostic::new(&checks::MISMATCHED_TYPE, span, "`self` means nothing here")
                        .note("it is the resource, or the role, whose own policy is being written"),
                );
                return None;
            }
        };
        Some(vec![Sourced::new(resource, span)])
    }

    fn declared_resources(
        &mut self,
        environment: &Environment,
        id: DeclarationId,
        reference: &Reference,
    ) -> Option<(Vec<Sourced<Resource>>, usize)> {
        let declaration = self.names.get(id)?.clone();
        match &declaration.kind {
            DeclarationKind::Let(_) => {
                let used = usize::from(matches!(reference.rest.first(), Some(Postfix::Arguments(_))));
                let call = Reference { rest: reference.rest.iter().take(used).cloned().collect(), ..reference.clone() };
                let resources = self.with_let(environment, id, &call, |lowerer, inner, list| {
                    let set = lowerer.resource_set(inner, list)?;
                    lowerer.named_resources(set, reference.span)
                })?;
                Some((resources, used))
            }
            DeclarationKind::Entity(..) => Some((self.item_resources(environment, reference)?, 0)),
            DeclarationKind::Param(_) => {
                let call = Reference { rest: Vec::new(), ..reference.clone() };
                let strings = self.referenced_strings(environment, &call, "an ARN")?;
                Some((self.raw_arns(strings)?, 0))
            }
            other => {
                let message = format!("expected a resource, and `{}` is {}", declaration.name, other.describe());
                self.report(
                    Diagnostic::new(&checks::MISMATCHED_TYPE, reference.span, message)
                        .related(declaration.span, "declared here"),
                );
                None
            }
        }
    }

    /// The ARNs of the items that `reference` names.
    fn item_resources(&mut self, environment: &Environment, reference: &Reference) -> Option<Vec<Sourced<Resource>>> {
        let mut resources = Vec::new();
        for named in self.items_named(environment, reference)? {
            let declaration = self.names.get(named.id)?.clone();
            if let DeclarationKind::Entity(DeclaredKind::Resource | DeclaredKind::Extern, item) = &declaration.kind {
                self.enter(named.id, reference.span)?;
                let own = self.declared_resource(named.id, item, named.account);
                self.leave();
                resources.extend(own?.into_iter().map(|resource| Sourced::new(resource, reference.span)));
            } else {
                resources.push(Sourced::new(self.item_resource(named, reference.span)?, reference.span));
            }
        }
        Some(resources)
    }

    /// The ARNs of `resource name: service.type(arguments)` in an account, or that of an extern.
    pub(crate) fn declared_resource(
        &mut self,
        id: DeclarationId,
        item: &Declared,
        account: Option<usize>,
    ) -> Option<Vec<Resource>> {
        if item.kind() == Some(DeclaredKind::Extern) {
            return self.extern_resource(ItemInAccount { id, account }, item).map(|resource| vec![resource]);
        }
        let declaration = self.names.get(id)?.clone();
        let type_call = item.type_call()?;
        let words = type_call.words();
        let span = self.span(declaration.module, type_call.path()?.range());
        let environment = Environment::of_declaration(&declaration).in_account(account);
        let region = self.said_region(declaration.module, item)?.or_else(|| self.workspace_region());
        let [service, type_name] = words.as_slice() else {
            self.no_type(span);
            return None;
        };
        if let Some(foreign) = item.foreign() {
            let at = self.span(declaration.module, foreign.range());
            self.report(
                Diagnostic::new(&checks::MISPLACED_MEMBER, at, "a resource says its ARN, and this says who makes it")
                    .help("write `extern` in place of `resource`, and its type without arguments"),
            );
            return None;
        }
        if !self.catalog().has_service(service) {
            self.unknown_service(service, Self::service_span(span, service));
            return None;
        }
        let choices = self.argument_strings(&environment, type_call.arguments().as_ref())?;
        let mut resources = Vec::new();
        for arguments in choices {
            resources.append(&mut self.typed(service, type_name, &arguments, region.clone(), account.into(), span)?);
        }
        Some(resources)
    }

    /// Where a type, which stands at `span`, names its service.
    pub(crate) fn service_span(span: Span, prefix: &str) -> Span {
        let end = span.range.start() + TextSize::of(prefix);
        Span::new(span.file, TextRange::new(span.range.start(), end.min(span.range.end())))
    }

    pub(crate) fn no_type(&mut self, span: Span) {
        let message = "a resource's type is a service and a type in it";
        self.report(Diagnostic::new(&checks::UNKNOWN_RESOURCE_TYPE, span, message).help("such as `s3.bucket(\"…\")`"));
    }

    /// `service.type(arguments)` as an expression, and how many postfixes that takes.
    fn typed_by_service(
        &mut self,
        environment: &Environment,
        prefix: &str,
        reference: &Reference,
    ) -> Option<(Vec<Sourced<Resource>>, usize)> {
        let Some(Postfix::Name(type_name)) = reference.rest.first() else {
            self.report(
                Diagnostic::new(
                    &checks::MISMATCHED_TYPE,
                    reference.span,
                    format!("expected a resource, and `{prefix}` is a service"),
                )
                .help(format!("a resource of it is `{prefix}.type(\"…\")`")),
            );
            return None;
        };
        let arguments = match reference.rest.get(1) {
            Some(Postfix::Arguments(arguments)) => Some(arguments),
            _ => None,
        };
        let choices = self.argument_strings(environment, arguments)?;
        let span = within(reference.span, type_name.text_range());
        // A guardrail is about every account's, wherever they are.
        let region = if environment.any_account { None } else { self.workspace_region() };
        let service = self.catalog().service(prefix);
        let resource_type = service.and_then(|service| service.resource_type(type_name.text()));
        let is_of_account = resource_type.is_none_or(|one| one.arn_templates.iter().any(ArnTemplate::has_account));
        // The ARNs of buckets, for one, name no account.
        let here = if is_of_account { environment.account_of_id() } else { environment.kept_in() };
        let owner = match here.or_else(|| self.default_account()) {
            _ if environment.any_account => Owner::Any,
            account => account.into(),
        };
        if is_of_account && environment.assigned.is_some() && matches!(owner, Owner::Unknown) {
            let message = "this ARN needs an account id, and there is none";
            self.no_account(environment, span, message, ("", ""));
            return None;
        }
        let mut resources = Vec::new();
        for given in choices {
            let typed = self.typed(prefix, type_name.text(), &given, region.clone(), owner, span)?;
            resources.extend(typed.into_iter().map(|resource| Sourced::new(resource, reference.span)));
        }
        Some((resources, if arguments.is_some() { 2 } else { 1 }))
    }

    /// The arguments: a list among them stands for each of its strings.
    pub(crate) fn argument_strings(
        &mut self,
        environment: &Environment,
        arguments: Option<&Arguments>,
    ) -> Option<Vec<Vec<Sourced<String>>>> {
        let mut choices = vec![Vec::new()];
        for argument in arguments.map(Arguments::arguments).unwrap_or_default() {
            let strings = self.strings(environment, &argument, "a string")?;
            self.spend(choices.len().saturating_mul(strings.len()), self.span(environment.module, argument.range()))?;
            choices = choices
                .iter()
                .flat_map(|before: &Vec<Sourced<String>>| {
                    strings.iter().map(move |string| before.iter().cloned().chain([string.clone()]).collect())
                })
                .collect();
        }
        Some(choices)
    }

    fn typed(
        &mut self,
        prefix: &str,
        type_name: &str,
        arguments: &[Sourced<String>],
        region: Option<String>,
        owner: Owner,
        span: Span,
    ) -> Option<Vec<Resource>> {
        let Some(service) = self.catalog().service(prefix) else {
            self.unknown_service(prefix, span);
            return None;
        };
        let Some(resource_type) = service.resource_type(type_name) else {
            self.unknown_type(service, type_name, span);
            return None;
        };
        let templates: Vec<_> =
            resource_type.arn_templates.iter().filter(|template| template.arity() == arguments.len()).collect();
        if templates.is_empty() {
            self.wrong_type_arguments(service, resource_type, &resource_type.arn_templates, arguments.len(), span);
            return None;
        }
        self.check_first_argument(service.prefix(), resource_type, arguments)?;
        if let ("s3", "bucket" | "object", Some(bucket)) =
            (service.prefix(), resource_type.slug().as_str(), arguments.first().filter(|name| !name.value.is_empty()))
        {
            self.check_bucket_name(&bucket.value, bucket.span)?;
        }
        let typed = Typed {
            service: service.prefix().to_owned(),
            type_name: resource_type.slug(),
            arguments: arguments.iter().map(|argument| argument.value.clone()).collect(),
            region,
            owner,
        };
        let mut resources = Vec::new();
        for template in templates {
            self.check_repeated_start(template, arguments, 0);
            let arn = self.fill(template, &typed, span)?;
            resources.push(Resource { arn, typed: Some(typed.clone()) });
        }
        Some(resources)
    }

    pub(crate) fn fill(&mut self, template: &ArnTemplate, typed: &Typed, span: Span) -> Option<String> {
        let account = match typed.owner {
            Owner::Account(index) => self.program.account_id(Some(index)),
            Owner::Extern(index) => self.program.externs.get(index).and_then(Extern::unknown_account),
            Owner::Any => Some("*".to_owned()),
            Owner::Unknown => self.program.account_id(None),
        };
        let account = match account {
            Some(id) => id,
            None if template.has_account() => {
                self.report(
                    Diagnostic::new(&checks::MISSING_ACCOUNT, span, "this ARN needs an account id, and there is none")
                        .note(format!("its form is `{}`", template.text()))
                        .help("say where the resource lives with `in`, or set `account` in `iamx.toml`"),
                );
                return None;
            }
            None => String::new(),
        };
        self.check_arguments(typed, span)?;
        let mut with_path = template.placeholders().zip(&typed.arguments);
        if let Some((_, path)) = with_path.find(|(placeholder, argument)| {
            typed.service == "iam"
                && placeholder.ends_with("WithPath")
                && (argument.starts_with('/') || argument.contains("//"))
        }) {
            let message = format!("`{path}` gives two slashes in a row, and nothing has such an ARN");
            let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
            let rest = parts.join("/");
            self.report(
                Diagnostic::new(&checks::INVALID_ARN, span, message)
                    .help(format!("an ARN has one slash there: `iam.{}(\"{rest}\")`", typed.type_name)),
            );
            return None;
        }
        let arguments: Vec<&str> = template
            .placeholders()
            .zip(&typed.arguments)
            // Systems Manager's names may begin with a slash, which then stands once in the ARN.
            .map(|(placeholder, argument)| match argument.strip_prefix('/') {
                Some(rest) if placeholder.ends_with("WithoutLeadingSlash") => rest,
                _ => argument,
            })
            .collect();
        let region = typed.region.as_deref().unwrap_or("*");
        template.fill(&self.settings().partition, region, &account, &arguments)
    }

    /// Says so where an argument can be no part of an ARN.
    fn check_arguments(&mut self, typed: &Typed, span: Span) -> Option<()> {
        let what = format!("{}.{}", typed.service, typed.type_name);
        if typed.arguments.iter().any(String::is_empty) {
            let message = format!("`{what}` is given an empty text, and nothing has such an ARN");
            self.report(Diagnostic::new(&checks::INVALID_ARN, span, message).help("`\"*\"` stands for any"));
            return None;
        }
        Some(())
    }

    fn check_bucket_name(&mut self, name: &str, span: Span) -> Option<()> {
        let Some(fault) = bucket_name_fault(name) else { return Some(()) };
        match fault {
            BucketNameFault::Never(message) => {
                let diagnostic = Diagnostic::new(&checks::INVALID_ARN, span, message);
                self.report(if name.contains('/') {
                    diagnostic.help("what follows one is an object's key: `s3.bucket(\"…\").object(\"…\")`")
                } else {
                    diagnostic
                });
                None
            }
            BucketNameFault::NoLonger(message) => {
                let mut diagnostic = Diagnostic::new(&checks::INVALID_ARN, span, message)
                    .note("only us-east-1 took such names, until March 2018");
                diagnostic.severity = Severity::Warning;
                self.report(diagnostic);
                Some(())
            }
        }
    }

    /// The child `name` of `parent`: the type whose template goes on from its parent's.
    fn child(&mut self, parent: &Resource, name: &str, given: &[Sourced<String>], span: Span) -> Option<Vec<Resource>> {
        let Some(typed) = &parent.typed else {
            self.report(
                Diagnostic::new(&checks::UNKNOWN_RESOURCE_TYPE, span, "a raw ARN has no children")
                    .note("its type isn't known")
                    .help("write the whole ARN, or declare the resource by its type"),
            );
            return None;
        };
        let service = self.catalog().service(&typed.service)?;
        let parent_type = service.resource_type(&typed.type_name)?;
        let children: Vec<_> = service.children(parent_type).collect();
        let named: Vec<_> = children
            .iter()
            .filter(|child| child.resource_type.slug() == name && child.parent.arity() == typed.arguments.len())
            .collect();
        if named.is_empty() {
            self.no_such_child(service, parent_type, name, span);
            return None;
        }
        let fitting: Vec<_> = named.iter().filter(|child| child.placeholders.len() == given.len()).collect();
        if fitting.is_empty() {
            let expected: Vec<_> = named.iter().map(|child| child.placeholders.join(", ")).collect();
            self.report(
                Diagnostic::new(
                    &checks::WRONG_ARITY,
                    span,
                    format!("`{name}` is given {}", counted(given.len(), "argument")),
                )
                .help(format!("it takes `{name}({})`", expected.join(")` or `("))),
            );
            return None;
        }
        let mut resources = Vec::new();
        for child in fitting {
            let mut arguments = typed.arguments.clone();
            arguments.extend(given.iter().map(|argument| argument.value.clone()));
            let typed = Typed { type_name: child.resource_type.slug(), arguments, ..typed.clone() };
            self.check_repeated_start(child.template, given, child.parent.arity());
            let arn = self.fill(child.template, &typed, span)?;
            let resource = Resource { arn, typed: Some(typed) };
            if !resources.contains(&resource) {
                resources.push(resource);
            }
        }
        Some(resources)
    }

    pub(crate) fn no_such_child(&mut self, service: &Service, parent: &ResourceType, name: &str, span: Span) {
        let mut known: Vec<_> = service.children(parent).map(|child| child.resource_type.slug()).collect();
        known.sort();
        known.dedup();
        let message = format!("`{}.{}` has no child `{name}`", service.prefix(), parent.slug());
        let diagnostic = Diagnostic::new(&checks::UNKNOWN_RESOURCE_TYPE, span, message);
        self.report(if known.is_empty() {
            diagnostic.note("it has none at all: its ARN is no beginning of another type's")
        } else {
            diagnostic.help(format!("its children are {}", quoted(&known)))
        });
    }

    pub(crate) fn wrong_type_arguments(
        &mut self,
        service: &Service,
        resource_type: &ResourceType,
        templates: &[ArnTemplate],
        given: usize,
        span: Span,
    ) {
        let slug = resource_type.slug();
        let forms: Vec<_> = templates
            .iter()
            .map(|template| {
                format!("{}.{slug}({})", service.prefix(), template.placeholders().collect::<Vec<_>>().join(", "))
            })
            .collect();
        self.report(
            Diagnostic::new(
                &checks::WRONG_ARITY,
                span,
                format!("`{}.{slug}` is given {}", service.prefix(), counted(given, "argument")),
            )
            .help(format!("write {}", quoted(&forms)))
            .note("one argument for each part of the ARN other than partition, region and account"),
        );
    }

    pub(crate) fn unknown_type(&mut self, service: &Service, type_name: &str, span: Span) {
        let message = format!("`{}` has no resource type `{type_name}`", service.prefix());
        let mut diagnostic = Diagnostic::new(&checks::UNKNOWN_RESOURCE_TYPE, span, message).note(self.catalog_date());
        let near = self.catalog().nearest_resource_type(service.prefix(), type_name).into_iter().next();
        let known: Vec<_> = service.resource_types().iter().map(ResourceType::slug).collect();
        diagnostic = match near {
            Some(near) => diagnostic.help(format!("did you mean `{}.{near}`?", service.prefix())),
            None if known.is_empty() => diagnostic.help("the service has none: its actions take `*`"),
            None if known.len() <= 12 => diagnostic.help(format!("its types are {}", quoted(&known))),
            None => diagnostic,
        };
        self.report(diagnostic);
    }

    /// The region of the settings; none where AWS has none of that name, which was said.
    pub(crate) fn workspace_region(&self) -> Option<String> {
        let region = self.settings().region.as_ref()?;
        self.is_own_region(region).then(|| region.clone())
    }

    /// Whether it is a region of the workspace's partition, or all of them.
    fn is_own_region(&self, region: &str) -> bool {
        let partition = self.catalog().partition_of_region(region);
        region == "*" || partition.is_some_and(|partition| partition.id == self.settings().partition)
    }

    pub(crate) fn check_region(&mut self, region: &str, span: Span) -> Option<()> {
        if self.is_own_region(region) {
            return Some(());
        }
        if let Some(other) = self.catalog().partition_of_region(region).map(|partition| partition.id.clone()) {
            let own = self.settings().partition.clone();
            let message = format!("`{region}` is a region of the partition `{other}`, and the workspace's is `{own}`");
            self.report(
                Diagnostic::new(&checks::INVALID_PARTITION, span, message)
                    .help("name a region of that partition, or set `partition` in `iamx.toml`"),
            );
            return None;
        }
        let mut diagnostic = Diagnostic::new(&checks::UNKNOWN_REGION, span, format!("AWS has no region `{region}`"))
            .note(self.catalog_date());
        if let Some(near) = self.catalog().nearest_region(region).into_iter().next() {
            diagnostic = diagnostic
                .fix(format!("replace with `{near}`"), span, format!("\"{near}\""), Applicability::Unsafe)
                .help(format!("did you mean `{near}`?"));
        }
        self.report(diagnostic);
        None
    }

    /// The name and arguments of a `call` that must be a plain dotted name, for members and the like.
    pub(crate) fn call_of<'e>(&mut self, environment: &Environment, expr: &'e Expr, what: &str) -> Option<&'e Call> {
        if let Expr::Call(call) = expr {
            return Some(call);
        }
        let span = self.span(environment.module, expr.range());
        self.expected(what, expr, span);
        None
    }
}

/// `a`, `b` and `c`, in backticks.
pub(crate) fn quoted(names: &[String]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// Whether `text` is an ARN, or the beginning of one that ends with `*`.
fn is_arn_pattern(text: &str) -> bool {
    text.starts_with("arn:") && (text.splitn(6, ':').count() == 6 || text.ends_with('*'))
}
