//! Random conditions that are well typed, and every request about their keys.

use super::{
    keys::{KEYS, Key, Kind, Request},
    source::{Compare, Condition, Quantifier},
};
use crate::random_program::Random;

/// Conditions for an `if`, a `when` and an `unless`, about the same two keys.
pub fn clauses(random: &mut Random) -> [Condition; 3] {
    loop {
        let keys = [random.below(KEYS.len()), random.below(KEYS.len())];
        let all = [(); 3].map(|()| part(random, &keys, &mut 2, 1));
        let [around, when, unless] = all.clone();
        let whole = Condition::All(vec![around, when, Condition::Not(Box::new(unless))]);
        if varies(&whole, &requests(&whole)) {
            return all;
        }
    }
}

/// A condition about one key, of which many comparisons must hold.
pub fn crowded(random: &mut Random) -> Condition {
    loop {
        let key = random.below(KEYS.len());
        let others: Vec<usize> = std::iter::once(key).chain([random.below(KEYS.len())]).collect();
        let parts = (0..3 + random.below(4)).map(|_| {
            let keys = if random.one_in(5) { &others } else { &others[..1] };
            let atom = atom(random, keys);
            if random.one_in(4) { Condition::Not(Box::new(atom)) } else { atom }
        });
        let condition = Condition::All(parts.collect());
        if varies(&condition, &requests(&condition)) {
            return condition;
        }
    }
}

