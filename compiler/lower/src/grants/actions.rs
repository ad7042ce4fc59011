//! `grant` of actions: what it grants, to whom, and which policies have to say so.

use std::collections::HashSet;

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{ActionPattern, ConditionBlock, Effect, Element, Sourced, Statement};
use iamx_syntax::ast::{AstNode, Clause, Grant};
use iamx_text::Span;

use super::{
    Holder, Made, conditions::is_passed_on, grantees::Grantee, lost_conditions::AskedOfKey, resources::Part,
    same_caller::same_caller,
};
use crate::{conditions::Formula, lowerer::Lowerer, scope::Environment, statements::PARTS_OF_A_STATEMENT};

/// A grant as it is understood.
pub(super) struct Access {
    pub(super) parts: Vec<Part>,
    pub(super) grantees: Vec<Grantee>,
    pub(super) condition: Formula,
    pub(super) span: Span,
    pub(super) documentation: Option<String>,
}

/// A statement that is to be written, before its condition is.
pub(super) struct Planned {
    pub(super) place: Place,
    pub(super) statement: Statement,
    pub(super) condition: Formula,
}

/// The policy that a statement goes into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The inline policy of whoever is granted something.
    Own(Holder),
    /// The policy of a resource, by its position in the program.
    Resource(usize),
}

impl Access {
    /// An allow of this grant's, of the actions on the resources.
    pub(super) fn allow(
        &self,
        actions: Vec<Sourced<ActionPattern>>,
        resources: Option<Vec<Sourced<String>>>,
    ) -> Statement {
        Statement {
            sid: None,
            effect: Effect::Allow,
            principal: None,
            actions: Element::of(actions),
            resources: resources.map(Element::of),
            conditions: ConditionBlock::default(),
            span: self.span,
            documentation: self.documentation.clone(),
        }
    }

    /// What the ends ask that decide the request itself. What KMS alone sees stays off them.
    pub(super) fn for_data(&self, lowerer: &Lowerer<'_>) -> Formula {
        let actions: Vec<String> =
            self.parts.iter().flat_map(|part| &part.actions).map(|action| action.value.to_string()).collect();
        let actions: Vec<&str> = actions.iter().map(String::as_str).collect();
        self.condition.keeping(&|entry| lowerer.is_sent(&entry.key, &actions))
    }

    /// What the ends ask that decide about the key.
    pub(super) fn for_key(&self, to_service: bool) -> Formula {
        self.condition.keeping(&|entry| is_passed_on(entry, to_service))
    }
}

