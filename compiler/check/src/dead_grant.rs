//! An allow that gives nothing, since all of it is denied, or left out of a boundary.
//!
//! Found is what is certain: a deny that is about all that the allow is about and asks for no more than is so of whoever has
//! it, or a boundary with nothing of it. Looked at is each word of actions by itself, on all of its resources. See [evaluation logic](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html).

use std::collections::{BTreeMap, BTreeSet, HashSet};

use iamx_diagnostic::{Diagnostic, checks};
use iamx_lower::{
    AttachmentTarget, Guardrail, GuardrailKind, Identity, IdentityKind, ManagedPolicy, OrganizationNode,
    OrganizationNodeKind, PermissionSet, PermissionSetPolicy, PermissionSetTarget, PolicyHolder, Program,
    ResourcePolicy,
};
use iamx_policy::{ActionPattern, Document, Effect, Element, Principal, Sourced, Statement};
use iamx_text::Span;

use crate::{
    caller::{Caller, meets},
    inclusion::{Pattern, may_share, principals, target_includes},
    rules::World,
    written::lies_in,
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
    Guardrail(GuardrailKind, &'p str),
    /// A node of the organization whose service control policies allow some things alone.
    AllowList(&'p str),
    Boundary(&'p str),
}

/// Actions that an allow of the source names with one word; it may stand in several documents.
struct Word<'p> {
    /// Where the word is written; the statement where it is written elsewhere.
    span: Span,
    /// Whether they are what a grant adds for the key of the data.
    of_key: bool,
    /// Whether something comes of it somewhere.
    lives: bool,
    /// What takes it away elsewhere.
    taken: Option<Taken<'p>>,
}

/// The words by what they stand for.
type Words<'p> = BTreeMap<Vec<ActionPattern>, Word<'p>>;

/// The words of the allows, by where these are written. What a grant writes for the identity and for the resource is looked
/// at apart, since without the one the other gives nothing.
#[derive(Default)]
struct Allows<'p> {
    words: BTreeMap<(bool, Span), Words<'p>>,
    /// Statements that accounts share, all of whose words some identity has.
    living: HashSet<(bool, *const Statement)>,
}

impl<'p> Allows<'p> {
    /// Looks at each allow of the document.
    fn look(&mut self, document: &'p Document, of_identity: bool, taken: impl Fn(&Statement) -> Option<Taken<'p>>) {
        if self.live(document, of_identity) {
            return;
        }
        let mut all_live = true;
        for statement in document.statements.iter().filter(|statement| statement.effect == Effect::Allow) {
            let of_key = is_for_key(statement);
            let words = words(statement, of_key);
            let whole = taken(statement);
            let alone = words.len() == 1;
            let known = self.words.entry((of_identity, statement.span)).or_default();
            for (span, actions) in words {
                let name = actions.iter().map(|one| one.value.clone()).collect();
                let word = known.entry(name).or_insert(Word { span, of_key, lives: false, taken: None });
                if word.lives {
                    continue;
                }
                let taken = match whole {
                    None if !alone => taken(&Statement {
                        actions: Element { negated: false, patterns: actions },
                        ..statement.clone()
                    }),
                    whole => whole,
                };
                match taken {
                    Some(taken) => word.taken = word.taken.or(Some(taken)),
                    None => word.lives = true,
                }
                all_live &= word.lives;
            }
        }
        if all_live {
            self.living.insert((of_identity, document.statements.place()));
        }
    }

    /// Whether it is known that someone has each allow of the document, which accounts may share.
    fn live(&self, document: &Document, of_identity: bool) -> bool {
        self.living.contains(&(of_identity, document.statements.place()))
    }

    /// What is found of it.
    fn findings(self) -> impl Iterator<Item = Diagnostic> {
        self.words.into_iter().flat_map(|((_, allow), words)| {
            let dead = |word: &Word<'p>| word.taken.filter(|_| !word.lives);
            let first = words.values().next().and_then(dead);
            if let (Some(taken), true) = (first, words.values().all(|word| dead(word).is_some())) {
                return vec![finding(allow, "this", taken)];
            }
            let mut found = Vec::new();
            let mut of_key: Option<(Vec<&ActionPattern>, Taken<'p>)> = None;
            for (actions, word) in &words {
                let Some(taken) = dead(word) else { continue };
                if word.of_key {
                    of_key.get_or_insert((Vec::new(), taken)).0.extend(actions);
                } else {
                    let what = if word.span == allow { named(actions) } else { "this".to_owned() };
                    found.push(finding(word.span, &what, taken));
                }
            }
            found.extend(of_key.map(|(actions, taken)| key_finding(allow, &actions, taken)));
            found
        })
    }
}

/// Whether the statement is what a grant adds for the key that encrypts its resources: its condition stands where all of it does.
fn is_for_key(statement: &Statement) -> bool {
    statement.conditions.of("kms:ViaService").any(|entry| entry.span == statement.span)
}

/// The actions of a statement by the words of its source that name them; one where all are, or it is about all but some. Of
/// those for a key each is one, as no word names them.
fn words(statement: &Statement, of_key: bool) -> Vec<(Span, Vec<Sourced<ActionPattern>>)> {
    let patterns = &statement.actions.patterns;
    if statement.actions.negated {
        return vec![(statement.span, patterns.clone())];
    }
    if of_key {
        return patterns.iter().map(|one| (statement.span, vec![one.clone()])).collect();
    }
    let mut words: BTreeMap<Span, Vec<Sourced<ActionPattern>>> = BTreeMap::new();
    for one in patterns {
        let span = if lies_in(one.span, statement.span) { one.span } else { statement.span };
        words.entry(span).or_default().push(one.clone());
    }
    words.into_iter().collect()
}

pub(crate) fn check(world: &World<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let program = world.program;
    let mut allows = Allows::default();
    let of_resources = denies_of_resources(program);
    for (kind, identity) in program.identities() {
        if documents(program, identity).into_iter().all(|document| allows.live(document, true)) {
            continue;
        }
        let groups = program.groups.iter().filter(|group| {
            let same = kind == IdentityKind::User && group.identity.account == identity.account;
            same && group.members.contains(&identity.name)
        });
        let beside = groups.flat_map(|group| documents(program, &group.identity)).collect();
        let holder = Holder {
            own: documents(program, identity),
            beside,
            boundary: boundary(program, identity),
            account: identity.account,
            callers: Caller::with(program, kind, identity).into_iter().collect(),
        };
        holder.look(program, &of_resources, &mut allows);
    }
    for set in &program.permission_sets {
        look_at_set(program, set, &of_resources, &mut allows);
    }
    for policy in &program.resource_policies {
        let statements = &policy.document.statements;
        let guardrails = guardrails(&nodes_over(program, policy.account), program, GuardrailKind::Rcp);
        allows.look(&policy.document, false, |allow| {
            let callers = Caller::all_named(program, allow.principal.as_ref());
            let mut denies = statements.iter().filter(|deny| holds_principals(deny, allow));
            denies
                .find_map(|deny| denied(deny, allow, &callers))
                .or_else(|| forbidden(&guardrails, GuardrailKind::Rcp, allow, &callers))
        });
    }
    diagnostics.extend(allows.findings());
}

/// Whoever has policies.
struct Holder<'p> {
    /// The policies.
    own: Vec<&'p Document>,
    /// What else it has.
    beside: Vec<&'p Document>,
    /// Its boundary, where it is made here.
    boundary: Option<&'p ManagedPolicy>,
    account: Option<usize>,
    /// What it calls as, where that is known.
    callers: Vec<Caller<'p>>,
}

impl<'p> Holder<'p> {
    /// Looks at what its own policies allow.
    fn look(&self, program: &'p Program, of_resources: &[&Statement], allows: &mut Allows<'p>) {
        let all: Vec<&Document> = self.own.iter().chain(&self.beside).copied().collect();
        let nodes = nodes_over(program, self.account);
        let guardrails = guardrails(&nodes, program, GuardrailKind::Scp);
        let lists = allow_lists(&nodes, program);
        for document in &self.own {
            allows.look(document, true, |allow| {
                let denies = all.iter().flat_map(|document| &document.statements);
                denies
                    .chain(of_resources.iter().copied())
                    .find_map(|deny| denied(deny, allow, &self.callers))
                    .or_else(|| self.boundary.and_then(|boundary| unbounded(boundary, allow, &self.callers)))
                    .or_else(|| forbidden(&guardrails, GuardrailKind::Scp, allow, &self.callers))
                    .or_else(|| unlisted(&lists, allow))
            });
        }
    }
}

/// Looks at what the permission set's own policies allow in each account that it is assigned to.
fn look_at_set<'p>(program: &'p Program, set: &'p PermissionSet, of_resources: &[&Statement], allows: &mut Allows<'p>) {
    let made = |policy: &'p PermissionSetPolicy| {
        let made = match &policy.target {
            PermissionSetTarget::Customer { made, .. } => made.as_slice(),
            PermissionSetTarget::Aws(_) => &[],
        };
        made.iter().filter_map(|index| program.policies.get(*index))
    };
    let accounts: BTreeSet<usize> = set.assignments.iter().map(|assignment| assignment.account).collect();
    // Nobody has it yet.
    if accounts.is_empty() {
        for document in set.attachments.iter().flat_map(made).map(|policy| &policy.document).chain([&set.inline]) {
            allows.look(document, true, |_| None);
        }
    }
    for account in accounts {
        let here = |policy: &&'p ManagedPolicy| policy.account == Some(account);
        let policies = set.attachments.iter().flat_map(made).filter(here).map(|policy| &policy.document);
        let holder = Holder {
            own: policies.chain([&set.inline]).collect(),
            beside: Vec::new(),
            boundary: set.boundary.iter().flat_map(made).find(here),
            account: Some(account),
            callers: Caller::of_permission_set(program, account).into_iter().collect(),
        };
        if !holder.own.iter().all(|document| allows.live(document, true)) {
            holder.look(program, of_resources, allows);
        }
    }
}

