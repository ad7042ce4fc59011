//! Grants: of roles, and of actions on resources, each to whomever the ends that it writes can let in.

use iamx_catalog::{
    Across, Authority, Catalog, PolicyCarrier, PolicyPrincipals, PolicyStatements, PolicySubject, ResourcePolicyForm,
    granting,
};

use super::{
    at,
    resources::target,
    world::{Home, OwnResource, Several, Target, World},
};

/// What a grant is about, and what can be granted on it.
struct Granted {
    /// As it stands after `on`.
    written: String,
    /// Actions on it, with their service.
    actions: Vec<String>,
    /// Where it lives.
    accounts: Vec<usize>,
    /// Its own policy, where a grant can write to that.
    policy: Option<Writable>,
    /// Whether a key encrypts it, whose callers are named in the key's policy too.
    encrypted: bool,
}

/// A policy of a resource that grants can add to.
#[derive(Clone, Copy)]
struct Writable {
    form: &'static ResourcePolicyForm,
    across: Across,
}

/// Whom something is granted.
struct Caller {
    written: String,
    /// Where its own policies are; `None` for those who have none here.
    home: Option<usize>,
    kind: CallerKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum CallerKind {
    /// A role or user.
    Identity,
    Group,
    PermissionSet,
    Session,
    Account,
    Service,
    /// Whom a condition says: an organization, an OU, the root user.
    ByCondition,
    Everyone,
}

impl World {
    /// The grants.
    pub(super) fn grants(&mut self) {
        if self.accounts.is_empty() {
            return;
        }
        for _ in 0..self.random.below(3) * self.size {
            self.grant_of_roles();
        }
        for _ in 0..self.random.below(4) * self.size {
            self.grant_of_actions();
        }
    }

    fn grant_of_roles(&mut self) {
        let role = self.random.below(self.roles.len());
        let mut roles = vec![at(&self.roles[role].name)];
        if self.random.one_in(3) {
            let other = self.random.below(self.roles.len());
            if other != role {
                roles.push(at(&self.roles[other].name));
            }
        }
        if !self.several_roles.is_empty() && self.random.one_in(4) {
            let several = self.random.below(self.several_roles.len());
            let (several, _) = self.several_roles[several].clone();
            roles.push(self.several(&several));
        }
        let target = if roles.len() > 1 { self.listed(&roles) } else { roles[0].clone() };
        let mut callers: Vec<String> = Vec::new();
        for _ in 0..self.random.from_one(2) {
            let caller = self.caller_with_policies();
            let is_itself = || roles.iter().any(|role| caller.written.ends_with(role.as_str()));
            if caller.kind != CallerKind::Session && !callers.contains(&caller.written) && !is_itself() {
                callers.push(caller.written);
            }
        }
        if callers.is_empty() {
            return;
        }
        let mut scope = self.scope(true);
        scope.without("aws:PrincipalArn");
        let clauses = self.clauses(&mut scope);
        let text = format!("grant assume {target} to {}{clauses}", callers.join(", "));
        self.item(Home::Nowhere, &text, Vec::new(), "");
    }

    fn grant_of_actions(&mut self) {
        let Some(granted) = self.granted() else { return };
        let mut callers: Vec<Caller> = Vec::new();
        for _ in 0..self.random.from_one(2) {
            let caller = match self.random.below(3) {
                0 => self.caller_without_policies(),
                _ => Some(self.caller_with_policies()),
            };
            let Some(caller) = caller.filter(|caller| granted.lets_in(caller)) else { continue };
            // Of everyone and somebody nothing is left to say.
            let is_wide = |one: &Caller| matches!(one.kind, CallerKind::Everyone | CallerKind::Service);
            if callers.iter().all(|other| other.written != caller.written && !is_wide(other)) && !is_wide(&caller)
                || callers.is_empty()
            {
                callers.push(caller);
            }
        }
        if callers.is_empty() {
            return;
        }
        let mut actions = granted.actions.clone();
        let crosses = callers.iter().any(|caller| !granted.is_around(caller));
        if crosses && let Some(policy) = granted.policy {
            actions.retain(|action| policy.lets_do(action));
        }
        if granted.encrypted {
            actions.retain(|action| Catalog::builtin().kms_actions(action).is_some());
        }
        if actions.is_empty() {
            return;
        }
        let actions = self.some_actions(&actions);
        let clauses = self.clauses_of_grant(&granted, &callers, crosses);
        let callers: Vec<String> = callers.into_iter().map(|caller| caller.written).collect();
        let text = format!("grant {actions} on {} to {}{clauses}", granted.written, callers.join(", "));
        self.item(Home::Nowhere, &text, Vec::new(), "");
    }

