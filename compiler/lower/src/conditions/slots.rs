//! Comparisons that must all hold, as one condition block: JSON has one place an operator and key.
//!
//! What doesn't find its own place free is merged with what is there, or takes the place of another operator that says
//! the same, given what else must hold of the key.

use iamx_policy::{BaseOperator, ConditionBlock, ConditionEntry, Operator, Qualifier, Sourced};
use iamx_text::Span;

use super::{formula::null_entry, globs, value_lists};

/// Why comparisons make no block.
#[derive(Clone, Debug)]
pub(crate) enum Stop {
    /// No request meets both.
    Nothing { key: String, span: Span, other: Span },
    /// All places on the key are taken.
    Full { entry: Box<ConditionEntry>, other: Span },
}

/// The blocks of which one holds where all of `entries` do: one, nearly always.
pub(crate) fn blocks(entries: &[&ConditionEntry]) -> Result<Vec<ConditionBlock>, Stop> {
    let stop = match block(entries) {
        Ok(block) => return Ok(vec![block]),
        Err(stop) => stop,
    };
    if let Stop::Full { entry, .. } = &stop
        && entry.operator.if_exists
        && !unsettled(entry.operator)
        && entries.iter().all(|other| !other.key.eq_ignore_ascii_case(&entry.key) || when_absent(other) == Some(true))
    {
        // Where the key is there, more places say the same; where it isn't, nothing has to be said.
        let (absent, present) = (null_entry(&entry.key, true, entry.span), null_entry(&entry.key, false, entry.span));
        return Ok(vec![
            block(&[entries, &[&absent]].concat())?,
            block(&[entries, &[&present]].concat()).map_err(|_| stop)?,
        ]);
    }
    Err(stop)
}

/// The block that holds where all of `entries` do.
fn block(entries: &[&ConditionEntry]) -> Result<ConditionBlock, Stop> {
    let mut keys: Vec<Vec<&ConditionEntry>> = Vec::new();
    for entry in entries.iter().copied() {
        match keys.iter_mut().find(|key| key.iter().any(|other| other.key.eq_ignore_ascii_case(&entry.key))) {
            Some(key) => key.push(entry),
            None => keys.push(vec![entry]),
        }
    }
    let mut block = ConditionBlock::default();
    for mut entries in keys {
        // Literals find a place among patterns, patterns none among literals.
        entries.sort_by_key(|entry| !is_pattern_of_any(entry));
        block.entries.append(&mut of_one_key(&entries)?);
    }
    Ok(block)
}

/// The entries that say `entries`, which are all on one key.
fn of_one_key(entries: &[&ConditionEntry]) -> Result<Vec<ConditionEntry>, Stop> {
    let present = entries.iter().copied().find(|entry| when_absent(entry) == Some(false));
    if let Some(absent) = entries.iter().copied().find(|entry| is_null(entry, "true")) {
        if let Some(present) = present {
            return Err(Stop::Nothing { key: absent.key.clone(), span: present.span, other: absent.span });
        }
        let undecided = entries.iter().copied().filter(|entry| when_absent(entry).is_none());
        return Ok(std::iter::once(absent).chain(undecided).cloned().collect());
    }
    let mut slots: Vec<ConditionEntry> = Vec::new();
    for entry in entries.iter().copied().filter(|entry| !is_null(entry, "false")) {
        match place(&mut slots, entry, present.is_some()) {
            Ok(()) => {}
            // What holds of no value may still hold of an absent key.
            Err(Stop::Nothing { key, span, other }) if present.is_none() => {
                let absent = null_entry(&key, true, span);
                let all: Vec<_> = entries.iter().copied().chain([&absent]).collect();
                return of_one_key(&all).map_err(|_| Stop::Nothing { key, span, other });
            }
            Err(stop) => return Err(stop),
        }
    }
    if let Some(present) = present
        && slots.iter().all(|slot| when_absent(slot) != Some(false))
    {
        slots.push(null_entry(&present.key, false, present.span));
    }
    Ok(slots)
}

