//! What the AWS provider calls what; of version 6.62.0.
//!
//! See [the provider's resources](https://registry.terraform.io/providers/hashicorp/aws/latest/docs).

/// A resource of the provider with its type in the language.
pub(crate) struct KnownType {
    /// The provider's type.
    pub(crate) terraform: &'static str,
    /// The service and type of the language.
    pub(crate) of: (&'static str, &'static str),
    /// The attribute that fills the ARN of a type with one argument.
    pub(crate) name: Option<&'static str>,
}

const fn known(terraform: &'static str, service: &'static str, kind: &'static str, name: &'static str) -> KnownType {
    KnownType { terraform, of: (service, kind), name: if name.is_empty() { None } else { Some(name) } }
}

/// Types that are used with policies most. Of others the type that an extern says is taken at its word.
pub(crate) const KNOWN: &[KnownType] = &[
    known("aws_s3_bucket", "s3", "bucket", "bucket"),
    known("aws_s3_access_point", "s3", "accesspoint", "name"),
    known("aws_kms_key", "kms", "key", "key_id"),
    known("aws_kms_replica_key", "kms", "key", "key_id"),
    known("aws_kms_external_key", "kms", "key", "id"),
    known("aws_kms_alias", "kms", "alias", ""),
    known("aws_sqs_queue", "sqs", "queue", "name"),
    known("aws_sns_topic", "sns", "topic", "name"),
    known("aws_dynamodb_table", "dynamodb", "table", "name"),
    known("aws_lambda_function", "lambda", "function", "function_name"),
    known("aws_secretsmanager_secret", "secretsmanager", "secret", ""),
    known("aws_ecr_repository", "ecr", "repository", "name"),
    known("aws_ecrpublic_repository", "ecr-public", "repository", "repository_name"),
    known("aws_cloudwatch_event_bus", "events", "event-bus", "name"),
    known("aws_efs_file_system", "elasticfilesystem", "file-system", "id"),
    known("aws_efs_access_point", "elasticfilesystem", "access-point", "id"),
    known("aws_vpc_endpoint", "ec2", "vpc-endpoint", "id"),
    known("aws_instance", "ec2", "instance", "id"),
    known("aws_security_group", "ec2", "security-group", "id"),
    known("aws_subnet", "ec2", "subnet", "id"),
    known("aws_vpc", "ec2", "vpc", "id"),
    known("aws_backup_vault", "backup", "backupvault", "name"),
    known("aws_api_gateway_rest_api", "apigateway", "restapi", "id"),
    known("aws_kinesis_stream", "kinesis", "stream", "name"),
    known("aws_kinesis_firehose_delivery_stream", "firehose", "deliverystream", "name"),
    known("aws_opensearch_domain", "es", "domain", "domain_name"),
    known("aws_elasticsearch_domain", "es", "domain", "domain_name"),
    known("aws_cloudwatch_log_group", "logs", "log-group", "name"),
    known("aws_cloudwatch_log_destination", "logs", "destination", "name"),
    known("aws_glacier_vault", "glacier", "vault", "name"),
    known("aws_media_store_container", "mediastore", "container", "name"),
    known("aws_schemas_registry", "schemas", "registry", "name"),
    known("aws_sesv2_email_identity", "ses", "identity", "email_identity"),
    known("aws_vpclattice_service", "vpc-lattice", "service", "id"),
    known("aws_vpclattice_service_network", "vpc-lattice", "servicenetwork", "id"),
    known("aws_acmpca_certificate_authority", "acm-pca", "certificate-authority", ""),
    known("aws_s3tables_table_bucket", "s3tables", "tablebucket", "name"),
    known("aws_s3vectors_vector_bucket", "s3vectors", "vectorbucket", "vector_bucket_name"),
    known("aws_codeartifact_domain", "codeartifact", "domain", "domain"),
    known("aws_codeartifact_repository", "codeartifact", "repository", ""),
    known("aws_sfn_state_machine", "states", "statemachine", "name"),
    known("aws_ssm_parameter", "ssm", "parameter", ""),
    known("aws_ecs_cluster", "ecs", "cluster", "name"),
    known("aws_eks_cluster", "eks", "cluster", "name"),
    known("aws_rds_cluster", "rds", "cluster", "cluster_identifier"),
    known("aws_db_instance", "rds", "db", "identifier"),
    known("aws_athena_workgroup", "athena", "workgroup", "name"),
    known("aws_iam_role", "iam", "role", ""),
    known("aws_iam_user", "iam", "user", ""),
    known("aws_iam_policy", "iam", "policy", ""),
    known("aws_iam_instance_profile", "iam", "instance-profile", ""),
    known("aws_codecommit_repository", "codecommit", "repository", "repository_name"),
    known("aws_codebuild_project", "codebuild", "project", "name"),
    known("aws_codepipeline", "codepipeline", "pipeline", "name"),
    known("aws_cloudfront_distribution", "cloudfront", "distribution", "id"),
    known("aws_route53_zone", "route53", "hostedzone", "zone_id"),
    known("aws_cloudtrail", "cloudtrail", "trail", "name"),
];

