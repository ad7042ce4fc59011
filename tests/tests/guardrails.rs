//! The guardrails of `std` that keep what watches over accounts: everything in the catalog that turns it off, or changes it, is denied or
//! left open on purpose. A newer catalog's actions fail this until they have a place.

// A helper of tests fails as a test does.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeSet;

use iamx_catalog::{Catalog, Level};
use iamx_tests::pipeline::run_text;
use serde_json::Value;

/// What takes away or changes, as AWS names it.
const VERBS: [&str; 7] = ["Delete", "Deregister", "Disable", "Disassociat", "Remove", "Stop", "Update"];

/// Actions that may go on, with why.
type LeftOpen = &'static [(&'static str, &'static str)];

/// A policy of `std.guardrails`, the service that it keeps, and what of it may go on being changed, with why.
const KEPT: &[(&str, &str, LeftOpen)] = &[
    (
        "KeepTrails",
        "cloudtrail",
        &[
            ("DeleteDashboard", "it shows what is kept elsewhere"),
            ("DeleteResourcePolicy", "it lets others in"),
            ("DeregisterOrganizationDelegatedAdmin", "the management account's, which nothing binds"),
            ("DisableFederation", "it lets Athena read"),
            ("RemoveTags", "nothing follows from tags"),
            ("StopImport", "it brings old logs into a store"),
            ("UpdateDashboard", "it shows what is kept elsewhere"),
        ],
    ),
    (
        "KeepConfig",
        "config",
        &[
            ("DeleteConfigRule", "rules judge what is recorded"),
            ("DeleteConformancePack", "rules judge what is recorded"),
            ("DeleteConnector", "it brings in what isn't of AWS"),
            ("DeleteEvaluationResults", "rules judge what is recorded"),
            ("DeleteOrganizationConfigRule", "rules judge what is recorded"),
            ("DeleteOrganizationConformancePack", "rules judge what is recorded"),
            ("DeletePendingAggregationRequest", "nothing is collected by it yet"),
            ("DeleteRemediationConfiguration", "rules judge what is recorded"),
            ("DeleteRemediationExceptions", "rules judge what is recorded"),
            ("DeleteResourceConfig", "of types that somebody registered"),
            ("DeleteStoredQuery", "it asks what is recorded"),
            ("UntagResource", "nothing follows from tags"),
        ],
    ),
    (
        "KeepGuardDuty",
        "guardduty",
        &[
            ("DeleteFilter", "what it hid is shown again"),
            ("DeleteIPSet", "whom it trusts is looked at again"),
            ("DeleteInvitations", "an invitation watches over nothing yet"),
            ("DeleteTrustedEntitySet", "whom it trusts is looked at again"),
            ("UpdateFindingsFeedback", "it tells AWS whether a finding was of use"),
        ],
    ),
    (
        "KeepSecurityHub",
        "securityhub",
        &[
            ("BatchDeleteAutomationRules", "findings are worked off"),
            ("BatchUpdateAutomationRules", "findings are worked off"),
            ("BatchUpdateFindings", "findings are worked off"),
            ("DeleteActionTarget", "findings are worked off"),
            ("DeleteAutomationRuleV2", "findings are worked off"),
            ("DeleteInsight", "it groups findings"),
            ("DeleteInvitations", "an invitation watches over nothing yet"),
            ("UpdateActionTarget", "findings are worked off"),
            ("UpdateAutomationRuleV2", "findings are worked off"),
            ("UpdateFindings", "findings are worked off"),
            ("UpdateInsight", "it groups findings"),
        ],
    ),
    ("KeepAccessAnalyzer", "access-analyzer", &[("DeleteArchiveRule", "what it hid is shown again")]),
];

/// The statements of an SCP with that policy alone.
fn statements(policy: &str) -> Vec<Value> {
    let text = format!(
        "organization acme \"o-a1b2c3d4e5\" {{ attach Kept  account prod \"222222222222\" }}\n\nscp Kept {{\n  include \
         std.guardrails.{policy}\n}}\n"
    );
    let outcome = run_text(&text);
    let file = outcome.files.iter().find(|file| file.path.ends_with("scps/Kept.json"));
    let file = file.unwrap_or_else(|| panic!("{}", outcome.rendered()));
    let document: Value = serde_json::from_slice(&file.bytes).expect("it is JSON");
    document["Statement"].as_array().expect("it has statements").clone()
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        one => one.as_str().map(str::to_owned).into_iter().collect(),
    }
}

fn denied(policy: &str) -> BTreeSet<String> {
    let actions = statements(policy).into_iter().flat_map(|statement| texts(&statement["Action"]));
    actions.filter_map(|action| Some(action.split_once(':')?.1.to_owned())).collect()
}

#[test]
fn what_turns_off_what_watches_is_denied_or_left_on_purpose() {
    let catalog = Catalog::builtin();
    let mut wrong = Vec::new();
    for (policy, service, left) in KEPT {
        let denied = denied(policy);
        assert!(left.iter().map(|(action, _)| action).is_sorted(), "{policy}");
        let service = catalog.service(service).expect("it is in the catalog");
        let changes = |level: Level| [Level::Write, Level::Permissions, Level::Tagging].contains(&level);
        for action in service.actions().iter().filter(|action| action.levels.iter().any(changes)) {
            let name = &*action.name;
            if VERBS.iter().any(|verb| name.contains(verb)) {
                let open = left.iter().any(|(open, _)| *open == name);
                if denied.contains(name) == open {
                    wrong.push(format!(
                        "{policy}: {}:{name} is {}",
                        service.prefix(),
                        if open { "both" } else { "neither" }
                    ));
                }
            }
        }
        wrong.extend(
            left.iter()
                .filter(|(name, _)| service.action(name).is_none())
                .map(|(name, _)| format!("{policy}: no {name}")),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What makes a database of nothing that is one already, and so says by itself whether it is encrypted. The others are as what
/// they are made of is: a snapshot, another instance, a cluster.
#[test]
fn what_makes_a_database_is_asked_whether_it_is_encrypted() {
    let catalog = Catalog::builtin();
    let service = catalog.service("rds").expect("it is in the catalog");
    let denied = statements("EncryptedDatabases");
    let of_source = [
        "CreateBlueGreenDeployment",
        "CreateDBInstanceReadReplica",
        "CreateDBSnapshot",
        "RestoreDBClusterFromSnapshot",
        "RestoreDBClusterToPointInTime",
        "RestoreDBInstanceFromDBSnapshot",
        "RestoreDBInstanceToPointInTime",
    ];
    for action in service.actions() {
        let name = &*action.name;
        let makes = (name.starts_with("CreateDB") || name.starts_with("Restore") || name.starts_with("CreateBlue"))
            && service.sends(action, "rds:StorageEncrypted");
        let with = |statement: &&Value| texts(&statement["Action"]).contains(&format!("rds:{name}"));
        let statements: Vec<_> = denied.iter().filter(with).collect();
        assert_eq!(statements.is_empty(), !makes || of_source.contains(&name), "rds:{name}");
        // The groups that the same call asks for don't say it, and would deny every creation.
        for statement in statements {
            let kind = if name.contains("Cluster") { "cluster" } else { "db" };
            assert_eq!(texts(&statement["Resource"]), [format!("arn:aws:rds:*:*:{kind}:*")], "rds:{name}");
        }
    }
}
