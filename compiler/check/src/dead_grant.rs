//! An allow that gives nothing, since all of it is denied, or left out of a boundary.
//!
//! Found is what is certain: a deny that is about all that the allow is about and asks for no more, or a boundary with
//! nothing of it. See [evaluation logic](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html).

use std::collections::HashMap;

use iamx_diagnostic::{Diagnostic, checks};
use iamx_lower::{
    AttachmentTarget, GuardrailKind, Identity, ManagedPolicy, OrganizationNodeKind, PermissionSetTarget, PolicyHolder,
    Program, ResourcePolicy,
};
use iamx_policy::{Document, Effect, Principal, Statement};
use iamx_text::Span;

use crate::{
    inclusion::{Pattern, conditions_include, may_share, principals, target_includes},
    rules::World,
};

/// What takes an allow away from whoever has it.
#[derive(Clone, Copy)]
struct Taken<'p> {
    by: By<'p>,
    /// Where that is said.
    span: Span,
}

#[derive(Clone, Copy)]
enum By<'p> {
    Deny,
    Guardrail(&'p str),
    Boundary(&'p str),
}

/// An allow of the source, which may stand in several documents.
#[derive(Default)]
struct Allow<'p> {
    /// Whether something comes of it somewhere.
    lives: bool,
    /// What takes it away elsewhere.
    taken: Option<Taken<'p>>,
}

/// The allows by where they are written. What a grant writes for the identity and for the resource is looked at apart, since
/// without the one the other gives nothing.
#[derive(Default)]
struct Allows<'p>(HashMap<(bool, Span), Allow<'p>>);

impl<'p> Allows<'p> {
    /// Looks at each allow of the document.
    fn look(&mut self, document: &'p Document, of_identity: bool, taken: impl Fn(&Statement) -> Option<Taken<'p>>) {
        for statement in document.statements.iter().filter(|statement| statement.effect == Effect::Allow) {
            let known = self.0.entry((of_identity, statement.span)).or_default();
            match taken(statement) {
                _ if known.lives => {}
                Some(taken) => known.taken = known.taken.or(Some(taken)),
                None => known.lives = true,
            }
        }
    }
}

pub(crate) fn check(world: &World<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let program = world.program;
    let mut allows = Allows::default();
    let of_resources = denies_of_resources(program);
    for role in &program.roles {
        look_at(program, &role.identity, Vec::new(), &of_resources, &mut allows);
    }
    for user in &program.users {
        let identity = &user.identity;
        let groups = program.groups.iter().map(|group| (&group.identity, &group.members));
        let has =
            groups.filter(|(group, members)| group.account == identity.account && members.contains(&identity.name));
        let beside = has.flat_map(|(group, _)| documents(program, group)).collect();
        look_at(program, identity, beside, &of_resources, &mut allows);
    }
    for group in &program.groups {
        look_at(program, &group.identity, Vec::new(), &of_resources, &mut allows);
    }
    for set in &program.permission_sets {
        // Whom these are for, and in which accounts, isn't looked into.
        let made = set.attachments.iter().flat_map(|attachment| match &attachment.target {
            PermissionSetTarget::Customer { made, .. } => made.as_slice(),
            PermissionSetTarget::Aws(_) => &[],
        });
        let made = made.filter_map(|index| program.policies.get(*index)).map(|policy| &policy.document);
        for document in made.chain([&set.inline]) {
            allows.look(document, true, |_| None);
        }
    }
    for policy in &program.resource_policies {
        let statements = &policy.document.statements;
        allows.look(&policy.document, false, |allow| {
            let mut denies = statements.iter().filter(|deny| holds_principals(deny, allow));
            denies.find_map(|deny| denied(deny, allow))
        });
    }
    for ((_, span), allow) in allows.0 {
        if let (false, Some(taken)) = (allow.lives, allow.taken) {
            diagnostics.push(finding(span, taken));
        }
    }
}

/// Looks at what the identity's own policies allow; `beside` is what else it has.
fn look_at<'p>(
    program: &'p Program,
    identity: &'p Identity,
    beside: Vec<&'p Document>,
    of_resources: &[&Statement],
    allows: &mut Allows<'p>,
) {
    let own = documents(program, identity);
    let all: Vec<&Document> = own.iter().copied().chain(beside).collect();
    let boundary = boundary(program, identity);
    let guardrails = guardrails(program, identity);
    for document in own {
        allows.look(document, true, |allow| {
            let deny = all.iter().flat_map(|document| &document.statements).find_map(|deny| denied(deny, allow));
            deny.or_else(|| of_resources.iter().find_map(|deny| denied(deny, allow)))
                .or_else(|| boundary.and_then(|boundary| unbounded(boundary, allow)))
                .or_else(|| {
                    guardrails.iter().find_map(|(name, document)| {
                        let taken = document.statements.iter().find_map(|deny| denied(deny, allow))?;
                        Some(Taken { by: By::Guardrail(name), ..taken })
                    })
                })
        });
    }
}

