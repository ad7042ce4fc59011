//! What each module declares, and what `use` brings in.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    rc::Rc,
};

use iamx_diagnostic::{Applicability, Diagnostic, checks};
use iamx_syntax::{
    SyntaxToken,
    ast::{AstNode, Declared, DeclaredKind, File, Item, LetItem, NodePart, OrganizationNode, ParamItem, UseItem},
};
use iamx_text::{FileId, Span, TextSize};

use crate::{Input, bounds::LONGEST_FILE_NAME, repetition::Turn};

/// A declaration, by its position in [`Names::declarations`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct DeclarationId(pub(crate) usize);

#[derive(Clone, Debug)]
pub(crate) struct Declaration {
    pub(crate) module: usize,
    pub(crate) name: String,
    pub(crate) span: Span,
    pub(crate) kind: DeclarationKind,
    /// The turn of the `for`s around it that makes it; `None` outside of every `for`, and for what all turns make.
    pub(crate) turn: Option<Rc<Turn>>,
}

#[derive(Clone, Debug)]
pub(crate) enum DeclarationKind {
    Param(ParamItem),
    Let(LetItem),
    Entity(DeclaredKind, Declared),
    Account,
    Ou,
    Organization,
    /// What a `for` makes in each of its turns; each of these is a declaration too.
    Repeated(Box<DeclarationKind>),
}

impl DeclarationKind {
    /// What it is, for a message.
    pub(crate) fn describe(&self) -> &'static str {
        match self {
            Self::Param(_) => "a parameter of the workspace",
            Self::Let(_) => "a `let`",
            Self::Account => "an account",
            Self::Ou => "an organizational unit",
            Self::Organization => "an organization",
            Self::Entity(kind, _) => Self::describe_entity(*kind),
            Self::Repeated(kind) => kind.describe(),
        }
    }

    /// Whether a file or folder is called as it is declared, and nothing else bounds the name.
    fn is_written_by_name(&self) -> bool {
        match self {
            Self::Account | Self::Ou => true,
            Self::Entity(kind, _) => {
                matches!(kind, DeclaredKind::Resource | DeclaredKind::Extern | DeclaredKind::SessionPolicy)
            }
            Self::Repeated(kind) => kind.is_written_by_name(),
            Self::Param(_) | Self::Let(_) | Self::Organization => false,
        }
    }

    /// What an item of that kind is, for a message.
    pub(crate) fn describe_entity(kind: DeclaredKind) -> &'static str {
        match kind {
            DeclaredKind::Resource => "a resource",
            DeclaredKind::Extern => "an extern",
            DeclaredKind::AccountPolicy => "an account policy",
            DeclaredKind::Policy => "a policy",
            DeclaredKind::Role => "a role",
            DeclaredKind::User => "a user",
            DeclaredKind::Group => "a group",
            DeclaredKind::Boundary => "a permissions boundary",
            DeclaredKind::SessionPolicy => "a session policy",
            DeclaredKind::Oidc => "an OIDC provider",
            DeclaredKind::Saml => "a SAML provider",
            DeclaredKind::PermissionSet => "a permission set",
            DeclaredKind::Scp => "a service control policy",
            DeclaredKind::Rcp => "a resource control policy",
        }
    }
}

/// What a name stands for in a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    Declaration(DeclarationId),
    Module(usize),
    /// What a `use` names that isn't there, or what is declared twice, which was said.
    Missing,
}

/// The names of every module.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub(crate) declarations: Vec<Declaration>,
    scopes: Vec<HashMap<String, (Named, Span)>>,
    modules: HashMap<Vec<String>, usize>,
    by_span: HashMap<Span, DeclarationId>,
    duplicates: HashSet<DeclarationId>,
    /// Modules whose files can't be read.
    unread: HashSet<usize>,
    /// The variables of the `for`s around a declaration, the outermost first.
    variables: HashMap<DeclarationId, Rc<[Span]>>,
    /// Names brought in by `use` and not yet asked for.
    pub(crate) imports: BTreeMap<(usize, String), Span>,
}

impl Names {
    pub(crate) fn collect(input: &Input<'_>, diagnostics: &mut Vec<Diagnostic>) -> Self {
        let mut names = Self {
            scopes: vec![HashMap::new(); input.modules.len()],
            modules: input.modules.iter().enumerate().map(|(index, module)| (module.path.clone(), index)).collect(),
            unread: (0..input.modules.len())
                .filter(|&at| input.modules.get(at).is_some_and(|one| !one.is_read))
                .collect(),
            ..Self::default()
        };
        let mut uses = Vec::new();
        for (module, source) in input.modules.iter().enumerate() {
            let Some(file) = File::cast(source.parse.syntax()) else { continue };
            for item in file.items() {
                if let Item::Use(item) = item {
                    uses.push((module, source.file, item));
                } else {
                    names.item(module, source.file, item, &[], diagnostics);
                }
            }
        }
        for (module, file, item) in uses {
            names.import(module, file, &item, diagnostics);
        }
        names
    }

