//! The parts of a declared item as texts: `lake.name`, `orders.region`, `lake.tags.team`.

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::Sourced;
use iamx_syntax::{
    SyntaxKind,
    ast::{BodyPart, Declared, Member, Postfix},
};

use crate::{
    Extern,
    lowerer::Lowerer,
    named_items::ItemInAccount,
    names::{DeclarationKind, nearest},
    resources::Owner,
    scope::{Environment, Reference},
};

/// A part that a resource has, by its word.
pub(crate) fn is_resource_part(word: &str) -> bool {
    matches!(word, "id" | "name" | "account" | "region" | "tags")
}

impl Lowerer<'_> {
    /// The part of the resource that `reference` goes on with.
    pub(crate) fn resource_part(
        &mut self,
        named: ItemInAccount,
        reference: &Reference,
    ) -> Option<Vec<Sourced<String>>> {
        let ItemInAccount { id, account } = named;
        let declaration = self.names.get(id)?.clone();
        let DeclarationKind::Entity(_, item) = &declaration.kind else { return None };
        let mut words = Vec::new();
        for postfix in &reference.rest {
            let Postfix::Name(name) = postfix else {
                self.error(&checks::MISMATCHED_TYPE, reference.span, "a part of a resource takes no arguments");
                return None;
            };
            words.push(name.text().to_owned());
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        if let ["tags", tag] = words.as_slice() {
            return self.resource_tag(named, item, tag, reference);
        }
        self.enter(id, reference.span)?;
        let resources = self.declared_resource(id, item, account);
        self.leave();
        let mut texts: Vec<Sourced<String>> = Vec::new();
        for resource in resources? {
            let typed = resource.typed.as_ref()?;
            let text = match (words.as_slice(), typed.arguments.as_slice(), typed.owner) {
                (["name" | "id"], [name], _) => Some(name.clone()),
                (["account"] | ["account", "id"], _, Owner::Account(index)) => {
                    self.program.account(Some(index)).map(|account| account.id.clone())
                }
                (["account"] | ["account", "id"], _, Owner::Extern(index)) => {
                    self.program.externs.get(index).and_then(Extern::unknown_account)
                }
                (["account"] | ["account", "id"], _, Owner::Unknown) => {
                    Some(self.account_of_item(&declaration.name, None, reference.span)?)
                }
                (["account", "name"], _, Owner::Account(index)) => {
                    self.program.account(Some(index)).map(|account| account.name.clone())
                }
                (["region"], ..) => typed.region.clone(),
                _ => None,
            };
            let Some(text) = text else {
                let part = words.join(".");
                let message = format!("`{}` has no `{part}` that is known here", declaration.name);
                self.report(
                    Diagnostic::new(&checks::MISMATCHED_TYPE, reference.span, message)
                        .related(declaration.span, "declared here")
                        .note("`.account` needs an `in`, `.region` a `region`, and `.name` a type with one argument")
                        .help("the parts are `.arn`, `.id`, `.name`, `.account`, `.region` and `.tags.…`"),
                );
                return None;
            };
            if texts.iter().all(|other| other.value != text) {
                texts.push(Sourced::new(text, reference.span));
            }
        }
        Some(texts)
    }

    fn resource_tag(
        &mut self,
        ItemInAccount { id, account }: ItemInAccount,
        item: &Declared,
        wanted: &str,
        reference: &Reference,
    ) -> Option<Vec<Sourced<String>>> {
        let declaration = self.names.get(id)?.clone();
        let environment = Environment::of_declaration(&declaration).in_account(account);
        let mut known = Vec::new();
        for part in item.body().into_iter().flat_map(|body| body.parts().collect::<Vec<_>>()) {
            let BodyPart::Member(Member::Tags(tags)) = part else { continue };
            for (name, value) in tags.tags() {
                let key = match name.kind() {
                    SyntaxKind::STRING => self.text(&environment, &name)?,
                    _ => name.text().to_owned(),
                };
                if key != wanted {
                    known.push(key);
                    continue;
                }
                let value = value?;
                self.enter(id, reference.span)?;
                let value = self.one_string(&environment, &value, "a tag's value");
                self.leave();
                return Some(vec![Sourced::new(value?.value, reference.span)]);
            }
        }
        let message = format!("`{}` has no tag `{wanted}`", declaration.name);
        let mut diagnostic =
            Diagnostic::new(&checks::UNKNOWN_NAME, reference.span, message).related(declaration.span, "declared here");
        if let Some(near) = nearest(wanted, known.into_iter()) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        }
        self.report(diagnostic);
        None
    }
}
