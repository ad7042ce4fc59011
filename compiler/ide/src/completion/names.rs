//! Names of the workspace: those that can be said, those of other modules with the `use` that brings them in, and what
//! follows a dot.

use std::collections::BTreeSet;

use iamx_catalog::KeyType;
use iamx_lower::{Meaning, Module, NameDeclared, NameIndex, NameKind, PARAMETER_TYPES};
use iamx_syntax::{NodeOrToken, SyntaxKind as S, SyntaxNode, ast::DeclaredKind as D};
use iamx_text::{FileId, TextRange, TextSize};

use super::{
    Completion, CompletionKind, Completions, Subject,
    place::{Class, Cursor, tokens},
    resources, statement,
};

/// So many names of other modules are offered at once.
const MOST_ELSEWHERE: usize = 50;

/// A kind of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    Account,
    Organization,
    Declared(D),
}

impl Wish {
    fn is(self, kind: NameKind) -> bool {
        match self {
            Self::Account => kind == NameKind::Account,
            Self::Organization => kind == NameKind::Organization,
            Self::Declared(of) => kind == NameKind::Declared(of),
        }
    }
}

/// How near a kind of names is to what is wanted; nothing where it can't stand.
fn nearness(class: &Class, kind: NameKind) -> Option<u8> {
    let near = |fits: bool| fits.then_some(0);
    let is = |of: D| near(kind == NameKind::Declared(of));
    match class {
        Class::Actions | Class::Condition | Class::Principals => near(kind == NameKind::Let),
        Class::Resources => match kind {
            NameKind::Declared(D::Resource | D::Extern) => Some(0),
            NameKind::Let => Some(1),
            NameKind::Declared(
                D::Role | D::User | D::Group | D::Policy | D::Boundary | D::Oidc | D::Saml | D::PermissionSet,
            ) => Some(4),
            NameKind::Account => Some(5),
            _ => None,
        },
        Class::Value(_) => match kind {
            NameKind::Let | NameKind::Param => Some(1),
            NameKind::Declared(D::Resource | D::Extern | D::Role | D::User | D::Oidc | D::Saml) => Some(3),
            NameKind::Account | NameKind::Organization | NameKind::Declared(D::Policy | D::Boundary | D::Group) => {
                Some(4)
            }
            NameKind::Declared(_) | NameKind::OrganizationalUnit => None,
        },
        Class::Accounts => match kind {
            NameKind::Account => Some(0),
            NameKind::Let => Some(2),
            _ => None,
        },
        Class::Units => near(kind == NameKind::OrganizationalUnit),
        Class::Organizations => near(kind == NameKind::Organization),
        Class::Policies => is(D::Policy),
        Class::Guardrails => near(matches!(kind, NameKind::Declared(D::Scp | D::Rcp))),
        Class::Boundaries => near(matches!(kind, NameKind::Declared(D::Boundary | D::Policy))),
        Class::SessionPolicies => is(D::SessionPolicy),
        Class::Roles => is(D::Role).or((kind == NameKind::Account).then_some(4)),
        Class::Users => is(D::User).or((kind == NameKind::Account).then_some(4)),
        Class::Groups => is(D::Group).or((kind == NameKind::Account).then_some(4)),
        Class::Providers(of) => is(*of),
        Class::PermissionSets => is(D::PermissionSet),
        Class::Argument(_) | Class::Anything => Some(1),
        _ => None,
    }
}

/// Whether a parameter or variable of that type can stand there.
fn takes_type(class: &Class, of: Option<&str>) -> bool {
    let Some(of) = of else { return true };
    match class {
        Class::Actions => of == "actions",
        Class::Resources => of == "resources" || of.contains('.') || matches!(of, "role" | "user" | "group" | "policy"),
        Class::Principals => matches!(of, "principals" | "account" | "role" | "user"),
        Class::Condition => matches!(of, "condition" | "bool"),
        Class::Accounts => matches!(of, "account" | "[account]"),
        Class::Units => of == "ou",
        Class::Organizations => of == "organization",
        Class::Policies => of == "policy",
        Class::Roles => of == "role",
        Class::Users => of == "user",
        Class::Groups => of == "group",
        Class::Value(_) | Class::Argument(_) | Class::Anything => true,
        _ => false,
    }
}

