//! AWS's facts as of a day: services, actions, resource types, condition keys, principals, managed policies, quotas.
//!
//! Takes the built-in catalog file, a newer one ([`Catalog::from_bytes`]) or AWS's own service reference
//! ([`import_service_reference`]); gives look-ups that ignore case as IAM does, did-you-mean, and differences between
//! catalogs ([`diff`]). Every other crate of the compiler may call it; it calls `text` alone. It reads no files: `cli` and `xtask`
//! do, and `xtask` makes the built-in file (`stdlib/catalog/README.md`).

mod action;
mod arn_template;
mod asked_arn;
mod catalog;
mod condition_key;
mod data;
mod diff;
mod error;
mod file;
mod fuzz;
mod granting;
mod import;
mod info;
mod level;
mod managed_policy;
mod merge;
pub mod normalize;
mod partition;
mod pattern;
mod principal;
mod quota;
mod resource_policy;
mod resource_type;
mod service;
mod suggest;
mod tables;
mod wire;

pub use action::{Action, ResourceUse};
pub use arn_template::{ArnTemplate, Piece};
pub use asked_arn::{AskedArn, AskedBy, asked_arn};
pub use catalog::Catalog;
pub use condition_key::{ConditionKey, KeyMatch, KeyType, KeyTypes};
pub use data::CatalogData;
pub use diff::{CatalogDiff, LevelChange, diff};
pub use error::CatalogError;
#[doc(hidden)]
pub use fuzz::fuzz;
pub use granting::{Across, Authority, Granting, granting, grantings};
pub use import::{ImportReport, import_service_reference};
pub use info::{Counts, Difference, Info, LeftOut, Source};
pub use level::{Level, LevelSet};
pub use managed_policy::ManagedPolicy;
pub use merge::{Knows, Tally, merge_service};
pub use partition::Partition;
pub use principal::{PrincipalGrade, ServicePrincipal};
pub use quota::{Quota, QuotaKind, QuotaUnit, Quotas};
pub use resource_policy::{
    PolicyCarrier, PolicyPrincipals, PolicyStatements, PolicySubject, ResourceElement, ResourcePolicyForm,
    account_policy_form, resource_policy_form, resource_policy_forms,
};
pub use resource_type::{Child, ResourceType};
pub use service::Service;
pub use tables::{ApiName, AskedWith, Escalation, KmsUse, PresenceException, Tables};
