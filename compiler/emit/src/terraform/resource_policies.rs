//! Policies of resources, and those that services keep for accounts.

use iamx_diagnostic::{Diagnostic, checks};
use iamx_lower::{PolicyHolder, Program, ResourcePolicy};
use iamx_policy::deployed_names;
use serde_json::{Value, json};

use super::{
    address::Address,
    builder::Builder,
    label::label,
    lambda,
    order::depends_on,
    text::{expression, literal},
};

/// The resource that a policy is made with.
pub(super) struct Row {
    service: &'static str,
    /// The type of what carries it; empty where that is the account.
    carrier: &'static str,
    pub(super) resource_type: &'static str,
    /// The argument that the document is.
    pub(super) policy: &'static str,
    identified: Identified,
}

/// How a resource says what it is the policy of.
#[derive(Clone, Copy)]
enum Identified {
    /// By what fills the ARN, an argument each.
    Names(&'static [&'static str]),
    /// By the ARN.
    Arn(&'static str),
    /// By its name; the policy has one too, that of the declaration.
    Named(&'static str),
    /// By a queue's address, which is read.
    Queue,
    /// By a secret's ARN, whose last six characters are read.
    Secret,
    /// Not at all: an account has one.
    Account,
    /// By the name of an account's policy.
    AccountByName,
}

const fn row(
    service: &'static str,
    carrier: &'static str,
    resource_type: &'static str,
    policy: &'static str,
    identified: Identified,
) -> Row {
    Row { service, carrier, resource_type, policy, identified }
}

/// See the [provider's resources](https://registry.terraform.io/providers/hashicorp/aws/latest/docs).
const ROWS: &[Row] = {
    use Identified::{Account, AccountByName, Arn, Named, Names, Queue, Secret};
    &[
        row("s3", "bucket", "aws_s3_bucket_policy", "policy", Names(&["bucket"])),
        row("s3", "accesspoint", "aws_s3control_access_point_policy", "policy", Arn("access_point_arn")),
        row(
            "s3-object-lambda",
            "objectlambdaaccesspoint",
            "aws_s3control_object_lambda_access_point_policy",
            "policy",
            Names(&["name"]),
        ),
        row("s3tables", "tablebucket", "aws_s3tables_table_bucket_policy", "resource_policy", Arn("table_bucket_arn")),
        row("s3vectors", "vectorbucket", "aws_s3vectors_vector_bucket_policy", "policy", Arn("vector_bucket_arn")),
        row("kms", "key", "aws_kms_key_policy", "policy", Names(&["key_id"])),
        row("sqs", "queue", "aws_sqs_queue_policy", "policy", Queue),
        row("sns", "topic", "aws_sns_topic_policy", "policy", Arn("arn")),
        row("secretsmanager", "secret", "aws_secretsmanager_secret_policy", "policy", Secret),
        row("ecr", "repository", "aws_ecr_repository_policy", "policy", Names(&["repository"])),
        row("ecr-public", "repository", "aws_ecrpublic_repository_policy", "policy", Names(&["repository_name"])),
        row("ec2", "vpc-endpoint", "aws_vpc_endpoint_policy", "policy", Names(&["vpc_endpoint_id"])),
        row("dynamodb", "table", "aws_dynamodb_resource_policy", "policy", Arn("resource_arn")),
        row("dynamodb", "stream", "aws_dynamodb_resource_policy", "policy", Arn("resource_arn")),
        row("events", "event-bus", "aws_cloudwatch_event_bus_policy", "policy", Names(&["event_bus_name"])),
        row("apigateway", "restapi", "aws_api_gateway_rest_api_policy", "policy", Names(&["rest_api_id"])),
        row("backup", "backupvault", "aws_backup_vault_policy", "policy", Names(&["backup_vault_name"])),
        row("elasticfilesystem", "file-system", "aws_efs_file_system_policy", "policy", Names(&["file_system_id"])),
        row("es", "domain", "aws_opensearch_domain_policy", "access_policies", Names(&["domain_name"])),
        row(
            "codeartifact",
            "domain",
            "aws_codeartifact_domain_permissions_policy",
            "policy_document",
            Names(&["domain"]),
        ),
        row(
            "codeartifact",
            "repository",
            "aws_codeartifact_repository_permissions_policy",
            "policy_document",
            Names(&["domain", "repository"]),
        ),
        row("acm-pca", "certificate-authority", "aws_acmpca_policy", "policy", Arn("resource_arn")),
        row("kinesis", "stream", "aws_kinesis_resource_policy", "policy", Arn("resource_arn")),
        row("kinesis", "consumer", "aws_kinesis_resource_policy", "policy", Arn("resource_arn")),
        row("mediastore", "container", "aws_media_store_container_policy", "policy", Names(&["container_name"])),
        row("schemas", "registry", "aws_schemas_registry_policy", "policy", Names(&["registry_name"])),
        row("ses", "identity", "aws_sesv2_email_identity_policy", "policy", Named("email_identity")),
        row("vpc-lattice", "service", "aws_vpclattice_auth_policy", "policy", Names(&["resource_identifier"])),
        row("vpc-lattice", "servicenetwork", "aws_vpclattice_auth_policy", "policy", Names(&["resource_identifier"])),
        row(
            "logs",
            "destination",
            "aws_cloudwatch_log_destination_policy",
            "access_policy",
            Names(&["destination_name"]),
        ),
        row(
            "logs",
            "delivery-destination",
            "aws_cloudwatch_log_delivery_destination_policy",
            "delivery_destination_policy",
            Names(&["delivery_destination_name"]),
        ),
        row("logs", "", "aws_cloudwatch_log_resource_policy", "policy_document", AccountByName),
        row("xray", "", "aws_xray_resource_policy", "policy_document", AccountByName),
        row("glue", "", "aws_glue_resource_policy", "policy", Account),
        row("ecr", "", "aws_ecr_registry_policy", "policy", Account),
        row("organizations", "", "aws_organizations_resource_policy", "content", Account),
    ]
};

impl Row {
    /// The row of a policy; `None` where the provider has no resource for its whole document.
    pub(super) fn of(policy: &ResourcePolicy) -> Option<&'static Self> {
        let (service, carrier) = match &policy.holder {
            PolicyHolder::Resource { service, resource_type, .. } => (service.as_str(), resource_type.as_str()),
            PolicyHolder::Account { service, .. } => (service.as_str(), ""),
        };
        ROWS.iter().find(|row| row.service == service && row.carrier == carrier)
    }

    pub(super) fn address(&self, policy: &ResourcePolicy) -> Address {
        Address::new(self.resource_type, &names(policy))
    }
}

