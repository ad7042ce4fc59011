//! A service's condition key that no action of the statement sends is absent from every request.

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::Statement;

use crate::{claims, held::Held, rules::Seen};

pub(crate) fn check(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    let catalog = seen.world.catalog;
    if statement.actions.negated {
        return;
    }
    let entries = &statement.conditions.entries;
    for (index, entry) in entries.iter().enumerate() {
        // One finding a key.
        if entries.iter().take(index).any(|earlier| earlier.is_of(&entry.key)) {
            continue;
        }
        let Some(found) = catalog.condition_key(&entry.key) else { continue };
        let template = &found.key.name;
        // Keys of the request's signer or network come with every action; the catalog lists those of the service.
        // Claims have a rule of their own.
        if found.key.global || claims::is_claim(&entry.key) {
            continue;
        }
        let sent =
            statement.actions.patterns.iter().any(|pattern| {
                Held::by(&pattern.value, catalog).may(|service, action| service.sends(action, template))
            });
        if !sent {
            let actions: Vec<_> =
                statement.actions.patterns.iter().take(3).map(|pattern| format!("`{}`", pattern.value)).collect();
            diagnostics.push(
                Diagnostic::new(
                    &checks::CONDITION_KEY_NOT_SENT,
                    entry.span,
                    format!("no action of this statement sends `{}`", entry.key),
                )
                .label(format!("absent from every request for {}", actions.join(", ")))
                .note(format!("as of the catalog of {}", catalog.info().version)),
            );
        }
    }
}
