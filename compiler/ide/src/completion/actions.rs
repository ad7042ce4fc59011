//! Actions, their levels, and the services that have them.

use iamx_catalog::{Action, Level, Service};

use super::{
    Completion, CompletionKind, Completions, Subject,
    place::Cursor,
    statement::{self, Typed},
};

/// Where any action can stand: services, levels, and the actions on the resources that the statement names.
pub(crate) fn anything(cursor: &Cursor<'_>, found: &mut Completions) {
    let types = statement::types(cursor);
    let of_types = |service: &str| types.iter().any(|(one, _)| one.prefix() == service);
    for prefix in cursor.catalog().prefixes() {
        let rank = if of_types(prefix) { 1 } else { 6 };
        found.items.push(
            Completion::new(format!("{prefix}:"), CompletionKind::Service, "", rank).writes(format!("{prefix}:")),
        );
    }
    let mut services: Vec<&Service> = types.iter().map(|(service, _)| *service).collect();
    services.dedup_by_key(|service| service.prefix());
    for service in services {
        for action in service.actions().iter().filter(|action| acts_on(service, action, &types)) {
            found.items.push(of_action(service, action, format!("{}:{}", service.prefix(), action.name), 2));
        }
    }
    for level in Level::ALL {
        let label = format!("@{}", level.keyword());
        found.items.push(Completion::new(label, CompletionKind::Level, level.name(), 3));
    }
}

/// After `prefix:`.
pub(crate) fn of_service(cursor: &Cursor<'_>, prefix: &str, found: &mut Completions) {
    let Some(service) = cursor.catalog().service(prefix) else { return };
    let types = statement::types(cursor);
    for action in service.actions() {
        let rank = if acts_on(service, action, &types) { 1 } else { 3 };
        // As it is written before the colon.
        found.items.push(of_action(service, action, format!("{prefix}:{}", action.name), rank));
    }
    for level in Level::ALL {
        let label = format!("{prefix}:@{}", level.keyword());
        found.items.push(Completion::new(label, CompletionKind::Level, level.name(), 2));
    }
}

/// In `prefix:{…}`.
pub(crate) fn patterns(cursor: &Cursor<'_>, prefix: &str, found: &mut Completions) {
    let Some(service) = cursor.catalog().service(prefix) else { return };
    let types = statement::types(cursor);
    let siblings = cursor.token.parent().map(|group| super::place::tokens(&group).collect::<Vec<_>>());
    let is_there = |name: &str| siblings.iter().flatten().any(|one| *one != cursor.token && one.text() == name);
    for action in service.actions().iter().filter(|action| !is_there(&action.name)) {
        let rank = if acts_on(service, action, &types) { 1 } else { 3 };
        found.items.push(of_action(service, action, action.name.to_string(), rank));
    }
}

/// After `@` or `prefix:@`.
pub(crate) fn levels(prefix: Option<&str>, found: &mut Completions) {
    for level in Level::ALL {
        let prefix = prefix.map(|prefix| format!("{prefix}:")).unwrap_or_default();
        let label = format!("{prefix}@{}", level.keyword());
        found.items.push(Completion::new(label, CompletionKind::Level, level.name(), 1));
    }
}

fn of_action(service: &Service, action: &Action, label: String, rank: u8) -> Completion {
    let levels: Vec<&str> = action.levels.iter().map(Level::name).collect();
    Completion::new(label, CompletionKind::Action, levels.join(", "), rank).about(Subject::Action(format!(
        "{}:{}",
        service.prefix(),
        action.name
    )))
}

fn acts_on(service: &Service, action: &Action, types: &[Typed<'_>]) -> bool {
    types.iter().any(|(one, of)| one.prefix() == service.prefix() && action.resource_use(&of.name).is_some())
}
