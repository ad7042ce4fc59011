//! Roles, users, groups, permission sets and identity providers.

use super::{
    at, declares,
    principals::Whom,
    statements::{Holder, block},
    world::{Home, Identity, Provider, World},
};

const AWS_POLICIES: [&str; 4] =
    ["ReadOnlyAccess", "job-function/ViewOnlyAccess", "SecurityAudit", "AmazonS3ReadOnlyAccess"];

impl World {
    /// Which identities there are, so that all else can speak of them.
    pub(super) fn plan_identities(&mut self) {
        for _ in 0..self.random.from_one(4) * self.size {
            let (name, home) = (self.name(&["Reader", "role-x", "Deploy_", "in-role"]), self.any_home());
            self.roles.push(Identity { name, home });
        }
        for _ in 0..self.random.below(3) {
            let (name, home) = (self.name(&["alice", "bob-", "user_"]), self.any_home());
            self.users.push(Identity { name, home });
        }
        for _ in 0..self.random.below(3) {
            let (name, home) = (self.name(&["Team", "to-group"]), self.any_home());
            self.groups.push(Identity { name, home });
        }
        let assignable = self.accounts.iter().any(|account| account.in_organization);
        if assignable && self.random.one_in(3) {
            let name = self.name(&["Analyst", "set-"]);
            self.permission_sets.push(name);
        }
        for account in 0..self.accounts.len() {
            if self.random.one_in(4) {
                let saml = self.random.one_in(3);
                let name = self.name(if saml { &["okta"] } else { &["github", "oidc-x"] });
                self.providers.push(Provider { name, home: Some(account), saml });
            }
        }
    }

    /// The items of all of them.
    pub(super) fn identity_items(&mut self) {
        for role in self.roles.clone() {
            self.role(&role);
        }
        for user in self.users.clone() {
            self.user(&user);
        }
        for group in self.groups.clone() {
            self.group(&group);
        }
        for name in self.permission_sets.clone() {
            self.permission_set(&name);
        }
        for provider in self.providers.clone() {
            self.provider(&provider);
        }
    }

    fn holder(home: Option<usize>) -> Holder {
        Holder { has_account: home.is_some(), several_accounts: home.is_some(), home }
    }

    fn role(&mut self, role: &Identity) {
        let mut members = Vec::new();
        // A trust policy has room for 2048 characters.
        for _ in 0..self.random.from_one(2) {
            let trust = self.trust(role);
            members.push(trust);
        }
        members.extend(self.policies_of(role.home));
        if self.random.one_in(4) {
            members.push(format!("session {}", self.random.pick(&["1h", "6h", "720m"])));
        }
        if self.random.one_in(5) {
            members.push("instance-profile".to_owned());
        }
        if self.random.one_in(4) {
            members.push(format!("tags {{ team = {}, \"a b\" = \"2\" }}", self.text()));
        }
        members.extend(self.boundary_of(role.home));
        self.random.shuffle(&mut members);
        if !self.random.one_in(3) {
            members.extend(self.statements(Self::holder(role.home), 4));
        }
        if self.random.one_in(3) {
            self.random.shuffle(&mut members);
        }
        let mut headers = self.names_in_aws(&role.name);
        if self.random.one_in(12) {
            headers.push("until 2099-12-31".to_owned());
        }
        let after = format!(" {}", block(&members));
        self.item(Home::In(role.home), &format!("role {}", declares(&role.name)), headers, &after);
    }

    fn trust(&mut self, role: &Identity) -> String {
        let providers: Vec<Provider> =
            self.providers.iter().filter(|provider| provider.home == role.home).cloned().collect();
        if !providers.is_empty() && self.random.one_in(3) {
            let index = self.random.below(providers.len());
            let provider = &providers[index];
            let claim = if provider.saml {
                self.random.pick(&["any claim edupersonaffiliation == \"staff\"", "claim sub like \"x*\""])
            } else {
                self.random.pick(&[
                    "claim sub == \"repo:acme/app:ref:refs/heads/main\"",
                    "claim sub like \"repo:acme/*\" and not claim \"job-x\" == \"y\"",
                ])
            };
            let kind = if provider.saml { "saml" } else { "oidc" };
            return format!("trust {kind} {} when {claim}", at(&provider.name));
        }
        match self.random.below(8) {
            0 => {
                let mut scope = self.scope_of_trust();
                let who = self.principal(Whom::Trust, &mut scope);
                let clauses = self.clauses(&mut scope);
                let label = self.label();
                let excepted = self.by_condition(&mut self.scope(true));
                block(&[
                    format!("{label}allow sts:AssumeRole to {who}{clauses}"),
                    format!("deny sts:AssumeRole to * except {excepted}"),
                ])
                .replacen('{', "trust {", 1)
            }
            1 => {
                let audience = "eu-west-1:12345678-ab12-cd34-ef56-123456789012";
                format!(
                    "trust oidc \"cognito-identity.amazonaws.com\" when claim aud == \"{audience}\" and any claim amr == \"authenticated\""
                )
            }
            2 => "trust service ec2, service lambda".to_owned(),
            3 => {
                let name = self.name(&["Trusting", "template-"]);
                let label = self.label();
                let clauses = if self.random.one_in(2) { " when aws:SourceAccount == id" } else { "" };
                let statement = format!("{label}allow sts:AssumeRole to service lambda{clauses}");
                let text = format!("policy {}(id: string) {}", declares(&name), block(&[statement]));
                self.item(Home::Nowhere, &text, Vec::new(), "");
                format!("trust {}", block(&[format!("include {}(\"111111111111\")", at(&name))]))
            }
            _ => {
                let mut scope = self.scope_of_trust();
                let who = self.principal(Whom::Trust, &mut scope);
                let with = if self.random.one_in(5) { " with session-tags, source-identity" } else { "" };
                let clauses = self.clauses(&mut scope);
                format!("trust {who}{with}{clauses}")
            }
        }
    }

