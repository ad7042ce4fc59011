//! Services and their types of resources.

use iamx_catalog::{ArnTemplate, ResourceType, Service};

use super::{Completion, CompletionKind, Completions, Subject, place::Cursor, statement};

/// The services, those of the statement's actions first.
pub(crate) fn services(cursor: &Cursor<'_>, found: &mut Completions) {
    let actions = statement::actions(cursor);
    for prefix in cursor.catalog().prefixes() {
        let rank = if actions.iter().any(|(service, _)| service.prefix() == prefix) { 2 } else { 6 };
        let offered = Completion::new(format!("{prefix}."), CompletionKind::Service, "", rank);
        found.items.push(offered.writes(format!("{prefix}.")));
    }
}

/// The types of a service, those that the statement's actions act on first.
pub(crate) fn types(cursor: &Cursor<'_>, service: &Service, found: &mut Completions) {
    let actions = statement::actions(cursor);
    for of in service.resource_types() {
        let is_acted_on = actions
            .iter()
            .any(|(one, action)| one.prefix() == service.prefix() && action.resource_use(&of.name).is_some());
        let Some(template) = of.arn_templates.first() else { continue };
        let rank = if is_acted_on { 1 } else { 2 };
        found.items.push(of_type(service, of, template, rank).with_arguments(template.placeholders(), true));
    }
}

/// What is within a resource.
pub(crate) fn children(service: &Service, parent: &ResourceType, found: &mut Completions) {
    for child in service.children(parent) {
        let offered = of_type(service, child.resource_type, child.template, 1);
        found.items.push(offered.with_arguments(child.placeholders.iter().copied(), true));
    }
}

fn of_type(service: &Service, of: &ResourceType, template: &ArnTemplate, rank: u8) -> Completion {
    let slug = of.slug();
    Completion::new(slug.clone(), CompletionKind::ResourceType, template.text(), rank)
        .about(Subject::ResourceType(service.prefix().to_owned(), slug))
}
