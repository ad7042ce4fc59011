//! A statement whose actions don't act on its resources matches no request.
//!
//! See [resource types](https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html).

use iamx_catalog::{Action, ArnTemplate, Catalog, ResourceType, Service};
use iamx_diagnostic::{Diagnostic, checks};
use iamx_lower::{Asked, ClaimKind};
use iamx_policy::{ActionPattern, Effect, Sourced, Statement, arns_intersect};
use iamx_text::Span;

use crate::{
    arn_fields::{self, with_variables_as},
    held::Held,
    rules::{Seen, World},
};

pub(crate) fn check(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    let Some(resources) = &statement.resources else { return };
    if statement.actions.negated || resources.negated {
        return;
    }
    let arns: Vec<&Sourced<String>> = resources.patterns.iter().collect();
    // What is wrong in the ARN itself is why it matches nothing.
    if arns.iter().any(|arn| arn_fields::is_at_fault(&arn.value, seen.world.catalog)) {
        return;
    }
    let effect = if statement.effect == Effect::Allow { "allows" } else { "denies" };
    let words = Words {
        nothing: format!("{effect} nothing on these resources"),
        untaken: "nothing is allowed or denied on this",
        of_resource: seen.entry.resource_policy.is_some(),
    };
    mismatches(seen.world.catalog, (&statement.actions.patterns, statement.span), &arns, &words, diagnostics);
}

/// What the line of a test or invariant asks is about requests that are never made.
pub(crate) fn check_asked(world: &World<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let words =
        Words { nothing: "no request is for this".to_owned(), untaken: "no request is about this", of_resource: false };
    let lines = world.program.tests.iter().flat_map(|test| &test.assertions).map(|line| (&line.asked, line.span));
    let claims = world.program.invariants.iter().flat_map(|invariant| &invariant.claims);
    let claims = claims.filter_map(|claim| match &claim.kind {
        ClaimKind::Can(asked) | ClaimKind::Cannot(asked) | ClaimKind::CanAlways(asked) => Some((asked, claim.span)),
        _ => None,
    });
    for (asked, span) in lines.chain(claims) {
        let Asked::Actions { actions, resources } = asked else { continue };
        if actions.negated || resources.negated {
            continue;
        }
        let arns: Vec<_> =
            resources.resources.iter().map(|resource| Sourced::new(resource.arn.clone(), resource.span)).collect();
        mismatches(world.catalog, (&actions.patterns, span), &arns.iter().collect::<Vec<_>>(), &words, diagnostics);
    }
}

/// What a mismatch means where it is.
struct Words {
    nothing: String,
    untaken: &'static str,
    /// Whether it is in a resource's own policy.
    of_resource: bool,
}

fn mismatches(
    catalog: &Catalog,
    (patterns, span): (&[Sourced<ActionPattern>], Span),
    arns: &[&Sourced<String>],
    words: &Words,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if patterns.is_empty() || arns.iter().any(|arn| arn.value == "*") {
        return;
    }
    // An action by name that none of the resources takes is a fault even if another action of the statement fits.
    let targets: Vec<_> = patterns.iter().map(|pattern| Targets::of(&pattern.value, catalog)).collect();
    let fits = |targets: &Targets<'_>| arns.iter().any(|arn| targets.hold(&arn.value));
    for (pattern, of_pattern) in patterns.iter().zip(&targets) {
        // What was written as a pattern and stands here as its actions, as `s3:* except …`, is at one place.
        let mut beside = patterns.iter().zip(&targets).filter(|(other, _)| other.span == pattern.span);
        if !fits(of_pattern) && !beside.any(|(_, targets)| fits(targets)) {
            diagnostics.push(finding(pattern, &Held::by(&pattern.value, catalog), arns, words));
            return;
        }
    }
    for arn in arns {
        if !targets.iter().any(|targets| targets.hold(&arn.value)) {
            diagnostics.push(
                Diagnostic::new(
                    &checks::ACTION_RESOURCE_MISMATCH,
                    arn.span,
                    format!("no action of this statement acts on `{}`", arn.value),
                )
                .label(words.untaken)
                .related(span, "the statement"),
            );
        }
    }
}

/// What requests for the actions that a pattern holds may be about.
enum Targets<'c> {
    /// What the catalog doesn't know may be about anything.
    Anything,
    Known {
        /// The types that the actions act on, each once.
        types: Vec<(&'c Service, &'c ResourceType)>,
        /// ARNs that services ask with about actions without types.
        arns: Vec<&'c str>,
    },
}

