//! Every name that the texts of a workspace hold, with what it stands for. For editors, which ask before anything is evaluated.
//!
//! What a name stands for follows from where it is written alone: parameters and variables around it, then what its module
//! declares and brings in, then AWS's services. [`Lowerer`](crate::lowerer::Lowerer) asks the same [`Names`] in the same order,
//! and tests hold the two against each other.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use iamx_catalog::Catalog;
use iamx_syntax::{
    NodeOrToken, Parse, SyntaxKind, SyntaxNode, SyntaxToken, WalkEvent,
    ast::{AstNode, Declared, DeclaredKind, ForItem, LetItem, ParamItem, Parameters, TypeRef, documentation},
};
use iamx_text::{FileId, SourceMap, Span, TextRange, TextSize};

use crate::{
    Input, Module,
    names::{DeclarationKind, Named, Names},
    strings::{self, Piece},
};

/// Every name of a workspace. Holds no tree, so that threads can share it.
#[derive(Debug)]
pub struct NameIndex {
    sources: Arc<SourceMap>,
    catalog: &'static Catalog,
    modules: Vec<Module>,
    /// The modules by their files.
    by_file: HashMap<FileId, usize>,
    /// The modules by their paths.
    by_path: HashMap<Vec<String>, usize>,
    /// What can be said in each module.
    scopes: Vec<BTreeMap<String, Meaning>>,
    /// Everything that is declared, in the order of the modules.
    declared: Vec<NameDeclared>,
    by_span: HashMap<Span, usize>,
}

/// A name that a module declares.
#[derive(Clone, Debug)]
pub struct NameDeclared {
    /// The name.
    pub name: String,
    /// Where it is declared.
    pub span: Span,
    /// What it is.
    pub kind: NameKind,
}

/// How the item that declares a name is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signature {
    /// All of the item.
    pub item: TextRange,
    /// The text of its doc comment.
    pub documentation: Option<String>,
    /// Each parameter with its type, such as `bucket: s3.bucket`.
    pub parameters: Vec<String>,
    /// Whether it is a template, which is to be followed by arguments.
    pub is_template: bool,
    /// The type of a resource, extern or parameter, or the value of a `let`, in one line.
    pub value: Option<String>,
}

/// What a name that is declared is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NameKind {
    /// A `let`.
    Let,
    /// A parameter of the workspace.
    Param,
    /// An account.
    Account,
    /// An organizational unit.
    OrganizationalUnit,
    /// An organization.
    Organization,
    /// Any other item.
    Declared(DeclaredKind),
}

/// A name where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// Where it stands; within a string it is the name alone.
    pub span: Span,
    /// What it stands for.
    pub meaning: Meaning,
    /// Whether it is given there, as in an item or a parameter.
    pub declares: bool,
}

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Meaning {
    /// What a module declares, by where its name is declared.
    Declared(Span),
    /// A parameter of a template or the variable of a `for`, by where it is declared.
    Local(Span),
    /// A module, by its file.
    Module(FileId),
    /// A service of AWS by its prefix.
    Service(String),
    /// What has the policy around.
    Itself,
    /// The account of what is around.
    Account,
}

impl NameIndex {
    /// Looks at what the modules declare and bring in.
    pub fn new(sources: Arc<SourceMap>, modules: Vec<Module>, catalog: &'static Catalog) -> Self {
        let settings = crate::WorkspaceSettings::default();
        let input = Input { sources: &sources, modules: &modules, catalog, settings: &settings };
        let names = Names::collect(&input, &mut Vec::new());
        let meaning = |named: Named| match named {
            Named::Declaration(id) => Some(Meaning::Declared(names.get(id)?.span)),
            Named::Module(module) => Some(Meaning::Module(modules.get(module)?.file)),
            Named::Missing => None,
        };
        let scope = |module| {
            let said = names.visible(module).filter_map(|name| {
                let meaning = meaning(names.named(module, &name)?)?;
                Some((name, meaning))
            });
            said.collect()
        };
        let declared = names.declarations.iter().map(|one| NameDeclared {
            name: one.name.clone(),
            span: one.span,
            kind: NameKind::of(&one.kind),
        });
        let declared: Vec<_> = declared.collect();
        Self {
            by_file: modules.iter().enumerate().map(|(index, module)| (module.file, index)).collect(),
            by_path: modules.iter().enumerate().map(|(index, module)| (module.path.clone(), index)).collect(),
            scopes: (0..modules.len()).map(scope).collect(),
            by_span: declared.iter().enumerate().map(|(index, one)| (one.span, index)).collect(),
            declared,
            sources,
            catalog,
            modules,
        }
    }

