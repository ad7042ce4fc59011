//! An outside party that works for many customers can be talked into using one customer's role for another.
//!
//! See [the confused deputy problem](https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html).

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{Effect, Principal, Statement};

use crate::rules::Seen;

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
