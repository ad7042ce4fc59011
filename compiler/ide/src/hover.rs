//! What is known of a word: AWS's facts of an action, a key or a type, and what a name is.

use std::fmt::Write as _;

use iamx_catalog::{Action, Catalog, ConditionKey, Level, ResourceType, Service};
use iamx_lower::{Meaning, NameIndex, NameKind};
use iamx_syntax::{SyntaxKind, SyntaxNode, SyntaxToken};
use iamx_text::{FileId, TextRange, TextSize};

use crate::{navigation::name_at, words::is_in_condition};

/// What is said of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// The word.
    pub range: TextRange,
    /// What is said, as Markdown.
    pub text: String,
}

/// So many of what a wildcard or a type holds are listed.
const MOST: usize = 12;

/// What is known of the word at `offset`.
pub fn hover(index: &NameIndex, file: FileId, offset: TextSize) -> Option<Hover> {
    let root = index.module(file)?.parse.syntax();
    let token = root.token_at_offset(offset).max_by_key(|token| weight(token.kind()))?;
    let range = token.text_range();
    let of_word = |text: Option<String>| text.map(|text| Hover { range, text });
    let found = match token.kind() {
        SyntaxKind::WORD if is_in_condition(&token.parent()?) => of_word(condition_key(index.catalog(), token.text())),
        SyntaxKind::WORD | SyntaxKind::LEVEL => of_word(action_word(index.catalog(), token.text())),
        SyntaxKind::PATTERN => {
            let prefix = prefix_before(&token)?;
            of_word(action_word(index.catalog(), &format!("{prefix}{}", token.text())))
        }
        _ => None,
    };
    found.or_else(|| name(index, file, offset)).or_else(|| of_word(resource_type(index.catalog(), &token)))
}

/// Words before what stands around them, where a position is between two tokens.
fn weight(kind: SyntaxKind) -> u8 {
    match kind {
        SyntaxKind::WHITESPACE | SyntaxKind::COMMENT => 0,
        SyntaxKind::WORD | SyntaxKind::LEVEL | SyntaxKind::PATTERN | SyntaxKind::NAME => 2,
        _ => 1,
    }
}

pub(crate) fn prefix_before(pattern: &SyntaxToken) -> Option<String> {
    let group = pattern.parent()?;
    let mut tokens = group.children_with_tokens().filter_map(iamx_syntax::NodeOrToken::into_token);
    tokens.find(|token| token.kind() == SyntaxKind::PREFIX).map(|token| token.text().to_owned())
}

/// `s3:GetObject`, `s3:Get*`, `s3:@read` or `@read`.
pub(crate) fn action_word(catalog: &Catalog, written: &str) -> Option<String> {
    if let Some((prefix, level)) = written.split_once('@') {
        let prefix = prefix.strip_suffix(':');
        return level_word(catalog, prefix, Level::ALL.into_iter().find(|one| one.keyword() == level)?);
    }
    if written.contains(['*', '?']) {
        return Some(held(written, catalog.actions_matching(written)));
    }
    let (service, one) = catalog.actions_matching(written).next()?;
    Some(action(catalog, service, one))
}

fn level_word(catalog: &Catalog, prefix: Option<&str>, level: Level) -> Option<String> {
    let Some(prefix) = prefix else {
        return Some(format!("actions of the access level **{}** of the services of the resources", level.name()));
    };
    let service = catalog.service(prefix)?;
    let actions = service.actions().iter().filter(|one| one.levels.contains(level)).map(|one| (service, one));
    Some(held(&format!("{prefix}:@{}", level.keyword()), actions))
}

/// What a wildcard or a level holds.
fn held<'c>(written: &str, actions: impl Iterator<Item = (&'c Service, &'c Action)>) -> String {
    let names: Vec<String> = actions.map(|(service, one)| format!("{}:{}", service.prefix(), one.name)).collect();
    let mut text =
        format!("`{written}` holds **{}** {}", names.len(), if names.len() == 1 { "action" } else { "actions" });
    if !names.is_empty() {
        text.push_str("\n\n");
    }
    listed(&mut text, &names);
    text
}

fn listed(text: &mut String, names: &[String]) {
    let shown: Vec<String> = names.iter().take(MOST).map(|name| format!("`{name}`")).collect();
    text.push_str(&shown.join(", "));
    if names.len() > MOST {
        let _ = write!(text, " and {} more", names.len() - MOST);
    }
}

fn action(catalog: &Catalog, service: &Service, action: &Action) -> String {
    let name = format!("{}:{}", service.prefix(), action.name);
    let levels: Vec<&str> = action.levels.iter().map(Level::name).collect();
    let mut text = format!("**{name}**");
    if !levels.is_empty() {
        let _ = write!(text, " — {}", levels.join(", "));
    }
    if action.permission_only {
        text.push_str("\n\nNo operation of the API has this name: it is asked for by others.");
    }
    text.push_str("\n\n");
    if action.resource_types.is_empty() {
        text.push_str("- acts on `*` alone");
    } else {
        let types = action.resource_types.iter().map(|used| {
            let slug =
                service.resource_type_named(&used.name).map_or_else(|| used.name.to_string(), ResourceType::slug);
            format!("`{}.{slug}`{}", service.prefix(), if used.required { " (required)" } else { "" })
        });
        let _ = write!(text, "- acts on {}", types.collect::<Vec<_>>().join(", "));
    }
    let keys: Vec<String> = service.keys_of(action).iter().map(ToString::to_string).collect();
    if !keys.is_empty() {
        text.push_str("\n- condition keys: ");
        listed(&mut text, &keys);
    }
    if !action.dependent_actions.is_empty() {
        text.push_str("\n- needs also ");
        listed(&mut text, &action.dependent_actions.iter().map(ToString::to_string).collect::<Vec<_>>());
    }
    let escalates = catalog.escalations().iter().any(|one| one.actions.iter().any(|other| **other == *name));
    if escalates {
        text.push_str("\n- can be a step of a privilege escalation");
    }
    text
}

