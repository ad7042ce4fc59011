//! Lines over items: the documents that they make, how large these are, who holds a policy.

use iamx_lower::{NameIndex, NameKind};
use iamx_syntax::ast::{AstNode, Declared, DeclaredKind, Statement};
use iamx_text::{FileId, Span};

use crate::{
    documents::{said, shares},
    evaluated::Evaluated,
};

/// What a lens says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LensKind {
    /// That the documents can be looked at.
    Compiled,
    /// What they take of their quotas.
    Size,
    /// Who holds the policy.
    Holders,
}

/// A lens over an item. What it says takes an evaluation, and is asked for apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lens {
    /// The item's name, over which it stands.
    pub span: Span,
    /// The name.
    pub name: String,
    /// What it says.
    pub kind: LensKind,
}

/// The lenses of a file, by its text alone: over what makes documents of its own.
pub fn lenses(index: &NameIndex, file: FileId) -> Vec<Lens> {
    let Some(root) = index.module(file).map(|module| module.parse.syntax()) else { return Vec::new() };
    let mut lenses = Vec::new();
    for one in index.declared_in(file) {
        let NameKind::Declared(kind) = one.kind else { continue };
        let token = root.token_at_offset(one.span.range.start()).right_biased();
        let Some(item) = token.and_then(|token| token.parent_ancestors().find_map(Declared::cast)) else { continue };
        let kinds: &[LensKind] = match kind {
            DeclaredKind::Policy | DeclaredKind::Boundary | DeclaredKind::Scp | DeclaredKind::Rcp => {
                &[LensKind::Compiled, LensKind::Size, LensKind::Holders]
            }
            DeclaredKind::Oidc | DeclaredKind::Saml => &[],
            // Without a statement they have no document, but for what a grant gives.
            _ if kind != DeclaredKind::Role && !has_statement(&item) => &[],
            _ => &[LensKind::Compiled, LensKind::Size],
        };
        lenses.extend(kinds.iter().map(|kind| Lens { span: one.span, name: one.name.clone(), kind: *kind }));
    }
    lenses
}

fn has_statement(item: &Declared) -> bool {
    item.syntax().descendants().filter(|node| node != item.syntax()).any(|node| Statement::cast(node).is_some())
}

/// What the size lens of what is declared at `span` says; nothing where no document is made of it.
pub fn size_said(evaluated: &Evaluated<'_>, span: Span) -> Option<String> {
    let shares = shares(evaluated, span);
    (!shares.is_empty()).then(|| said(&shares))
}
