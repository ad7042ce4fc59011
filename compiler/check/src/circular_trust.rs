//! Roles that trust each other: whichever is made first names one that isn't there, and IAM takes no such principal.
//!
//! See [principals](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html).

use std::collections::{HashMap, VecDeque};

use iamx_diagnostic::{Diagnostic, checks};
use iamx_lower::Program;
use iamx_policy::Principal;
use iamx_text::Span;

use crate::rules::World;

/// For each role those that its trust policy names, by their positions, with where it names them.
type Trusted = Vec<Vec<(usize, Span)>>;

pub(crate) fn check(world: &World<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let trusted = trusted(world.program);
    for circle in circles(&trusted) {
        let name = |index: usize| world.program.roles.get(index).map_or("", |role| role.identity.name.as_str());
        let named = |from: usize, to: usize| {
            trusted.get(from).into_iter().flatten().find(|(other, _)| *other == to).map(|(_, span)| *span)
        };
        let next = |place: usize| circle.get((place + 1) % circle.len()).copied();
        let steps: Vec<(usize, usize, Span)> = circle
            .iter()
            .enumerate()
            .filter_map(|(place, from)| {
                let to = next(place)?;
                Some((*from, to, named(*from, to)?))
            })
            .collect();
        let Some(((first, second, span), others)) = steps.split_first() else { continue };
        let message = match others {
            [] => format!("`{}` trusts itself, and isn't there when it is made", name(*first)),
            [_] => {
                format!("`{}` and `{}` trust each other, and neither can be made first", name(*first), name(*second))
            }
            _ => {
                format!("`{}` trusts `{}`, which leads back to it: none can be made first", name(*first), name(*second))
            }
        };
        let mut diagnostic = Diagnostic::new(&checks::CIRCULAR_TRUST, *span, message);
        for (_, to, span) in others {
            diagnostic = diagnostic.related(*span, format!("trusts `{}`", name(*to)));
        }
        diagnostics.push(
            diagnostic.note("IAM refuses a trust policy whose principal doesn't exist").help(
                "trust the account in one of them, and say the role in a condition: `trust account … when principal is role …`",
            ),
        );
    }
}

fn trusted(program: &Program) -> Trusted {
    let mut by_arn = HashMap::new();
    let mut by_session = HashMap::new();
    for (index, role) in program.roles.iter().enumerate() {
        let identity = &role.identity;
        let Some(arn) = program.iam_arn(identity.account, "role", &identity.path, &identity.name) else { continue };
        by_arn.insert(arn, index);
        by_session.insert((program.account_id(identity.account), identity.name.as_str()), index);
    }
    let named = |arn: &str| {
        by_arn.get(arn).copied().or_else(|| {
            let (account, name) = crate::session_principal::role_of_session(arn)?;
            by_session.get(&(Some(account.to_owned()), name)).copied()
        })
    };
    let of_role = |role: &iamx_lower::Role| {
        let principals = role.trust.statements.iter().filter_map(|statement| statement.principal.as_ref());
        let named = principals.flat_map(|element| &element.principals).filter_map(|principal| match &principal.value {
            Principal::Aws(arn) => Some((named(arn)?, principal.span)),
            _ => None,
        });
        named.collect()
    };
    program.roles.iter().map(of_role).collect()
}

/// A shortest circle of each set of roles that lead to each other, from its first role.
fn circles(trusted: &Trusted) -> Vec<Vec<usize>> {
    let mut circles = Vec::new();
    let sets = sets(trusted);
    let mut told: Vec<bool> = vec![false; trusted.len()];
    for start in 0..trusted.len() {
        let Some(set) = sets.get(start) else { continue };
        if told.get(*set) != Some(&false) {
            continue;
        }
        if let Some(circle) = shortest(trusted, start) {
            if let Some(told) = told.get_mut(*set) {
                *told = true;
            }
            circles.push(circle);
        }
    }
    circles
}

/// The shortest way from `start` back to it.
fn shortest(trusted: &Trusted, start: usize) -> Option<Vec<usize>> {
    let mut before: HashMap<usize, usize> = HashMap::new();
    let mut open = VecDeque::from([start]);
    while let Some(at) = open.pop_front() {
        for (to, _) in trusted.get(at).into_iter().flatten() {
            if *to == start {
                let mut way = vec![at];
                while let Some(from) = way.last().filter(|last| **last != start).and_then(|last| before.get(last)) {
                    way.push(*from);
                }
                way.reverse();
                return Some(way);
            }
            if !before.contains_key(to) {
                before.insert(*to, at);
                open.push_back(*to);
            }
        }
    }
    None
}

/// For each role the number of the set of those that it leads to and that lead to it.
///
/// Kosaraju's algorithm: the roles in the order in which a search leaves them, and then the same backwards.
fn sets(trusted: &Trusted) -> Vec<usize> {
    let mut left = Vec::new();
    let mut seen = vec![false; trusted.len()];
    for start in 0..trusted.len() {
        search(trusted, start, &mut seen, &mut left);
    }
    let mut backwards: Trusted = vec![Vec::new(); trusted.len()];
    for (from, others) in trusted.iter().enumerate() {
        for (to, span) in others {
            if let Some(those) = backwards.get_mut(*to) {
                those.push((from, *span));
            }
        }
    }
    let mut sets = vec![0; trusted.len()];
    let mut seen = vec![false; trusted.len()];
    for start in left.into_iter().rev() {
        let mut set = Vec::new();
        search(&backwards, start, &mut seen, &mut set);
        for member in set {
            if let Some(number) = sets.get_mut(member) {
                *number = start;
            }
        }
    }
    sets
}

/// Adds what can be reached from `start` and wasn't seen to `left`, each after what it leads to.
fn search(trusted: &Trusted, start: usize, seen: &mut [bool], left: &mut Vec<usize>) {
    let mut enter = |at: usize| seen.get_mut(at).is_some_and(|seen| !std::mem::replace(seen, true));
    if !enter(start) {
        return;
    }
    let mut open = vec![(start, 0)];
    while let Some((at, next)) = open.last_mut() {
        if let Some((to, _)) = trusted.get(*at).and_then(|others| others.get(*next)) {
            *next += 1;
            if enter(*to) {
                open.push((*to, 0));
            }
        } else {
            left.push(*at);
            open.pop();
        }
    }
}
