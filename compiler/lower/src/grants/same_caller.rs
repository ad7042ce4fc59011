//! Whether a grant lets in whom a statement that was written by hand lets in already.

use iamx_policy::{BaseOperator, ConditionEntry, Principal, Sourced, Statement};

/// Keys that say how a request comes, not whose it is.
///
/// See [global condition keys](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html).
const OF_REQUESTS: &[&str] = &[
    "aws:CurrentTime",
    "aws:EpochTime",
    "aws:MultiFactorAuthAge",
    "aws:MultiFactorAuthPresent",
    "aws:SecureTransport",
    "aws:SourceIp",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:TokenIssueTime",
    "aws:UserAgent",
    "aws:VpcSourceIp",
    "sts:ExternalId",
];

/// The principal of `granted` that is the same caller in `own`.
///
/// An account, a provider, a service or everyone is whom the conditions make of it: those on the caller have to be alike, else
/// the one statement lets in others than the other.
pub(super) fn same_caller<'s>(granted: &'s Statement, own: &Statement) -> Option<&'s Sourced<Principal>> {
    let named = own.principal.as_ref().filter(|element| !element.negated)?;
    let in_own = |principal: &Principal| named.principals.iter().any(|one| one.value == *principal);
    let mut alike = None;
    granted.principal.as_ref()?.principals.iter().find(|principal| {
        in_own(&principal.value)
            && match &principal.value {
                one if is_one(one) => true,
                // How a request comes is all that says whose it is.
                Principal::Everyone => granted.conditions.entries.is_empty() && own.conditions.entries.is_empty(),
                _ => *alike.get_or_insert_with(|| on_caller(granted) == on_caller(own)),
            }
    })
}

/// Whether it is one identity or session, whatever the conditions.
fn is_one(principal: &Principal) -> bool {
    let Principal::Aws(arn) = principal else { return false };
    let resource = arn.splitn(6, ':').nth(5);
    resource.is_some_and(|resource| {
        ["user/", "role/", "assumed-role/", "federated-user/"].iter().any(|kind| resource.starts_with(kind))
    })
}

/// The conditions on who calls, in an order of their own.
fn on_caller(statement: &Statement) -> Vec<(String, String, Vec<&str>)> {
    let of_requests = |entry: &&ConditionEntry| {
        entry.operator.base != BaseOperator::Null && OF_REQUESTS.iter().any(|key| entry.is_of(key))
    };
    let entries = statement.conditions.entries.iter().filter(|entry| !of_requests(entry));
    let mut conditions: Vec<_> = entries
        .map(|entry| {
            let mut values: Vec<_> = entry.values.iter().map(|value| value.value.as_str()).collect();
            values.sort_unstable();
            (entry.key.to_lowercase(), entry.operator.to_string(), values)
        })
        .collect();
    conditions.sort_unstable();
    conditions
}
