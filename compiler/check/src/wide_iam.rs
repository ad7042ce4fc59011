//! Two actions of IAM's that give away more than they seem to where they hold on every role: passing a role, and making
//! one for a service.
//!
//! See [passing roles](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html) and
//! [service-linked roles](https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html).

use iamx_diagnostic::{Check, Diagnostic, checks};
use iamx_policy::{Effect, Sourced, Statement};

use crate::{
    coverage::{self, Coverage},
    rules::Seen,
};

pub(crate) fn check(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    if statement.effect == Effect::Deny {
        return;
    }
    for family in [&PASS_ROLE, &CREATE_SERVICE_LINKED_ROLE] {
        let Some(finding) = family.finding(statement) else { continue };
        if !seen.entry.document.statements.iter().any(|other| denies_everywhere(other, family.action)) {
            diagnostics.push(finding);
        }
    }
}

/// Whether the statement takes the action away, whatever it is about.
fn denies_everywhere(statement: &Statement, action: &str) -> bool {
    statement.effect == Effect::Deny
        && statement.conditions.entries.is_empty()
        && coverage::of(statement, action).is_some()
        && statement
            .resources
            .as_ref()
            .is_some_and(|resources| !resources.negated && resources.patterns.iter().any(|one| one.value == "*"))
}

/// An action with the ways in which it can come to hold on every role.
struct Family {
    action: &'static str,
    /// The last part of the ARNs of what it acts on.
    every: &'static str,
    /// Keys that narrow it, whatever the resource is.
    narrowed_by: &'static [&'static str],
    says: &'static str,
    help: &'static str,
    named: Checks,
    wildcard: Checks,
    excepted: Checks,
}

/// One way of covering the action, by how the resources are said.
struct Checks {
    not_resource: &'static Check,
    star: &'static Check,
}

const PASS_ROLE: Family = Family {
    action: "iam:PassRole",
    every: "role/*",
    narrowed_by: &["iam:PassedToService", "iam:AssociatedResourceArn"],
    says: "passes every role, administrators' among them, to any service that runs code with it",
    help: "name the roles, and say `iam:PassedToService` of the service that gets them",
    named: Checks {
        not_resource: &checks::PASS_ROLE_WITH_NOT_RESOURCE,
        star: &checks::PASS_ROLE_WITH_STAR_IN_RESOURCE,
    },
    wildcard: Checks {
        not_resource: &checks::PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE,
        star: &checks::PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE,
    },
    excepted: Checks {
        not_resource: &checks::PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE,
        star: &checks::PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION,
    },
};

const CREATE_SERVICE_LINKED_ROLE: Family = Family {
    action: "iam:CreateServiceLinkedRole",
    every: "role/aws-service-role/*",
    narrowed_by: &["iam:AWSServiceName"],
    says: "makes the service-linked role of any service, with the permissions that AWS gives it",
    help: "say which services: `when iam:AWSServiceName == \"elasticloadbalancing.amazonaws.com\"`",
    named: Checks {
        not_resource: &checks::CREATE_SLR_WITH_NOT_RESOURCE,
        star: &checks::CREATE_SLR_WITH_STAR_IN_RESOURCE,
    },
    wildcard: Checks {
        not_resource: &checks::CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE,
        star: &checks::CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE,
    },
    excepted: Checks {
        not_resource: &checks::CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE,
        star: &checks::CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION,
    },
};

/// Keys about the role itself, which narrow as its name does.
const OF_THE_ROLE: [&str; 2] = ["aws:ResourceTag/", "iam:ResourceTag/"];

impl Family {
    fn finding(&self, statement: &Statement) -> Option<Diagnostic> {
        let resources = statement.resources.as_ref()?;
        let coverage = coverage::of(statement, self.action)?;
        if self.is_narrowed(statement) {
            return None;
        }
        let wide: &Sourced<String> = if resources.negated {
            let all_excepted =
                resources.patterns.iter().any(|pattern| coverage::holds_every(&pattern.value, "iam", self.every));
            resources.patterns.first().filter(|_| !all_excepted)?
        } else {
            resources.patterns.iter().find(|pattern| coverage::holds_every(&pattern.value, "iam", self.every))?
        };
        let (checks, covering, subject) = match coverage {
            Coverage::Named(pattern) => (&self.named, pattern.span, "this".to_owned()),
            // Everything on everything is administration, which is said elsewhere.
            Coverage::Wildcard(pattern) if pattern.value.service.is_none() => return None,
            Coverage::Wildcard(pattern) => {
                (&self.wildcard, pattern.span, format!("`{}` holds `{}`, which", pattern.value, self.action))
            }
            Coverage::Excepted => {
                (&self.excepted, statement.span, format!("all but the excepted actions holds `{}`, which", self.action))
            }
        };
        let check = if resources.negated { checks.not_resource } else { checks.star };
        let (primary, related) = match coverage {
            Coverage::Named(_) => (wide.span, covering),
            _ => (covering, wide.span),
        };
        let mut diagnostic = Diagnostic::new(check, primary, format!("{subject} {}", self.says)).help(self.help);
        if related != primary {
            let on = if resources.negated { "on all roles but these" } else { "on all roles" };
            diagnostic =
                diagnostic.related(related, if matches!(coverage, Coverage::Named(_)) { "by this" } else { on });
        }
        Some(diagnostic)
    }

    fn is_narrowed(&self, statement: &Statement) -> bool {
        statement.conditions.entries.iter().any(|entry| {
            let narrows = self.narrowed_by.iter().any(|key| entry.is_of(key))
                || OF_THE_ROLE.iter().any(|prefix| {
                    entry.key.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
                });
            // `IfExists` is as good here: the request that is narrowed always says it.
            narrows && !entry.operator.base.is_negated()
        })
    }
}
