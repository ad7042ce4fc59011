//! What is certain of who calls: which conditions on the principal's own keys hold for it, whatever it calls.
//!
//! See [keys of the principal](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principal-properties).

use iamx_lower::{Identity, IdentityKind, Program};
use iamx_policy::{
    BaseOperator, ConditionBlock, ConditionEntry, Operator, Principal, PrincipalElement, Statement, arn_includes,
    arns_intersect, glob_matches,
};

use crate::inclusion::conditions_include;

/// One principal, or several that have the same keys.
#[derive(Clone, Debug)]
pub(crate) enum Caller<'p> {
    /// A service by its own right: it has the keys of no identity.
    Service,
    Identity(Known<'p>),
}

/// Principals of one account: one identity, or whoever the account lets.
#[derive(Clone, Debug)]
pub(crate) struct Known<'p> {
    /// Its `aws:PrincipalArn`, where it is known.
    arn: Option<String>,
    /// The 12 digits of its account.
    account: String,
    /// The declared organization's id, and whether the account is in it, where both are known.
    organization: Option<(&'p str, bool)>,
}

impl<'p> Caller<'p> {
    /// Whoever has the policies of `identity`.
    pub(crate) fn with(program: &'p Program, kind: IdentityKind, identity: &Identity) -> Option<Self> {
        let account = program.account(identity.account)?;
        // A group calls as its members.
        let arn = (kind != IdentityKind::Group)
            .then(|| program.iam_arn(identity.account, kind.word(), &identity.path, &identity.name))
            .flatten();
        let arn = arn.filter(|arn| is_plain(arn));
        Some(Self::Identity(Known { arn, ..Known::of_account(program, &account.id)? }))
    }

    /// Whoever has a permission set in the account; the role's ARN ends in what AWS makes up.
    pub(crate) fn of_permission_set(program: &'p Program, account: usize) -> Option<Self> {
        Known::of_account(program, &program.account(Some(account))?.id).map(Self::Identity)
    }

    /// Whom a policy names so; `None` where that may be anyone.
    fn named(program: &'p Program, principal: &Principal) -> Option<Self> {
        match principal {
            Principal::Service(_) => Some(Self::Service),
            Principal::Aws(name) => Known::named(program, name).map(Self::Identity),
            _ => None,
        }
    }

    /// Everyone whom the element names; none where one of them isn't known.
    pub(crate) fn all_named(program: &'p Program, element: Option<&PrincipalElement>) -> Vec<Self> {
        let Some(element) = element.filter(|element| !element.negated) else { return Vec::new() };
        let callers = element.principals.iter().map(|one| Self::named(program, &one.value));
        callers.collect::<Option<_>>().unwrap_or_default()
    }

    /// Whether the condition holds in every request of it.
    fn passes(&self, entry: &ConditionEntry) -> bool {
        match self {
            Self::Service => is_met_by_services(entry),
            Self::Identity(known) => known.passes(entry),
        }
    }
}

/// Whether the condition holds of every service that calls by its own right: it has no ARN.
fn is_met_by_services(entry: &ConditionEntry) -> bool {
    let Operator { qualifier: None, base, .. } = entry.operator else { return false };
    if entry.is_of("aws:PrincipalArn") {
        return entry.operator.holds_when_absent();
    }
    entry.is_of("aws:PrincipalIsAWSService")
        && base == BaseOperator::Bool
        && entry.values.iter().any(|value| value.value == "true")
}

impl<'p> Known<'p> {
    fn of_account(program: &'p Program, id: &str) -> Option<Self> {
        if id.len() != 12 || !id.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let declared = program.accounts.iter().find(|account| account.id == id);
        // An account that isn't declared may be in the organization all the same.
        let organization = program.organization.as_ref().zip(declared);
        let organization = organization.filter(|(organization, _)| !organization.id.is_empty());
        let organization =
            organization.map(|(organization, account)| (organization.id.as_str(), account.in_organization));
        Some(Self { arn: None, account: id.to_owned(), organization })
    }

