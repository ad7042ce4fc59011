//! Sessions of roles that only sessions of other roles get: AWS ends them after an hour, whatever the role says.
//!
//! See [role chaining](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining).

use iamx_diagnostic::{Diagnostic, checks};
use iamx_lower::Role;
use iamx_policy::{BaseOperator, Effect, Principal, Statement};

use crate::rules::World;

/// Seconds that a session lasts at most which a session asked for.
const LONGEST: u32 = 3_600;

pub(crate) fn check(world: &World<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for role in &world.program.roles {
        let Some(seconds) = role.max_session.filter(|seconds| *seconds > LONGEST) else { continue };
        if !is_chained(role) {
            continue;
        }
        let name = &role.identity.name;
        let message = format!("no session of `{name}` lasts {}, as only roles assume it", in_words(seconds));
        diagnostics.push(
            Diagnostic::new(&checks::CHAINED_SESSION_DURATION, role.identity.span, message)
                .note("a session that another role's session asks for ends after one hour at most")
                .help("leave `session` out, or let users or a provider assume the role directly"),
        );
    }
}

/// Whether every way into the role is one for sessions of roles.
fn is_chained(role: &Role) -> bool {
    let mut allows = role.trust.statements.iter().filter(|statement| statement.effect == Effect::Allow).peekable();
    allows.peek().is_some() && allows.all(is_for_roles)
}

/// Whether the statement lets in nobody but roles.
fn is_for_roles(statement: &Statement) -> bool {
    let is_role = |arn: &str| {
        let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
        resource.starts_with("role/") || resource.starts_with("assumed-role/")
    };
    // A permission set has no ARN of its own, so its account is named, and its roles in a condition.
    let by_condition = statement.conditions.of("aws:PrincipalArn").any(|entry| {
        matches!(entry.operator.base, BaseOperator::ArnEquals | BaseOperator::ArnLike | BaseOperator::StringLike)
            && !entry.operator.holds_when_absent()
            && entry.values.iter().all(|value| is_role(&value.value))
    });
    let mut principals = statement.principal.iter().filter(|element| !element.negated).flat_map(|e| &e.principals);
    by_condition && statement.principal.is_some()
        || statement.principal.as_ref().is_some_and(|element| !element.principals.is_empty())
            && principals.all(|principal| matches!(&principal.value, Principal::Aws(arn) if is_role(arn)))
}

fn in_words(seconds: u32) -> String {
    if seconds.is_multiple_of(3_600) { format!("{}h", seconds / 3_600) } else { format!("{}m", seconds / 60) }
}
