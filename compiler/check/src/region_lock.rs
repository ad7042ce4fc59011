//! A deny by region that denies global services everywhere.
//!
//! See [denying access by region](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_deny-requested-region.html).

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{BaseOperator, ConditionEntry, Effect, Statement, glob_matches};

use crate::{
    coverage::{self, Coverage},
    rules::Seen,
};

/// The partition whose global services are looked at, and the region that requests for them carry.
const PARTITION: &str = "aws";
const GLOBAL: &str = "us-east-1";

/// Actions of services that are the same in every region, and called in one.
const OF_GLOBAL_SERVICES: [&str; 3] = ["iam:CreateRole", "organizations:DescribeAccount", "route53:ListHostedZones"];

pub(crate) fn check(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    let entries = &statement.conditions.entries;
    let of_principals = |entry: &&ConditionEntry| {
        entry.key.get(..PRINCIPALS.len()).is_some_and(|start| start.eq_ignore_ascii_case(PRINCIPALS))
    };
    let Some(entry) = entries.iter().find(|entry| denies_elsewhere(entry)) else { return };
    // What other conditions ask may be what spares global services.
    let alone = entries.iter().filter(|other| !of_principals(other)).count() == 1;
    let everywhere = statement
        .resources
        .as_ref()
        .is_none_or(|resources| !resources.negated && resources.patterns.iter().any(|pattern| pattern.value == "*"));
    if statement.effect == Effect::Allow || seen.world.program.partition != PARTITION || !alone || !everywhere {
        return;
    }
    let wide = |action: &&&str| match coverage::of(statement, action) {
        Some(Coverage::Wildcard(pattern)) => pattern.value.service.is_none(),
        Some(Coverage::Excepted) => true,
        Some(Coverage::Named(_)) | None => false,
    };
    let denied: Vec<_> = OF_GLOBAL_SERVICES.iter().filter(wide).collect();
    let services: Vec<_> =
        denied.iter().filter_map(|action| action.split(':').next()).map(|prefix| format!("`{prefix}`")).collect();
    // Who spares IAM has thought of them.
    if !services.iter().any(|service| service == "`iam`") {
        return;
    }
    let message = format!("this denies {} in every region: requests for them carry `{GLOBAL}`", services.join(", "));
    diagnostics.push(
        Diagnostic::new(&checks::REGION_LOCK_OF_GLOBAL_SERVICES, entry.span, message)
            .note("services that are the same everywhere are called in one region")
            .help("spare them, `deny * except std.guardrails.global-services unless …`, or take `us-east-1` in"),
    );
}

const PRINCIPALS: &str = "aws:Principal";

/// Whether the comparison is true of every request for a global service.
fn denies_elsewhere(entry: &ConditionEntry) -> bool {
    let fits = |value: &str| match entry.operator.base {
        BaseOperator::StringNotEquals => value == GLOBAL,
        BaseOperator::StringNotEqualsIgnoreCase => value.eq_ignore_ascii_case(GLOBAL),
        _ => glob_matches(value, GLOBAL),
    };
    entry.is_of("aws:RequestedRegion")
        && matches!(
            entry.operator.base,
            BaseOperator::StringNotEquals | BaseOperator::StringNotEqualsIgnoreCase | BaseOperator::StringNotLike
        )
        && entry.values.iter().all(|value| !value.value.contains("${") && !fits(&value.value))
}

#[cfg(test)]
mod tests {
    use iamx_catalog::Catalog;

    use super::OF_GLOBAL_SERVICES;

    #[test]
    fn every_action_exists() {
        for action in OF_GLOBAL_SERVICES {
            assert!(Catalog::builtin().action(action).is_some(), "{action}");
        }
    }
}
