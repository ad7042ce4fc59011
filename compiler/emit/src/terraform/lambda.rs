//! Policies of Lambda functions and layers, which are permissions that are added one by one.

use iamx_diagnostic::{Diagnostic, checks};
use iamx_lower::{PolicyHolder, Program, ResourcePolicy};
use iamx_policy::{Principal, Statement, deployed_names};
use serde_json::{Value, json};

use super::{
    RootKind,
    address::Address,
    builder::Builder,
    deployed::Deployed,
    order::depends_on,
    resource_policies::{region, statement_label},
    text::literal,
};

/// The parameters of `AddPermission`, by the condition keys that they become.
const PARAMETERS: &[(&str, &str)] = &[
    ("aws:SourceArn", "source_arn"),
    ("aws:SourceAccount", "source_account"),
    ("aws:PrincipalOrgID", "principal_org_id"),
    ("lambda:FunctionUrlAuthType", "function_url_auth_type"),
    ("lambda:EventSourceToken", "event_source_token"),
    ("lambda:InvokedViaFunctionUrl", "invoked_via_function_url"),
];

/// Whether the policy is of such permissions.
pub(super) fn holds(policy: &ResourcePolicy) -> bool {
    matches!(&policy.holder, PolicyHolder::Resource { service, .. } if service == "lambda")
}

fn is_layer(policy: &ResourcePolicy) -> bool {
    matches!(&policy.holder, PolicyHolder::Resource { resource_type, .. } if resource_type == "layerversion")
}

pub(super) fn add(root: &mut Builder<'_>, policy: &ResourcePolicy) {
    for statement in &policy.document.statements {
        let Some(permission) = permission(&root.deployed, policy, statement) else { continue };
        let sid = statement.sid.as_deref().unwrap_or_default();
        let resource_type =
            if is_layer(policy) { "aws_lambda_layer_version_permission" } else { "aws_lambda_permission" };
        let address = Address { resource_type, label: statement_label(policy, sid) };
        let mut arguments = vec![("statement_id", Some(literal(sid)))];
        arguments.extend(permission.into_iter().map(|(name, value)| (name, Some(value))));
        arguments.push(("region", root.region(region(policy))));
        let named = root.principals.named_in_statement(statement).collect();
        arguments.push(("depends_on", depends_on(&named)));
        root.resource(&address, arguments);
    }
}

/// What a permission can't say.
pub(super) fn limit(program: &Program, policy: &ResourcePolicy) -> Option<Diagnostic> {
    let deployed = Deployed::new(program, RootKind::Account(policy.account));
    let statement =
        policy.document.statements.iter().find(|statement| permission(&deployed, policy, statement).is_none())?;
    let message = "this version doesn't write this statement for Terraform";
    Some(
        Diagnostic::new(&checks::NOT_YET_SUPPORTED, statement.span, message)
            .note("a permission has one principal, one action, and a parameter for each condition"),
    )
}

fn version_number(deployed: &Deployed<'_>, version: &str) -> Option<Value> {
    match deployed_names(version).next() {
        Some(_) => Some(deployed.text(version)),
        None => Some(json!(version.parse::<u32>().ok()?)),
    }
}

/// The arguments of the permission that a statement is; `None` where it is more than one.
fn permission(
    deployed: &Deployed<'_>,
    policy: &ResourcePolicy,
    statement: &Statement,
) -> Option<Vec<(&'static str, Value)>> {
    let PolicyHolder::Resource { arguments: written, .. } = &policy.holder else { return None };
    let ([action], Some(element)) = (statement.actions.patterns.as_slice(), &statement.principal) else { return None };
    let [principal] = element.principals.as_slice() else { return None };
    let mut arguments = vec![("action", literal(&action.value.to_string()))];
    let layer = is_layer(policy);
    match (layer, written.as_slice()) {
        (true, [name, version]) => {
            arguments.push(("layer_name", deployed.text(name)));
            arguments.push(("version_number", version_number(deployed, version)?));
        }
        (false, [name]) => arguments.push(("function_name", deployed.text(name))),
        (false, [name, qualifier]) => {
            arguments.push(("function_name", deployed.text(name)));
            arguments.push(("qualifier", deployed.text(qualifier)));
        }
        _ => return None,
    }
    let principal = match &principal.value {
        Principal::Everyone => json!("*"),
        Principal::Service(service) => literal(service),
        // A layer takes accounts alone, by their ids.
        Principal::Aws(arn) if layer => match arn.split(':').collect::<Vec<_>>().as_slice() {
            [_, _, _, _, id, "root"] => deployed.text(id),
            ["*"] => json!("*"),
            _ => return None,
        },
        Principal::Aws(arn) => deployed.text(arn),
        Principal::Federated(_) | Principal::CanonicalUser(_) => return None,
    };
    arguments.push(("principal", principal));
    for entry in &statement.conditions.entries {
        let (key, parameter) = PARAMETERS.iter().find(|(key, _)| key.eq_ignore_ascii_case(&entry.key))?;
        let [value] = entry.values.as_slice() else { return None };
        let parameter = match (layer, *key) {
            (true, "aws:PrincipalOrgID") => "organization_id",
            (true, _) => return None,
            (false, _) => parameter,
        };
        let value = match parameter {
            "invoked_via_function_url" => json!(value.value == "true"),
            _ => deployed.text(&value.value),
        };
        arguments.push((parameter, value));
    }
    Some(arguments)
}
