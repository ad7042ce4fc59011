//! Operators by their IAM name: `ForAllValues:StringLike(aws:TagKeys, ["app:*"])`.

use iamx_catalog::KeyType;
use iamx_diagnostic::{Applicability, Diagnostic, checks};
use iamx_policy::{BaseOperator, ConditionEntry, Operator, Qualifier, Sourced, ValueType};
use iamx_syntax::{
    SyntaxToken,
    ast::{Arguments, Call, Expr, Postfix},
};
use iamx_text::Span;

use crate::{lowerer::Lowerer, names::nearest, scope::Environment};

use super::{
    comparisons::{Compare, Subject},
    formula::Formula,
    keys::{Key, Number},
};

/// The operator that IAM calls `name`, if there is one.
pub(crate) fn operator_of(name: &str) -> Option<Operator> {
    let (qualifier, rest) = match name.split_once(':') {
        Some(("ForAllValues", rest)) => (Some(Qualifier::ForAllValues), rest),
        Some(("ForAnyValue", rest)) => (Some(Qualifier::ForAnyValue), rest),
        Some(_) => return None,
        None => (None, name),
    };
    let (base, if_exists) = match rest.strip_suffix("IfExists") {
        Some(base) => (base, true),
        None => (rest, false),
    };
    Some(Operator { qualifier, base: BaseOperator::from_name(base)?, if_exists })
}

