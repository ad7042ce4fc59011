//! The key that encrypts a resource: whoever uses the data has to use that too, through the service that keeps the data.
//!
//! See [`kms:ViaService`](https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service).

use std::collections::HashSet;

use iamx_catalog::{ResourceElement, granting, resource_policy_form};
use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{ActionPattern, BaseOperator, Operator, PrincipalElement, Sourced};
use iamx_text::Span;

use super::{
    actions::{Access, Place, Planned},
    assume::by_statement,
    lost_conditions::KeyEnds,
    resources::{Carrier, Granted},
};
use crate::{
    conditions::Formula,
    encryption::{EncryptionKey, MadeResource},
    lowerer::Lowerer,
    principals::NamedIn,
};

/// Calls of KMS that a service makes for whoever uses some of the resources.
struct KeyUse {
    key: Granted,
    /// The service as KMS knows it: `s3.eu-west-1.amazonaws.com`.
    via: String,
    actions: Vec<Sourced<ActionPattern>>,
}

impl Lowerer<'_> {
    /// Plans what the grant needs of keys; what that is, by key.
    pub(super) fn plan_keys(&mut self, access: &Access, planned: &mut Vec<Planned>) -> Option<Vec<KeyEnds>> {
        let mut uses: Vec<KeyUse> = Vec::new();
        let mut whole = true;
        for part in &access.parts {
            for granted in &part.resources {
                let Some(key) = granted.key else { continue };
                match self.key_use(granted, key, &part.actions) {
                    Some(one) if one.actions.is_empty() => {}
                    Some(one) => add(&mut uses, one),
                    None => whole = false,
                }
            }
        }
        let mut ends = Vec::new();
        for one in uses {
            let first = planned.len();
            let mut reached = HashSet::new();
            whole &= self.plan_key_use(access, &one, planned, &mut reached).is_some();
            ends.push(KeyEnds { planned: first..planned.len(), account: one.key.account, reached });
        }
        whole.then_some(ends)
    }

    fn key_use(&mut self, granted: &Granted, key: EncryptionKey, actions: &[Sourced<ActionPattern>]) -> Option<KeyUse> {
        let actions = self.kms_actions_of(granted, actions)?;
        let key = self.key_granted(granted, key)?;
        let via = self.via_service(granted)?;
        Some(KeyUse { key, via, actions })
    }

    /// The actions of KMS that the actions take on the resource; none where it is under no key.
    pub(super) fn kms_actions_of(
        &mut self,
        granted: &Granted,
        actions: &[Sourced<ActionPattern>],
    ) -> Option<Vec<Sourced<ActionPattern>>> {
        if granted.key.is_none() {
            return Some(Vec::new());
        }
        let mut needed: Vec<Sourced<ActionPattern>> = Vec::new();
        let mut unknown: Vec<(&Sourced<ActionPattern>, String)> = Vec::new();
        for action in actions {
            for name in self.held_on(granted, &action.value) {
                let Some(kms) = self.catalog().kms_actions(&name) else {
                    unknown.push((action, name));
                    continue;
                };
                for kms in kms {
                    let Some((prefix, name)) = kms.split_once(':') else { continue };
                    let pattern = ActionPattern::new(prefix, name);
                    if needed.iter().all(|other| other.value != pattern) {
                        needed.push(Sourced::new(pattern, action.span));
                    }
                }
            }
        }
        if unknown.is_empty() {
            return Some(needed);
        }
        for of_one_word in unknown.chunk_by(|(one, _), (other, _)| one.span == other.span) {
            self.unknown_key_use(granted, of_one_word);
        }
        None
    }

    /// Says so of the actions that one word of the source stands for: a level or a set is many.
    fn unknown_key_use(&mut self, granted: &Granted, actions: &[(&Sourced<ActionPattern>, String)]) {
        let [(first, name), more @ ..] = actions else { return };
        let what = if first.value.is_wildcard() {
            format!("`{}` holds `{name}`, and what `{name}` takes", first.value)
        } else if more.is_empty() {
            format!("what `{name}` takes")
        } else {
            format!("what {} of these actions take", actions.len())
        };
        let message = format!("{what} of the key of `{}` isn't in the catalog", granted.arn.value);
        let names: Vec<&str> = actions.iter().map(|(_, name)| name.as_str()).collect();
        let by_hand =
            "write `allow` in the policy of who is meant, and grant the key by its own name: `grant kms:Decrypt on …`";
        let help = if more.is_empty() && !first.value.is_wildcard() {
            by_hand.to_owned()
        } else {
            format!("take these out with `except {}`; for them {by_hand}", without(&names))
        };
        let date = self.catalog_date();
        self.not_grantable(first.span, &message, |diagnostic| diagnostic.note(date).help(help));
    }

    /// The key as something that is granted.
    fn key_granted(&self, granted: &Granted, key: EncryptionKey) -> Option<Granted> {
        let is_key = |one: &MadeResource| one.declaration == key.item.id && one.account == key.item.account;
        let index = self.resources_made.iter().position(is_key)?;
        let made = self.resources_made.get(index)?.clone();
        let typed = made.resource.typed?;
        let carrier = Carrier {
            form: resource_policy_form("kms", "key")?,
            granting: granting("kms", "key"),
            declared: Some(index),
        };
        Some(Granted {
            arn: Sourced::new(made.resource.arn, granted.arn.span),
            typed,
            account: made.account,
            carrier: Some(carrier),
            key: None,
        })
    }

    /// The service that keeps the resource, as KMS knows it in the resource's region.
    fn via_service(&mut self, granted: &Granted) -> Option<String> {
        // What others make and its ARN names no region is where the workspace is, as is what is declared here.
        let region = granted.typed.region.clone().or_else(|| self.workspace_region());
        let Some(region) = region.filter(|region| region != "*") else {
            let message =
                format!("the key of `{}` is used through a service of its region, which isn't said", granted.arn.value);
            self.report(
                Diagnostic::new(&checks::MISSING_REGION, granted.arn.span, message)
                    .help("say where the resource is, `region \"eu-west-1\"`, or set `region` in `iamx.toml`"),
            );
            return None;
        };
        let suffix = self.catalog().partition(&self.settings().partition).map(|one| one.dns_suffix.clone())?;
        Some(format!("{}.{region}.{suffix}", granted.typed.service))
    }

    fn plan_key_use(
        &mut self,
        access: &Access,
        one: &KeyUse,
        planned: &mut Vec<Planned>,
        reached: &mut HashSet<usize>,
    ) -> Option<()> {
        if let Some(grantee) = access.grantees.iter().find(|grantee| grantee.word == "canonical") {
            let message = "a key encrypts this, and its policy can't name a canonical id";
            self.not_grantable(grantee.span, message, |diagnostic| diagnostic.help("name the account: `account …`"));
            return None;
        }
        let via = |span: Span| {
            let value = vec![Sourced::new(one.via.clone(), span)];
            Formula::compare(Operator::plain(BaseOperator::StringEquals), "kms:ViaService", value, span)
        };
        for (holder, grantee) in access.holders() {
            let statement = access.allow(one.actions.clone(), Some(vec![one.key.arn.clone()]));
            let condition = Formula::all([via(access.span), access.for_key(false), grantee.in_own_policy()]);
            planned.push(Planned { place: Place::Own(holder), statement, condition });
        }
        let mut whole = true;
        for (actions, grantees) in self.needed_for_all(&access.grantees, &one.key, &one.actions)? {
            let carrier = one.key.carrier?;
            let policy = self.policy_of(&one.key, carrier)?;
            reached.extend(&grantees);
            // A service that comes with its own name calls KMS with that too, and through nobody.
            let is_service =
                |index: &usize| access.grantees.get(*index).is_some_and(super::grantees::Grantee::is_service);
            let (services, callers): (Vec<usize>, Vec<usize>) = grantees.iter().partition(|index| is_service(index));
            for (grantees, condition) in
                [(callers, Formula::all([via(access.span), access.for_key(false)])), (services, access.for_key(true))]
            {
                let Some(named) = self.named_in(access, &grantees, NamedIn::Resource(carrier.form)) else {
                    whole = false;
                    continue;
                };
                for (principals, who) in by_statement(named) {
                    debug_assert_eq!(carrier.form.resource, ResourceElement::Star);
                    let all = vec![Sourced::new("*".to_owned(), access.span)];
                    let mut statement = access.allow(actions.clone(), Some(all));
                    statement.principal = Some(PrincipalElement { negated: false, principals });
                    let condition = Formula::all([who, condition.clone()]);
                    planned.push(Planned { place: Place::Resource(policy), statement, condition });
                }
            }
        }
        whole.then_some(())
    }
}

/// Actions of one service as a statement names them: `s3:{GetObject, PutObject}`.
fn without(names: &[&str]) -> String {
    let bare: Vec<&str> = names.iter().filter_map(|name| name.split_once(':')).map(|(_, name)| name).collect();
    match (names, bare.as_slice()) {
        ([one], _) => (*one).to_owned(),
        ([first, ..], _) => {
            let prefix = first.split_once(':').map_or("", |(prefix, _)| prefix);
            format!("{prefix}:{{{}}}", bare.join(", "))
        }
        ([], _) => String::new(),
    }
}

/// Adds calls of a key to those that are known, where they are of the same key through the same service.
fn add(uses: &mut Vec<KeyUse>, one: KeyUse) {
    let same = uses.iter_mut().find(|other| other.key.arn.value == one.key.arn.value && other.via == one.via);
    let Some(other) = same else { return uses.push(one) };
    for action in one.actions {
        if other.actions.iter().all(|known| known.value != action.value) {
            other.actions.push(action);
        }
    }
}
