//! Lists that go through brackets, parameters and `let`s down to what is written out in them.

use iamx_diagnostic::{Check, checks};
use iamx_syntax::ast::{Expr, Exprs};
use iamx_text::Span;

use crate::{
    lowerer::Lowerer,
    names::DeclarationKind,
    scope::{Environment, Reference, Target},
};

/// What a list is of.
#[derive(Clone, Copy)]
pub(crate) struct ListOf {
    /// One of its items, for a message: `a principal`.
    pub(crate) what: &'static str,
    /// Whether a name that is nothing's may be that of a service principal without its kind word.
    pub(crate) services: bool,
    /// What is said of an `except` in it.
    pub(crate) no_except: (&'static Check, &'static str),
}

/// Something written out in a list.
pub(crate) struct Written<'e> {
    pub(crate) expr: &'e Expr,
    /// What it stands for, where it is a name.
    pub(crate) reference: Option<&'e Reference>,
    pub(crate) span: Span,
}

/// What the lists of something written out in them are made of.
pub(crate) type Leaf<'l, 'a, T> = &'l mut dyn FnMut(&mut Lowerer<'a>, &Environment, &Written<'_>) -> Option<Vec<T>>;

impl<'a> Lowerer<'a> {
    /// What `leaf` makes of everything that `list` holds. What fails is said; the others are looked at all the same.
    pub(crate) fn each_of<T>(
        &mut self,
        environment: &Environment,
        list: &Exprs,
        of: ListOf,
        leaf: Leaf<'_, 'a, T>,
    ) -> Option<Vec<T>> {
        if let Some(first) = list.excepted().first() {
            let at = self.span(environment.module, first.range());
            let (check, message) = of.no_except;
            self.error(check, at, message);
            return None;
        }
        self.each_of_items(environment, &list.items(), of, leaf)
    }

    /// The same of items of which whoever asks has seen to the `except`.
    pub(crate) fn each_of_items<T>(
        &mut self,
        environment: &Environment,
        items: &[Expr],
        of: ListOf,
        leaf: Leaf<'_, 'a, T>,
    ) -> Option<Vec<T>> {
        let mut all = Vec::new();
        let mut whole = true;
        for expr in items {
            match self.each_of_item(environment, expr, of, leaf) {
                Some(mut more) => {
                    self.spend(more.len(), self.span(environment.module, expr.range()))?;
                    all.append(&mut more);
                }
                None => whole = false,
            }
        }
        whole.then_some(all)
    }

    fn each_of_item<T>(
        &mut self,
        environment: &Environment,
        expr: &Expr,
        of: ListOf,
        leaf: Leaf<'_, 'a, T>,
    ) -> Option<Vec<T>> {
        let span = self.span(environment.module, expr.range());
        match expr {
            Expr::Bracketed(list) => {
                let Some(list) = list.list() else {
                    self.error(
                        &checks::EMPTY_LIST,
                        span,
                        format!("this list names no {}", of.what.trim_start_matches("a ")),
                    );
                    return None;
                };
                self.each_of(environment, &list, of, leaf)
            }
            Expr::Except(list) => self.each_of(environment, list, of, leaf),
            Expr::Call(call) => {
                if of.services && self.is_service_alone(environment, call, span) {
                    return None;
                }
                let reference = self.resolve(environment, call)?;
                match &reference.target {
                    Target::Argument(binding) if reference.rest.is_empty() => {
                        self.each_of_item(&binding.environment, &binding.argument, of, leaf)
                    }
                    Target::Declaration(id)
                        if self.names.get(*id).is_some_and(|one| matches!(one.kind, DeclarationKind::Let(_))) =>
                    {
                        self.with_let(environment, *id, &reference, |lowerer, inner, list| {
                            lowerer.each_of(inner, list, of, leaf)
                        })
                    }
                    _ => leaf(self, environment, &Written { expr, reference: Some(&reference), span }),
                }
            }
            Expr::CallIn(_) => {
                let reference = self.reference(environment, expr, of.what)?;
                leaf(self, environment, &Written { expr, reference: Some(&reference), span })
            }
            _ => leaf(self, environment, &Written { expr, reference: None, span }),
        }
    }
}
