//! The IAM policy model: one form for every policy document, whichever text it came from.
//!
//! Takes: documents built by `lower`, and statements of IAM's own JSON ([`read_statement`]). Gives: [`Document`] with
//! source spans on every part, its canonical JSON ([`Document::to_json`]) and its size as AWS counts it. Used by: `lower`,
//! `check`, `emit`.
//!
//! The elements are those of AWS's [JSON policy reference].
//!
//! [JSON policy reference]: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html

mod account_id;
mod condition;
mod condition_form;
mod deployed;
mod document;
mod json;
mod json_source;
mod pattern;
mod principal;
mod read_statement;
mod statements;
mod value_form;
mod variable;

pub use account_id::AccountId;
pub use condition::{BaseOperator, Bound, ConditionBlock, ConditionEntry, Operator, Qualifier, ValueType};
pub use condition_form::check_condition;
pub use deployed::{MARK, deployed, deployed_names, shown, with_deployed};
pub use document::{ActionPattern, Document, Effect, Element, Sourced, Statement};
pub use iamx_text::glob_matches;
pub use json_source::{JsonMember, JsonNode, JsonValue, unquote};
pub use pattern::{arn_includes, arns_intersect, glob_includes, globs_intersect};
pub use principal::{Principal, PrincipalElement};
pub use read_statement::read_statement;
pub use statements::Statements;
pub use value_form::{ip_range_fault, is_date, is_number};
pub use variable::{Variable, VariableFault, variables, widened};
