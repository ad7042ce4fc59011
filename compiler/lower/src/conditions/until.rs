//! `until`: a statement that ends on a day.

use iamx_catalog::{KeyType, KeyTypes};
use iamx_diagnostic::checks;
use iamx_policy::{BaseOperator, ConditionEntry, Operator, Sourced};
use iamx_syntax::ast::Clause;

use crate::{bounds, lowerer::Lowerer, scope::Environment};

use super::{
    comparisons::{Compare, Subject},
    formula::Formula,
    keys::{Key, Number},
    values::date_value,
};

const NOW: &str = "aws:CurrentTime";

impl Lowerer<'_> {
    /// `until D`: the request's time lies before D.
    pub(crate) fn until(&mut self, environment: &Environment, clause: &Clause) -> Option<Formula> {
        let value = self.moment(environment, clause)?;
        let span = value.span;
        let given = self.is_given(environment, &clause.expression()?);
        let operator = Operator::plain(BaseOperator::DateLessThan);
        Some(Formula::entry(ConditionEntry { operator, key: NOW.to_owned(), values: vec![value], span }, given))
    }

    /// The moment of `until`, as IAM writes it: a date, or a name of one.
    pub(crate) fn moment(&mut self, environment: &Environment, clause: &Clause) -> Option<Sourced<String>> {
        let expr = clause.expression()?;
        let span = self.span(environment.module, expr.range());
        let key = Key { text: NOW.to_owned(), types: Some(KeyTypes::of([KeyType::Date])), number: Number::One, span };
        let subject =
            Subject { key: &key, key_type: KeyType::Date, compare: Compare::Less, not: false, operator: None, span };
        let values = self.condition_values(environment, &subject, &expr)?;
        let [value] = values.as_slice() else {
            self.error(&checks::MISMATCHED_TYPE, span, "expected a date, and this is a list");
            return None;
        };
        if !bounds::is_date(&value.value) {
            self.bad_date(&value.value, value.span);
            return None;
        }
        Some(Sourced::new(date_value(&value.value), value.span))
    }
}
