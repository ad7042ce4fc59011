//! A role that may be passed, and not to whom: any service that the role trusts can be given it.
//!
//! See [`iam:PassedToService`](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html).

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{Effect, Principal, Statement};

use crate::{
    coverage::{self, Coverage},
    rules::{Seen, World},
};

pub(crate) fn check(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    let (Effect::Allow, Some(resources)) = (statement.effect, &statement.resources) else { return };
    let Some(Coverage::Named(action)) = coverage::of(statement, "iam:PassRole") else { return };
    let says_service = statement.conditions.of("iam:PassedToService").next().is_some();
    let wide = resources.negated
        || resources.patterns.iter().any(|pattern| coverage::holds_every(&pattern.value, "iam", "role/*"));
    if says_service || wide {
        return;
    }
    let trusted: Vec<&str> = resources.patterns.iter().flat_map(|role| services(&seen.world, &role.value)).collect();
    // A role that only one service can take on goes nowhere else.
    if let [_] = trusted.as_slice() {
        return;
    }
    let example = trusted.first().copied().unwrap_or("ec2.amazonaws.com");
    diagnostics.push(
        Diagnostic::new(&checks::PASSROLE_WITHOUT_SERVICE, action.span, "this doesn't say which service gets the role")
            .note("every service that the role trusts can be given it")
            .help(format!("add `when iam:PassedToService == \"{example}\"`")),
    );
}

/// The services that the declared role of that ARN trusts, where it trusts nobody else.
fn services<'p>(world: &World<'p>, arn: &str) -> Vec<&'p str> {
    let program = world.program;
    let role = program.roles.iter().find(|role| {
        let role = &role.identity;
        program.iam_arn(role.account, "role", &role.path, &role.name).as_deref() == Some(arn)
    });
    let principals = role.into_iter().flat_map(|role| &role.trust.statements).filter_map(|one| one.principal.as_ref());
    principals
        .flat_map(|element| &element.principals)
        .filter_map(|principal| match &principal.value {
            Principal::Service(name) => Some(name.as_str()),
            _ => None,
        })
        .collect()
}
