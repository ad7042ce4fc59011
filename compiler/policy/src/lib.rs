//! The IAM policy model: one form for every policy document, whichever text it came from.
//!
//! Takes: documents built by `lower`. Gives: [`Document`] with source spans on every part, its canonical JSON
//! ([`Document::to_json`]) and its size as AWS counts it. Used by: `lower`, `check`, `emit`.
//!
//! The elements are those of AWS's [JSON policy reference].
//!
//! [JSON policy reference]: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html

mod condition;
mod document;
mod json;
mod pattern;
mod principal;

pub use condition::{BaseOperator, ConditionBlock, ConditionEntry, Operator, Qualifier};
pub use document::{ActionPattern, Document, Effect, Element, Sourced, Statement};
pub use pattern::{arns_intersect, glob_matches, globs_intersect};
pub use principal::{Principal, PrincipalElement};