/// The class of an argument, by the type of the parameter that it is for.
pub(crate) fn resolved(cursor: &Cursor<'_>, class: &Class) -> Class {
    let Class::Argument(Some(called)) = class else { return class.clone() };
    let names: Vec<String> = called.split('.').map(str::to_owned).collect();
    let Some(declared) = declared_of(cursor, &names) else {
        // The parts of an ARN.
        return if statement::type_of(cursor, &names).is_some() { Class::Value(None) } else { class.clone() };
    };
    let arguments = cursor.token.parent_ancestors().find(|node| node.kind() == S::ARGUMENTS);
    let at = cursor.token.text_range().start();
    let commas = arguments.iter().flat_map(tokens).filter(|one| one.kind() == S::COMMA && one.text_range().end() <= at);
    let signature = cursor.index.signature(declared);
    let Some(parameter) = signature.parameters.get(commas.count()) else { return class.clone() };
    match parameter.split_once(':').map_or("", |(_, of)| of.trim()) {
        "actions" => Class::Actions,
        "principals" => Class::Principals,
        "condition" => Class::Condition,
        "account" | "[account]" => Class::Accounts,
        "ou" => Class::Units,
        "organization" => Class::Organizations,
        "role" => Class::Roles,
        "user" => Class::Users,
        "group" => Class::Groups,
        "policy" => Class::Policies,
        "resources" => Class::Resources,
        of if of.contains('.') => Class::Resources,
        _ => Class::Value(None),
    }
}

/// What these names lead to, if it is declared.
fn declared_of<'i>(cursor: &Cursor<'i>, names: &[String]) -> Option<&'i NameDeclared> {
    let (first, rest) = names.split_first()?;
    let meaning = cursor.index.visible(cursor.file).find(|(name, _)| name == first).map(|(_, meaning)| meaning);
    let file = match (meaning, rest) {
        (Some(Meaning::Declared(span)), []) => return cursor.index.declared_at(*span),
        (Some(Meaning::Module(file)), [_]) => *file,
        (None, [module, _]) if first == "std" => module_at(cursor.index, &["std".to_owned(), module.clone()])?.file,
        _ => return None,
    };
    let name = rest.last()?;
    cursor.index.declared_in(file).find(|one| one.name == *name)
}

fn module_at<'i>(index: &'i NameIndex, path: &[String]) -> Option<&'i Module> {
    index.modules().iter().find(|module| module.path == path)
}

/// The names that can be said here, and those of other modules that begin with the letters that are written.
pub(crate) fn in_scope(cursor: &Cursor<'_>, class: &Class, found: &mut Completions) {
    if !takes_names(class) {
        return;
    }
    for (name, _, of) in cursor.index.locals(cursor.file, cursor.offset) {
        if takes_type(class, of.as_deref()) {
            found.items.push(Completion::new(name, CompletionKind::Parameter, of.unwrap_or_default(), 0));
        }
    }
    let mut said = BTreeSet::new();
    for (name, meaning) in cursor.index.visible(cursor.file) {
        said.insert(name);
        match meaning {
            Meaning::Declared(span) => {
                let Some(declared) = cursor.index.declared_at(*span) else { continue };
                let Some(rank) = nearness(class, declared.kind) else { continue };
                // The value of a text has no ARN in it.
                if is_item(declared.kind) && is_text(cursor, class) {
                    continue;
                }
                let signature = cursor.index.signature(declared);
                let is_let = declared.kind == NameKind::Let;
                let value = signature.value.as_deref().filter(|_| is_let);
                if value.is_none_or(|value| let_fits(cursor, class, value)) {
                    found.items.push(offered(cursor, declared, name, rank));
                }
            }
            Meaning::Module(file) => {
                let path = cursor.index.module(*file).map(|module| module.path.join(".")).unwrap_or_default();
                found.items.push(Completion::new(name, CompletionKind::Module, path, 5));
            }
            _ => {}
        }
    }
    if matches!(class, Class::Resources) && cursor.declared_kind().is_some_and(D::is_resource) {
        found.items.push(Completion::new("self", CompletionKind::Keyword, "what has this policy", 0));
    }
    if matches!(class, Class::Value(_)) {
        found.items.push(Completion::new("account", CompletionKind::Keyword, "the account of what is around", 4));
    }
    elsewhere(cursor, class, &said, found);
}

fn is_item(kind: NameKind) -> bool {
    matches!(kind, NameKind::Declared(_))
}

/// Whether the value's key holds no ARN.
fn is_text(cursor: &Cursor<'_>, class: &Class) -> bool {
    let Class::Value(Some(key)) = class else { return false };
    cursor.catalog().condition_key(key).is_some_and(|found| !found.key.types.contains(KeyType::Arn))
}

