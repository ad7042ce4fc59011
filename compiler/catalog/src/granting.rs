//! What the policies of resources can grant beside how they look: whom they let in, to what, and whether the caller's own
//! policy does in their place. A table kept by hand, since no source of AWS's lists it; each row names its page.

/// Whose word lets a caller of the resource's own account in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authority {
    /// The caller's own policy, or the resource's.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-id-rdp.html>
    Either,
    /// The resource's policy; the caller's own counts where that one leaves the decision to the account.
    Delegated,
}

/// Which actions the policy of a resource can let callers of other accounts do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Across {
    /// All that act on it.
    Every,
    /// These, without the service's prefix.
    Only(&'static [&'static str]),
    /// All that act on it but these.
    But(&'static [&'static str]),
    /// None by itself, not even to its own account's: other policies have to let them in too, which a grant of this resource
    /// doesn't name.
    Elsewhere(&'static str),
}

/// What the policy of a resource type can grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Granting {
    /// The type that carries the policy, by its service and its name in the language.
    pub carrier: (&'static str, &'static str),
    /// Which actions callers of other accounts can be let do.
    pub across: Across,
    /// Whose word counts in the resource's own account.
    pub authority: Authority,
    /// Whether callers of other accounts get in only where a customer managed key encrypts the resource.
    pub needs_key: bool,
    /// AWS's page about it.
    pub page: &'static str,
}

/// What the policy of the resource type can grant; everything, for a type that the table has no row of.
pub fn granting(service: &str, resource_type: &str) -> Granting {
    let row = ROWS.iter().find(|row| row.carrier == (service, resource_type));
    row.copied().unwrap_or(row_of("", "", Across::Every, EVALUATION))
}

/// Every row of the table.
pub fn grantings() -> &'static [Granting] {
    ROWS
}

impl Across {
    /// Whether a caller of another account can be let do the action of that name, which has no prefix.
    pub fn takes(self, action: &str) -> bool {
        let holds = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(action));
        match self {
            Self::Every => true,
            Self::Only(names) => holds(names),
            Self::But(names) => !holds(names),
            Self::Elsewhere(_) => false,
        }
    }
}

const EVALUATION: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html";

const fn row_of(service: &'static str, resource_type: &'static str, across: Across, page: &'static str) -> Granting {
    Granting { carrier: (service, resource_type), across, authority: Authority::Either, needs_key: false, page }
}

/// The operations of a function that another account can be let call.
const FUNCTION: Across = Across::Only(&[
    "CreateAlias",
    "DeleteAlias",
    "DeleteFunction",
    "DeleteFunctionConcurrency",
    "GetAlias",
    "GetFunction",
    "GetFunctionConfiguration",
    "GetPolicy",
    "InvokeFunction",
    "InvokeFunctionUrl",
    "ListAliases",
    "ListTags",
    "ListVersionsByFunction",
    "PublishVersion",
    "PutFunctionConcurrency",
    "TagResource",
    "UntagResource",
    "UpdateAlias",
    "UpdateFunctionCode",
]);
const FUNCTION_PAGE: &str = "https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html";
const KINESIS_PAGE: &str = "https://docs.aws.amazon.com/streams/latest/dev/controlling-access.html";
const DYNAMODB_PAGE: &str = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-iam-actions.html";
const LATTICE_PAGE: &str = "https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html";

