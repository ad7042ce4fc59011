//! What stands after `allow` and `deny`: actions by name, pattern and access level.

use iamx_catalog::{Action, Catalog, Level, Service};
use iamx_diagnostic::{Applicability, Diagnostic, Severity, checks};
use iamx_policy::{ActionPattern, Sourced};
use iamx_syntax::{
    SyntaxToken,
    ast::{AstNode, Expr, Exprs, Postfix},
};
use iamx_text::Span;

use crate::{
    excepting::{Inexact, Item, List, NotWrittenOut, WriteOut},
    lowerer::Lowerer,
    names::DeclarationKind,
    own_resources::acts_on_one,
    resources::{Resource, ResourceSet},
    scope::{Environment, Reference, Target, within},
};

/// The actions of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ActionSet {
    /// Whether it is every action **but** these.
    pub(crate) negated: bool,
    pub(crate) patterns: Vec<Sourced<ActionPattern>>,
    /// Patterns that were written out, since `except` takes a part of them.
    pub(crate) written_out: Vec<Span>,
}

impl Lowerer<'_> {
    /// The actions of `list`. Levels are those of the actions that act on `resources`.
    pub(crate) fn action_set(
        &mut self,
        environment: &Environment,
        list: &Exprs,
        resources: Option<&ResourceSet>,
    ) -> Option<ActionSet> {
        let span = self.span(environment.module, list.range());
        let (items, excepted) = (list.items(), list.excepted());
        let kept = self.action_list(environment, &items, resources);
        if excepted.is_empty() {
            let kept = kept?;
            if kept.is_empty() {
                self.error(&checks::EMPTY_LIST, span, "no action is left in this list");
                return None;
            }
            return Some(as_set(kept, Vec::new(), span));
        }
        let taken = self.action_list(environment, &excepted, resources);
        let (kept, taken) = (kept?, taken?);
        self.find_idle_exceptions(environment, list, &kept, &taken);
        let mut catalog =
            FromCatalog { catalog: self.catalog(), resources, written_out: Vec::new(), patterns: Vec::new() };
        // The catalog writes every pattern out, so that nothing is inexact.
        let left = kept.without(taken, &mut catalog).ok()?;
        if left.is_empty() {
            self.error(&checks::EMPTY_LIST, span, "`except` takes every action away");
            return None;
        }
        let FromCatalog { written_out, patterns, .. } = catalog;
        self.program.written_out.extend(patterns);
        self.spend(left.items.len(), span)?;
        Some(as_set(left, written_out, span))
    }

    pub(crate) fn action_list(
        &mut self,
        environment: &Environment,
        items: &[Expr],
        resources: Option<&ResourceSet>,
    ) -> Option<List<ActionPattern>> {
        let mut list = List::of(Vec::new());
        let mut whole = true;
        for item in items {
            let Some(set) = self.action_operand(environment, item, resources) else {
                whole = false;
                continue;
            };
            self.spend(set.patterns.len(), self.span(environment.module, item.range()))?;
            list = match list.and(List { negated: set.negated, items: set.patterns }, &mut NotWrittenOut) {
                Ok(list) => list,
                Err(Inexact { kept, taken }) => {
                    let parts = (kept.value.to_string(), taken.value.to_string());
                    self.inexact_except(&parts.0, kept.span, &parts.1, taken.span);
                    return None;
                }
            };
        }
        whole.then_some(list)
    }

    fn action_operand(
        &mut self,
        environment: &Environment,
        expr: &Expr,
        resources: Option<&ResourceSet>,
    ) -> Option<ActionSet> {
        match expr {
            Expr::Bracketed(list) => {
                let Some(list) = list.list() else {
                    let span = self.span(environment.module, list.range());
                    self.error(&checks::EMPTY_LIST, span, "this list names no action");
                    return None;
                };
                self.action_set(environment, &list, resources)
            }
            Expr::Except(list) => self.action_set(environment, list, resources),
            Expr::Call(call) => {
                let reference = self.resolve(environment, call)?;
                self.referenced_actions(environment, &reference, resources)
            }
            _ => Some(ActionSet::of(self.actions(environment, expr, resources)?)),
        }
    }

    pub(crate) fn actions(
        &mut self,
        environment: &Environment,
        expr: &Expr,
        resources: Option<&ResourceSet>,
    ) -> Option<Vec<Sourced<ActionPattern>>> {
        let span = self.span(environment.module, expr.range());
        match expr {
            Expr::Star(_) => Some(vec![Sourced::new(ActionPattern::all(), span)]),
            Expr::Word(token) => {
                let (prefix, name) = token.text().split_once(':')?;
                self.action(prefix, name, span, prefix_of(span, prefix)).map(|pattern| vec![pattern])
            }
            Expr::Test(test) if test.comparison().is_none() && test.quantifier().is_none() => {
                // A `?` that ends a word is read as a condition's: here it is the pattern's last character.
                let written = test.syntax().text().to_string();
                let (prefix, name) = written.split_once(':')?;
                self.action(prefix, name, span, prefix_of(span, prefix)).map(|pattern| vec![pattern])
            }
            Expr::Group(group) => {
                let prefix = group.prefix()?;
                let prefix_span = self.span(environment.module, group.prefix_token()?.text_range());
                if !self.catalog().has_service(&prefix) {
                    self.unknown_service(&prefix, prefix_span);
                    return None;
                }
                let mut patterns = Vec::new();
                let mut whole = true;
                for token in group.patterns() {
                    let span = self.span(environment.module, token.text_range());
                    match self.action(&prefix, token.text(), span, prefix_span) {
                        Some(pattern) => patterns.push(pattern),
                        None => whole = false,
                    }
                }
                whole.then_some(patterns)
            }
            Expr::Level(token) => self.level(token, span, resources),
            Expr::Unchecked(node) => {
                let word = node.children_with_tokens().find_map(Expr::cast);
                let Some(Expr::Word(token)) = word else {
                    self.error(&checks::MISMATCHED_TYPE, span, "expected an action after `unchecked`");
                    return None;
                };
                let (prefix, name) = token.text().split_once(':')?;
                if self.catalog().action(token.text()).is_some() {
                    let message = format!("the catalog has `{}`, and needs no `unchecked`", token.text());
                    let diagnostic = Diagnostic::new(&checks::UNNEEDED_UNCHECKED, span, message);
                    let title = format!("write `{}`", token.text());
                    self.report(diagnostic.fix(title, span, token.text(), Applicability::Safe));
                }
                self.unchecked.insert(span);
                Some(vec![Sourced::new(ActionPattern::new(prefix, name), span)])
            }
            Expr::HalfWord(_) => None,
            Expr::String(token) => {
                self.action_in_quotes(token, span);
                None
            }
            _ => {
                self.expected("an action", expr, span);
                None
            }
        }
    }

    fn referenced_actions(
        &mut self,
        environment: &Environment,
        reference: &Reference,
        resources: Option<&ResourceSet>,
    ) -> Option<ActionSet> {
        match &reference.target {
            Target::Argument(binding) if reference.rest.is_empty() => {
                self.action_operand(&binding.environment, &binding.argument, resources)
            }
            Target::Declaration(id)
                if self.names.get(*id).is_some_and(|d| matches!(d.kind, DeclarationKind::Let(_))) =>
            {
                self.with_let(environment, *id, reference, |lowerer, inner, list| {
                    lowerer.action_set(inner, list, resources)
                })
            }
            Target::Service(prefix)
                if let [Postfix::Name(name)] = reference.rest.as_slice()
                    && self.catalog().service(prefix).is_some_and(|service| service.action(name.text()).is_some()) =>
            {
                let action = format!("{prefix}:{}", name.text());
                let message = format!("an action is written with a colon: `{action}`");
                let diagnostic = Diagnostic::new(&checks::MISMATCHED_TYPE, reference.span, message);
                let title = format!("write `{action}`");
                self.report(diagnostic.fix(title, reference.span, action, Applicability::Safe));
                None
            }
            Target::Service(prefix) => {
                self.report(
                    Diagnostic::new(
                        &checks::MISMATCHED_TYPE,
                        reference.span,
                        format!("expected an action, and `{prefix}` is a service"),
                    )
                    .help(format!("all of its actions are `{prefix}:*`")),
                );
                None
            }
            Target::Declaration(id) => {
                let declaration = self.names.get(*id)?.clone();
                self.report(
                    Diagnostic::new(
                        &checks::MISMATCHED_TYPE,
                        reference.span,
                        format!("expected an action, and `{}` is {}", declaration.name, declaration.kind.describe()),
                    )
                    .related(declaration.span, "declared here"),
                );
                None
            }
            other => {
                let what = match other {
                    Target::Account(_) => "an account",
                    Target::Organization => "an organization",
                    _ => "no action",
                };
                self.error(&checks::MISMATCHED_TYPE, reference.span, format!("expected an action, and this is {what}"));
                None
            }
        }
    }

    /// The action or pattern `prefix:name`, spelled as the catalog spells it.
    pub(crate) fn action(
        &mut self,
        prefix: &str,
        name: &str,
        span: Span,
        prefix_span: Span,
    ) -> Option<Sourced<ActionPattern>> {
        let Some(service) = self.catalog().service(prefix) else {
            self.unknown_service(prefix, prefix_span);
            return None;
        };
        if name.contains(['*', '?']) {
            if service.actions_matching(name).next().is_none() {
                self.report(
                    Diagnostic::new(&checks::UNKNOWN_ACTION, span, format!("no action of `{prefix}` matches `{name}`"))
                        .note(self.catalog_date()),
                );
                return None;
            }
            return Some(Sourced::new(ActionPattern::new(service.prefix(), name), span));
        }
        if let Some(action) = service.action(name) {
            return Some(Sourced::new(ActionPattern::new(service.prefix(), &*action.name), span));
        }
        let meant = self.unknown_action(service, name, span, span.range.contains_range(prefix_span.range));
        // One that is like no other may be newer than the catalog.
        (!meant).then(|| Sourced::new(ActionPattern::new(service.prefix(), name), span))
    }

    /// Says that there is no such action, and which one is meant; gives whether one is. `whole` says that the span covers the
    /// prefix too.
    fn unknown_action(&mut self, service: &Service, name: &str, span: Span, whole: bool) -> bool {
        let mut meant = true;
        let written = format!("{}:{name}", service.prefix());
        let short = |action: &str| {
            if whole { action.to_owned() } else { action.split_once(':').map_or(action, |(_, name)| name).to_owned() }
        };
        let mut diagnostic =
            Diagnostic::new(&checks::UNKNOWN_ACTION, span, format!("`{}` has no action `{name}`", service.prefix()));
        if let Some(api) = self.catalog().api_name(&written) {
            let actions: Vec<String> = api.actions.iter().map(ToString::to_string).collect();
            diagnostic = diagnostic
                .note(format!("`{name}` is the name of an API operation; calls of it are allowed by another action"))
                .help(format!("write {}", crate::resources::quoted(&actions)));
            if let [action] = actions.as_slice() {
                diagnostic =
                    diagnostic.fix(format!("replace with `{action}`"), span, short(action), Applicability::Safe);
            }
        } else {
            diagnostic = diagnostic.note(self.catalog_date());
            let near = self.catalog().nearest_action(&written);
            if let Some(near) = near.first() {
                diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
                if near.starts_with(&format!("{}:", service.prefix())) || whole {
                    diagnostic =
                        diagnostic.fix(format!("replace with `{near}`"), span, short(near), Applicability::Unsafe);
                }
            } else {
                meant = false;
                diagnostic = diagnostic
                    .severity(Severity::Warning)
                    .help(format!("if the action is new, write `unchecked {written}`"));
            }
        }
        self.report(diagnostic);
        meant
    }

    /// `s3:@read`: the actions of that level that act on the types of `resources`.
    fn level(
        &mut self,
        token: &SyntaxToken,
        span: Span,
        resources: Option<&ResourceSet>,
    ) -> Option<Vec<Sourced<ActionPattern>>> {
        let (prefix, word) = token.text().split_once('@')?;
        let prefix = prefix.trim_end_matches(':');
        let level = self.known_level(word, span)?;
        let catalog = self.catalog();
        let services: Vec<&Service> = if prefix.is_empty() {
            catalog.services().collect()
        } else if let Some(service) = catalog.service(prefix) {
            vec![service]
        } else {
            self.unknown_service(prefix, prefix_of(span, prefix));
            return None;
        };
        let mut patterns = Vec::new();
        for service in services {
            let before = patterns.len();
            for action in service.actions().iter().filter(|action| action.levels.contains(level)) {
                if is_meant(service, action, resources) {
                    patterns.push(Sourced::new(ActionPattern::new(service.prefix(), &*action.name), span));
                }
            }
            if patterns.len() > before {
                self.program.written_out.insert(format!("{}:@{}", service.prefix(), level.keyword()));
            }
        }
        if patterns.is_empty() {
            self.error(
                &checks::ACTION_RESOURCE_MISMATCH,
                span,
                format!("no action of `{}` acts on the resources after `on`", token.text()),
            );
        }
        Some(patterns)
    }

    /// The level that is called `word`.
    pub(crate) fn known_level(&mut self, word: &str, span: Span) -> Option<Level> {
        let level = Level::from_name(word);
        if level.is_none() {
            let known: Vec<String> = Level::ALL.iter().map(|level| format!("@{}", level.keyword())).collect();
            self.report(
                Diagnostic::new(&checks::UNKNOWN_ACCESS_LEVEL, span, format!("there is no access level `@{word}`"))
                    .help(format!("the levels are {}", crate::resources::quoted(&known))),
            );
        }
        level
    }

    /// Whether every action of `actions` has no resource-level permissions, so that only `*` can stand for its resource.
    pub(crate) fn takes_only_star(&self, actions: &ActionSet) -> bool {
        !actions.negated
            && actions.patterns.iter().all(|pattern| {
                self.catalog()
                    .actions_matching(&pattern.value.to_string())
                    .all(|(_, action)| action.resource_types.is_empty())
            })
    }
}