/// Whether what a `let` holds can stand there, as its first words say; what they don't tell can.
fn let_fits(cursor: &Cursor<'_>, class: &Class, value: &str) -> bool {
    let inner = value.trim_start_matches(['[', '(', ' ']);
    let end = inner.find([' ', ',', ']', ')', '{']).unwrap_or(inner.len());
    let first = inner.get(..end).unwrap_or_default();
    let is_compared = [" == ", " != ", " in ", " like ", " < ", " > ", " <= ", " >= ", " and ", " or "]
        .iter()
        .any(|operator| value.contains(operator));
    let (actions, condition, resources, principals, text) = if is_compared
        || matches!(first, "exists" | "any" | "all" | "not" | "principal" | "claim" | "true" | "false")
    {
        (false, true, false, false, false)
    } else if first.starts_with('"') || first.starts_with(|c: char| c.is_ascii_digit()) {
        (false, false, first.starts_with("\"arn:"), false, true)
    } else if first.starts_with('@') {
        (true, false, false, false, false)
    } else if first.contains(':') {
        let key = first.trim_end_matches('?');
        let is_key = cursor.catalog().condition_key(key).is_some();
        (!is_key || cursor.catalog().action(first).is_some(), is_key, false, false, is_key)
    } else if matches!(
        first,
        "role" | "user" | "account" | "service" | "root" | "oidc" | "saml" | "organization" | "ou" | "permission-set"
    ) {
        (false, false, false, true, first == "service")
    } else if first.split_once('.').is_some_and(|(service, _)| cursor.catalog().has_service(service)) {
        (false, false, true, false, true)
    } else {
        return true;
    };
    match class {
        Class::Actions => actions,
        Class::Condition => condition,
        Class::Resources => resources,
        Class::Principals => principals,
        Class::Value(_) => text,
        Class::Accounts => false,
        _ => true,
    }
}

/// Whether names can stand there.
fn takes_names(class: &Class) -> bool {
    !matches!(
        class,
        Class::ContextKey
            | Class::Service
            | Class::ParameterType
            | Class::ResourceType
            | Class::UsePath
            | Class::UsedNames(_)
            | Class::Check
            | Class::None
    )
}

/// Names of a kind with what is to be written behind them.
pub(crate) fn offer_kinds(cursor: &Cursor<'_>, wish: Wish, behind: &str, rank: u8, found: &mut Completions) {
    for (name, meaning) in cursor.index.visible(cursor.file) {
        let Meaning::Declared(span) = meaning else { continue };
        let Some(declared) = cursor.index.declared_at(*span).filter(|one| wish.is(one.kind)) else { continue };
        let label = format!("{name}{behind}");
        let completion = Completion::new(label, kind_of(declared.kind), declared.kind.describe(), rank);
        found.items.push(completion.about(subject(cursor, declared)));
    }
}

/// Names of modules that this one doesn't use.
fn elsewhere(cursor: &Cursor<'_>, class: &Class, said: &BTreeSet<&str>, found: &mut Completions) {
    // There are others for other letters.
    found.is_incomplete = true;
    if cursor.letters.is_empty() {
        return;
    }
    let begins =
        |name: &str| name.get(..cursor.letters.len()).is_some_and(|start| start.eq_ignore_ascii_case(cursor.letters));
    let others = cursor.index.all_declared().iter().filter(|one| one.span.file != cursor.file && begins(&one.name));
    let others = others.filter(|one| !said.contains(one.name.as_str()) && nearness(class, one.kind).is_some());
    for declared in others.take(MOST_ELSEWHERE) {
        let Some(module) = cursor.index.module(declared.span.file) else { continue };
        let Some(edit) = use_of(cursor, &module.path, &declared.name) else { continue };
        let path = module.path.join(".");
        let mut completion = Completion::new(
            declared.name.clone(),
            kind_of(declared.kind),
            format!("{}, with `use {path}`", declared.kind.describe()),
            9,
        );
        completion.brings_in = Some(edit);
        found.items.push(completion.about(subject(cursor, declared)));
    }
}