/// The guardrail that takes away all of `allow`, if one does.
fn forbidden<'p>(
    guardrails: &[(&'p str, &'p Document)],
    kind: GuardrailKind,
    allow: &Statement,
    callers: &[Caller<'_>],
) -> Option<Taken<'p>> {
    guardrails.iter().find_map(|(name, document)| {
        let taken = document.statements.iter().find_map(|deny| denied(deny, allow, callers))?;
        Some(Taken { by: By::Guardrail(kind, name), ..taken })
    })
}

/// What takes away all of `allow`, if `deny` does. One of everything shuts its holder out on purpose, and is no fault.
fn denied<'p>(deny: &Statement, allow: &Statement, callers: &[Caller<'_>]) -> Option<Taken<'p>> {
    let is_lock = !deny.actions.negated && deny.actions.patterns.iter().any(|one| one.value.is_everything());
    let covers = deny.effect == Effect::Deny && !is_lock && target_includes(deny, allow) && meets(deny, allow, callers);
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

fn unbounded<'p>(boundary: &'p ManagedPolicy, allow: &Statement, callers: &[Caller<'_>]) -> Option<Taken<'p>> {
    let statements = &boundary.document.statements;
    let by = By::Boundary(&boundary.name);
    if let Some(taken) = statements.iter().find_map(|deny| denied(deny, allow, callers)) {
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

/// The account in the organization and what it stands under. No guardrail binds the management account.
fn nodes_over(program: &Program, account: Option<usize>) -> Vec<&OrganizationNode> {
    if program.account(account).is_none_or(|account| account.management) {
        return Vec::new();
    }
    let Some(account) = account else { return Vec::new() };
    let Some(organization) = &program.organization else { return Vec::new() };
    let is_account =
        |kind: &OrganizationNodeKind| matches!(kind, OrganizationNodeKind::Account(index) if *index == account);
    let Some(node) = organization.nodes.iter().position(|node| is_account(&node.kind)) else { return Vec::new() };
    organization.path(node).collect()
}

/// The guardrails of that kind attached to the node.
fn attached<'p>(
    node: &'p OrganizationNode,
    program: &'p Program,
    kind: GuardrailKind,
) -> impl Iterator<Item = &'p Guardrail> {
    let guardrails = node.attachments.iter().filter_map(|one| program.guardrails.get(one.guardrail));
    guardrails.filter(move |guardrail| guardrail.kind == kind)
}

/// The guardrails of that kind attached to the nodes, by their names.
fn guardrails<'p>(
    nodes: &[&'p OrganizationNode],
    program: &'p Program,
    kind: GuardrailKind,
) -> Vec<(&'p str, &'p Document)> {
    let all = nodes.iter().flat_map(|node| attached(node, program, kind));
    all.map(|guardrail| (guardrail.name.as_str(), &guardrail.document)).collect()
}

/// A node without AWS's `FullAWSAccess`, and what its own service control policies allow.
type AllowList<'p> = (&'p OrganizationNode, Vec<&'p Statement>);

/// Those of the nodes that have a list of what is allowed. What is to be allowed has to be in each of them.
///
/// See [SCP evaluation](https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html).
fn allow_lists<'p>(nodes: &[&'p OrganizationNode], program: &'p Program) -> Vec<AllowList<'p>> {
    let lists = nodes.iter().filter(|node| !node.full_access).map(|node| {
        let statements =
            attached(node, program, GuardrailKind::Scp).flat_map(|guardrail| &guardrail.document.statements);
        (*node, statements.filter(|statement| statement.effect == Effect::Allow).collect())
    });
    lists.collect()
}

