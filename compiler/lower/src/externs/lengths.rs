//! How long the names may be that AWS gives to resources or lets people give them.

use std::ops::RangeInclusive;

/// An ARN has at most so many characters, so nothing in one has more.
///
/// See [the type of ARNs in IAM](https://docs.aws.amazon.com/IAM/latest/APIReference/API_Policy.html).
const LONGEST_ARN: usize = 2048;

/// The shortest and the longest of a type's only name, with the page that says so.
const LENGTHS: &[(&str, &str, RangeInclusive<usize>)] = &[
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    ("s3", "bucket", 3..=63),
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_CreateAccessPoint.html
    ("s3", "accesspoint", 3..=50),
    // https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html: a UUID, or `mrk-` and 32 digits
    ("kms", "key", 36..=36),
    // https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html
    ("kms", "alias", 1..=256),
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
    ("sqs", "queue", 1..=80),
    // https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
    ("sns", "topic", 1..=256),
    // https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
    ("dynamodb", "table", 3..=255),
    // https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
    ("lambda", "function", 1..=64),
    // https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html: a name, a hyphen, six characters
    ("secretsmanager", "secret", 8..=519),
    // https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
    ("ecr", "repository", 2..=256),
    // https://docs.aws.amazon.com/AmazonECRPublic/latest/APIReference/API_CreateRepository.html
    ("ecr-public", "repository", 2..=205),
    // https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html
    ("events", "event-bus", 1..=256),
    // https://docs.aws.amazon.com/efs/latest/ug/API_FileSystemDescription.html: `fs-` and 8 to 40 digits
    ("elasticfilesystem", "file-system", 11..=43),
    // https://docs.aws.amazon.com/efs/latest/ug/API_AccessPointDescription.html: `fsap-` and 8 to 40 digits
    ("elasticfilesystem", "access-point", 13..=45),
    // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html: 8 or 17 digits behind a prefix
    ("ec2", "vpc-endpoint", 13..=22),
    ("ec2", "instance", 10..=19),
    ("ec2", "security-group", 11..=20),
    ("ec2", "subnet", 15..=24),
    ("ec2", "vpc", 12..=21),
    // https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupVault.html
    ("backup", "backupvault", 2..=50),
    // https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html
    ("kinesis", "stream", 1..=128),
    // https://docs.aws.amazon.com/firehose/latest/APIReference/API_CreateDeliveryStream.html
    ("firehose", "deliverystream", 1..=64),
    // https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_CreateDomain.html
    ("es", "domain", 3..=28),
    // https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
    ("logs", "log-group", 1..=512),
    // https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDestination.html
    ("logs", "destination", 1..=512),
    // https://docs.aws.amazon.com/amazonglacier/latest/dev/api-vault-put.html
    ("glacier", "vault", 1..=255),
    // https://docs.aws.amazon.com/mediastore/latest/apireference/API_CreateContainer.html
    ("mediastore", "container", 1..=255),
    // https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
    ("states", "statemachine", 1..=80),
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCluster.html
    ("ecs", "cluster", 1..=255),
    // https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html
    ("eks", "cluster", 1..=100),
    // https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBCluster.html
    ("rds", "cluster", 1..=63),
    // https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
    ("rds", "db", 1..=63),
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: a name of 64, a path of 512
    ("iam", "role", 1..=575),
    ("iam", "user", 1..=575),
    // a name of 128, a path of 512
    ("iam", "policy", 1..=639),
    ("iam", "instance-profile", 1..=639),
];

/// How many characters may stand in one of the places of a type's ARN.
pub(super) fn of(service: &str, type_name: &str) -> RangeInclusive<usize> {
    LENGTHS
        .iter()
        .find(|(of, name, _)| *of == service && *name == type_name)
        .map_or(1..=LONGEST_ARN, |(.., length)| length.clone())
}

#[cfg(test)]
mod tests {
    use iamx_catalog::Catalog;

    use super::LENGTHS;

    #[test]
    fn every_type_is_in_the_catalog_with_one_name() {
        for (service, name, _) in LENGTHS {
            let found = Catalog::builtin().service(service).and_then(|service| service.resource_type(name));
            let found = found.unwrap_or_else(|| panic!("{service}.{name}"));
            assert!(found.arn_templates.iter().all(|template| template.arity() == 1), "{service}.{name} {found:?}");
        }
    }
}