/// The attribute with the ARN of resources that call it other than `arn`.
const ARN_ATTRIBUTES: &[(&str, &str)] = &[
    ("aws_bedrock_custom_model", "custom_model_arn"),
    ("aws_bedrock_guardrail", "guardrail_arn"),
    ("aws_bedrock_provisioned_model_throughput", "provisioned_model_arn"),
    ("aws_bedrockagent_agent", "agent_arn"),
    ("aws_bedrockagent_agent_alias", "agent_alias_arn"),
    ("aws_bedrockagentcore_agent_runtime", "agent_runtime_arn"),
    ("aws_bedrockagentcore_agent_runtime_endpoint", "agent_runtime_endpoint_arn"),
    ("aws_bedrockagentcore_browser", "browser_arn"),
    ("aws_bedrockagentcore_code_interpreter", "code_interpreter_arn"),
    ("aws_bedrockagentcore_gateway", "gateway_arn"),
    ("aws_bedrockagentcore_workload_identity", "workload_identity_arn"),
    ("aws_chatbot_slack_channel_configuration", "chat_configuration_arn"),
    ("aws_chatbot_teams_channel_configuration", "chat_configuration_arn"),
    ("aws_appsync_api", "api_arn"),
    ("aws_cloudwatch_dashboard", "dashboard_arn"),
    ("aws_db_cluster_snapshot", "db_cluster_snapshot_arn"),
    ("aws_db_snapshot", "db_snapshot_arn"),
    ("aws_db_snapshot_copy", "db_snapshot_arn"),
    ("aws_detective_graph", "graph_arn"),
    ("aws_dms_certificate", "certificate_arn"),
    ("aws_dms_endpoint", "endpoint_arn"),
    ("aws_dms_replication_instance", "replication_instance_arn"),
    ("aws_dms_replication_subnet_group", "replication_subnet_group_arn"),
    ("aws_dms_replication_task", "replication_task_arn"),
    ("aws_dms_s3_endpoint", "endpoint_arn"),
    ("aws_docdb_cluster_snapshot", "db_cluster_snapshot_arn"),
    ("aws_eks_access_entry", "access_entry_arn"),
    ("aws_eks_pod_identity_association", "association_arn"),
    ("aws_location_geofence_collection", "collection_arn"),
    ("aws_location_map", "map_arn"),
    ("aws_location_place_index", "index_arn"),
    ("aws_location_route_calculator", "calculator_arn"),
    ("aws_location_tracker", "tracker_arn"),
    ("aws_macie2_classification_job", "job_arn"),
    ("aws_neptune_cluster_snapshot", "db_cluster_snapshot_arn"),
    ("aws_networkflowmonitor_scope", "scope_arn"),
    ("aws_osis_pipeline", "pipeline_arn"),
    ("aws_rds_cluster_snapshot_copy", "db_cluster_snapshot_arn"),
    ("aws_redshift_idc_application", "redshift_idc_application_arn"),
    ("aws_s3control_access_grant", "access_grant_arn"),
    ("aws_s3control_access_grants_instance", "access_grants_instance_arn"),
    ("aws_s3control_access_grants_location", "access_grants_location_arn"),
    ("aws_s3vectors_index", "index_arn"),
    ("aws_s3vectors_vector_bucket", "vector_bucket_arn"),
    ("aws_sagemaker_labeling_job", "labeling_job_arn"),
    ("aws_sagemaker_model_card", "model_card_arn"),
    ("aws_savingsplans_savings_plan", "savings_plan_arn"),
    ("aws_verifiedaccess_group", "verifiedaccess_group_arn"),
    ("aws_workspaces_pool", "pool_arn"),
    ("aws_workspacesweb_browser_settings", "browser_settings_arn"),
    ("aws_workspacesweb_data_protection_settings", "data_protection_settings_arn"),
    ("aws_workspacesweb_identity_provider", "identity_provider_arn"),
    ("aws_workspacesweb_ip_access_settings", "ip_access_settings_arn"),
    ("aws_workspacesweb_network_settings", "network_settings_arn"),
    ("aws_workspacesweb_portal", "portal_arn"),
    ("aws_workspacesweb_session_logger", "session_logger_arn"),
    ("aws_workspacesweb_trust_store", "trust_store_arn"),
    ("aws_workspacesweb_user_access_logging_settings", "user_access_logging_settings_arn"),
    ("aws_workspacesweb_user_settings", "user_settings_arn"),
];