    /// What an item declares that stands in `for`s with these variables.
    fn item(&mut self, module: usize, file: FileId, item: Item, variables: &[Span], diagnostics: &mut Vec<Diagnostic>) {
        match item {
            Item::Let(item) => {
                let name = item.name();
                self.declare_in(module, file, name, DeclarationKind::Let(item), variables, diagnostics);
            }
            Item::For(item) => {
                let Some(name) = item.name() else { return };
                let variables = [variables, &[Span::new(file, name.text_range())]].concat();
                for inner in item.items() {
                    self.item(module, file, inner, &variables, diagnostics);
                }
            }
            // What can't stand in a `for` is said where that is looked at.
            Item::Param(_) | Item::Account(_) | Item::Organization(_) if !variables.is_empty() => {}
            Item::Param(item) => self.declare(module, file, item.name(), DeclarationKind::Param(item), diagnostics),
            Item::Account(item) => {
                self.declare(module, file, item.name(), DeclarationKind::Account, diagnostics);
            }
            Item::Organization(item) => {
                self.declare(module, file, item.name(), DeclarationKind::Organization, diagnostics);
                for part in item.parts() {
                    self.organization_part(module, file, part, diagnostics);
                }
            }
            Item::Declared(item) => {
                // An account policy's first name is a service.
                if let Some(kind) = item.kind().filter(|kind| *kind != DeclaredKind::AccountPolicy) {
                    let name = item.name();
                    self.declare_in(module, file, name, DeclarationKind::Entity(kind, item), variables, diagnostics);
                }
            }
            Item::Use(_) | Item::Within(_) | Item::Grant(_) | Item::Test(_) | Item::Invariant(_) => {}
        }
    }

    fn organization_part(&mut self, module: usize, file: FileId, part: NodePart, diagnostics: &mut Vec<Diagnostic>) {
        match part {
            NodePart::Account(account) => {
                self.declare(module, file, account.name(), DeclarationKind::Account, diagnostics);
            }
            NodePart::Ou(ou) => {
                self.declare(module, file, ou.name(), DeclarationKind::Ou, diagnostics);
                for part in ou.parts() {
                    self.organization_part(module, file, part, diagnostics);
                }
            }
            NodePart::Attach(_) | NodePart::Detach(_) | NodePart::Tags(_) => {}
        }
    }

    /// Declares what stands in `for`s with these variables.
    fn declare_in(
        &mut self,
        module: usize,
        file: FileId,
        name: Option<SyntaxToken>,
        kind: DeclarationKind,
        variables: &[Span],
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        if variables.is_empty() {
            self.declare(module, file, name, kind, diagnostics);
            return;
        }
        self.variables.insert(DeclarationId(self.declarations.len()), variables.into());
        self.declare(module, file, name, DeclarationKind::Repeated(Box::new(kind)), diagnostics);
    }

    /// Declares what one turn makes of the declaration `of`.
    pub(crate) fn declare_turn(
        &mut self,
        of: DeclarationId,
        kind: DeclarationKind,
        turn: Turn,
    ) -> Option<DeclarationId> {
        let all = self.get(of)?;
        let one = Declaration { kind, turn: Some(Rc::new(turn)), name: all.name.clone(), ..*all };
        self.declarations.push(one);
        Some(DeclarationId(self.declarations.len() - 1))
    }

    /// The variables of the `for`s around a declaration, the outermost first.
    pub(crate) fn variables(&self, id: DeclarationId) -> Option<Rc<[Span]>> {
        self.variables.get(&id).cloned()
    }

    /// Where `name` was declared or brought in in `module`.
    pub(crate) fn declared_at(&self, module: usize, name: &str) -> Option<Span> {
        self.scopes.get(module)?.get(name).map(|(_, span)| *span)
    }

    fn declare(
        &mut self,
        module: usize,
        file: FileId,
        name: Option<SyntaxToken>,
        kind: DeclarationKind,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let Some(token) = name else { return };
        let span = Span::new(file, token.text_range());
        let id = DeclarationId(self.declarations.len());
        let name = token.text().to_owned();
        if name.len() > LONGEST_FILE_NAME && kind.is_written_by_name() {
            diagnostics.push(Diagnostic::new(&checks::INVALID_AWS_NAME, span, "this name is too long").note(format!(
                "files and folders are called after it, so that it has {LONGEST_FILE_NAME} characters at most"
            )));
        }
        self.declarations.push(Declaration { module, name: name.clone(), span, kind, turn: None });
        self.by_span.insert(span, id);
        if !self.bind(module, name, Named::Declaration(id), span, diagnostics) {
            self.duplicates.insert(id);
        }
    }

