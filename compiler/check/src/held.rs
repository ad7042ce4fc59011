//! The catalog's actions that a pattern holds.

use iamx_catalog::{Action, Catalog, Service};
use iamx_policy::ActionPattern;

/// The actions that a pattern holds, as far as the catalog knows them.
pub(crate) enum Held<'c> {
    /// `*`: every action of every service.
    Everything,
    /// These; none for what was accepted with `unchecked`.
    Actions(Vec<(&'c Service, &'c Action)>),
}

impl<'c> Held<'c> {
    pub(crate) fn by(pattern: &ActionPattern, catalog: &'c Catalog) -> Self {
        if pattern.service.is_none() {
            return Self::Everything;
        }
        Self::Actions(catalog.actions_matching(&pattern.to_string()).collect())
    }

    /// Whether one of them is `wanted`; what the catalog doesn't know may be.
    pub(crate) fn may(&self, mut wanted: impl FnMut(&Service, &Action) -> bool) -> bool {
        match self {
            Self::Everything => true,
            Self::Actions(actions) => {
                actions.is_empty() || actions.iter().any(|(service, action)| wanted(service, action))
            }
        }
    }

    /// Whether each of them is `wanted`, and the catalog knows them all.
    pub(crate) fn all(&self, mut wanted: impl FnMut(&Action) -> bool) -> bool {
        match self {
            Self::Everything => false,
            Self::Actions(actions) => !actions.is_empty() && actions.iter().all(|(_, action)| wanted(action)),
        }
    }
}
