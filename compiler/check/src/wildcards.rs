//! Allows that are wider than anybody reads them: everything, all of a service, every resource.

use iamx_catalog::{Level, LevelSet};
use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{ActionPattern, Sourced, Statement};

use crate::{access::of_plain_allow, held::Held, rules::Seen};

pub(crate) fn check(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    let catalog = seen.world.catalog;
    let Some(resources) = of_plain_allow(statement) else { return };
    let star = resources.iter().find(|pattern| pattern.value == "*");
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
        } else if pattern.value.is_wildcard() {
            diagnostics.extend(several_levels(seen, pattern));
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

/// A pattern that looks as if it only read, or only wrote, and holds actions of another kind too.
fn several_levels(seen: &Seen<'_>, pattern: &Sourced<ActionPattern>) -> Option<Diagnostic> {
    let Held::Actions(held) = Held::by(&pattern.value, seen.world.catalog) else { return None };
    let kinds = [
        (LevelSet::of([Level::Read, Level::List]), "reads"),
        (LevelSet::of([Level::Write, Level::Tagging]), "writes"),
        (LevelSet::of([Level::Permissions]), "changes permissions"),
    ];
    let examples: Vec<String> = kinds
        .iter()
        .filter_map(|(levels, does)| {
            let of_kind = |set: LevelSet| !set.is_empty() && levels.contains_all(set);
            let (service, action) = held.iter().find(|(_, action)| of_kind(action.levels))?;
            Some(format!("`{}:{}` {does}", service.prefix(), action.name))
        })
        .collect();
    if examples.len() < 2 {
        return None;
    }
    Some(
        Diagnostic::new(
            &checks::WILDCARD_ACTION,
            pattern.span,
            format!("`{}` holds actions of several kinds", pattern.value),
        )
        .note(examples.join(", "))
        .help("name the actions, or an access level such as `@read`"),
    )
}
