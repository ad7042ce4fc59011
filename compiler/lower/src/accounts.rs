//! Which accounts a scope names, and in which of them an item is made.

use std::{collections::HashMap, rc::Rc};

use iamx_diagnostic::{Diagnostic, checks};
use iamx_syntax::{
    SyntaxKind,
    ast::{AstNode, Declared, DeclaredKind, Header, Path, Principal, Scope, ScopePart},
};
use iamx_text::Span;

use crate::{
    OrganizationNodeKind,
    lowerer::Lowerer,
    names::{Declaration, DeclarationId, DeclarationKind, Named, nearest},
    scope::{Environment, Reference, Target},
};

/// Accounts by their positions in the program, each once, in the order of their declarations.
pub(crate) type Accounts = Rc<[usize]>;

/// Where an item is made, in the same order; never empty. `None` stands for whichever account it is applied to.
pub(crate) type Homes = Rc<[Option<usize>]>;

/// What the text says of where an item is made.
#[derive(Clone, Debug)]
pub(crate) enum SaidHomes {
    Accounts(Homes),
    /// Neither the item nor its module says anything.
    Unsaid,
    /// There is a fault in it, which was said.
    Fault,
}

/// The accounts of a part of a scope.
struct PartAccounts {
    accounts: Vec<usize>,
    /// Whether they are those of an OU or an organization.
    is_group: bool,
    /// The part, for a message.
    shown: String,
    span: Span,
}

