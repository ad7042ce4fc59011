//! Conditions that stand at a key alone, and that another statement there loses: whoever may use the key without them for one
//! resource may for each that it encrypts, as the key's statements don't say for which they are.

use std::{collections::HashSet, ops::Range};

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{
    BaseOperator, ConditionEntry, Document, Effect, Principal as PolicyPrincipal, PrincipalElement, Statement,
    arn_includes,
};

use super::{
    Holder,
    actions::{Access, Place},
};
use crate::lowerer::Lowerer;

/// What a grant plans at the ends of one key.
pub(super) struct KeyEnds {
    /// The statements, by their positions among all that are planned.
    pub(super) planned: Range<usize>,
    pub(super) account: Option<usize>,
    /// The grantees that the key's policy has to let in, by their positions.
    pub(super) reached: HashSet<usize>,
}

/// What one caller has to meet for one key, and for the data that it encrypts isn't asked.
pub(super) struct AskedOfKey {
    own: Vec<(Holder, Statement)>,
    key: Vec<(usize, Statement)>,
    /// Whom the key's policy names for the caller.
    principals: Vec<PolicyPrincipal>,
    /// Whether the caller's own policy has to allow it, whatever the key's does.
    takes_own: bool,
    conditions: Vec<ConditionEntry>,
}

impl Lowerer<'_> {
    /// What each caller of the grant is asked by a key alone. `statements` are those of the grant, as they are planned.
    pub(super) fn asked_of_keys(
        &mut self,
        access: &Access,
        ends: &[KeyEnds],
        statements: &[(Place, Vec<Statement>)],
    ) -> Vec<AskedOfKey> {
        let mut asked = Vec::new();
        for end in ends {
            let statements = statements.get(end.planned.clone()).unwrap_or_default();
            let conditions = self.seen_by_key_alone(access, statements);
            if conditions.is_empty() {
                continue;
            }
            for (index, grantee) in access.grantees.iter().enumerate() {
                // Whom the key's policy names was named there already, without fault.
                let named = if end.reached.contains(&index) { self.named(grantee) } else { None };
                let principals: Vec<_> = named.into_iter().flatten().map(|(one, _)| one.value).collect();
                let mut one = AskedOfKey {
                    own: Vec::new(),
                    key: Vec::new(),
                    takes_own: principals.is_empty() || (grantee.holder().is_some() && grantee.account != end.account),
                    principals,
                    conditions: conditions.clone(),
                };
                for (place, statements) in statements {
                    for statement in statements {
                        match place {
                            Place::Own(holder) if grantee.holder() == Some(*holder) => {
                                one.own.push((*holder, statement.clone()));
                            }
                            Place::Resource(policy) if lets_in(statement.principal.as_ref(), &one.principals) => {
                                one.key.push((*policy, statement.clone()));
                            }
                            Place::Own(_) | Place::Resource(_) => {}
                        }
                    }
                }
                asked.push(one);
            }
        }
        asked
    }

    /// The comparisons of the grant's condition that stand in the key's statements and in no other.
    fn seen_by_key_alone(&self, access: &Access, statements: &[(Place, Vec<Statement>)]) -> Vec<ConditionEntry> {
        let actions: Vec<String> =
            access.parts.iter().flat_map(|part| &part.actions).map(|action| action.value.to_string()).collect();
        let actions: Vec<&str> = actions.iter().map(String::as_str).collect();
        let mut seen: Vec<ConditionEntry> = Vec::new();
        for statement in statements.iter().flat_map(|(_, statements)| statements) {
            for entry in &statement.conditions.entries {
                // What stands for the whole grant is ours: the service that the key is used through.
                let is_written = entry.span != access.span;
                if is_written
                    && !self.is_sent(&entry.key, &actions)
                    && !seen.iter().any(|other| asks_same(other, entry))
                {
                    seen.push(entry.clone());
                }
            }
        }
        seen
    }

    /// Says which conditions another statement loses, once all are written.
    pub(super) fn check_kept_by_keys(&mut self, asked: &[AskedOfKey]) {
        for one in asked {
            let Some((lost, by)) = self.lost(one) else { continue };
            let Some((first, more)) = lost.split_first() else { continue };
            let message = format!("`{}` keeps nothing back: the same caller may use the key without it", first.key);
            let mut diagnostic = Diagnostic::new(&checks::LOST_KEY_CONDITION, first.span, message)
                .related(by.span, "allows the same use of the key without it");
            for other in more {
                diagnostic = diagnostic.related(other.span, "lost too");
            }
            self.report(
                diagnostic
                    .note("the key alone sees this, and each statement about the key is about all that it encrypts")
                    .help("say there too what the key is used for, or encrypt one of the resources with another key"),
            );
        }
    }

    /// The conditions that the caller need not meet, and the statement that lets it.
    fn lost(&self, asked: &AskedOfKey) -> Option<(Vec<ConditionEntry>, Statement)> {
        let own = asked.own.iter().find_map(|(holder, statement)| {
            let document = self.inline_at(*holder)?;
            loses(document, statement, &asked.conditions, None)
        });
        if asked.key.is_empty() || (asked.takes_own && own.is_none() && !asked.own.is_empty()) {
            return own;
        }
        asked.key.iter().find_map(|(policy, statement)| {
            let document = &self.program.resource_policies.get(*policy)?.document;
            loses(document, statement, &asked.conditions, Some(&asked.principals))
        })
    }
}

