//! Resources: types of the catalog, declared ones, their policies, and the policies that services keep for accounts.

use iamx_catalog::{
    Catalog, PolicyCarrier, PolicyPrincipals, PolicyStatements, ResourceElement, ResourcePolicyForm,
    resource_policy_form, resource_policy_forms,
};

use super::{
    at, declares,
    principals::Whom,
    statements::block,
    world::{Home, OwnResource, Target, World},
};

/// Services that most workspaces speak of.
const COMMON: [&str; 14] = [
    "s3",
    "dynamodb",
    "sqs",
    "sns",
    "kms",
    "lambda",
    "ec2",
    "secretsmanager",
    "logs",
    "ecr",
    "events",
    "ssm",
    "rds",
    "states",
];

impl World {
    /// The types that the workspace speaks of.
    pub(super) fn plan_targets(&mut self) {
        let prefixes: Vec<&'static str> = Catalog::builtin().prefixes().collect();
        while self.targets.len() < 5 {
            let prefix = if self.random.one_in(2) { self.random.pick(&COMMON) } else { self.random.pick(&prefixes) };
            let found = self.random_target(prefix);
            self.targets.extend(found);
        }
        self.targets.extend(target("s3", "object"));
    }

    fn random_target(&mut self, prefix: &str) -> Option<Target> {
        let service = Catalog::builtin().service(prefix)?;
        let types: Vec<_> = service.resource_types().iter().collect();
        if types.is_empty() {
            return None;
        }
        let resource_type = self.random.pick(&types);
        target(prefix, &resource_type.slug())
    }

    /// A type; one whose ARN names no account, where `anywhere` asks for that.
    pub(super) fn target(&mut self, anywhere: bool) -> Target {
        let fitting: Vec<Target> =
            self.targets.iter().copied().filter(|target| !anywhere || !has_account(*target)).collect();
        self.random.pick(&fitting)
    }

    /// `service.type(…)`
    pub(super) fn resource_of(&mut self, target: Target) -> String {
        let arguments: Vec<String> = (0..target.arity).map(|_| self.resource_argument()).collect();
        format!("{}({})", self.type_name(target), arguments.join(", "))
    }

    /// `service.type`, or `aws.service.type`, which says the same whatever is called like the service.
    fn type_name(&mut self, target: Target) -> String {
        let prefix = target.service.prefix();
        let first = if matches!(prefix, "account" | "organization") || self.random.one_in(10) { "aws." } else { "" };
        format!("{first}{prefix}.{}", target.resource_type.slug())
    }

    fn resource_argument(&mut self) -> String {
        match self.random.below(8) {
            0 => "\"*\"".to_owned(),
            1 => "\"data-*\"".to_owned(),
            2 if !self.texts.is_empty() => {
                let name = self.random.below(self.texts.len());
                format!("\"x-${{{}}}\"", at(&self.texts[name]))
            }
            3 => "\"a?b\"".to_owned(),
            _ => format!("\"{}{}\"", self.random.pick(&["x", "data-", "team"]), self.random.below(100)),
        }
    }

    /// A child of a resource of this type, with the child's type.
    pub(super) fn child_of(&mut self, parent: Target) -> Option<(String, Target)> {
        let children: Vec<_> = parent
            .service
            .children(parent.resource_type)
            .filter(|child| child.parent.arity() == parent.arity && !child.placeholders.is_empty())
            .map(|child| (child.resource_type, child.placeholders.len()))
            .collect();
        // Of several of one name only one is meant, and which isn't always said.
        if children.is_empty() {
            return None;
        }
        let (resource_type, count) = self.random.pick(&children);
        if children.iter().filter(|(other, _)| other.slug() == resource_type.slug()).count() > 1 {
            return None;
        }
        let arguments: Vec<String> = (0..count).map(|_| self.resource_argument()).collect();
        let text = format!(".{}({})", resource_type.slug(), arguments.join(", "));
        Some((text, Target { resource_type, arity: parent.arity + count, ..parent }))
    }

    /// The declared resources, their policies apart.
    pub(super) fn own_resources(&mut self) {
        for _ in 0..self.random.from_one(4) * self.size {
            let (target, form) = if !self.accounts.is_empty() && self.random.one_in(2) {
                let forms: Vec<&'static ResourcePolicyForm> = resource_policy_forms().iter().collect();
                let form = self.random.pick(&forms);
                let PolicyCarrier::Type(prefix, name) = form.carrier else { continue };
                let Some(target) = target(prefix, name) else { continue };
                (target, Some(form))
            } else {
                let target = self.target(self.accounts.is_empty());
                let form = resource_policy_form(target.service.prefix(), &target.resource_type.slug());
                (target, form.filter(|_| !self.accounts.is_empty()))
            };
            let home = self.any_home();
            self.own_resource(target, home, form);
        }
        // Keys, and what may be encrypted by them.
        if self.accounts.is_empty() || self.random.one_in(2) {
            return;
        }
        for _ in 0..self.random.from_one(2) {
            let Some(target) = target("kms", "key") else { return };
            let (home, key) = (self.any_home(), self.resources.len());
            self.own_resource(target, home, resource_policy_form("kms", "key"));
            for index in 0..key {
                let free =
                    self.resources[index].key.is_none() && self.resources[index].target.service.prefix() != "kms";
                if free && self.random.one_in(2) {
                    self.resources[index].key = Some(key);
                }
            }
        }
    }

