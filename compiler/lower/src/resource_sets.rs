//! Lists of resources: what `on` names, and what `except` takes away.

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{Sourced, arn_includes, arns_intersect, deployed_names, widened};
use iamx_syntax::{
    SyntaxNode,
    ast::{AstNode, Bracketed, Call, Expr, Exprs, Postfix},
};
use iamx_text::Span;

use crate::{
    excepting::{Inexact, Item, List, NotWrittenOut},
    lowerer::Lowerer,
    names::DeclarationKind,
    resources::{Resource, ResourceSet},
    scope::{Environment, Reference, Target},
};

impl Item for Resource {
    fn is_everything(&self) -> bool {
        self.arn == "*"
    }

    fn includes(&self, other: &Self) -> bool {
        // What a variable becomes isn't known: it stands for itself, and for any text inside a wider pattern.
        self.arn == other.arn
            || self.is_everything()
            || (!self.arn.contains("${") && arn_includes(&self.arn, &widened(&other.arn)))
    }

    fn touches(&self, other: &Self) -> bool {
        self.is_everything() || other.is_everything() || arns_intersect(&widened(&self.arn), &widened(&other.arn))
    }
}

impl From<ResourceSet> for List<Resource> {
    fn from(set: ResourceSet) -> Self {
        Self { negated: set.negated, items: set.resources }
    }
}

