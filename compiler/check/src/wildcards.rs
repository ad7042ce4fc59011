//! Allows that are wider than anybody reads them: everything, all of a service, every resource.

use iamx_catalog::Catalog;
use iamx_diagnostic::{Diagnostic, checks};
use iamx_lower::DocumentKind;
use iamx_policy::{Effect, Statement};

use crate::held::Held;

pub(crate) fn check(statement: &Statement, kind: DocumentKind, catalog: &Catalog, diagnostics: &mut Vec<Diagnostic>) {
    let Some(resources) = &statement.resources else { return };
    // Boundaries and guardrails grant nothing, and conditions may make an allow as narrow as it has to be.
    if statement.effect == Effect::Deny
        || matches!(kind, DocumentKind::Boundary | DocumentKind::Scp | DocumentKind::Rcp)
        || statement.actions.negated
        || resources.negated
        || !statement.conditions.entries.is_empty()
    {
        return;
    }
    let star = resources.patterns.iter().find(|pattern| pattern.value == "*");
    let everything = statement.actions.patterns.iter().find(|pattern| pattern.value.service.is_none());
    if let (Some(_), Some(everything)) = (star, everything) {
        diagnostics.push(
            Diagnostic::new(&checks::FULL_ADMIN, everything.span, "this allows every action on every resource")
                .note("whoever holds it can do anything in the account, giving it to others included")
                .help("name the services that are needed"),
        );
        return;
    }
    for pattern in &statement.actions.patterns {
        if pattern.value.service.is_some() && pattern.value.name == "*" {
            let text = pattern.value.to_string();
            diagnostics.push(
                Diagnostic::new(
                    &checks::SERVICE_WILDCARD,
                    pattern.span,
                    format!("`{text}` allows every action of the service, those of tomorrow included"),
                )
                .help("name the access levels that are needed, such as `@read`, or the actions"),
            );
        }
    }
    let Some(star) = star else { return };
    let narrower = statement
        .actions
        .patterns
        .iter()
        .all(|pattern| Held::by(&pattern.value, catalog).all(|action| !action.resource_types.is_empty()));
    if narrower {
        diagnostics.push(
            Diagnostic::new(
                &checks::WILDCARD_RESOURCE,
                star.span,
                "every action of this statement takes a narrower resource",
            )
            .label("all resources of the account, and those that others share with it")
            .help("name the resources"),
        );
    }
}