impl Lowerer<'_> {
    /// `Operator(key, value)`: the operator itself.
    pub(crate) fn named_operator(
        &mut self,
        environment: &Environment,
        name: &SyntaxToken,
        arguments: Option<&Arguments>,
        span: Span,
    ) -> Option<Formula> {
        let name_span = self.span(environment.module, name.text_range());
        let Some(operator) = operator_of(name.text()) else {
            self.unknown_operator(name.text(), name_span);
            return None;
        };
        let given = arguments.map(Arguments::arguments).unwrap_or_default();
        let [key_expr, value] = given.as_slice() else {
            let message = format!("`{}` takes 2 arguments and is given {}", name.text(), counted_or_none(given.len()));
            self.report(
                Diagnostic::new(&checks::WRONG_ARITY, span, message)
                    .help(format!("write `{}(key, value)`", name.text())),
            );
            return None;
        };
        let key = self.key(environment, key_expr)?;
        self.check_named(&key, operator, name_span)?;
        let value_span = self.span(environment.module, value.range());
        let values = match operator.base {
            BaseOperator::Bool | BaseOperator::Null => vec![self.truth(environment, value)?],
            base => {
                let compare = match base {
                    // By its name an operator on ARNs is taken with whatever wildcards stand in the values.
                    _ if base.value_type() == ValueType::Arn => Compare::Like,
                    BaseOperator::StringLike | BaseOperator::StringNotLike => Compare::Like,
                    base if base.bound().is_some() => Compare::Less,
                    _ => Compare::In,
                };
                let subject =
                    Subject { key: &key, key_type: key_type(base), compare, not: false, operator: None, span };
                let values = self.condition_values(environment, &subject, value)?;
                self.check_values(&subject, &values)?;
                values
            }
        };
        if values.is_empty() {
            self.error(&checks::EMPTY_LIST, value_span, "no value is in an empty list");
            return None;
        }
        if values.len() > 1 && operator.base.bound().is_some() {
            self.error(&checks::MISMATCHED_TYPE, value_span, "this compares with one value, and here is a list");
            return None;
        }
        let given = self.varies(environment, value);
        Some(Formula::entry(ConditionEntry { operator, key: key.text, values, span }, given))
    }

    /// Whether the operator can be asked of the key.
    fn check_named(&mut self, key: &Key, operator: Operator, span: Span) -> Option<()> {
        if operator.base == BaseOperator::Null {
            if operator.if_exists || operator.qualifier.is_some() {
                let at = Diagnostic::new(
                    &checks::NULL_WITH_IF_EXISTS,
                    span,
                    "`Null` stands alone: it asks itself whether the key is there",
                );
                self.report(at.help("write `Null`, or `exists key` and `not exists key`").fix(
                    "replace with `Null`",
                    span,
                    "Null",
                    Applicability::Unsafe,
                ));
                return None;
            }
            return Some(());
        }
        if operator.qualifier.is_none() && key.number == Number::Many {
            let text = &key.text;
            let at = Span::at(span.file, span.range.start());
            self.report(
                Diagnostic::new(
                    &checks::MISSING_QUALIFIER,
                    key.span,
                    format!("`{text}` has many values in a request; say which of them"),
                )
                .help(format!(
                    "write `ForAnyValue:{operator}` for some of them, `ForAllValues:{operator}` for every one"
                ))
                .fix("one of them", at, "ForAnyValue:", Applicability::Unsafe)
                .fix("every one of them", at, "ForAllValues:", Applicability::Unsafe)
                .note("`ForAllValues` is true also where the key is absent"),
            );
            return None;
        }
        let Some(types) = key.types else { return Some(()) };
        // Every value is text, and an ARN's too; AWS's own policies compare them so.
        let fits = match key_type(operator.base) {
            KeyType::String => true,
            KeyType::Arn => types.contains(KeyType::Arn) || types.contains(KeyType::String),
            other => types.contains(other),
        };
        if !fits {
            let message =
                format!("`{}` is of type {}, and `{operator}` compares none of these", key.text, types.first().name());
            self.report(
                Diagnostic::new(&checks::MISMATCHED_OPERATOR, span, message)
                    .help("take an operator of the key's type, or one on strings, which compares any value as text"),
            );
            return None;
        }
        Some(())
    }

    /// `true` or `false`, for `Bool` and `Null`.
    fn truth(&mut self, environment: &Environment, value: &Expr) -> Option<Sourced<String>> {
        let span = self.span(environment.module, value.range());
        let text = match value {
            Expr::Bool(token) => token.text().to_owned(),
            Expr::String(token) if matches!(token.text(), "\"true\"" | "\"false\"") => {
                token.text().trim_matches('"').to_owned()
            }
            _ => {
                self.expected("`true` or `false`", value, span);
                return None;
            }
        };
        Some(Sourced::new(text, span))
    }

    /// Whether the call of an unknown name with a key looks like one of an operator.
    pub(crate) fn is_mistyped_operator(&mut self, environment: &Environment, call: &Call) -> bool {
        let postfixes = call.postfixes();
        let (Some(name), [Postfix::Arguments(arguments)]) = (call.name(), postfixes.as_slice()) else {
            return false;
        };
        let of_key = matches!(arguments.arguments().first(), Some(Expr::Word(_) | Expr::Unchecked(_)));
        of_key
            && environment.bindings.iter().all(|binding| binding.name != name.text())
            && self.names.look_up(environment.module, name.text()).is_none()
            && nearest(name.text(), all_operators()).is_some()
    }

    pub(crate) fn unknown_operator(&mut self, name: &str, span: Span) {
        let mut diagnostic = Diagnostic::new(
            &checks::INVALID_CONDITION_OPERATOR,
            span,
            format!("IAM has no condition operator `{name}`"),
        );
        if let Some(near) = nearest(name, all_operators()) {
            diagnostic = diagnostic
                .fix(format!("replace with `{near}`"), span, near.clone(), Applicability::Unsafe)
                .help(format!("did you mean `{near}`?"));
        }
        self.report(diagnostic);
    }
}

/// Every operator's name, and what may stand around it.
fn all_operators() -> impl Iterator<Item = String> {
    BaseOperator::ALL.iter().flat_map(|base| {
        let base = base.as_str();
        [base.to_owned(), format!("{base}IfExists"), format!("ForAnyValue:{base}"), format!("ForAllValues:{base}")]
    })
}

/// The type of keys that an operator is made for.
fn key_type(base: BaseOperator) -> KeyType {
    match base.value_type() {
        ValueType::String => KeyType::String,
        ValueType::Numeric => KeyType::Numeric,
        ValueType::Date => KeyType::Date,
        ValueType::Bool => KeyType::Bool,
        ValueType::Binary => KeyType::Binary,
        ValueType::Ip => KeyType::Ip,
        ValueType::Arn => KeyType::Arn,
    }
}

fn counted_or_none(count: usize) -> String {
    if count == 0 { "none".to_owned() } else { count.to_string() }
}