pub(crate) fn condition_key(catalog: &Catalog, written: &str) -> Option<String> {
    let found = catalog.condition_key(written)?;
    let key: &ConditionKey = found.key;
    let types: Vec<&str> = key.types.iter().map(iamx_catalog::KeyType::name).collect();
    let mut text = format!("**{}** — {}", key.name, types.join(" or "));
    if key.multi_valued {
        text.push_str(", of several values: say `any` or `all`");
    }
    text.push_str("\n\n");
    text.push_str(if key.global { "- a key of every service" } else { "- a key of the service's own" });
    if let Some(always) = key.always_present {
        let sent = if always && catalog.always_sent(written) {
            "in every request"
        } else if always {
            "in nearly every request"
        } else {
            "not in every request: where it is absent, `==` is false and `!=` is true"
        };
        let _ = write!(text, "\n- {sent}");
    }
    Some(text)
}

/// `bucket` in `s3.bucket("…")`.
fn resource_type(catalog: &Catalog, token: &SyntaxToken) -> Option<String> {
    if token.kind() != SyntaxKind::NAME {
        return None;
    }
    let names: Vec<SyntaxToken> = names_in(&token.parent()?);
    let at = names.iter().position(|name| name == token)?;
    type_of_service(catalog, names.get(at.checked_sub(1)?)?.text(), token.text())
}

/// `bucket` of `s3`.
pub(crate) fn type_of_service(catalog: &Catalog, service: &str, slug: &str) -> Option<String> {
    let service = catalog.service(service)?;
    let found = service.resource_type(slug)?;
    let mut text = format!("**{}.{}**\n\n", service.prefix(), found.slug());
    for template in &found.arn_templates {
        let _ = writeln!(text, "- `{}`", template.text());
    }
    let children: Vec<String> =
        service.children(found).map(|child| format!(".{}(…)", child.resource_type.slug())).collect();
    if !children.is_empty() {
        let _ = writeln!(
            text,
            "- children: {}",
            children.iter().map(|one| format!("`{one}`")).collect::<Vec<_>>().join(", ")
        );
    }
    let actions = service.actions_on(found).count();
    let _ = write!(text, "- {actions} {} on it", if actions == 1 { "action acts" } else { "actions act" });
    Some(text)
}

/// The names that are parts of a node themselves.
pub(crate) fn names_in(node: &SyntaxNode) -> Vec<SyntaxToken> {
    let tokens = node.children_with_tokens().filter_map(iamx_syntax::NodeOrToken::into_token);
    tokens.filter(|token| token.kind() == SyntaxKind::NAME).collect()
}

fn name(index: &NameIndex, file: FileId, offset: TextSize) -> Option<Hover> {
    let one = name_at(index, file, offset)?;
    let range = one.span.range;
    let text = match &one.meaning {
        Meaning::Declared(span) => declared(index, *span)?,
        Meaning::Local(span) => {
            let locals = index.locals(file, range.start());
            let (name, _, of) = locals.into_iter().find(|(_, at, _)| at == span)?;
            match of {
                Some(of) => format!("```iamx\n{name}: {of}\n```\na parameter"),
                None => format!("```iamx\nfor {name} in …\n```\nthe variable of a `for`"),
            }
        }
        Meaning::Module(file) => {
            let module = index.module(*file)?;
            let declared = index.declared_in(*file).map(|one| one.name.clone()).collect::<Vec<_>>();
            let mut text = format!("the module **{}**\n\n", module.path.join("."));
            listed(&mut text, &declared);
            text
        }
        Meaning::Service(prefix) => {
            let service = index.catalog().service(prefix)?;
            let types: Vec<String> =
                service.resource_types().iter().map(|one| format!("{prefix}.{}", one.slug())).collect();
            let mut text = format!("the service **{prefix}**: {} actions\n\n", service.actions().len());
            listed(&mut text, &types);
            text
        }
        Meaning::Itself => "what has the policy around this".to_owned(),
        Meaning::Account => "the account that what is around this is made in".to_owned(),
    };
    Some(Hover { range, text })
}

pub(crate) fn declared(index: &NameIndex, span: iamx_text::Span) -> Option<String> {
    let one = index.declared_at(span)?;
    let signature = index.signature(one);
    let parameters =
        if signature.is_template { format!("({})", signature.parameters.join(", ")) } else { String::new() };
    let value = signature.value.map(|value| shortened(&value));
    let line = match (one.kind, value) {
        (NameKind::Let, Some(value)) => format!("let {}{parameters} = {value}", one.name),
        (kind, Some(value)) => format!("{} {}{parameters}: {value}", kind.word(), one.name),
        (kind, None) => format!("{} {}{parameters}", kind.word(), one.name),
    };
    let module = index.module(span.file).map(|module| module.path.join(".")).unwrap_or_default();
    let mut text = format!("```iamx\n{line}\n```\nin `{module}`");
    if let Some(documentation) = signature.documentation {
        let _ = write!(text, "\n\n{documentation}");
    }
    Some(text)
}

pub(crate) fn shortened(value: &str) -> String {
    const LONGEST: usize = 200;
    match value.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", value.get(..end).unwrap_or_default()),
        None => value.to_owned(),
    }
}
