//! Conditions over single keys, joined by `and`, as IAM's operators: each the exact form, absent keys included.

use iamx_catalog::{ConditionKey, KeyType};
use iamx_diagnostic::{Applicability, Diagnostic, checks};
use iamx_policy::{BaseOperator, ConditionBlock, ConditionEntry, Operator, Qualifier, Sourced};
use iamx_syntax::{
    SyntaxKind, SyntaxNode, SyntaxToken,
    ast::{AstNode, Expr, Exprs, Test},
};
use iamx_text::Span;

use crate::{
    lowerer::Lowerer,
    names::DeclarationKind,
    scope::{Environment, Target},
    strings,
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quantifier {
    Any,
    All,
}

/// What a test says, before IAM's operator for it is chosen.
pub(crate) struct Atom<'e> {
    pub(crate) key: &'e str,
    pub(crate) known: &'e ConditionKey,
    pub(crate) key_type: KeyType,
    pub(crate) quantifier: Option<Quantifier>,
    /// True where the key is absent, as `key?` says.
    pub(crate) or_absent: bool,
    pub(crate) negated: bool,
    pub(crate) span: Span,
}

impl<'a> Lowerer<'a> {
    /// The entries that say `expr`, or its negation: all of them must hold.
    pub(crate) fn condition(
        &mut self,
        environment: &Environment,
        expr: &Expr,
        negated: bool,
    ) -> Option<Vec<ConditionEntry>> {
        let span = self.span(environment.module, expr.range());
        self.spend(1, span)?;
        match expr {
            Expr::Parenthesized(inner) => self.condition(environment, &inner.inner()?, negated),
            Expr::Negation(negation) => {
                let operand = negation.operand()?;
                self.condition(environment, &operand, negated != negation.negates())
            }
            Expr::Condition(condition) => {
                let disjuncts = condition.disjuncts();
                let conjunction = match (negated, disjuncts.as_slice()) {
                    (false, [conjuncts]) => conjuncts.clone(),
                    // `not (a or b)` is `not a and not b`.
                    (true, all) if all.iter().all(|conjuncts| conjuncts.len() == 1) => all.concat(),
                    (false, _) => {
                        self.not_yet_at(span, "`or` between conditions");
                        return None;
                    }
                    (true, _) => {
                        self.not_yet_at(span, "the negation of several conditions joined by `and`");
                        return None;
                    }
                };
                let mut entries = Vec::new();
                let mut whole = true;
                for conjunct in conjunction {
                    match self.condition(environment, &conjunct, negated) {
                        Some(mut more) => entries.append(&mut more),
                        None => whole = false,
                    }
                }
                whole.then_some(entries)
            }
            Expr::Call(call) => {
                let name = call.name()?;
                let operator = BaseOperator::from_name(name.text().trim_end_matches("IfExists"));
                if operator.is_some() && !call.postfixes().is_empty() {
                    self.not_yet_at(span, "operators by their IAM name");
                    return None;
                }
                let reference = self.resolve(environment, call)?;
                match &reference.target {
                    Target::Argument(binding) if reference.rest.is_empty() => {
                        self.condition(&binding.environment, &binding.argument, negated)
                    }
                    Target::Declaration(id)
                        if self.names.get(*id).is_some_and(|d| matches!(d.kind, DeclarationKind::Let(_))) =>
                    {
                        self.with_let(environment, *id, &reference, |lowerer, inner, list| {
                            lowerer.named_condition(inner, list, negated)
                        })
                    }
                    _ => {
                        self.expected("a condition", expr, span);
                        None
                    }
                }
            }
            Expr::Test(test) => self.test(environment, test, negated),
            Expr::Word(token) => self.bool_key(environment, token, None, false, negated, span),
            Expr::Exists(node) => self.exists(environment, node, negated, span),
            Expr::PrincipalIs(_) => {
                self.not_yet_at(span, "`principal is`");
                None
            }
            Expr::WordCall(_) => {
                self.not_yet_at(span, "operators by their IAM name");
                None
            }
            Expr::Claim(_) => {
                self.not_yet_at(span, "claims of federated principals");
                None
            }
            Expr::HalfWord(_) => None,
            _ => {
                self.expected("a condition", expr, span);
                None
            }
        }
    }

