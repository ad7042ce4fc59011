//! Resources as requests name them: some types have more in a request's ARN than in the format that AWS lists for them.

use iamx_catalog::{AskedArn, AskedBy, asked_arn};
use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{ActionPattern, Element, Sourced, deployed_names};

use crate::{
    actions::ActionSet,
    lowerer::Lowerer,
    resources::{Resource, ResourceSet, Typed},
};

impl Lowerer<'_> {
    /// The resources as a statement about the actions has them.
    pub(crate) fn asked_element(&mut self, set: &ResourceSet, actions: &ActionSet) -> Element<String> {
        let (mut patterns, mut starts) = (Vec::new(), Vec::new());
        for resource in &set.resources {
            for arn in self.asked_arns(resource, actions.negated, &actions.patterns) {
                let added = arn.strip_prefix(&resource.value.arn).is_some_and(|behind| !behind.is_empty());
                starts.extend(arn.strip_suffix('*').filter(|_| added).map(ToOwned::to_owned));
                patterns.push(Sourced::new(arn, resource.span));
            }
        }
        // What was named beside it, as a group's streams, is in what the group has become.
        patterns.retain(|pattern| {
            let rest = |start: &String| pattern.value.strip_prefix(start).is_some_and(|rest| rest != "*");
            !starts.iter().any(rest)
        });
        if set.negated { Element::except(patterns) } else { Element::of(patterns) }
    }

    /// The ARNs that stand for the resource in requests for the actions, or for all but these where `negated`. One that is known
    /// whole, and a pattern that holds what would stand behind it, stays as it is.
    pub(crate) fn asked_arns(
        &mut self,
        resource: &Sourced<Resource>,
        negated: bool,
        actions: &[Sourced<ActionPattern>],
    ) -> Vec<String> {
        let arn = &resource.value.arn;
        let row = resource.value.typed.as_ref().and_then(|typed| Some((typed, row_of(typed)?)));
        let Some((typed, row)) = row else { return vec![arn.clone()] };
        let name = typed.arguments.last().map_or("", String::as_str);
        if name.ends_with('*') {
            return vec![arn.clone()];
        }
        let behind = format!("{arn}{}", row.behind);
        if row.actions == AskedBy::Every {
            let is_whole = name.ends_with('?') || deployed_names(name).next().is_some() || row.may_be_in(name);
            if row.may_be_in(name) {
                self.name_or_whole(resource, name, row);
            }
            return vec![if is_whole { arn.clone() } else { behind }];
        }
        let (mut by_itself, mut with_more) = (negated, negated);
        for pattern in actions {
            let written = pattern.value.to_string();
            let mut known = false;
            for (service, action) in self.catalog().actions_matching(&written) {
                known = true;
                let own = service.resource_type(&typed.type_name).filter(|_| service.prefix() == typed.service);
                let acts = own.is_some_and(|own| action.resource_use(&own.name).is_some());
                // What is below it, as a group's streams, is named by what stands behind.
                let below = row.behind.ends_with('*')
                    && own.is_some_and(|own| {
                        let mut children = service.children(own);
                        children.any(|child| action.resource_use(&child.resource_type.name).is_some())
                    });
                let more = row.actions.holds(&action.name);
                by_itself |= acts && !more;
                with_more |= (acts || below) && more;
            }
            // What the catalog doesn't know may name it either way.
            let unknown = !known && pattern.value.service.as_deref() == Some(&typed.service);
            by_itself |= unknown;
            with_more |= unknown;
        }
        match (by_itself, with_more) {
            (true, true) => vec![arn.clone(), behind],
            (false, true) => vec![behind],
            _ => vec![arn.clone()],
        }
    }

    /// Says that nobody can tell whether `name` is whole.
    fn name_or_whole(&mut self, resource: &Sourced<Resource>, name: &str, row: &AskedArn) {
        let (service, type_name) = row.resource_type;
        let message = format!("`{name}` may be a name, or a name and the characters that AWS adds to it");
        self.report(
            Diagnostic::new(&checks::AMBIGUOUS_RESOURCE_NAME, resource.span, message)
                .label("taken as it stands")
                .note(format!("an ARN has `{}` behind the name, and so this ends too", row.behind))
                .help(format!(
                    "where it is the name, write `{service}.{type_name}(\"{name}{}\")`; else the whole ARN in quotes: `on \"{}\"`",
                    row.behind, resource.value.arn
                )),
        );
    }
}

fn row_of(typed: &Typed) -> Option<&'static AskedArn> {
    asked_arn(&typed.service, &typed.type_name)
}
