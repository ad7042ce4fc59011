//! Whether what a template is given is what its parameter takes.

use iamx_diagnostic::{Applicability, Diagnostic, checks};
use iamx_policy::deployed_names;
use iamx_syntax::{
    SyntaxKind, SyntaxToken, TextRange, TextSize,
    ast::{AstNode, DeclaredKind, Expr, Exprs, Parameter, Postfix, TypeRef},
};

use crate::{
    lowerer::Lowerer,
    names::{DeclarationKind, nearest},
    scope::{Binding, Environment, Reference, Target, is_own_account, within},
};

/// The types of parameters that have one word.
pub const TYPES: [&str; 17] = [
    "string",
    "path",
    "number",
    "bool",
    "date",
    "duration",
    "condition",
    "actions",
    "resources",
    "principals",
    "account",
    "ou",
    "organization",
    "role",
    "user",
    "group",
    "policy",
];

/// What an expression is, as far as its form and the names in it say.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    String,
    Number,
    Bool,
    Date,
    Duration,
    /// A condition key, an action, or a yes-or-no key as a condition.
    Word,
    Actions,
    Condition,
    Principal,
    Resource,
    Star,
    Account,
    Ou,
    Organization,
    Entity(DeclaredKind),
    /// Each with what it is.
    List(Vec<Kind>),
    /// Only using it will tell.
    Open,
}

