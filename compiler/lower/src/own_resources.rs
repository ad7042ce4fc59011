//! What a resource's own policy is about: `self`, what is inside it, and how the service wants that written.

use iamx_catalog::{Action, PolicyCarrier, ResourceElement, ResourcePolicyForm, Service};
use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{ActionPattern, Element, Sourced, arns_intersect};
use iamx_syntax::ast::{Expr, Exprs};
use iamx_text::Span;

use crate::{
    actions::ActionSet,
    lowerer::Lowerer,
    resources::{Resource, ResourceSet, Typed},
    scope::{Environment, Itself},
};

impl Lowerer<'_> {
    /// The resource that has the policy and what is inside it; `None` for a policy that is about others.
    pub(crate) fn own_resources(
        &mut self,
        environment: &Environment,
        form: &ResourcePolicyForm,
        span: Span,
    ) -> Option<ResourceSet> {
        let own = itself(environment)?;
        let mut resources = vec![own.clone()];
        if let Some(typed) = &own.typed {
            for name in form.inside {
                resources.extend(self.inside(typed, name, span));
            }
        }
        let resources = resources.into_iter().map(|resource| Sourced::new(resource, span)).collect();
        Some(ResourceSet { negated: false, resources })
    }

    /// Everything of the type `name` inside the resource.
    fn inside(&mut self, typed: &Typed, name: &str, span: Span) -> Vec<Resource> {
        let Some(resource_type) =
            self.catalog().service(&typed.service).and_then(|service| service.resource_type(name))
        else {
            return Vec::new();
        };
        let mut resources = Vec::new();
        for template in &resource_type.arn_templates {
            let mut arguments = typed.arguments.clone();
            arguments.resize(template.arity().max(arguments.len()), "*".to_owned());
            let typed = Typed { type_name: name.to_owned(), arguments, ..typed.clone() };
            let arn = self.fill(template, &typed, span);
            resources.extend(arn.map(|arn| Resource { arn, typed: Some(typed) }));
        }
        resources
    }

    /// The actions of a statement in a resource's own policy, where `svc:* except X` is exactly IAM's `NotAction`: no other
    /// service's actions ask for the resource.
    pub(crate) fn own_actions(
        &mut self,
        environment: &Environment,
        list: &Exprs,
        resources: Option<&ResourceSet>,
        form: &ResourcePolicyForm,
    ) -> Option<ActionSet> {
        let excepted = list.excepted();
        if let ([Expr::Word(token)], Some(service)) = (list.items().as_slice(), form.service)
            && !excepted.is_empty()
            && matches!(form.carrier, PolicyCarrier::Type(..))
            && token.text().eq_ignore_ascii_case(&format!("{service}:*"))
        {
            let taken = self.action_list(environment, &excepted, resources)?;
            if !taken.negated {
                return Some(ActionSet { negated: true, patterns: taken.items, written_out: Vec::new() });
            }
        }
        self.action_set(environment, list, resources)
    }

    /// The `Resource` element of a statement in the policy of a resource or account; the inner `None` where such a policy has
    /// none. `said` is what stands after `on`.
    #[allow(clippy::option_option, reason = "the outer one says that something is wrong")]
    pub(crate) fn own_element(
        &mut self,
        environment: &Environment,
        form: &ResourcePolicyForm,
        said: Option<ResourceSet>,
        actions: &ActionSet,
        span: Span,
    ) -> Option<Option<Element<String>>> {
        let set = match said {
            Some(set) => {
                let set = self.check_own(environment, form, set)?;
                if form.resource != ResourceElement::Arn
                    && let Some(own) = self.own_resources(environment, form, span)
                {
                    self.acting(&own, actions, form, span)?;
                }
                set
            }
            None => self.unsaid_own(environment, form, actions, span)?,
        };
        if form.resource == ResourceElement::Absent {
            return Some(None);
        }
        let own = itself(environment).map(|own| own.arn.clone());
        let is_star = |resource: &Resource| {
            resource.arn == "*" || (form.resource == ResourceElement::Star && own.as_ref() == Some(&resource.arn))
        };
        if let (false, Some(all)) = (set.negated, set.resources.iter().find(|resource| is_star(&resource.value))) {
            return Some(Some(Element::of(vec![Sourced::new("*".to_owned(), all.span)])));
        }
        Some(Some(self.asked_element(&set, actions)))
    }

    /// The resources of a statement that says none: of the resource and what is inside, what its actions act on.
    fn unsaid_own(
        &mut self,
        environment: &Environment,
        form: &ResourcePolicyForm,
        actions: &ActionSet,
        span: Span,
    ) -> Option<ResourceSet> {
        let own = match self.own_resources(environment, form, span) {
            Some(own) if !form.about_others => own,
            _ if form.resource == ResourceElement::Star => return Some(ResourceSet::everything(span)),
            _ => {
                self.report(
                    Diagnostic::new(&checks::MISSING_RESOURCE, span, "this says not on which resources")
                        .note("the policy is about other resources than the one that has it")
                        .help("add `on` and the resources; all of them are `on *`"),
                );
                return None;
            }
        };
        let acted_on = self.acting(&own, actions, form, span)?;
        let resources = own.resources.into_iter().zip(acted_on).filter_map(|(one, acts)| acts.then_some(one)).collect();
        Some(ResourceSet { negated: false, resources })
    }

    /// For each resource, whether some action acts on it; the first where none does. An action that acts on none is a fault,
    /// which is said here unless the statement's ARNs show it.
    fn acting(
        &mut self,
        own: &ResourceSet,
        actions: &ActionSet,
        form: &ResourcePolicyForm,
        span: Span,
    ) -> Option<Vec<bool>> {
        let everything = vec![true; own.resources.len()];
        let is_of_the_service = |resource: &Sourced<Resource>| {
            resource.value.typed.as_ref().is_some_and(|typed| Some(typed.service.as_str()) == form.service)
        };
        if actions.negated || !own.resources.iter().all(is_of_the_service) {
            return Some(everything);
        }
        let mut acted_on = vec![false; own.resources.len()];
        for pattern in &actions.patterns {
            let Some(on) = self.acts_on(&pattern.value, &own.resources) else { return Some(everything) };
            let of_the_service = pattern.value.service.as_deref() == form.service;
            if on.contains(&true) || !of_the_service {
                acted_on = acted_on.iter().zip(on).map(|(before, now)| *before || now).collect();
            } else if form.names_others && form.resource == ResourceElement::Arn {
                self.report(
                    Diagnostic::new(&checks::MISSING_RESOURCE, span, "this says not on which resources")
                        .related(pattern.span, "this doesn't act on the resource that has the policy")
                        .help("add `on` and the resources; all that the policy can be about are `on *`"),
                );
                return None;
            } else if form.resource != ResourceElement::Arn {
                let types: Vec<String> = own
                    .resources
                    .iter()
                    .filter_map(|resource| resource.value.typed.as_ref())
                    .map(|typed| format!("{}.{}", typed.service, typed.type_name))
                    .collect();
                let message = format!("`{}` doesn't act on {}", pattern.value, crate::resources::quoted(&types));
                self.report(
                    Diagnostic::new(&checks::ACTION_RESOURCE_MISMATCH, pattern.span, message)
                        .note("the policy is about that alone"),
                );
            }
        }
        if let (false, Some(first)) = (acted_on.contains(&true), acted_on.first_mut()) {
            *first = true;
        }
        Some(acted_on)
    }

    /// On which of the resources actions that `pattern` holds act; `None` where the catalog can't say.
    pub(crate) fn acts_on(&self, pattern: &ActionPattern, resources: &[Sourced<Resource>]) -> Option<Vec<bool>> {
        pattern.service.as_ref()?;
        let mut on = vec![false; resources.len()];
        let mut known = false;
        for (service, action) in self.catalog().actions_matching(&pattern.to_string()) {
            known = true;
            for (slot, resource) in on.iter_mut().zip(resources) {
                *slot |= acts_on_one(service, action, &resource.value);
            }
        }
        known.then_some(on)
    }

    /// Whether a statement in JSON names what the policy is about, in the form that the service takes.
    pub(crate) fn check_raw_own(
        &mut self,
        environment: &Environment,
        form: &ResourcePolicyForm,
        set: ResourceSet,
        span: Span,
    ) -> Option<()> {
        if form.resource == ResourceElement::Absent {
            self.report(
                Diagnostic::new(
                    &checks::UNSUPPORTED_RESOURCE_ARN_IN_POLICY,
                    span,
                    "the statements of this policy have no `Resource`",
                )
                .note(format!("see {}", form.page)),
            );
            return None;
        }
        self.check_own(environment, form, set).map(|_| ())
    }

    /// What stands after `on` is the resource itself, or inside it. An ARN that says no region is in the resource's own.
    fn check_own(
        &mut self,
        environment: &Environment,
        form: &ResourcePolicyForm,
        mut set: ResourceSet,
    ) -> Option<ResourceSet> {
        if form.names_others {
            return Some(set);
        }
        let own = itself(environment)?.clone();
        let parts = own.arn.trim_end_matches("/*").to_owned();
        let mut right = true;
        for resource in &mut set.resources {
            self.in_region_of(&own, &mut resource.value);
            let arn = &resource.value.arn;
            let is_own = *arn == own.arn;
            let is_inside = arn.strip_prefix(&parts).is_some_and(|rest| rest.starts_with(['/', ':']))
                || is_inside(&own, form, &resource.value);
            let fits = match form.resource {
                ResourceElement::Arn => is_own || is_inside,
                ResourceElement::Star | ResourceElement::Absent => (is_own || arn == "*") && !set.negated,
            };
            if fits {
                continue;
            }
            right = false;
            let message = if set.negated {
                "this policy can't leave anything out".to_owned()
            } else {
                format!("this policy is about `{}` alone", own.arn)
            };
            let help = match form.resource {
                _ if set.negated => "leave `on` out",
                ResourceElement::Arn if arn == "*" => {
                    "leave `on` out: the statement is then about the resource and what is inside it"
                }
                ResourceElement::Arn => "name it with `self`, and what is inside it as in `self.object(\"…\")`",
                ResourceElement::Star | ResourceElement::Absent => "leave `on` out, or write `on self`",
            };
            self.report(
                Diagnostic::new(&checks::UNSUPPORTED_RESOURCE_ARN_IN_POLICY, resource.span, message)
                    .note(format!("see {}", form.page))
                    .help(help),
            );
        }
        right.then_some(set)
    }

    fn in_region_of(&mut self, own: &Resource, resource: &mut Resource) {
        let (Some(own), Some(typed)) = (&own.typed, &resource.typed) else { return };
        if typed.region.is_some() || own.region.is_none() {
            return;
        }
        let typed = Typed { region: own.region.clone(), ..typed.clone() };
        let Some(service) = self.catalog().service(&typed.service) else { return };
        let Some(resource_type) = service.resource_type(&typed.type_name) else { return };
        let arguments: Vec<&str> = typed.arguments.iter().map(String::as_str).collect();
        // Which of a type's templates it was made of shows by what it fills to without a region.
        let fields = |arn: &str| {
            arn.splitn(6, ':')
                .enumerate()
                .filter(|(at, _)| *at != 3)
                .map(|(_, part)| part.to_owned())
                .collect::<Vec<_>>()
        };
        let account = resource.arn.split(':').nth(4).unwrap_or_default().to_owned();
        let region = typed.region.as_deref().unwrap_or("*");
        let filled = resource_type
            .arn_templates
            .iter()
            .filter_map(|template| template.fill(&self.settings().partition, region, &account, &arguments))
            .find(|arn| fields(arn) == fields(&resource.arn));
        if let Some(arn) = filled {
            *resource = Resource { arn, typed: Some(typed) };
        }
    }
}

