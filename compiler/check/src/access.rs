//! What an identity may do for certain: the allows without conditions of its policies, less whatever some deny or its
//! boundary may take away.

use std::collections::HashSet;

use iamx_catalog::Catalog;
use iamx_lower::{AttachmentTarget, Group, Identity, Program, Role, User};
use iamx_policy::{BaseOperator, ConditionEntry, Document, Effect, Sourced, Statement};
use iamx_text::Span;

use crate::coverage::{self, Coverage};

/// The key of the request's time, with which a statement ends on a day, or begins.
const NOW: &str = "aws:CurrentTime";

/// A role, or a user with what its groups give it.
pub(crate) struct Access<'p> {
    pub(crate) name: &'p str,
    /// Every policy of its own or its groups that the program makes, with where its owner was declared.
    pub(crate) documents: Vec<(Span, &'p Document)>,
    /// Policies that are made elsewhere, by their ARNs, with where their owner was declared.
    pub(crate) elsewhere: Vec<(Span, &'p str)>,
    boundary: Boundary<'p>,
}

enum Boundary<'p> {
    None,
    Made(&'p Document),
    /// One that isn't known.
    Elsewhere,
}

/// What gives an identity an action.
pub(crate) struct Grant<'p> {
    pub(crate) statement: &'p Statement,
    /// The action's pattern, or the statement where it is about all but some actions.
    pub(crate) span: Span,
}

/// Every role and user; of the roles that are the same in many accounts the first.
pub(crate) fn all(program: &Program) -> Vec<Access<'_>> {
    let mut known = HashSet::new();
    let roles = program.roles.iter().map(|role| of_role(program, role)).filter(move |access| {
        let place = |document: &Document| document.statements.place();
        let documents: Vec<_> = access.documents.iter().map(|(owner, document)| (*owner, place(document))).collect();
        let boundary = match &access.boundary {
            Boundary::None => None,
            Boundary::Elsewhere => Some(None),
            Boundary::Made(document) => Some(Some(place(document))),
        };
        known.insert((access.name, documents, access.elsewhere.clone(), boundary))
    });
    roles.chain(program.users.iter().map(|user| of_user(program, user))).collect()
}

/// A role.
pub(crate) fn of_role<'p>(program: &'p Program, role: &'p Role) -> Access<'p> {
    Access::of(program, &role.identity)
}

/// A user, with what its groups give it.
pub(crate) fn of_user<'p>(program: &'p Program, user: &'p User) -> Access<'p> {
    let mut access = Access::of(program, &user.identity);
    let has =
        |group: &&Group| group.identity.account == user.identity.account && group.members.contains(&user.identity.name);
    for group in program.groups.iter().filter(has) {
        access.take(program, &group.identity);
    }
    access
}

impl<'p> Access<'p> {
    fn of(program: &'p Program, identity: &'p Identity) -> Self {
        let boundary = match identity.boundary.as_ref().map(|boundary| &boundary.target) {
            None => Boundary::None,
            Some(AttachmentTarget::Made(index)) => {
                program.policies.get(*index).map_or(Boundary::Elsewhere, |policy| Boundary::Made(&policy.document))
            }
            Some(AttachmentTarget::Arn(_)) => Boundary::Elsewhere,
        };
        let mut access = Self { name: &identity.name, documents: Vec::new(), elsewhere: Vec::new(), boundary };
        access.take(program, identity);
        access
    }

    /// Adds what the identity's own policies give.
    fn take(&mut self, program: &'p Program, identity: &'p Identity) {
        let owner = identity.span;
        self.documents.push((owner, &identity.inline));
        for attachment in &identity.attachments {
            match &attachment.target {
                AttachmentTarget::Made(index) => {
                    self.documents.extend(program.policies.get(*index).map(|policy| (owner, &policy.document)));
                }
                AttachmentTarget::Arn(arn) => self.elsewhere.push((owner, arn)),
            }
        }
    }

    /// Whether it has a boundary.
    pub(crate) fn is_bounded(&self) -> bool {
        !matches!(self.boundary, Boundary::None)
    }

    /// Whether some allow without conditions, on more than chosen resources, may be about an action of one of the services.
    pub(crate) fn may_hold_of(&self, services: &HashSet<&str>) -> bool {
        let statements = self.documents.iter().flat_map(|(_, document)| &document.statements);
        statements.filter(|statement| is_open(statement)).any(|statement| {
            statement.actions.negated
                || statement.actions.patterns.iter().any(|pattern| {
                    pattern
                        .value
                        .service
                        .as_deref()
                        .is_none_or(|service| service.contains(['*', '?']) || services.contains(service))
                })
        })
    }

