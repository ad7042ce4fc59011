//! Actions on every resource that give away data, credentials or permissions.

use std::{collections::BTreeSet, sync::LazyLock};

use iamx_catalog::{Action, Level, Service};
use iamx_diagnostic::{Check, Diagnostic, checks};
use iamx_policy::Statement;
use serde::Deserialize;

use crate::{access::of_plain_allow, held::Held, rules::Seen};

pub(crate) fn check(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    let Some(resources) = of_plain_allow(statement) else { return };
    let Some(star) = resources.iter().find(|pattern| pattern.value == "*") else { return };
    for kind in &KINDS {
        let mut names: Vec<String> = Vec::new();
        for pattern in &statement.actions.patterns {
            // All of a service is another finding.
            if pattern.value.name == "*" {
                continue;
            }
            let Held::Actions(held) = Held::by(&pattern.value, seen.world.catalog) else { continue };
            for (service, action) in held {
                let name = format!("{}:{}", service.prefix(), action.name);
                // An action that takes no narrower resource can't be given less.
                if !action.resource_types.is_empty() && (kind.is_of)(service, action) && !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        let Some(first) = names.first() else { continue };
        let subject = match names.len() {
            1 => format!("`{first}`"),
            more => format!("`{first}` and {} more", more - 1),
        };
        diagnostics.push(
            Diagnostic::new(kind.check, star.span, format!("{subject} {}", kind.says))
                .label("on every resource of the account, and under no condition")
                .help("name the resources"),
        );
        return;
    }
}

struct Kind {
    check: &'static Check,
    is_of: fn(&Service, &Action) -> bool,
    says: &'static str,
}

/// The worst first: of one statement only this is said.
static KINDS: [Kind; 3] = [
    Kind {
        check: &checks::PERMISSIONS_MANAGEMENT_UNCONSTRAINED,
        is_of: |_, action| action.levels.contains(Level::Permissions),
        says: "decides who may do what",
    },
    Kind {
        check: &checks::CREDENTIALS_EXPOSURE,
        is_of: |service, action| LISTS.credentials.holds(service, action),
        says: "hands out credentials",
    },
    Kind {
        check: &checks::DATA_EXPOSURE,
        is_of: |service, action| LISTS.data.holds(service, action),
        says: "reads data",
    },
];

static LISTS: LazyLock<Lists> =
    LazyLock::new(|| serde_json::from_str(include_str!("../data/exposure.json")).unwrap_or_default());

#[derive(Default, Deserialize)]
struct Lists {
    credentials: List,
    data: List,
}

#[derive(Default, Deserialize)]
struct List {
    actions: BTreeSet<String>,
}

impl List {
    fn holds(&self, service: &Service, action: &Action) -> bool {
        self.actions.contains(&format!("{}:{}", service.prefix(), action.name))
    }
}

#[cfg(test)]
mod tests {
    use iamx_catalog::Catalog;

    use super::LISTS;

    #[test]
    fn every_name_exists_and_takes_a_narrower_resource() {
        assert!(LISTS.credentials.actions.len() >= 10 && LISTS.data.actions.len() >= 5);
        for name in LISTS.credentials.actions.iter().chain(&LISTS.data.actions) {
            let action = Catalog::builtin().action(name).unwrap_or_else(|| panic!("{name}"));
            assert!(!action.resource_types.is_empty(), "{name}");
            assert_eq!(name.split_once(':').unwrap().1, &*action.name);
        }
    }
}
