//! An action that is asked with several resources at once is allowed only if each of them is.
//!
//! See [resource types](https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html#actions_table).

use iamx_catalog::{Action, Catalog, Service};
use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{Effect, Statement, arns_intersect};

use crate::{
    access::{self, Access},
    coverage,
    rules::World,
};

/// Actions whose requests are known to name several resources at once. AWS marks resource types as required for many more,
/// where any one of them will do, as AWS's own policies show.
///
/// See [examples for Amazon EC2](https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ExamplePolicies_EC2.html).
const SEVERAL: [&str; 2] = ["ec2:AttachVolume", "ec2:RunInstances"];

pub(crate) fn check(world: &World<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for access in access::all(world.program) {
        // What is attached from elsewhere may hold the rest.
        if !access.elsewhere.is_empty() {
            continue;
        }
        for statement in allows(&access).filter(|statement| !statement.actions.negated && names_resources(statement)) {
            for pattern in statement.actions.patterns.iter().filter(|pattern| !pattern.value.is_wildcard()) {
                let Some(name) = SEVERAL.into_iter().find(|name| pattern.value.holds(name)) else { continue };
                let Some((service, action)) = found(world.catalog, name) else { continue };
                let missing = missing(&access, service, action, name);
                let Some(first) = missing.first() else { continue };
                let listed: Vec<_> = missing.iter().map(|slug| format!("`{}.{slug}`", service.prefix())).collect();
                diagnostics.push(
                    Diagnostic::new(
                        &checks::MISSING_REQUIRED_RESOURCE,
                        pattern.span,
                        format!("`{name}` is asked with {} too, and nothing allows it there", listed.join(", ")),
                    )
                    .label("allows nothing")
                    .note("a request is allowed only if each of its resources is")
                    .help(format!("add `{}.{first}(\"*\")` and the others to its resources", service.prefix())),
                );
            }
        }
    }
}

fn allows<'a, 'p>(access: &'a Access<'p>) -> impl Iterator<Item = &'p Statement> + use<'a, 'p> {
    let statements = access.documents.iter().flat_map(|(_, document)| &document.statements);
    statements.filter(|statement| statement.effect == Effect::Allow)
}

/// Whether the statement is about chosen resources.
fn names_resources(statement: &Statement) -> bool {
    statement
        .resources
        .as_ref()
        .is_some_and(|resources| !resources.negated && resources.patterns.iter().all(|one| one.value != "*"))
}

fn found<'c>(catalog: &'c Catalog, name: &str) -> Option<(&'c Service, &'c Action)> {
    let (prefix, action) = name.split_once(':')?;
    let service = catalog.service(prefix)?;
    Some((service, service.action(action)?))
}

/// The required types on which nothing allows the action.
fn missing(access: &Access<'_>, service: &Service, action: &Action, name: &str) -> Vec<String> {
    let required = action.resource_types.iter().filter(|used| used.required);
    let lacking = required.filter_map(|used| service.resource_type_named(&used.name)).filter(|resource_type| {
        let holds = |arn: &str| {
            arn == "*"
                || arn.contains("${")
                || resource_type.arn_templates.iter().any(|template| arns_intersect(template.pattern(), arn))
        };
        !allows(access).any(|statement| {
            coverage::of(statement, name).is_some()
                && statement.resources.as_ref().is_some_and(|resources| {
                    resources.negated || resources.patterns.iter().any(|one| holds(&one.value))
                })
        })
    });
    lacking.map(iamx_catalog::ResourceType::slug).collect()
}

#[cfg(test)]
mod tests {
    use iamx_catalog::Catalog;

    use super::SEVERAL;

    #[test]
    fn each_requires_several_types() {
        for name in SEVERAL {
            let action = Catalog::builtin().action(name).unwrap();
            assert!(action.resource_types.iter().filter(|used| used.required).count() > 1, "{name}");
        }
    }
}
