//! What a workspace declares, so that every item can speak of every other.

use std::fmt::Write as _;

use iamx_catalog::{ResourcePolicyForm, ResourceType, Service};

use super::{Item, Module, Random, RandomProgram, at, declares};

/// What the names of accounts begin with.
pub(super) const ACCOUNT: &str = "account-";

/// A workspace while it is made.
pub(super) struct World {
    pub(super) seed: u64,
    pub(super) random: Random,
    /// How many times as many of each item there are.
    pub(super) size: usize,
    pub(super) modules: Vec<Module>,
    pub(super) items: Vec<Item>,
    /// Accounts of the organization and others that are declared; empty in a workspace that is written for any account.
    pub(super) accounts: Vec<Account>,
    pub(super) organization: Option<Organization>,
    /// The account of items that say no other.
    pub(super) default_account: Option<usize>,
    /// Service control policies, and resource control policies.
    pub(super) scps: Vec<String>,
    pub(super) rcps: Vec<String>,
    pub(super) parameters: Vec<(String, String)>,
    /// Names of one text each.
    pub(super) texts: Vec<String>,
    /// Names of lists of texts.
    pub(super) text_lists: Vec<String>,
    pub(super) conditions: Vec<NamedCondition>,
    pub(super) resources: Vec<OwnResource>,
    pub(super) targets: Vec<Target>,
    pub(super) actions: Vec<(String, Target)>,
    pub(super) principals: Vec<String>,
    pub(super) policies: Vec<Policy>,
    pub(super) boundaries: Vec<(String, Option<usize>)>,
    pub(super) roles: Vec<Identity>,
    pub(super) users: Vec<Identity>,
    pub(super) groups: Vec<Identity>,
    pub(super) permission_sets: Vec<String>,
    pub(super) several_buckets: Vec<Several>,
    /// Roles, with where they are made as it is written.
    pub(super) several_roles: Vec<(Several, String)>,
    pub(super) providers: Vec<Provider>,
    counter: usize,
}

/// An account.
#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) id: String,
    /// Whether it has the tag `stage`.
    pub(super) staged: bool,
    pub(super) in_organization: bool,
}

/// The organization.
#[derive(Clone, Debug)]
pub(super) struct Organization {
    pub(super) name: String,
    /// The OUs, with whether their id is said.
    pub(super) units: Vec<(String, bool)>,
    /// The node that each OU stands in, and each account: 0 is the root, the others are the OUs.
    pub(super) parents: Vec<usize>,
    pub(super) accounts: Vec<(usize, usize)>,
}

/// An item that is made in several accounts.
#[derive(Clone, Debug)]
pub(super) struct Several {
    pub(super) name: String,
    pub(super) accounts: Vec<usize>,
    /// Of a resource: whether its body is its policy.
    pub(super) has_policy: bool,
}

/// A condition that `let` names.
#[derive(Clone, Debug)]
pub(super) struct NamedCondition {
    pub(super) name: String,
    pub(super) parameters: Vec<Parameter>,
    /// The key that it is about, which nothing else is about.
    pub(super) global: bool,
}

/// The type of a parameter.
#[derive(Clone, Debug)]
pub(super) enum Parameter {
    Text,
    Texts,
    Duration,
    Truth,
    Condition,
    Account,
    Organization,
    Resource(Target),
    Actions(Target),
}

/// A resource type, and that it is wanted with so many arguments.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    pub(super) service: &'static Service,
    pub(super) resource_type: &'static ResourceType,
    pub(super) arity: usize,
}

/// A declared resource.
#[derive(Clone, Debug)]
pub(super) struct OwnResource {
    pub(super) name: String,
    pub(super) target: Target,
    pub(super) home: Option<usize>,
    pub(super) form: Option<&'static ResourcePolicyForm>,
    /// Whether its body is its policy.
    pub(super) has_policy: bool,
    /// The key that it is encrypted by, by its position among the resources.
    pub(super) key: Option<usize>,
    /// What Terraform calls it, where that makes it.
    pub(super) reference: Option<String>,
}

/// A declared policy.
#[derive(Clone, Debug)]
pub(super) struct Policy {
    pub(super) name: String,
    pub(super) parameters: Vec<Parameter>,
    /// The account that it says; without one it is made where it is used.
    pub(super) home: Option<usize>,
}

