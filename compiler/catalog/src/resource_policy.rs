//! The policies that resources and accounts carry themselves: which types have one, and what it looks like.
//!
//! A table kept by hand, since no source of AWS's lists it; each row names the page that it follows. The services are those of
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html>.

use crate::QuotaKind;

/// What carries a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyCarrier {
    /// A resource type, by its service and its name in the language.
    Type(&'static str, &'static str),
    /// An account, by the service that keeps the policy. Where `named`, an account has several, told apart by name.
    Account {
        /// The service.
        service: &'static str,
        /// Whether such a policy has a name.
        named: bool,
    },
}

/// How the statements of a policy say which resources they are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResourceElement {
    /// By ARN.
    Arn,
    /// By `*`, which is the resource that carries the policy.
    Star,
    /// Not at all: the policy has no `Resource` element.
    Absent,
}

/// Which ARN stands for the resource that carries the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicySubject {
    /// The resource's own.
    Itself,
    /// That of another type, of which its arguments are the first; the others are `*`.
    OtherType(&'static str, &'static str),
}

/// What the statements are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyStatements {
    /// Statements of IAM's policy language.
    Whole,
    /// Permissions that are added one by one: each allows one principal one action, under these condition keys.
    Permissions(&'static [&'static str]),
}

/// Whom the policy can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyPrincipals {
    /// Every kind; everyone is `"*"`.
    Named,
    /// Every kind; everyone is `{"AWS": "*"}`.
    NamedUnderAws,
    /// Everyone alone: who is meant is said by conditions.
    Everyone,
    /// AWS services alone.
    Services,
    /// Accounts and everyone; no single user or role.
    Accounts,
    /// The same, where an account is written as its id alone.
    AccountIds,
}

/// What the policy of a resource type or account looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResourcePolicyForm {
    /// What carries it.
    pub carrier: PolicyCarrier,
    /// The prefix of the actions that it is about; `None` where it is about those of every service.
    pub service: Option<&'static str>,
    /// How its statements name resources.
    pub resource: ResourceElement,
    /// What stands for the resource itself.
    pub subject: PolicySubject,
    /// The types of the carrier's service that are inside the resource, and that the policy is about too.
    pub inside: &'static [&'static str],
    /// Whether its statements may name other resources than the one that carries it, and what is inside.
    pub names_others: bool,
    /// Whether it is about others altogether, so that `on` has to be said and whoever isn't named is everyone.
    pub about_others: bool,
    /// Whom it names.
    pub principals: PolicyPrincipals,
    /// What its statements are.
    pub statements: PolicyStatements,
    /// Its quota.
    pub quota: Option<QuotaKind>,
    /// AWS's page about it.
    pub page: &'static str,
}

/// The form of the policy of a resource type; `None` for a type that has none, as far as this table knows.
pub fn resource_policy_form(service: &str, resource_type: &str) -> Option<&'static ResourcePolicyForm> {
    RESOURCE_POLICIES.iter().find(|form| match form.carrier {
        PolicyCarrier::Type(prefix, name) => prefix == service && name == resource_type,
        PolicyCarrier::Account { .. } => false,
    })
}

/// The form of the policy that `service` keeps for each account; `None` where it keeps none.
pub fn account_policy_form(service: &str) -> Option<&'static ResourcePolicyForm> {
    RESOURCE_POLICIES.iter().find(|form| match form.carrier {
        PolicyCarrier::Account { service: prefix, .. } => prefix == service,
        PolicyCarrier::Type(..) => false,
    })
}

/// Every row of the table.
pub fn resource_policy_forms() -> &'static [ResourcePolicyForm] {
    RESOURCE_POLICIES
}

/// A policy of `carrier` that is about the actions of `service` on the resource itself, by its ARN.
const fn plain(carrier: PolicyCarrier, service: &'static str, page: &'static str) -> ResourcePolicyForm {
    ResourcePolicyForm {
        carrier,
        service: Some(service),
        resource: ResourceElement::Arn,
        subject: PolicySubject::Itself,
        inside: &[],
        names_others: false,
        about_others: false,
        principals: PolicyPrincipals::Named,
        statements: PolicyStatements::Whole,
        quota: None,
        page,
    }
}

