//! Identity providers: who signs in elsewhere, and comes with a token or an assertion.

use iamx_text::Span;

use crate::{Program, Tag};

/// An identity provider of an account.
#[derive(Clone, Debug)]
pub struct Provider {
    /// What it speaks.
    pub kind: ProviderKind,
    /// The account it is made in; `None` in a workspace without accounts.
    pub account: Option<usize>,
    /// Its name in AWS: a SAML provider's own, an OIDC provider's address without `https://`.
    pub name: String,
    /// Its tags.
    pub tags: Vec<Tag>,
    /// Where its name was declared.
    pub span: Span,
}

/// What a [`Provider`] speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProviderKind {
    /// `OpenID` Connect.
    Oidc {
        /// The audiences that its tokens may be for.
        audiences: Vec<String>,
    },
    /// SAML 2.0.
    Saml {
        /// The file that holds its metadata, as it is written in the source.
        metadata: String,
    },
}

impl ProviderKind {
    /// The kind in the provider's ARN.
    ///
    /// See [IAM ARNs](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns).
    pub fn arn_part(&self) -> &'static str {
        match self {
            Self::Oidc { .. } => "oidc-provider",
            Self::Saml { .. } => "saml-provider",
        }
    }
}

impl Program {
    /// The ARN of a provider; `None` where its account's id isn't known.
    pub fn provider_arn(&self, provider: &Provider) -> Option<String> {
        self.iam_arn(provider.account, provider.kind.arn_part(), "/", &provider.name)
    }
}