/// A role, user or group.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    pub(super) name: String,
    pub(super) home: Option<usize>,
}

/// An identity provider.
#[derive(Clone, Debug)]
pub(super) struct Provider {
    pub(super) name: String,
    pub(super) home: Option<usize>,
    pub(super) saml: bool,
}

/// Where an item lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Home {
    /// Nowhere: a name, a grant.
    Nowhere,
    /// In this account, or in whichever one the workspace is applied to.
    In(Option<usize>),
    /// Where it is used.
    WhereUsed,
    /// In the management account, if nothing else is said.
    OfTheOrganization,
}

impl World {
    pub(super) fn new(seed: u64, size: usize) -> Self {
        let mut world = Self {
            seed,
            random: Random::new(seed),
            size,
            modules: Vec::new(),
            items: Vec::new(),
            accounts: Vec::new(),
            organization: None,
            default_account: None,
            scps: Vec::new(),
            rcps: Vec::new(),
            parameters: Vec::new(),
            texts: Vec::new(),
            text_lists: Vec::new(),
            conditions: Vec::new(),
            resources: Vec::new(),
            targets: Vec::new(),
            actions: Vec::new(),
            principals: Vec::new(),
            policies: Vec::new(),
            boundaries: Vec::new(),
            roles: Vec::new(),
            users: Vec::new(),
            groups: Vec::new(),
            permission_sets: Vec::new(),
            several_buckets: Vec::new(),
            several_roles: Vec::new(),
            providers: Vec::new(),
            counter: 0,
        };
        // The first numbers of seeds that are near one another are.
        for _ in 0..8 {
            world.random.number();
        }
        world
    }

    /// Everything, in the order in which it can speak of what was made before.
    pub(super) fn program(mut self) -> RandomProgram {
        self.plan_accounts();
        self.plan_modules();
        self.organization_items();
        self.values();
        self.plan_targets();
        self.own_resources();
        self.plan_identities();
        self.items_of_several_accounts();
        self.named_conditions();
        self.named_actions();
        self.named_principals();
        self.guardrails();
        self.policy_items();
        self.resource_bodies();
        self.identity_items();
        self.repeated_items();
        self.grants();
        let settings = self.settings();
        let layout = if self.random.one_in(3) { 0 } else { self.random.number() };
        RandomProgram {
            seed: self.seed,
            settings,
            modules: self.modules,
            items: self.items,
            fixed: self.parameters.iter().map(|(name, _)| name.clone()).collect(),
            renamed: std::collections::BTreeMap::new(),
            layout,
        }
    }

    fn plan_modules(&mut self) {
        let count = self.size * if self.random.one_in(4) { 1 } else { self.random.from_one(4) };
        for index in 0..count {
            let folder = self.random.pick(&["", "", "teams/", "deep/er-1/"]);
            let within = (!self.accounts.is_empty() && index > 0 && self.random.one_in(3))
                .then(|| self.random.below(self.accounts.len()))
                .map(|account| self.accounts[account].name.clone());
            self.modules.push(Module { path: format!("{folder}module-{index}.iamx"), within });
        }
        if !self.accounts.is_empty() && self.random.one_in(4) {
            self.default_account = Some(self.random.below(self.accounts.len()));
        }
    }

    fn settings(&mut self) -> Option<String> {
        let plain = self.default_account.is_none() && self.parameters.is_empty();
        if plain && self.modules.len() == 1 && self.random.one_in(2) {
            return None;
        }
        let mut text = "[workspace]\nname = \"random\"\n".to_owned();
        if let Some(account) = self.default_account {
            let _ = writeln!(text, "account = \"{}\"", self.accounts[account].name);
        }
        if self.random.one_in(2) {
            text.push_str("region = \"eu-west-1\"\n");
        }
        if !self.parameters.is_empty() {
            text.push_str("\n[params]\n");
            for (name, value) in &self.parameters {
                let _ = writeln!(text, "{name} = {value}");
            }
        }
        Some(text)
    }

    /// A name that nothing else has.
    pub(super) fn name(&mut self, stems: &[&str]) -> String {
        let stem = self.random.pick(stems);
        self.counter += 1;
        format!("{stem}{}", self.counter)
    }