impl Lowerer<'_> {
    /// Writes the grant, and adds to `asked` what keys alone ask for it.
    pub(super) fn grant_actions(
        &mut self,
        environment: &Environment,
        grant: &Grant,
        made: &Made,
        asked: &mut Vec<AskedOfKey>,
    ) {
        let span = self.span(environment.module, grant.range());
        let Some(access) = self.access(environment, grant, made, span) else { return };
        let mut planned = Vec::new();
        // What failed was said; the other ends are looked at all the same.
        let mut whole = self.plan_own(&access, &mut planned).is_some();
        let mut reached = HashSet::new();
        whole &= self.plan_resources(&access, &mut planned, &mut reached).is_some();
        let keys = self.plan_keys(&access, &mut planned);
        let Some(keys) = keys.filter(|_| whole) else { return };
        reached.extend(keys.iter().flat_map(|key| &key.reached));
        self.check_changes_something(&access, &reached);
        if let Some(statements) = self.planned_statements(planned, made) {
            self.check_not_allowed_already(&statements, made);
            asked.append(&mut self.asked_of_keys(&access, &keys, &statements));
            self.write_statements(statements);
        }
    }

    fn access(&mut self, environment: &Environment, grant: &Grant, made: &Made, span: Span) -> Option<Access> {
        self.spend(PARTS_OF_A_STATEMENT, span)?;
        let clauses = self.clauses(environment, grant.clauses())?;
        if !self.is_for_this_account(environment, &clauses, "begin the file with `within` and its accounts")? {
            return None;
        }
        let list = grant.actions()?;
        let Some(on) = clauses.on.as_ref().and_then(Clause::list) else {
            self.report(
                Diagnostic::new(&checks::MISSING_RESOURCE, span, "this grant says not on which resources")
                    .help("add `on` and the resources, as in `on lake.object(\"*\")`"),
            );
            return None;
        };
        let resources = self.granted_resources(environment, &on);
        let actions = resources.as_ref().and_then(|set| self.granted_actions(environment, &list, set));
        let condition = self.statement_condition(environment, &clauses, &Formula::ALWAYS);
        let Some(to) = clauses.to.as_ref().and_then(Clause::list) else {
            self.no_one_named(span);
            return None;
        };
        let grantees = self.grantees(environment, &to, false)?;
        let (resources, actions) = (resources?, actions?);
        let parts = self.parts(&resources, &actions, made, span)?;
        let granted: usize = parts.iter().map(|part| part.resources.len()).sum();
        self.spend(granted.saturating_mul(grantees.len()), span)?;
        let documentation = iamx_syntax::ast::documentation(grant.syntax());
        let access = Access { parts, grantees, condition: condition?, span, documentation };
        self.check_seen(&access)?;
        Some(access)
    }

    /// Each key of the condition is seen by an end: that of the request itself, or that of the key which encrypts the resource.
    fn check_seen(&mut self, access: &Access) -> Option<()> {
        let (mut data, mut all) = (Vec::new(), Vec::new());
        // What is done without the key would be held back by nothing, if the key's end alone asked.
        let mut each_takes_the_key = true;
        for part in &access.parts {
            for granted in &part.resources {
                self.kms_actions_of(granted, &part.actions)?;
            }
            for action in &part.actions {
                data.push(action.value.to_string());
                for granted in &part.resources {
                    let needed = self.kms_actions_of(granted, std::slice::from_ref(action))?;
                    each_takes_the_key &= !needed.is_empty();
                    all.extend(needed.iter().map(|action| action.value.to_string()));
                }
            }
        }
        if each_takes_the_key {
            data.append(&mut all);
        }
        let actions: Vec<&str> = data.iter().map(String::as_str).collect();
        self.check_sent(&access.condition, &actions, access.span)
    }

    /// The statements with their conditions, where all of them can be said.
    fn planned_statements(&mut self, planned: Vec<Planned>, made: &Made) -> Option<Vec<(Place, Vec<Statement>)>> {
        let mut whole = true;
        let mut written = Vec::new();
        for Planned { place, statement, mut condition } in planned {
            if let Place::Resource(index) = place
                && let Some(ending) = made.endings.get(&index)
            {
                condition = Formula::all([condition, ending.condition()]);
            }
            let Some(mut statements) = self.alternatives(&statement, &condition) else {
                whole = false;
                continue;
            };
            if let Place::Resource(index) = place
                && let Some(form) = self.program.resource_policies.get(index).map(|policy| policy.form)
            {
                let Some(permissions) = self.permissions(form, statements) else {
                    whole = false;
                    continue;
                };
                statements = permissions;
            }
            written.push((place, statements));
        }
        whole.then_some(written)
    }

    /// Whoever a statement of the resource's own body lets in needs no grant.
    fn check_not_allowed_already(&mut self, statements: &[(Place, Vec<Statement>)], made: &Made) {
        for (place, statements) in statements {
            let Place::Resource(index) = place else { continue };
            let Some(policy) = self.program.resource_policies.get(*index) else { continue };
            let own = made.policies.get(*index).copied().unwrap_or_default();
            let own = policy.document.statements.get(..own).unwrap_or_default();
            let twice = statements.iter().find_map(|statement| {
                own.iter().filter(|other| other.effect == Effect::Allow).find_map(|other| both_let_in(statement, other))
            });
            let Some((principal, allowed)) = twice else { continue };
            let message = format!("`{}` lets this caller in already", policy.name);
            self.report(
                Diagnostic::new(&checks::GRANTED_AND_TRUSTED, principal, message)
                    .related(allowed, "allowed here")
                    .note("either lets the caller in, so the wider of the two conditions holds")
                    .help("keep the grant, which writes the caller's side too, and delete the other"),
            );
        }
    }

    fn write_statements(&mut self, statements: Vec<(Place, Vec<Statement>)>) {
        for (place, statements) in statements {
            let document = match place {
                Place::Own(holder) => self.inline_of(holder),
                Place::Resource(index) => {
                    self.program.resource_policies.get_mut(index).map(|policy| &mut policy.document)
                }
            };
            if let Some(document) = document {
                Self::add_statements(document, statements);
            }
        }
    }
}

/// Where both statements name one principal and one action on one resource: where the first names it, and the second stands.
fn both_let_in(statement: &Statement, other: &Statement) -> Option<(Span, Span)> {
    let actions = |one: &Statement| one.actions.patterns.clone();
    let shares_action = !other.actions.negated
        && actions(statement).iter().any(|a| actions(other).iter().any(|b| a.value.intersects(&b.value)));
    let shares_resource = match (&statement.resources, &other.resources) {
        (Some(granted), Some(written)) if !written.negated => granted.patterns.iter().any(|a| {
            written
                .patterns
                .iter()
                .any(|b| a.value == "*" || b.value == "*" || iamx_policy::arns_intersect(&a.value, &b.value))
        }),
        (None, None) => true,
        _ => false,
    };
    if !shares_action || !shares_resource {
        return None;
    }
    same_caller(statement, other).map(|same| (same.span, other.span))
}
