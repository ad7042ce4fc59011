//! Service and resource control policies, and the nodes of the organization that they are attached to.
//!
//! The organization itself is only read: its root's id is nowhere in the source, and that of an OU need not be.

use iamx_diagnostic::{Diagnostic, checks};
use iamx_lower::{Guardrail, GuardrailKind, Organization, OrganizationNodeKind, Program};
use serde_json::{Value, json};

use super::{
    RootKind,
    address::Address,
    builder::Builder,
    label::label,
    text::{expression, literal},
};

const ORGANIZATION: &str = "aws_organizations_organization";
const OU: &str = "aws_organizations_organizational_unit";

/// Adds the guardrails that belong to a root.
pub(super) fn add(root: &mut Builder<'_>, kind: RootKind) {
    let program = root.program;
    for guardrail in &program.guardrails {
        if RootKind::of_organization(program, guardrail.account) == kind {
            add_guardrail(root, guardrail);
        }
    }
    let Some(organization) = &program.organization else { return };
    for (index, node) in organization.nodes.iter().enumerate() {
        for attachment in &node.attachments {
            let Some(guardrail) = program.guardrails.get(attachment.guardrail) else { continue };
            if RootKind::of_organization(program, guardrail.account) == kind {
                attach(root, organization, index, guardrail);
            }
        }
    }
}

fn add_guardrail(root: &mut Builder<'_>, guardrail: &Guardrail) {
    let address = Address::guardrail(guardrail.kind, &guardrail.name);
    let (policy_type, output) = match guardrail.kind {
        GuardrailKind::Scp => ("SERVICE_CONTROL_POLICY", "scp_arns"),
        GuardrailKind::Rcp => ("RESOURCE_CONTROL_POLICY", "rcp_arns"),
    };
    root.resource(
        &address,
        vec![
            ("name", Some(literal(&guardrail.name))),
            ("description", guardrail.description.as_deref().map(literal)),
            ("type", Some(json!(policy_type))),
            ("content", Some(root.deployed.document(&guardrail.document))),
        ],
    );
    root.output(output, &guardrail.name, address.attribute("arn"));
}

fn attach(root: &mut Builder<'_>, organization: &Organization, node: usize, guardrail: &Guardrail) {
    let policy = Address::guardrail(guardrail.kind, &guardrail.name);
    let target = target(root, organization, node);
    let mut names = guardrail_names(guardrail.kind, &guardrail.name).to_vec();
    names.extend(node_names(root.program, organization, node));
    root.resource(
        &Address::new("aws_organizations_policy_attachment", &names),
        vec![("policy_id", Some(policy.attribute("id"))), ("target_id", Some(target))],
    );
}

/// What tells a guardrail from every other.
pub(super) fn guardrail_names(kind: GuardrailKind, name: &str) -> [&str; 2] {
    match kind {
        GuardrailKind::Scp => ["scp", name],
        GuardrailKind::Rcp => ["rcp", name],
    }
}

/// What tells a node from every other: an OU has the names of those that it is in, which may have namesakes elsewhere.
fn node_names<'p>(program: &'p Program, organization: &'p Organization, node: usize) -> Vec<&'p str> {
    match organization.nodes.get(node).map(|node| &node.kind) {
        None | Some(OrganizationNodeKind::Root) => vec!["root"],
        Some(OrganizationNodeKind::Account(account)) => {
            let id = program.accounts.get(*account).map(|account| account.id.as_str());
            std::iter::once("account").chain(id).collect()
        }
        Some(OrganizationNodeKind::Ou { .. }) => {
            let mut names: Vec<_> = organization
                .path(node)
                .filter(|node| matches!(node.kind, OrganizationNodeKind::Ou { .. }))
                .map(|node| node.name.as_str())
                .collect();
            names.push("ou");
            names.reverse();
            names
        }
    }
}

/// The id of a node, which is read where the source doesn't say it.
fn target(root: &mut Builder<'_>, organization: &Organization, index: usize) -> Value {
    let Some(node) = organization.nodes.get(index) else { return Value::Null };
    match &node.kind {
        OrganizationNodeKind::Root => {
            // Ends the plan where these are the credentials of another organization.
            let condition = format!("${{self.id == \"{}\"}}", organization.id);
            let message = format!("The organization is {}, and the credentials are another one's.", organization.id);
            root.data(
                ORGANIZATION,
                "current".to_owned(),
                json!({
                    "lifecycle": {
                        "postcondition": { "condition": condition, "error_message": literal(&message) },
                    },
                }),
            );
            expression(&format!("data.{ORGANIZATION}.current.roots[0].id"))
        }
        OrganizationNodeKind::Ou { id: Some(id) } => literal(id),
        OrganizationNodeKind::Ou { id: None } => {
            let parent = match node.parent {
                Some(parent) => target(root, organization, parent),
                None => Value::Null,
            };
            let names = node_names(root.program, organization, index);
            let label = label(&names);
            let read = expression(&format!("data.{OU}.{label}.id"));
            root.data(OU, label, json!({ "name": literal(&node.name), "parent_id": parent }));
            read
        }
        OrganizationNodeKind::Account(account) => {
            root.program.accounts.get(*account).map_or(Value::Null, |account| literal(&account.id))
        }
    }
}

/// Terraform takes away only what it made, and AWS attaches `FullAWSAccess` to every node by itself.
pub(super) fn limits(program: &Program) -> Vec<Diagnostic> {
    let nodes = program.organization.iter().flat_map(|organization| &organization.nodes);
    nodes
        .filter(|node| !node.full_access)
        .map(|node| {
            let message = format!("Terraform doesn't detach `FullAWSAccess` from `{}`", node.name);
            Diagnostic::new(&checks::FULL_ACCESS_STAYS, node.span, message)
                .note("AWS attaches it to every node, and Terraform takes away only what it made")
                .help("detach it by hand: `aws organizations detach-policy --policy-id p-FullAWSAccess --target-id …`")
        })
        .collect()
}
