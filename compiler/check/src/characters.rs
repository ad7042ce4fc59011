//! IAM takes a part of Unicode's characters, and refuses a document with any other.
//!
//! See [IAM and STS character limits](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{Sourced, Statement, with_deployed};

use crate::rules::Seen;

pub(crate) fn check(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    let catalog = seen.world.catalog;
    let resources = statement.resources.iter().flat_map(|element| &element.patterns);
    let values = statement.conditions.entries.iter().flat_map(|entry| &entry.values);
    for Sourced { value, span } in resources.chain(values) {
        if let Some(c) = with_deployed(value, |_| String::new()).chars().find(|c| !catalog.quotas().allows(*c)) {
            diagnostics.push(
                Diagnostic::new(
                    &checks::UNSUPPORTED_CHARACTER,
                    *span,
                    format!("IAM takes no policy with the character `{}` (U+{:04X})", c.escape_default(), u32::from(c)),
                )
                .help("write `?` under `like`, or `*` in a resource, in its place"),
            );
        }
    }
}