/// What takes away all of `allow`, if `deny` does. One of everything shuts its holder out on purpose, and is no fault.
fn denied<'p>(deny: &Statement, allow: &Statement) -> Option<Taken<'p>> {
    let is_lock = !deny.actions.negated && deny.actions.patterns.iter().any(|one| one.value.is_everything());
    let covers = deny.effect == Effect::Deny
        && !is_lock
        && target_includes(deny, allow)
        && conditions_include(&deny.conditions, &allow.conditions);
    covers.then_some(Taken { by: By::Deny, span: deny.span })
}

/// Whether the deny is about everyone, or about those that the allow is about.
fn holds_principals(deny: &Statement, allow: &Statement) -> bool {
    is_for_everyone(deny) || principals(deny) == principals(allow)
}

/// What resources' policies deny everyone; of those whose resources are written as they are, and no wider than what has them.
fn denies_of_resources(program: &Program) -> Vec<&Statement> {
    let denies = |policy: &'_ ResourcePolicy| {
        let PolicyHolder::Resource { arn, deployed: None, .. } = &policy.holder else { return None };
        let open = arn.contains(['*', '?']) || arn.contains("${") || policy.form.about_others;
        (!open).then(|| arn.clone())
    };
    let with_arns = program.resource_policies.iter().filter_map(|policy| Some((denies(policy)?, policy)));
    with_arns
        .flat_map(|(arn, policy)| {
            policy.document.statements.iter().filter(move |statement| {
                statement.effect == Effect::Deny
                    && is_for_everyone(statement)
                    && statement.resources.as_ref().is_some_and(|resources| {
                        let mut rests = resources.patterns.iter().map(|one| one.value.strip_prefix(arn.as_str()));
                        let within = |rest: &str| rest.is_empty() || rest.starts_with(['/', ':']);
                        !resources.negated && rests.all(|rest| rest.is_some_and(within))
                    })
            })
        })
        .collect()
}

fn is_for_everyone(statement: &Statement) -> bool {
    statement.principal.as_ref().is_some_and(|element| {
        !element.negated && element.principals.iter().any(|one| one.value == Principal::Everyone)
    })
}

fn unbounded<'p>(boundary: &'p ManagedPolicy, allow: &Statement) -> Option<Taken<'p>> {
    let statements = &boundary.document.statements;
    let by = By::Boundary(&boundary.name);
    if let Some(taken) = statements.iter().find_map(|deny| denied(deny, allow)) {
        return Some(Taken { by, ..taken });
    }
    // A boundary that allows nothing at all has a finding of its own.
    let mut allowed = statements.iter().filter(|statement| statement.effect == Effect::Allow).peekable();
    allowed.peek()?;
    (!allowed.any(|bound| may_share(bound, allow))).then_some(Taken { by, span: boundary.span })
}

fn documents<'p>(program: &'p Program, identity: &'p Identity) -> Vec<&'p Document> {
    let made = identity.attachments.iter().filter_map(|attachment| match attachment.target {
        AttachmentTarget::Made(index) => program.policies.get(index).map(|policy| &policy.document),
        AttachmentTarget::Arn(_) => None,
    });
    std::iter::once(&identity.inline).chain(made).collect()
}

/// The identity's boundary, where it is made here.
fn boundary<'p>(program: &'p Program, identity: &Identity) -> Option<&'p ManagedPolicy> {
    match identity.boundary.as_ref()?.target {
        AttachmentTarget::Made(index) => program.policies.get(index),
        AttachmentTarget::Arn(_) => None,
    }
}

/// The service control policies over the identity's account, by their names. None binds the management account.
fn guardrails<'p>(program: &'p Program, identity: &Identity) -> Vec<(&'p str, &'p Document)> {
    if program.account(identity.account).is_none_or(|account| account.management) {
        return Vec::new();
    }
    let Some(account) = identity.account else { return Vec::new() };
    let Some(organization) = &program.organization else { return Vec::new() };
    let is_account =
        |kind: &OrganizationNodeKind| matches!(kind, OrganizationNodeKind::Account(index) if *index == account);
    let Some(node) = organization.nodes.iter().position(|node| is_account(&node.kind)) else { return Vec::new() };
    let attachments = organization.path(node).flat_map(|node| &node.attachments);
    let attached = attachments.filter_map(|one| program.guardrails.get(one.guardrail));
    let scps = attached.filter(|guardrail| guardrail.kind == GuardrailKind::Scp);
    scps.map(|guardrail| (guardrail.name.as_str(), &guardrail.document)).collect()
}

fn finding(allow: Span, taken: Taken<'_>) -> Diagnostic {
    let (message, label) = match taken.by {
        By::Deny => ("all of this is denied elsewhere: it allows nothing".to_owned(), "denied here"),
        By::Guardrail(name) => {
            (format!("the service control policy `{name}` denies all of this: it allows nothing"), "denied here")
        }
        By::Boundary(name) => (format!("the boundary `{name}` has nothing of this: it allows nothing"), "the boundary"),
    };
    Diagnostic::new(&checks::DEAD_GRANT, allow, message)
        .related(taken.span, label)
        .note("a deny wins over every allow, and an identity can do what its policies and its boundary both allow")
        .help("leave it out, or narrow what takes it away")
}