/// The node whose service control policies allow nothing of `allow`, if one does.
fn unlisted<'p>(lists: &[AllowList<'p>], allow: &Statement) -> Option<Taken<'p>> {
    let (node, _) = lists.iter().find(|(_, listed)| !listed.iter().any(|one| may_share(one, allow)))?;
    Some(Taken { by: By::AllowList(&node.name), span: node.span })
}

/// That `what` of an allow, written at `span`, gives nothing.
fn finding(span: Span, what: &str, taken: Taken<'_>) -> Diagnostic {
    let (message, label) = match taken.by {
        By::Deny => (format!("all of {what} is denied elsewhere: it allows nothing"), "denied here"),
        By::Guardrail(kind, name) => {
            let policy = match kind {
                GuardrailKind::Scp => "service",
                GuardrailKind::Rcp => "resource",
            };
            (format!("the {policy} control policy `{name}` denies all of {what}: it allows nothing"), "denied here")
        }
        By::AllowList(node) => {
            let message = format!("no service control policy of `{node}` allows any of {what}: it allows nothing");
            (message, "they are attached here, without `FullAWSAccess`")
        }
        By::Boundary(name) => {
            (format!("the boundary `{name}` has nothing of {what}: it allows nothing"), "the boundary")
        }
    };
    let note = match taken.by {
        By::AllowList(_) => "what is to be done in an account is allowed at each level above it",
        _ => "a deny wins over every allow, and an identity can do what its policies and its boundary both allow",
    };
    Diagnostic::new(&checks::DEAD_GRANT, span, message)
        .related(taken.span, label)
        .note(note)
        .help("leave it out, or narrow what takes it away")
}

