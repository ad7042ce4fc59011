//! One service out of two sources' accounts of it, by written rules that are counted when they decide.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::{Action, ArnTemplate, ConditionKey, Difference, ResourceType, ResourceUse, Service, pattern};

/// What the newer source says anything about; on the rest the older one decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Knows {
    /// Which resource types of an action are required.
    pub required: bool,
    /// Which actions are permission-only.
    pub permission_only: bool,
    /// Which services' resources RCPs bind.
    pub rcp: bool,
}

/// The rules, with what each means.
const RULES: [(&str, &str); 24] = [
    ("service-only-in-older", "a service that only the older source has is kept"),
    ("service-only-in-newer", "a service that only the newer source has is taken"),
    ("action-only-in-older", "an action that only the older source has is kept"),
    ("action-only-in-newer", "an action that only the newer source has is taken"),
    ("level-set", "the newer source lists more access levels than the older one: its set is taken"),
    ("level-differs", "the newer source lacks an access level that the older one lists: the newer set is taken"),
    ("use-only-in-older", "a resource type of an action that only the older source lists is kept"),
    ("use-only-in-newer", "a resource type of an action that only the newer source lists is taken"),
    ("required-differs", "the newer source says whether a resource type of an action is required"),
    ("action-keys", "the condition keys of an action differ: both lists are taken together"),
    ("type-only-in-older", "a resource type that only the older source has is kept"),
    ("type-only-in-newer", "a resource type that only the newer source has is taken"),
    ("arn-formats", "the ARN formats of a resource type differ: the newer ones stand first, the older ones follow"),
    ("type-keys", "the condition keys of a resource type differ: both lists are taken together"),
    ("key-only-in-one", "a condition key that only one source lists is taken"),
    ("key-types", "the types of a condition key differ: the set of both is taken"),
    ("key-spelling", "the placeholder of a condition key is not spelled as a ${...}: it is written so"),
    ("key-undeclared", "an action lists a condition key that its service does not declare: it is taken as a String"),
    ("use-duplicate", "a resource type stands twice at an action: it is required if either says so"),
    ("use-only-in-resources", "the older source's two lists of an action's resource types differ: both are taken"),
    ("global-key-types", "a global key has another type elsewhere: global-condition-keys.json decides"),
    ("global-key-only-in-newer", "a global key that only the newer source has is taken"),
    ("claim-has-many-values", "a web identity's claim is listed with one value: tables.json decides"),
    ("principal-spelling", "the place of the region in a service principal is written ${Region}"),
];

/// How often each rule decided, with the first examples.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    found: BTreeMap<&'static str, (u32, Vec<String>)>,
}

/// How many examples of each rule are kept.
const EXAMPLES: usize = 3;

impl Tally {
    /// Counts one decision. A rule that is not in the list of rules is counted without a meaning.
    pub fn count(&mut self, rule: &'static str, example: impl FnOnce() -> String) {
        let (count, examples) = self.found.entry(rule).or_default();
        *count += 1;
        if examples.len() < EXAMPLES {
            examples.push(example());
        }
    }

    /// How often the rule decided.
    pub fn of(&self, rule: &str) -> u32 {
        self.found.get(rule).map_or(0, |(count, _)| *count)
    }

    /// Every rule that decided at least once, in the order of the rules.
    pub fn differences(&self) -> Vec<Difference> {
        RULES
            .iter()
            .filter_map(|(rule, meaning)| {
                let (count, examples) = self.found.get(rule)?;
                Some(Difference {
                    rule: (*rule).to_owned(),
                    meaning: (*meaning).to_owned(),
                    count: *count,
                    examples: examples.clone(),
                })
            })
            .collect()
    }
}

/// Merges what two sources say of one service. Names are the union of both, in the newer one's spelling; where both know a
/// fact the newer one's is taken, except that lists of condition keys and dependent actions are joined.
pub fn merge_service(newer: &Service, older: &Service, knows: Knows, tally: &mut Tally) -> Service {
    let prefix = newer.prefix();
    let name = |one: &str| format!("{prefix}:{one}");
    let mut actions = Vec::new();
    for action in newer.actions() {
        if let Some(old) = older.action(&action.name) {
            actions.push(merge_action(prefix, action, old, knows, tally));
        } else {
            tally.count("action-only-in-newer", || name(&action.name));
            actions.push(action.clone());
        }
    }
    for action in older.actions().iter().filter(|action| newer.action(&action.name).is_none()) {
        tally.count("action-only-in-older", || name(&action.name));
        actions.push(action.clone());
    }
    let mut types = Vec::new();
    for one in newer.resource_types() {
        if let Some(old) = older.resource_type_named(&one.name) {
            types.push(merge_type(prefix, one, old, tally));
        } else {
            tally.count("type-only-in-newer", || name(&one.name));
            types.push(one.clone());
        }
    }
    for one in older.resource_types().iter().filter(|one| newer.resource_type_named(&one.name).is_none()) {
        tally.count("type-only-in-older", || name(&one.name));
        types.push(one.clone());
    }
    let keys = merge_keys(newer, older, tally);
    let rcp_supported = if knows.rcp { newer.rcp_supported() } else { older.rcp_supported() };
    Service::new(prefix, rcp_supported, actions, types, keys)
}

