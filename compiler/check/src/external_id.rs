//! The id by which an outside party shows for whom it works: without it the party can be talked into using one customer's role
//! for another, and most services have none.
//!
//! See [the confused deputy problem](https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html).

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{Effect, Principal, Statement};

use crate::{confused_deputy, rules::Seen};

/// Conditions that tie the call to whom the role was made for.
const TIES: [&str; 5] =
    ["sts:ExternalId", "aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:SourceIdentity", "sts:SourceIdentity"];

pub(crate) fn check(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    let program = seen.world.program;
    // Without an organization nothing says which accounts are one's own.
    if program.organization.is_none() || statement.effect == Effect::Deny {
        return;
    }
    let tied = statement
        .conditions
        .entries
        .iter()
        .any(|entry| TIES.iter().any(|key| entry.is_of(key)) && !entry.operator.holds_when_absent());
    let assumes = statement.actions.patterns.iter().any(|pattern| pattern.value.holds("sts:AssumeRole"));
    if tied || !assumes {
        return;
    }
    for principal in statement.principal.iter().flat_map(|element| &element.principals) {
        let Principal::Aws(value) = &principal.value else { continue };
        let id = value.split(':').nth(4).unwrap_or(value);
        let account = program.accounts.iter().enumerate().find(|(_, account)| account.id == id);
        let Some((index, account)) = account else { continue };
        if account.in_organization || seen.entry.account == Some(index) {
            continue;
        }
        diagnostics.push(
            Diagnostic::new(
                &checks::CROSS_ACCOUNT_WITHOUT_EXTERNAL_ID,
                principal.span,
                format!("`{}` is outside the organization, and may call for others than this role's owner", account.name),
            )
            .related(account.span, "declared here")
            .note("a party that works for many customers is told which role to take on; an id of one's own proves whose it is")
            .help("agree on an id and add `when sts:ExternalId == \"…\"`"),
        );
    }
}

/// A service under a condition on an external id. Some services send one that they were given, so it is told of those alone
/// that say for whom they act by other keys, or take a role on for whoever was allowed to pass it.
pub(crate) fn of_services(_: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    if statement.effect == Effect::Deny {
        return;
    }
    let asked = statement.conditions.of("sts:ExternalId").find(|entry| !entry.holds_when_absent());
    let mut principals = statement.principal.iter().flat_map(|element| &element.principals);
    let service = principals.find_map(|principal| match &principal.value {
        Principal::Service(name) if confused_deputy::sends_no_external_id(name) => Some((principal, name)),
        _ => None,
    });
    let Some((entry, (principal, name))) = asked.zip(service) else { return };
    let diagnostic = Diagnostic::new(
        &checks::CONDITION_KEY_NOT_SENT,
        entry.span,
        format!("`{name}` sends no external id: it never gets this role"),
    )
    .related(principal.span, "this service");
    diagnostics.push(if confused_deputy::says_source(name) {
        diagnostic.help("ask `aws:SourceAccount` or `aws:SourceArn`, for whom it acts")
    } else {
        diagnostic
            .note("an external id is agreed on with another account; a service has the roles that it is passed")
            .help("leave the condition out")
    });
}