    /// The texts.
    pub fn sources(&self) -> &Arc<SourceMap> {
        &self.sources
    }

    /// AWS's facts.
    pub fn catalog(&self) -> &'static Catalog {
        self.catalog
    }

    /// The modules, those of `std` last.
    pub fn modules(&self) -> &[Module] {
        &self.modules
    }

    /// The module of a file.
    pub fn module(&self, file: FileId) -> Option<&Module> {
        self.modules.get(*self.by_file.get(&file)?)
    }

    /// Everything that is declared, in the order of the modules.
    pub fn all_declared(&self) -> &[NameDeclared] {
        &self.declared
    }

    /// What is declared at `span`.
    pub fn declared_at(&self, span: Span) -> Option<&NameDeclared> {
        self.declared.get(*self.by_span.get(&span)?)
    }

    /// What the module of `file` declares itself.
    pub fn declared_in(&self, file: FileId) -> impl Iterator<Item = &NameDeclared> + '_ {
        self.declared.iter().filter(move |one| one.span.file == file)
    }

    /// How the item that declares a name is written.
    pub fn signature(&self, declared: &NameDeclared) -> Signature {
        let node = self.module(declared.span.file).and_then(|module| node_at(&module.parse, declared.span.range));
        node.as_ref().map(Signature::of).unwrap_or_default()
    }

    /// The names that can be said in a file without a `use` more: what its module declares and brings in.
    pub fn visible(&self, file: FileId) -> impl Iterator<Item = (&str, &Meaning)> {
        let scope = self.by_file.get(&file).and_then(|module| self.scopes.get(*module));
        scope.into_iter().flatten().map(|(name, meaning)| (name.as_str(), meaning))
    }

    /// Parameters and variables that can be said at `offset`, the innermost first: each with where it is declared and, for a
    /// parameter, its type.
    pub fn locals(&self, file: FileId, offset: TextSize) -> Vec<(String, Span, Option<String>)> {
        let Some(root) = self.module(file).map(|module| module.parse.syntax()) else { return Vec::new() };
        let Some(token) = root.token_at_offset(offset).left_biased() else { return Vec::new() };
        let mut locals: Vec<(String, Span, Option<String>)> = Vec::new();
        for node in token.parent_ancestors() {
            for local in locals_of(&node, file) {
                if !locals.iter().any(|(name, ..)| *name == local.name) {
                    locals.push((local.name, local.span, local.of));
                }
            }
        }
        locals
    }

    /// The files whose texts hold `name`: it is said in no other.
    pub fn files_with<'i>(&'i self, name: &'i str) -> impl Iterator<Item = FileId> + 'i {
        let holds = move |file: &FileId| self.sources.get(*file).is_some_and(|one| one.text().contains(name));
        self.modules.iter().map(|module| module.file).filter(holds)
    }

    /// Every name in a file that stands for something, in its order.
    pub fn occurrences(&self, file: FileId) -> Vec<Occurrence> {
        let Some(&module) = self.by_file.get(&file) else { return Vec::new() };
        let Some(root) = self.modules.get(module).map(|module| module.parse.syntax()) else { return Vec::new() };
        let mut walk = Walk { index: self, module, file, locals: Vec::new(), found: Vec::new() };
        for event in root.preorder_with_tokens() {
            match event {
                WalkEvent::Enter(NodeOrToken::Node(node)) => walk.enter(&node),
                // The tag of a key may be in quotes: `aws:PrincipalTag/"${tag}"`.
                WalkEvent::Enter(NodeOrToken::Token(token))
                    if matches!(token.kind(), SyntaxKind::STRING | SyntaxKind::WORD) =>
                {
                    walk.string(&token);
                }
                WalkEvent::Leave(NodeOrToken::Node(node)) => walk.locals.retain(|local| local.owner != node),
                _ => {}
            }
        }
        walk.found.sort_by_key(|one| one.span.range.start());
        walk.found
    }

    fn named(&self, module: usize, name: &str) -> Option<&Meaning> {
        self.scopes.get(module)?.get(name)
    }

    /// What `name` is of the names that a module declares itself.
    fn member(&self, module: usize, name: &str) -> Option<Span> {
        let file = self.modules.get(module)?.file;
        match self.named(module, name)? {
            Meaning::Declared(span) if span.file == file => Some(*span),
            _ => None,
        }
    }
}

