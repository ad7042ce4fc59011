//! Permissions that end: those that have ended, and those that are about to.

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{BaseOperator, ConditionEntry, Effect, Statement};

use crate::{Day, rules::Seen};

/// How many days before its end a permission is spoken of.
const SOON: i64 = 14;

pub(crate) fn check(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    let Some(today) = seen.world.today else { return };
    for entry in statement.conditions.of("aws:CurrentTime") {
        let Some(end) = end(statement, entry) else { continue };
        let Some(last) = entry.values.first() else { continue };
        let days = today.days_until(end);
        let diagnostic = if days <= 0 {
            let message = match (statement.effect, entry.operator.base) {
                (Effect::Deny, BaseOperator::DateGreaterThan | BaseOperator::DateGreaterThanEquals) => {
                    "the identity can do nothing any more: its end is past"
                }
                (Effect::Allow, _) => "this allows nothing any more: its end is past",
                (Effect::Deny, _) => "this denies nothing any more: its end is past",
            };
            Diagnostic::new(&checks::EXPIRED_GRANT, last.span, message).help("remove it, or say a later day")
        } else if days <= SOON {
            let when = if days == 1 { "tomorrow".to_owned() } else { format!("in {days} days") };
            Diagnostic::new(&checks::EXPIRES_SOON, last.span, format!("this ends {when}"))
                .help("say a later day if it is needed for longer")
        } else {
            continue;
        };
        diagnostics.push(diagnostic.note(format!("today is {today}, UTC")));
    }
}

/// The day with which what the statement gives is over: an allow or a deny until then, or a deny of everything from then on.
fn end(statement: &Statement, entry: &ConditionEntry) -> Option<Day> {
    let everything = statement.actions.patterns.iter().any(|pattern| pattern.value.service.is_none());
    let ends = match (statement.effect, entry.operator.base) {
        (_, BaseOperator::DateLessThan | BaseOperator::DateLessThanEquals) => true,
        (Effect::Deny, BaseOperator::DateGreaterThan | BaseOperator::DateGreaterThanEquals) => {
            everything && !statement.actions.negated && statement.conditions.entries.len() == 1
        }
        _ => false,
    };
    // A time within a day ends that day only when the next begins, so that nothing is called over too early.
    let day = |text: &str| {
        let (date, time) = text.split_once('T').map_or((text, ""), |parts| parts);
        let day = Day::parse(date)?;
        Some(if matches!(time, "" | "00:00:00Z") { day } else { day.next() })
    };
    let days: Option<Vec<Day>> = entry.values.iter().map(|value| day(&value.value)).collect();
    days?.into_iter().max().filter(|_| ends)
}
