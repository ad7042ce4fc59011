//! One test of one key: a comparison, a Bool key by itself, `exists`.

use iamx_catalog::KeyType;
use iamx_diagnostic::{Applicability, Diagnostic, checks};
use iamx_policy::{BaseOperator, Operator, Qualifier, Sourced};
use iamx_syntax::{
    SyntaxKind, SyntaxNode,
    ast::{AstNode, Expr, Test},
};
use iamx_text::Span;

use crate::{lowerer::Lowerer, scope::Environment};

use super::{
    formula::{Atom, Formula, NoOpposite},
    keys::Key,
};

/// A comparison's operator as it is written, without its `not`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compare {
    Equals,
    In,
    Like,
    Less,
    LessEquals,
    Greater,
    GreaterEquals,
}

/// What is compared, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'k> {
    pub(crate) key: &'k Key,
    pub(crate) key_type: KeyType,
    pub(crate) compare: Compare,
    /// Whether the comparison is written with its `not`, as `!=` is.
    pub(crate) not: bool,
    /// Where the operator is written, if it is a sign or word of the language's.
    pub(crate) operator: Option<Span>,
    pub(crate) span: Span,
}

impl Subject<'_> {
    /// The comparison `compare` as it would be written here, with its `not` if this one has it.
    pub(crate) fn written(&self, compare: Compare) -> &'static str {
        match (compare, self.not) {
            (Compare::Equals, false) => "==",
            (Compare::Equals, true) => "!=",
            (Compare::In, false) => "in",
            (Compare::In, true) => "not in",
            (Compare::Like, false) => "like",
            (Compare::Like, true) => "not like",
            (Compare::Less, _) => "<",
            (Compare::LessEquals, _) => "<=",
            (Compare::Greater, _) => ">",
            (Compare::GreaterEquals, _) => ">=",
        }
    }
}

