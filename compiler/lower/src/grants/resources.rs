//! What a grant of actions is about: the resources, by the actions that act on them, and whose policies speak for them.

use iamx_catalog::{Granting, PolicyCarrier, PolicySubject, ResourcePolicyForm, granting};
use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{ActionPattern, Sourced, arns_intersect};
use iamx_syntax::ast::{AstNode, Exprs};
use iamx_text::Span;

use super::Made;
use crate::{
    actions::ActionSet,
    encryption::EncryptionKey,
    lowerer::Lowerer,
    resources::{Owner, Resource, ResourceSet, Typed},
    scope::Environment,
};

/// Actions, and the resources that each of them acts on.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) actions: Vec<Sourced<ActionPattern>>,
    pub(super) resources: Vec<Granted>,
}

/// A resource that something is granted on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Granted {
    pub(super) arn: Sourced<String>,
    pub(super) typed: Typed,
    pub(super) account: Option<usize>,
    pub(super) carrier: Option<Carrier>,
    pub(super) key: Option<EncryptionKey>,
}

/// What carries the policy that speaks for a resource: itself, or what it is inside of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Carrier {
    pub(super) form: &'static ResourcePolicyForm,
    pub(super) granting: Granting,
    /// Where it is declared, by its position among the declared resources.
    pub(super) declared: Option<usize>,
}

impl Granted {
    /// The type that it is of, as the language calls it.
    pub(super) fn type_name(&self) -> String {
        format!("{}.{}", self.typed.service, self.typed.type_name)
    }
}

