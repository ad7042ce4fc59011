//! Conditions on MFA that let in, or fail to keep out, who they seem to be about.
//!
//! Requests signed with a user's access keys carry no MFA key at all; those of a session carry `true` or `false`. See
//! [`aws:MultiFactorAuthPresent`](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-multifactorauthpresent).

use iamx_diagnostic::{Diagnostic, Severity, checks};
use iamx_lower::{Identity, Role};
use iamx_policy::{BaseOperator, ConditionEntry, Effect, Principal, Sourced, Statement, glob_matches};

use crate::{inclusion::target_includes, rules::Seen};

const PRESENT: &str = "aws:MultiFactorAuthPresent";
const AGE: &str = "aws:MultiFactorAuthAge";

pub(crate) fn check(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    if let Some(diagnostic) = signing_in(seen, statement) {
        diagnostics.push(diagnostic);
        return;
    }
    let Some(first) = statement.conditions.of(PRESENT).next() else {
        diagnostics.extend(age(seen, statement));
        return;
    };
    let Some(matched) = Matched::by(statement) else { return };
    let fault = match statement.effect {
        Effect::Allow if !matched.yes => None,
        Effect::Allow => who(matched.no, matched.absent).map(|who| format!("this allows {who} too")),
        Effect::Deny if matched.yes || !(matched.no || matched.absent) => None,
        Effect::Deny => {
            let all = others(seen, statement).filter_map(Matched::by).fold(matched, Matched::or);
            who(!all.no, !all.absent).map(|who| format!("this doesn't deny {who}"))
        }
    };
    let Some(message) = fault else { return };
    let help = match statement.effect {
        Effect::Allow => format!("write `when {PRESENT}`"),
        Effect::Deny => format!("write `unless {PRESENT}`"),
    };
    diagnostics.push(
        Diagnostic::new(&checks::MFA_PATTERN, first.span, message)
            .note(format!("requests with access keys carry no `{PRESENT}`, sessions without MFA carry `false`"))
            .help(help),
    );
}

/// The denies beside `statement` that are about no less.
fn others<'p>(seen: &Seen<'p>, statement: &'p Statement) -> impl Iterator<Item = &'p Statement> {
    let statements = &seen.entry.document.statements;
    statements.iter().filter(move |other| {
        other.effect == Effect::Deny && !std::ptr::eq(*other, statement) && target_includes(other, statement)
    })
}

/// Which of the values that the key can have a statement's conditions let through.
#[derive(Clone, Copy)]
struct Matched {
    absent: bool,
    no: bool,
    yes: bool,
}

impl Matched {
    /// `None` where a condition on the key is of another kind.
    fn by(statement: &Statement) -> Option<Self> {
        let mut matched = Self { absent: true, no: true, yes: true };
        for entry in statement.conditions.of(PRESENT) {
            if entry.operator.qualifier.is_some() {
                return None;
            }
            let base = entry.operator.base;
            let among = |text: &str| entry.values.iter().any(|value| matches(base, &value.value, text));
            let of_entry = match base {
                BaseOperator::Null => {
                    let absent = among("true");
                    Self { absent, no: !absent, yes: !absent }
                }
                BaseOperator::Bool
                | BaseOperator::StringEquals
                | BaseOperator::StringNotEquals
                | BaseOperator::StringEqualsIgnoreCase
                | BaseOperator::StringNotEqualsIgnoreCase
                | BaseOperator::StringLike
                | BaseOperator::StringNotLike => Self {
                    absent: entry.operator.holds_when_absent(),
                    no: among("false") != base.is_negated(),
                    yes: among("true") != base.is_negated(),
                },
                _ => return None,
            };
            matched = Self {
                absent: matched.absent && of_entry.absent,
                no: matched.no && of_entry.no,
                yes: matched.yes && of_entry.yes,
            };
        }
        Some(matched)
    }

    fn or(self, other: Self) -> Self {
        Self { absent: self.absent || other.absent, no: self.no || other.no, yes: self.yes || other.yes }
    }
}

/// Whether a condition's value is what a request has, as the operator compares them.
fn matches(operator: BaseOperator, value: &str, text: &str) -> bool {
    match operator {
        BaseOperator::StringEquals | BaseOperator::StringNotEquals => value == text,
        BaseOperator::StringLike | BaseOperator::StringNotLike => glob_matches(value, text),
        _ => value.eq_ignore_ascii_case(text),
    }
}

/// Callers of whom no request ever carries MFA.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Without {
    Federated,
    Service,
    Role,
    PermissionSet,
}

impl Without {
    fn who(self) -> &'static str {
        match self {
            Self::Federated => "whoever comes through an identity provider",
            Self::Service => "a service",
            Self::Role => "a role that only services or identity providers assume",
            Self::PermissionSet => "whoever has a permission set",
        }
    }

    fn help(self) -> &'static str {
        match self {
            Self::Federated => "let the provider ask for the second factor, and trust it for those who gave it",
            Self::Service | Self::Role => "ask for MFA where people assume a role",
            Self::PermissionSet => "let Identity Center ask for the second factor, and leave this condition out",
        }
    }

    /// Whom the principal names, in that statement.
    fn named(seen: &Seen<'_>, statement: &Statement, principal: &Principal) -> Option<Self> {
        match principal {
            Principal::Federated(_) => Some(Self::Federated),
            Principal::Service(_) => Some(Self::Service),
            Principal::Aws(_) if is_of_permission_sets(statement) => Some(Self::PermissionSet),
            Principal::Aws(arn) => {
                let program = seen.world.program;
                let is_named = |role: &&Role| {
                    let Identity { account, path, name, .. } = &role.identity;
                    program.iam_arn(*account, "role", path, name).is_some_and(|own| own == *arn)
                };
                let role = program.roles.iter().find(is_named)?;
                is_without(role).then_some(Self::Role)
            }
            Principal::Everyone | Principal::CanonicalUser(_) => None,
        }
    }

    /// Whom the statement is about.
    fn of(seen: &Seen<'_>, statement: &Statement) -> Option<Self> {
        let element = statement.principal.as_ref()?;
        let mut principals = element.principals.iter().map(|one| Self::named(seen, statement, &one.value));
        let first = principals.next()??;
        (!element.negated && principals.all(|one| one.is_some())).then_some(first)
    }
}

