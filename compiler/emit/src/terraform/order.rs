//! What must exist before a policy may name it as a principal.
//!
//! IAM refuses a policy whose principal doesn't exist, and the ARNs in documents are texts, in which Terraform sees no
//! reference. So the order is said with `depends_on`; the plan then shows whole documents, not "known after apply".
//!
//! See [principals](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html).

use std::collections::{BTreeMap, BTreeSet};

use iamx_lower::{IdentityKind, Program};
use iamx_policy::{Document, Principal, Statement};
use serde_json::Value;

use super::address::Address;

/// The roles, users and identity providers of one root that policies may name.
pub(super) struct Principals {
    /// By ARN.
    by_arn: BTreeMap<String, Address>,
    /// The roles by what the ARNs of their sessions begin with.
    by_session: BTreeMap<String, Address>,
    /// What each role's trust policy must wait for, by the role's name.
    before_roles: BTreeMap<String, BTreeSet<Address>>,
}

impl Principals {
    pub(super) fn of(program: &Program, account: Option<usize>) -> Self {
        let own = program.identities().filter(|(_, identity)| identity.account == account);
        let providers = program.providers.iter().filter(|provider| provider.account == account);
        let providers = providers.filter_map(|one| Some((program.provider_arn(one)?, Address::provider(one))));
        let by_arn = own
            .filter(|(kind, _)| *kind != IdentityKind::Group)
            .filter_map(|(kind, identity)| {
                let arn = program.iam_arn(account, kind.word(), &identity.path, &identity.name)?;
                Some((arn, Address::identity(kind, &identity.name)))
            })
            .chain(providers)
            .collect();
        let of_account = program.roles.iter().filter(|role| role.identity.account == account);
        let by_session = of_account
            .filter_map(|role| {
                let id = program.account_id(account)?;
                let name = &role.identity.name;
                let begin = format!("arn:{}:sts::{id}:assumed-role/{name}", program.partition);
                Some((begin, Address::identity(IdentityKind::Role, name)))
            })
            .collect();
        let mut principals = Self { by_arn, by_session, before_roles: BTreeMap::new() };
        let roles = program.roles.iter().filter(|role| role.identity.account == account);
        let mut waits: BTreeMap<Address, BTreeSet<Address>> = BTreeMap::new();
        let mut named = Vec::new();
        for role in roles {
            let address = Address::identity(IdentityKind::Role, &role.identity.name);
            waits.insert(address.clone(), principals.named_in(&role.trust));
            named.push((role.identity.name.clone(), address));
        }
        drop_circles(&mut waits);
        principals.before_roles =
            named.into_iter().filter_map(|(name, address)| Some((name, waits.remove(&address)?))).collect();
        principals
    }

    /// The resources of this root that `document` names as principals.
    pub(super) fn named_in(&self, document: &Document) -> BTreeSet<Address> {
        document.statements.iter().flat_map(|statement| self.named_in_statement(statement)).collect()
    }

    /// Those that one statement names.
    pub(super) fn named_in_statement<'s>(&'s self, statement: &'s Statement) -> impl Iterator<Item = Address> + 's {
        let principals = statement.principal.iter().flat_map(|element| &element.principals);
        principals.filter_map(|principal| match &principal.value {
            Principal::Aws(arn) | Principal::Federated(arn) => self.by_arn.get(arn).cloned().or_else(|| {
                let (role, _) = arn.rsplit_once('/')?;
                self.by_session.get(role).cloned()
            }),
            _ => None,
        })
    }

    /// The `depends_on` of a role.
    pub(super) fn before_role(&self, name: &str) -> Option<Value> {
        depends_on(self.before_roles.get(name)?)
    }
}

/// The argument `depends_on`, if there is something to wait for.
pub(super) fn depends_on(addresses: &BTreeSet<Address>) -> Option<Value> {
    (!addresses.is_empty()).then(|| addresses.iter().map(|address| Value::from(address.to_string())).collect())
}

/// Takes away what would have resources wait for each other, and so what goes from one circle to another.
fn drop_circles(waits: &mut BTreeMap<Address, BTreeSet<Address>>) {
    let mut circling: BTreeSet<Address> = waits.keys().cloned().collect();
    let mut waited_for: BTreeMap<Address, BTreeSet<Address>> = BTreeMap::new();
    for (from, others) in waits.iter() {
        for to in others {
            waited_for.entry(to.clone()).or_default().insert(from.clone());
        }
    }
    peel(&mut circling, waits, &waited_for);
    peel(&mut circling, &waited_for, waits);
    for (from, others) in waits.iter_mut().filter(|(from, _)| circling.contains(*from)) {
        others.retain(|to| !circling.contains(to) && to != from);
    }
}

/// Takes from `left`, again and again, what goes to nothing that is left.
fn peel(
    left: &mut BTreeSet<Address>,
    forward: &BTreeMap<Address, BTreeSet<Address>>,
    backward: &BTreeMap<Address, BTreeSet<Address>>,
) {
    let mut counts: BTreeMap<Address, usize> = left
        .iter()
        .map(|address| {
            let count =
                forward.get(address).map_or(0, |others| others.iter().filter(|other| left.contains(*other)).count());
            (address.clone(), count)
        })
        .collect();
    let mut open: Vec<Address> =
        counts.iter().filter(|(_, count)| **count == 0).map(|(address, _)| address.clone()).collect();
    while let Some(address) = open.pop() {
        left.remove(&address);
        for before in backward.get(&address).into_iter().flatten() {
            if let Some(count) = counts.get_mut(before) {
                *count -= 1;
                if *count == 0 {
                    open.push(before.clone());
                }
            }
        }
    }
}
