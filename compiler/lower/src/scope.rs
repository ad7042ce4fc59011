//! What a name stands for where it is written: a parameter, a declaration, an account, a service.

use std::{cell::Ref, rc::Rc};

use iamx_diagnostic::{Applicability, Diagnostic, Label, checks};
use iamx_syntax::{
    SyntaxToken, TextRange,
    ast::{Arguments, AstNode, Call, Expr, Exprs, Parameters, Path, Postfix},
};
use iamx_text::Span;

use crate::{
    accounts::Accounts,
    here::{Here, Read},
    item_parts::is_resource_part,
    lowerer::Lowerer,
    names::{Declaration, DeclarationId, DeclarationKind, Named, nearest},
    repetition::Key,
    resources::Resource,
};

/// Where an expression is evaluated.
#[derive(Clone, Debug)]
pub(crate) struct Environment {
    pub(crate) module: usize,
    pub(crate) bindings: Rc<Vec<Binding>>,
    /// The account that what is being lowered is made in.
    pub(crate) here: Here,
    /// Whether what is being lowered binds many accounts, so that ARNs which name none get `*`.
    pub(crate) any_account: bool,
    /// How many accounts the permission set that is being lowered is assigned to, where its statements are one document for
    /// them.
    pub(crate) assigned: Option<usize>,
    /// Whether it is a grant, which says no home.
    pub(crate) in_grant: bool,
    /// What `claim sub` is: the provider's prefix of its keys, where one provider is spoken of.
    pub(crate) claims: Option<Rc<str>>,
    /// What `self` is.
    pub(crate) itself: Option<Rc<Itself>>,
    /// The turns of the `for`s around, outermost first.
    pub(crate) turns: Rc<[Key]>,
    /// Which of the texts of the string there is meant, where a `for` goes through them.
    pub(crate) chosen: Option<(Span, usize)>,
}

/// What has the policy that is being lowered.
#[derive(Debug)]
pub(crate) enum Itself {
    /// A resource, by its own policy, and where it is declared.
    Resource(Resource, DeclarationId),
    /// A role, by its trust policy. Its ARN is looked up where it is said, as it may need an account that isn't there.
    Role(DeclarationId),
}

/// A parameter with its argument, which is evaluated where it was written.
#[derive(Clone, Debug)]
pub(crate) struct Binding {
    pub(crate) name: String,
    pub(crate) argument: Expr,
    pub(crate) environment: Environment,
    /// The account that it stands for, where a `for` goes through those of an OU or an organization, which `argument` is.
    pub(crate) account: Option<usize>,
}

impl Binding {
    /// What its name stands for.
    pub(crate) fn target(self) -> Target {
        match self.account {
            Some(account) => Target::Account(account),
            None => Target::Argument(self),
        }
    }
}

impl Environment {
    /// The outside of every template of a module.
    pub(crate) fn of(module: usize) -> Self {
        Self {
            module,
            bindings: Rc::new(Vec::new()),
            here: Here::default(),
            any_account: false,
            assigned: None,
            in_grant: false,
            claims: None,
            itself: None,
            turns: Rc::from([]),
            chosen: None,
        }
    }

    /// The outside of a declaration: its module, and the turn of the `for`s around it.
    pub(crate) fn of_declaration(declaration: &Declaration) -> Self {
        let outside = Self::of(declaration.module);
        match &declaration.turn {
            Some(turn) => Self { bindings: Rc::clone(&turn.bindings), turns: Rc::clone(&turn.keys), ..outside },
            None => outside,
        }
    }

    /// In that account, whichever it is.
    pub(crate) fn in_account(&self, account: Option<usize>) -> Self {
        Self { here: Here::of(account), ..self.clone() }
    }

    /// In a permission set that is assigned to these accounts.
    pub(crate) fn assigned_to(&self, accounts: &[usize]) -> Self {
        match accounts {
            [one] => self.in_account(Some(*one)),
            _ => Self { assigned: Some(accounts.len()), ..self.in_account(None) },
        }
    }