impl Lowerer<'_> {
    /// Says so where the argument of `binding` is none that `parameter` takes.
    pub(crate) fn check_argument(&mut self, parameter: &Parameter, binding: &Binding, module: usize) -> Option<()> {
        let wanted = parameter.type_ref()?;
        let kind = self.kind_of(&binding.environment, &binding.argument)?;
        if fits(&wanted, &kind) {
            self.check_resource_type(&wanted, &kind, binding)?;
            return self.check_path(&wanted, binding);
        }
        let at = self.span(binding.environment.module, binding.argument.range());
        let declared = self.span(module, parameter.range());
        let message =
            format!("`{}` takes {}, and this is {}", binding.name, wanted_name(&wanted), found_name(&wanted, &kind));
        let mut diagnostic = Diagnostic::new(&checks::MISMATCHED_TYPE, at, message);
        if !self.is_library(module) {
            diagnostic = diagnostic.related(declared, "the parameter");
        }
        if wanted.element().is_some_and(|element| fits(&element, &kind)) {
            let written = self.input.sources.slice(at).to_owned();
            diagnostic = diagnostic.fix("make it a list", at, format!("[{written}]"), Applicability::Safe);
        }
        self.report(diagnostic);
        None
    }

    /// Whether what `s3.bucket` wants is of that type, where its own is known.
    fn check_resource_type(&mut self, wanted: &TypeRef, kind: &Kind, binding: &Binding) -> Option<()> {
        let words = wanted.words();
        let ([service, type_name], Kind::Resource | Kind::List(_)) = (words.as_slice(), kind) else { return Some(()) };
        for resource in self.resources(&binding.environment, &binding.argument)? {
            let Some(typed) = &resource.value.typed else { continue };
            if typed.service.eq_ignore_ascii_case(service) && typed.type_name.eq_ignore_ascii_case(type_name) {
                continue;
            }
            let at = self.span(binding.environment.module, binding.argument.range());
            let message = format!(
                "`{}` takes a resource of the type `{service}.{type_name}`, and this is a `{}.{}`",
                binding.name, typed.service, typed.type_name
            );
            self.error(&checks::MISMATCHED_TYPE, at, message);
            return None;
        }
        Some(())
    }

    /// Whether what `path` wants is one, or some, of IAM's paths as they stand in an ARN: without the slashes around, and known
    /// whole, since what a pattern there would hold isn't one's own.
    ///
    /// See [friendly names and paths](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-friendly-names).
    fn check_path(&mut self, wanted: &TypeRef, binding: &Binding) -> Option<()> {
        let type_name = wanted.element().map_or_else(|| wanted.words(), |element| element.words());
        if type_name != ["path"] {
            return Some(());
        }
        let at = self.span(binding.environment.module, binding.argument.range());
        for path in self.strings(&binding.environment, &binding.argument, "a path")? {
            let Err(fault) = own_path(&path.value) else { continue };
            let mut diagnostic =
                Diagnostic::new(&checks::MISMATCHED_TYPE, at, format!("`{}` takes a path, and {fault}", binding.name))
                    .note("it is what stands between the kind and the name in an ARN: `team` in `role/team/Reader`");
            let inner = path.value.trim_matches('/');
            if own_path(inner).is_ok() && matches!(binding.argument, Expr::String(_)) {
                let plain = format!("\"{inner}\"");
                diagnostic = diagnostic.fix(format!("write `{plain}`"), at, plain, Applicability::Safe);
            }
            self.report(diagnostic);
            return None;
        }
        Some(())
    }

    /// What is wrong with the parameters of every template: a type that there isn't, a name that stands twice.
    pub(crate) fn check_parameters(&mut self) {
        let templates: Vec<_> = self
            .names
            .declarations
            .iter()
            .filter(|declaration| !self.is_library(declaration.module))
            .filter_map(|declaration| {
                let kind = match &declaration.kind {
                    DeclarationKind::Repeated(kind) => kind,
                    kind => kind,
                };
                match kind {
                    DeclarationKind::Let(item) => Some((declaration.module, item.parameters()?)),
                    DeclarationKind::Entity(_, item) => Some((declaration.module, item.parameters()?)),
                    _ => None,
                }
            })
            .collect();
        for (module, parameters) in templates {
            let mut seen: Vec<SyntaxToken> = Vec::new();
            for parameter in parameters.parameters() {
                let Some(name) = parameter.name() else { continue };
                let span = self.span(module, name.text_range());
                if let Some(first) = seen.iter().find(|other| other.text() == name.text()) {
                    let first = self.span(module, first.text_range());
                    self.report(
                        Diagnostic::new(
                            &checks::DUPLICATE_NAME,
                            span,
                            format!("`{}` is a parameter twice", name.text()),
                        )
                        .related(first, "the first one"),
                    );
                }
                seen.push(name);
                if let Some(type_ref) = parameter.type_ref() {
                    self.check_type(module, &type_ref);
                }
            }
        }
    }

    fn check_type(&mut self, module: usize, type_ref: &TypeRef) {
        if self.is_damaged(module, type_ref.range()) {
            return;
        }
        if let Some(element) = type_ref.element() {
            return self.check_type(module, &element);
        }
        let words = type_ref.words();
        let span = self.span(module, type_ref.range());
        match words.as_slice() {
            [word] if TYPES.contains(&word.as_str()) => {}
            [service, type_name] => match self.catalog().service(service) {
                Some(found) if found.resource_type(type_name).is_some() => {}
                Some(found) => self.unknown_type(found, type_name, span),
                None => {
                    let prefix = TextRange::at(span.range.start(), TextSize::of(service.as_str()));
                    self.unknown_service(service, within(span, prefix));
                }
            },
            _ => {
                let name = words.join(".");
                let mut diagnostic =
                    Diagnostic::new(&checks::UNKNOWN_NAME, span, format!("there is no type `{name}`")).note(
                        "a type is `string`, `path`, `number`, `bool`, `date`, `duration`, `condition`, `actions`, `resources`, \
                         `principals`, the kind of an item, a resource type such as `s3.bucket`, or a list: `[string]`",
                    );
                if let Some(near) = nearest(&name, TYPES.iter().map(|name| (*name).to_owned())) {
                    diagnostic = diagnostic
                        .fix(format!("replace with `{near}`"), span, near.clone(), Applicability::Unsafe)
                        .help(format!("did you mean `{near}`?"));
                }
                self.report(diagnostic);
            }
        }
    }

    /// What `expr` is; `None` where a name in it stands for nothing, which was said.
    fn kind_of(&mut self, environment: &Environment, expr: &Expr) -> Option<Kind> {
        Some(match expr {
            Expr::String(_) => Kind::String,
            Expr::Number(_) => Kind::Number,
            Expr::Bool(_) => Kind::Bool,
            Expr::Date(_) => Kind::Date,
            Expr::Duration(_) => Kind::Duration,
            Expr::Word(_) => Kind::Word,
            Expr::Group(_) | Expr::Level(_) => Kind::Actions,
            Expr::Star(_) => Kind::Star,
            Expr::Principal(principal) if principal.kind() == Some(SyntaxKind::SERVICE_KW) => Kind::Open,
            Expr::Principal(_) => Kind::Principal,
            Expr::Test(_)
            | Expr::Exists(_)
            | Expr::PrincipalIs(_)
            | Expr::Negation(_)
            | Expr::Condition(_)
            | Expr::WordCall(_) => Kind::Condition,
            Expr::Parenthesized(inner) => return self.kind_of(environment, &inner.inner()?),
            Expr::Bracketed(list) => match list.list() {
                Some(list) => self.kind_of_list(environment, &list)?,
                None => Kind::List(Vec::new()),
            },
            // Its parts are asked for where they are used, so that nothing more of the account is read.
            Expr::Call(call) if is_own_account(call) && self.has_account(environment) => Kind::Account,
            Expr::Call(call) => {
                let reference = self.resolve(environment, call)?;
                self.kind_of_reference(&reference)?
            }
            Expr::HalfWord(_)
            | Expr::Absent(_)
            | Expr::Unchecked(_)
            | Expr::Claim(_)
            | Expr::Except(_)
            | Expr::AwsRef(_)
            | Expr::CallIn(_) => Kind::Open,
        })
    }

    fn kind_of_list(&mut self, environment: &Environment, list: &Exprs) -> Option<Kind> {
        if !list.excepted().is_empty() {
            return Some(Kind::Open);
        }
        let mut kinds = Vec::new();
        for item in list.items() {
            match self.kind_of(environment, &item)? {
                Kind::List(mut inner) => kinds.append(&mut inner),
                kind => kinds.push(kind),
            }
        }
        self.spend(kinds.len(), self.span(environment.module, list.range()))?;
        Some(Kind::List(kinds))
    }

    fn kind_of_reference(&mut self, reference: &Reference) -> Option<Kind> {
        let part = match reference.rest.first() {
            Some(Postfix::Name(name)) => Some(name.text()),
            _ => None,
        };
        Some(match &reference.target {
            Target::Argument(binding) if reference.rest.is_empty() => {
                self.kind_of(&binding.environment, &binding.argument)?
            }
            Target::Argument(_) | Target::Several(_) => Kind::Open,
            Target::Itself | Target::Service(_) => Kind::Resource,
            Target::Account(_) if part.is_none() => Kind::Account,
            Target::Organization if part.is_none() => Kind::Organization,
            Target::Account(_) | Target::DeployedAccount | Target::Organization => Kind::String,
            Target::Declaration(id) => {
                let declaration = self.names.get(*id)?.clone();
                match &declaration.kind {
                    DeclarationKind::Let(item) if item.parameters().is_none() && reference.rest.is_empty() => {
                        let list = item.value()?;
                        self.enter(*id, reference.span)?;
                        let environment = Environment::of_declaration(&declaration);
                        let kind = match (list.items().as_slice(), list.excepted().is_empty()) {
                            // What an item's account is to a `let` follows from where that is used.
                            ([Expr::Call(call)], _) if call.name().is_some_and(|name| name.text() == "account") => {
                                Some(Kind::Open)
                            }
                            ([one], true) => self.kind_of(&environment, one),
                            _ => Some(Kind::Open),
                        };
                        self.leave();
                        kind?
                    }
                    DeclarationKind::Param(param) => {
                        match param.type_ref().map(|type_ref| type_ref.words().join(".")).as_deref() {
                            Some("string") => Kind::String,
                            Some("number") => Kind::Number,
                            Some("bool") => Kind::Bool,
                            Some("date") => Kind::Date,
                            Some("duration") => Kind::Duration,
                            _ => Kind::Open,
                        }
                    }
                    DeclarationKind::Account => Kind::Account,
                    DeclarationKind::Ou => Kind::Ou,
                    DeclarationKind::Organization => Kind::Organization,
                    DeclarationKind::Entity(DeclaredKind::Resource | DeclaredKind::Extern, _) => match part {
                        Some("arn" | "id" | "name" | "region" | "tags" | "account") => Kind::String,
                        _ => Kind::Resource,
                    },
                    DeclarationKind::Entity(kind, _) if reference.rest.is_empty() => Kind::Entity(*kind),
                    DeclarationKind::Let(_) | DeclarationKind::Entity(..) | DeclarationKind::Repeated(_) => Kind::Open,
                }
            }
        })
    }
}

