//! Policies that name principals or `self`: templates of resource and trust policies, which are only ever included.

use std::collections::HashSet;

use iamx_diagnostic::{Diagnostic, checks};
use iamx_syntax::{
    SyntaxKind,
    ast::{AstNode, Call, Declared, DeclaredKind, Include, Postfix},
};
use iamx_text::Span;

use crate::{
    lowerer::Lowerer,
    names::{DeclarationId, DeclarationKind, Named},
};

impl Lowerer<'_> {
    /// Whether the policy `id` says `to` or `self`, itself or by what it includes.
    pub(crate) fn is_template(&mut self, id: DeclarationId) -> bool {
        if let Some(known) = self.templates.get(&id) {
            return *known;
        }
        // Every policy that is looked at, with the place of the one that includes it.
        let mut looked_at: Vec<(DeclarationId, Option<usize>)> = vec![(id, None)];
        let mut seen = HashSet::from([id]);
        let mut next = 0;
        while let Some((policy, _)) = looked_at.get(next).copied() {
            let known = self.templates.get(&policy).copied();
            if known == Some(true) || (known.is_none() && self.says_to_or_self(policy)) {
                let mut place = Some(next);
                while let Some((includer, above)) = place.and_then(|place| looked_at.get(place)).copied() {
                    self.templates.insert(includer, true);
                    place = above;
                }
                return true;
            }
            if known.is_none() {
                for included in self.included(policy) {
                    if seen.insert(included) {
                        looked_at.push((included, Some(next)));
                    }
                }
            }
            next += 1;
        }
        self.templates.extend(looked_at.into_iter().map(|(policy, _)| (policy, false)));
        false
    }

    fn says_to_or_self(&self, id: DeclarationId) -> bool {
        let body = self.policy_item(id).and_then(|(_, item)| item.body());
        body.is_some_and(|body| {
            body.syntax().descendants().any(|node| {
                node.kind() == SyntaxKind::TO_CLAUSE
                    || Call::cast(node).and_then(|call| call.name()).is_some_and(|name| name.text() == "self")
            })
        })
    }

    /// The policies that `id` includes.
    fn included(&mut self, id: DeclarationId) -> Vec<DeclarationId> {
        let Some((module, item)) = self.policy_item(id) else { return Vec::new() };
        let calls: Vec<_> =
            item.syntax().descendants().filter_map(Include::cast).filter_map(|include| include.call()).collect();
        calls.iter().filter_map(|call| self.called_policy(module, call)).collect()
    }

    fn called_policy(&mut self, module: usize, call: &Call) -> Option<DeclarationId> {
        let id = match (self.names.look_up(module, call.name()?.text())?, call.postfixes().first()) {
            (Named::Declaration(id), _) => id,
            (Named::Module(from), Some(Postfix::Name(name))) => self.names.look_up_declared(from, name.text())?,
            _ => return None,
        };
        self.policy_item(id).map(|_| id)
    }

    fn policy_item(&self, id: DeclarationId) -> Option<(usize, Declared)> {
        let declaration = self.names.get(id)?;
        let kind = match &declaration.kind {
            DeclarationKind::Repeated(kind) => kind,
            kind => kind,
        };
        match kind {
            DeclarationKind::Entity(DeclaredKind::Policy, item) => Some((declaration.module, item.clone())),
            _ => None,
        }
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
