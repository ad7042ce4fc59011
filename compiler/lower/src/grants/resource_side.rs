//! The resource's own policy: it has to let in whoever has no policy in its account.

use std::collections::HashSet;

use iamx_catalog::{Across, Authority, PolicyCarrier, PolicyStatements, ResourceElement};
use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{ActionPattern, Effect, Principal as PolicyPrincipal, PrincipalElement, Sourced};

use super::{
    actions::{Access, Place, Planned},
    assume::by_statement,
    grantees::Grantee,
    resources::{Carrier, Granted},
};
use crate::{
    ResourcePolicy,
    conditions::Formula,
    encryption::MadeResource,
    lowerer::Lowerer,
    names::{Declaration, DeclarationKind},
    permissions::permission_asks,
    principals::{Conditioned, NamedIn},
};

/// What the policy of a resource has to say for some of the grantees.
struct Needed {
    policy: usize,
    carrier: Carrier,
    /// What stands for the resources in it.
    resources: Vec<Sourced<String>>,
    actions: Vec<Sourced<ActionPattern>>,
    /// By their positions among the grantees.
    grantees: Vec<usize>,
}

/// Actions that a policy has to allow, and for whom, by their positions among the grantees.
pub(super) type Asked = (Vec<Sourced<ActionPattern>>, Vec<usize>);