/// Whether the text is a path that one's own entities can have; else what is in the way.
fn own_path(path: &str) -> Result<(), &'static str> {
    const LONGEST: usize = 510;
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(|byte| matches!(byte, b'!'..=b'~'));
    if path.is_empty() {
        return Err("this is empty, which is every role's");
    }
    if path.contains(['*', '?']) || path.contains("${") {
        return Err("this holds a wildcard or a variable, and so those of others");
    }
    if deployed_names(path).next().is_some() {
        return Err("this is known only when it is deployed");
    }
    if path.starts_with('/') || path.ends_with('/') {
        return Err("this has the slashes around it");
    }
    if path.len() > LONGEST || !path.split('/').all(is_part) {
        return Err("this can't be one in IAM");
    }
    if matches!(path.split('/').next(), Some("aws-service-role" | "aws-reserved")) {
        return Err("this one AWS keeps for itself");
    }
    Ok(())
}

fn fits(wanted: &TypeRef, kind: &Kind) -> bool {
    if *kind == Kind::Open {
        return true;
    }
    if let Some(element) = wanted.element() {
        return matches!(kind, Kind::List(items) if items.iter().all(|item| fits(&element, item)));
    }
    let words = wanted.words();
    let list_of = |fits: fn(&Kind) -> bool| match kind {
        Kind::List(items) => items.iter().all(fits),
        one => fits(one),
    };
    let entity = |wanted: DeclaredKind| *kind == Kind::Entity(wanted);
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        // An item is its ARN where a text is wanted.
        ["path"] => *kind == Kind::String,
        ["string"] => matches!(kind, Kind::String | Kind::Resource | Kind::Entity(_)),
        ["number"] => *kind == Kind::Number,
        ["bool"] => *kind == Kind::Bool,
        ["date"] => *kind == Kind::Date,
        ["duration"] => *kind == Kind::Duration,
        ["condition"] => matches!(kind, Kind::Condition | Kind::Word),
        ["actions"] => list_of(|kind| matches!(kind, Kind::Actions | Kind::Word | Kind::Star | Kind::Open)),
        ["resources"] => {
            list_of(|kind| matches!(kind, Kind::Resource | Kind::String | Kind::Star | Kind::Entity(_) | Kind::Open))
        }
        ["principals"] => list_of(|kind| matches!(kind, Kind::Principal | Kind::Star | Kind::Open)),
        ["account"] => *kind == Kind::Account,
        ["ou"] => *kind == Kind::Ou,
        ["organization"] => *kind == Kind::Organization,
        ["role"] => entity(DeclaredKind::Role),
        ["user"] => entity(DeclaredKind::User),
        ["group"] => entity(DeclaredKind::Group),
        ["policy"] => entity(DeclaredKind::Policy),
        // A type of a service's; which one, the children that are asked for tell.
        [_, _] => list_of(|kind| matches!(kind, Kind::Resource | Kind::String | Kind::Entity(_) | Kind::Open)),
        _ => true,
    }
}