    /// The account that what is being lowered is made in. What is made is another thing in each account, once this was asked.
    pub(crate) fn account(&self) -> Option<usize> {
        self.here.account()
    }

    /// The same for what each account has of its own in any case: where something is kept, and under which key.
    pub(crate) fn kept_in(&self) -> Option<usize> {
        self.here.kept_in()
    }

    /// The same, for a text that has the account's id.
    pub(crate) fn account_of_id(&self) -> Option<usize> {
        self.here.account_of_id()
    }

    /// What was read of the account.
    pub(crate) fn read(&self) -> Ref<'_, Read> {
        self.here.read()
    }

    /// Where `claim` speaks of the provider whose keys begin with `prefix`.
    pub(crate) fn with_claims(&self, prefix: &str) -> Self {
        Self { claims: Some(prefix.into()), ..self.clone() }
    }

    /// In what binds many accounts.
    pub(crate) fn of_any_account(&self) -> Self {
        Self { here: Here::default(), any_account: true, ..self.clone() }
    }

    /// The same where `self` is `itself`.
    pub(crate) fn within(&self, itself: Itself) -> Self {
        Self { itself: Some(Rc::new(itself)), ..self.clone() }
    }
}

/// A name with what follows it, as far as it was understood.
#[derive(Clone, Debug)]
pub(crate) struct Reference {
    pub(crate) target: Target,
    /// The parts of the call that come after the target.
    pub(crate) rest: Vec<Postfix>,
    pub(crate) span: Span,
    /// The accounts said with it.
    pub(crate) place: Option<Place>,
}

/// The accounts said with a name.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) accounts: Accounts,
    /// Those of them that are named by themselves, as in `prod.Reader` and `Reader in [dev, prod]`, so that the item is made
    /// in each. The others are those of an OU or an organization, as far as it is made there.
    pub(crate) each: Accounts,
}

#[derive(Clone, Debug)]
pub(crate) enum Target {
    Declaration(DeclarationId),
    /// What several turns of a `for` make.
    Several(Rc<[DeclarationId]>),
    Argument(Binding),
    /// The account by its position in the program.
    Account(usize),
    /// The id of the account, `account.id`, which is known only when the program is deployed.
    DeployedAccount,
    Organization,
    /// `self`
    Itself,
    /// An AWS service by its prefix.
    Service(String),
}

