//! The organization and its accounts.

use iamx_diagnostic::{Diagnostic, checks};
use iamx_syntax::{
    SyntaxKind, SyntaxNode, SyntaxToken,
    ast::{AccountNode, AstNode, Item, OrganizationItem, OuNode, Path, Scope, Tags},
};
use iamx_text::Span;

use crate::{
    Account, Organization, Tag,
    lowerer::Lowerer,
    names::{DeclarationKind, Named, nearest},
    scope::Environment,
    strings,
};

impl Lowerer<'_> {
    pub(crate) fn organization_item(&mut self, module: usize, item: &Item) {
        match item {
            Item::Organization(item) => self.organization(module, item),
            Item::Account(account) => self.account(module, account, false),
            _ => {}
        }
    }

    fn organization(&mut self, module: usize, item: &OrganizationItem) {
        let Some(name) = item.name() else { return };
        let span = self.span(module, name.text_range());
        if let Some(first) = &self.program.organization {
            let diagnostic = Diagnostic::new(&checks::DUPLICATE_NAME, span, "a workspace has one organization")
                .related(first.span, "already declared here");
            self.report(diagnostic);
            return;
        }
        let id = item.id().and_then(|token| self.organization_id(module, &token)).unwrap_or_default();
        self.program.organization = Some(Organization { name: name.text().to_owned(), id, span });
        for part in item.parts() {
            self.organization_part(module, &part);
        }
    }

    fn organization_part(&mut self, module: usize, part: &SyntaxNode) {
        if let Some(account) = AccountNode::cast(part.clone()) {
            self.account(module, &account, true);
        } else if let Some(ou) = OuNode::cast(part.clone()) {
            for part in ou.parts() {
                self.organization_part(module, &part);
            }
        } else if matches!(part.kind(), SyntaxKind::ATTACH | SyntaxKind::DETACH) {
            self.not_yet(module, part, "attachments of guardrails");
        }
    }

    /// See [Organization](https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html).
    fn organization_id(&mut self, module: usize, token: &SyntaxToken) -> Option<String> {
        let span = self.span(module, token.text_range());
        let id = self.plain_string(module, token)?;
        let rest = id.strip_prefix("o-").unwrap_or_default();
        let right = (10..=32).contains(&rest.len())
            && rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        if !right {
            self.report(
                Diagnostic::new(&checks::INVALID_ACCOUNT_ID, span, format!("`{id}` is no organization's id"))
                    .note("an organization's id is `o-` and 10 to 32 lower-case letters and digits"),
            );
            return None;
        }
        Some(id)
    }

    fn account(&mut self, module: usize, node: &AccountNode, in_organization: bool) {
        let (Some(name), Some(id_token)) = (node.name(), node.id()) else { return };
        let span = self.span(module, name.text_range());
        let Some(id) = self.plain_string(module, &id_token) else { return };
        let id_span = self.span(module, id_token.text_range());
        if id.len() != 12 || !id.bytes().all(|byte| byte.is_ascii_digit()) {
            self.report(
                Diagnostic::new(&checks::INVALID_ACCOUNT_ID, id_span, format!("`{id}` is no account id"))
                    .note("an account id is 12 digits, leading zeros included"),
            );
        } else if let Some(other) = self.program.accounts.iter().find(|other| other.id == id) {
            let diagnostic =
                Diagnostic::new(&checks::DUPLICATE_NAME, id_span, format!("account `{id}` is declared twice"))
                    .related(other.span, format!("declared here as `{}`", other.name));
            self.report(diagnostic);
        }
        let mut tags = Vec::new();
        for part in node.parts() {
            if let Some(part) = Tags::cast(part.clone()) {
                let environment = Environment::of(module);
                tags = self.tags(&environment, &part);
            } else if matches!(part.kind(), SyntaxKind::ATTACH | SyntaxKind::DETACH) {
                self.not_yet(module, &part, "attachments of guardrails");
            } else {
                let at = self.span(module, iamx_syntax::ast::significant_range(&part));
                self.error(&checks::MISPLACED_MEMBER, at, "this can't stand in an account; it belongs to an OU");
            }
        }
        self.accounts.insert(span, self.program.accounts.len());
        self.program.accounts.push(Account {
            name: name.text().to_owned(),
            id,
            in_organization,
            management: node.is_management(),
            tags,
            span,
        });
    }

    /// Names and values of `tags { … }`.
    pub(crate) fn tags(&mut self, environment: &Environment, tags: &Tags) -> Vec<Tag> {
        let mut lowered: Vec<Tag> = Vec::new();
        for (name, value) in tags.tags() {
            let key = match name.kind() {
                SyntaxKind::STRING => self.plain_string(environment.module, &name),
                _ => Some(name.text().to_owned()),
            };
            let (Some(key), Some(value)) = (key, value) else { continue };
            let Some(value) = self.one_string(environment, &value, "a tag's value") else { continue };
            if lowered.iter().any(|tag| tag.key == key) {
                let span = self.span(environment.module, name.text_range());
                self.error(&checks::DUPLICATE_NAME, span, format!("the tag `{key}` is given twice"));
                continue;
            }
            lowered.push(Tag { key, value: value.value });
        }
        lowered
    }

    /// A string without `${…}`: an id, an address.
    pub(crate) fn plain_string(&mut self, module: usize, token: &SyntaxToken) -> Option<String> {
        let span = self.span(module, token.text_range());
        match strings::unescape(token.text()) {
            Ok(text) => Some(text),
            Err(range) => {
                self.bad_escape(span, range);
                None
            }
        }
    }

    /// The single account that `scope` names; anything else isn't compiled yet.
    pub(crate) fn one_account(&mut self, module: usize, scope: &Scope) -> Option<usize> {
        let span = self.span(module, scope.range());
        if scope.keyword().is_some() {
            self.not_yet_at(span, "items of an organizational unit or of a whole organization");
            return None;
        }
        if scope.has_except() {
            self.not_yet_at(span, "`except` after `in`");
            return None;
        }
        match scope.paths().as_slice() {
            [path] => self.account_named(module, path),
            [] => {
                self.error(&checks::EMPTY_LIST, span, "this list names no account");
                None
            }
            _ => {
                self.not_yet_at(span, "items of several accounts");
                None
            }
        }
    }

    fn account_named(&mut self, module: usize, path: &Path) -> Option<usize> {
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
            self.unknown_account(&path.text(), span);
            return None;
        };
        self.used.insert(id);
        let declaration = self.names.get(id)?.clone();
        if !matches!(declaration.kind, DeclarationKind::Account) {
            self.report(
                Diagnostic::new(
                    &checks::MISMATCHED_TYPE,
                    span,
                    format!("expected an account, and `{}` is {}", declaration.name, declaration.kind.describe()),
                )
                .related(declaration.span, "declared here"),
            );
            return None;
        }
        self.accounts.get(&declaration.span).copied()
    }

    fn unknown_account(&mut self, name: &str, span: Span) {
        let elsewhere = self.names.declarations.iter().find(|other| other.name == name).map(|other| other.module);
        if let Some(path) =
            elsewhere.and_then(|module| self.input.modules.get(module)).map(|module| module.path.join("."))
        {
            self.report(
                Diagnostic::new(&checks::UNKNOWN_NAME, span, format!("there is no account called `{name}` here"))
                    .help(format!("`{name}` is declared in another module: `use {path}.{name}`")),
            );
            return;
        }
        let near = nearest(name, self.program.accounts.iter().map(|account| account.name.clone()));
        let mut diagnostic =
            Diagnostic::new(&checks::UNKNOWN_NAME, span, format!("there is no account called `{name}` here"));
        diagnostic = match near {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => {
                diagnostic.help(format!("declare it: `account {name} \"111122223333\"`, or bring it in with `use`"))
            }
        };
        self.report(diagnostic);
    }

    /// The workspace's default account, if `iamx.toml` names one that is declared.
    pub(crate) fn default_account(&self) -> Option<usize> {
        let name = self.settings().account.as_deref()?;
        self.program.accounts.iter().position(|account| account.name == name)
    }
}