fn wanted_name(wanted: &TypeRef) -> String {
    if let Some(element) = wanted.element() {
        return format!("a list of the type `{}`", element.syntax());
    }
    match wanted.words().join(".").as_str() {
        "actions" => "actions".to_owned(),
        "resources" => "resources".to_owned(),
        "principals" => "principals".to_owned(),
        word @ ("account" | "ou" | "organization") => format!("an {word}"),
        "bool" => "`true` or `false`".to_owned(),
        type_name if type_name.contains('.') => format!("a resource of the type `{type_name}`"),
        word => format!("a {word}"),
    }
}

/// What was found, and for a list what in it doesn't fit.
fn found_name(wanted: &TypeRef, kind: &Kind) -> String {
    if let (Some(element), Kind::List(items)) = (wanted.element(), kind)
        && let Some(other) = items.iter().find(|item| !fits(&element, item))
    {
        return format!("a list with {} in it", describe(other));
    }
    describe(kind)
}

fn describe(kind: &Kind) -> String {
    match kind {
        Kind::String => "a string".to_owned(),
        Kind::Number => "a number".to_owned(),
        Kind::Bool => "a truth value".to_owned(),
        Kind::Date => "a date".to_owned(),
        Kind::Duration => "a duration".to_owned(),
        Kind::Word => "an action or a condition key".to_owned(),
        Kind::Actions => "actions".to_owned(),
        Kind::Condition => "a condition".to_owned(),
        Kind::Principal => "a principal".to_owned(),
        Kind::Resource => "a resource".to_owned(),
        Kind::Star => "`*`".to_owned(),
        Kind::Account => "an account".to_owned(),
        Kind::Ou => "an organizational unit".to_owned(),
        Kind::Organization => "an organization".to_owned(),
        Kind::Entity(kind) => DeclarationKind::describe_entity(*kind).to_owned(),
        Kind::List(_) => "a list".to_owned(),
        Kind::Open => "something else".to_owned(),
    }
}
