//! A role that is made in many accounts: evaluated once for those in which it is the same.

use iamx_policy::Document;
use iamx_syntax::ast::Declared;
use iamx_text::Span;

use crate::{
    AttachmentTarget, ManagedPolicy, ManagedPolicyKind, Program, Role,
    here::Read,
    lowerer::{Lowerer, Sharing},
    named_items::ItemInAccount,
    names::DeclarationId,
    scope::Environment,
    shared::{Moves, Shared, move_document, moves},
};

/// A policy that was made for an identity, or found made, in the order in which its body names them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MadePolicy {
    /// Its place in the program.
    pub(crate) index: usize,
    /// The declaration, where it is one for all identities of an account.
    pub(crate) of_all: Option<DeclarationId>,
    pub(crate) kind: ManagedPolicyKind,
    /// Where it was named.
    pub(crate) span: Span,
}

/// A role that other accounts may have too.
#[derive(Debug)]
pub(crate) struct SharedRole {
    /// Its place in the program.
    index: usize,
    policies: Vec<MadePolicy>,
    untrusting: bool,
}

impl Lowerer<'_> {
    /// Makes the role `own` as its body says, or as an account before it has it. `known` is what those have made.
    pub(crate) fn role_in_account(
        &mut self,
        environment: &Environment,
        own: ItemInAccount,
        item: &Declared,
        (name, span): (&str, Span),
        known: &mut Shared<SharedRole>,
    ) {
        if self.sharing == Sharing::Shared
            && let Some((role, moves)) = self.program.account(own.account).and_then(|account| known.find(account))
            && self.role_again(environment, own, role, moves, name).is_some()
        {
            return;
        }
        let (findings, roles, untrusting) = (self.diagnostics.len(), self.program.roles.len(), self.untrusting.len());
        self.made_policies.clear();
        self.role(environment, item, name, span, own.id);
        let made = SharedRole {
            index: roles,
            policies: std::mem::take(&mut self.made_policies),
            untrusting: self.untrusting.len() > untrusting,
        };
        let read = environment.read().clone();
        let program = &self.program;
        if self.diagnostics.len() == findings
            && made.can_be_shared(program, &read)
            && let Some(account) = program.account(own.account)
        {
            let (index, policies) = (made.index, made.policies.clone());
            known.add(account, read, made, |kept, moves| kept.is(index, &policies, program, moves));
        }
    }

    /// Makes the role that `known` is in another account; `None` where one of its policies has a name that is taken there.
    fn role_again(
        &mut self,
        environment: &Environment,
        own: ItemInAccount,
        known: &SharedRole,
        moves: Moves,
        declared: &str,
    ) -> Option<()> {
        let account = own.account;
        let names: Vec<_> =
            known.own_policies(&self.program).map(|policy| (account, policy.name.to_lowercase())).collect();
        if names.iter().any(|name| self.policy_names.contains(name)) {
            return None;
        }
        self.policy_names.extend(names);
        let mut role = self.program.roles.get(known.index)?.clone();
        move_document(&mut role.trust, moves);
        move_document(&mut role.identity.inline, moves);
        let mut places = Vec::new();
        for policy in &known.policies {
            let place = match policy.of_all {
                Some(id) => self.shared_policy(environment, id, policy.kind, policy.span),
                None => self.policy_again(policy.index, account, moves),
            };
            places.push((policy.index, place));
        }
        let has_place = |target: &mut AttachmentTarget| match target {
            AttachmentTarget::Arn(_) => true,
            AttachmentTarget::Made(index) => {
                let place = places.iter().find(|(old, _)| old == index).and_then(|(_, place)| *place);
                place.map(|place| *index = place).is_some()
            }
        };
        role.identity.account = account;
        // One name may stand for several policies, which are attached together or not at all.
        let mut lost = Vec::new();
        for attachment in &mut role.identity.attachments {
            if !has_place(&mut attachment.target) {
                lost.push(attachment.span);
            }
        }
        role.identity.attachments.retain(|attachment| !lost.contains(&attachment.span));
        role.identity.boundary = role.identity.boundary.take().and_then(|mut boundary| {
            let is_made = has_place(&mut boundary.target);
            is_made.then_some(boundary)
        });
        if known.untrusting {
            self.untrusting.push((own, declared.to_owned()));
        }
        self.entities.insert(own, self.program.roles.len());
        self.program.roles.push(role);
        Some(())
    }

    /// The policy at `index` in another account.
    pub(crate) fn policy_again(&mut self, index: usize, account: Option<usize>, moves: Moves) -> Option<usize> {
        let mut policy = self.program.policies.get(index)?.clone();
        policy.account = account;
        move_document(&mut policy.document, moves);
        self.program.policies.push(policy);
        Some(self.program.policies.len() - 1)
    }
}

