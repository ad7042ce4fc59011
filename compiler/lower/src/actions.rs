//! What stands after `allow` and `deny`: actions by name, pattern and access level.

use iamx_catalog::{Level, Service};
use iamx_diagnostic::{Applicability, Diagnostic, checks};
use iamx_policy::{ActionPattern, Sourced, glob_matches};
use iamx_syntax::{
    SyntaxToken,
    ast::{AstNode, Expr, Exprs},
};
use iamx_text::Span;

use crate::{
    lowerer::Lowerer,
    names::DeclarationKind,
    resources::{Resource, ResourceSet},
    scope::{Environment, Reference, Target},
};

/// The actions of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ActionSet {
    /// Whether it is every action **but** these.
    pub(crate) negated: bool,
    pub(crate) patterns: Vec<Sourced<ActionPattern>>,
}

impl Lowerer<'_> {
    /// The actions of `list`. Levels are those of the actions that act on `resources`.
    pub(crate) fn action_set(
        &mut self,
        environment: &Environment,
        list: &Exprs,
        resources: Option<&ResourceSet>,
    ) -> Option<ActionSet> {
        let (items, excepted) = (list.items(), list.excepted());
        let except = self.action_list(environment, &excepted, resources)?;
        if !except.is_empty() && matches!(items.as_slice(), [Expr::Star(_)]) {
            return Some(ActionSet { negated: true, patterns: except });
        }
        let mut patterns = self.action_list(environment, &items, resources)?;
        if patterns.is_empty() && except.is_empty() {
            let span = self.span(environment.module, list.range());
            self.error(&checks::EMPTY_LIST, span, "no action is left in this list");
            return None;
        }
        if !except.is_empty() {
            patterns = self.take_away(patterns, &except);
            if patterns.is_empty() {
                let span = self.span(environment.module, list.range());
                self.error(&checks::EMPTY_LIST, span, "`except` takes every action away");
                return None;
            }
        }
        Some(ActionSet { negated: false, patterns })
    }

    fn action_list(
        &mut self,
        environment: &Environment,
        items: &[Expr],
        resources: Option<&ResourceSet>,
    ) -> Option<Vec<Sourced<ActionPattern>>> {
        let mut patterns = Vec::new();
        let mut whole = true;
        for item in items {
            match self.actions(environment, item, resources) {
                Some(mut more) => {
                    self.spend(more.len(), self.span(environment.module, item.range()))?;
                    patterns.append(&mut more);
                }
                None => whole = false,
            }
        }
        whole.then_some(patterns)
    }

    fn actions(
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
            Expr::Bracketed(list) => {
                let Some(list) = list.list() else {
                    self.error(&checks::EMPTY_LIST, span, "this list names no action");
                    return None;
                };
                let set = self.action_set(environment, &list, resources)?;
                self.positive(set, span)
            }
            Expr::Call(call) => {
                let reference = self.resolve(environment, call)?;
                self.referenced_actions(environment, &reference, resources)
            }
            Expr::Unchecked(node) => {
                let word = node.children_with_tokens().find_map(Expr::cast);
                let Some(Expr::Word(token)) = word else {
                    self.error(&checks::MISMATCHED_TYPE, span, "expected an action after `unchecked`");
                    return None;
                };
                let (prefix, name) = token.text().split_once(':')?;
                self.program.unchecked += 1;
                Some(vec![Sourced::new(ActionPattern::new(prefix, name), span)])
            }
            Expr::HalfWord(_) => None,
            _ => {
                self.expected("an action", expr, span);
                None
            }
        }
    }

    fn positive(&mut self, set: ActionSet, span: Span) -> Option<Vec<Sourced<ActionPattern>>> {
        if set.negated {
            self.not_yet_at(span, "`* except …` inside a list");
            return None;
        }
        Some(set.patterns)
    }

    fn referenced_actions(
        &mut self,
        environment: &Environment,
        reference: &Reference,
        resources: Option<&ResourceSet>,
    ) -> Option<Vec<Sourced<ActionPattern>>> {
        match &reference.target {
            Target::Argument(binding) if reference.rest.is_empty() => {
                self.actions(&binding.environment, &binding.argument, resources)
            }
            Target::Declaration(id)
                if self.names.get(*id).is_some_and(|d| matches!(d.kind, DeclarationKind::Let(_))) =>
            {
                let set = self.with_let(environment, *id, reference, |lowerer, inner, list| {
                    lowerer.action_set(inner, list, resources)
                })?;
                self.positive(set, reference.span)
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
        self.unknown_action(service, name, span, span.range.contains_range(prefix_span.range));
        None
    }

    /// Says that there is no such action, and which one is meant. `whole` says that the span covers the prefix too.
    fn unknown_action(&mut self, service: &Service, name: &str, span: Span, whole: bool) {
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
                diagnostic = diagnostic.help(format!("if the action is new, write `unchecked {written}`"));
            }
        }
        self.report(diagnostic);
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
        let Some(level) = Level::from_name(word) else {
            let known: Vec<String> = Level::ALL.iter().map(|level| format!("@{}", level.keyword())).collect();
            self.report(
                Diagnostic::new(&checks::UNKNOWN_ACCESS_LEVEL, span, format!("there is no access level `@{word}`"))
                    .help(format!("the levels are {}", crate::resources::quoted(&known))),
            );
            return None;
        };
        let catalog = self.catalog();
        let services: Vec<&Service> = if prefix.is_empty() {
            catalog.services().collect()
        } else if let Some(service) = catalog.service(prefix) {
            vec![service]
        } else {
            self.unknown_service(prefix, prefix_of(span, prefix));
            return None;
        };
        let everything = resources.is_none_or(|set| {
            set.negated
                || set.resources.iter().any(|resource| resource.value.arn == "*" || resource.value.typed.is_none())
        });
        let types: Vec<(&str, &str)> = resources
            .into_iter()
            .flat_map(|set| &set.resources)
            .filter_map(|resource| resource.value.typed.as_ref())
            .map(|typed| (typed.service.as_str(), typed.type_name.as_str()))
            .collect();
        let mut patterns = Vec::new();
        for service in services {
            for action in service.actions().iter().filter(|action| action.levels.contains(level)) {
                let acts = everything
                    || action.resource_types.iter().any(|used| {
                        service.resource_type_named(&used.name).is_some_and(|resource_type| {
                            types.contains(&(service.prefix(), resource_type.slug().as_str()))
                        })
                    });
                if acts {
                    patterns.push(Sourced::new(ActionPattern::new(service.prefix(), &*action.name), span));
                }
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

    /// `patterns` without what `except` names: a pattern that holds some of it is written out, the others stay.
    fn take_away(
        &self,
        patterns: Vec<Sourced<ActionPattern>>,
        except: &[Sourced<ActionPattern>],
    ) -> Vec<Sourced<ActionPattern>> {
        let excepted = |service: &str, name: &str| except.iter().any(|pattern| matches(&pattern.value, service, name));
        let mut kept = Vec::new();
        for pattern in patterns {
            let text = pattern.value.to_string();
            let held: Vec<_> = self.catalog().actions_matching(&text).collect();
            if held.iter().all(|(service, action)| !excepted(service.prefix(), &action.name)) {
                kept.push(pattern);
                continue;
            }
            for (service, action) in held {
                if !excepted(service.prefix(), &action.name) {
                    kept.push(Sourced::new(ActionPattern::new(service.prefix(), &*action.name), pattern.span));
                }
            }
        }
        kept
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
    Span::new(span.file, iamx_text::TextRange::at(start, iamx_text::TextSize::of(prefix)))
}

/// Whether `pattern` holds the action; names ignore case.
fn matches(pattern: &ActionPattern, service: &str, name: &str) -> bool {
    pattern.service.as_deref().is_none_or(|prefix| prefix.eq_ignore_ascii_case(service))
        && glob_matches(&pattern.name.to_lowercase(), &name.to_lowercase())
}

impl ResourceSet {
    /// Every resource, as a statement has it whose author wrote none.
    pub(crate) fn everything(span: Span) -> Self {
        Self { negated: false, resources: vec![Sourced::new(Resource::all(), span)] }
    }
}