impl Lowerer<'_> {
    pub(super) fn plan_resources(
        &mut self,
        access: &Access,
        planned: &mut Vec<Planned>,
        reached: &mut HashSet<usize>,
    ) -> Option<()> {
        let mut needed: Vec<Needed> = Vec::new();
        let mut whole = true;
        for part in &access.parts {
            let first = needed.len();
            for granted in &part.resources {
                match self.needed_for(access, granted, &part.actions) {
                    Some(more) => {
                        for one in more {
                            add(&mut needed, first, one);
                        }
                    }
                    None => whole = false,
                }
            }
        }
        let condition = access.for_data(self);
        for one in needed {
            reached.extend(&one.grantees);
            whole &= self.plan_needed(access, &one, &condition, planned).is_some();
        }
        whole.then_some(())
    }

    /// What the resource's policy has to say, by the grantees for whom that is the same.
    pub(super) fn needed_for_all(
        &mut self,
        grantees: &[Grantee],
        on: &Granted,
        actions: &[Sourced<ActionPattern>],
    ) -> Option<Vec<Asked>> {
        let mut needed: Vec<Asked> = Vec::new();
        let mut whole = true;
        for (index, grantee) in grantees.iter().enumerate() {
            match self.asked_of_resource(grantee, on, actions) {
                Some(asked) if asked.is_empty() => {}
                Some(asked) => match needed.iter_mut().find(|(other, _)| *other == asked) {
                    Some((_, grantees)) => grantees.push(index),
                    None => needed.push((asked, vec![index])),
                },
                None => whole = false,
            }
        }
        whole.then_some(needed)
    }

    fn needed_for(
        &mut self,
        access: &Access,
        granted: &Granted,
        actions: &[Sourced<ActionPattern>],
    ) -> Option<Vec<Needed>> {
        let needed = self.needed_for_all(&access.grantees, granted, actions)?;
        let mut all = Vec::new();
        for (actions, grantees) in needed {
            let carrier = granted.carrier?;
            let policy = self.policy_of(granted, carrier)?;
            let resources = vec![Sourced::new(as_written(granted, carrier), granted.arn.span)];
            all.push(Needed { policy, carrier, resources, actions, grantees });
        }
        Some(all)
    }

    /// Those of the actions that the resource's policy has to allow, for the grantee to have them; none, where its own policy
    /// suffices.
    fn asked_of_resource(
        &mut self,
        grantee: &Grantee,
        on: &Granted,
        actions: &[Sourced<ActionPattern>],
    ) -> Option<Vec<Sourced<ActionPattern>>> {
        let has_own = grantee.holder().is_some();
        let in_account = has_own || grantee.account.is_some();
        let same_account = in_account && grantee.account == on.account;
        // A policy is about the actions of one service.
        let speaks = |carrier: &Carrier| {
            let of_service = |action: &Sourced<ActionPattern>| {
                action.value.service.is_none() || action.value.service.as_deref() == carrier.form.service
            };
            actions.iter().all(of_service)
        };
        let Some(carrier) = on.carrier.filter(speaks) else {
            if has_own && same_account {
                return Some(Vec::new());
            }
            self.takes_no_policy(grantee, on);
            return None;
        };
        if let Across::Elsewhere(_) = carrier.granting.across {
            self.asks_elsewhere(on, carrier);
            return None;
        }
        if same_account && (has_own || grantee.is_account() || grantee.is_root()) {
            return match carrier.granting.authority {
                Authority::Delegated => self.not_left_to_account(on, carrier, actions),
                Authority::Either => Some(Vec::new()),
            };
        }
        if !same_account && !grantee.is_service() {
            self.check_crosses(on, carrier, actions)?;
        }
        Some(actions.to_vec())
    }

    /// The actions that the key's own policy doesn't leave to the policies of its account.
    ///
    /// See [the default key policy](https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html).
    fn not_left_to_account(
        &mut self,
        granted: &Granted,
        carrier: Carrier,
        actions: &[Sourced<ActionPattern>],
    ) -> Option<Vec<Sourced<ActionPattern>>> {
        let policy = self.policy_of(granted, carrier)?;
        let id = self.program.account_id(granted.account);
        let policy = self.program.resource_policies.get(policy)?;
        let names_account = |principal: &Sourced<PolicyPrincipal>| match (&principal.value, &id) {
            (PolicyPrincipal::Aws(arn), Some(id)) => {
                arn == id || arn.strip_suffix(":root").is_some_and(|arn| arn.rsplit(':').next() == Some(id))
            }
            _ => false,
        };
        let leaving = policy.document.statements.iter().filter(|statement| {
            statement.effect == Effect::Allow
                && statement.conditions.entries.is_empty()
                && !statement.actions.negated
                && statement
                    .principal
                    .as_ref()
                    .is_some_and(|element| !element.negated && element.principals.iter().any(names_account))
        });
        let left: Vec<ActionPattern> =
            leaving.flat_map(|statement| statement.actions.patterns.iter().map(|one| one.value.clone())).collect();
        let asked = actions.iter().filter(|action| !left.iter().any(|pattern| pattern.includes(&action.value)));
        Some(asked.cloned().collect())
    }

    /// The policy that speaks for the resource, by its position in the program. One that isn't declared can't be added to,
    /// unless its statements are added one by one.
    pub(super) fn policy_of(&mut self, granted: &Granted, carrier: Carrier) -> Option<usize> {
        let declared = carrier.declared.and_then(|index| Some((index, self.resources_made.get(index)?.clone())));
        if let Some(policy) = declared.as_ref().and_then(|(_, made)| made.policy) {
            return Some(policy);
        }
        let span = granted.arn.span;
        let Some((index, made)) = declared else {
            // It may be one that couldn't be made, which was said.
            if !self.refused_resources.is_empty() {
                return None;
            }
            let is_pattern = granted.typed.arguments.first().is_some_and(|name| name.contains(['*', '?']));
            let message =
                format!("the policy of `{}` isn't declared, and this grant has to add to it", granted.arn.value);
            let diagnostic = Diagnostic::new(&checks::UNDECLARED_POLICY, span, message);
            self.report(if is_pattern {
                diagnostic
                    .note("a policy is one resource's, and this is a pattern")
                    .help("name the resources one by one")
            } else {
                let type_name = match carrier.form.carrier {
                    PolicyCarrier::Type(service, name) => format!("{service}.{name}"),
                    PolicyCarrier::Account { .. } => granted.type_name(),
                };
                let name = granted.typed.arguments.first().map_or_else(|| "…".to_owned(), |name| format!("\"{name}\""));
                diagnostic.help(format!("declare what has it, with a body: `resource …: {type_name}({name}) {{}}`"))
            });
            return None;
        };
        let declaration = self.names.get(made.declaration).cloned()?;
        let is_key = carrier.granting.authority == Authority::Delegated;
        let is_added_to = matches!(carrier.form.statements, PolicyStatements::Permissions(_));
        // A body whose only part is tags leaves the policy to what is granted. That of a key says more than grants do.
        let is_left_to_grants = matches!(&declaration.kind, DeclarationKind::Entity(_, item) if item.body().is_some())
            && !is_key
            && made.resource.typed.iter().flat_map(|typed| &typed.arguments).all(|name| !name.contains(['*', '?']));
        if is_added_to || is_left_to_grants {
            return self.begin_policy(index, made, carrier, &declaration);
        }
        let (what, help) = if is_key {
            let help = format!(
                "give `{}` its policy as a body: `{{ allow kms:* to account … }}` leaves it to the account",
                declaration.name
            );
            ("what the policy of this key leaves to its account isn't known", help)
        } else {
            let help = format!("give `{}` a body: `{{}}` where it has no other statement", declaration.name);
            ("the policy of this isn't declared, and this grant has to add to it", help)
        };
        let has_body = matches!(&declaration.kind, DeclarationKind::Entity(_, item) if item.body().is_some());
        self.report(
            Diagnostic::new(&checks::UNDECLARED_POLICY, span, format!("{what}: `{}`", declaration.name))
                .related(
                    declaration.span,
                    if has_body { "declared here, with tags alone" } else { "declared here, without a body" },
                )
                .note("what iamx writes is the whole policy, and would replace one that is there")
                .help(help),
        );
        None
    }

    /// Makes the policy of a declared resource that has said nothing in one, for the grants to add to.
    fn begin_policy(
        &mut self,
        index: usize,
        made: MadeResource,
        carrier: Carrier,
        declaration: &Declaration,
    ) -> Option<usize> {
        let holder = self.policy_holder(made.resource.typed?, made.resource.arn);
        let policy = self.program.resource_policies.len();
        self.program.resource_policies.push(ResourcePolicy {
            account: made.account,
            name: declaration.name_with_values(),
            form: carrier.form,
            holder,
            document: iamx_policy::Document::default(),
            span: declaration.span,
        });
        self.resources_made.get_mut(index)?.policy = Some(policy);
        Some(policy)
    }

    fn plan_needed(
        &mut self,
        access: &Access,
        needed: &Needed,
        condition: &Formula,
        planned: &mut Vec<Planned>,
    ) -> Option<()> {
        let form = needed.carrier.form;
        let PolicyStatements::Permissions(keys) = form.statements else {
            let grantees = needed.grantees.clone();
            return self.plan_statement(access, needed, &grantees, condition, planned);
        };
        // What such a permission can't ask is asked by the caller's own policy, which has to allow it too; one without that is
        // let in under all of it or not at all.
        let (with_own, without): (Vec<usize>, Vec<usize>) = needed
            .grantees
            .iter()
            .partition(|index| access.grantees.get(**index).is_some_and(|grantee| grantee.holder().is_some()));
        let narrowed = condition.keeping(&|entry| permission_asks(keys, entry));
        self.plan_statement(access, needed, &with_own, &narrowed, planned)?;
        self.plan_statement(access, needed, &without, condition, planned)
    }

    fn plan_statement(
        &mut self,
        access: &Access,
        needed: &Needed,
        grantees: &[usize],
        condition: &Formula,
        planned: &mut Vec<Planned>,
    ) -> Option<()> {
        let form = needed.carrier.form;
        let named = self.named_in(access, grantees, NamedIn::Resource(form))?;
        let has_element = form.resource != ResourceElement::Absent;
        // A permission is about one resource.
        let each = matches!(form.statements, PolicyStatements::Permissions(_));
        let lists: Vec<Vec<Sourced<String>>> = if each {
            needed.resources.iter().map(|resource| vec![resource.clone()]).collect()
        } else {
            vec![needed.resources.clone()]
        };
        for (principals, who) in by_statement(named) {
            for resources in &lists {
                let resources = has_element.then(|| resources.clone());
                let mut statement = access.allow(needed.actions.clone(), resources);
                statement.principal = Some(PrincipalElement { negated: false, principals: principals.clone() });
                let condition = Formula::all([who.clone(), condition.clone()]);
                planned.push(Planned { place: Place::Resource(needed.policy), statement, condition });
            }
        }
        Some(())
    }

    /// The grantees as a policy of this kind names them.
    pub(super) fn named_in(
        &mut self,
        access: &Access,
        grantees: &[usize],
        named_in: NamedIn,
    ) -> Option<Vec<Conditioned>> {
        let mut all = Vec::new();
        let mut whole = true;
        // A permission asks for no date; the group's own policy does, and both have to allow.
        let asks_end = !matches!(
            named_in,
            NamedIn::Resource(form) if matches!(form.statements, PolicyStatements::Permissions(_))
        );
        for grantee in grantees.iter().filter_map(|index| access.grantees.get(*index)) {
            let Some(named) = self.named(grantee) else {
                whole = false;
                continue;
            };
            for (principal, condition) in named {
                let condition = if asks_end { Formula::all([condition, grantee.end.clone()]) } else { condition };
                match self.allowed(principal, condition, named_in, &grantee.word) {
                    Some(mut named) => all.append(&mut named),
                    None => whole = false,
                }
            }
        }
        whole.then_some(all)
    }

    fn takes_no_policy(&mut self, grantee: &Grantee, on: &Granted) {
        let type_name = on.type_name();
        let account = on.account.and_then(|index| self.program.account(Some(index))).map(|one| one.name.clone());
        let home = account.map_or_else(|| "its account".to_owned(), |name| format!("`{name}`"));
        let message = if grantee.is_service() {
            format!("`{type_name}` has no policy of its own that could let a service in")
        } else {
            format!("`{type_name}` has no policy of its own that could let in anyone but by a policy of {home}")
        };
        let help = if grantee.is_service() {
            format!("make a role in {home} that trusts the service, and grant it to that")
        } else {
            format!("make a role in {home} that may do this, and let it be assumed: `grant assume … to …`")
        };
        self.not_grantable(on.arn.span, &message, |diagnostic| diagnostic.help(help));
    }

    fn asks_elsewhere(&mut self, granted: &Granted, carrier: Carrier) {
        let Across::Elsewhere(why) = carrier.granting.across else { return };
        let message = format!("one grant can't let callers in here: {why}");
        self.not_grantable(granted.arn.span, &message, |diagnostic| {
            diagnostic.note(format!("see {}", carrier.granting.page)).help(
                "write both ends by hand: `allow … to …` in each of these policies, `allow … on …` in the caller's",
            )
        });
    }

    /// Each action can be let to callers of other accounts by a policy of this kind.
    fn check_crosses(&mut self, granted: &Granted, carrier: Carrier, actions: &[Sourced<ActionPattern>]) -> Option<()> {
        for action in actions {
            let held = self.held_on(granted, &action.value);
            let names: Vec<&str> = held.iter().map(|name| name.split_once(':').map_or("", |(_, name)| name)).collect();
            let Some(refused) = names.iter().find(|name| !carrier.granting.across.takes(name)) else { continue };
            let service = &granted.typed.service;
            let refused = format!("{service}:{refused}");
            let message = if action.value.is_wildcard() {
                format!("`{}` holds `{refused}`, which no policy of a resource lets other accounts do", action.value)
            } else {
                format!("no policy of a resource lets other accounts do `{refused}`")
            };
            self.not_grantable(action.span, &message, |diagnostic| {
                diagnostic
                    .note(format!("see {}", carrier.granting.page))
                    .help("make a role in the resource's account that may do this, and `grant assume` it")
            });
            return None;
        }
        if carrier.granting.needs_key && granted.key.is_none() {
            let reads = actions.iter().find(|action| {
                self.held_on(granted, &action.value)
                    .iter()
                    .any(|name| self.catalog().kms_actions(name).is_some_and(|needed| !needed.is_empty()))
            });
            if let Some(action) = reads {
                let message =
                    format!("`{}` takes a key that other accounts can use, and AWS's own is none", action.value);
                self.not_grantable(action.span, &message, |diagnostic| {
                    diagnostic
                        .note(format!("see {}", carrier.granting.page))
                        .help("say which key encrypts the resource: `encrypted-by …` behind it")
                });
                return None;
            }
        }
        Some(())
    }

    /// The actions that the pattern holds and that act on the resource, with their prefixes.
    pub(super) fn held_on(&self, granted: &Granted, pattern: &ActionPattern) -> Vec<String> {
        let written = pattern.to_string();
        let mut held = Vec::new();
        for (service, action) in self.catalog().actions_matching(&written) {
            let acts = service.prefix() == granted.typed.service
                && action.resource_types.iter().any(|used| {
                    service
                        .resource_type_named(&used.name)
                        .is_some_and(|resource_type| resource_type.slug() == granted.typed.type_name)
                });
            if acts {
                held.push(format!("{}:{}", service.prefix(), action.name));
            }
        }
        if held.is_empty() && !pattern.is_wildcard() {
            held.push(written);
        }
        held
    }

    /// Says so where a whole account, or its root user, is granted what it has: nothing is written for it.
    pub(super) fn check_changes_something(&mut self, access: &Access, reached: &HashSet<usize>) {
        for (index, grantee) in access.grantees.iter().enumerate() {
            if grantee.holder().is_some() || reached.contains(&index) {
                continue;
            }
            let account = grantee.account.and_then(|index| self.program.account(Some(index)));
            let account = account.map(|one| one.name.clone()).unwrap_or_default();
            let message = format!("`{account}` is the resource's own account, so this lets in no one");
            let diagnostic = Diagnostic::new(&checks::REDUNDANT_GRANT, grantee.span, message);
            self.report(if grantee.is_account() {
                diagnostic
                    .note("what identities of an account may do with its resources, their own policies say")
                    .help("name the roles and users that are meant")
            } else {
                diagnostic.note("the root user of an account needs no permission there")
            });
        }
    }
}

/// How the policy that speaks for the resource names it.
fn as_written(granted: &Granted, carrier: Carrier) -> String {
    match carrier.form.resource {
        ResourceElement::Star => "*".to_owned(),
        ResourceElement::Arn | ResourceElement::Absent => granted.arn.value.clone(),
    }
}

/// Adds what a policy has to say to what it says of other resources, where that is the same. Those from `first` on are of
/// the same part of the grant.
fn add(needed: &mut Vec<Needed>, first: usize, one: Needed) {
    let same = needed
        .iter_mut()
        .skip(first)
        .find(|other| other.policy == one.policy && other.actions == one.actions && other.grantees == one.grantees);
    match same {
        Some(other) => other.resources.extend(one.resources),
        None => needed.push(one),
    }
}