impl Lowerer<'_> {
    /// The resources of `list`.
    pub(crate) fn resource_set(&mut self, environment: &Environment, list: &Exprs) -> Option<ResourceSet> {
        let span = self.span(environment.module, list.range());
        let (items, excepted) = (list.items(), list.excepted());
        let kept = self.resource_list(environment, &items);
        if excepted.is_empty() {
            return Some(as_set(kept?, span));
        }
        let taken = self.resource_list(environment, &excepted);
        let (kept, taken) = (kept?, taken?);
        self.find_idle_exceptions(environment, list, &kept, &taken);
        match kept.without(taken, &mut NotWrittenOut) {
            Ok(left) if left.is_empty() => {
                self.error(&checks::EMPTY_LIST, span, "`except` takes every resource away");
                None
            }
            Ok(left) => Some(as_set(left, span)),
            Err(inexact) => {
                self.inexact_resources(&inexact);
                None
            }
        }
    }

    fn resource_list(&mut self, environment: &Environment, items: &[Expr]) -> Option<List<Resource>> {
        let mut whole = true;
        let mut list = List::of(Vec::new());
        for item in items {
            let Some(set) = self.resource_operand(environment, item) else {
                whole = false;
                continue;
            };
            self.spend(set.resources.len(), self.span(environment.module, item.range()))?;
            list = match list.and(set.into(), &mut NotWrittenOut) {
                Ok(list) => list,
                Err(inexact) => {
                    self.inexact_resources(&inexact);
                    return None;
                }
            };
        }
        whole.then_some(list)
    }

    fn resource_operand(&mut self, environment: &Environment, expr: &Expr) -> Option<ResourceSet> {
        match expr {
            Expr::Bracketed(list) => self.bracketed_resources(environment, list),
            Expr::Except(list) => self.resource_set(environment, list),
            Expr::Call(call) => {
                let reference = self.resolve(environment, call)?;
                let before = self.diagnostics.len();
                let set = self.referenced_resource_set(environment, &reference);
                if set.is_none() {
                    self.hint_at_service(call, &reference, before);
                }
                set
            }
            _ => Some(ResourceSet { negated: false, resources: self.resources(environment, expr)? }),
        }
    }

    /// Where a name of the user's hides a service that has what stands behind it, says how that is named.
    fn hint_at_service(&mut self, call: &Call, reference: &Reference, before: usize) {
        let (Some(name), Target::Declaration(id), Some(Postfix::Name(part))) =
            (call.name(), &reference.target, reference.rest.first())
        else {
            return;
        };
        let is_resource = self
            .names
            .get(*id)
            .is_some_and(|one| matches!(&one.kind, DeclarationKind::Entity(kind, _) if kind.is_resource()));
        let hidden = !is_resource && self.catalog().has_service(name.text());
        if hidden && let Some(diagnostic) = self.diagnostics.get_mut(before) {
            diagnostic.help = Some(format!("the service's resource is `aws.{}.{}`", name.text(), part.text()));
        }
    }

    pub(crate) fn bracketed_resources(&mut self, environment: &Environment, list: &Bracketed) -> Option<ResourceSet> {
        let Some(list) = list.list() else {
            let span = self.span(environment.module, list.range());
            self.error(&checks::EMPTY_LIST, span, "this list names no resource");
            return None;
        };
        self.resource_set(environment, &list)
    }

    fn referenced_resource_set(&mut self, environment: &Environment, reference: &Reference) -> Option<ResourceSet> {
        let set = match (&reference.target, reference.rest.as_slice()) {
            (Target::Argument(binding), []) => self.resource_operand(&binding.environment, &binding.argument)?,
            (Target::Declaration(id), [] | [Postfix::Arguments(_)])
                if self.names.get(*id).is_some_and(|d| matches!(d.kind, DeclarationKind::Let(_))) =>
            {
                self.with_let(environment, *id, reference, Self::resource_set)?
            }
            _ => {
                return Some(ResourceSet {
                    negated: false,
                    resources: self.referenced_resources(environment, reference)?,
                });
            }
        };
        let resources =
            set.resources.into_iter().map(|resource| Sourced::new(resource.value, reference.span)).collect();
        Some(ResourceSet { resources, ..set })
    }

    /// `unchecked "arn:…"`, or a type that the catalog may not know yet.
    pub(crate) fn unchecked_resources(
        &mut self,
        environment: &Environment,
        node: &SyntaxNode,
        span: Span,
    ) -> Option<Vec<Sourced<Resource>>> {
        let target = node.children_with_tokens().find_map(Expr::cast);
        match &target {
            Some(expr @ Expr::String(_)) => {
                let arns = self.strings(environment, expr, "an ARN")?;
                self.unchecked.insert(span);
                self.raw_arns(arns)
            }
            Some(Expr::Call(call)) => {
                let reference = self.resolve(environment, call)?;
                if let (Target::Service(prefix), Some(Postfix::Name(name))) =
                    (&reference.target, reference.rest.first())
                    && self
                        .catalog()
                        .service(prefix)
                        .is_some_and(|service| service.resource_type(name.text()).is_none())
                {
                    let message = format!("the catalog has no ARN format of `{prefix}.{}`", name.text());
                    let date = self.catalog_date();
                    self.report(
                        Diagnostic::new(&checks::UNKNOWN_RESOURCE_TYPE, reference.span, message)
                            .note(date)
                            .help(format!("write the ARN: `unchecked \"arn:aws:{prefix}:…\"`")),
                    );
                    return None;
                }
                self.unchecked.insert(span);
                self.referenced_resources(environment, &reference)
            }
            _ => {
                self.error(&checks::MISMATCHED_TYPE, span, "expected a resource or an ARN after `unchecked`");
                None
            }
        }
    }

    /// The resources of a set that must name each: where something else is made of them.
    pub(crate) fn named_resources(&mut self, set: ResourceSet, span: Span) -> Option<Vec<Sourced<Resource>>> {
        if set.negated {
            self.report(
                Diagnostic::new(&checks::MISMATCHED_TYPE, span, "expected resources by name, and this is all but some")
                    .note("`* except …` is for the list after `on`"),
            );
            return None;
        }
        Some(set.resources)
    }

    fn inexact_resources(&mut self, inexact: &Inexact<Resource>) {
        let (kept, taken) = (&inexact.kept, &inexact.taken);
        self.inexact_except(&kept.value.arn, kept.span, &taken.value.arn, taken.span);
    }

    /// Says that what is left of `kept` without `taken` can't be said.
    pub(crate) fn inexact_except(&mut self, kept: &str, kept_span: Span, taken: &str, taken_span: Span) {
        if deployed_names(kept).chain(deployed_names(taken)).next().is_some() {
            self.report(
                Diagnostic::new(
                    &checks::INEXACT_EXCEPT,
                    taken_span,
                    format!("whether `{taken}` is in `{kept}` is known only when they are deployed"),
                )
                .related(kept_span, "it is taken from this")
                .help("name what is meant, or give them values under `[params]`"),
            );
            return;
        }
        self.report(
            Diagnostic::new(
                &checks::INEXACT_EXCEPT,
                taken_span,
                format!("`{taken}` is a part of `{kept}`, and no list says the rest"),
            )
            .related(kept_span, "it is taken from this")
            .note("IAM has a form for everything but some, and none for a wildcard but some")
            .help("say these in a statement of their own, or name what is meant"),
        );
    }
}

/// The list as a statement has it.
fn as_set(list: List<Resource>, span: Span) -> ResourceSet {
    if list.negated && list.items.is_empty() {
        return ResourceSet::everything(span);
    }
    ResourceSet { negated: list.negated, resources: list.items }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(arn: &str) -> Resource {
        Resource { arn: arn.to_owned(), typed: None }
    }

    #[test]
    fn variables_may_be_anything() {
        let home = resource("arn:aws:s3:::home/${aws:username}/*");
        let alice = resource("arn:aws:s3:::home/alice/*");
        assert!(home.touches(&alice) && alice.touches(&home));
        assert!(!home.includes(&alice) && !alice.includes(&home) && home.includes(&home));
        assert!(resource("arn:aws:s3:::home/*").includes(&home));
        assert!(!resource("arn:aws:s3:::logs/*").touches(&home));
        assert!(!resource("arn:aws:s3:::home/a${*}/*").includes(&resource("arn:aws:s3:::home/ab/*")));
        assert!(resource("arn:aws:s3:::home/a${*}/*").touches(&resource("arn:aws:s3:::home/a?/*")));
    }
}