    fn bind(
        &mut self,
        module: usize,
        name: String,
        named: Named,
        span: Span,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> bool {
        let Some(scope) = self.scopes.get_mut(module) else { return false };
        if let Some((known, first)) = scope.get_mut(&name) {
            // Which of the two is meant where it is said, nobody knows.
            *known = Named::Missing;
            diagnostics.push(
                Diagnostic::new(&checks::DUPLICATE_NAME, span, format!("`{name}` is declared twice in this module"))
                    .label("declared again")
                    .related(*first, "first declared here")
                    .help("give one of them another name; what AWS calls it can stay, with `named \"…\"`"),
            );
            return false;
        }
        scope.insert(name, (named, span));
        true
    }

    fn import(&mut self, module: usize, file: FileId, item: &UseItem, diagnostics: &mut Vec<Diagnostic>) {
        let Some(path) = item.path() else { return };
        let tokens = path.names();
        let parts: Vec<String> = tokens.iter().map(|token| token.text().to_owned()).collect();
        let span = Span::new(file, path.range());
        for token in item.misplaced_names() {
            let span = Span::new(file, token.text_range());
            self.bind(module, token.text().to_owned(), Named::Missing, span, diagnostics);
        }
        if let Some(names) = item.names() {
            let Some(from) = self.module(&parts, span, diagnostics) else {
                self.bind_missing(module, file, item, diagnostics);
                return;
            };
            for token in names {
                let span = Span::new(file, token.text_range());
                self.import_name(module, from, token.text(), token.text(), span, diagnostics);
            }
            return;
        }
        let Some(last) = tokens.last() else { return };
        let alias = item.alias();
        let bound = alias.as_ref().unwrap_or(last);
        let bound_span = Span::new(file, bound.text_range());
        if let Some(from) = self.modules.get(&parts).copied() {
            if self.bind(module, bound.text().to_owned(), Named::Module(from), bound_span, diagnostics) {
                self.imports.insert((module, bound.text().to_owned()), bound_span);
            }
            return;
        }
        let owner = parts.get(..parts.len().saturating_sub(1)).unwrap_or_default();
        let owner = if owner.is_empty() { &parts } else { owner };
        let Some(from) = self.module(owner, span, diagnostics) else {
            self.bind_missing(module, file, item, diagnostics);
            return;
        };
        let last_span = Span::new(file, last.text_range());
        self.import_name(module, from, last.text(), bound.text(), last_span, diagnostics);
    }

    /// Binds the names of a `use` that leads nowhere, so that nothing more is said where they are used.
    fn bind_missing(&mut self, module: usize, file: FileId, item: &UseItem, diagnostics: &mut Vec<Diagnostic>) {
        let last = || item.alias().or_else(|| item.path()?.names().pop());
        for token in item.names().unwrap_or_else(|| last().into_iter().collect()) {
            let span = Span::new(file, token.text_range());
            self.bind(module, token.text().to_owned(), Named::Missing, span, diagnostics);
        }
    }

    fn module(&self, parts: &[String], span: Span, diagnostics: &mut Vec<Diagnostic>) -> Option<usize> {
        let found = self.modules.get(parts).copied();
        if found.is_none() {
            let name = parts.join(".");
            let known = self.modules.keys().map(|path| path.join("."));
            let inside = self.modules.keys().filter(|path| path.len() > parts.len() && path.starts_with(parts)).min();
            if let Some(inside) = inside {
                let message = format!("`{name}` is a folder of modules, and no module");
                let help = format!("name one of them, such as `use {}`", inside.join("."));
                diagnostics.push(Diagnostic::new(&checks::UNKNOWN_NAME, span, message).help(help));
                return None;
            }
            let mut diagnostic = if parts.first().is_some_and(|first| first == "std") {
                Diagnostic::new(&checks::UNKNOWN_NAME, span, format!("there is no module `{name}`"))
                    .note("`std` is the library that comes with iamx")
            } else {
                Diagnostic::new(&checks::UNKNOWN_NAME, span, format!("there is no module `{name}` in this workspace"))
                    .note("a module is named by its file: `teams/data.iamx` is `teams.data`")
            };
            if let Some(near) = nearest(&name, known) {
                diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
            }
            diagnostics.push(diagnostic);
        }
        found
    }

    fn import_name(
        &mut self,
        module: usize,
        from: usize,
        name: &str,
        bound: &str,
        span: Span,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let declared = |(named, _): &(Named, Span)| match named {
            Named::Declaration(id) if self.declarations.get(id.0).is_some_and(|d| d.module == from) => Some(*named),
            _ => None,
        };
        let found = self.scopes.get(from).and_then(|scope| scope.get(name)).and_then(declared);
        if let Some(named) = found {
            if self.bind(module, bound.to_owned(), named, span, diagnostics) {
                self.imports.insert((module, bound.to_owned()), span);
            }
            return;
        }
        // What would be in a file that can't be read isn't known, and that was said.
        if self.unread.contains(&from) {
            self.bind(module, bound.to_owned(), Named::Missing, span, diagnostics);
            return;
        }
        let known: Vec<String> =
            self.declarations.iter().filter(|d| d.module == from).map(|d| d.name.clone()).collect();
        let mut diagnostic = Diagnostic::new(&checks::UNKNOWN_NAME, span, format!("that module declares no `{name}`"));
        if let Some(near) = nearest(name, known.into_iter()) {
            diagnostic = diagnostic
                .fix(format!("replace with `{near}`"), span, near.clone(), Applicability::Unsafe)
                .help(format!("did you mean `{near}`?"));
        }
        diagnostics.push(diagnostic);
        self.bind(module, bound.to_owned(), Named::Missing, span, diagnostics);
    }

    pub(crate) fn get(&self, id: DeclarationId) -> Option<&Declaration> {
        self.declarations.get(id.0)
    }

    /// Every item that makes something, by where it is declared, with where it ends.
    pub(crate) fn item_ends(&self) -> impl Iterator<Item = (Span, TextSize)> + '_ {
        self.declarations.iter().filter_map(|declaration| match &declaration.kind {
            DeclarationKind::Entity(_, item) => Some((declaration.span, item.range().end())),
            _ => None,
        })
    }

