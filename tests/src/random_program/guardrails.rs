//! Service and resource control policies.

use iamx_catalog::Catalog;

use super::{
    at, declares,
    statements::block,
    world::{Home, World},
};

impl World {
    /// What the guardrails are called, before any node attaches them.
    pub(super) fn guardrail_names(&mut self) -> (Vec<String>, Vec<String>) {
        let scps = (0..self.random.below(4)).map(|_| self.name(&["RegionLock", "keep-"])).collect();
        let rcps = (0..self.random.below(3)).map(|_| self.name(&["OnlyTls", "rcp-"])).collect();
        (scps, rcps)
    }

    /// The guardrails.
    pub(super) fn guardrails(&mut self) {
        for name in &self.scps.clone() {
            let mut statements = vec![format!("deny {}", self.actions_of("ec2"))];
            statements.extend((0..self.random.below(3)).map(|_| self.scp_statement()));
            self.guardrail("scp", name, &statements);
        }
        for name in &self.rcps.clone() {
            let mut statements = vec!["deny sqs:* unless aws:SecureTransport".to_owned()];
            statements.extend((0..self.random.below(2)).map(|_| self.rcp_statement()));
            self.guardrail("rcp", name, &statements);
        }
    }

    fn guardrail(&mut self, kind: &str, name: &str, statements: &[String]) {
        let mut headers = vec![format!("named \"{name}\"")];
        if self.random.one_in(5) {
            let account = self.accounts.iter().find(|account| account.in_organization);
            headers.extend(account.map(|account| format!("in {}", at(&account.name))));
        }
        let head = format!("{kind} {}", declares(name));
        self.item(Home::OfTheOrganization, &head, headers, &format!(" {}", block(statements)));
    }

    fn scp_statement(&mut self) -> String {
        match self.random.below(8) {
            0 => return "include std.guardrails.KeepTrails".to_owned(),
            1 => return "include std.guardrails.RegionLock([\"eu-west-1\"])".to_owned(),
            2 => return "allow s3:*, dynamodb:*".to_owned(),
            _ => {}
        }
        let label = self.label();
        let mut scope = self.scope(false);
        let prefix = self.random.pick(&["s3", "ec2", "cloudtrail", "kms", "iam"]);
        let actions = match self.random.below(4) {
            0 => "*".to_owned(),
            1 => format!("* except {prefix}:*, sts:*"),
            _ => self.actions_of(prefix),
        };
        let on = if self.random.one_in(4) { " on s3.bucket(\"guarded\"), sqs.queue(\"guarded\")" } else { "" };
        let to = self.guarded(&mut scope);
        let clauses = self.clauses(&mut scope);
        format!("{label}deny {actions}{on}{to}{clauses}")
    }

    fn rcp_statement(&mut self) -> String {
        let label = self.label();
        let mut scope = self.scope(false);
        let services: Vec<&str> = Catalog::builtin()
            .services()
            .filter(|service| service.rcp_supported())
            .map(iamx_catalog::Service::prefix)
            .collect();
        let some = self.random.some(&services, 3);
        let actions: Vec<String> = some.iter().map(|prefix| format!("{prefix}:*")).collect();
        let to = self.guarded(&mut scope);
        let clauses = self.clauses(&mut scope);
        format!("{label}deny {}{to}{clauses}", actions.join(", "))
    }

    /// Whose requests it is about.
    fn guarded(&mut self, scope: &mut super::scope::Scope) -> String {
        match self.random.below(5) {
            0 => format!(" to {}", self.by_condition(scope)),
            1 => format!(" to * except {}", self.by_condition(scope)),
            2 => " to *".to_owned(),
            _ => String::new(),
        }
    }

    fn actions_of(&mut self, prefix: &str) -> String {
        let Some(service) = Catalog::builtin().service(prefix) else { return "*".to_owned() };
        let actions: Vec<_> = service.actions().iter().collect();
        let names: Vec<String> = self.random.some(&actions, 3).iter().map(|action| action.name.to_string()).collect();
        format!("{prefix}:{{{}}}", names.join(", "))
    }
}