const ROWS: &[Granting] = {
    use Across::{But, Elsewhere, Only};
    &[
        // "the calling identity must have the PutBucketPolicy permissions … and belong to the bucket owner's account"
        row_of(
            "s3",
            "bucket",
            But(&["DeleteBucketPolicy", "GetBucketPolicy", "PutBucketPolicy"]),
            "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html",
        ),
        // "both the access point and underlying bucket must permit the request"
        row_of(
            "s3",
            "accesspoint",
            Elsewhere("the policy of the access point's bucket has to let them in too"),
            "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html",
        ),
        row_of(
            "s3-object-lambda",
            "objectlambdaaccesspoint",
            Elsewhere("the policies of its function, access point and bucket have to let them in too"),
            "https://docs.aws.amazon.com/AmazonS3/latest/userguide/olap-policies.html",
        ),
        Granting {
            authority: Authority::Delegated,
            ..row_of(
                "kms",
                "key",
                Only(&[
                    "CreateGrant",
                    "Decrypt",
                    "DeriveSharedSecret",
                    "DescribeKey",
                    "Encrypt",
                    "GenerateDataKey",
                    "GenerateDataKeyPair",
                    "GenerateDataKeyPairWithoutPlaintext",
                    "GenerateDataKeyWithoutPlaintext",
                    "GenerateMac",
                    "GetKeyRotationStatus",
                    "GetPublicKey",
                    "ListGrants",
                    "ReEncryptFrom",
                    "ReEncryptTo",
                    "RetireGrant",
                    "RevokeGrant",
                    "Sign",
                    "Verify",
                    "VerifyMac",
                ]),
                "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html",
            )
        },
        row_of(
            "sqs",
            "queue",
            But(&[
                "AddPermission",
                "CancelMessageMoveTask",
                "CreateQueue",
                "DeleteQueue",
                "ListMessageMoveTasks",
                "ListQueueTags",
                "ListQueues",
                "RemovePermission",
                "SetQueueAttributes",
                "StartMessageMoveTask",
                "TagQueue",
                "UntagQueue",
            ]),
            "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-limitations-of-custom-policies.html",
        ),
        row_of(
            "sns",
            "topic",
            Only(&[
                "AddPermission",
                "DeleteTopic",
                "GetDataProtectionPolicy",
                "GetTopicAttributes",
                "ListSubscriptionsByTopic",
                "ListTagsForResource",
                "Publish",
                "PutDataProtectionPolicy",
                "RemovePermission",
                "SetTopicAttributes",
                "Subscribe",
            ]),
            "https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-special-information.html",
        ),
        row_of("lambda", "function", FUNCTION, FUNCTION_PAGE),
        row_of("lambda", "function-alias", FUNCTION, FUNCTION_PAGE),
        row_of("lambda", "function-version", FUNCTION, FUNCTION_PAGE),
        row_of(
            "lambda",
            "layerversion",
            Only(&["GetLayerVersion"]),
            "https://docs.aws.amazon.com/lambda/latest/api/API_AddLayerVersionPermission.html",
        ),
        // A secret under AWS's own key can't be read from another account: nobody can change that key's policy.
        Granting {
            needs_key: true,
            ..row_of(
                "secretsmanager",
                "secret",
                Across::Every,
                "https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples_cross.html",
            )
        },
        // "not all of these APIs support cross-account access"; of PartiQL none does.
        row_of(
            "dynamodb",
            "table",
            Only(&[
                "BatchGetItem",
                "BatchWriteItem",
                "ConditionCheckItem",
                "DeleteItem",
                "DeleteTable",
                "DescribeTable",
                "GetItem",
                "ListTagsOfResource",
                "PutItem",
                "Query",
                "Scan",
                "TagResource",
                "UntagResource",
                "UpdateItem",
                "UpdateTable",
            ]),
            DYNAMODB_PAGE,
        ),
        row_of("dynamodb", "stream", Only(&["DescribeStream", "GetRecords", "GetShardIterator"]), DYNAMODB_PAGE),
        row_of(
            "kinesis",
            "stream",
            Only(&[
                "DescribeStream",
                "DescribeStreamSummary",
                "GetRecords",
                "GetShardIterator",
                "ListShards",
                "PutRecord",
                "PutRecords",
            ]),
            KINESIS_PAGE,
        ),
        row_of("kinesis", "consumer", Only(&["DescribeStreamConsumer", "SubscribeToShard"]), KINESIS_PAGE),
        row_of(
            "backup",
            "backupvault",
            Only(&["CopyIntoBackupVault"]),
            "https://docs.aws.amazon.com/aws-backup/latest/devguide/create-cross-account-backup.html",
        ),
        row_of(
            "elasticfilesystem",
            "file-system",
            Only(&["ClientMount", "ClientRootAccess", "ClientWrite"]),
            "https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html",
        ),
        row_of(
            "es",
            "domain",
            Only(&["ESHttpDelete", "ESHttpGet", "ESHttpHead", "ESHttpPatch", "ESHttpPost", "ESHttpPut"]),
            "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ac.html",
        ),
        row_of(
            "acm-pca",
            "certificate-authority",
            Only(&[
                "DescribeCertificateAuthority",
                "GetCertificate",
                "GetCertificateAuthorityCertificate",
                "IssueCertificate",
                "ListPermissions",
                "ListTags",
            ]),
            "https://docs.aws.amazon.com/privateca/latest/userguide/pca-rbp.html",
        ),
        row_of(
            "ses",
            "identity",
            Only(&["SendBulkTemplatedEmail", "SendEmail", "SendRawEmail", "SendTemplatedEmail"]),
            "https://docs.aws.amazon.com/ses/latest/dg/sending-authorization-policies.html",
        ),
        row_of(
            "logs",
            "destination",
            Only(&["PutSubscriptionFilter"]),
            "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CreateDestination.html",
        ),
        // "… requests … are denied unless the auth policy contains an explicit allow statement", whoever's account it is.
        row_of(
            "vpc-lattice",
            "service",
            Elsewhere("the auth policies of the service and of its network have to let them in too"),
            LATTICE_PAGE,
        ),
        row_of(
            "vpc-lattice",
            "servicenetwork",
            Elsewhere("the auth policies of the network's services have to let them in too"),
            LATTICE_PAGE,
        ),
    ]
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Catalog, resource_policy_form};

    #[test]
    fn every_row_is_of_a_type_that_has_a_policy_and_names_its_actions() {
        let catalog = Catalog::builtin();
        let mut seen = Vec::new();
        for row in ROWS {
            let (service, resource_type) = row.carrier;
            assert!(!seen.contains(&row.carrier), "{:?} stands twice", row.carrier);
            seen.push(row.carrier);
            assert!(resource_policy_form(service, resource_type).is_some(), "{service}.{resource_type}");
            if let Across::Only(names) | Across::But(names) = row.across {
                assert!(names.is_sorted(), "{service}.{resource_type}");
                for name in names {
                    assert!(catalog.action(&format!("{service}:{name}")).is_some(), "{service}:{name}");
                }
            }
            assert!(row.page.starts_with("https://docs.aws.amazon.com/"), "{}", row.page);
        }
    }

    #[test]
    fn a_type_without_a_row_can_be_granted_for_everything() {
        assert!(granting("ecr", "repository").across.takes("BatchGetImage"));
        assert!(granting("sqs", "queue").across.takes("SendMessage"));
        assert!(!granting("sqs", "queue").across.takes("DeleteQueue"));
    }
}