impl Lowerer<'_> {
    /// Finds what `call` stands for. Says so if there is no such name.
    pub(crate) fn resolve(&mut self, environment: &Environment, call: &Call) -> Option<Reference> {
        let name = call.name()?;
        let span = self.span(environment.module, call.range());
        self.resolve_parts(environment, &name, call.postfixes(), span)
    }

    /// Finds what a dotted name stands for. Says so if there is no such name.
    pub(crate) fn resolve_path(&mut self, environment: &Environment, path: &Path) -> Option<Reference> {
        let mut names = path.names().into_iter();
        let first = names.next()?;
        let span = self.span(environment.module, path.range());
        self.resolve_parts(environment, &first, names.map(Postfix::Name).collect(), span)
    }

    /// What a parameter was given, if that is a name, and what it was given in turn.
    pub(crate) fn followed(&mut self, mut reference: Reference) -> Option<Reference> {
        while let (Target::Argument(binding), []) = (&reference.target, reference.rest.as_slice()) {
            if !is_name(&binding.argument) {
                break;
            }
            let binding = binding.clone();
            let inner = self.reference(&binding.environment, &binding.argument, "a name")?;
            let place = inner.place.clone().or(reference.place);
            reference = Reference { span: reference.span, place, ..inner };
        }
        Some(reference)
    }

    /// What the name `expr` stands for, with the accounts said behind it. `what` is what is wanted there.
    pub(crate) fn reference(&mut self, environment: &Environment, expr: &Expr, what: &str) -> Option<Reference> {
        let (Expr::CallIn(node), Some(call)) = (expr, called(expr)) else {
            let call = self.call_of(environment, expr, what)?.clone();
            return self.resolve(environment, &call);
        };
        let reference = self.resolve(environment, &call)?;
        let scope = node.place()?;
        let accounts = self.scope_accounts(environment, &scope)?;
        let of_item = match &self.followed(reference.clone())?.target {
            Target::Several(_) => true,
            Target::Declaration(id) => {
                self.names.get(*id).is_some_and(|one| matches!(one.kind, DeclarationKind::Entity(..)))
            }
            _ => false,
        };
        if !of_item || reference.place.is_some() {
            let at = self.span(environment.module, scope.range());
            let message = if of_item { "the account of this is said twice" } else { "`in` stands behind items alone" };
            self.report(
                Diagnostic::new(&checks::MISMATCHED_TYPE, at, message)
                    .note("it says which of those that are made in several accounts are meant"),
            );
            return None;
        }
        let span = self.span(environment.module, expr.range());
        let each = self.accounts_named_singly(environment, &scope)?;
        Some(Reference { place: Some(Place { accounts, each }), span, ..reference })
    }

    pub(crate) fn resolve_parts(
        &mut self,
        environment: &Environment,
        name: &SyntaxToken,
        rest: Vec<Postfix>,
        span: Span,
    ) -> Option<Reference> {
        let text = name.text();
        let name_span = self.span(environment.module, name.text_range());
        if let Some(binding) = environment.bindings.iter().find(|binding| binding.name == text) {
            if let Some(account) = binding.account {
                environment.here.note_other();
                return self.resolve_in_account(account, rest, span, environment);
            }
            if let Some(Postfix::Name(part)) = rest.first()
                && !is_account_part(part.text())
                && let Some(account) = self.bound_account(binding)
            {
                return self.resolve_in_account(account, rest, span, environment);
            }
            return Some(Reference { target: Target::Argument(binding.clone()), rest, span, place: None });
        }
        match text {
            "self" => {
                // Its parts are those of its declaration.
                let target = match (environment.itself.as_deref(), rest.first()) {
                    (Some(Itself::Resource(_, id)), Some(Postfix::Name(part))) if is_resource_part(part.text()) => {
                        Target::Declaration(*id)
                    }
                    _ => Target::Itself,
                };
                return Some(Reference { target, rest, span, place: None });
            }
            "account" => {
                let account = match rest.as_slice() {
                    [Postfix::Name(part)] if part.text() == "id" => environment.account_of_id(),
                    [Postfix::Name(part), Postfix::Name(tag)] if part.text() == "tags" => {
                        environment.here.account_of_tag(tag.text())
                    }
                    _ => environment.account(),
                };
                let Some(account) = account else {
                    let id = matches!(rest.as_slice(), [Postfix::Name(part)] if part.text() == "id");
                    if id && self.program.account_when_deployed && !environment.any_account {
                        return Some(Reference {
                            target: Target::DeployedAccount,
                            rest: Vec::new(),
                            span,
                            place: None,
                        });
                    }
                    let missing = if environment.in_grant {
                        (
                            "a grant is for the accounts of its file's `within`, and this file has none",
                            "begin the file with `within`, write the grant in a `for` over accounts",
                        )
                    } else {
                        (
                            "it is the account of the item around it, and this one is in none",
                            "say where the item lives with `in`",
                        )
                    };
                    self.no_account(environment, name_span, "`account` has no value here", missing);
                    return None;
                };
                return self.resolve_in_account(account, rest, span, environment);
            }
            _ => {}
        }
        match self.names.look_up(environment.module, text) {
            Some(named) => self.resolve_named(environment, named, text, rest, span, name_span),
            None if text == "aws" => self.resolve_service(rest, span),
            None if text == "std" => self.resolve_library(environment, rest, span, name_span),
            None if self.catalog().has_service(text) => {
                Some(Reference { target: Target::Service(text.to_owned()), rest, span, place: None })
            }
            None => {
                self.unknown_name(environment, name);
                None
            }
        }
    }

    /// Whether `account` has a value, or one when the program is deployed.
    pub(crate) fn has_account(&self, environment: &Environment) -> bool {
        environment.kept_in().is_some() || (self.program.account_when_deployed && !environment.any_account)
    }

    /// Says of what needs an account that there is none, and what to do about it: `note` and `place` where only the item, its
    /// file or the workspace has to say one.
    pub(crate) fn no_account(
        &mut self,
        environment: &Environment,
        span: Span,
        message: &str,
        (note, place): (&str, &str),
    ) {
        let diagnostic = Diagnostic::new(&checks::MISSING_ACCOUNT, span, message);
        self.report(match environment.assigned {
            _ if environment.any_account => diagnostic
                .note("a guardrail is one document for every account that it binds")
                .help("name the accounts that are meant, or `attach` the guardrail where it is to bind"),
            Some(0) => diagnostic
                .note("a permission set's statements are for the accounts that it is assigned to, and there are none")
                .help("say who has the set where, as in `assign group \"analysts\" to prod`"),
            Some(count) => diagnostic
                .note(format!(
                    "the statements of a permission set are one document, and this one is assigned to {count} accounts"
                ))
                .help("say this in a `policy` and `attach` that: it is made in each of the accounts"),
            None => diagnostic.note(note).help(format!("{place}, or set `account` in `iamx.toml`")),
        });
    }

    fn resolve_named(
        &mut self,
        environment: &Environment,
        named: Named,
        name: &str,
        mut rest: Vec<Postfix>,
        span: Span,
        name_span: Span,
    ) -> Option<Reference> {
        let id = match named {
            Named::Declaration(id) => id,
            Named::Missing => return None,
            Named::Module(module) => {
                let Some(Postfix::Name(member)) = rest.first().cloned() else {
                    self.error(&checks::MISMATCHED_TYPE, name_span, "a module is no value; name something in it");
                    return None;
                };
                rest.remove(0);
                let Some(id) = self.names.look_up_declared(module, member.text()) else {
                    // What would be in a file that can't be read isn't known, and that was said.
                    if self.names.is_unread(module) {
                        return None;
                    }
                    let at = self.span(environment.module, member.text_range());
                    let message = format!("that module declares no `{}`", member.text());
                    let mut diagnostic = Diagnostic::new(&checks::UNKNOWN_NAME, at, message);
                    if let Some(near) = nearest(member.text(), self.names.declared(module)) {
                        diagnostic = diagnostic
                            .fix(format!("replace with `{near}`"), at, near.clone(), Applicability::Unsafe)
                            .help(format!("did you mean `{near}`?"));
                    }
                    // `use std.s3` hides the service of that name.
                    if let Some(service) = self.catalog().service(name)
                        && service.resource_type(member.text()).is_some()
                    {
                        diagnostic.fixes.clear();
                        diagnostic.help = Some(format!("the service's resource is `aws.{name}.{}`", member.text()));
                    }
                    self.report(diagnostic);
                    return None;
                };
                id
            }
        };
        self.use_declaration(id);
        let declaration = self.names.get(id)?.clone();
        match declaration.kind {
            DeclarationKind::Repeated(_) => self.resolve_repeated(environment, id, rest, span),
            DeclarationKind::Account => {
                let account = self.accounts.get(&declaration.span).copied()?;
                environment.here.note_other();
                self.resolve_in_account(account, rest, span, environment)
            }
            DeclarationKind::Organization => Some(Reference { target: Target::Organization, rest, span, place: None }),
            _ => {
                if let Some(Postfix::Index(node)) = rest.first() {
                    let at = within(span, node.text_range());
                    let message = format!("`{}` isn't made by a `for`, so no value follows it", declaration.name);
                    self.report(
                        Diagnostic::new(&checks::MISMATCHED_TYPE, at, message)
                            .related(declaration.span, "declared here"),
                    );
                    return None;
                }
                Some(Reference { target: Target::Declaration(id), rest, span, place: None })
            }
        }
    }

    /// `prod.Reader`: an item of the account, unless the part is one of the account's own.
    fn resolve_in_account(
        &mut self,
        account: usize,
        mut rest: Vec<Postfix>,
        span: Span,
        environment: &Environment,
    ) -> Option<Reference> {
        if let Some(Postfix::Name(member)) = rest.first().cloned()
            && !is_account_part(member.text())
        {
            let Some(named) = self.names.look_up(environment.module, member.text()) else {
                self.unknown_name(environment, &member);
                return None;
            };
            rest.remove(0);
            let at = within(span, member.text_range());
            let reference = self.resolve_named(environment, named, member.text(), rest, span, at)?;
            if matches!(reference.target, Target::Account(_) | Target::Organization) {
                self.error(&checks::MISMATCHED_TYPE, at, "an account holds items, and this is none");
                return None;
            }
            let accounts: Accounts = Rc::from([account]);
            let place = Place { accounts: Rc::clone(&accounts), each: accounts };
            return Some(Reference { place: Some(place), ..reference });
        }
        Some(Reference { target: Target::Account(account), rest, span, place: None })
    }

    /// The account that a parameter stands for, if it stands for one.
    fn bound_account(&mut self, binding: &Binding) -> Option<usize> {
        if !is_name(&binding.argument) {
            return None;
        }
        let (before, span) = (self.diagnostics.len(), Span::at(self.file(binding.environment.module), 0.into()));
        let target = binding.clone().target();
        let followed = self.followed(Reference { target, rest: Vec::new(), span, place: None });
        // Whoever asks for the value says what is wrong with it.
        self.forget_findings_since(before);
        match followed {
            Some(Reference { target: Target::Account(account), rest, .. }) if rest.is_empty() => Some(account),
            _ => None,
        }
    }

    fn resolve_service(&mut self, mut rest: Vec<Postfix>, span: Span) -> Option<Reference> {
        let Some(Postfix::Name(service)) = rest.first().cloned() else {
            self.error(&checks::MISMATCHED_TYPE, span, "`aws` is no value; a service's name follows it: `aws.events`");
            return None;
        };
        rest.remove(0);
        let prefix = service.text().to_owned();
        if !self.catalog().has_service(&prefix) {
            self.unknown_service(&prefix, within(span, service.text_range()));
            return None;
        }
        Some(Reference { target: Target::Service(prefix), rest, span, place: None })
    }

    /// `std.module.name`, which needs no `use`.
    fn resolve_library(
        &mut self,
        environment: &Environment,
        mut rest: Vec<Postfix>,
        span: Span,
        name_span: Span,
    ) -> Option<Reference> {
        let Some(Postfix::Name(module)) = rest.first().cloned() else {
            self.error(&checks::MISMATCHED_TYPE, name_span, "`std` is no value; name something in it");
            return None;
        };
        rest.remove(0);
        let Some(found) = self.names.module_at(&["std".to_owned(), module.text().to_owned()]) else {
            let at = self.span(environment.module, module.text_range());
            self.error(&checks::UNKNOWN_NAME, at, format!("`std` has no module `{}`", module.text()));
            return None;
        };
        self.resolve_named(environment, Named::Module(found), "", rest, span, name_span)
    }

    pub(crate) fn unknown_name(&mut self, environment: &Environment, name: &SyntaxToken) {
        let span = self.span(environment.module, name.text_range());
        let text = name.text();
        let known = self.names.visible(environment.module).chain(environment.bindings.iter().map(|b| b.name.clone()));
        let near = nearest(text, known);
        let elsewhere = self.names.declarations.iter().find(|other| other.name == text).map(|other| other.module);
        let mut diagnostic = Diagnostic::new(&checks::UNKNOWN_NAME, span, format!("nothing is called `{text}` here"));
        if let Some(module) = elsewhere
            && let Some(path) = self.input.modules.get(module).map(|module| module.path.join("."))
        {
            diagnostic = diagnostic.help(format!("`{text}` is declared in another module: `use {path}.{{{text}}}`"));
        } else if let Some(near) = near {
            diagnostic = diagnostic
                .fix(format!("replace with `{near}`"), span, near.clone(), Applicability::Unsafe)
                .help(format!("did you mean `{near}`?"));
        }
        self.report(diagnostic);
    }

    pub(crate) fn unknown_service(&mut self, prefix: &str, span: Span) {
        let mut diagnostic =
            Diagnostic::new(&checks::UNKNOWN_SERVICE, span, format!("AWS has no service with the prefix `{prefix}`"))
                .note(self.catalog_date());
        if let Some(near) = self.catalog().nearest_service(prefix).into_iter().next() {
            diagnostic = diagnostic
                .fix(format!("replace with `{near}`"), span, near.clone(), Applicability::Unsafe)
                .help(format!("did you mean `{near}`?"));
        }
        self.report(diagnostic);
    }

    pub(crate) fn catalog_date(&self) -> String {
        format!("as of the catalog of {}", self.catalog().info().version)
    }

    /// Binds the arguments of a call to the parameters of a template. Says so where they don't fit in number.
    pub(crate) fn bind(
        &mut self,
        caller: &Environment,
        template: &Declaration,
        arguments: Option<&Arguments>,
        span: Span,
    ) -> Option<Environment> {
        let (module, name) = (template.module, &template.name);
        let parameters = match &template.kind {
            DeclarationKind::Let(item) => item.parameters(),
            DeclarationKind::Entity(_, item) => item.parameters(),
            _ => None,
        };
        let parameters: Vec<_> = parameters.iter().flat_map(Parameters::parameters).collect();
        let given = arguments.map(Arguments::arguments).unwrap_or_default();
        if parameters.len() != given.len() {
            let expected: Vec<_> = parameters
                .iter()
                .filter_map(|parameter| {
                    Some(format!("{}: {}", parameter.name()?.text(), parameter.type_ref()?.syntax()))
                })
                .collect();
            let message = format!(
                "`{name}` takes {} and is given {}",
                counted(parameters.len(), "argument"),
                if given.is_empty() { "none".to_owned() } else { given.len().to_string() }
            );
            let mut diagnostic = Diagnostic::new(&checks::WRONG_ARITY, span, message);
            if !expected.is_empty() {
                diagnostic = diagnostic.help(format!("write `{name}({})`", expected.join(", ")));
            }
            self.report(diagnostic);
            return None;
        }
        let mut bindings = Vec::new();
        let mut whole = true;
        for (parameter, argument) in parameters.iter().zip(given) {
            let Some(name) = parameter.name() else { continue };
            let binding =
                Binding { name: name.text().to_owned(), argument, environment: caller.clone(), account: None };
            whole &= self.check_argument(parameter, &binding, module).is_some();
            bindings.push(binding);
        }
        if !whole {
            return None;
        }
        let outside = Environment::of_declaration(template);
        bindings.extend(outside.bindings.iter().cloned());
        Some(Environment { module, bindings: Rc::new(bindings), turns: outside.turns, chosen: None, ..caller.clone() })
    }

    /// Evaluates a `let` under `evaluate`, or says that it is in a circle.
    pub(crate) fn with_let<T>(
        &mut self,
        environment: &Environment,
        id: DeclarationId,
        reference: &Reference,
        evaluate: impl FnOnce(&mut Self, &Environment, &Exprs) -> Option<T>,
    ) -> Option<T> {
        let declaration = self.names.get(id)?.clone();
        let DeclarationKind::Let(item) = &declaration.kind else { return None };
        let mut rest = reference.rest.iter();
        let arguments = match rest.next() {
            None => None,
            Some(Postfix::Arguments(arguments)) => Some(arguments),
            Some(_) => {
                self.error(
                    &checks::MISMATCHED_TYPE,
                    reference.span,
                    format!("`{}` is a `let`; it has no parts", declaration.name),
                );
                return None;
            }
        };
        let inner = self.bind(environment, &declaration, arguments, reference.span)?;
        let value = item.value()?;
        self.enter(id, reference.span)?;
        let before = self.diagnostics.len();
        let result = evaluate(self, &inner, &value);
        self.leave();
        self.say_of_use(before, &declaration.name, declaration.module, &value, reference.span);
        result
    }

    /// Findings since `before` that the whole value of a `let` is of the wrong kind belong where that was used.
    fn say_of_use(&mut self, before: usize, name: &str, module: usize, value: &Exprs, used: Span) {
        let span = self.span(module, value.range());
        for diagnostic in self.diagnostics.iter_mut().skip(before) {
            let whole = diagnostic.check == &checks::MISMATCHED_TYPE && diagnostic.primary() == Some(span);
            if !whole || span == used {
                continue;
            }
            for label in diagnostic.labels.iter_mut().filter(|label| label.primary) {
                label.span = used;
            }
            diagnostic.labels.push(Label { span, message: format!("`{name}` is this"), primary: false });
        }
    }

    pub(crate) fn is_circle(&mut self, id: DeclarationId, span: Span) -> bool {
        let Some(start) = self.evaluating.iter().position(|other| *other == id) else { return false };
        let circle: Vec<_> = self
            .evaluating
            .get(start..)
            .unwrap_or_default()
            .iter()
            .chain([&id])
            .filter_map(|id| self.names.get(*id))
            .map(|declaration| (declaration.name.clone(), declaration.span))
            .collect();
        let path: Vec<_> = circle.iter().map(|(name, _)| format!("`{name}`")).collect();
        let mut diagnostic =
            Diagnostic::new(&checks::CIRCULAR_DECLARATION, span, format!("this is a circle: {}", path.join(" is ")));
        for (name, span) in circle.iter().skip(1) {
            diagnostic = diagnostic.related(*span, format!("`{name}` is declared here"));
        }
        let first = circle.first().map(|(_, span)| *span);
        // One message a circle, wherever it is entered.
        let known = self.diagnostics.iter().any(|other| {
            other.check == diagnostic.check
                && circle.iter().any(|(_, span)| other.labels.iter().any(|label| label.span == *span))
        });
        if !known && first.is_some() {
            self.report(diagnostic);
        }
        true
    }
}