/// The node whose name stands at `range`.
fn node_at(parse: &Parse, range: TextRange) -> Option<SyntaxNode> {
    match parse.syntax().covering_element(range) {
        NodeOrToken::Token(token) => token.parent(),
        NodeOrToken::Node(node) => Some(node),
    }
}

impl NameKind {
    fn of(kind: &DeclarationKind) -> Self {
        match kind {
            DeclarationKind::Param(_) => Self::Param,
            DeclarationKind::Let(_) => Self::Let,
            DeclarationKind::Account => Self::Account,
            DeclarationKind::Ou => Self::OrganizationalUnit,
            DeclarationKind::Organization => Self::Organization,
            DeclarationKind::Entity(kind, _) => Self::Declared(*kind),
            DeclarationKind::Repeated(kind) => Self::of(kind),
        }
    }

    /// The word that begins its declaration.
    pub fn word(self) -> &'static str {
        match self {
            Self::Let => "let",
            Self::Param => "param",
            Self::Account => "account",
            Self::OrganizationalUnit => "ou",
            Self::Organization => "organization",
            Self::Declared(kind) => kind.word(),
        }
    }

    /// What it is, in words, such as `a role`.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Let => "a `let`",
            Self::Param => "a parameter of the workspace",
            Self::Account => "an account",
            Self::OrganizationalUnit => "an organizational unit",
            Self::Organization => "an organization",
            Self::Declared(kind) => DeclarationKind::describe_entity(kind),
        }
    }
}

impl Signature {
    fn of(node: &SyntaxNode) -> Self {
        let mut signature = Self {
            item: iamx_syntax::ast::significant_range(node),
            documentation: documentation(node),
            ..Self::default()
        };
        if let Some(item) = LetItem::cast(node.clone()) {
            signature.take(item.parameters().as_ref());
            signature.value = item.value().and_then(|value| one_line(value.syntax()));
        } else if let Some(item) = Declared::cast(node.clone()) {
            signature.take(item.parameters().as_ref());
            signature.value = item.type_call().and_then(|call| one_line(call.syntax()));
        } else if let Some(item) = ParamItem::cast(node.clone()) {
            signature.value = item.type_ref().and_then(|of: TypeRef| one_line(of.syntax()));
        }
        signature
    }

    fn take(&mut self, parameters: Option<&Parameters>) {
        self.is_template = parameters.is_some();
        let written = parameters.into_iter().flat_map(Parameters::parameters);
        self.parameters = written.filter_map(|one| one_line(one.syntax())).collect();
    }
}

/// The text of a node without its line ends.
fn one_line(node: &SyntaxNode) -> Option<String> {
    let line = node.text().to_string().split_whitespace().collect::<Vec<_>>().join(" ");
    (!line.is_empty()).then_some(line)
}

/// A parameter or variable, where it can be said.
struct Local {
    name: String,
    span: Span,
    owner: SyntaxNode,
    /// The type of a parameter.
    of: Option<String>,
}

/// What `node` declares for what stands in it.
fn locals_of(node: &SyntaxNode, file: FileId) -> Vec<Local> {
    let local = |name: SyntaxToken, of: Option<String>| Local {
        name: name.text().to_owned(),
        span: Span::new(file, name.text_range()),
        owner: node.clone(),
        of,
    };
    if let Some(item) = ForItem::cast(node.clone()) {
        return item.name().map(|name| local(name, None)).into_iter().collect();
    }
    let parameters = match node.kind() {
        SyntaxKind::LET_ITEM => LetItem::cast(node.clone()).and_then(|item| item.parameters()),
        SyntaxKind::DECLARED => Declared::cast(node.clone()).and_then(|item| item.parameters()),
        _ => None,
    };
    let parameters = parameters.iter().flat_map(Parameters::parameters);
    parameters
        .filter_map(|one| {
            let of = one.type_ref().map(|of| of.syntax().text().to_string());
            Some(local(one.name()?, of))
        })
        .collect()
}