/// Whether nobody assumes the role who could bring MFA along.
fn is_without(role: &Role) -> bool {
    let mut allows = role.trust.statements.iter().filter(|statement| statement.effect == Effect::Allow).peekable();
    let never = |one: &Sourced<Principal>| matches!(one.value, Principal::Federated(_) | Principal::Service(_));
    allows.peek().is_some()
        && allows.all(|statement| {
            statement.principal.as_ref().is_some_and(|element| !element.negated && element.principals.iter().all(never))
        })
}

/// Whether the statement is for roles alone that Identity Center made.
fn is_of_permission_sets(statement: &Statement) -> bool {
    statement.conditions.of("aws:PrincipalArn").any(|entry| {
        let is_equal = matches!(
            entry.operator.base,
            BaseOperator::ArnEquals | BaseOperator::ArnLike | BaseOperator::StringEquals | BaseOperator::StringLike
        );
        let is_made = |value: &str| {
            value.splitn(6, ':').nth(5).is_some_and(|role| role.starts_with("role/aws-reserved/sso.amazonaws.com/"))
        };
        is_equal && !entry.holds_when_absent() && entry.values.iter().all(|value| is_made(&value.value))
    })
}

/// MFA that is demanded of those whose requests carry none: AWS's services, whoever comes through an identity provider, which
/// Identity Center is too, and the roles that nobody else assumes.
///
/// See [MFA-protected API access](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html).
fn signing_in(seen: &Seen<'_>, statement: &Statement) -> Option<Diagnostic> {
    if statement.effect == Effect::Deny {
        return None;
    }
    let demanded = statement
        .conditions
        .entries
        .iter()
        .find(|entry| (entry.is_of(PRESENT) || entry.is_of(AGE)) && !entry.holds_when_absent())?;
    let without = Without::of(seen, statement)?;
    // A session may carry the key all the same, as `false`.
    let may_be_false = matches!(without, Without::Role | Without::PermissionSet) && demanded.is_of(PRESENT);
    if may_be_false && Matched::by(statement).is_none_or(|matched| matched.no) {
        return None;
    }
    let who = without.who();
    let note = if may_be_false {
        format!("`{}` is never `true` in such a request", demanded.key)
    } else {
        format!("such a request carries no `{}`", demanded.key)
    };
    Some(
        Diagnostic::new(&checks::MFA_PATTERN, demanded.span, format!("{who} brings no MFA, so this lets in nobody"))
            .severity(Severity::Warning)
            .note(note)
            .help(without.help()),
    )
}

/// Those without MFA, in words: sessions where `no`, access keys where `absent`.
fn who(no: bool, absent: bool) -> Option<&'static str> {
    match (no, absent) {
        (true, true) => Some("whoever has no MFA"),
        (true, false) => Some("sessions without MFA"),
        (false, true) => Some("access keys"),
        (false, false) => None,
    }
}

/// A deny of sessions whose MFA is old passes those that have none, and an allow of all whose MFA isn't old lets them in.
fn age(seen: &Seen<'_>, statement: &Statement) -> Option<Diagnostic> {
    if statement.effect == Effect::Allow {
        let entry = statement.conditions.of(AGE).find(|entry| entry.operator.holds_when_absent())?;
        let demanded = statement.conditions.of(AGE).any(|other| {
            !other.operator.holds_when_absent() && other.operator.base != BaseOperator::Null
                || other.operator.base == BaseOperator::Null && other.values.iter().all(|value| value.value == "false")
        });
        return (!demanded).then(|| {
            Diagnostic::new(&checks::MFA_PATTERN, entry.span, "this allows whoever has no MFA too")
                .note(format!("without MFA a request carries no `{AGE}`"))
                .help(format!("write `when {AGE} < 1h`"))
        });
    }
    let old = |entry: &&ConditionEntry| {
        matches!(entry.operator.base, BaseOperator::NumericGreaterThan | BaseOperator::NumericGreaterThanEquals)
            && !entry.operator.holds_when_absent()
    };
    let entry = statement.conditions.of(AGE).find(old).filter(|_| statement.effect == Effect::Deny)?;
    let absent_denied = others(seen, statement).any(|other| {
        other.conditions.of(AGE).any(|entry| entry.operator.base == BaseOperator::Null)
            || Matched::by(other).is_some_and(|matched| matched.absent && !matched.yes)
    });
    if absent_denied {
        return None;
    }
    Some(
        Diagnostic::new(&checks::MFA_PATTERN, entry.span, "this doesn't deny whoever has no MFA")
            .note(format!("without MFA a request carries no `{AGE}`"))
            .help(format!("write `unless {AGE} < 1h`")),
    )
}
