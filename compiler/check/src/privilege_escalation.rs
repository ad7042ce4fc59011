//! Actions with which whoever holds them can give itself what it lacks.
//!
//! Looked at are the allows of one identity that hold on everything and under no condition. Not looked at, so that what is
//! said is so: allows of chosen resources or under conditions, policies that exist elsewhere, guardrails of an organization.
//! A deny of an action, of whatever kind, counts as if it always held.

use std::collections::HashSet;

use iamx_catalog::Escalation;
use iamx_diagnostic::{Diagnostic, Severity, checks};

use crate::{
    access::{self, Access, Grant},
    rules::World,
};

pub(crate) fn check(world: &World<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let sets: Vec<&Escalation> = world.catalog.escalations().iter().filter(|set| set.minimal).collect();
    let services: HashSet<&str> = sets.iter().filter_map(|set| service(telling(set)?)).collect();
    for access in access::all(world.program) {
        // Most identities have nothing of any set.
        if !access.may_hold_of(&services) {
            continue;
        }
        // Who may do everything lacks nothing; that is said elsewhere.
        if access.documents.iter().any(|(_, document)| document.statements.iter().any(access::is_everything)) {
            continue;
        }
        let mut found: Vec<(&Escalation, Vec<(&str, Grant<'_>)>)> =
            sets.iter().filter_map(|set| Some((*set, grants(world, &access, set)?))).collect();
        // The worst first: what works at once, in the table's order.
        found.sort_by_key(|(set, _)| set.needs_existing_target);
        diagnostics.extend(finding(&access, &found));
    }
}

/// The action of a set that says most of it: passing a role is in many.
fn telling(set: &Escalation) -> Option<&str> {
    let other = set.actions.iter().find(|action| !is_pass_role(action));
    other.or_else(|| set.actions.first()).map(String::as_str)
}

fn service(action: &str) -> Option<&str> {
    action.split_once(':').map(|(service, _)| service)
}

/// What gives the identity each action of the set; `None` unless it has them all.
fn grants<'p, 's>(world: &World<'_>, access: &Access<'p>, set: &'s Escalation) -> Option<Vec<(&'s str, Grant<'p>)>> {
    set.actions.iter().map(|action| Some((action.as_str(), access.grant(world.catalog, action)?))).collect()
}

fn finding(access: &Access<'_>, found: &[(&Escalation, Vec<(&str, Grant<'_>)>)]) -> Option<Diagnostic> {
    let ((worst, grants), others) = found.split_first()?;
    let (_, at) = grants.iter().find(|(action, _)| telling(worst) == Some(*action))?;
    let subject = if worst.actions.len() == 1 { "this lets" } else { "together these let" };
    let mut diagnostic = Diagnostic::new(
        &checks::PRIVILEGE_ESCALATION,
        at.span,
        format!("{subject} `{}` gain permissions that it lacks", access.name),
    )
    .label(how(worst));
    for (action, grant) in grants.iter().filter(|(_, grant)| grant.span != at.span) {
        diagnostic = diagnostic.related(grant.span, format!("with `{action}`"));
    }
    let star = at.statement.resources.iter().flat_map(|resources| &resources.patterns).find(|one| one.value == "*");
    if let Some(star) = star {
        diagnostic = diagnostic.related(star.span, "on everything");
    }
    if !others.is_empty() {
        let listed: Vec<String> = others.iter().take(4).map(|(set, _)| names(set)).collect();
        let more = if others.len() > 4 { format!(", and {} more ways", others.len() - 4) } else { String::new() };
        diagnostic = diagnostic.note(format!("so do {}{more}", listed.join(", ")));
    }
    if worst.needs_existing_target {
        diagnostic = diagnostic.severity(Severity::Suggestion);
    }
    Some(diagnostic.help("name the resources, or take one of the actions away"))
}

fn is_pass_role(action: &str) -> bool {
    action.eq_ignore_ascii_case("iam:PassRole")
}

fn names(set: &Escalation) -> String {
    let names: Vec<_> = set.actions.iter().map(|action| format!("`{action}`")).collect();
    names.join(" with ")
}

fn how(set: &Escalation) -> &'static str {
    match (set.kind.as_str(), set.needs_existing_target) {
        ("self-escalation", _) => "changes its own permissions",
        ("principal-access", _) => "becomes another principal",
        ("new-passrole", _) => "runs code with any role that it passes",
        (_, true) => "runs code with the role of what exists already",
        _ => "changes what bounds it",
    }
}

#[cfg(test)]
mod tests {
    use iamx_catalog::Catalog;

    /// Services that AWS has closed, or actions that the catalog's sources lack; such sets match nothing but wildcards.
    const GONE: [&str; 3] = ["codestar:", "datapipeline:", "bedrock-agentcore:ConnectBrowserAutomationStream"];

    #[test]
    fn every_action_exists() {
        let catalog = Catalog::builtin();
        assert!(catalog.escalations().len() >= 100);
        for set in catalog.escalations() {
            for action in &set.actions {
                let gone = GONE.iter().any(|name| action.starts_with(name));
                assert!(catalog.action(action).is_some() || gone, "{action}");
            }
        }
    }
}