impl Lowerer<'_> {
    pub(crate) fn test(&mut self, environment: &Environment, test: &Test) -> Option<Formula> {
        let span = self.span(environment.module, test.range());
        let subject = test.subject()?;
        let is_key = matches!(subject, Expr::Word(_) | Expr::HalfWord(_) | Expr::Unchecked(_) | Expr::Claim(_));
        if !is_key {
            return self.constant_test(environment, test, &subject, span);
        }
        let Some(comparison) = test.comparison() else {
            return self.bool_key(environment, &subject, Some(test), span);
        };
        let operator = comparison.text();
        let (compare, not) = comparison_of(&operator);
        let any = test.quantifier().map(|word| word.kind() == SyntaxKind::ANY_KW);
        let mark = test.absent_mark();
        if let Some(mark) = &mark
            && (not || any == Some(false))
        {
            let at = self.span(environment.module, mark.text_range());
            if any == Some(true) {
                self.report(
                    Diagnostic::new(
                        &checks::ABSENT_KEY_MARKER,
                        span,
                        format!("`?` stands on no negative comparison such as `{operator}`"),
                    )
                    .help("say it in words: `not exists key or any key …`"),
                );
                return None;
            }
            self.marker_without_meaning(if any == Some(false) { "all" } else { operator.as_str() }, span, at);
            return None;
        }
        let value = test.value()?;
        let key = self.key(environment, &subject)?;
        self.check_quantifier(&key, any.is_some().then_some(test), span)?;
        let key_type = self.compared_type(environment, &key, compare, &value);
        let written = Some(self.span(environment.module, comparison.range()));
        let subject = Subject { key: &key, key_type, compare, not, operator: written, span };
        let (base, values) = self.compared(environment, &subject, &value)?;
        let given = self.varies(environment, &value);
        if values.is_empty() {
            self.note_empty_list(environment, &value);
            // A list that a parameter gives may be empty: then nothing is in it.
            let any_is_in = Formula::Constant(any == Some(false) && !not);
            return Some(match (any, not) {
                (Some(true), true) => Formula::exists(&key.text, true, span),
                (Some(false), false) => Formula::exists(&key.text, false, span),
                (_, true) => Formula::Constant(true),
                (_, false) if mark.is_some() => Formula::exists(&key.text, false, span),
                _ => any_is_in,
            });
        }
        let entry = |operator| {
            let entry = iamx_policy::ConditionEntry { operator, key: key.text.clone(), values: values.clone(), span };
            Formula::entry(entry, given)
        };
        let Some(any) = any else {
            let operator = Operator { qualifier: None, base, if_exists: mark.is_some() };
            return if not { self.negation(&entry(operator), span) } else { Some(entry(operator)) };
        };
        let base = if not { self.inner_opposite(base, span)? } else { base };
        let qualifier = if any { Qualifier::ForAnyValue } else { Qualifier::ForAllValues };
        let compared = entry(Operator::qualified(qualifier, base));
        Some(if mark.is_some() {
            // `ForAnyValue:…IfExists` would be one statement, but no page of AWS says what it is of an absent key.
            Formula::any([Formula::exists(&key.text, false, span), compared], span)
        } else {
            compared
        })
    }

    /// IAM's operator for the comparison, and its values; none only where a parameter gives an empty list.
    fn compared(
        &mut self,
        environment: &Environment,
        subject: &Subject<'_>,
        value: &Expr,
    ) -> Option<(BaseOperator, Vec<Sourced<String>>)> {
        let value_span = self.span(environment.module, value.range());
        let key = &subject.key.text;
        if subject.key_type == KeyType::Bool {
            let written = match value {
                Expr::Bool(token) => Some((token.text() == "true") == (subject.compare == Compare::Equals)),
                _ => None,
            };
            let mut diagnostic = Diagnostic::new(
                &checks::MISMATCHED_OPERATOR,
                subject.span,
                format!("`{key}` is true or false: it is a condition by itself"),
            )
            .help(format!("write `{key}` or `not {key}`"));
            if written == Some(true) {
                diagnostic = diagnostic.fix("let it stand by itself", subject.span, key.clone(), Applicability::Unsafe);
            }
            self.report(diagnostic);
            return None;
        }
        if let Expr::Absent(_) = value {
            self.report(
                Diagnostic::new(&checks::MISMATCHED_OPERATOR, value_span, "a key isn't compared with `absent`")
                    .help(format!("write `not exists {key}`")),
            );
            return None;
        }
        let base = self.base_operator(subject, value_span)?;
        let values = self.condition_values(environment, subject, value)?;
        if values.is_empty() && !self.is_given(environment, value) {
            self.error(&checks::EMPTY_LIST, value_span, "no value is in an empty list");
            return None;
        }
        if values.len() > 1 && (base.bound().is_some() || subject.compare == Compare::Equals) {
            let mut diagnostic = Diagnostic::new(
                &checks::MISMATCHED_TYPE,
                value_span,
                "this compares with one value, and here is a list",
            );
            if base.bound().is_none() {
                let written = subject.written(Compare::In);
                diagnostic = match subject.operator {
                    Some(at) => diagnostic.fix(format!("write `{written}`"), at, written, Applicability::Safe),
                    None => diagnostic.help(format!("write `{written}` for a list")),
                };
            }
            self.report(diagnostic);
            return None;
        }
        // The `*` in the place of an account is the compiler's.
        let (ours, written): (Vec<_>, Vec<_>) =
            values.iter().cloned().partition(|value| environment.any_account && is_of_any_account(value));
        self.check_values(subject, &written)?;
        let (values, has_patterns) = self.asked_values(subject, values);
        let has_patterns = has_patterns || !ours.is_empty();
        let base = if base == BaseOperator::ArnEquals && has_patterns { BaseOperator::ArnLike } else { base };
        Some((base, values))
    }

    fn base_operator(&mut self, subject: &Subject<'_>, span: Span) -> Option<BaseOperator> {
        use BaseOperator as Op;
        let operator = match (subject.key_type, subject.compare) {
            (KeyType::String, Compare::Equals | Compare::In) => Some(Op::StringEquals),
            (KeyType::String, Compare::Like) => Some(Op::StringLike),
            (KeyType::Arn, Compare::Equals | Compare::In) => Some(Op::ArnEquals),
            (KeyType::Arn, Compare::Like) => Some(Op::ArnLike),
            (KeyType::Numeric, Compare::Equals | Compare::In) => Some(Op::NumericEquals),
            (KeyType::Numeric, Compare::Less) => Some(Op::NumericLessThan),
            (KeyType::Numeric, Compare::LessEquals) => Some(Op::NumericLessThanEquals),
            (KeyType::Numeric, Compare::Greater) => Some(Op::NumericGreaterThan),
            (KeyType::Numeric, Compare::GreaterEquals) => Some(Op::NumericGreaterThanEquals),
            (KeyType::Date, Compare::Equals | Compare::In) => Some(Op::DateEquals),
            (KeyType::Date, Compare::Less) => Some(Op::DateLessThan),
            (KeyType::Date, Compare::LessEquals) => Some(Op::DateLessThanEquals),
            (KeyType::Date, Compare::Greater) => Some(Op::DateGreaterThan),
            (KeyType::Date, Compare::GreaterEquals) => Some(Op::DateGreaterThanEquals),
            (KeyType::Ip, Compare::Equals | Compare::In) => Some(Op::IpAddress),
            (KeyType::Binary, Compare::Equals) => Some(Op::BinaryEquals),
            _ => None,
        };
        if operator.is_none() {
            let allowed = match subject.key_type {
                KeyType::String | KeyType::Arn => "`==`, `!=`, `in`, `not in`, `like` and `not like`",
                KeyType::Numeric | KeyType::Date => "`==`, `!=`, `in`, `not in`, `<`, `<=`, `>` and `>=`",
                KeyType::Ip => "`in` and `not in` with CIDR blocks, `==` and `!=` with one address",
                KeyType::Binary => "`==`",
                KeyType::Bool => "nothing: it is a condition by itself",
            };
            let (key, type_name) = (&subject.key.text, subject.key_type.name());
            let message = format!("`{key}` is of type {type_name} and can't be compared like this");
            self.report(
                Diagnostic::new(&checks::MISMATCHED_OPERATOR, subject.span, message)
                    .related(span, "compared with this")
                    .help(format!("it takes {allowed}")),
            );
        }
        operator
    }

    /// A key that is a condition by itself: a Bool. `test` where a word or a mark stands by it.
    pub(crate) fn bool_key(
        &mut self,
        environment: &Environment,
        expr: &Expr,
        test: Option<&Test>,
        span: Span,
    ) -> Option<Formula> {
        let key = self.key(environment, expr)?;
        let name = &key.text;
        if let Some(types) = key.types
            && !types.contains(KeyType::Bool)
        {
            let message = format!("`{name}` is of type {}, and is no condition by itself", types.first().name());
            self.report(
                Diagnostic::new(&checks::MISMATCHED_OPERATOR, span, message)
                    .help(format!("compare it, or ask `exists {name}`")),
            );
            return None;
        }
        let quantifier = test.and_then(Test::quantifier);
        let mark = test.and_then(Test::absent_mark);
        self.check_quantifier(&key, test.filter(|_| quantifier.is_some()), span)?;
        let compare = |operator| Formula::compare(operator, name, vec![Sourced::new("true".to_owned(), span)], span);
        let Some(word) = quantifier else {
            let operator = Operator { qualifier: None, base: BaseOperator::Bool, if_exists: mark.is_some() };
            return Some(compare(operator));
        };
        if word.kind() == SyntaxKind::ANY_KW {
            let any = compare(Operator::qualified(Qualifier::ForAnyValue, BaseOperator::Bool));
            return Some(match mark {
                Some(_) => Formula::any([Formula::exists(name, false, span), any], span),
                None => any,
            });
        }
        if let Some(mark) = mark {
            let at = self.span(environment.module, mark.text_range());
            self.marker_without_meaning("all", span, at);
            return None;
        }
        Some(compare(Operator::qualified(Qualifier::ForAllValues, BaseOperator::Bool)))
    }

    /// `?` where `word` holds of an absent key anyway. `at` is of the mark.
    fn marker_without_meaning(&mut self, word: &str, span: Span, at: Span) {
        self.report(
            Diagnostic::new(&checks::ABSENT_KEY_MARKER, span, format!("`?` says nothing with `{word}`"))
                .note(format!("`{word}` is true already where the key is absent"))
                .help("leave the `?` out")
                .fix("leave the `?` out", at, "", Applicability::Safe),
        );
    }

    pub(crate) fn exists(&mut self, environment: &Environment, node: &SyntaxNode, span: Span) -> Option<Formula> {
        let expr = node.children_with_tokens().find_map(Expr::cast)?;
        let key = self.key(environment, &expr)?;
        Some(Formula::exists(&key.text, true, span))
    }

    /// What holds exactly where `formula` doesn't. Says so where IAM can't say it.
    pub(crate) fn negation(&mut self, formula: &Formula, span: Span) -> Option<Formula> {
        match formula.negated(span) {
            Ok(negated) => Some(negated),
            Err(fault) => {
                self.no_opposite(fault);
                None
            }
        }
    }

    fn inner_opposite(&mut self, base: BaseOperator, span: Span) -> Option<BaseOperator> {
        let opposite = base.opposite();
        if opposite.is_none() {
            self.no_opposite(NoOpposite { operator: Operator::plain(base), span });
        }
        opposite
    }

    fn no_opposite(&mut self, fault: NoOpposite) {
        let message = format!("IAM has no operator for the opposite of `{}`", fault.operator);
        let mut diagnostic = Diagnostic::new(&checks::NO_OPPOSITE, fault.span, message);
        diagnostic = if fault.operator.qualifier.is_some() {
            diagnostic
                .note("no page of AWS says what `ForAnyValue` with `IfExists` is where the key is absent")
                .help("write `any key? …`, which compiles to what is certain")
        } else {
            diagnostic.help(
                "turn the statement round, `deny` for `allow` or the reverse, so that the condition needs no negation",
            )
        };
        self.report(diagnostic);
    }
}

/// The operator of a comparison's text, and whether `not` is in it.
pub(crate) fn comparison_of(text: &str) -> (Compare, bool) {
    match text {
        "==" => (Compare::Equals, false),
        "!=" => (Compare::Equals, true),
        "in" => (Compare::In, false),
        "not in" => (Compare::In, true),
        "like" => (Compare::Like, false),
        "not like" => (Compare::Like, true),
        "<" => (Compare::Less, false),
        "<=" => (Compare::LessEquals, false),
        ">" => (Compare::Greater, false),
        _ => (Compare::GreaterEquals, false),
    }
}

impl Atom {
    /// What is said of it, for a message.
    pub(crate) fn span(&self) -> Span {
        self.entry.span
    }
}

/// Whether an ARN is of any account, and no wildcard is in it but in the places of account and region.
fn is_of_any_account(value: &Sourced<String>) -> bool {
    let wild = |part: &str| part.contains(['*', '?']);
    value.value.splitn(6, ':').enumerate().all(|(index, part)| match index {
        3 => part == "*" || !wild(part),
        4 => part == "*",
        _ => !wild(part),
    })
}