impl<'c> Targets<'c> {
    fn of(pattern: &ActionPattern, catalog: &'c Catalog) -> Self {
        let actions = match Held::by(pattern, catalog) {
            Held::Actions(actions) if !actions.is_empty() => actions,
            _ => return Self::Anything,
        };
        let mut types: Vec<(&Service, &ResourceType)> = Vec::new();
        for (service, action) in actions {
            for used in &action.resource_types {
                let known = |(of, one): &(&Service, &ResourceType)| {
                    std::ptr::eq(*of, service) && one.name.eq_ignore_ascii_case(&used.name)
                };
                if !types.iter().any(known) {
                    types.extend(service.resource_type_named(&used.name).map(|found| (service, found)));
                }
            }
        }
        let asked_with = catalog.tables().asked_with.iter();
        let asked_with = asked_with.filter(|one| pattern.holds(&one.action) && catalog.action(&one.action).is_some());
        Self::Known { types, arns: asked_with.map(|one| one.arn.as_str()).collect() }
    }

    /// Whether a request may be about a resource that `arn` matches.
    fn hold(&self, arn: &str) -> bool {
        let Self::Known { types, arns } = self else { return true };
        types.iter().any(|(service, one)| is_of_type(service, one, arn))
            || arns.iter().any(|asked_with| arns_intersect(asked_with, arn))
    }
}

/// What no ARN holds, for a policy variable.
const VARIABLE: &str = "\0";

/// Whether a resource of the type may match `arn`. A slash or colon within `${…}` is no part of the ARN's.
fn is_of_type(service: &Service, resource_type: &ResourceType, arn: &str) -> bool {
    let plain = &with_variables_as(arn, "*");
    resource_type.arn_templates.iter().any(|template| {
        arns_intersect(template.pattern(), plain)
            && !has_more_parts(service, resource_type, template, plain)
            && !has_fewer_parts(template, arn)
    })
}

/// Whether `arn` has fewer parts between slashes and colons than the template, since what stands for more of them is a policy
/// variable and no wildcard: the value of a tag is a bucket's name, or a part of one, and no object.
fn has_fewer_parts(template: &ArnTemplate, arn: &str) -> bool {
    if !arn.contains("${") {
        return false;
    }
    let opaque = with_variables_as(arn, VARIABLE);
    let resource = opaque.splitn(6, ':').nth(5).unwrap_or_default();
    let parts = |text: &str| text.bytes().filter(|byte| matches!(byte, b'/' | b':')).count();
    resource.contains(VARIABLE) && !resource.contains(['*', '?']) && parts(resource) < parts(template.resource_field())
}

/// Whether `arn` has more parts between slashes than the template of a type that has children: a bucket's name holds no
/// slash, since what follows one is an object's.
fn has_more_parts(service: &Service, resource_type: &ResourceType, template: &ArnTemplate, arn: &str) -> bool {
    let slashes = |text: &str| text.bytes().filter(|byte| *byte == b'/').count();
    let own = slashes(template.text());
    slashes(arn) > own && service.children(resource_type).any(|child| slashes(child.template.text()) > own)
}

fn finding(pattern: &Sourced<ActionPattern>, held: &Held<'_>, arns: &[&Sourced<String>], words: &Words) -> Diagnostic {
    let listed: Vec<_> = arns.iter().map(|arn| format!("`{}`", arn.value)).collect();
    let mut diagnostic = Diagnostic::new(
        &checks::ACTION_RESOURCE_MISMATCH,
        pattern.span,
        format!("`{}` doesn't act on {}", pattern.value, listed.join(", ")),
    )
    .label(words.nothing.clone());
    for arn in arns {
        diagnostic = diagnostic.related(arn.span, "on this");
    }
    let Held::Actions(held) = held else { return diagnostic };
    let mut types: Vec<String> = held
        .iter()
        .flat_map(|(service, action)| {
            action.resource_types.iter().map(|used| match service.resource_type_named(&used.name) {
                Some(resource_type) => format!("`{}.{}`", service.prefix(), resource_type.slug()),
                None => format!("`{}`", used.name),
            })
        })
        .collect();
    types.sort();
    types.dedup();
    if types.is_empty() && words.of_resource {
        diagnostic = diagnostic
            .note("the action has no resource-level permissions, so no resource's own policy is asked about it")
            .help("say it in the policies of identities");
    } else if types.is_empty() {
        diagnostic = diagnostic
            .note("the action has no resource-level permissions: a request for it is about `*`")
            .help("give it a statement of its own, `on *`");
    } else if let Some(child) = child_that_fits(held, arns) {
        diagnostic = diagnostic.help(format!("write `.{child}(\"…\")` behind the resource"));
    } else if types.len() <= 6 {
        diagnostic = diagnostic.help(format!("it acts on {}", types.join(" or ")));
    }
    diagnostic
}

/// The type that is a child of one of the resources and that one of the actions acts on.
fn child_that_fits(held: &[(&Service, &Action)], arns: &[&Sourced<String>]) -> Option<String> {
    held.iter().find_map(|(service, action)| {
        let parents = service
            .resource_types()
            .iter()
            .filter(|resource_type| arns.iter().any(|arn| is_of_type(service, resource_type, &arn.value)));
        parents
            .flat_map(|parent| service.children(parent))
            .find_map(|child| action.resource_use(&child.resource_type.name).map(|_| child.resource_type.slug()))
    })
}