impl Lowerer<'_> {
    /// The resources of the list. Each is known by its type, since that says whose policy speaks for it.
    pub(super) fn granted_resources(&mut self, environment: &Environment, list: &Exprs) -> Option<ResourceSet> {
        let set = self.resource_set(environment, list)?;
        let span = self.span(environment.module, list.range());
        if set.negated {
            self.not_grantable(span, "a grant names its resources, and this is all but some", |diagnostic| {
                diagnostic
                    .help("name them; who may do something with everything else is said by `allow … on * except …`")
            });
            return None;
        }
        let mut whole = true;
        for resource in &set.resources {
            if resource.value.typed.is_some() {
                continue;
            }
            whole = false;
            if resource.value.arn == "*" {
                self.not_grantable(
                    resource.span,
                    "a grant names its resources, and this is everything",
                    |diagnostic| diagnostic.help("write `allow … on *` in the policy of who is meant"),
                );
            } else {
                let message = format!("whose policy speaks for `{}` isn't known", resource.value.arn);
                self.not_grantable(resource.span, &message, |diagnostic| {
                    diagnostic.help("declare it by its type, as in `resource lake: s3.bucket(\"acme-lake\") in data`")
                });
            }
        }
        whole.then_some(())?;
        Some(self.with_subjects(set))
    }

    /// The resources, with what stands in policies for those that another type does: an API's by what is called on it.
    fn with_subjects(&mut self, set: ResourceSet) -> ResourceSet {
        let mut resources = Vec::new();
        for resource in set.resources {
            let form = resource.value.typed.as_ref().and_then(form_of);
            let subject = match form {
                Some(form) if matches!(form.subject, PolicySubject::OtherType(..)) => {
                    self.policy_subject(form, resource.value.clone(), resource.span)
                }
                _ => None,
            };
            let span = resource.span;
            resources.push(resource);
            resources.extend(subject.map(|subject| Sourced::new(subject, span)));
        }
        ResourceSet { negated: false, resources }
    }

    pub(super) fn granted_actions(
        &mut self,
        environment: &Environment,
        list: &Exprs,
        resources: &ResourceSet,
    ) -> Option<ActionSet> {
        let actions = self.whole_or_nothing(|lowerer| lowerer.action_set(environment, list, Some(resources)))?;
        let span = self.span(environment.module, list.range());
        if actions.negated {
            self.not_grantable(span, "a grant names its actions, and this is all but some", |diagnostic| {
                diagnostic.help("name them, or a level: `s3:@read`")
            });
            return None;
        }
        let assumes = |pattern: &&Sourced<ActionPattern>| {
            pattern.value.service.as_deref() == Some("sts") && pattern.value.name.starts_with("AssumeRole")
        };
        if let Some(pattern) = actions.patterns.iter().find(assumes) {
            self.not_grantable(pattern.span, "that a role may be assumed is granted by name", |diagnostic| {
                diagnostic.help("write `grant assume Reader to …`")
            });
            return None;
        }
        Some(actions)
    }

    /// The actions by the resources that they act on.
    pub(super) fn parts(
        &mut self,
        resources: &ResourceSet,
        actions: &ActionSet,
        made: &Made,
        span: Span,
    ) -> Option<Vec<Part>> {
        let mut parts: Vec<Part> = Vec::new();
        let mut acted_on = vec![false; resources.resources.len()];
        let granted = resources.resources.iter().map(|one| self.granted(one, made)).collect::<Option<Vec<_>>>()?;
        let mut whole = true;
        for pattern in &actions.patterns {
            self.spend(granted.len(), span)?;
            let on = self.acts_on(&pattern.value, &resources.resources).unwrap_or_else(|| vec![true; granted.len()]);
            if !on.contains(&true) {
                whole = false;
                self.acts_on_none(pattern, resources, actions.patterns.len() > 1);
                continue;
            }
            let mut these = Vec::new();
            for (at, ((acts, granted), seen)) in on.iter().zip(&granted).zip(&mut acted_on).enumerate() {
                *seen |= *acts;
                if let (true, Some(resource)) = (*acts, resources.resources.get(at)) {
                    these.extend(
                        self.asked_arns(resource, false, std::slice::from_ref(pattern))
                            .into_iter()
                            .map(|arn| Granted { arn: Sourced::new(arn, granted.arn.span), ..granted.clone() }),
                    );
                }
            }
            match parts.iter_mut().find(|part| part.resources == these) {
                Some(part) => part.actions.push(pattern.clone()),
                None => parts.push(Part { actions: vec![pattern.clone()], resources: these }),
            }
        }
        if whole {
            for (resource, seen) in resources.resources.iter().zip(&acted_on) {
                // Of a resource and what stands for it one suffices, and they are written at one place.
                let beside = resources.resources.iter().zip(&acted_on);
                if !seen && !beside.into_iter().any(|(other, seen)| *seen && other.span == resource.span) {
                    whole = false;
                    self.acted_on_by_none(resource, acted_on.contains(&true));
                }
            }
        }
        whole.then_some(parts)
    }

    /// What is known of a resource.
    fn granted(&mut self, resource: &Sourced<Resource>, made: &Made) -> Option<Granted> {
        let typed = resource.value.typed.clone()?;
        let account = match typed.owner {
            Owner::Account(index) => Some(index),
            Owner::Extern(_) | Owner::Any | Owner::Unknown => None,
        };
        let around = self.declared_around(&typed, made);
        let key = around.iter().find_map(|index| self.resources_made.get(*index)?.key);
        if key.is_none() {
            self.check_covers_no_key(resource, &around)?;
        }
        let carrier = self.carrier(&typed, &around);
        let arn = Sourced::new(resource.value.arn.clone(), resource.span);
        Some(Granted { arn, typed, account, carrier, key })
    }

    /// The declared resources that it is, or is inside of.
    fn declared_around(&self, typed: &Typed, made: &Made) -> Vec<usize> {
        let mut around = Vec::new();
        let service = match carrier_of_subject(typed) {
            Some((service, _)) => service,
            None => typed.service.as_str(),
        };
        let Some(first) = typed.arguments.first() else { return around };
        for index in made.resources.get(&(service.to_owned(), first.clone())).into_iter().flatten() {
            let Some(other) = self.resources_made.get(*index).and_then(|one| one.resource.typed.as_ref()) else {
                continue;
            };
            let same_place = other.owner == typed.owner
                && (other.region == typed.region || other.region.is_none() || typed.region.is_none());
            let is_it = other.type_name == typed.type_name && other.arguments == typed.arguments;
            let is_around = typed.arguments.starts_with(&other.arguments)
                && (self.is_child(typed, other) || carrier_of_subject(typed) == Some((service, &other.type_name)));
            if same_place && (is_it || is_around) {
                around.push(*index);
            }
        }
        around
    }

    fn is_child(&self, typed: &Typed, parent: &Typed) -> bool {
        let Some(service) = self.catalog().service(&typed.service) else { return false };
        let Some(parent) = service.resource_type(&parent.type_name) else { return false };
        service.children(parent).any(|child| child.resource_type.slug() == typed.type_name)
    }

    /// A pattern that covers a declared resource under a key leaves the key out silently.
    fn check_covers_no_key(&mut self, resource: &Sourced<Resource>, around: &[usize]) -> Option<()> {
        if !around.is_empty() || !resource.value.arn.contains(['*', '?']) {
            return Some(());
        }
        let covered = self.resources_made.iter().find(|made| {
            made.key.is_some()
                && (arns_intersect(&made.resource.arn, &resource.value.arn)
                    || arns_intersect(&format!("{}/*", made.resource.arn), &resource.value.arn))
        });
        let Some(covered) = covered else { return Some(()) };
        let declaration = self.names.get(covered.declaration).cloned()?;
        let message = format!("this covers `{}`, whose key its callers have to use too", declaration.name);
        self.not_grantable(resource.span, &message, |diagnostic| {
            diagnostic
                .related(declaration.span, "declared here")
                .help(format!("name the resources one by one: `{}` and the others", declaration.name))
        });
        None
    }

    /// Whose policy speaks for the resource.
    fn carrier(&self, typed: &Typed, around: &[usize]) -> Option<Carrier> {
        let own = form_of(typed);
        let forms = iamx_catalog::resource_policy_forms();
        let around_it = || {
            forms.iter().find(|form| match (form.carrier, form.subject) {
                (PolicyCarrier::Type(service, _), _) if service == typed.service => {
                    form.inside.contains(&typed.type_name.as_str())
                }
                (_, PolicySubject::OtherType(service, name)) => service == typed.service && name == typed.type_name,
                _ => false,
            })
        };
        // Calls that go by another service's name, as those of a network's services.
        let by_name = || {
            forms.iter().find(|form| {
                form.service == Some(&*typed.service)
                    && matches!(form.carrier, PolicyCarrier::Type(service, _) if service != typed.service)
            })
        };
        let form = own.or_else(around_it).or_else(by_name)?;
        let PolicyCarrier::Type(service, type_name) = form.carrier else { return None };
        let declared = around.iter().copied().find(|index| {
            self.resources_made
                .get(*index)
                .and_then(|one| one.resource.typed.as_ref())
                .is_some_and(|other| other.service == service && other.type_name == type_name)
        });
        Some(Carrier { form, granting: granting(service, type_name), declared })
    }

    /// Says why something can't be granted.
    pub(super) fn not_grantable(&mut self, span: Span, message: &str, more: impl FnOnce(Diagnostic) -> Diagnostic) {
        self.report(more(Diagnostic::new(&checks::NOT_GRANTABLE, span, message)));
    }
}

/// The form of the type's own policy, if that is about the resource.
fn form_of(typed: &Typed) -> Option<&'static ResourcePolicyForm> {
    iamx_catalog::resource_policy_form(&typed.service, &typed.type_name).filter(|form| !form.about_others)
}

/// The type whose policy has this one as its subject.
fn carrier_of_subject(typed: &Typed) -> Option<(&'static str, &'static str)> {
    iamx_catalog::resource_policy_forms().iter().find_map(|form| match (form.carrier, form.subject) {
        (PolicyCarrier::Type(service, name), PolicySubject::OtherType(other, of_type))
            if other == typed.service && of_type == typed.type_name =>
        {
            Some((service, name))
        }
        _ => None,
    })
}
