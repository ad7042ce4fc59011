//! How many roles, groups, tags and the like an account takes, and how long their texts may be.
//!
//! See [IAM quotas](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).

use std::collections::BTreeMap;

use iamx_catalog::{Quota, QuotaKind};
use iamx_diagnostic::{Check, Diagnostic, checks};
use iamx_lower::{ProviderKind, Tag};
use iamx_text::Span;

use crate::rules::World;

pub(crate) fn check(world: &World<'_>, diagnostics: &mut Vec<Diagnostic>) {
    in_accounts(world, diagnostics);
    groups_of_users(world, diagnostics);
    tags(world, diagnostics);
    descriptions(world, diagnostics);
}

/// Entities of one kind: the account that each is made in, and where it was declared.
type Made = Vec<(Option<usize>, Span)>;

/// What an account has of one kind, told at the first that is one too many.
fn in_accounts(world: &World<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let program = world.program;
    let of = |account, span| (account, span);
    let roles = || program.roles.iter().map(|role| of(role.identity.account, role.identity.span));
    let profiles = program.roles.iter().filter(|role| role.instance_profile);
    let providers = |saml: bool| {
        let of_kind = move |kind: &ProviderKind| matches!(kind, ProviderKind::Saml { .. }) == saml;
        program.providers.iter().filter(move |one| of_kind(&one.kind)).map(|one| of(one.account, one.span))
    };
    let kinds: [(QuotaKind, &str, Made); 7] = [
        (QuotaKind::RolesPerAccount, "roles", roles().collect()),
        (
            QuotaKind::InstanceProfilesPerAccount,
            "instance profiles",
            profiles.map(|role| of(role.identity.account, role.identity.span)).collect(),
        ),
        (
            QuotaKind::UsersPerAccount,
            "users",
            program.users.iter().map(|user| of(user.identity.account, user.identity.span)).collect(),
        ),
        (
            QuotaKind::GroupsPerAccount,
            "groups",
            program.groups.iter().map(|group| of(group.identity.account, group.identity.span)).collect(),
        ),
        (
            QuotaKind::ManagedPoliciesPerAccount,
            "managed policies of its own",
            program.policies.iter().map(|policy| of(policy.account, policy.span)).collect(),
        ),
        (QuotaKind::OidcProvidersPerAccount, "OIDC providers", providers(false).collect()),
        (QuotaKind::SamlProvidersPerAccount, "SAML providers", providers(true).collect()),
    ];
    for (kind, what, made) in kinds {
        let Some(quota) = world.catalog.quota(kind) else { continue };
        let mut counts: BTreeMap<Option<usize>, Vec<Span>> = BTreeMap::new();
        for (account, span) in made {
            counts.entry(account).or_default().push(span);
        }
        for (account, spans) in counts {
            let Some(first_too_many) = usize::try_from(quota.max).ok().and_then(|max| spans.get(max)) else { continue };
            let whose =
                program.account(account).map_or_else(|| "the account".to_owned(), |one| format!("`{}`", one.name));
            let message = format!("{whose} has {} {what}; IAM takes {}", spans.len(), quota.max);
            let diagnostic = Diagnostic::new(&checks::TOO_MANY_IN_ACCOUNT, *first_too_many, message)
                .label("the first that is too many")
                .help("spread them over accounts, or let one serve several");
            diagnostics.push(raisable(diagnostic, quota));
        }
    }
}

fn groups_of_users(world: &World<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let Some(quota) = world.catalog.quota(QuotaKind::GroupsPerUser) else { return };
    let mut groups: BTreeMap<(Option<usize>, &str), u32> = BTreeMap::new();
    for group in &world.program.groups {
        for member in &group.members {
            *groups.entry((group.identity.account, member)).or_default() += 1;
        }
    }
    for user in &world.program.users {
        let identity = &user.identity;
        let count = groups.get(&(identity.account, identity.name.as_str())).copied().unwrap_or(0);
        if count > quota.max {
            let message = format!("`{}` is in {count} groups; IAM takes {}", identity.name, quota.max);
            diagnostics.push(
                Diagnostic::new(&checks::TOO_MANY_GROUPS, identity.span, message)
                    .help("join groups whose members are the same, or use roles"),
            );
        }
    }
}