/// A walk through the tree of a file.
struct Walk<'i> {
    index: &'i NameIndex,
    module: usize,
    file: FileId,
    /// What can be said, the innermost last.
    locals: Vec<Local>,
    found: Vec<Occurrence>,
}

impl Walk<'_> {
    fn enter(&mut self, node: &SyntaxNode) {
        for local in locals_of(node, self.file) {
            self.found.push(Occurrence { span: local.span, meaning: Meaning::Local(local.span), declares: true });
            self.locals.push(local);
        }
        match node.kind() {
            SyntaxKind::CALL | SyntaxKind::PATH if !node.parent().is_some_and(|parent| says_no_name(&parent)) => {
                self.dotted(&names_in(node));
            }
            SyntaxKind::TYPE_CALL | SyntaxKind::TYPE_PATH => {
                if let Some(first) = names_in(node).first()
                    && self.index.catalog.has_service(first.text())
                {
                    self.add(self.span(first), Meaning::Service(first.text().to_owned()));
                }
            }
            SyntaxKind::USE_ITEM => self.brought_in(node),
            SyntaxKind::LET_ITEM
            | SyntaxKind::PARAM_ITEM
            | SyntaxKind::DECLARED
            | SyntaxKind::ORGANIZATION_ITEM
            | SyntaxKind::ACCOUNT_ITEM
            | SyntaxKind::ACCOUNT_NODE
            | SyntaxKind::OU_NODE => {
                let name = names_in(node).into_iter().next().map(|name| self.span(&name));
                if let Some(span) = name.filter(|span| self.index.by_span.contains_key(span)) {
                    self.found.push(Occurrence { span, meaning: Meaning::Declared(span), declares: true });
                }
            }
            _ => {}
        }
    }

    /// `use a.b`, `use a.b.{c, d}` and `use a.b as c`.
    fn brought_in(&mut self, node: &SyntaxNode) {
        let path = node.children().find(|child| child.kind() == SyntaxKind::USE_PATH).map(|path| names_in(&path));
        let path = path.unwrap_or_default();
        let group = node.children().find(|child| child.kind() == SyntaxKind::USE_GROUP).map(|group| names_in(&group));
        let module_at = |names: &[SyntaxToken]| {
            let path: Vec<String> = names.iter().map(|name| name.text().to_owned()).collect();
            self.index.by_path.get(&path).copied()
        };
        let alias = names_in(node).pop();
        let Some((last, owner)) = path.split_last() else { return };
        match (module_at(&path), group) {
            (Some(from), Some(names)) => {
                self.module(last, from);
                for name in names {
                    self.bring_in(&name, from, name.text());
                }
            }
            (Some(from), None) => {
                self.module(last, from);
                if let Some(alias) = alias {
                    self.module(&alias, from);
                }
            }
            (None, None) => {
                let (Some(from), Some(name)) = (module_at(owner), owner.last()) else { return };
                self.module(name, from);
                self.bring_in(last, from, last.text());
                if let Some(alias) = alias {
                    self.bring_in(&alias, from, last.text());
                }
            }
            (None, Some(_)) => {}
        }
    }

    fn module(&mut self, name: &SyntaxToken, module: usize) {
        if let Some(file) = self.index.modules.get(module).map(|module| module.file) {
            self.add(self.span(name), Meaning::Module(file));
        }
    }

    /// What a module declares as `name` is called `token` here.
    fn bring_in(&mut self, token: &SyntaxToken, module: usize, name: &str) {
        if let Some(span) = self.index.member(module, name) {
            let meaning = Meaning::Declared(span);
            self.found.push(Occurrence { span: self.span(token), meaning, declares: false });
        }
    }

    /// Names with dots between them, of which the first is one of this place.
    fn dotted(&mut self, names: &[SyntaxToken]) {
        let parts: Vec<_> = names.iter().map(|name| (name.text().to_owned(), self.span(name))).collect();
        self.parts(&parts);
    }

    fn parts(&mut self, parts: &[(String, Span)]) {
        let Some(((first, span), rest)) = parts.split_first() else { return };
        if let Some(local) = self.locals.iter().rev().find(|local| local.name == *first) {
            let meaning = Meaning::Local(local.span);
            self.add(*span, meaning);
            self.item_of_account(rest);
            return;
        }
        match first.as_str() {
            "self" => return self.add(*span, Meaning::Itself),
            "account" => {
                self.add(*span, Meaning::Account);
                return self.item_of_account(rest);
            }
            _ => {}
        }
        match self.index.named(self.module, first).cloned() {
            Some(meaning) => {
                self.add(*span, meaning.clone());
                match meaning {
                    Meaning::Module(file) => {
                        if let Some(&module) = self.index.by_file.get(&file) {
                            self.member(module, rest);
                        }
                    }
                    Meaning::Declared(at)
                        if self.index.declared_at(at).is_some_and(|one| one.kind == NameKind::Account) =>
                    {
                        self.item_of_account(rest);
                    }
                    _ => {}
                }
            }
            None if first == "aws" => {
                if let Some((service, at)) = rest.first().filter(|(name, _)| self.index.catalog.has_service(name)) {
                    self.add(*at, Meaning::Service(service.clone()));
                }
            }
            None if first == "std" => {
                let Some(((name, at), rest)) = rest.split_first() else { return };
                if let Some(&module) = self.index.by_path.get(&["std".to_owned(), name.clone()][..]) {
                    if let Some(file) = self.index.modules.get(module).map(|module| module.file) {
                        self.add(*at, Meaning::Module(file));
                    }
                    self.member(module, rest);
                }
            }
            None if self.index.catalog.has_service(first) => self.add(*span, Meaning::Service(first.clone())),
            None => {}
        }
    }

    /// `module.Name`
    fn member(&mut self, module: usize, rest: &[(String, Span)]) {
        if let Some((name, at)) = rest.first()
            && let Some(declared) = self.index.member(module, name)
        {
            self.add(*at, Meaning::Declared(declared));
        }
    }

    /// `prod.Reader`
    fn item_of_account(&mut self, rest: &[(String, Span)]) {
        if let Some((name, at)) = rest.first()
            && !crate::scope::is_account_part(name)
            && let Some(meaning) = self.index.named(self.module, name)
        {
            self.add(*at, meaning.clone());
        }
    }

    /// The names between `${` and `}`.
    fn string(&mut self, token: &SyntaxToken) {
        let Some(start) = token.text().find('"').filter(|_| token.text().contains("${")) else { return };
        let text = token.text().get(start..).unwrap_or_default();
        for piece in strings::pieces(text).unwrap_or_default() {
            let Piece::Value(names, range) = piece else { continue };
            let written = text.get(range.clone()).unwrap_or_default();
            // A name that is written with escapes has no place of its own.
            if written.len() != names.join(".").len() + "${}".len() {
                continue;
            }
            let mut at = token.text_range().start() + TextSize::of("${") + length(start + range.start);
            let mut parts = Vec::new();
            for name in names {
                let range = TextRange::at(at, TextSize::of(name.as_str()));
                at = range.end() + TextSize::of('.');
                parts.push((name, Span::new(self.file, range)));
            }
            self.parts(&parts);
        }
    }

    fn add(&mut self, span: Span, meaning: Meaning) {
        self.found.push(Occurrence { span, meaning, declares: false });
    }

    fn span(&self, token: &SyntaxToken) -> Span {
        Span::new(self.file, token.text_range())
    }
}

/// Whether the name in such a node is AWS's, a provider's or a tag's.
fn says_no_name(node: &SyntaxNode) -> bool {
    node.kind() == SyntaxKind::PRINCIPAL
        && node.first_child_or_token().is_some_and(|first| {
            matches!(first.kind(), SyntaxKind::SERVICE_KW | SyntaxKind::ARN_KW | SyntaxKind::CANONICAL_KW)
        })
}

fn names_in(node: &SyntaxNode) -> Vec<SyntaxToken> {
    let tokens = node.children_with_tokens().filter_map(NodeOrToken::into_token);
    tokens.filter(|token| token.kind() == SyntaxKind::NAME).collect()
}

fn length(bytes: usize) -> TextSize {
    TextSize::new(u32::try_from(bytes).unwrap_or(u32::MAX))
}