    /// Lines that attach policies.
    fn policies_of(&mut self, home: Option<usize>) -> Vec<String> {
        let mut attached = Vec::new();
        if self.random.one_in(3) {
            let some = self.random.some(&AWS_POLICIES, 2);
            attached.extend(some.iter().map(|name| format!("aws \"{name}\"")));
        }
        let policies = self.attachable(home);
        if !policies.is_empty() && self.random.one_in(2) {
            let references: Vec<_> = policies.iter().collect();
            for (index, policy) in self.random.some(&references, 2).into_iter().enumerate() {
                let call = self.policy_call(policy);
                let alias = if !policy.parameters.is_empty() && self.random.one_in(2) {
                    self.name(&[["as-a", "as-b"][index % 2]])
                } else {
                    String::new()
                };
                attached.push(if alias.is_empty() { call } else { format!("{call} as \"{alias}\"") });
            }
        }
        if attached.is_empty() {
            return attached;
        }
        if self.random.one_in(2) {
            vec![format!("attach {}", attached.join(", "))]
        } else {
            attached.iter().map(|one| format!("attach {one}")).collect()
        }
    }

    fn boundary_of(&mut self, home: Option<usize>) -> Option<String> {
        if self.random.one_in(10) {
            return Some("boundary aws \"PowerUserAccess\"".to_owned());
        }
        let fitting: Vec<String> =
            self.boundaries.iter().filter(|(_, other)| *other == home).map(|(name, _)| name.clone()).collect();
        (!fitting.is_empty() && self.random.one_in(2)).then(|| format!("boundary {}", at(&fitting[0])))
    }

    fn user(&mut self, user: &Identity) {
        let mut members = self.policies_of(user.home);
        for member in ["console", "access-key rotate 90d", "tags { team = \"data\" }"] {
            if self.random.one_in(3) {
                members.push(member.to_owned());
            }
        }
        members.extend(self.boundary_of(user.home));
        if self.random.one_in(2) {
            members.extend(self.statements(Self::holder(user.home), 1));
        }
        let mut headers = self.names_in_aws(&user.name);
        if self.random.one_in(6) {
            headers.push("until \"2099-12-31\"".replace('"', ""));
        }
        let after = if members.is_empty() { String::new() } else { format!(" {}", block(&members)) };
        self.item(Home::In(user.home), &format!("user {}", declares(&user.name)), headers, &after);
    }

    fn group(&mut self, group: &Identity) {
        let mut members = Vec::new();
        let users: Vec<String> =
            self.users.iter().filter(|user| user.home == group.home).map(|user| at(&user.name)).collect();
        if users.is_empty() || self.random.one_in(5) {
            members.push("members external".to_owned());
        } else {
            members.push(format!("members {}", users.join(", ")));
        }
        members.extend(self.policies_of(group.home));
        members.extend(self.statements(Self::holder(group.home), 2));
        let headers = self.names_in_aws(&group.name);
        let after = format!(" {}", block(&members));
        self.item(Home::In(group.home), &format!("group {}", declares(&group.name)), headers, &after);
    }

    fn permission_set(&mut self, name: &str) {
        let mut members = vec![format!("attach aws \"{}\"", self.random.pick(&AWS_POLICIES))];
        if self.random.one_in(2) {
            members.push("session 8h".to_owned());
        }
        let accounts: Vec<String> =
            self.accounts.iter().filter(|account| account.in_organization).map(|account| at(&account.name)).collect();
        let targets = self.random.some(&accounts.iter().collect::<Vec<_>>(), 2);
        let targets: Vec<String> = targets.into_iter().cloned().collect();
        let to = match (self.random.below(3), &self.organization) {
            (0, Some(organization)) => format!("organization {}", at(&organization.name)),
            (1, _) => self.listed(&targets),
            _ => targets[0].clone(),
        };
        members.push(format!("assign group \"analysts\", \"interns\" to {to}"));
        let shared: Vec<_> = self.policies.iter().filter(|policy| policy.home.is_none()).cloned().collect();
        if !shared.is_empty() && self.random.one_in(2) {
            let index = self.random.below(shared.len());
            members.push(format!("attach {}", self.policy_call(&shared[index])));
        }
        if self.random.one_in(2) {
            let holder = Holder { has_account: false, several_accounts: false, home: None };
            members.extend(self.statements(holder, 2));
        }
        let headers = vec![format!("named \"{name}\"")];
        let after = format!(" {}", block(&members));
        self.item(Home::OfTheOrganization, &format!("permission-set {}", declares(name)), headers, &after);
    }

    fn provider(&mut self, provider: &Provider) {
        let (before, body) = if provider.saml {
            (format!("saml {}", declares(&provider.name)), "metadata \"okta.xml\"".to_owned())
        } else {
            let host = if provider.name.starts_with("github") {
                "token.actions.githubusercontent.com".to_owned()
            } else {
                format!("{}.example.com", provider.name)
            };
            let audience = self.random.pick(&["\"sts.amazonaws.com\"", "[\"sts.amazonaws.com\", \"other\"]"]);
            (format!("oidc {} \"https://{host}\"", declares(&provider.name)), format!("audience {audience}"))
        };
        let headers = if provider.saml { vec![format!("named \"{}\"", provider.name)] } else { Vec::new() };
        self.item(Home::In(provider.home), &before, headers, &format!(" {}", block(&[body])));
    }
}
