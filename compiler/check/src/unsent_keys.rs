//! Keys that some of a statement's actions don't send, and one that can be got around.

use iamx_diagnostic::{Check, Diagnostic, checks};
use iamx_policy::{BaseOperator, ConditionEntry, Effect, Statement};

use crate::{coverage, held::Held, rules::Seen};

pub(crate) fn check(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    for entry in &statement.conditions.entries {
        diagnostics.extend(unsent(seen, statement, entry));
        diagnostics.extend(untagged(seen, statement, entry));
    }
    diagnostics.extend(prefix(statement));
}

/// Actions by name whose service has the key and sends it with others of the statement's.
fn unsent(seen: &Seen<'_>, statement: &Statement, entry: &ConditionEntry) -> Option<Diagnostic> {
    let catalog = seen.world.catalog;
    let found = catalog.condition_key(&entry.key)?;
    let absent_allows = entry.operator.holds_when_absent();
    let template = &found.key.name;
    if found.key.global
        || template.contains('.')
        || statement.actions.negated
        || entry.operator.base == BaseOperator::Null
        // That an allow holds without the key is said elsewhere.
        || (statement.effect == Effect::Allow && absent_allows)
    {
        return None;
    }
    let (mut sends, mut lacks) = (false, Vec::new());
    for pattern in &statement.actions.patterns {
        let Held::Actions(held) = Held::by(&pattern.value, catalog) else { return None };
        let sent = held.iter().any(|(service, action)| service.sends(action, template));
        sends |= sent;
        // A pattern, or a level, is not a choice of each action in it.
        let chosen = !pattern.value.is_wildcard()
            && statement.actions.patterns.iter().filter(|other| other.span == pattern.span).count() == 1;
        let same_service = held.iter().any(|(service, _)| {
            entry.key.split(':').next().is_some_and(|prefix| prefix.eq_ignore_ascii_case(service.prefix()))
        });
        if !sent && chosen && same_service {
            lacks.push(pattern);
        }
    }
    let first = lacks.first().filter(|_| sends)?;
    let names: Vec<_> = lacks.iter().take(3).map(|pattern| format!("`{}`", pattern.value)).collect();
    let more = if lacks.len() > 3 { format!(" and {} more", lacks.len() - 3) } else { String::new() };
    let consequence = match (statement.effect, absent_allows) {
        (Effect::Allow, _) => "never allowed",
        (Effect::Deny, false) => "never denied",
        (Effect::Deny, true) => "always denied",
    };
    let message = format!("`{}` isn't sent with {}{more}", entry.key, names.join(", "));
    Some(
        Diagnostic::new(&checks::UNSUPPORTED_ACTION_FOR_CONDITION_KEY, entry.span, message)
            .related(first.span, format!("so this is {consequence}"))
            .note(format!("as of the catalog of {}", catalog.info().version))
            .help("give these actions a statement of their own"),
    )
}

const RESOURCE_TAG: &str = "aws:ResourceTag/";

/// A condition on the resource's tags, for services none of whose actions send them.
fn untagged(seen: &Seen<'_>, statement: &Statement, entry: &ConditionEntry) -> Option<Diagnostic> {
    let start = entry.key.get(..RESOURCE_TAG.len())?;
    if !start.eq_ignore_ascii_case(RESOURCE_TAG) || statement.actions.negated || entry.holds_when_absent() {
        return None;
    }
    let mut services: Vec<&str> = Vec::new();
    for pattern in &statement.actions.patterns {
        let service = seen.world.catalog.service(pattern.value.service.as_deref()?)?;
        let sends = service.condition_keys().iter().any(|key| key.name.starts_with(RESOURCE_TAG));
        if !sends && !services.contains(&service.prefix()) {
            services.push(service.prefix());
        }
    }
    if services.is_empty() {
        return None;
    }
    let (check, consequence): (&'static Check, _) = match statement.effect {
        Effect::Allow => (&checks::ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE, "allows"),
        Effect::Deny => (&checks::DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE, "denies"),
    };
    let listed: Vec<_> = services.iter().map(|service| format!("`{service}`")).collect();
    let message =
        format!("this {consequence} nothing of {}, which never sends the tags of a resource", listed.join(", "));
    Some(
        Diagnostic::new(check, entry.span, message)
            .note(format!("as of the catalog of {}", seen.world.catalog.info().version))
            .help("name the resources in a statement of their own"),
    )
}

/// The actions whose requests carry `s3:prefix`.
const LISTING: [&str; 2] = ["s3:ListBucket", "s3:ListBucketVersions"];

/// `s3:prefix` as what is not to be listed: a shorter prefix, or none, lists it all the same.
///
/// See [`s3:prefix`](https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html).
fn prefix(statement: &Statement) -> Option<Diagnostic> {
    let compares = |entry: &&ConditionEntry| {
        matches!(
            entry.operator.base,
            BaseOperator::StringEquals
                | BaseOperator::StringNotEquals
                | BaseOperator::StringLike
                | BaseOperator::StringNotLike
        )
    };
    let entry = statement.conditions.of("s3:prefix").find(compares)?;
    let spares = (statement.effect == Effect::Allow) == entry.operator.base.is_negated();
    if !spares || !LISTING.iter().any(|action| coverage::of(statement, action).is_some()) {
        return None;
    }
    let message = "what is under this prefix is listed under a shorter one too";
    Some(
        Diagnostic::new(&checks::S3_PREFIX_IN_NEGATIVE_CONTEXT, entry.span, message)
            .note("the key is what the request asks for, not what is listed: a request for no prefix lists everything")
            .help("say which prefixes may be listed: `allow … when s3:prefix like …`, or `deny … unless s3:prefix like …`"),
    )
}
