//! The boundary of `std.boundaries` can't be escaped, by a small reading of its JSON over every action of IAM that changes anything,
//! whatever services it lets through. An action that a newer catalog adds is asked about too.

// A helper of tests fails as a test does.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use iamx_catalog::{Catalog, Level};
use iamx_tests::pipeline::run_text;
use serde_json::Value;

const ACCOUNT: &str = "222222222222";

/// The boundary's statements, which let all services through; its own path and name are given.
fn boundary(headers: &str) -> Vec<Value> {
    let text = format!(
        "account prod \"{ACCOUNT}\"\n\nboundary Own in prod {headers} {{\n  include std.boundaries.Developer(Own, \"team\", \
         [*])\n}}\n\nrole Someone in prod {{\n  trust service ec2\n  boundary Own\n}}\n"
    );
    let outcome = run_text(&text);
    let file = outcome.files.iter().find(|file| file.path.contains("boundaries/"));
    let file = file.unwrap_or_else(|| panic!("{}", outcome.rendered()));
    let document: Value = serde_json::from_slice(&file.bytes).expect("it is JSON");
    document["Statement"].as_array().expect("it has statements").clone()
}

/// A request for an action; the boundary that it gives, or that its identity has.
struct Request<'r> {
    action: &'r str,
    resource: &'r str,
    boundary: Option<&'r str>,
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        Value::String(text) => vec![text],
        _ => Vec::new(),
    }
}

/// `*` is any text; there is no `?` here.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let parts: Vec<_> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

fn holds(statement: &Value, request: &Request<'_>) -> bool {
    let action = request.action.to_lowercase();
    let acts = texts(&statement["Action"]).iter().any(|pattern| matches(&pattern.to_lowercase(), &action));
    let among = |key: &str| texts(&statement[key]).iter().any(|pattern| matches(pattern, request.resource));
    let on = if statement.get("NotResource").is_some() { !among("NotResource") } else { among("Resource") };
    let condition = statement.get("Condition").is_none_or(|condition| {
        let block = condition.as_object().expect("it is an object");
        assert_eq!(block.keys().collect::<Vec<_>>(), ["ArnNotEquals"], "an operator that isn't read here");
        let values = texts(&condition["ArnNotEquals"]["iam:PermissionsBoundary"]);
        request.boundary.is_none_or(|given| !values.contains(&given))
    });
    acts && on && condition
}

fn allowed(statements: &[Value], request: &Request<'_>) -> bool {
    let of = |effect: &str| statements.iter().any(|one| one["Effect"] == effect && holds(one, request));
    of("Allow") && !of("Deny")
}

/// The actions of IAM and STS that change anything, or hand out permissions.
fn changing() -> Vec<String> {
    let catalog = Catalog::builtin();
    let of = |prefix: &str| {
        let service = catalog.service(prefix).expect("it is in the catalog");
        let writes = service
            .actions()
            .iter()
            .filter(|action| action.levels.contains(Level::Write) || action.levels.contains(Level::Permissions));
        writes.map(|action| format!("{prefix}:{}", action.name)).collect::<Vec<_>>()
    };
    let mut actions = of("iam");
    actions.extend(["sts:AssumeRole", "sts:AssumeRoot"].map(str::to_owned));
    actions
}

/// Actions that concern nobody's permissions: they are about the caller's own request, report or session.
const HARMLESS: &[&str] = &["iam:RejectDelegationRequest"];

#[test]
fn what_is_not_under_the_path_is_changed_by_nobody() {
    let arn = |rest: &str| format!("arn:aws:iam::{ACCOUNT}:{rest}");
    let others: Vec<String> = [
        "role/Admin",
        "role/teams/other",
        "role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_1234567890abcdef",
        "user/alice",
        "user/team/alice",
        "group/Admins",
        "policy/Admin",
        "instance-profile/Admin",
        "oidc-provider/token.actions.githubusercontent.com",
        "saml-provider/okta",
        "mfa/alice",
        "server-certificate/web",
        "root",
    ]
    .iter()
    .map(|rest| arn(rest))
    .chain(["*".to_owned(), "arn:aws:iam::333333333333:role/Elsewhere".to_owned()])
    .collect();
    let own = arn("policy/Own");
    let statements = boundary("");
    for action in changing().iter().filter(|action| !HARMLESS.contains(&action.as_str())) {
        for resource in others.iter().chain([&own]) {
            for boundary in [None, Some(own.as_str()), Some("arn:aws:iam::aws:policy/AdministratorAccess")] {
                let request = Request { action, resource, boundary };
                assert!(!allowed(&statements, &request), "{action} on {resource} with {boundary:?}");
            }
        }
    }
}

#[test]
fn every_role_under_the_path_has_the_boundary() {
    let (role, own) =
        (format!("arn:aws:iam::{ACCOUNT}:role/team/worker"), format!("arn:aws:iam::{ACCOUNT}:policy/Own"));
    let statements = boundary("");
    let can = |action, boundary| allowed(&statements, &Request { action, resource: &role, boundary });
    for action in ["iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:AttachRolePolicy", "iam:PutRolePolicy"] {
        assert!(can(action, Some(own.as_str())), "{action}");
        assert!(!can(action, None), "{action} without a boundary");
        assert!(!can(action, Some("arn:aws:iam::aws:policy/AdministratorAccess")), "{action} with another");
    }
    for action in ["iam:PassRole", "iam:UpdateAssumeRolePolicy", "iam:DeleteRole", "sts:AssumeRole"] {
        assert!(can(action, None), "{action}");
    }
    assert!(!can("iam:DeleteRolePermissionsBoundary", Some(own.as_str())));
}

/// Even where the boundary itself is under the path.
#[test]
fn the_boundary_is_changed_by_nobody() {
    let own = format!("arn:aws:iam::{ACCOUNT}:policy/team/Own");
    let statements = boundary("path \"/team/\"");
    let changed: Vec<_> = changing()
        .into_iter()
        .filter(|action| action.contains("Policy") && !action.contains("RolePolicy"))
        .filter(|action| allowed(&statements, &Request { action, resource: &own, boundary: Some(own.as_str()) }))
        .collect();
    // None of these acts on a policy that is kept by itself, but for making one, and that one is there.
    let on_policies = |action: &String| {
        let catalog = Catalog::builtin();
        let action = catalog.action(action).expect("it is in the catalog");
        action.resource_types.iter().any(|used| used.name.as_ref() == "policy")
    };
    assert_eq!(changed.into_iter().filter(on_policies).collect::<Vec<_>>(), ["iam:CreatePolicy"]);
}

#[test]
fn patterns_are_read_as_iam_reads_them() {
    for (pattern, text, fits) in [
        ("iam:*", "iam:createrole", true),
        ("iam:create*", "iam:createrole", true),
        ("iam:create*", "iam:deleterole", false),
        ("a:role/team/*", "a:role/team/x", true),
        ("a:role/team/*", "a:role/teams/x", false),
        ("a*b*c", "a-b-c", true),
        ("a*b*c", "a-c-b", false),
        ("*", "anything", true),
        ("same", "same", true),
        ("same", "same too", false),
    ] {
        assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
    }
}
