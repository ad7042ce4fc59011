use crate::Sourced;

/// `Principal` or `NotPrincipal`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrincipalElement {
    /// Whether it is everyone **but** these (`NotPrincipal`).
    pub negated: bool,
    /// The principals.
    pub principals: Vec<Sourced<Principal>>,
}

/// Whom a resource or trust policy names.
///
/// See [Principal](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Principal {
    /// `"*"`: everyone, anonymous callers too.
    Everyone,
    /// `{"AWS": …}`: an account, role, user, session, or `*`.
    Aws(String),
    /// `{"Service": …}`: an AWS service.
    Service(String),
    /// `{"Federated": …}`: an identity provider.
    Federated(String),
    /// `{"CanonicalUser": …}`: an account by its S3 id.
    CanonicalUser(String),
}

impl Principal {
    /// The key of JSON's principal object, and the value under it; `None` for everyone.
    pub fn key_and_value(&self) -> Option<(&'static str, &str)> {
        match self {
            Self::Everyone => None,
            Self::Aws(value) => Some(("AWS", value)),
            Self::Service(value) => Some(("Service", value)),
            Self::Federated(value) => Some(("Federated", value)),
            Self::CanonicalUser(value) => Some(("CanonicalUser", value)),
        }
    }
}
