//! Policies that name principals or `self`: templates of resource and trust policies, which are only ever included.

use std::collections::HashSet;

use iamx_diagnostic::{Diagnostic, checks};
use iamx_syntax::{
    SyntaxKind,
    ast::{AstNode, Call, Declared, DeclaredKind},
};
use iamx_text::Span;

use crate::{
    lowerer::Lowerer,
    names::{DeclarationKind, Named},
};

impl Lowerer<'_> {
    /// Whether the policy `item` of `module` is a template of resource and trust policies.
    pub(crate) fn is_template(&mut self, module: usize, item: &Declared) -> bool {
        self.says_to_or_self(module, item, &mut HashSet::new())
    }

    fn says_to_or_self(&mut self, module: usize, item: &Declared, seen: &mut HashSet<Span>) -> bool {
        let Some(body) = item.body() else { return false };
        if !seen.insert(self.span(module, item.range())) {
            return false;
        }
        let own = body.syntax().descendants().any(|node| {
            node.kind() == SyntaxKind::TO_CLAUSE
                || Call::cast(node).and_then(|call| call.name()).is_some_and(|name| name.text() == "self")
        });
        own || self.included(module, item).into_iter().any(|(module, item)| self.says_to_or_self(module, &item, seen))
    }

    /// The policies that `item` includes by a plain name.
    fn included(&mut self, module: usize, item: &Declared) -> Vec<(usize, Declared)> {
        let includes: Vec<_> = item
            .syntax()
            .descendants()
            .filter_map(iamx_syntax::ast::Include::cast)
            .filter_map(|include| include.call()?.name())
            .collect();
        let mut found = Vec::new();
        for name in includes {
            let Some(Named::Declaration(id)) = self.names.look_up(module, name.text()) else { continue };
            if let Some(declaration) = self.names.get(id)
                && let DeclarationKind::Entity(DeclaredKind::Policy, item) = &declaration.kind
            {
                found.push((declaration.module, item.clone()));
            }
        }
        found
    }

    /// Says that the template `name` has no place in a policy of an identity.
    pub(crate) fn template_attached(&mut self, name: &str, declared: Span, span: Span) {
        self.report(
            Diagnostic::new(
                &checks::TEMPLATE_ATTACHED,
                span,
                format!("`{name}` says `to` or `self`, so it can't be part of an identity's policy"),
            )
            .related(declared, "declared here")
            .note("it is a template of resource and trust policies")
            .help("include it in a resource's body or in `trust { … }`"),
        );
    }
}
