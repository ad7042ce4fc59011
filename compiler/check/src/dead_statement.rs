//! A statement whose conditions no request can meet together.
//!
//! What is compiled from conditions has none of these; IAM's own JSON may.

use iamx_catalog::Catalog;
use iamx_diagnostic::{Diagnostic, checks};
use iamx_lower::contradiction;
use iamx_policy::{BaseOperator, ConditionEntry, Effect, Statement};

use crate::rules::Seen;

pub(crate) fn check(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    let entries = &statement.conditions.entries;
    let single: Vec<&ConditionEntry> = entries.iter().filter(|entry| is_clear(seen.world.catalog, entry)).collect();
    let Some((earlier, later)) = contradiction(&single) else { return };
    let (Some(earlier), Some(later)) = (single.get(earlier), single.get(later)) else { return };
    let does = if statement.effect == Effect::Allow { "allows" } else { "denies" };
    diagnostics.push(
        Diagnostic::new(
            &checks::DEAD_STATEMENT,
            later.span,
            format!("no request meets both of these conditions on `{}`: this {does} nothing", later.key),
        )
        .related(earlier.span, "the other one")
        .help("leave the statement out, or one of the conditions"),
    );
}

/// Whether it is settled what the comparison says: AWS doesn't say what one without qualifier does with many values.
fn is_clear(catalog: &Catalog, entry: &ConditionEntry) -> bool {
    entry.operator.qualifier.is_some()
        || entry.operator.base == BaseOperator::Null
        || catalog.condition_key(&entry.key).is_some_and(|found| !found.key.multi_valued)
}
