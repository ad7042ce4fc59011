//! Statements of identities, and what all statements share.

use super::{
    at,
    resources::has_account,
    scope::Scope,
    world::{Target, World},
};

/// Whose statements these are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Holder {
    /// Whether ARNs may leave the account to where the document is.
    pub(super) has_account: bool,
    /// Whether `only in` may stand there.
    pub(super) several_accounts: bool,
    /// The account that is known, for what may be included.
    pub(super) home: Option<usize>,
}

impl World {
    /// One statement or more, of which the first always stays.
    pub(super) fn statements(&mut self, holder: Holder, most: usize) -> Vec<String> {
        let mut statements = vec![self.permission(holder, &mut self.scope(false), false)];
        for _ in 0..self.random.below(most) {
            let statement = self.statement(holder, &mut self.scope(false), 2);
            statements.push(statement);
        }
        statements
    }

    fn statement(&mut self, holder: Holder, scope: &mut Scope, deep: usize) -> String {
        match self.random.below(14) {
            0..=1 if deep > 0 => {
                let condition = self.condition(scope);
                let statements: Vec<String> = (0..self.random.from_one(2))
                    .map(|_| self.statement(holder, &mut scope.clone(), deep - 1))
                    .collect();
                format!("if {condition} {}", block(&statements))
            }
            2 => self.include(holder).unwrap_or_else(|| self.permission(holder, scope, true)),
            3 => self.raw(),
            _ => self.permission(holder, scope, true),
        }
    }

    /// An `allow` or a `deny`.
    fn permission(&mut self, holder: Holder, scope: &mut Scope, may_go: bool) -> String {
        let deny = self.random.one_in(3);
        let label = self.label();
        let effect = if deny { "deny" } else { "allow" };
        let (actions, on) = self.actions_and_resources(holder, deny);
        // A condition can come to nothing by its arguments, and take its statement along.
        let mut clauses = if may_go { self.clauses(scope) } else { String::new() };
        if may_go && holder.several_accounts && self.random.one_in(10) && !self.accounts.is_empty() {
            let account = self.random.below(self.accounts.len());
            let account = at(&self.accounts[account].name);
            let only = if self.random.one_in(2) { account } else { self.listed(&[account]) };
            clauses = format!("{clauses} only in {only}");
        }
        let documentation = if self.random.one_in(12) { "/// What it lets through\n" } else { "" };
        let text = if on.is_empty() || self.random.one_in(2) {
            format!("{documentation}{label}{effect} {actions}{on}{clauses}")
        } else {
            format!("{documentation}{label}{effect} {actions}{clauses}{on}")
        };
        if self.random.one_in(20) { format!("#allow(wildcard-resource, \"it is random\")\n{text}") } else { text }
    }

    /// A label, which IAM calls a Sid.
    pub(super) fn label(&mut self) -> String {
        if self.random.one_in(3) { format!("{}: ", self.random.pick(&["Read", "List2", "x"])) } else { String::new() }
    }

    /// `when`, `unless` and `until`, or none of them.
    pub(super) fn clauses(&mut self, scope: &mut Scope) -> String {
        let mut clauses = Vec::new();
        if self.random.one_in(3) {
            clauses.push(format!("when {}", self.condition(scope)));
        }
        if self.random.one_in(5) {
            clauses.push(format!("unless {}", self.condition(scope)));
        }
        if self.random.one_in(10) && scope.take("aws:CurrentTime") {
            clauses.push(format!("until {}", self.random.pick(&["2099-12-31", "2099-12-31T18:00:00Z"])));
        }
        self.random.shuffle(&mut clauses);
        clauses.iter().flat_map(|clause| [" ", clause.as_str()]).collect()
    }

    fn actions_and_resources(&mut self, holder: Holder, deny: bool) -> (String, String) {
        let anywhere = !holder.has_account;
        let target = self.target(anywhere);
        match self.random.below(16) {
            0 if deny => ("*".to_owned(), String::new()),
            1 if deny => (format!("* except {}", self.plain_actions(target, 2).join(", ")), String::new()),
            2 => self.without_resources(target),
            3 if !self.actions.is_empty() => {
                let index = self.random.below(self.actions.len());
                let (name, target) = self.actions[index].clone();
                if anywhere && has_account(target) {
                    return (at(&name), " on *".to_owned());
                }
                (at(&name), format!(" on {}", self.resource_of(target)))
            }
            4 => {
                let service = target.service.prefix();
                (format!("unchecked {service}:NewThing{}", self.random.below(9)), " on *".to_owned())
            }
            5 if deny => (self.actions_on(target), format!(" on * except {}", self.resource_of(target))),
            6..=8 => {
                let fitting: Vec<_> =
                    self.resources.iter().map(|resource| (resource.name.clone(), resource.target)).collect();
                if fitting.is_empty() {
                    return (self.actions_on(target), format!(" on {}", self.resource_of(target)));
                }
                let at_index = self.random.below(fitting.len());
                let (name, target) = fitting[at_index].clone();
                match self.child_of(target) {
                    Some((child, kind)) if kind.service.actions_on(kind.resource_type).next().is_some() => {
                        (self.actions_on(kind), format!(" on {}{child}", at(&name)))
                    }
                    _ => (self.actions_on(target), format!(" on {}", at(&name))),
                }
            }
            9 if holder.has_account && !self.roles.is_empty() && !self.accounts.is_empty() => {
                let role = self.random.below(self.roles.len());
                ("sts:AssumeRole".to_owned(), format!(" on {}", at(&self.roles[role].name)))
            }
            10 if !self.several_buckets.is_empty() => {
                let index = self.random.below(self.several_buckets.len());
                let bucket = self.several_buckets[index].clone();
                ("s3:ListBucket".to_owned(), format!(" on {}", self.several(&bucket)))
            }
            10 => (self.actions_on(target), " on *".to_owned()),
            11 => {
                let two = [self.resource_of(target), self.resource_of(target)];
                let list = if self.random.one_in(2) { two.join(", ") } else { self.listed(&two) };
                (self.actions_on(target), format!(" on {list}"))
            }
            12 => ("s3:GetObject".to_owned(), " on \"arn:aws:s3:::random-${aws:username}/*\"".to_owned()),
            _ => (self.actions_on(target), format!(" on {}", self.resource_of(target))),
        }
    }