/// The edit that brings in a name of a module.
fn use_of(cursor: &Cursor<'_>, path: &[String], name: &str) -> Option<(TextRange, String)> {
    let root = cursor.index.module(cursor.file)?.parse.syntax();
    let path = path.join(".");
    let uses: Vec<SyntaxNode> = root.children().filter(|node| node.kind() == S::USE_ITEM).collect();
    for item in &uses {
        let of = item.children().find(|node| node.kind() == S::USE_PATH);
        let group = item.children().find(|node| node.kind() == S::USE_GROUP);
        let (Some(of), Some(group)) = (of, group) else { continue };
        if tokens(&of)
            .filter(|token| !token.kind().is_trivia())
            .map(|token| token.text().to_owned())
            .collect::<String>()
            != path
        {
            continue;
        }
        let last = tokens(&group).filter(|token| token.kind() == S::NAME).last()?;
        return Some((TextRange::empty(last.text_range().end()), format!(", {name}")));
    }
    let line = format!("use {path}.{{{name}}}");
    Some(match uses.last() {
        Some(last) => (TextRange::empty(iamx_syntax::ast::significant_range(last).end()), format!("\n{line}")),
        None => (TextRange::empty(TextSize::new(0)), format!("{line}\n")),
    })
}

fn offered(cursor: &Cursor<'_>, declared: &NameDeclared, name: &str, rank: u8) -> Completion {
    let signature = cursor.index.signature(declared);
    let detail = match (&declared.kind, signature.value) {
        (NameKind::Let, Some(value)) => format!("= {}", crate::hover::shortened(&value)),
        (_, Some(value)) => crate::hover::shortened(&value),
        (kind, None) => kind.describe().to_owned(),
    };
    let completion = Completion::new(name, kind_of(declared.kind), detail, rank).about(subject(cursor, declared));
    let parameters = signature.parameters.iter().map(|one| one.split(':').next().unwrap_or_default().trim());
    if signature.is_template { completion.with_arguments(parameters, false) } else { completion }
}

pub(crate) fn subject(cursor: &Cursor<'_>, declared: &NameDeclared) -> Subject {
    let module = cursor.index.module(declared.span.file).map(|module| module.path.join(".")).unwrap_or_default();
    Subject::Name(module, declared.name.clone())
}

pub(crate) fn kind_of(kind: NameKind) -> CompletionKind {
    match kind {
        NameKind::Let => CompletionKind::Let,
        NameKind::Param => CompletionKind::Parameter,
        NameKind::Account | NameKind::OrganizationalUnit | NameKind::Organization => CompletionKind::Account,
        NameKind::Declared(D::Resource | D::Extern | D::AccountPolicy) => CompletionKind::Resource,
        NameKind::Declared(D::Policy | D::Boundary | D::SessionPolicy | D::Scp | D::Rcp) => CompletionKind::Policy,
        NameKind::Declared(_) => CompletionKind::Identity,
    }
}

/// What goes on after names and a dot.
pub(crate) fn after_dot(cursor: &Cursor<'_>, names: &[String], class: &Class, found: &mut Completions) {
    let Some((first, rest)) = names.split_first() else { return };
    match class {
        Class::UsePath => {
            modules(cursor, names, found);
            return of_module(cursor, names, found);
        }
        Class::ParameterType | Class::ResourceType => {
            if let Some(service) = cursor.catalog().service(first).filter(|_| rest.is_empty()) {
                let mut types = Completions::default();
                resources::types(cursor, service, &mut types);
                let is_parameter = *class == Class::ParameterType;
                found.items.extend(types.items.into_iter().map(|one| {
                    let label = one.label.clone();
                    if is_parameter { one.writes(label) } else { one }
                }));
            }
            return;
        }
        _ => {}
    }
    if first == "account" && rest.is_empty() {
        return parts(&["id", "name", "tags"], found);
    }
    if first == "account" && rest.len() == 1 && rest.first().is_some_and(|part| part == "tags") {
        return;
    }
    let is_local = cursor.index.locals(cursor.file, cursor.offset).into_iter().find(|(name, ..)| name == first);
    if let Some((_, _, of)) = is_local {
        if let Some((service, of)) = statement::type_of(cursor, names) {
            resources::children(service, of, found);
            return parts(&["arn", "id", "name", "account", "region", "tags"], found);
        }
        return match of.as_deref() {
            Some("account") => parts(&["id", "name", "tags"], found),
            Some("organization" | "ou") => parts(&["id", "name"], found),
            Some(_) => {}
            None => parts(&["id", "name", "arn", "tags"], found),
        };
    }
    let meaning = cursor.index.visible(cursor.file).find(|(name, _)| name == first).map(|(_, meaning)| meaning.clone());
    match (meaning, rest) {
        (Some(Meaning::Module(file)), []) => return members(cursor, file, class, found),
        (Some(Meaning::Declared(span)), []) => {
            let kind = cursor.index.declared_at(span).map(|one| one.kind);
            match kind {
                Some(NameKind::Account) => {
                    items_of_accounts(cursor, class, found);
                    return parts(&["id", "name", "arn", "tags"], found);
                }
                Some(NameKind::Organization | NameKind::OrganizationalUnit) => return parts(&["id", "name"], found),
                Some(NameKind::Declared(kind)) if !kind.is_resource() => {
                    return parts(&["arn", "id", "name", "account"], found);
                }
                _ => {}
            }
        }
        (None, []) if first == "std" => return modules(cursor, names, found),
        (None, [module]) if first == "std" => {
            let module = module_at(cursor.index, &["std".to_owned(), module.clone()]);
            if let Some(module) = module {
                members(cursor, module.file, class, found);
            }
            return;
        }
        (None, []) if first == "aws" => return resources::services(cursor, found),
        (None, []) => {
            if let Some(service) = cursor.catalog().service(first) {
                return resources::types(cursor, service, found);
            }
        }
        (None, [service]) if first == "aws" => {
            if let Some(service) = cursor.catalog().service(service) {
                return resources::types(cursor, service, found);
            }
        }
        _ => {}
    }
    if let Some((service, of)) = statement::type_of(cursor, names) {
        resources::children(service, of, found);
        parts(&["arn", "id", "name", "account", "region", "tags"], found);
    }
}

