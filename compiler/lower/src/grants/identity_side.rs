//! The caller's own policy: in its account that suffices, in another it is one of the two ends.

use super::{
    Holder,
    actions::{Access, Place, Planned},
    grantees::{Grantee, Who},
};
use crate::{conditions::Formula, lowerer::Lowerer};

impl Access {
    /// The grantees that have a policy of their own, each once: a permission set is one in each account that it is assigned to.
    pub(super) fn holders(&self) -> Vec<(Holder, &Grantee)> {
        let mut holders: Vec<(Holder, &Grantee)> = Vec::new();
        for grantee in &self.grantees {
            let Some(holder) = grantee.holder() else { continue };
            let same = |(other, one): &(Holder, &Grantee)| *other == holder && session(one) == session(grantee);
            if !holders.iter().any(same) {
                holders.push((holder, grantee));
            }
        }
        holders
    }
}

impl Lowerer<'_> {
    pub(super) fn plan_own(&mut self, access: &Access, planned: &mut Vec<Planned>) -> Option<()> {
        let condition = access.for_data(self);
        for (holder, grantee) in access.holders() {
            for part in &access.parts {
                self.spend(part.resources.len(), access.span)?;
                let arns = part.resources.iter().map(|granted| granted.arn.clone()).collect();
                let condition = Formula::all([condition.clone(), grantee.in_own_policy()]);
                let statement = access.allow(part.actions.clone(), Some(arns));
                planned.push(Planned { place: Place::Own(holder), statement, condition });
            }
        }
        Some(())
    }
}

fn session(grantee: &Grantee) -> Option<&str> {
    match &grantee.who {
        Who::Session(_, name) => Some(name),
        _ => None,
    }
}
