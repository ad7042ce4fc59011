//! `encrypted-by`: the KMS key that a resource's data is under, which grants have to let its callers use.

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::deployed_names;
use iamx_syntax::ast::{AstNode, Declared, DeclaredKind, Header, Postfix};
use iamx_text::Span;

use crate::{
    DeclaredResource,
    expiry::Ending,
    lowerer::Lowerer,
    named_items::ItemInAccount,
    names::{DeclarationId, DeclarationKind},
    resources::Resource,
    scope::{Environment, Reference},
};

/// A declared resource in one of its accounts.
#[derive(Clone, Debug)]
pub(crate) struct MadeResource {
    pub(crate) declaration: DeclarationId,
    pub(crate) account: Option<usize>,
    pub(crate) resource: Resource,
    /// Its policy, by its position in the program, if its body is one.
    pub(crate) policy: Option<usize>,
    pub(crate) key: Option<EncryptionKey>,
    /// When its policy ends.
    pub(crate) ending: Option<Ending>,
}

/// The key after `encrypted-by`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EncryptionKey {
    pub(crate) item: ItemInAccount,
    pub(crate) span: Span,
}

impl Lowerer<'_> {
    /// The resources that were made, for whoever looks at the program.
    pub(crate) fn resources_in_aws(&self) -> Vec<DeclaredResource> {
        let made = self.resources_made.iter().filter_map(|made| {
            let span = self.names.get(made.declaration)?.span;
            Some(DeclaredResource { account: made.account, arn: made.resource.arn.clone(), span })
        });
        made.collect()
    }

    /// The key of a resource's `encrypted-by`.
    pub(crate) fn encryption_key(
        &mut self,
        environment: &Environment,
        item: &Declared,
        resources: &[Resource],
    ) -> Option<EncryptionKey> {
        let header = item.headers().find(|header| matches!(header, Header::EncryptedBy(_)))?;
        let path = header.path()?;
        let span = self.span(environment.module, path.range());
        let names = path.names();
        let (first, rest) = names.split_first()?;
        let rest = rest.iter().cloned().map(Postfix::Name).collect();
        let reference = self.resolve_parts(environment, first, rest, span)?;
        let reference = self.followed(reference)?;
        let (item, key) = self.kms_key(environment, &reference, span)?;
        for resource in resources {
            self.check_key_fits(resource, &key, span)?;
        }
        Some(EncryptionKey { item, span })
    }

    /// The key that `reference` names, if it is one.
    fn kms_key(
        &mut self,
        environment: &Environment,
        reference: &Reference,
        span: Span,
    ) -> Option<(ItemInAccount, Resource)> {
        let Some(declaration) = self.first_named(reference).filter(|_| reference.rest.is_empty()) else {
            self.no_key(span, "expected a declared KMS key".to_owned(), None);
            return None;
        };
        let DeclarationKind::Entity(DeclaredKind::Resource | DeclaredKind::Extern, item) = &declaration.kind else {
            let message = format!("expected a KMS key, and `{}` is {}", declaration.name, declaration.kind.describe());
            self.no_key(span, message, Some(declaration.span));
            return None;
        };
        let items = self.items_named(environment, reference)?;
        let mut keys = Vec::new();
        for named in items {
            self.enter(named.id, span)?;
            let resources = self.declared_resource(named.id, item, named.account);
            self.leave();
            keys.extend(resources?.into_iter().map(|resource| (named, resource)));
        }
        let is_key = |resource: &Resource| {
            resource.typed.as_ref().is_some_and(|typed| typed.service == "kms" && typed.type_name == "key")
        };
        match keys.as_slice() {
            [(named, key)] if is_key(key) => Some((*named, key.clone())),
            [_] => {
                let message = format!("`{}` is no KMS key", declaration.name);
                self.no_key(span, message, Some(declaration.span));
                None
            }
            _ => {
                let message = format!("a resource is encrypted by one key, and `{}` is several", declaration.name);
                self.no_key(span, message, Some(declaration.span));
                None
            }
        }
    }

    fn no_key(&mut self, span: Span, message: String, declared: Option<Span>) {
        let mut diagnostic = Diagnostic::new(&checks::MISMATCHED_TYPE, span, message);
        if let Some(declared) = declared {
            diagnostic = diagnostic.related(declared, "declared here");
        }
        self.report(
            diagnostic.help("declare the key: `resource data-key: kms.key(\"…\") { allow kms:* to account … }`"),
        );
    }

    /// A key encrypts what is in its own region alone, a key of several regions by its replica there.
    ///
    /// See [multi-Region keys](https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html).
    fn check_key_fits(&mut self, resource: &Resource, key: &Resource, span: Span) -> Option<()> {
        let (typed, of_key) = (resource.typed.as_ref()?, key.typed.as_ref()?);
        if typed.service == "kms" {
            self.error(&checks::MISPLACED_MEMBER, span, "a key is encrypted by no other key");
            return None;
        }
        let is_known = |region: &String| region != "*" && deployed_names(region).next().is_none();
        let known = |region: &Option<String>| region.clone().filter(is_known);
        if let (Some(region), Some(other)) = (known(&typed.region), known(&of_key.region))
            && region != other
        {
            self.report(
                Diagnostic::new(
                    &checks::MISMATCHED_TYPE,
                    span,
                    format!("this key is in `{other}`, and encrypts nothing in `{region}`"),
                )
                .help("say the `region` of both, or name a key of the resource's region"),
            );
            return None;
        }
        Some(())
    }
}