/// That a grant's callers may not use the key that encrypts the data.
fn key_finding(grant: Span, actions: &[&ActionPattern], taken: Taken<'_>) -> Diagnostic {
    let actions = named(actions.iter().copied());
    let (message, label, help) = match taken.by {
        By::Boundary(name) => (
            format!("the boundary `{name}` has nothing of what this takes of the key of the data: {actions}"),
            "the boundary",
            format!("let the boundary allow {actions} on the key"),
        ),
        By::AllowList(node) => (
            format!("no service control policy of `{node}` allows what this takes of the key of the data: {actions}"),
            "they are attached here, without `FullAWSAccess`",
            format!("let one of them allow {actions}"),
        ),
        By::Deny | By::Guardrail(..) => (
            format!("what this takes of the key of the data is denied elsewhere: {actions}"),
            "denied here",
            "narrow what denies it, or leave the grant out".to_owned(),
        ),
    };
    Diagnostic::new(&checks::DEAD_GRANT, grant, message)
        .related(taken.span, label)
        .note("whoever reads or writes data under a key of KMS has to be allowed the use of the key too")
        .help(help)
}

/// The actions in backticks, the first few of many.
fn named<'a>(actions: impl IntoIterator<Item = &'a ActionPattern>) -> String {
    const MOST: usize = 4;
    let mut names: Vec<String> = actions.into_iter().map(|action| format!("`{action}`")).collect();
    let more = names.len().saturating_sub(MOST);
    names.truncate(MOST);
    let names = names.join(", ");
    if more == 0 { names } else { format!("{names} and {more} more") }
}
