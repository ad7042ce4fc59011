//! `iamx catalog show`: what is known of an action, a resource type, a condition key or a service.

use std::fmt::Write;

use clap::Args;
use iamx_catalog::{Action, Catalog, ConditionKey, KeyType, Level, ResourceType, Service};
use iamx_diagnostic::{escape, escape_line};

use crate::{args::CatalogArguments, commands::Outcome, error::Error, io::catalog, terminal::Terminal};

const AFTER_HELP: &str = "\
Examples:
  iamx catalog show s3:GetObject
  iamx catalog show 'dynamodb:Batch*'
  iamx catalog show s3.bucket
  iamx catalog show aws:SourceIp
  iamx catalog show sqs";

/// Print what is known of a name
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Arguments {
    /// An action or a pattern of actions, a resource type, a condition key, or a service
    name: String,

    #[command(flatten)]
    catalog: CatalogArguments,
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Result<Outcome, Error> {
    let catalog = catalog::load(arguments.catalog.catalog.as_deref())?;
    let name = arguments.name.trim();
    let text = if name.contains(':') {
        word(catalog, name)
    } else if let Some((prefix, slug)) = name.split_once('.') {
        catalog.service(prefix).and_then(|service| {
            let found = service.resource_type(slug).or_else(|| service.resource_type_named(slug))?;
            Some(resource_type(service, found))
        })
    } else {
        catalog.service(name).map(service)
    };
    let text = text.ok_or_else(|| not_found(catalog, name))?;
    terminal.print(&escape(&text))?;
    Ok(Outcome::Clean)
}

fn not_found(catalog: &Catalog, name: &str) -> Error {
    let near = match (name.split_once(':'), name.split_once('.')) {
        (Some(_), _) => {
            let mut near = catalog.nearest_action(name);
            near.extend(catalog.nearest_key(name));
            near
        }
        (None, Some((prefix, slug))) => {
            let types = catalog.nearest_resource_type(prefix, slug);
            types
                .into_iter()
                .map(|found| if found.contains('.') { found } else { format!("{prefix}.{found}") })
                .collect()
        }
        (None, None) => catalog.nearest_service(name),
    };
    let near: Vec<String> = near.iter().take(3).map(|name| format!("`{name}`")).collect();
    let version = &catalog.info().version;
    let help = if near.is_empty() {
        format!("the catalog is of {version}; write `s3:GetObject`, `s3.bucket`, `aws:SourceIp` or `s3`")
    } else {
        format!("did you mean {}? the catalog is of {version}", near.join(" or "))
    };
    Error::NotInCatalog { name: escape_line(name).into_owned(), help: escape_line(&help).into_owned() }
}

/// A word with a colon: actions, a condition key, or both.
fn word(catalog: &Catalog, name: &str) -> Option<String> {
    let mut parts = Vec::new();
    let actions: Vec<_> = catalog.actions_matching(name).collect();
    match actions.as_slice() {
        [] => {}
        [(service, one)] => parts.push(action(catalog, service, one)),
        many => parts.push(many.iter().fold(String::new(), |mut text, (service, action)| {
            let _ = writeln!(text, "{}:{}  {}", service.prefix(), action.name, levels(action));
            text
        })),
    }
    if let Some(found) = catalog.condition_key(name) {
        parts.push(key(found.key));
    }
    (!parts.is_empty()).then(|| parts.join("\n"))
}

fn action(catalog: &Catalog, service: &Service, action: &Action) -> String {
    let name = format!("{}:{}", service.prefix(), action.name);
    let mut text = format!("action {name}\n");
    row(&mut text, "level", [levels(action)]);
    let types = action.resource_types.iter().map(|used| {
        let slug = service.resource_type_named(&used.name).map_or_else(|| used.name.to_string(), ResourceType::slug);
        format!("{}.{slug}{}", service.prefix(), if used.required { " (required)" } else { "" })
    });
    if action.resource_types.is_empty() {
        row(&mut text, "acts on", ["*, as it has no resource-level permissions".to_owned()]);
    } else {
        row(&mut text, "acts on", types);
    }
    row(&mut text, "condition keys", service.keys_of(action).iter().map(ToString::to_string));
    row(&mut text, "needs too", action.dependent_actions.iter().map(ToString::to_string));
    row(&mut text, "with KMS", catalog.kms_actions(&name).unwrap_or_default().into_iter().map(str::to_owned));
    if action.permission_only {
        row(&mut text, "note", ["no API operation has this name; others check it".to_owned()]);
    }
    text
}

fn levels(action: &Action) -> String {
    let levels: Vec<&str> =
        Level::ALL.iter().filter(|level| action.levels.contains(**level)).map(|level| level.keyword()).collect();
    if levels.is_empty() {
        "none known".to_owned()
    } else {
        levels.iter().map(|level| format!("@{level}")).collect::<Vec<_>>().join(", ")
    }
}

fn resource_type(service: &Service, found: &ResourceType) -> String {
    let mut text = format!("resource type {}.{}\n", service.prefix(), found.slug());
    row(&mut text, "ARN", found.arn_templates.iter().map(|template| template.text().to_owned()));
    row(
        &mut text,
        "arguments",
        found.arn_templates.iter().map(|template| template.placeholders().collect::<Vec<_>>().join(", ")),
    );
    row(
        &mut text,
        "children",
        service
            .children(found)
            .map(|child| format!(".{}({})", child.resource_type.slug(), child.placeholders.join(", "))),
    );
    row(&mut text, "condition keys", found.condition_keys.iter().map(ToString::to_string));
    row(&mut text, "actions", service.actions_on(found).map(|action| format!("{}:{}", service.prefix(), action.name)));
    text
}

fn key(key: &ConditionKey) -> String {
    let mut text = format!("condition key {}\n", key.name);
    row(&mut text, "type", key.types.iter().map(|kind: KeyType| kind.name().to_owned()));
    let values = match (key.multi_valued, key.single_valued_too) {
        (false, _) => "one",
        (true, false) => "many",
        (true, true) => "one or many",
    };
    row(&mut text, "values", [values.to_owned()]);
    match key.always_present {
        Some(true) => row(&mut text, "sent", ["with every request".to_owned()]),
        Some(false) => row(&mut text, "sent", ["with some requests".to_owned()]),
        None => {}
    }
    text
}

fn service(service: &Service) -> String {
    let mut text = format!("service {}\n", service.prefix());
    row(&mut text, "actions", [service.actions().len().to_string()]);
    row(
        &mut text,
        "resource types",
        service.resource_types().iter().map(|found| format!("{}.{}", service.prefix(), found.slug())),
    );
    row(&mut text, "condition keys", service.condition_keys().iter().map(|key| key.name.to_string()));
    row(
        &mut text,
        "RCPs",
        [if service.rcp_supported() { "bind its resources" } else { "don't bind its resources" }.to_owned()],
    );
    text
}

/// A heading and its values, the first beside it and the others below one another; nothing for no values.
fn row(text: &mut String, heading: &str, values: impl IntoIterator<Item = String>) {
    let mut heading = heading;
    for value in values.into_iter().filter(|value| !value.is_empty()) {
        // Writing to a string can't fail.
        let _ = writeln!(text, "  {heading:14}  {value}");
        heading = "";
    }
}