    /// Whom a policy names so.
    fn named(program: &'p Program, name: &str) -> Option<Self> {
        let mut parts = name.splitn(6, ':').skip(4);
        let Some((account, resource)) = parts.next().zip(parts.next()) else { return Self::of_account(program, name) };
        let is_identity = resource.starts_with("role/") || resource.starts_with("user/");
        let arn = match resource.strip_prefix("assumed-role/") {
            Some(session) => session.split_once('/').and_then(|(role, _)| role_arn(program, account, role)),
            None => is_identity.then(|| name.to_owned()),
        };
        Some(Self { arn: arn.filter(|arn| is_plain(arn)), ..Self::of_account(program, account)? })
    }

    /// Whether the condition holds in every request of it.
    fn passes(&self, entry: &ConditionEntry) -> bool {
        let Operator { qualifier: None, base, .. } = entry.operator else { return false };
        if entry.is_of("aws:PrincipalArn") {
            return self.arn.as_deref().is_some_and(|arn| compares(base, entry, arn));
        }
        if entry.is_of("aws:PrincipalAccount") {
            return compares(base, entry, &self.account);
        }
        if entry.is_of("aws:PrincipalOrgID") {
            return match self.organization {
                Some((id, true)) => compares(base, entry, id),
                // Which other organization it is in, if any, isn't known.
                Some((id, false)) => {
                    base == BaseOperator::StringNotEquals && entry.values.iter().all(|value| value.value == id)
                }
                None => false,
            };
        }
        if entry.is_of("aws:PrincipalIsAWSService") {
            return base == BaseOperator::Bool && entry.values.iter().any(|value| value.value == "false");
        }
        // Services alone have a name.
        entry.is_of("aws:PrincipalServiceName") && base == BaseOperator::StringNotEquals
    }
}

/// The ARN of a role that is made here, which is that of its sessions' principal: a session's own lacks the role's path.
fn role_arn(program: &Program, account: &str, name: &str) -> Option<String> {
    let is_it = |identity: &&Identity| {
        identity.name == name && program.account(identity.account).is_some_and(|its| its.id == account)
    };
    let role = program.roles.iter().map(|role| &role.identity).find(is_it)?;
    program.iam_arn(role.account, IdentityKind::Role.word(), &role.path, &role.name)
}

/// Whether every request of `callers` that `allow` lets through passes the conditions of `deny`.
pub(crate) fn meets(deny: &Statement, allow: &Statement, callers: &[Caller<'_>]) -> bool {
    if conditions_include(&deny.conditions, &allow.conditions) {
        return true;
    }
    let in_allow = |entry: &ConditionEntry| {
        conditions_include(&ConditionBlock { entries: vec![entry.clone()] }, &allow.conditions)
    };
    let by_all = |entry: &ConditionEntry| !callers.is_empty() && callers.iter().all(|caller| caller.passes(entry));
    deny.conditions.entries.iter().all(|entry| by_all(entry) || in_allow(entry))
}

/// Whether the comparison with a key that is `text` holds for certain.
fn compares(base: BaseOperator, entry: &ConditionEntry, text: &str) -> bool {
    let mut values = entry.values.iter().map(|value| value.value.as_str());
    match base {
        BaseOperator::StringEquals => values.any(|value| value == text),
        BaseOperator::StringLike => values.any(|value| is_known(value) && glob_matches(value, text)),
        BaseOperator::ArnEquals | BaseOperator::ArnLike => {
            values.any(|value| is_known(value) && arn_includes(value, text))
        }
        BaseOperator::StringNotEquals => values.all(|value| is_known(value) && value != text),
        BaseOperator::StringNotLike => values.all(|value| is_known(value) && !glob_matches(value, text)),
        BaseOperator::ArnNotEquals | BaseOperator::ArnNotLike => {
            values.all(|value| is_known(value) && !arns_intersect(value, text))
        }
        _ => false,
    }
}

/// Whether nothing in the text is known only later.
fn is_known(text: &str) -> bool {
    !text.contains("${")
}

fn is_plain(arn: &str) -> bool {
    is_known(arn) && !arn.contains(['*', '?'])
}