/// Puts `entry` where it can stand among `slots`.
fn place(slots: &mut Vec<ConditionEntry>, entry: &ConditionEntry, present: bool) -> Result<(), Stop> {
    let base = entry.operator.base;
    let Some(own) = slots.iter_mut().find(|slot| slot.operator == entry.operator) else {
        slots.push(entry.clone());
        return Ok(());
    };
    let other = own.span;
    let nothing = || Stop::Nothing { key: entry.key.clone(), span: entry.span, other };
    let any = entry.operator.qualifier == Some(Qualifier::ForAnyValue);
    if value_lists::same(base, &own.values, &entry.values) {
        return Ok(());
    }
    if base.bound().is_some()
        && !unsettled(entry.operator)
        && let Some(order) = value_lists::tighter(base, &own.values, &entry.values)
    {
        if order.is_gt() {
            *own = entry.clone();
        }
        return Ok(());
    }
    if base.is_negated() && !any {
        own.values = value_lists::union(base, &own.values, &entry.values);
        return Ok(());
    }
    // Of patterns this takes two places before it is tried: two that people wrote read better than what comes out.
    if !any
        && base != BaseOperator::StringLike
        && let Some(common) = value_lists::intersection(base, &own.values, &entry.values)
    {
        if common.is_empty() {
            return Err(nothing());
        }
        own.values = common;
        return Ok(());
    }
    if any && !unsettled(entry.operator) {
        // One value that fits a list fits every longer one; of a negated operator, every shorter one.
        let (narrow, wide) =
            if base.is_negated() { (&entry.values, &own.values) } else { (&own.values, &entry.values) };
        if value_lists::within(base, narrow, wide) {
            return Ok(());
        }
        if value_lists::within(base, wide, narrow) {
            own.values.clone_from(&entry.values);
            return Ok(());
        }
    }
    for (operator, values) in other_places(entry, present) {
        match slots.iter().find(|slot| slot.operator == operator) {
            None => {
                slots.push(ConditionEntry { operator, values, ..entry.clone() });
                return Ok(());
            }
            Some(taken) if value_lists::same(operator.base, &taken.values, &values) => return Ok(()),
            Some(_) => {}
        }
    }
    if base == BaseOperator::StringLike && !any {
        for slot in slots.iter_mut().filter(|slot| {
            slot.operator.base == base && slot.operator.qualifier == entry.operator.qualifier
                // Without presence `IfExists` says something else.
                && (present || entry.operator.qualifier.is_some() || slot.operator == entry.operator)
        }) {
            match value_lists::intersection(base, &slot.values, &entry.values) {
                Some(common) if common.is_empty() => return Err(nothing()),
                Some(common) => {
                    slot.values = common;
                    return Ok(());
                }
                None => {}
            }
        }
    }
    Err(Stop::Full { entry: Box::new(entry.clone()), other })
}

/// Where `entry` can stand beside its own place and mean the same. `present`: the key is there anyway.
fn other_places(entry: &ConditionEntry, present: bool) -> Vec<(Operator, Vec<Sourced<String>>)> {
    use BaseOperator as Op;
    let operator = entry.operator;
    if unsettled(operator) {
        return Vec::new();
    }
    // Of an absent key `ForAllValues` is true with and without `IfExists`.
    let either = present || operator.qualifier == Some(Qualifier::ForAllValues);
    let with = |base, if_exists| Operator { base, if_exists, ..operator };
    let mut places = Vec::new();
    if either {
        places.push((with(operator.base, !operator.if_exists), entry.values.clone()));
    }
    let twin = match operator.base {
        Op::ArnEquals => Some((Op::ArnLike, Some(entry.values.clone()))),
        Op::ArnLike => Some((Op::ArnEquals, Some(entry.values.clone()))),
        Op::StringEquals => Some((Op::StringLike, escaped(&entry.values))),
        Op::StringNotEquals => Some((Op::StringNotLike, escaped(&entry.values))),
        _ => None,
    };
    if let Some((base, Some(values))) = twin {
        places.push((with(base, operator.if_exists), values.clone()));
        if either {
            places.push((with(base, !operator.if_exists), values));
        }
    }
    places
}

/// The values as patterns that match nothing else; `None` where a variable stands in one, since no page of AWS says
/// whether wildcards in its value count.
fn escaped(values: &[Sourced<String>]) -> Option<Vec<Sourced<String>>> {
    values.iter().map(|value| Some(Sourced::new(globs::escaped(&value.value)?, value.span))).collect()
}

/// What the entry says of an absent key; `None` where no page of AWS says it.
pub(crate) fn when_absent(entry: &ConditionEntry) -> Option<bool> {
    let operator = entry.operator;
    match (operator.qualifier, operator.base) {
        (_, BaseOperator::Null) => Some(is_null(entry, "true")),
        _ if unsettled(operator) => None,
        (Some(qualifier), _) => Some(qualifier == Qualifier::ForAllValues),
        (None, base) => Some(operator.if_exists || base.is_negated()),
    }
}

fn unsettled(operator: Operator) -> bool {
    operator.qualifier == Some(Qualifier::ForAnyValue) && operator.if_exists
}

fn is_null(entry: &ConditionEntry, text: &str) -> bool {
    entry.operator.base == BaseOperator::Null && entry.values.iter().all(|value| value.value == text)
}

fn is_pattern_of_any(entry: &ConditionEntry) -> bool {
    entry.operator.qualifier == Some(Qualifier::ForAnyValue)
        && matches!(entry.operator.base, BaseOperator::StringLike | BaseOperator::StringNotLike)
}