    fn named_condition(
        &mut self,
        environment: &Environment,
        list: &Exprs,
        negated: bool,
    ) -> Option<Vec<ConditionEntry>> {
        if let ([condition], true) = (list.items().as_slice(), list.excepted().is_empty()) {
            self.condition(environment, condition, negated)
        } else {
            let span = self.span(environment.module, list.range());
            self.error(&checks::MISMATCHED_TYPE, span, "expected a condition, found a list");
            None
        }
    }

    /// Joins `more` to `block`. One operator on one key has one place in a policy.
    pub(crate) fn join(&mut self, block: &mut ConditionBlock, more: Vec<ConditionEntry>) -> Option<()> {
        for entry in more {
            let Some(index) = block
                .entries
                .iter()
                .position(|other| other.operator == entry.operator && other.key.eq_ignore_ascii_case(&entry.key))
            else {
                block.entries.push(entry);
                continue;
            };
            let other = block.entries.get_mut(index)?;
            if same_values(&other.values, &entry.values) {
                continue;
            }
            if unites(entry.operator) {
                for value in entry.values {
                    if other.values.iter().all(|known| known.value != value.value) {
                        other.values.push(value);
                    }
                }
                continue;
            }
            if intersects(entry.operator) && !has_variables(&other.values) && !has_variables(&entry.values) {
                let common: Vec<_> = other
                    .values
                    .iter()
                    .filter(|value| entry.values.iter().any(|known| known.value == value.value))
                    .cloned()
                    .collect();
                if !common.is_empty() {
                    other.values = common;
                    continue;
                }
                let message = format!("`{}` can't be in both lists: they have nothing in common", entry.key);
                let diagnostic = Diagnostic::new(&checks::CONSTANT_CONDITION, entry.span, message)
                    .related(other.span, "the other list")
                    .note("the statement would match no request");
                self.report(diagnostic);
                return None;
            }
            self.not_yet_at(entry.span, &format!("two `{}` on `{}` that must both hold", entry.operator, entry.key));
            return None;
        }
        Some(())
    }

    fn test(&mut self, environment: &Environment, test: &Test, negated: bool) -> Option<Vec<ConditionEntry>> {
        let span = self.span(environment.module, test.range());
        let subject = test.subject()?;
        let quantifier = test
            .quantifier()
            .map(|token| if token.kind() == SyntaxKind::ANY_KW { Quantifier::Any } else { Quantifier::All });
        let or_absent = test.absent_mark().is_some();
        let key_token = match &subject {
            Expr::Word(token) => token.clone(),
            Expr::HalfWord(_) => return None,
            Expr::Claim(_) => {
                self.not_yet_at(span, "claims of federated principals");
                return None;
            }
            Expr::Unchecked(_) => {
                self.not_yet_at(span, "`unchecked` condition keys");
                return None;
            }
            _ => {
                self.report(
                    Diagnostic::new(&checks::CONSTANT_CONDITION, span, "this compares two values that are known now")
                        .note("a condition compares a key of the request, such as `aws:SourceIp`")
                        .help("to keep a statement to some accounts, end it with `only in`"),
                );
                return None;
            }
        };
        let Some(comparison) = test.comparison() else {
            return self.bool_key(environment, &key_token, quantifier, or_absent, negated, span);
        };
        let operator = comparison.text();
        let (compare, not) = match operator.as_str() {
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
        };
        if or_absent && not {
            self.report(
                Diagnostic::new(&checks::ABSENT_KEY_MARKER, span, format!("`?` says nothing before `{operator}`"))
                    .note(format!("`{operator}` is true already where the key is absent"))
                    .help("leave the `?` out"),
            );
            return None;
        }
        let value = test.value()?;
        let key = self.key_text(environment, &key_token)?;
        let known = self.known_key(&key, self.span(environment.module, key_token.text_range()))?;
        let key_type = known.types.first();
        self.check_quantifier(environment, &key_token, known, quantifier, span)?;
        let atom = Atom {
            key: &key,
            known,
            key_type,
            quantifier,
            or_absent,
            negated: negated != (not && quantifier.is_none()),
            span,
        };
        self.compare(environment, &atom, compare, &value, not && quantifier.is_some())
    }

