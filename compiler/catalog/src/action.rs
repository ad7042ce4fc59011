//! Actions.

use std::sync::Arc;

use crate::LevelSet;

/// An action of a service, as the service authorization reference lists it:
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html#actions_table>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// The name without the service prefix (`GetObject`).
    pub name: Box<str>,
    /// Its access levels; empty only where no source says any.
    pub levels: LevelSet,
    /// The resource types that it acts on, sorted by name; none if it has no resource-level permissions.
    pub resource_types: Vec<ResourceUse>,
    /// The condition keys that AWS lists for the action itself, sorted; see [`Service::keys_of`](crate::Service::keys_of)
    /// for these with those of its resource types.
    pub condition_keys: Vec<Arc<str>>,
    /// Other actions that the caller needs as well, with their prefixes (`iam:PassRole`), sorted.
    pub dependent_actions: Vec<Arc<str>>,
    /// Whether no API operation has this name: the action is checked by other operations only.
    pub permission_only: bool,
}

impl Action {
    /// How the action uses the resource type of that name (as AWS writes it, ignoring ASCII case), if it does.
    pub fn resource_use(&self, resource_type: &str) -> Option<&ResourceUse> {
        self.resource_types.iter().find(|used| used.name.eq_ignore_ascii_case(resource_type))
    }
}

/// That an action acts on a resource type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceUse {
    /// The type's name as AWS writes it.
    pub name: Arc<str>,
    /// Whether each request names a resource of this type. Where an action can do with one of several types AWS marks
    /// none of them as required.
    pub required: bool,
    /// The condition keys that AWS lists for the action on this type in particular, sorted.
    pub condition_keys: Vec<Arc<str>>,
}
