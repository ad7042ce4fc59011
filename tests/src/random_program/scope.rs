//! What one statement's conditions may still be about. Two parts about one key could together always hold, or never, which
//! is a fault of its own; so each key is spoken of once.

use super::{
    at,
    conditions::{KEYS, generator},
    declares,
    world::{Home, NamedCondition, Parameter, World},
};

/// The keys that are left.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    /// Positions in [`KEYS`].
    keys: Vec<usize>,
    /// Positions of named conditions.
    named: Vec<usize>,
    /// What is left of [`STD`].
    library: Vec<&'static str>,
    /// Whether the caller's ARN may still be asked for.
    caller: bool,
    /// Whether the resource that a service asks for may still be named.
    source: bool,
    /// Whether the caller is an AWS service.
    service: bool,
}

/// Conditions of the library, each about keys that nothing else here is about.
const STD: [&str; 4] = [
    "std.conditions.same-org",
    "std.conditions.via-aws-service",
    "std.conditions.from-vpc(\"vpc-12345678\")",
    "std.conditions.in-regions([\"eu-west-1\"])",
];

impl World {
    /// All keys; or those alone that every request can carry.
    pub(super) fn scope(&self, global: bool) -> Scope {
        let keys = (0..KEYS.len()).filter(|key| !global || is_global(KEYS[*key].name));
        let named = (0..self.conditions.len()).filter(|index| !global || self.conditions[*index].global);
        Scope {
            keys: keys.collect(),
            named: named.collect(),
            library: if global { Vec::new() } else { STD.to_vec() },
            caller: !self.accounts.is_empty(),
            source: !global && !self.accounts.is_empty(),
            service: false,
        }
    }

    /// What a trust may be under: no condition that an argument folds away, as a role that nobody may assume is an error.
    pub(super) fn scope_of_trust(&self) -> Scope {
        let mut scope = self.scope(true);
        let folds = |index: &usize| {
            let parameters = &self.conditions[*index].parameters;
            parameters.iter().any(|parameter| matches!(parameter, Parameter::Truth))
        };
        scope.named.retain(|index| !folds(index));
        scope
    }

    /// A condition, which uses its keys up.
    pub(super) fn condition(&mut self, scope: &mut Scope) -> String {
        match self.random.below(12) {
            0..=1 => {
                let (one, other) = (self.small_condition(scope), self.small_condition(scope));
                let word = self.random.pick(&["and", "or", "and not"]);
                format!("({one}) {word} ({other})")
            }
            2 if scope.caller && scope.holds("aws:PrincipalArn") && !self.roles.is_empty() => {
                scope.without("aws:PrincipalArn");
                let role = self.random.below(self.roles.len());
                let role = at(&self.roles[role].name);
                let word = self.random.pick(&["", "not "]);
                format!("{word}principal is role {role}")
            }
            3 if scope.source && !self.resources.is_empty() => {
                scope.source = false;
                let index = self.random.below(self.resources.len());
                let resource = at(&self.resources[index].name);
                // Without a region its ARN is a pattern.
                match self.random.below(3) {
                    0 => format!("aws:SourceArn like {resource}"),
                    1 => format!("aws:SourceArn not like [{resource}, \"arn:aws:sns:eu-west-1:111111111111:x\"]"),
                    _ => format!("aws:SourceArn like \"${{{resource}.arn}}*\""),
                }
            }
            _ => self.small_condition(scope),
        }
    }

    fn small_condition(&mut self, scope: &mut Scope) -> String {
        match self.random.below(6) {
            0..=1 if !scope.named.is_empty() => {
                let at = self.random.below(scope.named.len());
                let index = scope.named.remove(at);
                self.named_condition(index)
            }
            2 if !scope.library.is_empty() => {
                let at = self.random.below(scope.library.len());
                scope.library.remove(at).to_owned()
            }
            _ if scope.keys.is_empty() && scope.service => "aws:SourceOrgID == \"o-a1b2c3d4e5\"".to_owned(),
            _ if scope.keys.is_empty() => format!("aws:PrincipalTag/{} == \"v\"", self.name(&["k"])),
            _ => {
                let keys = self.random.some(&scope.keys, 2);
                scope.keys.retain(|key| !keys.contains(key));
                generator::condition_about(&mut self.random, &keys, &[1, 1, 2, 2, 3]).to_string()
            }
        }
    }

    fn named_condition(&mut self, index: usize) -> String {
        let named = self.conditions[index].clone();
        if named.parameters.is_empty() {
            return at(&named.name);
        }
        let arguments: Vec<String> = named.parameters.iter().map(|parameter| self.argument(parameter)).collect();
        format!("{}({})", at(&named.name), arguments.join(", "))
    }

