//! Actions and resources of a grant that don't go together. A grant is written at both ends or not at all, so what is a warning
//! in a statement is an error here.

use iamx_catalog::Service;
use iamx_diagnostic::{Diagnostic, Severity, checks};
use iamx_policy::{ActionPattern, Sourced};

use crate::{
    lowerer::Lowerer,
    resources::{Resource, ResourceSet, quoted},
};

const WHOLE: &str = "a grant is written at both ends or not at all, so nothing is written of this one";

impl Lowerer<'_> {
    /// What `read` gives; nothing, with an error, where it warns that actions and resources don't go together.
    pub(super) fn whole_or_nothing<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let before = self.diagnostics.len();
        let given = read(self);
        let found = self.take_findings_since(before);
        let is_mismatch = |one: &Diagnostic| one.check.name == checks::ACTION_RESOURCE_MISMATCH.name;
        let whole = !found.iter().any(is_mismatch);
        for one in found {
            // That no action is left of a list follows from it.
            if !whole && one.check.name == checks::EMPTY_LIST.name {
                continue;
            }
            self.report(if is_mismatch(&one) { one.severity(Severity::Error).note(WHOLE) } else { one });
        }
        given.filter(|_| whole)
    }

    /// Says that the action acts on none of the resources. `beside` says that the grant has others.
    pub(super) fn acts_on_none(&mut self, pattern: &Sourced<ActionPattern>, resources: &ResourceSet, beside: bool) {
        let arns: Vec<String> = resources.resources.iter().map(|resource| resource.value.arn.clone()).collect();
        let message = format!("`{}` doesn't act on {}", pattern.value, quoted(&arns));
        let (mut types, mut inside) = (Vec::new(), Vec::new());
        for (service, action) in self.catalog().actions_matching(&pattern.value.to_string()) {
            for used in &action.resource_types {
                let Some(resource_type) = service.resource_type_named(&used.name) else { continue };
                let slug = resource_type.slug();
                if resources.resources.iter().any(|one| has_child(service, &one.value, &slug)) {
                    inside.push(format!(".{slug}(\"…\")"));
                }
                types.push(format!("{}.{slug}", service.prefix()));
            }
        }
        for list in [&mut types, &mut inside] {
            list.sort();
            list.dedup();
        }
        let diagnostic =
            Diagnostic::new(&checks::ACTION_RESOURCE_MISMATCH, pattern.span, message).severity(Severity::Error);
        let by_itself = if beside { "grant it by itself" } else { "grant it" };
        let diagnostic = match (types.len(), inside.as_slice()) {
            (0, _) => {
                diagnostic.note("the action has no resource-level permissions: a request for it is about `*`").help(
                    format!("write `allow {} on *` in the caller's own policy, and leave it out here", pattern.value),
                )
            }
            (_, [_, ..]) => diagnostic.help(format!("{by_itself} on what is inside: {}", quoted(&inside))),
            (1..=6, _) => diagnostic.help(format!("{by_itself} on what it acts on: {}", quoted(&types))),
            _ => diagnostic.help(format!("{by_itself} on what it acts on")),
        };
        self.report(diagnostic.note(WHOLE));
    }

    /// Says that no action of the grant acts on the resource. `beside` says that they act on another.
    pub(super) fn acted_on_by_none(&mut self, resource: &Sourced<Resource>, beside: bool) {
        let message = format!("no action of this grant acts on `{}`", resource.value.arn);
        let diagnostic =
            Diagnostic::new(&checks::ACTION_RESOURCE_MISMATCH, resource.span, message).severity(Severity::Error);
        self.report(diagnostic.note(WHOLE).help(if beside {
            "leave it out, or grant it by itself with the actions that act on it"
        } else {
            "name what the actions act on"
        }));
    }
}

/// Whether a resource of the type that is called `slug` is written as a part of `parent`.
fn has_child(service: &Service, parent: &Resource, slug: &str) -> bool {
    let Some(typed) = parent.typed.as_ref().filter(|typed| typed.service == service.prefix()) else { return false };
    let Some(parent) = service.resource_type(&typed.type_name) else { return false };
    service.children(parent).any(|child| child.resource_type.slug() == slug)
}
