//! Dated quotas.

use serde::{Deserialize, Serialize};

/// What a quota limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum QuotaKind {
    /// A managed policy's document; a permissions boundary's too.
    ManagedPolicy,
    /// All inline policies of one user.
    UserInlinePolicies,
    /// All inline policies of one group.
    GroupInlinePolicies,
    /// All inline policies of one role.
    RoleInlinePolicies,
    /// A role's trust policy.
    TrustPolicy,
    /// Managed policies attached to a role.
    PoliciesPerRole,
    /// Managed policies attached to a user.
    PoliciesPerUser,
    /// Managed policies attached to a group.
    PoliciesPerGroup,
    /// Versions of a managed policy.
    ManagedPolicyVersions,
    /// A service control policy's document.
    Scp,
    /// SCPs attached to a root, OU or account.
    ScpsPerTarget,
    /// A resource control policy's document.
    Rcp,
    /// RCPs attached to a root, OU or account; `RCPFullAWSAccess` counts.
    RcpsPerTarget,
    /// A session policy with the ARNs of the policies passed.
    SessionPolicy,
    /// A permission set's inline policy, white space left out.
    PermissionSetInlinePolicy,
    /// A permission set's inline policy as sent.
    PermissionSetInlinePolicySent,
    /// Managed policies of a permission set, AWS's and customer's.
    PoliciesPerPermissionSet,
    /// An organization's delegation policy.
    DelegationPolicy,
    /// An S3 bucket or access point policy.
    S3Policy,
    /// A KMS key policy.
    KmsKeyPolicy,
    /// An SQS queue policy.
    SqsPolicy,
    /// An SNS topic policy.
    SnsPolicy,
    /// A Lambda function policy.
    LambdaPolicy,
    /// A Secrets Manager resource policy.
    SecretsManagerPolicy,
    /// A `DynamoDB` resource policy.
    DynamodbPolicy,
    /// An ECR repository or registry policy.
    EcrPolicy,
    /// An `EventBridge` bus policy.
    EventBusPolicy,
    /// An EFS file system policy.
    EfsPolicy,
    /// An `OpenSearch` access policy.
    OpensearchPolicy,
    /// A `CodeArtifact` policy.
    CodeartifactPolicy,
    /// A VPC endpoint policy.
    VpcEndpointPolicy,
    /// A resource policy of `CloudWatch` Logs.
    LogsPolicy,
    /// The resource policy of an API of API Gateway.
    ApiGatewayPolicy,
    /// Groups that a user is in.
    GroupsPerUser,
    /// Roles of an account.
    RolesPerAccount,
    /// Users of an account.
    UsersPerAccount,
    /// Groups of an account.
    GroupsPerAccount,
    /// Managed policies of an account that aren't AWS's.
    ManagedPoliciesPerAccount,
    /// Instance profiles of an account.
    InstanceProfilesPerAccount,
    /// `OpenID` Connect providers of an account.
    OidcProvidersPerAccount,
    /// SAML providers of an account.
    SamlProvidersPerAccount,
    /// Tags of a role, user, policy or provider.
    TagsPerEntity,
    /// A tag's key.
    TagKey,
    /// A tag's value.
    TagValue,
    /// The description of a role or policy.
    Description,
}

/// What a quota counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum QuotaUnit {
    /// Characters of a document.
    Characters,
    /// Bytes of a document in UTF-8.
    Bytes,
    /// Things.
    Count,
}

/// A quota. Numbers are in [`unit`](Self::unit).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quota {
    /// What is limited.
    pub kind: QuotaKind,
    /// The limit of an account that has asked for no more.
    pub max: u32,
    /// What the numbers count.
    pub unit: QuotaUnit,
    /// The limit after a quota increase, where there is one.
    pub raisable_to: Option<u32>,
    /// Whether white space counts, where known.
    pub counts_white_space: Option<bool>,
    /// The day on which the limit came into force (ISO 8601), where it is recent.
    pub since: Option<String>,
    /// The limit before that day.
    pub before: Option<u32>,
    /// What published sources disagree on.
    pub doubt: Option<String>,
    /// What else bears on the count.
    pub note: Option<String>,
    /// Most statements in the document.
    pub statements: Option<u32>,
    /// Most principals in the document.
    pub principals: Option<u32>,
    /// Most conditions in the document.
    pub conditions: Option<u32>,
    /// Most actions in a statement.
    pub actions_per_statement: Option<u32>,
    /// Most resources in a statement.
    pub resources_per_statement: Option<u32>,
    /// Most policy ARNs passed beside the document.
    pub arns: Option<u32>,
    /// Whether every statement needs a Sid of its own.
    pub unique_sids: bool,
}

/// Every quota, with the date of the table.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Quotas {
    /// The month or day of the table (ISO 8601).
    pub as_of: String,
    /// The quotas, sorted by kind.
    pub quotas: Vec<Quota>,
    /// The characters that an IAM policy may hold, as inclusive ranges.
    pub policy_characters: Vec<(char, char)>,
    /// Whether AWS managed policies may be larger than [`QuotaKind::ManagedPolicy`] says.
    pub aws_managed_policies_exempt: bool,
}

impl Quotas {
    /// The quota of that kind; `None` in a catalog whose table lacks it.
    pub fn get(&self, kind: QuotaKind) -> Option<&Quota> {
        self.quotas.iter().find(|quota| quota.kind == kind)
    }

    /// Whether an IAM policy may hold the character.
    pub fn allows(&self, character: char) -> bool {
        self.policy_characters.iter().any(|(first, last)| (*first..=*last).contains(&character))
    }
}