    /// Conditions that `let` names, each about a key of its own.
    pub(super) fn named_conditions(&mut self) {
        for form in 0..9 {
            if self.random.one_in(2) {
                self.named_condition_of(form);
            }
        }
    }

    fn named_condition_of(&mut self, form: usize) {
        let name = self.name(&["mfa", "any-of", "is-x", "tagged"]);
        let key = format!("aws:PrincipalTag/{name}");
        let text = self.text();
        let (parameters, body) = match form {
            0 => (vec![], format!("{key} == {text}")),
            1 => (vec![("t", Parameter::Text)], format!("{key} == t")),
            2 => (vec![("ts", Parameter::Texts)], format!("{key} in ts or {key} like \"x*\"")),
            3 => (vec![("age", Parameter::Duration)], "aws:MultiFactorAuthAge < age".to_owned()),
            4 => (vec![("c", Parameter::Condition)], format!("c or {key} != \"x\"")),
            5 => (vec![("always", Parameter::Truth), ("t", Parameter::Text)], format!("always or {key} == t")),
            6 if !self.accounts.is_empty() => (vec![("a", Parameter::Account)], "aws:SourceAccount == a.id".to_owned()),
            7 if self.organization.is_some() => {
                (vec![("o", Parameter::Organization)], "aws:PrincipalOrgID == o.id".to_owned())
            }
            _ => (vec![], format!("aws:RequestTag/{name} == {key}")),
        };
        let global = !body.contains("aws:RequestTag") && !body.contains("aws:SourceAccount");
        let declared: Vec<String> =
            parameters.iter().map(|(name, parameter)| format!("{name}: {}", type_of(parameter))).collect();
        let list = if declared.is_empty() { String::new() } else { format!("({})", declared.join(", ")) };
        self.item(Home::Nowhere, &format!("let {}{list} = {body}", declares(&name)), Vec::new(), "");
        let parameters = parameters.into_iter().map(|(_, parameter)| parameter).collect();
        self.conditions.push(NamedCondition { name, parameters, global });
    }

    /// What a parameter can be given.
    pub(super) fn argument(&mut self, parameter: &Parameter) -> String {
        match parameter {
            Parameter::Text => self.text(),
            Parameter::Texts => {
                if !self.text_lists.is_empty() && self.random.one_in(2) {
                    return at(&self.text_lists[0]);
                }
                let texts = [self.text(), "\"other\"".to_owned()];
                self.listed(&texts)
            }
            Parameter::Duration => self.random.pick(&["15m", "6h", "1d"]).to_owned(),
            Parameter::Truth => self.random.pick(&["true", "false"]).to_owned(),
            Parameter::Condition => format!("aws:PrincipalTag/{} == \"v\"", self.name(&["k"])),
            Parameter::Account => {
                let account = self.random.below(self.accounts.len());
                at(&self.accounts[account].name)
            }
            Parameter::Organization => self.organization.as_ref().map(|one| at(&one.name)).unwrap_or_default(),
            Parameter::Resource(target) => self.resource_of(*target),
            Parameter::Actions(target) => {
                let actions = self.plain_actions(*target, 2);
                self.listed(&actions)
            }
        }
    }
}

impl Scope {
    /// The caller is an AWS service, which carries no keys of a principal.
    pub(super) fn of_service(&mut self) {
        self.without("aws:PrincipalArn");
        self.without("aws:PrincipalTag/team");
        self.named.clear();
        self.library.clear();
        self.service = true;
    }

    /// Conditions that have a name are spoken of elsewhere.
    pub(super) fn without_named(&mut self) {
        self.named.clear();
    }

    /// Whether nothing has spoken of the key.
    pub(super) fn holds(&self, name: &str) -> bool {
        self.keys.iter().any(|key| KEYS[*key].name == name)
    }

    /// The key is spoken of elsewhere.
    pub(super) fn without(&mut self, name: &str) {
        self.keys.retain(|key| KEYS[*key].name != name);
        if name == "aws:PrincipalArn" {
            self.caller = false;
        }
    }
}

fn is_global(key: &str) -> bool {
    key.starts_with("aws:") && key != "aws:TagKeys" && !key.starts_with("aws:RequestTag/")
}

/// The parameter's type as it is written.
pub(super) fn type_of(parameter: &Parameter) -> String {
    match parameter {
        Parameter::Text => "string".to_owned(),
        Parameter::Texts => "[string]".to_owned(),
        Parameter::Duration => "duration".to_owned(),
        Parameter::Truth => "bool".to_owned(),
        Parameter::Condition => "condition".to_owned(),
        Parameter::Account => "account".to_owned(),
        Parameter::Organization => "organization".to_owned(),
        Parameter::Resource(target) => format!("{}.{}", target.service.prefix(), target.resource_type.slug()),
        Parameter::Actions(_) => "actions".to_owned(),
    }
}