fn merge_action(prefix: &str, newer: &Action, older: &Action, knows: Knows, tally: &mut Tally) -> Action {
    let name = || format!("{prefix}:{}", newer.name);
    let levels = if newer.levels.is_empty() { older.levels } else { newer.levels };
    if levels != older.levels {
        tally.count(if levels.contains_all(older.levels) { "level-set" } else { "level-differs" }, name);
    }
    let mut uses = Vec::new();
    for used in &newer.resource_types {
        let Some(old) = older.resource_use(&used.name) else {
            tally.count("use-only-in-newer", || format!("{} {}", name(), used.name));
            uses.push(used.clone());
            continue;
        };
        if knows.required && used.required != old.required {
            tally.count("required-differs", || format!("{} {}", name(), used.name));
        }
        uses.push(ResourceUse {
            name: used.name.clone(),
            required: if knows.required { used.required } else { old.required },
            condition_keys: union(&used.condition_keys, &old.condition_keys),
        });
    }
    for used in older.resource_types.iter().filter(|used| newer.resource_use(&used.name).is_none()) {
        tally.count("use-only-in-older", || format!("{} {}", name(), used.name));
        uses.push(used.clone());
    }
    uses.sort_by(|a, b| pattern::compare(&a.name, &b.name));
    if all_keys(newer) != all_keys(older) {
        tally.count("action-keys", name);
    }
    // A key that one source lists on a resource type and the other on the action as a whole is the type's.
    let on_types: Vec<&Arc<str>> = uses.iter().flat_map(|used| &used.condition_keys).collect();
    let mut keys = union(&newer.condition_keys, &older.condition_keys);
    keys.retain(|key| !on_types.contains(&key) || newer.condition_keys.contains(key));
    Action {
        name: newer.name.clone(),
        levels,
        resource_types: uses,
        condition_keys: keys,
        dependent_actions: union(&newer.dependent_actions, &older.dependent_actions),
        permission_only: if knows.permission_only { newer.permission_only } else { older.permission_only },
    }
}

fn all_keys(action: &Action) -> Vec<Arc<str>> {
    let on_types: Vec<Arc<str>> = action.resource_types.iter().flat_map(|used| used.condition_keys.clone()).collect();
    union(&action.condition_keys, &on_types)
}

fn merge_type(prefix: &str, newer: &ResourceType, older: &ResourceType, tally: &mut Tally) -> ResourceType {
    let name = || format!("{prefix}:{}", newer.name);
    let mut templates: Vec<ArnTemplate> = newer.arn_templates.clone();
    templates.extend(older.arn_templates.iter().filter(|one| !newer.arn_templates.contains(one)).cloned());
    if templates.len() != newer.arn_templates.len() || templates.len() != older.arn_templates.len() {
        tally.count("arn-formats", name);
    }
    let condition_keys = union(&newer.condition_keys, &older.condition_keys);
    if condition_keys.len() != newer.condition_keys.len() || condition_keys.len() != older.condition_keys.len() {
        tally.count("type-keys", name);
    }
    ResourceType { name: newer.name.clone(), arn_templates: templates, condition_keys }
}

fn merge_keys(newer: &Service, older: &Service, tally: &mut Tally) -> Vec<ConditionKey> {
    let mut keys = Vec::new();
    for key in newer.condition_keys() {
        let Some(old) = pattern::find(older.condition_keys(), &key.name, |key| &key.name) else {
            tally.count("key-only-in-one", || key.name.to_string());
            keys.push(key.clone());
            continue;
        };
        keys.push(merge_key(key, old, tally));
    }
    for key in older.condition_keys() {
        if pattern::find(newer.condition_keys(), &key.name, |key| &key.name).is_none() {
            tally.count("key-only-in-one", || key.name.to_string());
            keys.push(key.clone());
        }
    }
    keys
}

fn merge_key(newer: &ConditionKey, older: &ConditionKey, tally: &mut Tally) -> ConditionKey {
    let shape = |key: &ConditionKey| (key.types, key.multi_valued, key.single_valued_too);
    if shape(newer) != shape(older) {
        tally.count("key-types", || newer.name.to_string());
    }
    ConditionKey {
        types: newer.types.union(older.types),
        multi_valued: newer.multi_valued || older.multi_valued,
        single_valued_too: newer.single_valued_too
            || older.single_valued_too
            || newer.multi_valued != older.multi_valued,
        ..newer.clone()
    }
}

/// Both lists' names, sorted, each once whatever its case; the first list's spelling stays.
pub(crate) fn union(first: &[Arc<str>], second: &[Arc<str>]) -> Vec<Arc<str>> {
    let mut both: Vec<Arc<str>> = first.iter().chain(second).cloned().collect();
    both.sort_by(|a, b| pattern::compare(a, b));
    both.dedup_by(|b, a| pattern::compare(a, b).is_eq());
    both
}