    fn some_actions(&mut self, actions: &[String]) -> String {
        let references: Vec<&String> = actions.iter().collect();
        let some: Vec<String> = self.random.some(&references, 3).into_iter().cloned().collect();
        let service = some[0].split(':').next().unwrap_or_default();
        let of_one = some.iter().all(|action| action.split(':').next() == Some(service));
        match self.random.below(3) {
            0 => self.listed(&some),
            1 if of_one => {
                let names: Vec<&str> = some.iter().filter_map(|action| action.split(':').nth(1)).collect();
                format!("{service}:{{{}}}", names.join(", "))
            }
            _ => some.join(", "),
        }
    }

    fn clauses_of_grant(&mut self, granted: &Granted, callers: &[Caller], crosses: bool) -> String {
        let mut scope = self.scope(true);
        // Which of them is meant is said by a condition already.
        scope.without("aws:PrincipalArn");
        scope.without("aws:userid");
        let has = |kind: CallerKind| callers.iter().any(|caller| caller.kind == kind);
        if has(CallerKind::ByCondition) || has(CallerKind::PermissionSet) {
            scope.without_named();
        }
        if has(CallerKind::Service) {
            scope.of_service();
        }
        // What one of many permissions can't ask, whoever has no policy of his own isn't asked.
        let permissions =
            granted.policy.is_some_and(|policy| matches!(policy.form.statements, PolicyStatements::Permissions(_)));
        if permissions && crosses && callers.iter().any(|caller| caller.home.is_none()) {
            return String::new();
        }
        self.clauses(&mut scope)
    }

    /// Something that is declared, or what is inside of it.
    fn granted(&mut self) -> Option<Granted> {
        if !self.several_buckets.is_empty() && self.random.one_in(5) {
            let index = self.random.below(self.several_buckets.len());
            let bucket = self.several_buckets[index].clone();
            return self.granted_buckets(&bucket);
        }
        if self.resources.is_empty() {
            return None;
        }
        let index = self.random.below(self.resources.len());
        let resource = self.resources[index].clone();
        let encrypted = resource.key.is_some();
        // A key encrypts for others only what its own policy says.
        if resource.key.is_some_and(|key| !self.resources[key].has_policy) {
            return None;
        }
        let (child, target) = match self.child_of(resource.target) {
            Some((child, kind)) if self.random.one_in(2) => (child, kind),
            _ => (String::new(), resource.target),
        };
        if is_let_in_elsewhere(target) {
            return None;
        }
        let policy = writable(&resource, target);
        // Whose a key is, its own policy alone says.
        let speaks_alone = policy_of(target).is_some_and(|(_, authority)| authority == Authority::Delegated);
        if speaks_alone && policy.is_none() {
            return None;
        }
        let mut actions = actions_on(target);
        if let Some(policy) = policy
            && let PolicySubject::OtherType(service, name) = policy.form.subject
        {
            actions = super::resources::target(service, name).map(actions_on).unwrap_or_default();
        }
        let written = format!("{}{child}", at(&resource.name));
        Some(Granted { written, actions, accounts: vec![resource.home?], policy, encrypted })
    }

    fn granted_buckets(&mut self, bucket: &Several) -> Option<Granted> {
        let bucket_type = target("s3", "bucket")?;
        let policy = policy_of(bucket_type).map(|(policy, _)| policy).filter(|_| bucket.has_policy);
        let (child, target) =
            if self.random.one_in(2) { (".object(\"in/*\")", target("s3", "object")?) } else { ("", bucket_type) };
        let name = self.several(bucket);
        let written = match (child, name.split_once(" in ")) {
            ("", _) => name,
            (child, Some((name, place))) => format!("{name}{child} in {place}"),
            (child, None) => format!("{name}{child}"),
        };
        let accounts = bucket.accounts.clone();
        Some(Granted { written, actions: actions_on(target), accounts, policy, encrypted: false })
    }

    /// Whoever has policies of his own, which a grant writes.
    fn caller_with_policies(&mut self) -> Caller {
        match self.random.below(7) {
            0 if !self.users.is_empty() => {
                let user = self.random.below(self.users.len());
                let user = self.users[user].clone();
                Caller { written: format!("user {}", at(&user.name)), home: user.home, kind: CallerKind::Identity }
            }
            1 if !self.groups.is_empty() => {
                let group = self.random.below(self.groups.len());
                let group = self.groups[group].clone();
                Caller { written: format!("group {}", at(&group.name)), home: group.home, kind: CallerKind::Group }
            }
            2 if !self.permission_sets.is_empty() => {
                let written = format!("permission-set {}", at(&self.permission_sets[0]));
                Caller { written, home: None, kind: CallerKind::PermissionSet }
            }
            3 if !self.several_roles.is_empty() => {
                let index = self.random.below(self.several_roles.len());
                let (role, _) = self.several_roles[index].clone();
                Caller { written: format!("role {}", self.several(&role)), home: None, kind: CallerKind::Identity }
            }
            number => {
                let role = self.random.below(self.roles.len());
                let role = self.roles[role].clone();
                let (written, kind) = if number == 4 {
                    (format!("session role {} \"nightly\"", at(&role.name)), CallerKind::Session)
                } else {
                    (format!("role {}", at(&role.name)), CallerKind::Identity)
                };
                Caller { written, home: role.home, kind }
            }
        }
    }

