//! What is certain of who calls: which conditions on the principal's own keys hold for it, whatever it calls.
//!
//! See [keys of the principal](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principal-properties).

use iamx_lower::{Identity, IdentityKind, Program};
use iamx_policy::{
    BaseOperator, ConditionBlock, ConditionEntry, Operator, Principal, PrincipalElement, Statement, arn_includes,
    arns_intersect, glob_matches,
};

use crate::inclusion::conditions_include;

/// Principals of one account, none of them a service: one identity, or whoever the account lets.
#[derive(Clone, Debug)]
pub(crate) struct Caller<'p> {
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
        Some(Self { arn: arn.filter(|arn| is_plain(arn)), ..Self::of_account(program, &account.id)? })
    }

    /// Whoever has a permission set in the account; the role's ARN ends in what AWS makes up.
    pub(crate) fn of_permission_set(program: &'p Program, account: usize) -> Option<Self> {
        Self::of_account(program, &program.account(Some(account))?.id)
    }

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

    /// Whom a policy names so; `None` where that may be anyone, or a service.
    fn named(program: &'p Program, principal: &Principal) -> Option<Self> {
        let Principal::Aws(name) = principal else { return None };
        let mut parts = name.splitn(6, ':').skip(4);
        let Some((account, resource)) = parts.next().zip(parts.next()) else { return Self::of_account(program, name) };
        // The ARN of a session isn't that of its principal, which is a role's.
        let is_identity = resource.starts_with("role/") || resource.starts_with("user/");
        Some(Self { arn: (is_identity && is_plain(name)).then(|| name.clone()), ..Self::of_account(program, account)? })
    }

    /// Everyone whom the element names; none where one of them isn't known.
    pub(crate) fn all_named(program: &'p Program, element: Option<&PrincipalElement>) -> Vec<Self> {
        let Some(element) = element.filter(|element| !element.negated) else { return Vec::new() };
        let callers = element.principals.iter().map(|one| Self::named(program, &one.value));
        callers.collect::<Option<_>>().unwrap_or_default()
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