fn tags(world: &World<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let program = world.program;
    let identities =
        program.identities().map(|(_, identity)| (identity.tags.as_slice(), &identity.name, identity.span));
    let providers = program.providers.iter().map(|one| (one.tags.as_slice(), &one.name, one.span));
    for (tags, name, span) in identities.chain(providers) {
        tags_of(world, tags, name, span, diagnostics);
    }
}

fn tags_of(world: &World<'_>, tags: &[Tag], name: &str, span: Span, diagnostics: &mut Vec<Diagnostic>) {
    if let Some(quota) = world.catalog.quota(QuotaKind::TagsPerEntity)
        && u64::try_from(tags.len()).is_ok_and(|count| count > u64::from(quota.max))
    {
        let message = format!("`{name}` has {} tags; AWS takes {}", tags.len(), quota.max);
        diagnostics.push(Diagnostic::new(&checks::TOO_MANY_TAGS, span, message).help("leave some out"));
    }
    for tag in tags {
        for (kind, what, text) in [(QuotaKind::TagKey, "key", &tag.key), (QuotaKind::TagValue, "value", &tag.value)] {
            let what = format!("the {what} of the tag `{}`", shortened(&tag.key));
            diagnostics.extend(length(world, kind, &what, text, span));
        }
    }
}

fn descriptions(world: &World<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let program = world.program;
    let roles = program.roles.iter().map(|role| (&role.description, &role.identity.name, role.identity.span));
    let policies = program.policies.iter().map(|policy| (&policy.description, &policy.name, policy.span));
    for (description, name, span) in roles.chain(policies) {
        let Some(text) = description else { continue };
        diagnostics.extend(length(world, QuotaKind::Description, &format!("the description of `{name}`"), text, span));
    }
    for role in &program.roles {
        let Some(text) = &role.description else { continue };
        diagnostics.extend(refused_characters(&role.identity.name, text, role.identity.span));
    }
}

/// A role is described in the letters of Latin-1; a policy in any.
///
/// See [`CreateRole`](https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html) and
/// [`CreatePolicy`](https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html).
fn refused_characters(name: &str, text: &str, span: Span) -> Option<Diagnostic> {
    static CHECK: &Check = &checks::INVALID_TEXT;
    let is_taken = |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{a1}'..='\u{ff}');
    let refused = text.chars().find(|c| !is_taken(c))?;
    let message = format!("IAM takes no `{}` in the description of the role `{name}`", refused.escape_debug());
    Some(
        Diagnostic::new(CHECK, span, message)
            .note("a role's description is written in the letters of western Europe (Latin-1)")
            .help("write it in these, or begin its lines with `//`, which stays in the source"),
    )
}

/// What is wrong with a text that is too long.
fn length(world: &World<'_>, kind: QuotaKind, what: &str, text: &str, span: Span) -> Option<Diagnostic> {
    static CHECK: &Check = &checks::TEXT_TOO_LONG;
    let quota = world.catalog.quota(kind)?;
    let count = text.chars().count();
    u64::try_from(count).is_ok_and(|count| count > u64::from(quota.max)).then(|| {
        Diagnostic::new(CHECK, span, format!("{what} has {count} characters; AWS takes {}", quota.max))
            .help("shorten it; a comment with `//` can be as long as it likes")
    })
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= 40 { text.to_owned() } else { text.chars().take(39).chain(['…']).collect() }
}

fn raisable(diagnostic: Diagnostic, quota: &Quota) -> Diagnostic {
    match quota.raisable_to {
        Some(most) => diagnostic.note(format!("the quota can be raised to {most}")),
        None => diagnostic,
    }
}