    /// Whoever has none here: the resource's policy alone lets him in.
    fn caller_without_policies(&mut self) -> Option<Caller> {
        let account = self.any_home()?;
        let name = at(&self.accounts[account].name);
        let (written, kind) = match (self.random.below(7), self.organization.clone()) {
            (0, Some(organization)) => (format!("organization {}", at(&organization.name)), CallerKind::ByCondition),
            (1, Some(organization)) => {
                let (unit, _) = organization.units.iter().find(|(_, has_id)| *has_id)?;
                (format!("ou {}", at(unit)), CallerKind::ByCondition)
            }
            (2, _) => (format!("root {name}"), CallerKind::ByCondition),
            (3, _) => ("*".to_owned(), CallerKind::Everyone),
            (4, _) => ("service events".to_owned(), CallerKind::Service),
            _ => (format!("account {name}"), CallerKind::Account),
        };
        Some(Caller { written, home: None, kind })
    }
}

impl Granted {
    /// Whether the caller is of the account that everything here is of, with policies of his own that let him.
    fn is_around(&self, caller: &Caller) -> bool {
        caller.home.is_some() && self.accounts.iter().all(|account| caller.home == Some(*account))
    }

    /// Whether the ends of such a grant can be written.
    fn lets_in(&self, caller: &Caller) -> bool {
        use CallerKind::{Account, Everyone, Group, Identity, Service};
        if self.is_around(caller) {
            return true;
        }
        let Some(policy) = self.policy else { return false };
        // A permission is under no condition of the caller's, and names no session.
        let permissions = matches!(policy.form.statements, PolicyStatements::Permissions(_));
        match policy.form.principals {
            PolicyPrincipals::Named | PolicyPrincipals::NamedUnderAws => {
                !permissions || matches!(caller.kind, Identity | Group | Account | Service)
            }
            PolicyPrincipals::Accounts | PolicyPrincipals::AccountIds => caller.kind == Account,
            PolicyPrincipals::Everyone => caller.kind == Everyone,
            PolicyPrincipals::Services => caller.kind == Service,
        }
    }
}

impl Writable {
    /// Whether the policy can let callers of other accounts do it.
    fn lets_do(self, action: &str) -> bool {
        let (service, name) = action.split_once(':').unwrap_or_default();
        let needs_key = self.needs_key() && Catalog::builtin().kms_actions(action).is_some_and(|all| !all.is_empty());
        self.form.service == Some(service) && self.across.takes(name) && !needs_key
    }

    fn needs_key(self) -> bool {
        matches!(self.form.carrier, PolicyCarrier::Type(service, name) if granting(service, name).needs_key)
    }
}

/// Whether other policies beside have to let the callers in, which no grant says.
fn is_let_in_elsewhere(of: Target) -> bool {
    let (service, slug) = (of.service.prefix(), of.resource_type.slug());
    let speaks = |form: &ResourcePolicyForm| match form.carrier {
        PolicyCarrier::Type(other, name) if matches!(granting(other, name).across, Across::Elsewhere(_)) => {
            form.service == Some(service) && other != service
                || other == service && (name == slug || form.inside.contains(&slug.as_str()))
        }
        _ => false,
    };
    iamx_catalog::resource_policy_forms().iter().any(speaks)
}

/// The policy of a type, with whose word counts in its account.
fn policy_of(of: Target) -> Option<(Writable, Authority)> {
    let (service, slug) = (of.service.prefix(), of.resource_type.slug());
    let form = iamx_catalog::resource_policy_form(service, &slug)?;
    let row = granting(service, &slug);
    Some((Writable { form, across: row.across }, row.authority))
}

/// The policy that speaks for the resource, or for the child of that type in it, where grants can add to it.
fn writable(resource: &OwnResource, target: Target) -> Option<Writable> {
    let (policy, _) = policy_of(resource.target)?;
    let permissions = matches!(policy.form.statements, PolicyStatements::Permissions(_));
    let own = target.resource_type.slug() == resource.target.resource_type.slug();
    let inside = policy.form.inside.contains(&target.resource_type.slug().as_str());
    let speaks = !policy.form.about_others && (own || inside);
    (speaks && (resource.has_policy || permissions)).then_some(policy)
}

/// The actions on the type that a grant can be of.
fn actions_on(target: Target) -> Vec<String> {
    let service = target.service.prefix();
    // That a role may be assumed is granted by name.
    let actions = target.service.actions_on(target.resource_type).filter(|_| service != "sts");
    actions.map(|action| format!("{service}:{}", action.name)).collect()
}
