//! Lists that a parameter leaves empty, and denies that such a list makes hold for every request.

use iamx_diagnostic::{Diagnostic, checks};
use iamx_syntax::ast::Expr;
use iamx_text::Span;

use super::Formula;
use crate::{
    lowerer::Lowerer,
    scope::{Environment, Target},
};

/// Arguments are handed on so often at most before one is taken as it stands.
const MAX_HANDED_ON: usize = 16;

/// A comparison with a list of no values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EmptyList {
    /// Where the list is given.
    given: Span,
    /// Where a key is compared with it.
    compared: Span,
}

impl Lowerer<'_> {
    /// Notes that `value` holds nothing.
    pub(crate) fn note_empty_list(&mut self, environment: &Environment, value: &Expr) {
        let compared = self.span(environment.module, value.range());
        let (mut environment, mut value) = (environment.clone(), value.clone());
        for _ in 0..MAX_HANDED_ON {
            let Expr::Call(call) = &value else { break };
            let Some(reference) = self.resolve(&environment, call) else { break };
            let (Target::Argument(binding), []) = (reference.target, reference.rest.as_slice()) else { break };
            (environment, value) = (binding.environment, binding.argument);
        }
        self.empty_lists.push(EmptyList { given: self.span(environment.module, value.range()), compared });
    }

    /// Says so where a deny that is written with a condition holds for every request, since a list is empty: what spares some by a list
    /// locks out everybody without it.
    pub(crate) fn check_deny_for_all(&mut self, condition: &Formula) -> Option<()> {
        let (Formula::Constant(true), Some(list)) = (condition, self.empty_lists.first().copied()) else {
            return Some(());
        };
        self.report(
            Diagnostic::new(
                &checks::CONSTANT_CONDITION,
                list.given,
                "with this list empty the deny holds for every request",
            )
            .related(list.compared, "what isn't in it is denied")
            .help("name what is spared, or write a `deny` without the condition if all of it is meant"),
        );
        None
    }
}