impl SharedRole {
    /// Whether what `read` says is all that decides what the role is.
    fn can_be_shared(&self, program: &Program, read: &Read) -> bool {
        let Some(role) = program.roles.get(self.index) else { return false };
        // A policy that is named by its ARN is of one account, unless it is AWS's.
        let of_aws = |target: &AttachmentTarget| match target {
            AttachmentTarget::Made(_) => true,
            AttachmentTarget::Arn(arn) => arn.split(':').nth(4) == Some("aws"),
        };
        let mut attached = role.identity.attachments.iter().chain(&role.identity.boundary);
        attached.all(|attachment| of_aws(&attachment.target)) && read.can_be_shared(|| self.moves(role, program))
    }

    /// Whether the role and its policies are those of every other account with its id.
    fn moves(&self, role: &Role, program: &Program) -> bool {
        let Some(account) = program.account(role.identity.account) else { return false };
        let Role { identity, description, trust, .. } = role;
        let tags = identity.tags.iter().flat_map(|tag| [&tag.key, &tag.value]);
        let mut own = [&identity.name, &identity.path].into_iter().chain(description).chain(tags);
        !own.any(|text| text.contains(&account.id))
            && [trust, &identity.inline].into_iter().all(|document| moves(document, account))
            && self.own_policies(program).all(|policy| policy_moves(policy, program))
    }

    /// The policies that are the role's alone.
    fn own_policies<'p>(&self, program: &'p Program) -> impl Iterator<Item = &'p ManagedPolicy> {
        let own = self.policies.iter().filter(|policy| policy.of_all.is_none());
        own.filter_map(|policy| program.policies.get(policy.index))
    }

    /// Whether this role, moved, is the one at `index` with these policies.
    fn is(&self, index: usize, policies: &[MadePolicy], program: &Program, moves: Moves) -> bool {
        let roles = program.roles.get(self.index).zip(program.roles.get(index));
        let Some((kept, made)) = roles.filter(|_| self.policies.len() == policies.len()) else { return false };
        let given = |document: &Document| {
            let mut document = document.clone();
            move_document(&mut document, moves);
            document
        };
        let same_policy = |(kept, made): (&MadePolicy, &MadePolicy)| {
            if kept.of_all.is_some() || made.of_all.is_some() {
                return kept.of_all == made.of_all && kept.kind == made.kind;
            }
            let policies = program.policies.get(kept.index).zip(program.policies.get(made.index));
            policies.is_some_and(|(kept, made)| policy_is(kept, made, moves))
        };
        let (one, other) = (&kept.identity, &made.identity);
        given(&kept.trust) == made.trust
            && given(&one.inline) == other.inline
            && (&one.name, &one.path, &one.tags) == (&other.name, &other.path, &other.tags)
            && one.attachments.len() == other.attachments.len()
            && one.boundary.is_some() == other.boundary.is_some()
            && kept.description == made.description
            && (kept.max_session, kept.instance_profile) == (made.max_session, made.instance_profile)
            && self.policies.iter().zip(policies).all(same_policy)
    }
}

/// Whether the policy of an account is that of every other with its id.
pub(crate) fn policy_moves(policy: &ManagedPolicy, program: &Program) -> bool {
    program.account(policy.account).is_some_and(|account| {
        let mut own = [&policy.name, &policy.path].into_iter().chain(&policy.description);
        !own.any(|text| text.contains(&account.id)) && moves(&policy.document, account)
    })
}

/// Whether `kept`, moved, is `made`.
pub(crate) fn policy_is(kept: &ManagedPolicy, made: &ManagedPolicy, moves: Moves) -> bool {
    let mut document = kept.document.clone();
    move_document(&mut document, moves);
    document == made.document
        && (&kept.name, &kept.path, &kept.description) == (&made.name, &made.path, &made.description)
}