impl Reference {
    /// The arguments, where nothing else follows the name.
    pub(crate) fn only_arguments(&self) -> Result<Option<&Arguments>, Span> {
        match self.rest.as_slice() {
            [] => Ok(None),
            [Postfix::Arguments(arguments)] => Ok(Some(arguments)),
            [Postfix::Arguments(_), other, ..] | [other, ..] => Err(within(self.span, postfix_range(other))),
        }
    }
}

/// Whether a word behind an account's name is a part of it.
pub(crate) fn is_account_part(word: &str) -> bool {
    matches!(word, "id" | "name" | "tags" | "arn")
}

/// Whether `expr` is a name, perhaps with accounts behind it.
fn is_name(expr: &Expr) -> bool {
    matches!(expr, Expr::Call(_) | Expr::CallIn(_))
}

/// The name that `expr` is, without the accounts behind it.
pub(crate) fn called(expr: &Expr) -> Option<Call> {
    match expr {
        Expr::Call(call) => Some(call.clone()),
        Expr::CallIn(node) => node.call(),
        _ => None,
    }
}

/// Whether it is `account`, the account of the item around it, as a whole.
pub(crate) fn is_own_account(call: &Call) -> bool {
    call.postfixes().is_empty() && call.name().is_some_and(|name| name.text() == "account")
}

/// `1 argument`, `2 arguments`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    match count {
        0 => format!("no {noun}s"),
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}

/// The part of `around` at `range`; all of it, where that stands elsewhere, as the text of `std` does.
pub(crate) fn within(around: Span, range: TextRange) -> Span {
    if around.range.contains_range(range) { Span::new(around.file, range) } else { around }
}

/// The range of a postfix.
pub(crate) fn postfix_range(postfix: &Postfix) -> TextRange {
    match postfix {
        Postfix::Name(token) => token.text_range(),
        Postfix::Arguments(arguments) => arguments.range(),
        Postfix::Index(node) => node.text_range(),
    }
}