/// The same of data sources.
const DATA_ARN_ATTRIBUTES: &[(&str, &str)] = &[
    ("aws_bedrock_custom_model", "model_arn"),
    ("aws_bedrock_inference_profile", "inference_profile_arn"),
    ("aws_db_cluster_snapshot", "db_cluster_snapshot_arn"),
    ("aws_db_instance", "db_instance_arn"),
    ("aws_db_snapshot", "db_snapshot_arn"),
    ("aws_dms_certificate", "certificate_arn"),
    ("aws_dms_endpoint", "endpoint_arn"),
    ("aws_dms_replication_instance", "replication_instance_arn"),
    ("aws_dms_replication_subnet_group", "replication_subnet_group_arn"),
    ("aws_dms_replication_task", "replication_task_arn"),
    ("aws_eks_access_entry", "access_entry_arn"),
    ("aws_location_geofence_collection", "collection_arn"),
    ("aws_location_map", "map_arn"),
    ("aws_location_place_index", "index_arn"),
    ("aws_location_route_calculator", "calculator_arn"),
    ("aws_location_tracker", "tracker_arn"),
    ("aws_savingsplans_savings_plan", "savings_plan_arn"),
    ("aws_ssoadmin_application", "application_arn"),
];

/// The attribute with the ARN of a resource of that type.
pub(super) fn arn_attribute(resource_type: &str) -> &'static str {
    attribute(ARN_ATTRIBUTES, resource_type)
}

/// The attribute with the ARN of a data source of that type.
pub(super) fn data_arn_attribute(data_type: &str) -> &'static str {
    attribute(DATA_ARN_ATTRIBUTES, data_type)
}

fn attribute(exceptions: &[(&str, &'static str)], of_type: &str) -> &'static str {
    exceptions.iter().find(|(one, _)| *one == of_type).map_or("arn", |(_, attribute)| *attribute)
}

#[cfg(test)]
mod tests {
    use iamx_catalog::Catalog;

    use super::KNOWN;

    #[test]
    fn every_type_is_in_the_catalog_and_one_with_a_name_takes_one_argument() {
        for known in KNOWN {
            let (service, kind) = known.of;
            let found = Catalog::builtin().service(service).and_then(|service| service.resource_type(kind));
            let found = found.unwrap_or_else(|| panic!("{service}.{kind}"));
            let one = found.arn_templates.iter().all(|template| template.arity() == 1);
            assert!(one || known.name.is_none(), "{service}.{kind} {:?}", found.arn_templates);
        }
    }
}