fn parts(names: &[&str], found: &mut Completions) {
    for name in names {
        found.items.push(Completion::new(*name, CompletionKind::Part, "", 4));
    }
}

/// What a module declares, what can stand here first.
fn members(cursor: &Cursor<'_>, file: FileId, class: &Class, found: &mut Completions) {
    for declared in cursor.index.declared_in(file) {
        let rank = nearness(class, declared.kind).unwrap_or(7);
        found.items.push(offered(cursor, declared, &declared.name, rank));
    }
}

/// Items that may be made in an account.
fn items_of_accounts(cursor: &Cursor<'_>, class: &Class, found: &mut Completions) {
    for (name, meaning) in cursor.index.visible(cursor.file) {
        if let Meaning::Declared(span) = meaning
            && let Some(declared) = cursor.index.declared_at(*span)
            && matches!(declared.kind, NameKind::Declared(_))
            && let Some(rank) = nearness(class, declared.kind)
        {
            found.items.push(offered(cursor, declared, name, rank));
        }
    }
}

/// The names of the modules whose paths go on from these.
pub(crate) fn modules(cursor: &Cursor<'_>, before: &[String], found: &mut Completions) {
    let mut names = BTreeSet::new();
    for module in cursor.index.modules().iter().filter(|module| module.file != cursor.file) {
        if let Some(rest) = module.path.strip_prefix(before)
            && let Some(name) = rest.first()
        {
            names.insert(name.as_str());
        }
    }
    for name in names {
        found.items.push(Completion::new(name, CompletionKind::Module, "", 1));
    }
}

/// The names that a module declares, for `use`.
pub(crate) fn of_module(cursor: &Cursor<'_>, path: &[String], found: &mut Completions) {
    let Some(module) = module_at(cursor.index, path) else { return };
    let parent = cursor.token.parent();
    let is_there = |name: &str| {
        let others =
            parent.iter().filter(|node| node.kind() == S::USE_GROUP).flat_map(SyntaxNode::children_with_tokens);
        others.filter_map(NodeOrToken::into_token).any(|one| one != cursor.token && one.text() == name)
    };
    for declared in cursor.index.declared_in(module.file).filter(|one| !is_there(&one.name)) {
        let completion = Completion::new(declared.name.clone(), kind_of(declared.kind), declared.kind.describe(), 2);
        found.items.push(completion.about(subject(cursor, declared)));
    }
}

/// The names of the checks.
pub(crate) fn checks(found: &mut Completions) {
    for check in iamx_diagnostic::checks::ALL {
        let completion = Completion::new(check.name, CompletionKind::Check, "", 1);
        found.items.push(completion.about(Subject::Check(check.name.to_owned())));
    }
}

/// The types of parameters.
pub(crate) fn parameter_types(cursor: &Cursor<'_>, found: &mut Completions) {
    for name in PARAMETER_TYPES {
        found.items.push(Completion::new(name, CompletionKind::Type, "", 0));
    }
    for prefix in cursor.catalog().prefixes() {
        let offered = Completion::new(format!("{prefix}."), CompletionKind::Service, "", 6);
        found.items.push(offered.writes(format!("{prefix}.")));
    }
}
