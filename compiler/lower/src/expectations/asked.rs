//! What is asked: actions on resources.

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{Element, Sourced, variables};
use iamx_syntax::ast::{Asked as AskedNode, AstNode};
use iamx_text::Span;

use super::AskedIn;
use crate::{
    Asked, AskedResource, AskedResources,
    actions::ActionSet,
    lowerer::Lowerer,
    resources::{Owner, Resource, ResourceSet},
    scope::Environment,
};

impl Lowerer<'_> {
    /// The actions and resources of `node`, which says no `assume`.
    pub(super) fn asked(&mut self, environment: &Environment, node: &AskedNode, asked_in: AskedIn) -> Option<Asked> {
        let list = node.actions()?;
        let span = self.span(environment.module, node.range());
        let on = node.resources();
        let said = on.as_ref().map(|list| self.resource_set(environment, list));
        let actions = self.action_set(environment, &list, said.as_ref().and_then(Option::as_ref));
        let resources = match said {
            Some(set) => set?,
            None => self.unsaid_asked(actions.as_ref()?, span)?,
        };
        let actions = actions?;
        if asked_in == AskedIn::Test {
            self.check_single(&resources, &actions, span)?;
        }
        let patterns = actions.patterns;
        let actions = if actions.negated { Element::except(patterns) } else { Element::of(patterns) };
        let asked = |resource: Sourced<Resource>| AskedResource {
            account: resource.value.typed.as_ref().and_then(|typed| match typed.owner {
                Owner::Account(account) => Some(account),
                Owner::Extern(_) | Owner::Any | Owner::Unknown => None,
            }),
            arn: resource.value.arn,
            span: resource.span,
        };
        let negated = resources.negated;
        let resources = resources.resources.into_iter().map(asked).collect();
        Some(Asked::Actions { actions, resources: AskedResources { negated, resources } })
    }

    /// What has no resource-level permissions is asked on `*`; anything else says on what.
    fn unsaid_asked(&mut self, actions: &ActionSet, span: Span) -> Option<ResourceSet> {
        if self.takes_only_star(actions) {
            return Some(ResourceSet::everything(span));
        }
        self.report(
            Diagnostic::new(&checks::MISSING_RESOURCE, span, "this says not on which resources it is asked")
                .note("some of its actions have resource-level permissions")
                .help("add `on` and the resources"),
        );
        None
    }

    /// A test asks for requests, each of which is about resources and not about patterns.
    fn check_single(&mut self, resources: &ResourceSet, actions: &ActionSet, span: Span) -> Option<()> {
        if resources.negated {
            self.pattern_in_test(span, "everything but some is no resource");
            return None;
        }
        let mut right = true;
        for resource in &resources.resources {
            let arn = resource.value.arn.as_str();
            let is_pattern = match &resource.value.typed {
                _ if arn == "*" => !self.takes_only_star(actions),
                // `*` in the place of a region is nobody's.
                Some(typed) => typed.arguments.iter().any(|argument| is_pattern(argument)),
                None => is_pattern(arn),
            };
            if is_pattern {
                right = false;
                self.pattern_in_test(resource.span, &format!("`{arn}` is a pattern, and no resource"));
            }
        }
        right.then_some(())
    }

    fn pattern_in_test(&mut self, span: Span, message: &str) {
        self.report(
            Diagnostic::new(&checks::PATTERN_IN_TEST, span, message)
                .note("a test decides single requests, and each is about resources by their whole names")
                .help("name one; what holds for all of them is said by an `invariant`"),
        );
    }
}

/// Whether `text` may match another than itself: it holds a wildcard, or a variable that AWS fills in.
fn is_pattern(text: &str) -> bool {
    let mut plain = text.to_owned();
    let mut filled_in = false;
    for variable in variables(text).flatten() {
        let meant = text.get(variable.range.clone()).unwrap_or_default();
        if matches!(variable.key, "*" | "?" | "$") {
            plain = plain.replace(meant, "");
        } else {
            filled_in = true;
        }
    }
    filled_in || plain.contains(['*', '?'])
}
