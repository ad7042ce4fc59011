//! Which rule looks at which documents: the one list of all rules.
//!
//! A rule looks at a statement, at a document or at the whole program. It says of which kinds its documents are, and knows no
//! more of where they came from.

use iamx_catalog::Catalog;
use iamx_diagnostic::Diagnostic;
use iamx_lower::{DocumentEntry, DocumentKind, Program};
use iamx_policy::Statement;
use iamx_text::SourceMap;

use crate::{
    Day, absence, action_resource_mismatch, actions_of_others, admin_without_mfa, allow_when_absent, arn_fields,
    boundary, characters, circular_trust, claims, condition_key_not_sent, confused_deputy, dead_grant, dead_statement,
    dynamodb, entity_quotas, exposure, external_id, forged_keys, guardrail_keys, guardrails, key_lock_out, long_lived,
    mfa, oidc_subjects, operators, pass_role, principal_keys, privilege_escalation, public_access, quotas, redundancy,
    region_lock, required_resources, role_chaining, session_principal, source_keys, source_network, subject_forms,
    tag_keys, time, trust_actions, trust_needs, trust_policy, unknown_account, unsent_keys, user_names, value_formats,
    values, wide_iam, wildcards,
};

/// What every rule may look at.
#[derive(Clone, Copy)]
pub(crate) struct World<'p> {
    pub(crate) program: &'p Program,
    pub(crate) catalog: &'p Catalog,
    /// The texts, to see whether a value is written as it is where a fix would replace it.
    pub(crate) sources: &'p SourceMap,
    /// The day, in UTC; without one nothing is said of dates.
    pub(crate) today: Option<Day>,
}

/// A document in its world.
#[derive(Clone, Copy)]
pub(crate) struct Seen<'p> {
    pub(crate) world: World<'p>,
    pub(crate) entry: DocumentEntry<'p>,
}

/// A rule.
pub(crate) struct Rule {
    /// The documents that it looks at.
    pub(crate) kinds: fn(DocumentKind) -> bool,
    /// What it looks at in them.
    pub(crate) look: Look,
}

/// What a rule looks at.
pub(crate) enum Look {
    /// Each statement by itself.
    Statement(fn(&Seen<'_>, &Statement, &mut Vec<Diagnostic>)),
    /// Each statement with those beside it. One statement of the source may stand in several documents, under other
    /// arguments and beside others: such a finding is said if it holds in each of them.
    Everywhere(fn(&Seen<'_>, &Statement, &mut Vec<Diagnostic>)),
    /// The whole document.
    Document(fn(&Seen<'_>, &mut Vec<Diagnostic>)),
}

const fn rule(kinds: fn(DocumentKind) -> bool, look: fn(&Seen<'_>, &Statement, &mut Vec<Diagnostic>)) -> Rule {
    Rule { kinds, look: Look::Statement(look) }
}

const fn everywhere(kinds: fn(DocumentKind) -> bool, look: fn(&Seen<'_>, &Statement, &mut Vec<Diagnostic>)) -> Rule {
    Rule { kinds, look: Look::Everywhere(look) }
}

const fn document(kinds: fn(DocumentKind) -> bool, look: fn(&Seen<'_>, &mut Vec<Diagnostic>)) -> Rule {
    Rule { kinds, look: Look::Document(look) }
}

/// Every rule about documents.
pub(crate) const RULES: &[Rule] = &[
    rule(any, absence::check),
    rule(any, action_resource_mismatch::check),
    rule(any, allow_when_absent::check),
    rule(any, arn_fields::check),
    rule(any, characters::check),
    rule(any, claims::check),
    rule(any, condition_key_not_sent::check),
    rule(any, dead_statement::check),
    rule(any, dead_statement::keys_apart),
    rule(any, dynamodb::check),
    rule(any, forged_keys::check),
    rule(any, mfa::check),
    rule(any, operators::check),
    rule(any, session_principal::compared),
    rule(any, trust_policy::partition),
    rule(of_callers, region_lock::check),
    rule(any, source_network::check),
    rule(any, subject_forms::check),
    rule(any, tag_keys::check),
    rule(any, time::check),
    rule(any, unknown_account::check),
    rule(any, unsent_keys::check),
    rule(any, value_formats::check),
    rule(any, values::check),
    everywhere(any, redundancy::check),
    rule(of_resource, actions_of_others::check),
    rule(of_resource, confused_deputy::in_resource),
    rule(of_resource, principal_keys::of_services),
    rule(of_resource, principal_keys::of_the_resource),
    rule(of_resource, source_keys::of_others),
    rule(identity, exposure::check),
    rule(identity, pass_role::check),
    rule(on_identities, source_keys::of_identities),
    everywhere(identity, user_names::check),
    rule(identity, wide_iam::check),
    rule(identity, wildcards::check),
    rule(trust, confused_deputy::in_trust),
    rule(trust, external_id::check),
    rule(trust, oidc_subjects::check),
    rule(trust, principal_keys::of_federated),
    rule(trust, principal_keys::of_services),
    rule(trust, external_id::of_services),
    rule(trust, source_keys::of_others),
    rule(trust, session_principal::check),
    rule(trust, trust_actions::check),
    rule(trust, trust_needs::check),
    rule(rcp, guardrail_keys::check),
    rule(scp, guardrails::unbound),
    rule(trust, trust_policy::check),
    rule(trust, trust_policy::mismatch),
    rule(trust, trust_policy::wildcard),
    rule(rcp, guardrails::check),
    document(any, quotas::document),
    document(of_resource, key_lock_out::check),
    document(boundary, boundary::check),
];

/// Every rule about a whole program.
pub(crate) const PROGRAM_RULES: &[fn(&World<'_>, &mut Vec<Diagnostic>)] = &[
    action_resource_mismatch::check_asked,
    admin_without_mfa::check,
    dead_grant::check,
    circular_trust::check,
    entity_quotas::check,
    guardrails::attachments,
    long_lived::check,
    privilege_escalation::check,
    public_access::check,
    quotas::attached,
    required_resources::check,
    required_resources::check_denies,
    role_chaining::check,
];

/// Every document.
fn any(_: DocumentKind) -> bool {
    true
}

/// What grants to the identity that has it.
fn identity(kind: DocumentKind) -> bool {
    matches!(
        kind,
        DocumentKind::ManagedPolicy
            | DocumentKind::RoleInline
            | DocumentKind::UserInline
            | DocumentKind::GroupInline
            | DocumentKind::PermissionSetInline
    )
}

/// What decides the calls of the identity that has it.
fn on_identities(kind: DocumentKind) -> bool {
    identity(kind) || boundary(kind)
}

/// What says who may assume a role.
fn trust(kind: DocumentKind) -> bool {
    kind == DocumentKind::Trust
}

/// What a resource or account has.
fn of_resource(kind: DocumentKind) -> bool {
    matches!(kind, DocumentKind::Resource | DocumentKind::AccountPolicy)
}

/// What bounds an identity.
fn boundary(kind: DocumentKind) -> bool {
    kind == DocumentKind::Boundary
}

/// What bounds or grants what identities can do.
fn of_callers(kind: DocumentKind) -> bool {
    on_identities(kind) || scp(kind)
}

/// What keeps a whole organization's principals.
fn scp(kind: DocumentKind) -> bool {
    kind == DocumentKind::Scp
}

/// What keeps a whole organization's resources.
fn rcp(kind: DocumentKind) -> bool {
    kind == DocumentKind::Rcp
}
