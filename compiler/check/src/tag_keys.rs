//! Conditions on tags that some of a statement's actions can't carry: those of a resource where there is none, those of a
//! request that takes none.
//!
//! See [controlling access with tags](https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html).

use iamx_catalog::{Action, Level, Service};
use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{ActionPattern, BaseOperator, ConditionEntry, Effect, Sourced, Statement};

use crate::{held::Held, rules::Seen};

/// Which tags a key is of.
#[derive(Clone, Copy)]
enum Tags {
    OfTheResource,
    OfTheRequest,
}

impl Tags {
    fn of(key: &str) -> Option<Self> {
        let starts = |start: &str| key.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start));
        if starts("aws:ResourceTag/") {
            Some(Self::OfTheResource)
        } else if starts("aws:RequestTag/") || key.eq_ignore_ascii_case("aws:TagKeys") {
            Some(Self::OfTheRequest)
        } else {
            None
        }
    }

    /// Whether a request for the action can carry them. So it is taken of all that changes something: a request that makes a
    /// resource carries the tags that it gives, and AWS doesn't list each.
    fn may_come_with(self, service: &Service, action: &Action) -> bool {
        let lists = |start: &str| {
            service.keys_of(action).iter().any(|key| key.get(..start.len()).is_some_and(|begin| begin == start))
        };
        let only = |levels: &[Level]| action.levels.iter().all(|level| levels.contains(&level));
        match self {
            Self::OfTheResource => {
                !action.resource_types.is_empty() || !only(&[Level::List]) || lists("aws:ResourceTag/")
            }
            Self::OfTheRequest => {
                let removes = action.name.starts_with("Delete");
                !(only(&[Level::List, Level::Read]) || removes) || lists("aws:RequestTag/") || lists("aws:TagKeys")
            }
        }
    }
}

pub(crate) fn check(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    if statement.actions.negated {
        return;
    }
    let entries = &statement.conditions.entries;
    for (index, entry) in entries.iter().enumerate() {
        let Some(tags) = Tags::of(&entry.key) else { continue };
        // One finding a key.
        if !entries.iter().take(index).any(|earlier| earlier.is_of(&entry.key)) {
            diagnostics.extend(unsent(seen, statement, entry, tags));
        }
    }
}

fn unsent(seen: &Seen<'_>, statement: &Statement, entry: &ConditionEntry, tags: Tags) -> Option<Diagnostic> {
    let catalog = seen.world.catalog;
    let absent_meets = entry.operator.holds_when_absent();
    let asks_absence =
        entry.operator.base == BaseOperator::Null && entry.values.iter().any(|value| value.value == "true");
    // That an allow holds without the key is said elsewhere, or meant.
    if asks_absence || (statement.effect == Effect::Allow && absent_meets) {
        return None;
    }
    let may_carry = |pattern: &Sourced<ActionPattern>| {
        Held::by(&pattern.value, catalog).may(|service, action| tags.may_come_with(service, action))
    };
    let (carrying, lacking): (Vec<_>, Vec<_>) =
        statement.actions.patterns.iter().partition(|pattern| may_carry(pattern));
    let sends = !carrying.is_empty();
    // A level that some of its actions carry them with is no choice of each of the others.
    let lacks: Vec<_> =
        lacking.into_iter().filter(|pattern| carrying.iter().all(|other| other.span != pattern.span)).collect();
    let first = lacks.first()?;
    let names: Vec<_> = lacks.iter().take(3).map(|pattern| format!("`{}`", pattern.value)).collect();
    let more = if lacks.len() > 3 { format!(" and {} more", lacks.len() - 3) } else { String::new() };
    let consequence = match (statement.effect, absent_meets) {
        (Effect::Allow, _) => "never allowed",
        (Effect::Deny, false) => "never denied",
        (Effect::Deny, true) => "always denied",
    };
    let why = match tags {
        Tags::OfTheResource => "these act on no resource, and so on none with tags",
        Tags::OfTheRequest => "these take no tags",
    };
    let check = if sends { &checks::UNSUPPORTED_ACTION_FOR_CONDITION_KEY } else { &checks::CONDITION_KEY_NOT_SENT };
    let message = format!("requests for {}{more} carry no `{}`", names.join(", "), entry.key);
    Some(
        Diagnostic::new(check, entry.span, message)
            .related(first.span, format!("so this is {consequence}"))
            .note(why)
            .note(format!("as of the catalog of {}", catalog.info().version))
            .help(if sends {
                "give these actions a statement of their own"
            } else {
                "leave the condition out, or ask for what these carry"
            }),
    )
}