impl Lowerer<'_> {
    /// Where the declaration is made: in the accounts of its own `in`, of its module's `within`, in the workspace's. What is
    /// the organization's is made in the management account. `None` where that has a fault, which was said.
    pub(crate) fn homes(&mut self, id: DeclarationId) -> Option<Homes> {
        if let Some(known) = self.homes.get(&id) {
            return known.clone();
        }
        let declaration = self.names.get(id)?.clone();
        let DeclarationKind::Entity(_, item) = &declaration.kind else { return None };
        let homes = self.homes_of(&Environment::of_declaration(&declaration), item);
        self.homes.insert(id, homes.clone());
        homes
    }

    /// The same of an item that stands in `environment`.
    pub(crate) fn homes_of(&mut self, environment: &Environment, item: &Declared) -> Option<Homes> {
        if matches!(item.kind()?, DeclaredKind::Scp | DeclaredKind::Rcp | DeclaredKind::PermissionSet) {
            return self.home_in_organization(environment, item);
        }
        match self.said_homes(environment, item) {
            SaidHomes::Accounts(homes) => Some(homes),
            SaidHomes::Unsaid => Some(Rc::from([self.default_account()])),
            SaidHomes::Fault => None,
        }
    }

    /// The one account that keeps a guardrail or a permission set.
    fn home_in_organization(&mut self, environment: &Environment, item: &Declared) -> Option<Homes> {
        let Some(header) = in_header(item) else { return Some(Rc::from([self.program.management_account()])) };
        let scope = header.scope()?;
        let accounts = self.scope_accounts(environment, &scope)?;
        if let [one] = *accounts {
            return Some(Rc::from([Some(one)]));
        }
        let span = self.span(environment.module, scope.range());
        let kind = item.kind()?.with_article();
        self.report(
            Diagnostic::new(
                &checks::MISMATCHED_TYPE,
                span,
                format!("{kind} belongs to one account, and these are {}", accounts.len()),
            )
            .note("the management account keeps it, or an account that its administration is delegated to")
            .help("leave `in` out, or name the delegated administrator"),
        );
        None
    }

    /// The accounts that an item says itself, or its module's `within`. A policy that says none is made in each account that
    /// uses it.
    pub(crate) fn said_homes(&mut self, environment: &Environment, item: &Declared) -> SaidHomes {
        let Some(header) = in_header(item) else {
            return self.within.get(environment.module).cloned().unwrap_or(SaidHomes::Unsaid);
        };
        match header.scope() {
            Some(scope) => self.homes_in(environment, &scope),
            None => SaidHomes::Fault,
        }
    }

    /// The same for the declaration `id`.
    pub(crate) fn said_homes_of(&mut self, id: DeclarationId) -> SaidHomes {
        let Some(declaration) = self.names.get(id).cloned() else { return SaidHomes::Fault };
        let DeclarationKind::Entity(_, item) = &declaration.kind else { return SaidHomes::Fault };
        self.said_homes(&Environment::of_declaration(&declaration), item)
    }

    /// The one account that what stands in a module speaks in, if it is one.
    pub(crate) fn home_of_module(&self, module: usize) -> Option<usize> {
        match self.within.get(module) {
            Some(SaidHomes::Accounts(homes)) => match **homes {
                [one] => one,
                _ => None,
            },
            Some(SaidHomes::Fault) => None,
            Some(SaidHomes::Unsaid) | None => self.default_account(),
        }
    }

    /// What `in SCOPE` or `within SCOPE` says.
    pub(crate) fn homes_in(&mut self, environment: &Environment, scope: &Scope) -> SaidHomes {
        match self.scope_accounts(environment, scope) {
            Some(accounts) => SaidHomes::Accounts(accounts.iter().map(|account| Some(*account)).collect()),
            None => SaidHomes::Fault,
        }
    }

    /// The accounts that `scope` names.
    pub(crate) fn scope_accounts(&mut self, environment: &Environment, scope: &Scope) -> Option<Accounts> {
        let span = self.span(environment.module, scope.range());
        let bound = |part: ScopePart| {
            let names = part.path.names();
            names.first().is_some_and(|name| environment.bindings.iter().any(|one| one.name == name.text()))
        };
        // What a parameter decides is another thing each time.
        let is_open =
            self.is_library(environment.module) || scope.parts().into_iter().chain(scope.excepted()).any(bound);
        if !is_open && let Some(known) = self.scopes.get(&span) {
            return known.clone();
        }
        let accounts = self.accounts_in_scope(environment, scope, span);
        if !is_open {
            self.scopes.insert(span, accounts.clone());
        }
        accounts
    }

    fn accounts_in_scope(&mut self, environment: &Environment, scope: &Scope, span: Span) -> Option<Accounts> {
        let parts = scope.parts();
        if parts.is_empty() {
            if !self.is_damaged(environment.module, scope.range()) {
                self.error(&checks::EMPTY_LIST, span, "this list names no account");
            }
            return None;
        }
        let named = self.accounts_of_parts(environment, &parts)?;
        let mut accounts: Vec<usize> = named.into_iter().flat_map(|part| part.accounts).collect();
        accounts.sort_unstable();
        let excepted = self.accounts_of_parts(environment, &scope.excepted())?;
        let idle = |part: &&PartAccounts| part.accounts.iter().all(|account| accounts.binary_search(account).is_err());
        if let Some(part) = excepted.iter().find(idle) {
            let message = if part.is_group {
                format!("none of the accounts of {} is one of these", part.shown)
            } else {
                format!("{} isn't one of these accounts", part.shown)
            };
            self.report(
                Diagnostic::new(&checks::UNKNOWN_NAME, part.span, message)
                    .related(span, "what `except` takes from")
                    .help("leave it out: there is nothing to take away"),
            );
            return None;
        }
        let mut excepted: Vec<usize> = excepted.into_iter().flat_map(|part| part.accounts).collect();
        excepted.sort_unstable();
        accounts.retain(|account| excepted.binary_search(account).is_err());
        if accounts.is_empty() {
            self.error(&checks::EMPTY_LIST, span, "`except` takes every account away");
            return None;
        }
        Some(accounts.into())
    }

    /// The accounts that `scope` names one by one, in which what is named with it must be made. Whether there are such was
    /// asked of `scope_accounts`.
    pub(crate) fn accounts_named_singly(&mut self, environment: &Environment, scope: &Scope) -> Option<Accounts> {
        let mut accounts = Vec::new();
        for part in scope.parts().iter().filter(|part| part.keyword.is_none()) {
            accounts.push(self.account_named(environment, &part.path)?);
        }
        accounts.sort_unstable();
        Some(accounts.into())
    }

    /// The accounts of each of `parts`, none of them in two.
    fn accounts_of_parts(&mut self, environment: &Environment, parts: &[ScopePart]) -> Option<Vec<PartAccounts>> {
        let mut found: Vec<PartAccounts> = Vec::new();
        // The part that an account was first named by.
        let mut first: HashMap<usize, usize> = HashMap::new();
        let mut whole = true;
        for part in parts {
            let mut one = PartAccounts {
                accounts: Vec::new(),
                is_group: part.keyword.is_some(),
                shown: shown(part),
                span: self.span(environment.module, part.path.range()),
            };
            let accounts = match part.keyword {
                Some(keyword) => self.accounts_below(environment, &part.path, keyword),
                None => self.account_named(environment, &part.path).map(|account| vec![account]),
            };
            let Some(accounts) = accounts else {
                whole = false;
                continue;
            };
            if part.keyword.is_none()
                && let [account] = accounts.as_slice()
            {
                one.shown = format!("`{}`", self.account_name(*account));
            }
            let again = accounts.iter().find_map(|account| found.get(*first.get(account)?));
            if let Some(before) = again {
                // One of the two has all of the other.
                let (outer, inner) =
                    if before.accounts.len() < accounts.len() { (&one, before) } else { (before, &one) };
                let (message, label, help) = if outer.shown == inner.shown {
                    (format!("{} is listed twice", inner.shown), "first listed here", "leave one of them out")
                } else {
                    let message = format!("{} is in {}, which is listed too", inner.shown, outer.shown);
                    (message, "listed here", "leave it out")
                };
                self.report(
                    Diagnostic::new(&checks::DUPLICATE_CLAUSE, inner.span, message)
                        .related(outer.span, label)
                        .help(help),
                );
                whole = false;
                continue;
            }
            first.extend(accounts.iter().map(|account| (*account, found.len())));
            one.accounts = accounts;
            found.push(one);
        }
        whole.then_some(found)
    }

    /// The accounts of the OU or organization of `path`, those of the OUs in it included.
    fn accounts_below(&mut self, environment: &Environment, path: &Path, keyword: SyntaxKind) -> Option<Vec<usize>> {
        let span = self.span(environment.module, path.range());
        let node = self.node_named(environment, path, keyword)?;
        self.accounts_in_node(node, &path.text(), span)
    }

    /// The same of `ou Workloads` or `organization acme` where a principal could stand.
    pub(crate) fn accounts_of_group(&mut self, environment: &Environment, group: &Principal) -> Option<Vec<usize>> {
        let target = group.target()?;
        let span = self.span(environment.module, target.range());
        let (node, name) = if group.kind() == Some(SyntaxKind::OU_KW) {
            let (declaration, _) = self.ou_of(environment, group)?;
            (declaration.span, declaration.name)
        } else {
            self.organization_of(environment, group)?;
            let organization = self.program.organization.as_ref()?;
            (organization.span, organization.name.clone())
        };
        self.accounts_in_node(node, &name, span)
    }

    /// The accounts of the node that is declared at `node`, which `span` names.
    fn accounts_in_node(&mut self, node: Span, name: &str, span: Span) -> Option<Vec<usize>> {
        // One that couldn't be read was spoken of there.
        let organization = self.program.organization.as_ref()?;
        let mut below = vec![false; organization.nodes.len()];
        let mut accounts = Vec::new();
        // A node stands after its parent.
        for (index, one) in organization.nodes.iter().enumerate() {
            let inside = one.span == node || one.parent.is_some_and(|parent| below.get(parent) == Some(&true));
            if let (true, Some(slot)) = (inside, below.get_mut(index)) {
                *slot = true;
                if let OrganizationNodeKind::Account(account) = one.kind {
                    accounts.push(account);
                }
            }
        }
        if accounts.is_empty() {
            let message = format!("`{name}` holds no account");
            self.report(
                Diagnostic::new(&checks::EMPTY_LIST, span, message).related(node, "declared here").help(
                    "declare its accounts in its body, as in `account dev \"111122223333\"`, or name another scope",
                ),
            );
            return None;
        }
        Some(accounts)
    }

    /// Where the OU or organization of `path` was declared.
    pub(crate) fn node_named(&mut self, environment: &Environment, path: &Path, keyword: SyntaxKind) -> Option<Span> {
        let span = self.span(environment.module, path.range());
        let is_ou = keyword == SyntaxKind::OU_KW;
        let what = if is_ou { "an organizational unit" } else { "an organization" };
        if let Some(target) = self.bound_target(environment, path)? {
            let id = match target {
                Target::Declaration(id) if is_ou => {
                    self.names.get(id).filter(|one| matches!(one.kind, DeclarationKind::Ou))
                }
                Target::Organization if !is_ou => return self.program.organization.as_ref().map(|one| one.span),
                _ => None,
            };
            let node = id.map(|declaration| declaration.span);
            if node.is_none() {
                self.error(&checks::MISMATCHED_TYPE, span, format!("expected {what}"));
            }
            return node;
        }
        let declaration = self.declaration_named(environment.module, path, what)?;
        match (&declaration.kind, is_ou) {
            (DeclarationKind::Ou, true) | (DeclarationKind::Organization, false) => Some(declaration.span),
            (kind, _) => {
                let message = format!("expected {what}, and `{}` is {}", declaration.name, kind.describe());
                self.report(
                    Diagnostic::new(&checks::MISMATCHED_TYPE, span, message).related(declaration.span, "declared here"),
                );
                None
            }
        }
    }

    pub(crate) fn account_named(&mut self, environment: &Environment, path: &Path) -> Option<usize> {
        let span = self.span(environment.module, path.range());
        match self.bound_target(environment, path)? {
            Some(Target::Account(account)) => return Some(account),
            Some(_) => {
                self.error(&checks::MISMATCHED_TYPE, span, "expected an account");
                return None;
            }
            None => {}
        }
        let declaration = self.declaration_named(environment.module, path, "an account")?;
        let mut diagnostic = match declaration.kind {
            DeclarationKind::Account => return self.accounts.get(&declaration.span).copied(),
            _ => Diagnostic::new(
                &checks::MISMATCHED_TYPE,
                span,
                format!("expected an account, and `{}` is {}", declaration.name, declaration.kind.describe()),
            )
            .related(declaration.span, "declared here"),
        };
        let word = match declaration.kind {
            DeclarationKind::Ou => Some("ou"),
            DeclarationKind::Organization => Some("organization"),
            _ => None,
        };
        if let Some(word) = word {
            diagnostic = diagnostic.help(format!("all accounts in it are `{word} {}`", path.text()));
        }
        self.report(diagnostic);
        None
    }

    /// What a parameter or the variable of a `for` stands for, where `path` is one; the outer `None` where it has a fault.
    #[allow(clippy::option_option, reason = "the outer one says that something is wrong")]
    fn bound_target(&mut self, environment: &Environment, path: &Path) -> Option<Option<Target>> {
        let names = path.names();
        let Some(binding) =
            names.first().and_then(|name| environment.bindings.iter().find(|one| one.name == name.text())).cloned()
        else {
            return Some(None);
        };
        let span = self.span(environment.module, path.range());
        let target = binding.target();
        if matches!(target, Target::Account(_)) {
            environment.here.note_other();
        }
        let reference = self.followed(Reference { target, rest: Vec::new(), span, place: None })?;
        if names.len() > 1 || !reference.rest.is_empty() {
            self.error(&checks::MISMATCHED_TYPE, span, "expected an account");
            return None;
        }
        Some(Some(reference.target))
    }

    /// What `path` names, where an account, an OU or an organization is meant.
    fn declaration_named(&mut self, module: usize, path: &Path, what: &str) -> Option<Declaration> {
        let names = path.names();
        let first = names.first()?;
        let span = self.span(module, path.range());
        let id = match (self.names.look_up(module, first.text()), names.get(1)) {
            (Some(Named::Module(from)), Some(name)) => self.names.look_up_declared(from, name.text()),
            (Some(Named::Declaration(id)), None) => Some(id),
            (Some(Named::Missing), _) => return None,
            _ => None,
        };
        let Some(id) = id else {
            self.unknown_place(&path.text(), what, span);
            return None;
        };
        self.use_declaration(id);
        let declaration = self.names.get(id)?.clone();
        Some(declaration)
    }

    fn unknown_place(&mut self, name: &str, what: &str, span: Span) {
        let elsewhere = self.names.declarations.iter().find(|other| other.name == name).map(|other| other.module);
        let noun = what.trim_start_matches("an ");
        let diagnostic =
            Diagnostic::new(&checks::UNKNOWN_NAME, span, format!("there is no {noun} called `{name}` here"));
        if let Some(path) =
            elsewhere.and_then(|module| self.input.modules.get(module)).map(|module| module.path.join("."))
        {
            self.report(diagnostic.help(format!("`{name}` is declared in another module: `use {path}.{name}`")));
            return;
        }
        let known: Vec<String> = match noun {
            "account" => self.program.accounts.iter().map(|account| account.name.clone()).collect(),
            _ => self
                .program
                .organization
                .iter()
                .flat_map(|one| one.nodes.iter().map(|node| node.name.clone()))
                .collect(),
        };
        self.report(match (nearest(name, known.into_iter()), noun) {
            (Some(near), _) => diagnostic.help(format!("did you mean `{near}`?")),
            (None, "account") => {
                diagnostic.help(format!("declare it: `account {name} \"111122223333\"`, or bring it in with `use`"))
            }
            (None, _) => diagnostic,
        });
    }

    /// The workspace's default account, if `iamx.toml` names one that is declared.
    pub(crate) fn default_account(&self) -> Option<usize> {
        let name = self.settings().account.as_deref()?;
        self.program.accounts.iter().position(|account| account.name == name)
    }

    /// The name of an account, for a message.
    pub(crate) fn account_name(&self, account: usize) -> String {
        self.program.accounts.get(account).map(|account| account.name.clone()).unwrap_or_default()
    }

    /// The names of accounts for a message, the first few of many: `dev`, `prod` and 3 more.
    pub(crate) fn account_names(&self, accounts: impl Iterator<Item = Option<usize>>) -> String {
        const SHOWN: usize = 3;
        let names: Vec<String> =
            accounts.flatten().map(|account| format!("`{}`", self.account_name(account))).collect();
        match names.get(..SHOWN) {
            Some(first) if names.len() > SHOWN => format!("{} and {} more", first.join(", "), names.len() - SHOWN),
            _ => names.join(", "),
        }
    }
}

fn in_header(item: &Declared) -> Option<Header> {
    item.headers().find(|header| matches!(header, Header::In(_)))
}

/// A part of a scope for a message: `dev`, `ou Workloads`.
fn shown(part: &ScopePart) -> String {
    match part.keyword.and_then(SyntaxKind::keyword) {
        Some(keyword) => format!("`{keyword} {}`", part.path.text()),
        None => format!("`{}`", part.path.text()),
    }
}
