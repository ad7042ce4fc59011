//! Policies, boundaries and session policies.

use super::{
    at, declares,
    scope::type_of,
    statements::{Holder, block},
    world::{Home, Parameter, Policy, World},
};

impl World {
    /// The items of policies and boundaries.
    pub(super) fn policy_items(&mut self) {
        for _ in 0..self.random.below(4) * self.size {
            self.policy_item();
        }
        for _ in 0..self.random.below(2) {
            let home = self.any_home();
            let name = self.name(&["Bound", "team-boundary"]);
            let holder = Holder { has_account: home.is_some(), several_accounts: false, home };
            let body = block(&self.statements(holder, 3));
            let headers = self.names_in_aws(&name);
            self.item(Home::In(home), &format!("boundary {}", declares(&name)), headers, &format!(" {body}"));
            self.boundaries.push((name, home));
        }
        if self.random.one_in(4) {
            let home = self.any_home();
            let name = self.name(&["Session", "narrow"]);
            let holder = Holder { has_account: home.is_some(), several_accounts: false, home };
            let body = block(&self.statements(holder, 2));
            self.item(Home::In(home), &format!("session-policy {}", declares(&name)), Vec::new(), &format!(" {body}"));
        }
    }

    fn policy_item(&mut self) {
        let homeless = !self.accounts.is_empty() && self.has_room_where_used() && self.random.one_in(2);
        let home = if homeless { None } else { self.any_home() };
        let name = self.name(&["ReadIt", "work-on", "when-ever"]);
        let holder = Holder {
            // One with parameters may be included anywhere.
            has_account: home.is_some(),
            several_accounts: homeless,
            home,
        };
        let mut parameters: Vec<(String, Parameter)> = Vec::new();
        let mut own = Vec::new();
        if self.random.one_in(2) {
            let target = self.target(true);
            parameters.push(("what".to_owned(), Parameter::Actions(target)));
            parameters.push(("it".to_owned(), Parameter::Resource(target)));
            own.push("allow what on it".to_owned());
        }
        if self.random.one_in(3) {
            parameters.push(("prefix".to_owned(), Parameter::Text));
            own.push("Prefixed: allow s3:GetObject on s3.bucket(\"x\").object(\"${prefix}/*\")".to_owned());
        }
        if self.random.one_in(3) {
            parameters.push(("c".to_owned(), Parameter::Condition));
            own.push("deny s3:DeleteObject unless c".to_owned());
        }
        if self.random.one_in(4) {
            parameters.push(("on".to_owned().repeat(2), Parameter::Truth));
            own.push("deny s3:PutObject when onon and aws:SecureTransport".to_owned());
        }
        let mut statements = self.statements(holder, 3);
        statements.extend(own);
        self.random.shuffle(&mut statements);
        let declared: Vec<String> =
            parameters.iter().map(|(name, parameter)| format!("{name}: {}", type_of(parameter))).collect();
        let list = if declared.is_empty() { String::new() } else { format!("({})", declared.join(", ")) };
        let headers = self.names_in_aws(&name);
        let place = if homeless { Home::WhereUsed } else { Home::In(home) };
        let head = format!("policy {}{list}", declares(&name));
        self.item(place, &head, headers, &format!(" {}", block(&statements)));
        let parameters = parameters.into_iter().map(|(_, parameter)| parameter).collect();
        self.policies.push(Policy { name, parameters, home });
    }

    /// What the item is called in AWS, and where it lies there.
    pub(super) fn names_in_aws(&mut self, name: &str) -> Vec<String> {
        let mut headers = vec![format!("named \"{name}\"")];
        if self.random.one_in(4) {
            headers.push("path \"/random/path/\"".to_owned());
        }
        headers
    }

    /// A policy with its arguments, as it is attached or included.
    pub(super) fn policy_call(&mut self, policy: &Policy) -> String {
        let arguments: Vec<String> = policy.parameters.iter().map(|parameter| self.argument(parameter)).collect();
        if arguments.is_empty() && self.random.one_in(2) {
            return at(&policy.name);
        }
        format!("{}({})", at(&policy.name), arguments.join(", "))
    }

    /// The policies that can be attached to an identity of that account.
    pub(super) fn attachable(&self, home: Option<usize>) -> Vec<Policy> {
        self.policies.iter().filter(|policy| policy.home.is_none() || policy.home == home).cloned().collect()
    }

    /// `include` of a policy.
    pub(super) fn include(&mut self, holder: Holder) -> Option<String> {
        let fitting: Vec<Policy> = self
            .policies
            .iter()
            .filter(|policy| policy.home.is_none() || policy.home == holder.home)
            .cloned()
            .collect();
        if fitting.is_empty() {
            return None;
        }
        let index = self.random.below(fitting.len());
        Some(format!("include {}", self.policy_call(&fitting[index])))
    }
}
