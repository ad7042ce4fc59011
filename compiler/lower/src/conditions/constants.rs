//! What is known when compiling: comparisons of values, and of what type a value is.
//!
//! A condition that is constant where it is written is a fault. One that a parameter makes so is folded: the same text
//! says something for other arguments.

use iamx_catalog::{KeyType, KeyTypes};
use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{glob_matches, shown};
use iamx_syntax::ast::{Expr, Test};
use iamx_text::Span;

use crate::{
    bounds,
    lowerer::Lowerer,
    names::{DeclarationKind, Named},
    scope::{Environment, Target},
};

use super::{
    comparisons::{Compare, Subject, comparison_of},
    formula::Formula,
    globs,
    keys::{Key, Number},
    value_lists,
};

/// Names are followed so deep to see whether a parameter is behind them.
const MAX_NAMES_FOLLOWED: usize = 16;

impl Lowerer<'_> {
    /// A test of what is no key.
    pub(crate) fn constant_test(
        &mut self,
        environment: &Environment,
        test: &Test,
        subject: &Expr,
        span: Span,
    ) -> Option<Formula> {
        let (Some(comparison), None, None) = (test.comparison(), test.quantifier(), test.absent_mark()) else {
            self.expected("a condition key", subject, self.span(environment.module, subject.range()));
            return None;
        };
        let value = test.value()?;
        if !self.is_given(environment, subject) && !self.is_given(environment, &value) {
            self.report(
                Diagnostic::new(&checks::CONSTANT_CONDITION, span, "this compares two values that are known now")
                    .note("a condition compares a key of the request, such as `aws:SourceIp`")
                    .help("to keep a statement to some accounts, end it with `only in`"),
            );
            return None;
        }
        let (compare, not) = comparison_of(&comparison.text());
        let key_type = match self.type_of(environment, subject) {
            KeyType::String | KeyType::Arn | KeyType::Ip | KeyType::Binary => KeyType::String,
            other => other,
        };
        let known = match key_type {
            KeyType::Bool => false,
            KeyType::String => matches!(compare, Compare::Equals | Compare::In | Compare::Like),
            _ => compare != Compare::Like,
        };
        if !known {
            self.error(
                &checks::MISMATCHED_OPERATOR,
                span,
                format!("values of type {} can't be compared like this", key_type.name()),
            );
            return None;
        }
        let subject_span = self.span(environment.module, subject.range());
        let key = Key {
            text: "this".to_owned(),
            types: Some(KeyTypes::of([key_type])),
            number: Number::One,
            span: subject_span,
        };
        let compared = Subject { key: &key, key_type, compare, not, operator: None, span };
        let left = self.condition_values(environment, &compared, subject)?;
        let right = self.condition_values(environment, &compared, &value)?;
        let [left] = left.as_slice() else {
            self.error(&checks::MISMATCHED_TYPE, subject_span, "expected one value, and this is a list");
            return None;
        };
        if let Some(unknown) = right.iter().chain([left]).find(|value| globs::has_variables(&value.value)) {
            let message =
                format!("`{}` isn't known now, and this compares two values when compiling", shown(&unknown.value));
            self.report(
                Diagnostic::new(&checks::MISMATCHED_OPERATOR, span, message)
                    .help("compare a key of the request with it"),
            );
            return None;
        }
        let order = |other: &str| match key_type {
            KeyType::Numeric => value_lists::compare_numbers(&left.value, other),
            _ => Some(left.value.as_str().cmp(other)),
        };
        let holds = right.iter().any(|right| match compare {
            Compare::Like => glob_matches(&right.value, &left.value),
            Compare::Equals | Compare::In => order(&right.value).is_some_and(std::cmp::Ordering::is_eq),
            Compare::Less => order(&right.value).is_some_and(std::cmp::Ordering::is_lt),
            Compare::LessEquals => order(&right.value).is_some_and(std::cmp::Ordering::is_le),
            Compare::Greater => order(&right.value).is_some_and(std::cmp::Ordering::is_gt),
            Compare::GreaterEquals => order(&right.value).is_some_and(std::cmp::Ordering::is_ge),
        });
        Some(Formula::Constant(holds != not))
    }

    /// The truth value of a parameter; `None` where it has none.
    pub(crate) fn param_truth(&self, param: &iamx_syntax::ast::ParamItem) -> Option<bool> {
        let name = param.name()?;
        if self.bad_params.contains(name.text()) || param.type_ref()?.words() != ["bool"] {
            return None;
        }
        if let Some(given) = self.settings().params.get(name.text()) {
            return Some(given == "true");
        }
        match param.default()? {
            Expr::Bool(token) => Some(token.text() == "true"),
            _ => None,
        }
    }

    /// Whether a parameter, of a template or of the workspace, decides what `expr` is.
    pub(crate) fn is_given(&mut self, environment: &Environment, expr: &Expr) -> bool {
        self.is_given_within(environment, expr, MAX_NAMES_FOLLOWED)
    }

    /// Whether a parameter, or the account that an item is made in, decides what `expr` is: it differs from one use to the next.
    pub(crate) fn varies(&mut self, environment: &Environment, expr: &Expr) -> bool {
        match expr {
            Expr::Call(call) if call.name().is_some_and(|name| name.text() == "account") => true,
            Expr::Bracketed(list) => {
                let items = list.list().map(|list| list.items()).unwrap_or_default();
                items.iter().any(|item| self.varies(environment, item))
            }
            _ => self.is_given(environment, expr),
        }
    }

    fn is_given_within(&mut self, environment: &Environment, expr: &Expr, deep: usize) -> bool {
        let Some(deep) = deep.checked_sub(1) else { return true };
        match expr {
            Expr::Call(call) => {
                let Some(name) = call.name() else { return false };
                if environment.bindings.iter().any(|binding| binding.name == name.text()) {
                    return true;
                }
                let Some(Named::Declaration(id)) = self.names.look_up(environment.module, name.text()) else {
                    return false;
                };
                match self.names.get(id).map(|declaration| (declaration.kind.clone(), declaration.module)) {
                    Some((DeclarationKind::Param(_), _)) => true,
                    Some((DeclarationKind::Let(item), module)) => {
                        let inside = Environment::of(module);
                        let items = item.value().map(|list| list.items()).unwrap_or_default();
                        item.parameters().is_some()
                            || items.iter().any(|item| self.is_given_within(&inside, item, deep))
                    }
                    _ => false,
                }
            }
            Expr::Bracketed(list) => {
                let items = list.list().map(|list| list.items()).unwrap_or_default();
                items.iter().any(|item| self.is_given_within(environment, item, deep))
            }
            // A value in a string may come from a parameter; what it names is looked up where it is read.
            Expr::String(token) => token.text().contains("${"),
            _ => false,
        }
    }

    /// The type that the comparison is of: the key's, or where that leaves it open, the value's.
    pub(crate) fn compared_type(
        &mut self,
        environment: &Environment,
        key: &Key,
        compare: Compare,
        value: &Expr,
    ) -> KeyType {
        let allowed = key.types.unwrap_or(KeyTypes::of(KeyType::ALL));
        if allowed.iter().count() == 1 {
            return allowed.first();
        }
        let of_value = self.type_of(environment, value);
        let is_order = !matches!(compare, Compare::Equals | Compare::In | Compare::Like);
        let wanted = match of_value {
            KeyType::String | KeyType::Arn | KeyType::Ip | KeyType::Binary if is_order => KeyType::Numeric,
            // Only text and ARNs are matched by patterns.
            KeyType::Ip if compare == Compare::Like => KeyType::String,
            other => other,
        };
        if allowed.contains(wanted) { wanted } else { allowed.first() }
    }

    /// The type that a value looks like.
    pub(crate) fn type_of(&mut self, environment: &Environment, expr: &Expr) -> KeyType {
        match expr {
            Expr::Number(_) | Expr::Duration(_) => KeyType::Numeric,
            Expr::Date(_) => KeyType::Date,
            Expr::Bool(_) => KeyType::Bool,
            Expr::String(token) => type_of_text(token.text().trim_matches('"')),
            Expr::Bracketed(list) => match list.list().and_then(|list| list.items().into_iter().next()) {
                Some(first) => self.type_of(environment, &first),
                None => KeyType::String,
            },
            Expr::Call(call) => self.type_of_call(environment, call).unwrap_or(KeyType::String),
            Expr::CallIn(_) => KeyType::Arn,
            _ => KeyType::String,
        }
    }

    fn type_of_call(&mut self, environment: &Environment, call: &iamx_syntax::ast::Call) -> Option<KeyType> {
        let reference = self.resolve(environment, call)?;
        match &reference.target {
            Target::Argument(binding) if reference.rest.is_empty() => {
                Some(self.type_of(&binding.environment, &binding.argument))
            }
            Target::Service(_) | Target::Several(_) => Some(KeyType::Arn),
            Target::Declaration(id) => match self.names.get(*id)?.kind.clone() {
                DeclarationKind::Let(_) => self.with_let(environment, *id, &reference, |lowerer, inner, list| {
                    Some(lowerer.type_of(inner, list.items().first()?))
                }),
                DeclarationKind::Param(param) => Some(match param.type_ref()?.words().join(".").as_str() {
                    "number" | "duration" => KeyType::Numeric,
                    "date" => KeyType::Date,
                    "bool" => KeyType::Bool,
                    _ => KeyType::String,
                }),
                DeclarationKind::Entity(..) if reference.rest.is_empty() => Some(KeyType::Arn),
                _ => None,
            },
            _ => None,
        }
    }
}

fn type_of_text(text: &str) -> KeyType {
    if text.starts_with("arn:") {
        KeyType::Arn
    } else if bounds::ip_range_fault(text).is_none() {
        KeyType::Ip
    } else {
        KeyType::String
    }
}