    /// What allows the action on every resource that it can be about, under no condition, with no deny in the way.
    pub(crate) fn grant(&self, catalog: &Catalog, action: &str) -> Option<Grant<'p>> {
        let documents = || self.documents.iter().map(|(_, document)| *document);
        let bounded = match self.boundary {
            Boundary::None => true,
            Boundary::Made(boundary) => {
                !denied([boundary].into_iter(), action) && allowed([boundary].into_iter(), catalog, action).is_some()
            }
            Boundary::Elsewhere => false,
        };
        if !bounded || denied(documents(), action) {
            return None;
        }
        allowed(documents(), catalog, action)
    }
}

/// Whether some deny is about the action, on whichever resource and under whichever condition. One that only begins on a day, as
/// that of an item that ends, denies nothing today.
fn denied<'p>(mut documents: impl Iterator<Item = &'p Document>, action: &str) -> bool {
    documents.any(|document| {
        let mut denies = document.statements.iter().filter(|statement| statement.effect == Effect::Deny);
        denies.any(|statement| coverage::of(statement, action).is_some() && !begins(statement))
    })
}

/// Whether the statement holds from a day on, and under no other condition.
fn begins(statement: &Statement) -> bool {
    let later = |entry: &ConditionEntry| {
        entry.is_of(NOW)
            && matches!(entry.operator.base, BaseOperator::DateGreaterThan | BaseOperator::DateGreaterThanEquals)
    };
    matches!(statement.conditions.entries.as_slice(), [entry] if later(entry))
}

/// Whether the statement holds under no condition, or until a day: what ends later is no narrower today.
fn is_unconditional(statement: &Statement) -> bool {
    statement.conditions.entries.iter().all(|entry| {
        entry.is_of(NOW) && matches!(entry.operator.base, BaseOperator::DateLessThan | BaseOperator::DateLessThanEquals)
    })
}

fn allowed<'p>(
    mut documents: impl Iterator<Item = &'p Document>,
    catalog: &Catalog,
    action: &str,
) -> Option<Grant<'p>> {
    documents.find_map(|document| {
        document.statements.iter().find_map(|statement| {
            if !is_open(statement) {
                return None;
            }
            let span = match coverage::of(statement, action)? {
                Coverage::Named(pattern) | Coverage::Wildcard(pattern) => pattern.span,
                Coverage::Excepted => statement.span,
            };
            on_all(statement, catalog, action).then_some(Grant { statement, span })
        })
    })
}

/// The resources of a statement that allows the actions that it names, on the resources that it names, under no condition: a
/// condition may make an allow as narrow as it has to be.
pub(crate) fn of_plain_allow(statement: &Statement) -> Option<&[Sourced<String>]> {
    let resources = statement.resources.as_ref().filter(|resources| !resources.negated)?;
    let plain = statement.effect == Effect::Allow && !statement.actions.negated && is_unconditional(statement);
    plain.then_some(&resources.patterns)
}

/// Whether the statement allows under no condition, and on more than chosen resources.
fn is_open(statement: &Statement) -> bool {
    statement.effect == Effect::Allow
        && is_unconditional(statement)
        && statement
            .resources
            .as_ref()
            .is_some_and(|resources| !resources.negated && resources.patterns.iter().any(|one| one.value.contains('*')))
}

/// Whether the statement's resources hold all that the action can be about: every type that it requires, or one of those
/// that it can do with.
fn on_all(statement: &Statement, catalog: &Catalog, action: &str) -> bool {
    let Some(resources) = statement.resources.as_ref().filter(|resources| !resources.negated) else { return false };
    let holds = |wanted: &dyn Fn(&Sourced<String>) -> bool| resources.patterns.iter().any(wanted);
    if holds(&|pattern| pattern.value == "*") {
        return true;
    }
    let Some((service, found)) =
        action.split_once(':').and_then(|(prefix, _)| catalog.service(prefix)).zip(catalog.action(action))
    else {
        return false;
    };
    let holds_type = |name: &str| {
        service.resource_type_named(name).is_some_and(|resource_type| {
            resource_type.arn_templates.iter().all(|template| {
                let every = template.resource_pattern();
                holds(&|pattern| coverage::holds_every(&pattern.value, template.service(), every))
            })
        })
    };
    let required: Vec<_> = found.resource_types.iter().filter(|used| used.required).collect();
    if required.is_empty() {
        found.resource_types.iter().any(|used| holds_type(&used.name))
    } else {
        required.iter().all(|used| holds_type(&used.name))
    }
}

/// Whether the statement allows every action on every resource, under no condition.
pub(crate) fn is_everything(statement: &Statement) -> bool {
    statement.actions.patterns.iter().any(|pattern| pattern.value.service.is_none())
        && of_plain_allow(statement).is_some_and(|resources| resources.iter().any(|one| one.value == "*"))
}