/// A condition about at most three keys. None of its parts is constant: that is a fault of its own.
pub fn condition(random: &mut Random) -> Condition {
    let count = random.pick(&[1, 2, 2, 3]);
    let mut keys: Vec<usize> = Vec::new();
    while keys.len() < count {
        let key = random.below(KEYS.len());
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    condition_about(random, &keys, &[1, 2, 3, 3, 4, 5, 6])
}

/// A condition about these keys, by their positions in [`KEYS`], of one of these numbers of comparisons. None of its
/// parts is constant.
pub fn condition_about(random: &mut Random, keys: &[usize], atoms: &[usize]) -> Condition {
    loop {
        let mut atoms = random.pick(atoms);
        let condition = part(random, keys, &mut atoms, 3);
        let requests = requests(&condition);
        if varies(&condition, &requests) {
            return condition;
        }
    }
}

/// Every combination of what a request may hold of the condition's keys, each absent too.
pub fn requests(condition: &Condition) -> Vec<Request> {
    let mut requests = vec![Request::default()];
    for key in condition.keys() {
        let classes = std::iter::once(None).chain(KEYS[key].present.iter().map(|values| Some(*values)));
        let classes: Vec<_> = classes.collect();
        requests = requests
            .iter()
            .flat_map(|request| {
                classes.iter().map(|class| {
                    let mut request = request.clone();
                    request.0.push((key, *class));
                    request
                })
            })
            .collect();
    }
    requests
}

fn varies(condition: &Condition, requests: &[Request]) -> bool {
    let first = condition.holds(&requests[0]);
    requests.iter().any(|request| condition.holds(request) != first)
        && condition.parts().iter().all(|part| varies(part, requests))
        && pairs_vary(condition, requests)
}

/// Two comparisons under one `or` that one key makes always true are a fault of their own too.
fn pairs_vary(condition: &Condition, requests: &[Request]) -> bool {
    let (Condition::All(parts) | Condition::Any(parts)) = condition else { return true };
    let any = matches!(condition, Condition::Any(_));
    parts.iter().enumerate().all(|(index, one)| {
        parts[index + 1..].iter().all(|other| {
            requests.iter().any(|request| {
                let (one, other) = (one.holds(request), other.holds(request));
                if any { !one && !other } else { one && other }
            })
        })
    })
}

fn part(random: &mut Random, keys: &[usize], atoms: &mut usize, depth: usize) -> Condition {
    if *atoms <= 1 || depth == 0 {
        *atoms = atoms.saturating_sub(1);
        let atom = atom(random, keys);
        return if random.one_in(4) { Condition::Not(Box::new(atom)) } else { atom };
    }
    let count = 2 + random.below(2);
    let mut parts = Vec::new();
    while parts.len() < count && *atoms > 0 {
        let mut share = if parts.len() + 1 == count { *atoms } else { 1 + random.below(*atoms) };
        *atoms -= share;
        parts.push(part(random, keys, &mut share, depth - 1));
    }
    let whole = if random.one_in(2) { Condition::All(parts) } else { Condition::Any(parts) };
    if random.one_in(3) { Condition::Not(Box::new(whole)) } else { whole }
}

fn atom(random: &mut Random, keys: &[usize]) -> Condition {
    let index = random.pick(keys);
    let key = &KEYS[index];
    if random.one_in(8) {
        return Condition::Exists(index);
    }
    let quantifier = key.many.then(|| random.pick(&[Quantifier::Any, Quantifier::All]));
    let mut or_absent = quantifier != Some(Quantifier::All) && random.one_in(4);
    if key.kind == Kind::Truth {
        return Condition::Truth { key: index, quantifier, or_absent };
    }
    if random.one_in(6)
        && let Some(named) = named(random, index, key)
    {
        return named;
    }
    if matches!(key.kind, Kind::Text | Kind::Arn)
        && random.one_in(6)
        && let Some(other) = other_key(random, keys, index)
    {
        let unequal = !or_absent && random.one_in(3);
        return Condition::KeyToKey { key: index, quantifier, or_absent, unequal, other };
    }
    let operators: &[Compare] = match key.kind {
        Kind::Text | Kind::Arn => &[
            Compare::Equals,
            Compare::NotEquals,
            Compare::In,
            Compare::NotIn,
            Compare::Like,
            Compare::Like,
            Compare::NotLike,
        ],
        Kind::Number | Kind::Date => &[
            Compare::Equals,
            Compare::NotEquals,
            Compare::In,
            Compare::NotIn,
            Compare::Less,
            Compare::LessEquals,
            Compare::Greater,
            Compare::GreaterEquals,
        ],
        Kind::Address | Kind::Truth => &[Compare::In, Compare::NotIn],
    };
    let operator = random.pick(operators);
    let pattern = matches!(operator, Compare::Like | Compare::NotLike);
    let many = matches!(operator, Compare::In | Compare::NotIn) || pattern;
    or_absent &= !matches!(operator, Compare::NotEquals | Compare::NotIn | Compare::NotLike);
    let from = if pattern { key.patterns } else { key.compared };
    let values = values(random, from, if many { 3 } else { 1 });
    Condition::Compare { key: index, quantifier, or_absent, operator, values }
}

/// Another key whose value can be filled in.
fn other_key(random: &mut Random, keys: &[usize], index: usize) -> Option<usize> {
    let others: Vec<usize> = keys
        .iter()
        .copied()
        .filter(|other| {
            let key = &KEYS[*other];
            *other != index && !key.many && key.kind == KEYS[index].kind && !key.name.contains(' ')
        })
        .collect();
    (!others.is_empty()).then(|| random.pick(&others))
}

fn named(random: &mut Random, index: usize, key: &Key) -> Option<Condition> {
    if random.one_in(6) {
        let values = vec![random.pick(&["true", "false"])];
        return Some(Condition::Named { name: "Null".to_owned(), key: index, values });
    }
    let bases: &[&str] = match key.kind {
        Kind::Text => {
            &["StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringEquals", "StringNotLike", "StringLike"]
        }
        Kind::Arn => &["ArnLike", "ArnNotEquals", "ArnEquals"],
        Kind::Number => &["NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericGreaterThanEquals"],
        Kind::Address => &["IpAddress", "NotIpAddress"],
        _ => return None,
    };
    let base = random.pick(bases);
    let qualifier = if key.many { random.pick(&["ForAllValues:", "ForAnyValue:"]) } else { "" };
    let if_exists = if !key.many && random.one_in(3) { "IfExists" } else { "" };
    let from = if base.contains("Like") { key.patterns } else { key.compared };
    let values = values(random, from, if base.contains("Than") { 1 } else { 2 });
    Some(Condition::Named { name: format!("{qualifier}{base}{if_exists}"), key: index, values })
}

fn values(random: &mut Random, from: &[&'static str], most: usize) -> Vec<&'static str> {
    let count = 1 + random.below(most);
    let mut values = Vec::new();
    for _ in 0..count {
        let value = random.pick(from);
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values
}