    /// Every extern, in the order of the modules.
    pub(crate) fn externs(&self) -> impl Iterator<Item = (DeclarationId, Declared)> + '_ {
        self.declarations.iter().enumerate().filter_map(|(index, declaration)| match &declaration.kind {
            DeclarationKind::Entity(DeclaredKind::Extern, item) => Some((DeclarationId(index), item.clone())),
            _ => None,
        })
    }

    /// Whether the declaration's name was taken before it.
    pub(crate) fn is_duplicate(&self, id: DeclarationId) -> bool {
        self.duplicates.contains(&id)
    }

    /// Whether the declaration's name is another's too, so that nothing that says it uses either.
    pub(crate) fn is_given_twice(&self, declaration: &Declaration) -> bool {
        self.named(declaration.module, &declaration.name) == Some(Named::Missing)
    }

    /// Whether the name that stands at `span` was taken before, which was said.
    pub(crate) fn is_named_again(&self, span: Span) -> bool {
        self.at(span).is_some_and(|id| self.is_duplicate(id))
    }

    /// The declaration whose name stands at `span`.
    pub(crate) fn at(&self, span: Span) -> Option<DeclarationId> {
        self.by_span.get(&span).copied()
    }

    /// What `name` stands for in `module`, which is used there.
    pub(crate) fn look_up(&mut self, module: usize, name: &str) -> Option<Named> {
        let named = self.named(module, name)?;
        self.imports.remove(&(module, name.to_owned()));
        Some(named)
    }

    /// What `name` stands for in `module`.
    pub(crate) fn named(&self, module: usize, name: &str) -> Option<Named> {
        self.scopes.get(module)?.get(name).map(|(named, _)| *named)
    }

    /// Whether `name` stands for anything in `module`.
    pub(crate) fn knows(&self, module: usize, name: &str) -> bool {
        self.scopes.get(module).is_some_and(|scope| scope.contains_key(name))
    }

    /// What `name` stands for in `module` for another module: only what it declares itself.
    pub(crate) fn look_up_declared(&self, module: usize, name: &str) -> Option<DeclarationId> {
        match self.scopes.get(module)?.get(name)?.0 {
            Named::Declaration(id) if self.declarations.get(id.0)?.module == module => Some(id),
            _ => None,
        }
    }

    /// What the module declares itself.
    pub(crate) fn declared(&self, module: usize) -> impl Iterator<Item = String> + '_ {
        self.declarations.iter().filter(move |one| one.module == module).map(|one| one.name.clone())
    }

    /// The module of that path.
    pub(crate) fn is_unread(&self, module: usize) -> bool {
        self.unread.contains(&module)
    }

    pub(crate) fn module_at(&self, path: &[String]) -> Option<usize> {
        self.modules.get(path).copied()
    }

    /// The names that can be used in `module`.
    pub(crate) fn visible(&self, module: usize) -> impl Iterator<Item = String> + '_ {
        self.scopes.get(module).into_iter().flat_map(|scope| scope.keys().cloned())
    }
}

/// The nearest of `known` to `name`, near enough to be meant.
pub(crate) fn nearest(name: &str, known: impl Iterator<Item = String>) -> Option<String> {
    let lower = name.to_lowercase();
    known
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| {
            let (written, known) = (lower.chars().count(), candidate.chars().count());
            *distance <= written.max(known) / 3
        })
        .min()
        .map(|(_, candidate)| candidate)
}
