//! What AWS Organizations refuses in service and resource control policies, and how many it takes on a node.
//!
//! See [RCP syntax](https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html)
//! and [quotas](https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html).

use iamx_catalog::{Catalog, QuotaKind};
use iamx_diagnostic::{Diagnostic, checks};
use iamx_lower::{GuardrailKind, OrganizationNode, OrganizationNodeKind, Program};
use iamx_policy::{BaseOperator, ConditionEntry, Effect, Statement};

use crate::rules::{Seen, World};

pub(crate) fn check(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    let catalog = seen.world.catalog;
    if statement.effect == Effect::Allow {
        diagnostics.push(
            Diagnostic::new(&checks::RCP_SYNTAX_ERROR_ALLOW, statement.span, "a resource control policy only denies")
                .note("what it doesn't deny is allowed by AWS's own `RCPFullAWSAccess`, which stays attached")
                .help("turn it around: deny what lies outside the condition, with `unless`"),
        );
        return;
    }
    if statement.actions.negated {
        let span = statement.actions.patterns.first().map_or(statement.span, |pattern| pattern.span);
        diagnostics.push(
            Diagnostic::new(
                &checks::RCP_SYNTAX_ERROR_NOTACTION,
                span,
                "a resource control policy names its actions, and takes no `* except`",
            )
            .help("name the services that it is about, as in `deny s3:*, kms:*`"),
        );
        return;
    }
    for pattern in &statement.actions.patterns {
        let Some(prefix) = &pattern.value.service else {
            diagnostics.push(
                Diagnostic::new(
                    &checks::RCP_SYNTAX_ERROR_ACTION,
                    pattern.span,
                    "a resource control policy takes no `*` for the actions of every service",
                )
                .help("name the services that it is about, as in `deny s3:*, kms:*`"),
            );
            continue;
        };
        if catalog.service(prefix).is_some_and(|service| !service.rcp_supported()) {
            diagnostics.push(
                Diagnostic::new(
                    &checks::RCP_SYNTAX_ERROR_ACTION,
                    pattern.span,
                    format!("resource control policies don't cover `{prefix}`"),
                )
                .note(format!("as of the catalog of {}", catalog.info().version)),
            );
        }
    }
}

/// Keys that only the calls of a service carry that calls as itself.
const OF_SERVICES: [&str; 7] = [
    "aws:PrincipalIsAWSService",
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
];

/// A service control policy about those that none binds: services that call as themselves, and the management account.
///
/// See [SCPs](https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html#scp-effects-on-permissions).
pub(crate) fn unbound(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    let program = seen.world.program;
    for entry in &statement.conditions.entries {
        let values = || entry.values.iter().map(|value| value.value.as_str());
        let absent = entry.operator.holds_when_absent()
            || (entry.operator.base == BaseOperator::Null && values().any(|value| value == "true"));
        let is_false = entry.operator.base == BaseOperator::Bool && values().all(|value| value != "true");
        if absent || is_false {
            continue;
        }
        let of_service = OF_SERVICES.iter().any(|key| entry.is_of(key));
        let whom = if of_service {
            "a service that calls as itself".to_owned()
        } else if let Some(account) = managed_by(program, entry) {
            format!("`{account}`, the management account")
        } else {
            continue;
        };
        let does = if statement.effect == Effect::Allow { "allows" } else { "denies" };
        let message = format!("no service control policy binds {whom}: this {does} nothing");
        let help = if of_service {
            "say it in a resource control policy, or in the policy of the resource"
        } else {
            "keep work out of the management account; what its own users may do stands in their policies"
        };
        diagnostics.push(Diagnostic::new(&checks::GUARDRAIL_WITHOUT_EFFECT, entry.span, message).help(help));
    }
}

/// The management account, where the comparison is only true of its principals.
fn managed_by<'p>(program: &'p Program, entry: &ConditionEntry) -> Option<&'p str> {
    let account = program.accounts.iter().find(|account| account.management)?;
    let positive = matches!(
        entry.operator.base,
        BaseOperator::StringEquals | BaseOperator::StringLike | BaseOperator::ArnEquals | BaseOperator::ArnLike
    );
    let is_its = |value: &str| {
        if entry.is_of("aws:PrincipalAccount") {
            value == account.id
        } else {
            entry.is_of("aws:PrincipalArn") && value.split(':').nth(4) == Some(account.id.as_str())
        }
    };
    (positive && !entry.values.is_empty() && entry.values.iter().all(|value| is_its(&value.value)))
        .then_some(account.name.as_str())
}

pub(crate) fn attachments(world: &World<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let World { program, catalog, .. } = *world;
    for node in program.organization.iter().flat_map(|organization| &organization.nodes) {
        // AWS's own policies count too.
        count(program, catalog, node, GuardrailKind::Scp, usize::from(node.full_access), diagnostics);
        count(program, catalog, node, GuardrailKind::Rcp, 1, diagnostics);
        on_management_account(program, node, diagnostics);
    }
}

fn on_management_account(program: &Program, node: &OrganizationNode, diagnostics: &mut Vec<Diagnostic>) {
    let OrganizationNodeKind::Account(account) = node.kind else { return };
    if !program.account(Some(account)).is_some_and(|account| account.management) {
        return;
    }
    for attachment in &node.attachments {
        let message = format!("no guardrail binds `{}`, the management account", node.name);
        diagnostics.push(
            Diagnostic::new(&checks::GUARDRAIL_WITHOUT_EFFECT, attachment.span, message)
                .help("attach it to an OU or a member account, and keep work out of the management account"),
        );
    }
}

fn count(
    program: &Program,
    catalog: &Catalog,
    node: &OrganizationNode,
    kind: GuardrailKind,
    of_aws: usize,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let (quota, what, own) = match kind {
        GuardrailKind::Scp => (QuotaKind::ScpsPerTarget, "service control policies", "FullAWSAccess"),
        GuardrailKind::Rcp => (QuotaKind::RcpsPerTarget, "resource control policies", "RCPFullAWSAccess"),
    };
    let Some(quota) = catalog.quota(quota) else { return };
    let attached = node
        .attachments
        .iter()
        .filter(|one| program.guardrails.get(one.guardrail).is_some_and(|guardrail| guardrail.kind == kind))
        .count()
        + of_aws;
    if u64::try_from(attached).is_ok_and(|count| count > u64::from(quota.max)) {
        let mut diagnostic = Diagnostic::new(
            &checks::TOO_MANY_ATTACHMENTS,
            node.span,
            format!("`{}` has {attached} {what} attached; AWS takes {}", node.name, quota.max),
        )
        .help("put several into one with `include`, or attach some a level above or below");
        if of_aws > 0 {
            diagnostic = diagnostic.note(format!("AWS's own `{own}` is one of them"));
        }
        diagnostics.push(diagnostic);
    }
}