/// Whether `resource` is of a type that is inside `own`, with its arguments.
fn is_inside(own: &Resource, form: &ResourcePolicyForm, resource: &Resource) -> bool {
    let (Some(own), Some(typed)) = (&own.typed, &resource.typed) else { return false };
    form.inside.contains(&typed.type_name.as_str())
        && typed.service == own.service
        && typed.owner == own.owner
        && typed.arguments.starts_with(&own.arguments)
}

/// Whether the service's action acts on the resource, whose type is known.
pub(crate) fn acts_on_one(service: &Service, action: &Action, resource: &Resource) -> bool {
    let Some(typed) = resource.typed.as_ref().filter(|typed| typed.service == service.prefix()) else { return false };
    let mut acted_on = action.resource_types.iter().filter_map(|used| service.resource_type_named(&used.name));
    // A version or alias of a function is asked for by the function's actions.
    acted_on.any(|one| {
        one.slug() == typed.type_name
            || one.arn_templates.iter().any(|template| {
                slashes(template.text()) == slashes(&resource.arn) && arns_intersect(template.pattern(), &resource.arn)
            })
    })
}

fn slashes(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'/').count()
}

/// The resource whose policy is being lowered.
fn itself(environment: &Environment) -> Option<&Resource> {
    match environment.itself.as_deref() {
        Some(Itself::Resource(resource, _)) => Some(resource),
        _ => None,
    }
}