/// What tells the holder of a policy from every other of its type: what fills its ARN, and its region; an extern's name.
pub(super) fn names(policy: &ResourcePolicy) -> Vec<&str> {
    match &policy.holder {
        // No argument is empty, so that no other resource has these names.
        PolicyHolder::Resource { deployed: Some(_), .. } => vec!["", &policy.name],
        PolicyHolder::Resource { arguments, .. } => {
            arguments.iter().map(String::as_str).chain(region(policy)).collect()
        }
        PolicyHolder::Account { .. } => vec![&policy.name],
    }
}

/// The region that is in the holder's ARN, where it is known.
pub(super) fn region(policy: &ResourcePolicy) -> Option<&str> {
    let PolicyHolder::Resource { arn, .. } = &policy.holder else { return None };
    let region = arn.split(':').nth(3).filter(|region| !matches!(*region, "" | "*"))?;
    deployed_names(region).next().is_none().then_some(region)
}

/// Adds the policies of an account's resources, and of the account.
pub(super) fn add(root: &mut Builder<'_>) {
    let (program, account) = (root.program, root.account);
    for policy in program.resource_policies.iter().filter(|policy| policy.account == account && is_written(policy)) {
        if let Some(row) = Row::of(policy) {
            add_policy(root, row, policy);
        } else if lambda::holds(policy) {
            lambda::add(root, policy);
        }
    }
}

/// Whether there is a policy: without statements a resource has none.
pub(super) fn is_written(policy: &ResourcePolicy) -> bool {
    !policy.document.statements.is_empty()
}

fn add_policy(root: &mut Builder<'_>, row: &Row, policy: &ResourcePolicy) {
    let address = row.address(policy);
    let mut arguments = identify(root, row, policy, &address.label);
    arguments.push(("region", root.region(region(policy))));
    arguments.push((row.policy, Some(root.deployed.document(&policy.document))));
    arguments.push(("depends_on", depends_on(&root.principals.named_in(&policy.document))));
    root.resource(&address, arguments);
}