    /// `compare`s the key with `value`. `inner_not` says that each value of a key with many is compared by the negation.
    fn compare(
        &mut self,
        environment: &Environment,
        atom: &Atom<'_>,
        compare: Compare,
        value: &Expr,
        inner_not: bool,
    ) -> Option<Vec<ConditionEntry>> {
        let value_span = self.span(environment.module, value.range());
        if atom.key_type == KeyType::Bool {
            self.report(
                Diagnostic::new(
                    &checks::MISMATCHED_OPERATOR,
                    atom.span,
                    format!("`{}` is true or false: it is a condition by itself", atom.key),
                )
                .help(format!("write `{0}` or `not {0}`", atom.key)),
            );
            return None;
        }
        if let Expr::Word(_) = value {
            self.not_yet_at(value_span, "comparing one key with another");
            return None;
        }
        if let Expr::Absent(_) = value {
            self.report(
                Diagnostic::new(&checks::MISMATCHED_OPERATOR, value_span, "a key isn't compared with `absent`")
                    .help(format!("write `not exists {}`", atom.key)),
            );
            return None;
        }
        let base = self.base_operator(atom, compare, value_span)?;
        let values = self.condition_values(environment, atom, value)?;
        if values.is_empty() {
            self.error(&checks::EMPTY_LIST, value_span, "no value is in an empty list");
            return None;
        }
        let ordered =
            matches!(compare, Compare::Less | Compare::LessEquals | Compare::Greater | Compare::GreaterEquals);
        if values.len() > 1 && (ordered || compare == Compare::Equals) {
            self.report(
                Diagnostic::new(
                    &checks::MISMATCHED_TYPE,
                    value_span,
                    "this compares with one value, and here is a list",
                )
                .help("write `in` for a list"),
            );
            return None;
        }
        self.check_values(atom, compare, &values)?;
        let entry = |operator, values| ConditionEntry { operator, key: atom.key.to_owned(), values, span: atom.span };
        let Some(opposite) = opposite(base).or((!atom.negated && !inner_not).then_some(base)) else {
            self.not_yet_at(atom.span, "the negation of a comparison of bytes");
            return None;
        };
        if let Some(quantifier) = atom.quantifier {
            // The negation of "some value does" is "every value doesn't", and the reverse.
            let any = (quantifier == Quantifier::Any) != atom.negated;
            let base = if inner_not == atom.negated { base } else { opposite };
            if atom.or_absent {
                self.not_yet_at(atom.span, "`?` on a key with many values");
                return None;
            }
            let qualifier = if any { Qualifier::ForAnyValue } else { Qualifier::ForAllValues };
            return Some(vec![entry(Operator::qualified(qualifier, base), values)]);
        }
        let operator = match (atom.negated, atom.or_absent, ordered) {
            (false, false, _) => Operator::plain(base),
            (false, true, _) => Operator::if_exists(base),
            // The opposite of an order says nothing of an absent key, so `IfExists` has to.
            (true, false, true) => Operator::if_exists(opposite),
            (true, false, false) | (true, true, true) => Operator::plain(opposite),
            (true, true, false) => {
                let present = null_entry(atom.key, false, atom.span);
                return Some(vec![entry(Operator::plain(opposite), values), present]);
            }
        };
        Some(vec![entry(operator, values)])
    }