/// The prefix that a word at `span` begins with.
pub(crate) fn prefix_of(span: Span, prefix: &str) -> Span {
    let start = span.range.start();
    within(span, iamx_text::TextRange::at(start, iamx_text::TextSize::of(prefix)))
}

/// Whether a level, or a wildcard that is written out, holds the action where `resources` stand after `on`: whether it acts on one
/// of them. Where that isn't known of one of them it holds all.
fn is_meant(service: &Service, action: &Action, resources: Option<&ResourceSet>) -> bool {
    resources.is_none_or(|set| {
        set.negated
            || set.resources.iter().any(|resource| {
                resource.value.arn == "*"
                    || resource.value.typed.is_none()
                    || acts_on_one(service, action, &resource.value)
            })
    })
}

/// Writes patterns out as the actions that the catalog has today and that act on the resources, and keeps which.
struct FromCatalog<'c> {
    catalog: &'c Catalog,
    resources: Option<&'c ResourceSet>,
    written_out: Vec<Span>,
    patterns: Vec<String>,
}

impl WriteOut<ActionPattern> for FromCatalog<'_> {
    fn write_out(&mut self, item: &Sourced<ActionPattern>) -> Option<Vec<Sourced<ActionPattern>>> {
        self.written_out.push(item.span);
        let written = item.value.to_string();
        let pattern = |(service, action): &(&Service, &Action)| {
            Sourced::new(ActionPattern::new(service.prefix(), &*action.name), item.span)
        };
        let held: Vec<(&Service, &Action)> = self.catalog.actions_matching(&written).collect();
        let meant = held.iter().filter(|(service, action)| is_meant(service, action, self.resources));
        let mut actions: Vec<_> = meant.map(pattern).collect();
        // That none acts on the resources is a check's to say, as of a wildcard without `except`.
        if actions.is_empty() {
            actions = held.iter().map(pattern).collect();
        }
        self.patterns.push(written);
        Some(actions)
    }
}