    fn own_resource(&mut self, target: Target, home: Option<usize>, form: Option<&'static ResourcePolicyForm>) {
        let name = self.name(&["sales", "orders-", "not-a-queue", "events"]);
        let has_policy = form.is_some() && !self.random.one_in(4);
        // Where AWS wrote a `*` into the form of an ARN, nothing says where a part ends.
        let templates = &target.resource_type.arn_templates;
        let is_of_one_form = templates.len() == 1 && templates.iter().all(|one| !one.text().contains('*'));
        let is_foreign = home.is_some() && is_of_one_form && self.random.one_in(6);
        let reference = is_foreign.then(|| format!("var.{}_arn", name.replace('-', "_")));
        self.resources.push(OwnResource { name, target, home, form, has_policy, key: None, reference });
    }

    /// The items of the declared resources and of the policies of accounts.
    pub(super) fn resource_bodies(&mut self) {
        for index in 0..self.resources.len() {
            let resource = self.resources[index].clone();
            let mut headers = Vec::new();
            if resource.form.is_some() || resource.key.is_some() || self.random.one_in(2) {
                headers.push("region \"eu-west-1\"".to_owned());
            }
            if let Some(key) = resource.key {
                headers.push(format!("encrypted-by {}", at(&self.resources[key].name)));
            }
            let mut parts = Vec::new();
            if let Some(form) = resource.form.filter(|_| resource.has_policy)
                && !self.random.one_in(5)
            {
                for _ in 0..self.random.from_one(3) {
                    let statement = self.resource_part(form, &resource);
                    parts.push(statement);
                }
            }
            // Tags alone are no policy.
            if (!parts.is_empty() || !resource.has_policy) && resource.reference.is_none() && self.random.one_in(4) {
                parts.push("tags { team = \"data\" }".to_owned());
            }
            let body =
                if parts.is_empty() && !resource.has_policy { String::new() } else { format!(" {}", block(&parts)) };
            let what = self.made_of(index, &resource);
            self.item(Home::In(resource.home), &what, headers, &body);
        }
        if !self.accounts.is_empty() && self.random.one_in(3) {
            self.account_policies();
        }
    }

    /// What stands before the headers of a resource.
    fn made_of(&mut self, index: usize, resource: &OwnResource) -> String {
        let type_name = format!("{}.{}", resource.target.service.prefix(), resource.target.resource_type.slug());
        let arguments: Vec<String> = (0..resource.target.arity).map(|at| format!("own{index}x{at}")).collect();
        let Some(reference) = &resource.reference else {
            let quoted: Vec<String> = arguments.iter().map(|argument| format!("\"{argument}\"")).collect();
            return format!("resource {}: {type_name}({})", declares(&resource.name), quoted.join(", "));
        };
        let account = resource.home.map(|home| self.accounts[home].id.clone()).unwrap_or_default();
        let arn = resource.target.resource_type.arn_templates.first().and_then(|template| {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            template.fill("aws", "eu-west-1", &account, &arguments)
        });
        self.parameters.push((resource.name.clone(), format!("\"{}\"", arn.unwrap_or_default())));
        format!("extern {}: {type_name} = terraform(\"{reference}\")", declares(&resource.name))
    }

    /// A statement, one under a condition, or what a template says of any such resource.
    fn resource_part(&mut self, form: &'static ResourcePolicyForm, resource: &OwnResource) -> String {
        let accounts = matches!(form.principals, PolicyPrincipals::Accounts | PolicyPrincipals::AccountIds);
        let whole = form.statements == PolicyStatements::Whole && !form.about_others && !accounts;
        match (form.service, self.random.below(8)) {
            (Some(service), 0) if whole => {
                let name = self.name(&["Template", "to-all"]);
                let label = self.label();
                let to = if form.principals == PolicyPrincipals::Services { "service es" } else { "*" };
                let condition = "aws:PrincipalTag/team == t and aws:SecureTransport";
                let statement = format!("{label}deny {service}:* to {to} unless {condition}");
                let text = format!("policy {}(t: string) {}", declares(&name), block(&[statement]));
                self.item(Home::Nowhere, &text, Vec::new(), "");
                format!("include {}({})", at(&name), self.text())
            }
            (_, 1) if whole => {
                let mut scope = self.scope(false);
                scope.of_service();
                let condition = self.condition(&mut scope);
                let label = self.label();
                let action = self.resource_actions(form, form.service.unwrap_or("s3"), None, false);
                let account = self.random.below(self.accounts.len());
                let account = at(&self.accounts[account].name);
                let to = if form.principals == PolicyPrincipals::Services {
                    "service es".to_owned()
                } else {
                    format!("account {account}")
                };
                format!("if {condition} {}", block(&[format!("{label}allow {action} to {to}")]))
            }
            _ => self.resource_statement(form, Some(resource)),
        }
    }

