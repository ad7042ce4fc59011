//! Small tables that no source of AWS's lists: kept by hand in `stdlib/catalog/sources/tables.json`, each with its page.

use serde::{Deserialize, Serialize};

/// An API operation that is authorized by actions of other names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiName {
    /// The operation, with its service (`s3:HeadObject`). It is no action: IAM ignores it in a policy.
    pub operation: String,
    /// The actions that authorize it (`s3:GetObject`), the chief one first.
    pub actions: Vec<String>,
}

/// Which KMS actions the caller of an action needs where the resource is encrypted by a customer managed key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KmsUse {
    /// The action (`s3:PutObject`).
    pub action: String,
    /// The KMS actions, with prefix; none, where AWS's pages say that the caller needs none.
    pub kms: Vec<String>,
}

/// An action without resource types that its service asks about with an ARN of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedWith {
    /// The action (`s3:ListAllMyBuckets`).
    pub action: String,
    /// The ARN, with `${Partition}`, `${Region}` and `${Account}`.
    pub arn: String,
}

/// A set of actions with which a principal can gain more permissions than it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// The actions; all of them are needed.
    pub actions: Vec<String>,
    /// The family: `self-escalation`, `principal-access`, `new-passrole`, `existing-passrole` or `iam`.
    pub kind: String,
    /// Whether no other set of the table is a part of this one.
    pub minimal: bool,
    /// Whether it takes a resource that exists already.
    pub needs_existing_target: bool,
    /// The published lists that name the set.
    pub sources: Vec<String>,
}

/// A key that AWS calls always present and that some requests lack all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresenceException {
    /// The global key.
    pub key: String,
    /// Which requests lack it.
    pub absent: String,
}

/// The tables kept by hand.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tables {
    /// Operations that are no actions, sorted by operation.
    pub api_names: Vec<ApiName>,
    /// KMS actions, sorted by action.
    pub kms_uses: Vec<KmsUse>,
    /// Actions asked about with an ARN of the service's, sorted by action.
    pub asked_with: Vec<AskedWith>,
    /// Requests that lack a key which is otherwise always present, sorted by key.
    pub presence_exceptions: Vec<PresenceException>,
    /// Actions that RCPs never bind.
    pub rcp_exempt_actions: Vec<String>,
    /// The identity providers that AWS has built in, which need no provider of the account's.
    pub built_in_providers: Vec<String>,
    /// Claims of any web identity of which a request can hold several values (`amr`).
    pub multi_valued_claims: Vec<String>,
}