    fn base_operator(&mut self, atom: &Atom<'_>, compare: Compare, span: Span) -> Option<BaseOperator> {
        use BaseOperator as Op;
        let operator = match (atom.key_type, compare) {
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
            let allowed = match atom.key_type {
                KeyType::String | KeyType::Arn => "`==`, `!=`, `in`, `not in`, `like` and `not like`",
                KeyType::Numeric | KeyType::Date => "`==`, `!=`, `in`, `not in`, `<`, `<=`, `>` and `>=`",
                KeyType::Ip => "`in` and `not in` with CIDR blocks, `==` and `!=` with one address",
                KeyType::Binary => "`==`",
                KeyType::Bool => "nothing: it is a condition by itself",
            };
            self.report(
                Diagnostic::new(
                    &checks::MISMATCHED_OPERATOR,
                    atom.span,
                    format!("`{}` is of type {} and can't be compared like this", atom.key, atom.key_type.name()),
                )
                .related(span, "compared with this")
                .help(format!("it takes {allowed}")),
            );
        }
        operator
    }

    /// A key that is a condition by itself: a Bool.
    fn bool_key(
        &mut self,
        environment: &Environment,
        token: &SyntaxToken,
        quantifier: Option<Quantifier>,
        or_absent: bool,
        negated: bool,
        span: Span,
    ) -> Option<Vec<ConditionEntry>> {
        let key = self.key_text(environment, token)?;
        let known = self.known_key(&key, self.span(environment.module, token.text_range()))?;
        if !known.types.contains(KeyType::Bool) {
            let type_name = known.types.first().name();
            let message = format!("`{key}` is of type {type_name}, and is no condition by itself");
            self.report(
                Diagnostic::new(&checks::MISMATCHED_OPERATOR, span, message)
                    .help(format!("compare it, or ask `exists {key}`")),
            );
            return None;
        }
        self.check_quantifier(environment, token, known, quantifier, span)?;
        let value = |text: &str| vec![Sourced::new(text.to_owned(), span)];
        let (operator, text) = match (quantifier, negated) {
            (None, _) => {
                let if_exists = or_absent != negated;
                (
                    Operator { qualifier: None, base: BaseOperator::Bool, if_exists },
                    if negated { "false" } else { "true" },
                )
            }
            (Some(quantifier), _) => {
                if or_absent {
                    self.not_yet_at(span, "`?` on a key with many values");
                    return None;
                }
                let any = (quantifier == Quantifier::Any) != negated;
                let qualifier = if any { Qualifier::ForAnyValue } else { Qualifier::ForAllValues };
                (Operator::qualified(qualifier, BaseOperator::Bool), if negated { "false" } else { "true" })
            }
        };
        Some(vec![ConditionEntry { operator, key, values: value(text), span }])
    }

    fn exists(
        &mut self,
        environment: &Environment,
        node: &SyntaxNode,
        negated: bool,
        span: Span,
    ) -> Option<Vec<ConditionEntry>> {
        let Some(Expr::Word(token)) = node.children_with_tokens().find_map(Expr::cast) else { return None };
        let key = self.key_text(environment, &token)?;
        self.known_key(&key, self.span(environment.module, token.text_range()))?;
        Some(vec![null_entry(&key, negated, span)])
    }

    /// A key as AWS writes it: quoted parts without their quotes.
    fn key_text(&mut self, environment: &Environment, token: &SyntaxToken) -> Option<String> {
        let text = token.text();
        let Some(quote) = text.find('"') else { return Some(text.to_owned()) };
        let (before, quoted) = text.split_at_checked(quote)?;
        match strings::unescape(quoted) {
            Ok(part) => Some(format!("{before}{part}")),
            Err(range) => {
                let span = self.span(environment.module, token.text_range());
                self.bad_escape(span, range.start + quote..range.end + quote);
                None
            }
        }
    }

