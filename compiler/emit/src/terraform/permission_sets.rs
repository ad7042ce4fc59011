//! Permission sets of IAM Identity Center: what they hold, and who has them where.
//!
//! Identity Center and its directory are only read: its instance, and the ids of groups and users by their names.

use std::collections::BTreeSet;

use iamx_lower::{Assignment, PermissionSet, PermissionSetPolicy, PermissionSetTarget};
use serde_json::{Value, json};

use super::{
    RootKind,
    address::Address,
    builder::Builder,
    identities::tags,
    label::label,
    order::depends_on,
    policies::path,
    text::{expression, literal},
};

const INSTANCES: &str = "aws_ssoadmin_instances";

/// Adds the permission sets that belong to a root.
pub(super) fn add(root: &mut Builder<'_>, kind: RootKind) {
    let program = root.program;
    let own = program.permission_sets.iter().filter(|set| RootKind::of_organization(program, set.account) == kind);
    for set in own {
        add_set(root, set);
    }
}

fn add_set(root: &mut Builder<'_>, set: &PermissionSet) {
    root.data(INSTANCES, "current".to_owned(), json!({}));
    let address = Address::new("aws_ssoadmin_permission_set", &[&set.name]);
    root.resource(
        &address,
        vec![
            ("name", Some(literal(&set.name))),
            ("description", set.description.as_deref().map(literal)),
            ("instance_arn", Some(instance())),
            ("session_duration", set.session.map(|seconds| json!(duration(seconds)))),
            ("tags", tags(root, &set.tags)),
        ],
    );
    root.output("permission_set_arns", &set.name, address.attribute("arn"));
    let assignments: BTreeSet<Address> =
        set.assignments.iter().filter_map(|assignment| assign(root, set, &address, assignment)).collect();
    let inline = root.deployed.document(&set.inline);
    let mut part = |address_of_part: Address, arguments: Vec<(&str, Option<Value>)>| {
        let mut all = vec![("instance_arn", Some(instance())), ("permission_set_arn", Some(address.attribute("arn")))];
        all.extend(arguments);
        // So that it is taken away before the assignment is: Identity Center refuses the other order.
        all.push(("depends_on", depends_on(&assignments)));
        root.resource(&address_of_part, all);
    };
    if !set.inline.statements.is_empty() {
        part(Address::permission_set_inline(&set.name), vec![("inline_policy", Some(inline))]);
    }
    for PermissionSetPolicy { target, .. } in &set.attachments {
        match target {
            PermissionSetTarget::Aws(arn) => {
                let names = arn.splitn(6, ':').nth(5).unwrap_or(arn).split('/').skip(1);
                let names: Vec<_> = std::iter::once(set.name.as_str()).chain(names).collect();
                part(
                    Address::new("aws_ssoadmin_managed_policy_attachment", &names),
                    vec![("managed_policy_arn", Some(literal(arn)))],
                );
            }
            PermissionSetTarget::Customer { name, .. } => part(
                Address::new("aws_ssoadmin_customer_managed_policy_attachment", &[&set.name, name]),
                vec![("customer_managed_policy_reference", Some(reference(target)))],
            ),
        }
    }
    if let Some(PermissionSetPolicy { target, .. }) = &set.boundary {
        part(
            Address::new("aws_ssoadmin_permissions_boundary_attachment", &[&set.name]),
            vec![(
                "permissions_boundary",
                Some(match target {
                    PermissionSetTarget::Aws(arn) => json!({ "managed_policy_arn": literal(arn) }),
                    PermissionSetTarget::Customer { .. } => {
                        json!({ "customer_managed_policy_reference": reference(target) })
                    }
                }),
            )],
        );
    }
}

/// A policy by the name and path that it has in every account.
fn reference(target: &PermissionSetTarget) -> Value {
    let PermissionSetTarget::Customer { name, path: written, .. } = target else { return Value::Null };
    let mut reference = json!({ "name": literal(name) });
    if let (Some(path), Some(entries)) = (path(written), reference.as_object_mut()) {
        entries.insert("path".to_owned(), path);
    }
    reference
}

/// Adds an assignment, and gives its address.
fn assign(root: &mut Builder<'_>, set: &PermissionSet, address: &Address, assignment: &Assignment) -> Option<Address> {
    let account = root.program.accounts.get(assignment.account)?;
    let (kind, data_type, attribute, id) = if assignment.group {
        ("GROUP", "aws_identitystore_group", "DisplayName", "group_id")
    } else {
        ("USER", "aws_identitystore_user", "UserName", "user_id")
    };
    let person = label(&[&assignment.name]);
    let read = expression(&format!("data.{data_type}.{person}.{id}"));
    root.data(
        data_type,
        person,
        json!({
            "identity_store_id": expression(&format!("tolist(data.{INSTANCES}.current.identity_store_ids)[0]")),
            "alternate_identifier": {
                "unique_attribute": { "attribute_path": attribute, "attribute_value": literal(&assignment.name) },
            },
        }),
    );
    let word = if assignment.group { "group" } else { "user" };
    let own = Address::new("aws_ssoadmin_account_assignment", &[&set.name, word, &assignment.name, &account.id]);
    root.resource(
        &own,
        vec![
            ("instance_arn", Some(instance())),
            ("permission_set_arn", Some(address.attribute("arn"))),
            ("principal_id", Some(read)),
            ("principal_type", Some(json!(kind))),
            ("target_id", Some(literal(&account.id))),
            ("target_type", Some(json!("AWS_ACCOUNT"))),
        ],
    );
    Some(own)
}

/// As ISO 8601 has it, in the largest unit that it is whole numbers of.
fn duration(seconds: u32) -> String {
    match seconds {
        hours if hours % 3600 == 0 => format!("PT{}H", hours / 3600),
        minutes if minutes % 60 == 0 => format!("PT{}M", minutes / 60),
        seconds => format!("PT{seconds}S"),
    }
}

/// The one instance of Identity Center that an organization has.
fn instance() -> Value {
    expression(&format!("tolist(data.{INSTANCES}.current.arns)[0]"))
}
