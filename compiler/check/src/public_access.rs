//! What lets everyone in: said where it is certain, which is where a stranger can meet all that is asked beside it.
//!
//! See [`*` as a principal](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous).

use iamx_diagnostic::{Diagnostic, checks};
use iamx_lower::GuardrailKind;

use crate::{
    access, admin_without_mfa, coverage,
    rules::World,
    strangers::{self, Open},
};

pub(crate) fn check(world: &World<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let program = world.program;
    // An organization's policy of resources may keep strangers out.
    if program.guardrails.iter().any(|guardrail| guardrail.kind == GuardrailKind::Rcp) {
        return;
    }
    for role in &program.roles {
        let name = &role.identity.name;
        for open in strangers::open(&role.trust, world.today).filter(takes_on) {
            let administers = admin_without_mfa::administers(world, &access::of_role(program, role)).is_some();
            let message = if administers {
                format!("anyone who has an AWS account can take on `{name}`, and administers this one")
            } else {
                format!("anyone who has an AWS account can take on `{name}`")
            };
            let diagnostic = Diagnostic::new(&checks::PUBLIC_ACCESS, open.everyone, message)
                .note("this is every principal of every account, and nothing here says which of them are meant")
                .help("name who takes it on, such as `account partner` or `service lambda`");
            diagnostics.push(with_conditions(diagnostic, &open));
        }
    }
    for policy in program.resource_policies.iter().filter(|policy| !policy.form.about_others) {
        for open in strangers::open(&policy.document, world.today) {
            let actions: Vec<_> = open.actions.iter().map(|one| format!("`{}`", one.value)).collect();
            let what = match actions.as_slice() {
                [] => "all but a few actions".to_owned(),
                [one] => one.clone(),
                [one, rest @ ..] => format!("{one} and {} more", rest.len()),
            };
            let message = format!("{} may do {what} on `{}`", who(&open), policy.name);
            let note = if open.is_all_but_some() {
                "`NotPrincipal` in an allow is every principal of every account but these, and anonymous callers too"
            } else if open.wants_account() {
                "this is every principal of every account"
            } else {
                "`*` is every principal of every account, and where the service takes them anonymous callers too"
            };
            let diagnostic = Diagnostic::new(&checks::PUBLIC_ACCESS, open.everyone, message).note(note).help(
                "name who comes in, such as `account partner` or `organization acme`, or say with `when` whose account or network",
            );
            diagnostics.push(with_conditions(diagnostic, &open));
        }
    }
}

/// Whether the statement is about taking the role on.
fn takes_on(open: &Open<'_>) -> bool {
    if open.statement.actions.negated {
        coverage::of(open.statement, "sts:AssumeRole").is_some()
    } else {
        open.actions.iter().any(|pattern| pattern.value.holds("sts:AssumeRole"))
    }
}

/// Who comes in, as the start of the message has it.
fn who(open: &Open<'_>) -> &'static str {
    match (open.is_all_but_some(), open.wants_account()) {
        (true, _) => "anyone but those named",
        (false, true) => "anyone who has an AWS account",
        (false, false) => "anyone at all",
    }
}

/// Says of the conditions that they keep no one out.
fn with_conditions(mut diagnostic: Diagnostic, open: &Open<'_>) -> Diagnostic {
    for value in open.met.iter().filter(|entry| strangers::is_anyones(entry)).flat_map(|entry| &entry.values) {
        if value.span != open.everyone {
            diagnostic = diagnostic.related(value.span, "everyone has one like this");
        }
    }
    let mut keys: Vec<String> = Vec::new();
    for entry in &open.met {
        let key = format!("`{}`", entry.key);
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    if keys.is_empty() {
        return diagnostic;
    }
    diagnostic.note(format!("anyone can meet what is asked of {}", keys.join(", ")))
}