impl Item for ActionPattern {
    fn is_everything(&self) -> bool {
        self.service.is_none()
    }

    fn includes(&self, other: &Self) -> bool {
        if self.is_wildcard() || has_wildcard(self) { Self::includes(self, other) } else { same(self, other) }
    }

    fn touches(&self, other: &Self) -> bool {
        if [self, other].iter().any(|pattern| pattern.is_wildcard() || has_wildcard(pattern)) {
            self.intersects(other)
        } else {
            same(self, other)
        }
    }
}

fn has_wildcard(pattern: &ActionPattern) -> bool {
    pattern.service.as_ref().is_some_and(|service| service.contains(['*', '?']))
}

fn same(a: &ActionPattern, b: &ActionPattern) -> bool {
    let service = |pattern: &ActionPattern| pattern.service.clone().unwrap_or_default();
    a.name.eq_ignore_ascii_case(&b.name) && service(a).eq_ignore_ascii_case(&service(b))
}

/// The list as a statement has it.
fn as_set(list: List<ActionPattern>, written_out: Vec<Span>, span: Span) -> ActionSet {
    if list.negated && list.items.is_empty() {
        return ActionSet::of(vec![Sourced::new(ActionPattern::all(), span)]);
    }
    ActionSet { negated: list.negated, patterns: list.items, written_out }
}

impl ActionSet {
    fn of(patterns: Vec<Sourced<ActionPattern>>) -> Self {
        Self { negated: false, patterns, written_out: Vec::new() }
    }
}

impl ResourceSet {
    /// Every resource, as a statement has it whose author wrote none.
    pub(crate) fn everything(span: Span) -> Self {
        Self { negated: false, resources: vec![Sourced::new(Resource::all(), span)] }
    }
}