    pub(crate) fn known_key(&mut self, key: &str, span: Span) -> Option<&'a ConditionKey> {
        let found = self.catalog().condition_key(key).map(|found| found.key);
        if found.is_none() {
            self.unknown_key(key, span);
        }
        found
    }

    pub(crate) fn unknown_key(&mut self, key: &str, span: Span) {
        let mut diagnostic =
            Diagnostic::new(&checks::UNKNOWN_CONDITION_KEY, span, format!("AWS has no condition key `{key}`"))
                .note(self.catalog_date());
        if let Some(near) = self.catalog().nearest_key(key).into_iter().next() {
            diagnostic = diagnostic
                .fix(format!("replace with `{near}`"), span, near.clone(), Applicability::Unsafe)
                .help(format!("did you mean `{near}`?"));
        }
        self.report(diagnostic);
    }

    fn check_quantifier(
        &mut self,
        environment: &Environment,
        token: &SyntaxToken,
        known: &ConditionKey,
        quantifier: Option<Quantifier>,
        span: Span,
    ) -> Option<()> {
        let key = token.text();
        let key_span = self.span(environment.module, token.text_range());
        match quantifier {
            None if known.multi_valued && !known.single_valued_too => {
                self.report(
                    Diagnostic::new(
                        &checks::MISSING_QUALIFIER,
                        key_span,
                        format!("`{key}` has many values in a request; say which of them"),
                    )
                    .help(format!("write `any {key}` for some of them, `all {key}` for every one"))
                    .note("`all` is true also where the key is absent"),
                );
                None
            }
            Some(_) if !known.multi_valued => {
                let mut diagnostic = Diagnostic::new(
                    &checks::UNNEEDED_QUALIFIER,
                    span,
                    format!("`{key}` has one value; `any` and `all` are for keys with many"),
                )
                .help("leave the word out");
                if let Some(word) = self.quantifier_span(environment, token) {
                    diagnostic = diagnostic.fix("leave the word out", word, "", Applicability::Safe);
                }
                self.report(diagnostic);
                None
            }
            _ => Some(()),
        }
    }

    fn quantifier_span(&self, environment: &Environment, token: &SyntaxToken) -> Option<Span> {
        let test = token.parent()?;
        let word = Test::cast(test)?.quantifier()?;
        let range = iamx_text::TextRange::new(word.text_range().start(), token.text_range().start());
        Some(self.span(environment.module, range))
    }
}

/// `Null` on `key`: `absent` says that the key must be absent.
fn null_entry(key: &str, absent: bool, span: Span) -> ConditionEntry {
    ConditionEntry {
        operator: Operator::plain(BaseOperator::Null),
        key: key.to_owned(),
        values: vec![Sourced::new(absent.to_string(), span)],
        span,
    }
}

/// The operator that is true of a present value where `base` is false.
fn opposite(base: BaseOperator) -> Option<BaseOperator> {
    use BaseOperator as Op;
    Some(match base {
        Op::StringEquals => Op::StringNotEquals,
        Op::StringLike => Op::StringNotLike,
        Op::ArnEquals => Op::ArnNotEquals,
        Op::ArnLike => Op::ArnNotLike,
        Op::NumericEquals => Op::NumericNotEquals,
        Op::NumericLessThan => Op::NumericGreaterThanEquals,
        Op::NumericLessThanEquals => Op::NumericGreaterThan,
        Op::NumericGreaterThan => Op::NumericLessThanEquals,
        Op::NumericGreaterThanEquals => Op::NumericLessThan,
        Op::DateEquals => Op::DateNotEquals,
        Op::DateLessThan => Op::DateGreaterThanEquals,
        Op::DateLessThanEquals => Op::DateGreaterThan,
        Op::DateGreaterThan => Op::DateLessThanEquals,
        Op::DateGreaterThanEquals => Op::DateLessThan,
        Op::IpAddress => Op::NotIpAddress,
        _ => return None,
    })
}

/// Whether two entries of the operator hold both exactly if one with the values of both does.
fn unites(operator: Operator) -> bool {
    operator.base.is_negated() && operator.qualifier != Some(Qualifier::ForAnyValue) && !operator.if_exists
}

/// Whether two entries of the operator hold both exactly if one with their common values does.
fn intersects(operator: Operator) -> bool {
    operator.base == BaseOperator::StringEquals && operator.qualifier != Some(Qualifier::ForAnyValue)
}

fn same_values(a: &[Sourced<String>], b: &[Sourced<String>]) -> bool {
    let holds = |list: &[Sourced<String>], value: &str| list.iter().any(|other| other.value == value);
    a.iter().all(|value| holds(b, &value.value)) && b.iter().all(|value| holds(a, &value.value))
}

fn has_variables(values: &[Sourced<String>]) -> bool {
    values.iter().any(|value| value.value.contains("${"))
}