/// A policy that `service` keeps for an account: its statements name what they are about.
const fn of_account(service: &'static str, named: bool, page: &'static str) -> ResourcePolicyForm {
    ResourcePolicyForm { names_others: true, ..plain(PolicyCarrier::Account { service, named }, service, page) }
}

/// The keys that `AddPermission` has parameters for: `SourceArn`, `SourceAccount`, `PrincipalOrgID`, `FunctionUrlAuthType`,
/// `EventSourceToken`, `InvokedViaFunctionUrl`.
const LAMBDA_KEYS: &[&str] = &[
    "aws:SourceArn",
    "aws:SourceAccount",
    "aws:PrincipalOrgID",
    "lambda:FunctionUrlAuthType",
    "lambda:EventSourceToken",
    "lambda:InvokedViaFunctionUrl",
];
const LAMBDA_PAGE: &str = "https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html";

const fn lambda(resource_type: &'static str) -> ResourcePolicyForm {
    ResourcePolicyForm {
        statements: PolicyStatements::Permissions(LAMBDA_KEYS),
        quota: Some(QuotaKind::LambdaPolicy),
        ..plain(PolicyCarrier::Type("lambda", resource_type), "lambda", LAMBDA_PAGE)
    }
}

const RESOURCE_POLICIES: &[ResourcePolicyForm] = {
    use PolicyCarrier::Type;
    use PolicyPrincipals::{Everyone, NamedUnderAws};
    use QuotaKind as K;
    use ResourceElement::{Absent, Star};
    &[
        ResourcePolicyForm {
            inside: &["object"],
            quota: Some(K::S3Policy),
            ..plain(
                Type("s3", "bucket"),
                "s3",
                "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html",
            )
        },
        ResourcePolicyForm {
            inside: &["accesspointobject"],
            quota: Some(K::S3Policy),
            ..plain(
                Type("s3", "accesspoint"),
                "s3",
                "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html",
            )
        },
        // What is inside it is no type of AWS's own: `"${self.arn}/object/*"`.
        ResourcePolicyForm {
            names_others: true,
            quota: Some(K::S3Policy),
            ..plain(
                Type("s3", "multiregionaccesspoint"),
                "s3",
                "https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiRegionAccessPointPermissions.html",
            )
        },
        // It lets others copy versions of the project's models, whose ARNs it names.
        ResourcePolicyForm {
            names_others: true,
            ..plain(
                Type("rekognition", "project"),
                "rekognition",
                "https://docs.aws.amazon.com/rekognition/latest/APIReference/API_PutProjectPolicy.html",
            )
        },
        ResourcePolicyForm {
            quota: Some(K::S3Policy),
            ..plain(
                Type("s3-object-lambda", "objectlambdaaccesspoint"),
                "s3-object-lambda",
                "https://docs.aws.amazon.com/AmazonS3/latest/userguide/olap-policies.html",
            )
        },
        ResourcePolicyForm {
            quota: Some(K::S3Policy),
            ..plain(
                Type("s3express", "bucket"),
                "s3express",
                "https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-express-security-iam-example-bucket-policies.html",
            )
        },
        ResourcePolicyForm {
            inside: &["table"],
            ..plain(
                Type("s3tables", "tablebucket"),
                "s3tables",
                "https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-resource-based-policies.html",
            )
        },
        ResourcePolicyForm {
            inside: &["index"],
            ..plain(
                Type("s3vectors", "vectorbucket"),
                "s3vectors",
                "https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-vectors-bucket-policy.html",
            )
        },
        // "The value of the Resource element is "*", which means 'this KMS key'".
        ResourcePolicyForm {
            resource: Star,
            principals: NamedUnderAws,
            quota: Some(K::KmsKeyPolicy),
            ..plain(
                Type("kms", "key"),
                "kms",
                "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html",
            )
        },
        ResourcePolicyForm {
            quota: Some(K::SqsPolicy),
            ..plain(
                Type("sqs", "queue"),
                "sqs",
                "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-using-identity-based-policies.html",
            )
        },
        ResourcePolicyForm {
            quota: Some(K::SnsPolicy),
            ..plain(
                Type("sns", "topic"),
                "sns",
                "https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-special-information.html",
            )
        },
        lambda("function"),
        lambda("function-alias"),
        lambda("function-version"),
        ResourcePolicyForm {
            principals: PolicyPrincipals::Accounts,
            statements: PolicyStatements::Permissions(&["aws:PrincipalOrgID"]),
            ..plain(
                Type("lambda", "layerversion"),
                "lambda",
                "https://docs.aws.amazon.com/lambda/latest/api/API_AddLayerVersionPermission.html",
            )
        },
        // A secret's ARN ends with six characters that AWS chooses, so `*` alone is sure to be the secret.
        ResourcePolicyForm {
            resource: Star,
            quota: Some(K::SecretsManagerPolicy),
            ..plain(
                Type("secretsmanager", "secret"),
                "secretsmanager",
                "https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html",
            )
        },
        ResourcePolicyForm {
            resource: Absent,
            quota: Some(K::EcrPolicy),
            ..plain(
                Type("ecr", "repository"),
                "ecr",
                "https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html",
            )
        },
        ResourcePolicyForm {
            resource: Absent,
            quota: Some(K::EcrPolicy),
            ..plain(
                Type("ecr-public", "repository"),
                "ecr-public",
                "https://docs.aws.amazon.com/AmazonECR/latest/public/public-repository-policies.html",
            )
        },
        // "For gateway endpoints … access is granted to the AWS account root user only" where an account is named.
        ResourcePolicyForm {
            service: None,
            names_others: true,
            about_others: true,
            principals: Everyone,
            quota: Some(K::VpcEndpointPolicy),
            ..plain(
                Type("ec2", "vpc-endpoint"),
                "ec2",
                "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html",
            )
        },
        ResourcePolicyForm {
            inside: &["index"],
            quota: Some(K::DynamodbPolicy),
            ..plain(
                Type("dynamodb", "table"),
                "dynamodb",
                "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-examples.html",
            )
        },
        ResourcePolicyForm {
            quota: Some(K::DynamodbPolicy),
            ..plain(
                Type("dynamodb", "stream"),
                "dynamodb",
                "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-examples.html",
            )
        },
        // It may name the bus's rules, for accounts that make rules of their own on it.
        ResourcePolicyForm {
            names_others: true,
            quota: Some(K::EventBusPolicy),
            ..plain(
                Type("events", "event-bus"),
                "events",
                "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-perms.html",
            )
        },
        ResourcePolicyForm {
            subject: PolicySubject::OtherType("execute-api", "execute-api-general"),
            quota: Some(K::ApiGatewayPolicy),
            ..plain(
                Type("apigateway", "restapi"),
                "execute-api",
                "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html",
            )
        },
        // Its recovery points have ARNs of the services that they come from.
        ResourcePolicyForm {
            names_others: true,
            ..plain(
                Type("backup", "backupvault"),
                "backup",
                "https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html",
            )
        },
        ResourcePolicyForm {
            principals: NamedUnderAws,
            quota: Some(K::EfsPolicy),
            ..plain(
                Type("elasticfilesystem", "file-system"),
                "elasticfilesystem",
                "https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html",
            )
        },
        ResourcePolicyForm {
            principals: NamedUnderAws,
            quota: Some(K::OpensearchPolicy),
            ..plain(
                Type("es", "domain"),
                "es",
                "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ac.html",
            )
        },
        ResourcePolicyForm {
            resource: Star,
            quota: Some(K::CodeartifactPolicy),
            ..plain(
                Type("codeartifact", "domain"),
                "codeartifact",
                "https://docs.aws.amazon.com/codeartifact/latest/ug/domain-policies.html",
            )
        },
        ResourcePolicyForm {
            resource: Star,
            names_others: true,
            quota: Some(K::CodeartifactPolicy),
            ..plain(
                Type("codeartifact", "repository"),
                "codeartifact",
                "https://docs.aws.amazon.com/codeartifact/latest/ug/repo-policies.html",
            )
        },
        plain(
            Type("glacier", "vault"),
            "glacier",
            "https://docs.aws.amazon.com/amazonglacier/latest/dev/vault-access-policy.html",
        ),
        plain(
            Type("acm-pca", "certificate-authority"),
            "acm-pca",
            "https://docs.aws.amazon.com/privateca/latest/userguide/pca-rbp.html",
        ),
        plain(
            Type("kinesis", "stream"),
            "kinesis",
            "https://docs.aws.amazon.com/streams/latest/dev/resource-based-policy-examples.html",
        ),
        plain(
            Type("kinesis", "consumer"),
            "kinesis",
            "https://docs.aws.amazon.com/streams/latest/dev/resource-based-policy-examples.html",
        ),
        ResourcePolicyForm {
            // Folders have ARNs of the same form.
            inside: &["object"],
            ..plain(
                Type("mediastore", "container"),
                "mediastore",
                "https://docs.aws.amazon.com/mediastore/latest/ug/policies.html",
            )
        },
        ResourcePolicyForm {
            inside: &["schema"],
            ..plain(
                Type("schemas", "registry"),
                "schemas",
                "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-resource-based-schemas.html",
            )
        },
        plain(
            Type("ses", "identity"),
            "ses",
            "https://docs.aws.amazon.com/ses/latest/dg/sending-authorization-policies.html",
        ),
        ResourcePolicyForm {
            resource: Star,
            names_others: true,
            ..plain(
                Type("vpc-lattice", "service"),
                "vpc-lattice-svcs",
                "https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html",
            )
        },
        ResourcePolicyForm {
            resource: Star,
            names_others: true,
            ..plain(
                Type("vpc-lattice", "servicenetwork"),
                "vpc-lattice-svcs",
                "https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html",
            )
        },
        ResourcePolicyForm {
            principals: PolicyPrincipals::AccountIds,
            ..plain(
                Type("logs", "destination"),
                "logs",
                "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CreateDestination.html",
            )
        },
        plain(
            Type("logs", "delivery-destination"),
            "logs",
            "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliveryDestinationPolicy.html",
        ),
        plain(
            Type("cloudtrail", "channel"),
            "cloudtrail",
            "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/security_iam_resource-based-policy-examples.html",
        ),
        plain(
            Type("cloudtrail", "eventdatastore"),
            "cloudtrail",
            "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/security_iam_resource-based-policy-examples.html",
        ),
        plain(
            Type("cloudtrail", "dashboard"),
            "cloudtrail",
            "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/security_iam_resource-based-policy-examples.html",
        ),
        // "Resource policies with actions invoked by non-AWS service principals … will not be enforced."
        ResourcePolicyForm {
            principals: PolicyPrincipals::Services,
            quota: Some(K::LogsPolicy),
            ..of_account(
                "logs",
                true,
                "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html",
            )
        },
        of_account(
            "glue",
            false,
            "https://docs.aws.amazon.com/glue/latest/dg/security_iam_resource-based-policy-examples.html",
        ),
        ResourcePolicyForm {
            quota: Some(K::EcrPolicy),
            ..of_account(
                "ecr",
                false,
                "https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-permissions.html",
            )
        },
        ResourcePolicyForm {
            resource: Star,
            ..of_account("xray", true, "https://docs.aws.amazon.com/xray/latest/api/API_PutResourcePolicy.html")
        },
        ResourcePolicyForm {
            quota: Some(K::DelegationPolicy),
            ..of_account(
                "organizations",
                false,
                "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_delegate_policies.html",
            )
        },
    ]
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Catalog;

    #[test]
    fn every_row_names_types_and_services_of_the_catalog() {
        let catalog = Catalog::builtin();
        let mut seen = Vec::new();
        for form in RESOURCE_POLICIES {
            assert!(!seen.contains(&form.carrier), "{:?} stands twice", form.carrier);
            seen.push(form.carrier);
            let (PolicyCarrier::Type(service, _) | PolicyCarrier::Account { service, .. }) = form.carrier;
            let service = catalog.service(service).unwrap_or_else(|| panic!("{service}"));
            if let PolicyCarrier::Type(_, name) = form.carrier {
                assert!(service.resource_type(name).is_some(), "{name}");
            }
            for name in form.inside {
                assert!(service.resource_type(name).is_some(), "{name}");
            }
            if let PolicySubject::OtherType(service, name) = form.subject {
                assert!(catalog.service(service).unwrap().resource_type(name).is_some(), "{name}");
            }
            if let Some(service) = form.service {
                assert!(catalog.has_service(service), "{service}");
            }
            if let PolicyStatements::Permissions(keys) = form.statements {
                assert!(keys.iter().all(|key| catalog.condition_key(key).is_some()), "{keys:?}");
            }
            assert!(form.page.starts_with("https://docs.aws.amazon.com/"), "{}", form.page);
        }
    }
}
