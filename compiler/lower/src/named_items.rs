//! Which items a name stands for: in which accounts, of which turns of a `for`.

use std::rc::Rc;

use iamx_diagnostic::{Diagnostic, checks};
use iamx_syntax::ast::DeclaredKind;
use iamx_text::Span;

use crate::{
    accounts::{Homes, SaidHomes},
    lowerer::Lowerer,
    names::{Declaration, DeclarationId, DeclarationKind},
    scope::{Environment, Reference, Target},
};

/// An item in one of the accounts that it is made in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ItemInAccount {
    pub(crate) id: DeclarationId,
    /// `None` for whichever account it is applied to.
    pub(crate) account: Option<usize>,
}

impl Lowerer<'_> {
    /// The items that `reference` names. Plain, they are those of the account that is spoken in, if there are any, and else
    /// all of them; `prod.X` and `X in [dev, prod]` are those. None only where something is wrong, which was said.
    pub(crate) fn items_named(
        &mut self,
        environment: &Environment,
        reference: &Reference,
    ) -> Option<Vec<ItemInAccount>> {
        let ids: Rc<[DeclarationId]> = match &reference.target {
            Target::Declaration(id) => Rc::from([*id]),
            Target::Several(ids) => Rc::clone(ids),
            _ => return None,
        };
        let mut items: Vec<(DeclarationId, Homes)> = Vec::with_capacity(ids.len());
        for id in ids.iter() {
            items.push((*id, self.homes_for(environment, *id, reference)?));
        }
        let found = match &reference.place {
            Some(place) => self.items_in_place(&items, place, reference)?,
            None => items_around(environment, &items),
        };
        self.spend(found.len(), reference.span)?;
        Some(found)
    }

    /// The same, where only items of one kind fit; `what` is such a one.
    pub(crate) fn items_of_kind(
        &mut self,
        environment: &Environment,
        reference: &Reference,
        wanted: DeclaredKind,
        what: &str,
        span: Span,
    ) -> Option<Vec<ItemInAccount>> {
        let first = match (&reference.target, reference.rest.as_slice()) {
            (Target::Declaration(id), []) => Some(*id),
            (Target::Several(ids), []) => ids.first().copied(),
            _ => None,
        };
        let Some(declaration) = first.and_then(|id| self.names.get(id)).cloned() else {
            self.error(&checks::MISMATCHED_TYPE, span, format!("expected {what}"));
            return None;
        };
        if !matches!(declaration.kind, DeclarationKind::Entity(kind, _) if kind == wanted) {
            self.wrong_kind(&declaration, what, span);
            return None;
        }
        self.items_named(environment, reference)
    }

    /// Says that something else is declared than what is wanted.
    pub(crate) fn wrong_kind(&mut self, declaration: &Declaration, what: &str, span: Span) {
        let message = format!("expected {what}, and `{}` is {}", declaration.name, declaration.kind.describe());
        self.report(
            Diagnostic::new(&checks::MISMATCHED_TYPE, span, message).related(declaration.span, "declared here"),
        );
    }

    /// What AWS calls the item, at most `longest` characters.
    pub(crate) fn name_of(&mut self, item: ItemInAccount, longest: usize) -> Option<String> {
        let declaration = self.names.get(item.id)?.clone();
        let DeclarationKind::Entity(_, declared) = &declaration.kind else { return None };
        let own = Environment::of_declaration(&declaration).in_account(item.account);
        self.aws_name(&own, declared, &declaration.name, longest).map(|(name, _)| name)
    }

    /// Where the item is made, or, of a policy that is made where it is used, where the reference uses it.
    fn homes_for(&mut self, environment: &Environment, id: DeclarationId, reference: &Reference) -> Option<Homes> {
        if !self.is_made_where_used(id) {
            return self.homes(id);
        }
        if let Some(place) = &reference.place {
            let named = place.each.iter().map(|account| ItemInAccount { id, account: Some(*account) });
            self.named_policies.extend(named.map(|item| (item, reference.span)));
            return Some(place.accounts.iter().map(|account| Some(*account)).collect());
        }
        if let (Some(account), false) = (environment.account(), environment.any_account) {
            return Some(Rc::from([Some(account)]));
        }
        let mut made: Vec<_> = self.made.keys().filter(|item| item.id == id).map(|item| item.account).collect();
        made.sort_unstable();
        if made.is_empty() { self.homes(id) } else { Some(made.into()) }
    }

    /// Says which policies were named with an account in which nothing makes them.
    pub(crate) fn check_named_policies(&mut self) {
        let errors = self.errors();
        for (item, span) in std::mem::take(&mut self.named_policies) {
            let Some(declaration) = self.names.get(item.id) else { continue };
            // One that couldn't be made was spoken of there.
            if errors > 0 || self.made.contains_key(&item) {
                continue;
            }
            let (name, declared) = (declaration.name.clone(), declaration.span);
            let message = format!("`{name}` isn't made in {}", self.account_names(std::iter::once(item.account)));
            self.report(
                Diagnostic::new(&checks::UNKNOWN_NAME, span, message)
                    .related(declared, "declared here")
                    .note("a policy without an account is made in each account where something attaches it")
                    .help("attach it to an identity there"),
            );
        }
    }

    /// Whether the item is a policy without an account of its own.
    pub(crate) fn is_made_where_used(&mut self, id: DeclarationId) -> bool {
        let is_policy = self.names.get(id).is_some_and(|one| {
            matches!(one.kind, DeclarationKind::Entity(DeclaredKind::Policy | DeclaredKind::Boundary, _))
        });
        is_policy && matches!(self.said_homes_of(id), SaidHomes::Unsaid)
    }

    fn items_in_place(
        &mut self,
        items: &[(DeclarationId, Homes)],
        place: &crate::scope::Place,
        reference: &Reference,
    ) -> Option<Vec<ItemInAccount>> {
        let mut found = Vec::new();
        for one in place.accounts.iter() {
            let (account, before) = (Some(*one), found.len());
            let there = items.iter().filter(|(_, homes)| homes.binary_search(&account).is_ok());
            found.extend(there.map(|(id, _)| ItemInAccount { id: *id, account }));
            if found.len() == before && place.each.binary_search(one).is_ok() {
                self.not_made_there(items, std::iter::once(account), reference);
                return None;
            }
        }
        if found.is_empty() {
            self.not_made_there(items, place.accounts.iter().map(|account| Some(*account)), reference);
            return None;
        }
        Some(found)
    }

    fn not_made_there(
        &mut self,
        items: &[(DeclarationId, Homes)],
        accounts: impl Iterator<Item = Option<usize>>,
        reference: &Reference,
    ) {
        let Some(declaration) = items.first().and_then(|(id, _)| self.names.get(*id)) else { return };
        let (name, declared) = (declaration.name.clone(), declaration.span);
        let mut homes: Vec<_> = items.iter().flat_map(|(_, homes)| homes.iter().copied()).collect();
        homes.sort_unstable();
        homes.dedup();
        let message = format!("`{name}` isn't made in {}", self.account_names(accounts));
        let mut diagnostic =
            Diagnostic::new(&checks::UNKNOWN_NAME, reference.span, message).related(declared, "declared here");
        if homes.iter().any(Option::is_some) {
            diagnostic = diagnostic.note(format!("it is made in {}", self.account_names(homes.into_iter())));
        }
        self.report(diagnostic);
    }

    /// Counts the declaration as used; with one turn of a `for`, what all of its turns make.
    pub(crate) fn use_declaration(&mut self, id: DeclarationId) {
        self.used.insert(id);
        if let Some(turn) = self.names.get(id).and_then(|declaration| declaration.turn.as_ref()) {
            self.used.insert(turn.of);
        }
    }
}

/// Of items with the accounts that they are made in, those of the account that is spoken in, else all.
fn items_around(environment: &Environment, items: &[(DeclarationId, Homes)]) -> Vec<ItemInAccount> {
    if let [(id, homes)] = items
        && let [account] = **homes
    {
        // It is this one wherever it is spoken of.
        return vec![ItemInAccount { id: *id, account }];
    }
    if let (Some(own), false) = (environment.account(), environment.any_account) {
        let account = Some(own);
        let own = items.iter().filter(|(_, homes)| homes.binary_search(&account).is_ok());
        let own: Vec<_> = own.map(|(id, _)| ItemInAccount { id: *id, account }).collect();
        if !own.is_empty() {
            return own;
        }
    }
    let each =
        items.iter().flat_map(|(id, homes)| homes.iter().map(|account| ItemInAccount { id: *id, account: *account }));
    each.collect()
}
