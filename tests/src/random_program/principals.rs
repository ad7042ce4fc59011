//! Whom a statement or a trust is about.

use super::{
    at, declares,
    scope::Scope,
    world::{Home, World},
};

/// Which principals fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whom {
    /// Of a resource's policy.
    Any,
    /// Those, and accounts by their canonical id.
    Bucket,
    /// AWS services alone.
    Services,
    /// Those that become conditions.
    Conditions,
    /// What one permission can name.
    Permitted,
    /// Whole accounts alone.
    Accounts,
    /// Of a trust policy.
    Trust,
}

const SERVICES: [&str; 6] = ["ec2", "lambda", "ecs-tasks", "cloudtrail", "sns", "\"s3.amazonaws.com\""];

impl World {
    /// What stands after `to` in a policy of a resource.
    pub(super) fn resource_principals(&mut self, whom: Whom, deny: bool, scope: &mut Scope) -> String {
        if deny && !matches!(whom, Whom::Services | Whom::Accounts) && self.random.one_in(2) {
            if self.random.one_in(3) {
                return "*".to_owned();
            }
            let excepted = self.by_condition(scope);
            return format!("* except {excepted}");
        }
        let count = if matches!(whom, Whom::Permitted | Whom::Accounts) { 1 } else { 1 + self.random.below(2) };
        let mut all: Vec<String> = Vec::new();
        for _ in 0..count {
            let one = self.principal(whom, scope);
            if !all.contains(&one) {
                all.push(one);
            }
        }
        // Everyone is all that a list with everyone in it says.
        match all.iter().find(|one| *one == "*") {
            Some(everyone) => everyone.clone(),
            None => all.join(", "),
        }
    }

    /// One principal.
    pub(super) fn principal(&mut self, whom: Whom, scope: &mut Scope) -> String {
        if whom == Whom::Services {
            scope.of_service();
            return format!("service {}", self.random.pick(&SERVICES));
        }
        if whom == Whom::Conditions {
            return self.by_condition(scope);
        }
        let account = self.any_home();
        if let (Whom::Accounts, Some(account)) = (whom, account) {
            return format!("account {}", at(&self.accounts[account].name));
        }
        match (self.random.below(14), account) {
            (0..=2, Some(account)) => format!("account {}", at(&self.accounts[account].name)),
            (3..=4, _) if !self.roles.is_empty() && !self.accounts.is_empty() => {
                let role = self.random.below(self.roles.len());
                format!("role {}", at(&self.roles[role].name))
            }
            (5, _) if whom != Whom::Permitted && !self.several_roles.is_empty() => {
                let index = self.random.below(self.several_roles.len());
                let role = self.several_roles[index].0.clone();
                format!("role {}", self.several(&role))
            }
            (6, _) if !self.users.is_empty() && !self.accounts.is_empty() => {
                let user = self.random.below(self.users.len());
                format!("user {}", at(&self.users[user].name))
            }
            (7, _) if whom == Whom::Bucket => format!("canonical \"{}\"", "79a59df9".repeat(8)),
            (8, _) if whom != Whom::Trust && whom != Whom::Permitted => "*".to_owned(),
            (9, Some(account)) => {
                format!("arn \"arn:aws:iam::{}:role/elsewhere/Other\"", self.accounts[account].id)
            }
            (10, Some(_)) if !self.roles.is_empty() && whom != Whom::Permitted => {
                let role = self.random.below(self.roles.len());
                format!("session role {} \"nightly\"", at(&self.roles[role].name))
            }
            (11..=12, Some(_)) if whom != Whom::Permitted => self.by_condition(scope),
            (13, _) if !self.principals.is_empty() && whom != Whom::Permitted => {
                let name = self.random.below(self.principals.len());
                at(&self.principals[name])
            }
            _ => {
                scope.of_service();
                format!("service {}", self.random.pick(&SERVICES))
            }
        }
    }

    /// A principal that a condition says.
    pub(super) fn by_condition(&mut self, scope: &mut Scope) -> String {
        scope.without("aws:PrincipalArn");
        let account = self.any_home();
        match (self.random.below(8), account, self.organization.clone()) {
            (0, _, Some(organization)) => format!("organization {}", at(&organization.name)),
            (1, _, Some(organization)) if organization.units.iter().any(|(_, has_id)| *has_id) => {
                let units: Vec<&(String, bool)> = organization.units.iter().filter(|(_, has_id)| *has_id).collect();
                format!("ou {}", at(&self.random.pick(&units).0))
            }
            (2, _, _) if !self.permission_sets.is_empty() => {
                let set = self.random.below(self.permission_sets.len());
                format!("permission-set {}", at(&self.permission_sets[set]))
            }
            (3, Some(account), _) => format!("root {}", at(&self.accounts[account].name)),
            (4, _, _) => "root *".to_owned(),
            (5, Some(account), _) => format!("account {}", at(&self.accounts[account].name)),
            (6, _, _) => "role *".to_owned(),
            (_, Some(_), _) if !self.roles.is_empty() => {
                let role = self.random.below(self.roles.len());
                format!("role {}", at(&self.roles[role].name))
            }
            _ => "user *".to_owned(),
        }
    }

    /// `let` names for principals.
    pub(super) fn named_principals(&mut self) {
        if self.accounts.is_empty() || !self.random.one_in(2) {
            return;
        }
        let mut parts = Vec::new();
        for _ in 0..self.random.from_one(2) {
            let account = self.random.below(self.accounts.len());
            parts.push(format!("account {}", at(&self.accounts[account].name)));
        }
        parts.dedup();
        let name = self.name(&["readers", "principals-x"]);
        let list = self.listed(&parts);
        self.item(Home::Nowhere, &format!("let {} = {list}", declares(&name)), Vec::new(), "");
        self.principals.push(name);
    }
}
