//! The sets of actions in `std`: every action of their services is in one of them or is left out on purpose, and each set holds
//! actions of its levels alone. A newer catalog's actions fail this until they have a place.

// A helper of tests fails as a test does.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};

use iamx_catalog::{Action, Catalog, Level};
use iamx_tests::{
    files::{read, repository},
    library::{LibraryModule, library},
    pipeline::run_text,
};
use serde_json::Value;

/// Modules that aren't of one service.
const OTHERS: [&str; 3] = ["boundaries", "conditions", "guardrails"];

/// Actions whose level in AWS's list isn't what their set is for, with why they are in it.
const OF_ANOTHER_LEVEL: &[(&str, &str)] = &[
    // Whoever takes a message says how long it is hidden.
    ("sqs.read-data", "ChangeMessageVisibility"),
    // What moves is looked at by whoever moves it.
    ("sqs.move-data", "ListMessageMoveTasks"),
    // Checking a signature reads the public key.
    ("kms.verify-data", "Verify"),
    ("kms.verify-data", "VerifyMac"),
    // It changes nothing: AWS counts all that uses a key as writing.
    ("kms.decrypt-data", "Decrypt"),
    ("kms.decrypt-data", "ReEncryptFrom"),
];

/// Actions in sets of which no page of AWS's says what they take of the key that encrypts what they act on: a grant of their sets
/// on it is refused. Everything else in `std` can be granted.
const KEY_NOT_KNOWN: &[(&str, &[&str])] = &[
    (
        "logs",
        &[
            "FilterLogEvents",
            "GetLogEvents",
            "GetLogGroupFields",
            "GetLogRecord",
            "GetQueryResults",
            "PutLogEvents",
            "StartLiveTail",
            "StartQuery",
            "Unmask",
        ],
    ),
    (
        "states",
        &[
            "CreateStateMachine",
            "RedriveExecution",
            "StartExecution",
            "StartSyncExecution",
            "StopExecution",
            "UpdateStateMachine",
        ],
    ),
];

/// The actions of each set, as a statement has them.
fn sets(module: &LibraryModule) -> BTreeMap<String, BTreeSet<String>> {
    let mut sets = BTreeMap::new();
    // What is made of other sets holds nothing of its own.
    for item in module.items.iter().filter(|item| item.text.contains(&format!("= {}:", module.name))) {
        let text = format!("role Of {{ trust service ec2  deny std.{}.{} on * }}", module.name, item.name);
        let outcome = run_text(&text);
        let file = outcome.files.iter().find(|file| file.path.ends_with("inline.json"));
        let file = file.unwrap_or_else(|| panic!("{text}\n{}", outcome.rendered()));
        let document: Value = serde_json::from_slice(&file.bytes).expect("it is JSON");
        let actions = match &document["Statement"][0]["Action"] {
            Value::Array(actions) => actions.clone(),
            one => vec![one.clone()],
        };
        let names = actions.iter().filter_map(|action| action.as_str()?.split_once(':'));
        sets.insert(item.name.clone(), names.map(|(_, name)| name.to_owned()).collect());
    }
    sets
}

/// The one level that says most of an action: AWS lists every action that changes anything as writing too.
fn level(action: &Action) -> &'static str {
    let is = |level| action.levels.contains(level);
    if is(Level::Tagging) {
        "tag"
    } else if is(Level::Permissions) {
        "permissions"
    } else if is(Level::Write) {
        "write"
    } else {
        "read"
    }
}

/// The level that a set of this name is for.
fn level_of_set(name: &str) -> &'static str {
    let begins = |words: &[&str]| words.iter().any(|word| name == *word || name.starts_with(&format!("{word}-")));
    if begins(&["read", "list", "unmask", "verify", "decrypt"]) || name == "sign-in" {
        "read"
    } else if begins(&["tag"]) {
        "tag"
    } else if begins(&["permissions"]) {
        "permissions"
    } else {
        "write"
    }
}

fn left_out() -> BTreeMap<String, BTreeSet<String>> {
    serde_json::from_str(&read(&repository("stdlib/left-out.json"))).expect("it is a list of actions for each service")
}