    /// Actions that act on no resource, without `on`.
    fn without_resources(&mut self, target: Target) -> (String, String) {
        let actions: Vec<_> =
            target.service.actions().iter().filter(|action| action.resource_types.is_empty()).collect();
        if actions.is_empty() {
            return ("s3:ListAllMyBuckets".to_owned(), String::new());
        }
        (format!("{}:{}", target.service.prefix(), self.random.pick(&actions).name), String::new())
    }

    /// Actions on the type, each by its name.
    pub(super) fn plain_actions(&mut self, target: Target, most: usize) -> Vec<String> {
        let actions: Vec<_> = target.service.actions_on(target.resource_type).collect();
        let some = self.random.some(&actions, most);
        some.iter().map(|action| format!("{}:{}", target.service.prefix(), action.name)).collect()
    }

    /// Actions on the type, in any of the ways to write them.
    pub(super) fn actions_on(&mut self, target: Target) -> String {
        let prefix = target.service.prefix();
        let actions: Vec<_> = target.service.actions_on(target.resource_type).collect();
        let some = self.random.some(&actions, 4);
        let names: Vec<String> = some.iter().map(|action| action.name.to_string()).collect();
        match self.random.below(8) {
            0..=1 => {
                let comma = if self.random.one_in(4) { "," } else { "" };
                format!("{prefix}:{{{}{comma}}}", names.join(", "))
            }
            2 => {
                let word = names[0].char_indices().skip(1).find(|(_, c)| c.is_uppercase());
                let cut = word.map_or(names[0].len(), |(at, _)| at);
                format!("{prefix}:{}*", &names[0][..cut])
            }
            3 if names.len() > 1 => {
                format!("{prefix}:{{{}}} except {prefix}:{}", names.join(", "), names[0])
            }
            4 if target.service.actions().len() < 60 && !some[0].levels.is_empty() => {
                let level = some[0].levels.iter().next().map(iamx_catalog::Level::keyword).unwrap_or_default();
                format!("{prefix}:@{level}")
            }
            5 if self.random.one_in(2) => format!("{prefix}:*"),
            6 => {
                let listed: Vec<String> = names.iter().map(|name| format!("{prefix}:{name}")).collect();
                self.listed(&listed)
            }
            _ => {
                let listed: Vec<String> = names.iter().map(|name| format!("{prefix}:{name}")).collect();
                listed.join(", ")
            }
        }
    }

    /// A statement in IAM's JSON.
    fn raw(&mut self) -> String {
        let label = self.label();
        let target = self.target(false);
        let action = self.plain_actions(target, 1).join("");
        let element = self.random.pick(&["Action", "NotAction"]);
        let effect = if element == "NotAction" { "Deny" } else { self.random.pick(&["Allow", "Deny"]) };
        let condition = self.random.pick(&[
            "",
            ", \"Condition\": { \"StringEquals\": { \"aws:PrincipalTag/team\": [\"a\", \"b\"] } }",
            ", \"Condition\": { \"Bool\": { \"aws:SecureTransport\": true } }",
            ", \"Condition\": { \"NumericLessThan\": { \"aws:MultiFactorAuthAge\": 3600 }, \"Null\": { \"aws:SourceVpc\": \"false\" } }",
        ]);
        let resource =
            self.random.pick(&["\"*\"", "[\"*\"]", "[\"arn:aws:s3:::raw/${aws:username}/*\", \"arn:aws:sqs:*:*:x\"]"]);
        format!(
            "{label}raw {{ \"Effect\": \"{effect}\", \"{element}\": [\"{action}\"], \"Resource\": {resource}{condition} }}"
        )
    }

    /// `let` names for actions.
    pub(super) fn named_actions(&mut self) {
        for _ in 0..self.random.below(3) {
            let target = self.target(false);
            let name = self.name(&["reading", "allow-x", "Acts"]);
            let actions = self.plain_actions(target, 3);
            let list = self.listed(&actions);
            self.item(super::world::Home::Nowhere, &format!("let {} = {list}", super::declares(&name)), Vec::new(), "");
            self.actions.push((name, target));
        }
    }
}

impl Scope {
    /// Whether the key was left; now it isn't.
    fn take(&mut self, name: &str) -> bool {
        let left = self.holds(name);
        self.without(name);
        left
    }
}

/// Lines in braces.
pub(super) fn block(lines: &[String]) -> String {
    if lines.is_empty() {
        return "{}".to_owned();
    }
    let lines: Vec<String> = lines.iter().map(|line| format!("  {}", line.replace('\n', "\n  "))).collect();
    format!("{{\n{}\n}}", lines.join("\n"))
}
