//! A service with everything that the catalog knows of it.

use std::sync::Arc;

use iamx_text::glob_matches_ignoring_case;

use crate::condition_key::best_match;
use crate::{Action, ArnTemplate, Child, ConditionKey, KeyMatch, ResourceType, pattern, resource_type};

/// An AWS service: what stands before the colon of an action.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Service {
    pub(crate) prefix: Box<str>,
    pub(crate) rcp_supported: bool,
    pub(crate) actions: Vec<Action>,
    pub(crate) resource_types: Vec<ResourceType>,
    pub(crate) condition_keys: Vec<ConditionKey>,
}

impl Service {
    /// Puts a service together. Everything is sorted by name; of two things with names equal but for case the first stays.
    pub fn new(
        prefix: &str,
        rcp_supported: bool,
        mut actions: Vec<Action>,
        mut resource_types: Vec<ResourceType>,
        mut condition_keys: Vec<ConditionKey>,
    ) -> Self {
        fn order<T>(items: &mut Vec<T>, name: impl Fn(&T) -> &str) {
            items.sort_by(|a, b| pattern::compare(name(a), name(b)));
            items.dedup_by(|b, a| pattern::compare(name(a), name(b)).is_eq());
        }
        order(&mut actions, |action| &action.name);
        order(&mut resource_types, |one| &one.name);
        order(&mut condition_keys, |key| &key.name);
        Self { prefix: prefix.into(), rcp_supported, actions, resource_types, condition_keys }
    }

    /// The prefix (`s3`).
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Whether resource control policies bind the service's resources:
    /// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html#rcp-supported-services>
    pub fn rcp_supported(&self) -> bool {
        self.rcp_supported
    }

    /// Every action, sorted by name ignoring case.
    pub fn actions(&self) -> &[Action] {
        &self.actions
    }

    /// Every resource type, sorted by name ignoring case.
    pub fn resource_types(&self) -> &[ResourceType] {
        &self.resource_types
    }

    /// Every condition key that the service lists, global ones that it names included, sorted by name ignoring case.
    pub fn condition_keys(&self) -> &[ConditionKey] {
        &self.condition_keys
    }

    /// The action of that name (without prefix), ignoring ASCII case.
    pub fn action(&self, name: &str) -> Option<&Action> {
        pattern::find(&self.actions, name, |action| &action.name)
    }

    /// The actions whose names match a pattern such as `Get*`: `*` is any characters, `?` exactly one; case is ignored.
    pub fn actions_matching<'c>(&'c self, pattern: &str) -> impl Iterator<Item = &'c Action> {
        let all = if pattern::is_plain(pattern) {
            pattern::find(&self.actions, pattern, |action| &action.name).map_or(&[][..], std::slice::from_ref)
        } else {
            &self.actions
        };
        all.iter().filter(move |action| glob_matches_ignoring_case(pattern, &action.name))
    }

    /// The resource type of that name in the language (`function-alias`), ignoring ASCII case.
    pub fn resource_type(&self, slug: &str) -> Option<&ResourceType> {
        let wanted = slug.to_ascii_lowercase();
        self.resource_types.iter().find(|one| one.slug() == wanted)
    }

    /// The resource type of that name as AWS writes it, ignoring ASCII case.
    pub fn resource_type_named(&self, name: &str) -> Option<&ResourceType> {
        pattern::find(&self.resource_types, name, |one| &one.name)
    }

    /// The key that the service lists under that whole name (`s3:prefix`, `s3:ExistingObjectTag/team`).
    pub fn condition_key<'n>(&self, name: &'n str) -> Option<KeyMatch<'_, 'n>> {
        best_match(&self.condition_keys, name)
    }

    /// The types that go on from the parent's formats at `/` or `:`, one entry a pair of formats, sorted by the child's
    /// name. Grandchildren are among them (`alias` and what goes on from it are both inside `function`).
    pub fn children<'a>(&'a self, parent: &'a ResourceType) -> impl Iterator<Item = Child<'a>> {
        self.resource_types.iter().flat_map(move |child| {
            parent.arn_templates.iter().flat_map(move |from| {
                child.arn_templates.iter().filter_map(move |template: &'a ArnTemplate| {
                    let placeholders = template.continues(from)?;
                    Some(Child { resource_type: child, parent: from, template, placeholders })
                })
            })
        })
    }

    /// Every condition key that AWS lists for an action: its own, those on its resource types, and those of the types
    /// themselves. Sorted, each once. AWS sends more than it lists, so absence here is no proof.
    pub fn keys_of(&self, action: &Action) -> Vec<Arc<str>> {
        let mut keys = action.condition_keys.clone();
        for used in &action.resource_types {
            keys.extend(used.condition_keys.iter().cloned());
            if let Some(of_type) = self.resource_type_named(&used.name) {
                keys.extend(of_type.condition_keys.iter().cloned());
            }
        }
        keys.sort_by(|a, b| pattern::compare(a, b));
        keys.dedup();
        keys
    }

    /// Whether [`keys_of`](Self::keys_of) the action holds the key of that name, ignoring ASCII case.
    pub fn sends(&self, action: &Action, key: &str) -> bool {
        let holds = |keys: &[Arc<str>]| keys.iter().any(|one| one.eq_ignore_ascii_case(key));
        holds(&action.condition_keys)
            || action.resource_types.iter().any(|used| {
                holds(&used.condition_keys)
                    || self.resource_type_named(&used.name).is_some_and(|of_type| holds(&of_type.condition_keys))
            })
    }

    /// The actions that act on the resource type.
    pub fn actions_on<'a>(&'a self, resource_type: &'a ResourceType) -> impl Iterator<Item = &'a Action> {
        self.actions.iter().filter(|action| action.resource_use(&resource_type.name).is_some())
    }

    /// Every language name of a resource type.
    pub(crate) fn slugs(&self) -> impl Iterator<Item = String> {
        self.resource_types.iter().map(|one| resource_type::slug(&one.name))
    }
}