#[test]
fn every_action_is_in_one_set_or_left_out() {
    let (catalog, left_out) = (Catalog::builtin(), left_out());
    let mut wrong = Vec::new();
    for module in library().iter().filter(|module| !OTHERS.contains(&module.name.as_str())) {
        let service = catalog.service(&module.name).expect("a module of a service has its name");
        let sets = sets(module);
        let left = left_out.get(&module.name).cloned().unwrap_or_default();
        for action in service.actions() {
            let name = action.name.to_string();
            let holding: Vec<_> =
                sets.iter().filter(|(_, actions)| actions.contains(&name)).map(|(set, _)| set).collect();
            match (holding.as_slice(), left.contains(&name)) {
                ([_], false) | ([], true) => {}
                ([], false) => wrong.push(format!("{}:{name} is in no set of std.{0}", module.name)),
                (sets, left) => {
                    wrong.push(format!(
                        "{}:{name} is in {sets:?}, and is {}left out",
                        module.name,
                        if left { "" } else { "not " }
                    ));
                }
            }
        }
        for name in sets.values().flatten().chain(&left) {
            if service.action(name).is_none_or(|action| *action.name != **name) {
                wrong.push(format!("`{}` has no action `{name}`", module.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let modules: BTreeSet<_> = library().into_iter().map(|module| module.name).collect();
    assert!(left_out.keys().all(|service| modules.contains(service)));
}

#[test]
fn every_set_holds_its_level() {
    let catalog = Catalog::builtin();
    let mut wrong = Vec::new();
    let mut known: BTreeSet<_> = OF_ANOTHER_LEVEL.iter().collect();
    for module in library().iter().filter(|module| !OTHERS.contains(&module.name.as_str())) {
        let service = catalog.service(&module.name).expect("a module of a service has its name");
        for (set, actions) in sets(module) {
            for name in actions {
                let action = service.action(&name).expect("it was looked up");
                let path = format!("{}.{set}", module.name);
                let exception = OF_ANOTHER_LEVEL.iter().find(|(known, action)| *known == path && *action == name);
                let fits = level(action) == level_of_set(&set);
                if let Some(exception) = exception {
                    assert!(!fits, "{path} needs no exception for {name}");
                    known.remove(exception);
                } else if !fits {
                    wrong.push(format!(
                        "std.{path} is of the level {}, and {name} of {}",
                        level_of_set(&set),
                        level(action)
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(known.is_empty(), "{known:?}");
}

#[test]
fn a_set_can_be_granted_on_what_a_key_encrypts() {
    let catalog = Catalog::builtin();
    let tables: Value =
        serde_json::from_str(&read(&repository("stdlib/catalog/sources/tables.json"))).expect("it is JSON");
    let mut not_known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for module in library().iter().filter(|module| !OTHERS.contains(&module.name.as_str())) {
        let service = catalog.service(&module.name).expect("a module of a service has its name");
        let types = &tables["kms_uses"]["services"][&module.name]["types"];
        let types: Vec<&str> = types.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        assert!(!types.is_empty() || module.name == "kms", "which types of {} keys encrypt isn't said", module.name);
        for name in sets(module).values().flatten() {
            let action = service.action(name).expect("it was looked up");
            let encrypted = types.iter().any(|one| action.resource_use(one).is_some());
            if encrypted && catalog.kms_actions(&format!("{}:{name}", module.name)).is_none() {
                not_known.entry(module.name.clone()).or_default().insert(name.clone());
            }
        }
    }
    let expected: BTreeMap<String, BTreeSet<String>> = KEY_NOT_KNOWN
        .iter()
        .map(|(module, names)| ((*module).to_owned(), names.iter().map(|name| (*name).to_owned()).collect()))
        .collect();
    assert_eq!(not_known, expected);
}

/// So that `on` can name what a set is for: nothing in it is about no resource but in the sets that are for `*`.
#[test]
fn a_set_is_for_resources_or_for_the_account() {
    let catalog = Catalog::builtin();
    for module in library().iter().filter(|module| !OTHERS.contains(&module.name.as_str())) {
        let service = catalog.service(&module.name).expect("a module of a service has its name");
        let sets = sets(module);
        for item in module.items.iter().filter(|item| sets.contains_key(&item.name)) {
            let on_everything = item.documentation.join(" ").contains("On `*`");
            for name in &sets[&item.name] {
                let action = service.action(name).expect("it was looked up");
                assert_eq!(action.resource_types.is_empty(), on_everything, "{}.{}: {name}", module.name, item.name);
            }
        }
    }
}