/// Those of the `conditions` that `statement` asks and another allow of the document doesn't, which lets the same callers use the
/// same key wherever the rest of `statement` holds; with that allow.
fn loses(
    document: &Document,
    statement: &Statement,
    conditions: &[ConditionEntry],
    principals: Option<&[PolicyPrincipal]>,
) -> Option<(Vec<ConditionEntry>, Statement)> {
    let is_lost = |entry: &&ConditionEntry, other: &Statement| {
        conditions.iter().any(|one| asks_same(one, entry))
            && !other.conditions.entries.iter().any(|one| one.is_of(&entry.key))
    };
    document.statements.iter().find_map(|other| {
        let allows = other.effect == Effect::Allow
            && other.span != statement.span
            && principals.is_none_or(|principals| lets_in(other.principal.as_ref(), principals))
            && shares_action(statement, other)
            && (principals.is_some() || holds_resource(other, statement));
        if !allows {
            return None;
        }
        let (lost, kept): (Vec<_>, Vec<_>) =
            statement.conditions.entries.iter().partition(|entry| is_lost(entry, other));
        // A use that ends loses the condition until then.
        let ends = |entry: &ConditionEntry| {
            entry.is_of("aws:CurrentTime") && entry.operator.base == BaseOperator::DateLessThan
        };
        let asks_no_more =
            other.conditions.entries.iter().all(|entry| ends(entry) || kept.iter().any(|one| asks_same(one, entry)));
        let denied = |entry: &ConditionEntry| {
            let mut denies = document.statements.iter().filter(|one| one.effect == Effect::Deny);
            denies.any(|one| one.conditions.of(&entry.key).next().is_some())
        };
        let lost: Vec<ConditionEntry> = lost.into_iter().filter(|entry| !denied(entry)).cloned().collect();
        (asks_no_more && !lost.is_empty()).then(|| (lost, other.clone()))
    })
}

fn shares_action(statement: &Statement, other: &Statement) -> bool {
    let holds = |action: &iamx_policy::ActionPattern| {
        other.actions.patterns.iter().any(|pattern| pattern.value.includes(action)) != other.actions.negated
    };
    statement.actions.patterns.iter().any(|action| holds(&action.value))
}

fn holds_resource(other: &Statement, statement: &Statement) -> bool {
    let (Some(all), Some(keys)) = (&other.resources, &statement.resources) else { return false };
    let holds = |key: &str| all.patterns.iter().any(|pattern| arn_includes(&pattern.value, key));
    !all.negated && keys.patterns.iter().any(|key| holds(&key.value))
}

/// Whether the statement names one of these principals, or everyone.
fn lets_in(element: Option<&PrincipalElement>, principals: &[PolicyPrincipal]) -> bool {
    element.is_some_and(|element| {
        !element.negated
            && element
                .principals
                .iter()
                .any(|one| one.value == PolicyPrincipal::Everyone || principals.contains(&one.value))
    })
}

/// Whether both ask the same, wherever they were written.
fn asks_same(one: &ConditionEntry, other: &ConditionEntry) -> bool {
    let holds = |one: &ConditionEntry, other: &ConditionEntry| {
        one.values.iter().all(|value| other.values.iter().any(|same| same.value == value.value))
    };
    one.operator == other.operator && one.is_of(&other.key) && holds(one, other) && holds(other, one)
}