/// The arguments that say what the policy is of.
fn identify(
    root: &mut Builder<'_>,
    row: &Row,
    policy: &ResourcePolicy,
    label: &str,
) -> Vec<(&'static str, Option<Value>)> {
    let (written, arn, deployed) = match &policy.holder {
        PolicyHolder::Resource { arguments, arn, deployed, .. } => (arguments.as_slice(), arn.as_str(), *deployed),
        PolicyHolder::Account { .. } => (&[] as &[String], "", None),
    };
    match row.identified {
        Identified::Names(names) => {
            names.iter().zip(written).map(|(name, value)| (*name, Some(root.deployed.text(value)))).collect()
        }
        Identified::Named(name) => {
            vec![
                (name, written.first().map(|value| root.deployed.text(value))),
                ("policy_name", Some(literal(&policy.name))),
            ]
        }
        Identified::Arn(name) => vec![(name, Some(root.deployed.text(arn)))],
        Identified::Account => Vec::new(),
        Identified::AccountByName => vec![("policy_name", Some(literal(&policy.name)))],
        Identified::Queue => {
            let address = deployed.and_then(|index| root.deployed.attribute(index, "aws_sqs_queue", "url"));
            if address.is_some() {
                return vec![("queue_url", address)];
            }
            let name = written.first().map_or(Value::Null, |name| root.deployed.text(name));
            let read = read(root, "aws_sqs_queue", label, "name", &name, policy);
            vec![("queue_url", Some(expression(&format!("{read}.url"))))]
        }
        Identified::Secret if deployed.is_some() => vec![("secret_arn", Some(root.deployed.text(arn)))],
        Identified::Secret => {
            let name = written.first().map_or("", String::as_str);
            // The whole of it ends with a hyphen and six characters.
            let whole = name
                .rsplit_once('-')
                .is_some_and(|(_, end)| end.len() == 6 && end.bytes().all(|byte| byte.is_ascii_alphanumeric()));
            let (key, value) = if whole { ("arn", root.deployed.text(arn)) } else { ("name", literal(name)) };
            let read = read(root, "aws_secretsmanager_secret", label, key, &value, policy);
            vec![("secret_arn", Some(expression(&format!("{read}.arn"))))]
        }
    }
}

/// Reads what AWS knows of a resource, and gives the address of that.
fn read(
    root: &mut Builder<'_>,
    data_type: &'static str,
    label: &str,
    key: &str,
    value: &Value,
    policy: &ResourcePolicy,
) -> String {
    let mut body = json!({ key: value });
    if let (Some(region), Some(entries)) = (root.region(region(policy)), body.as_object_mut()) {
        entries.insert("region".to_owned(), region);
    }
    root.data(data_type, label.to_owned(), body);
    format!("data.{data_type}.{label}")
}

/// What Terraform has no form for.
pub(super) fn limits(program: &Program) -> Vec<Diagnostic> {
    program
        .resource_policies
        .iter()
        .filter(|policy| is_written(policy))
        .filter_map(|policy| limit(program, policy))
        .collect()
}

fn limit(program: &Program, policy: &ResourcePolicy) -> Option<Diagnostic> {
    let needs_region = match Row::of(policy) {
        Some(row) => matches!(row.identified, Identified::Arn(_)),
        None if lambda::holds(policy) => return lambda::limit(program, policy),
        None => {
            let message = "this version doesn't write this policy for Terraform";
            return Some(
                Diagnostic::new(&checks::NOT_YET_SUPPORTED, policy.span, message)
                    .note("the AWS provider has no resource for such a policy alone")
                    .help("write the target `json`, and read its file where Terraform makes the resource"),
            );
        }
    };
    let PolicyHolder::Resource { arn, .. } = &policy.holder else { return None };
    if !needs_region || arn.split(':').nth(3) != Some("*") {
        return None;
    }
    let message = format!("Terraform needs the region of `{}`", policy.name);
    Some(
        Diagnostic::new(&checks::MISSING_REGION, policy.span, message)
            .note("its policy is found by the resource's ARN, which has the region in it")
            .help("say where it is, `region \"eu-west-1\"`, or set `region` in `iamx.toml`"),
    )
}

/// The label of a policy's statement.
pub(super) fn statement_label(policy: &ResourcePolicy, sid: &str) -> String {
    let mut names = names(policy);
    names.push(sid);
    label(&names)
}
