//! What lets everyone in: said where it is certain, which is where nothing stands beside it that could narrow it.
//!
//! See [`*` as a principal](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous).

use iamx_diagnostic::{Diagnostic, checks};
use iamx_lower::GuardrailKind;
use iamx_policy::{Document, Effect, Principal, Statement};
use iamx_text::Span;

use crate::{access, admin_without_mfa, coverage, rules::World};

pub(crate) fn check(world: &World<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let program = world.program;
    // An organization's policy of resources may keep strangers out.
    if program.guardrails.iter().any(|guardrail| guardrail.kind == GuardrailKind::Rcp) {
        return;
    }
    for role in &program.roles {
        let name = &role.identity.name;
        for (_, everyone) in open(&role.trust).filter(|(one, _)| coverage::of(one, "sts:AssumeRole").is_some()) {
            let administers = admin_without_mfa::administers(world, &access::of_role(program, role)).is_some();
            let message = if administers {
                format!("anyone who has an AWS account can take on `{name}`, and administers this one")
            } else {
                format!("anyone who has an AWS account can take on `{name}`")
            };
            diagnostics.push(
                Diagnostic::new(&checks::PUBLIC_ACCESS, everyone, message)
                    .note("`*` is every principal of every account, and nothing here says which of them are meant")
                    .help("name who takes it on, such as `account partner` or `service lambda`"),
            );
        }
    }
    for policy in program.resource_policies.iter().filter(|policy| !policy.form.about_others) {
        for (statement, everyone) in open(&policy.document) {
            let actions: Vec<_> = statement.actions.patterns.iter().map(|one| format!("`{}`", one.value)).collect();
            let what = match (statement.actions.negated, actions.as_slice()) {
                (true, _) => "all but a few actions".to_owned(),
                (false, [one]) => one.clone(),
                (false, [one, rest @ ..]) => format!("{one} and {} more", rest.len()),
                (false, []) => "nothing".to_owned(),
            };
            diagnostics.push(
                Diagnostic::new(
                    &checks::PUBLIC_ACCESS,
                    everyone,
                    format!("anyone at all may do {what} on `{}`", policy.name),
                )
                .note("`*` is every principal of every account, and where the service takes them anonymous callers too")
                .help("name who comes in, such as `account partner` or `organization acme`, or say `when`"),
            );
        }
    }
}

/// The allows that let everyone in under no condition, with where that is said; none where the document denies anything.
fn open(document: &Document) -> impl Iterator<Item = (&Statement, Span)> {
    let denies = document.statements.iter().any(|statement| statement.effect == Effect::Deny);
    let allows = move |statement: &&Statement| {
        !denies && statement.effect == Effect::Allow && statement.conditions.entries.is_empty()
    };
    document.statements.iter().filter(allows).filter_map(|statement| {
        let element = statement.principal.as_ref().filter(|element| !element.negated)?;
        let is_everyone = |principal: &Principal| match principal {
            Principal::Everyone => true,
            Principal::Aws(name) => name == "*",
            _ => false,
        };
        let everyone = element.principals.iter().find(|one| is_everyone(&one.value))?;
        Some((statement, everyone.span))
    })
}