    /// Adds an item: what stands before its headers, these, and what stands after them.
    pub(super) fn item(&mut self, home: Home, before: &str, mut headers: Vec<String>, after: &str) {
        let module = self.module_for(home);
        let own = self.own_account(module);
        match home {
            Home::In(Some(account)) if own != Some(account) || self.random.one_in(3) => {
                headers.push(format!("in {}", at(&self.accounts[account].name)));
            }
            _ => {}
        }
        self.random.shuffle(&mut headers);
        let mut text = self.leading();
        text.push_str(before);
        for header in &headers {
            text.push(' ');
            text.push_str(header);
        }
        text.push_str(after);
        self.items.push(Item { module, text });
    }

    /// The account of items of a module that say no other.
    fn own_account(&self, module: usize) -> Option<usize> {
        let within = self.modules[module].within.as_ref();
        within.and_then(|name| self.accounts.iter().position(|account| account.name == *name)).or(self.default_account)
    }

    fn module_for(&mut self, home: Home) -> usize {
        let mut fitting: Vec<usize> = (0..self.modules.len()).collect();
        if home == Home::WhereUsed {
            fitting.retain(|module| self.own_account(*module).is_none());
        }
        self.random.pick(&fitting)
    }

    /// Whether an item can say no account.
    pub(super) fn has_room_where_used(&self) -> bool {
        (0..self.modules.len()).any(|module| self.own_account(module).is_none())
    }

    /// Comments and attributes before an item.
    pub(super) fn leading(&mut self) -> String {
        let mut text = String::new();
        if self.random.one_in(5) {
            text.push_str("// a comment of its own\n");
        }
        if self.random.one_in(4) {
            text.push_str("/// What it is for\n");
        }
        if self.random.one_in(12) {
            let check = self.random.pick(&["wildcard-resource", "full-admin", "unused-policy"]);
            let _ = writeln!(text, "#allow({check}, \"it is random\")");
        }
        text
    }

    /// An account, where there are any.
    pub(super) fn any_home(&mut self) -> Option<usize> {
        (!self.accounts.is_empty()).then(|| self.random.below(self.accounts.len()))
    }

    /// Items in brackets, or without where one can do without.
    pub(super) fn listed(&mut self, parts: &[String]) -> String {
        let comma = if self.random.one_in(5) { "," } else { "" };
        format!("[{}{comma}]", parts.join(", "))
    }

    /// A text in quotes; now and then one of which a part has a name.
    pub(super) fn text(&mut self) -> String {
        let word = self.random.pick(&["data", "web", "Blue team", "x_1", "a.b", "2026"]);
        match self.random.below(6) {
            0 if !self.texts.is_empty() => {
                let name = self.random.below(self.texts.len());
                format!("\"{word}-${{{}}}\"", at(&self.texts[name]))
            }
            1 if !self.texts.is_empty() => {
                let name = self.random.below(self.texts.len());
                at(&self.texts[name])
            }
            2 => format!("\"{word}\\u{{e9}}\""),
            _ => format!("\"{word}\""),
        }
    }

    /// Names for texts, from `let` and `param`.
    fn values(&mut self) {
        for _ in 0..self.random.below(3) {
            let name = self.name(&["stage", "in-house", "not-prod", "to_x"]);
            self.item(Home::Nowhere, &format!("let {} = \"live\"", declares(&name)), Vec::new(), "");
            self.texts.push(name);
        }
        for _ in 0..self.random.below(3) {
            let name = self.name(&["env", "when-param"]);
            let default = if self.random.one_in(2) { " = \"dev\"" } else { "" };
            if default.is_empty() || self.random.one_in(2) {
                self.parameters.push((name.clone(), "\"prod\"".to_owned()));
            }
            // Its name is what the settings say, so it is no name that can be changed.
            self.item(Home::Nowhere, &format!("param {}: string{default}", declares(&name)), Vec::new(), "");
            self.texts.push(name);
        }
        if self.random.one_in(2) {
            let name = self.name(&["teams", "years"]);
            let list = self.listed(&["\"data\"".to_owned(), "\"web\"".to_owned()]);
            self.item(Home::Nowhere, &format!("let {} = {list}", declares(&name)), Vec::new(), "");
            self.text_lists.push(name);
        }
    }
}