    fn account_policies(&mut self) {
        let forms: Vec<&'static ResourcePolicyForm> = resource_policy_forms()
            .iter()
            .filter(|form| matches!(form.carrier, PolicyCarrier::Account { .. }))
            .collect();
        let form = self.random.pick(&forms);
        let PolicyCarrier::Account { service, named } = form.carrier else { return };
        let name = if named { format!(" \"policy-{}\"", self.random.below(100)) } else { String::new() };
        let statements: Vec<String> =
            (0..self.random.from_one(2)).map(|_| self.resource_statement(form, None)).collect();
        let home = self.any_home();
        self.item(
            Home::In(home),
            &format!("account-policy {service}{name}"),
            Vec::new(),
            &format!(" {}", block(&statements)),
        );
    }

    /// A statement of the policy of a resource, or of one that a service keeps for an account.
    fn resource_statement(&mut self, form: &'static ResourcePolicyForm, resource: Option<&OwnResource>) -> String {
        let permissions = matches!(form.statements, PolicyStatements::Permissions(_));
        let deny = !permissions && self.random.one_in(3);
        let service = form.service.unwrap_or("s3");
        let own = resource.filter(|resource| resource.target.service.prefix() == service);
        let actions = self.resource_actions(form, service, own, permissions);
        let on = if form.about_others {
            let target = target("s3", "object").map(|target| self.resource_of(target));
            format!(" on {}", target.unwrap_or_default())
        } else if resource.is_none() && form.resource == ResourceElement::Arn {
            " on *".to_owned()
        } else if resource.is_some() && self.random.one_in(4) && form.resource != ResourceElement::Absent {
            " on self".to_owned()
        } else {
            String::new()
        };
        let mut scope = self.scope(false);
        let whom = match form.principals {
            PolicyPrincipals::Services => Whom::Services,
            PolicyPrincipals::Everyone => Whom::Conditions,
            PolicyPrincipals::Accounts | PolicyPrincipals::AccountIds => Whom::Accounts,
            _ if permissions => Whom::Permitted,
            _ if form.service == Some("s3") => Whom::Bucket,
            _ => Whom::Any,
        };
        let principals = self.resource_principals(whom, deny, &mut scope);
        let clauses = match permissions {
            true if principals.starts_with("service ") => self.permission_condition(form, "aws:SourceAccount"),
            true => self.permission_condition(form, "aws:PrincipalOrgID"),
            false => self.clauses(&mut scope),
        };
        let to = if form.about_others && self.random.one_in(2) { String::new() } else { format!(" to {principals}") };
        let label = self.label();
        format!("{label}{} {actions}{on}{to}{clauses}", if deny { "deny" } else { "allow" })
    }

    fn resource_actions(
        &mut self,
        form: &'static ResourcePolicyForm,
        service: &str,
        own: Option<&OwnResource>,
        permissions: bool,
    ) -> String {
        if form.about_others {
            return "s3:GetObject".to_owned();
        }
        let all = format!("{service}:*");
        let Some(own) = own else { return all };
        match self.random.below(if permissions { 2 } else { 5 }) {
            0 => all,
            1 => self.plain_actions(own.target, 1).join(", "),
            2 => {
                let excepted = self.plain_actions(own.target, 1).join(", ");
                format!("{all} except {excepted}")
            }
            _ => self.plain_actions(own.target, 3).join(", "),
        }
    }

    /// What a permission that is added by itself can ask for.
    fn permission_condition(&mut self, form: &ResourcePolicyForm, key: &str) -> String {
        let PolicyStatements::Permissions(keys) = form.statements else { return String::new() };
        if self.random.one_in(2) || !keys.contains(&key) {
            return String::new();
        }
        let of = match (&self.organization, key) {
            (Some(organization), "aws:PrincipalOrgID") => &organization.name,
            (None, "aws:PrincipalOrgID") => return String::new(),
            _ => &self.accounts[0].name,
        };
        format!(" when {key} == {}.id", at(of))
    }
}

/// The type of that name, if something acts on it and its ARN is one of a kind.
pub(super) fn target(prefix: &str, slug: &str) -> Option<Target> {
    let service = Catalog::builtin().service(prefix)?;
    let resource_type = service.resource_type(slug)?;
    let arity = resource_type.arn_templates.first()?.arity();
    let acted_on = service.actions_on(resource_type).next().is_some();
    (acted_on && arity <= 4).then_some(Target { service, resource_type, arity })
}

/// Whether the type's ARN names an account.
pub(super) fn has_account(target: Target) -> bool {
    target.resource_type.arn_templates.iter().any(iamx_catalog::ArnTemplate::has_account)
}
