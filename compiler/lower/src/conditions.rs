//! Conditions as IAM's operators, exactly: every request is in or out as the source says, absent keys included.
//!
//! An expression becomes a [`Formula`] over comparisons of single keys, with negation pushed down to them. Other rooms add
//! theirs: [`Formula::compare`], [`Formula::exists`], joined by [`Formula::all`] and [`Formula::any`]. The whole is
//! compiled into alternatives, each the condition block of a statement of its own.

mod asked_values;
mod comparisons;
mod constants;
mod contradictions;
mod dead_alternatives;
mod disjuncts;
mod empty_lists;
mod formula;
mod globs;
mod keys;
mod named_operators;
mod slots;
mod until;
mod value_lists;
mod values;

use iamx_diagnostic::{Applicability, Diagnostic, checks};
use iamx_policy::{BaseOperator, ConditionBlock, ConditionEntry, Qualifier};
use iamx_syntax::ast::{AstNode, Expr, Exprs};
use iamx_text::Span;

pub use contradictions::contradiction;
pub(crate) use empty_lists::EmptyList;
pub(crate) use formula::Formula;
pub(crate) use keys::{Key, Number};
pub(crate) use named_operators::operator_of;
pub(crate) use values::{date_value, key_duration, value_name};

use crate::{
    lowerer::Lowerer,
    names::DeclarationKind,
    scope::{Environment, Target},
};
use dead_alternatives::Alternative;
pub(crate) use dead_alternatives::WrittenOr;
use disjuncts::{MAX_ALTERNATIVES, Multiplied};
use slots::Stop;

/// So many comparisons and values one condition may hold: no document that AWS takes has room for more.
const MAX_SIZE: usize = 5_000;
/// Conditions may stand in brackets and names of conditions so deep.
const MAX_DEEP: usize = 128;
/// So many of the alternatives that multiply are shown.
const MAX_LABELS: usize = 6;
/// What fitting a comparison into a statement counts for.
const PARTS_OF_A_COMPARISON: usize = 10;

impl Lowerer<'_> {
    /// The condition that `expr` is.
    pub(crate) fn condition(&mut self, environment: &Environment, expr: &Expr) -> Option<Formula> {
        let span = self.span(environment.module, expr.range());
        self.spend(1, span)?;
        if self.conditions_deep >= MAX_DEEP {
            // Each name on the way here has it, and whatever stands beside it.
            self.too_deep(span, &format!("conditions stand in conditions more than {MAX_DEEP} deep here"));
            return None;
        }
        self.conditions_deep += 1;
        let formula = self.condition_of(environment, expr, span);
        self.conditions_deep -= 1;
        // Said where it is written, and so once of a `let` however often that is used.
        formula.filter(|formula| self.has_room(formula, span))
    }

    /// Whether a document may have room for the condition at `span`, which is said where it hasn't.
    fn has_room(&mut self, formula: &Formula, span: Span) -> bool {
        let fits = size(formula) <= MAX_SIZE;
        if !fits {
            let message = format!("this condition holds more than {MAX_SIZE} comparisons and values");
            self.report(
                Diagnostic::new(&checks::EXPANSION_TOO_LARGE, span, message)
                    .note("no policy that AWS takes has room for it"),
            );
        }
        fits
    }

    fn condition_of(&mut self, environment: &Environment, expr: &Expr, span: Span) -> Option<Formula> {
        match expr {
            Expr::Parenthesized(inner) => self.condition(environment, &inner.inner()?),
            Expr::Negation(negation) => {
                let formula = self.condition(environment, &negation.operand()?)?;
                if negation.negates() { self.negation(&formula, span) } else { Some(formula) }
            }
            Expr::Condition(condition) => {
                let mut whole = true;
                let before = self.times_too_deep;
                let mut alternatives = Vec::new();
                for conjuncts in condition.disjuncts() {
                    let mut all = Vec::new();
                    let mut at: Option<Span> = None;
                    for conjunct in conjuncts {
                        let here = self.span(environment.module, conjunct.range());
                        at = Some(at.map_or(here, |at| Span::new(at.file, at.range.cover(here.range))));
                        match self.condition(environment, &conjunct) {
                            Some(formula) => all.push(formula),
                            // What stands beside it may be as deep, and each name doubles what is looked at.
                            None if self.times_too_deep > before => return None,
                            None => whole = false,
                        }
                    }
                    alternatives.push(Alternative { formula: Formula::all(all), span: at.unwrap_or(span) });
                }
                whole.then(|| self.alternative(environment, alternatives, span))
            }
            Expr::Call(call) => {
                let name = call.name()?;
                if let [iamx_syntax::ast::Postfix::Arguments(arguments)] = call.postfixes().as_slice()
                    && operator_of(name.text()).is_some()
                {
                    return self.named_operator(environment, &name, Some(arguments), span);
                }
                if self.is_mistyped_operator(environment, call) {
                    self.unknown_operator(name.text(), self.span(environment.module, name.text_range()));
                    return None;
                }
                self.named_condition(environment, call, expr, span)
            }
            Expr::WordCall(call) => {
                let word = call.word()?;
                self.named_operator(environment, &word, call.arguments().as_ref(), span)
            }
            Expr::Test(test) => self.test(environment, test),
            Expr::Word(_) | Expr::Unchecked(_) | Expr::Claim(_) => self.bool_key(environment, expr, None, span),
            Expr::Exists(node) => self.exists(environment, node, span),
            Expr::PrincipalIs(node) => self.principal_is(environment, node),
            Expr::Bool(token) => {
                let message = format!("this is always {}", token.text());
                self.error(&checks::CONSTANT_CONDITION, span, message);
                None
            }
            Expr::HalfWord(_) => None,
            _ => {
                self.expected("a condition", expr, span);
                None
            }
        }
    }

    /// A name that stands for a condition, or for a truth value.
    fn named_condition(
        &mut self,
        environment: &Environment,
        call: &iamx_syntax::ast::Call,
        expr: &Expr,
        span: Span,
    ) -> Option<Formula> {
        let reference = self.resolve(environment, call)?;
        match &reference.target {
            Target::Argument(binding) if reference.rest.is_empty() => {
                if let Expr::Bool(token) = &binding.argument {
                    return Some(Formula::Constant(token.text() == "true"));
                }
                return self.condition(&binding.environment, &binding.argument);
            }
            Target::Declaration(id) => match self.names.get(*id).map(|declaration| declaration.kind.clone()) {
                Some(DeclarationKind::Let(_)) => {
                    return self.with_let(environment, *id, &reference, |lowerer, inner, list| {
                        lowerer.condition_of_let(inner, list, span)
                    });
                }
                Some(DeclarationKind::Param(param)) if reference.rest.is_empty() => {
                    if let Some(truth) = self.param_truth(&param) {
                        return Some(Formula::Constant(truth));
                    }
                }
                _ => {}
            },
            _ => {}
        }
        self.expected("a condition", expr, span);
        None
    }

    /// What a `let` stands for, where a condition is wanted at `span`.
    fn condition_of_let(&mut self, environment: &Environment, list: &Exprs, span: Span) -> Option<Formula> {
        let items = list.items();
        let found = match (items.as_slice(), list.excepted().is_empty()) {
            ([condition], true) if may_be_condition(condition) => return self.condition(environment, condition),
            ([other], true) => other.describe(),
            _ => "a list",
        };
        let at = self.span(environment.module, list.range());
        self.report(
            Diagnostic::new(&checks::MISMATCHED_TYPE, span, format!("expected a condition, found {found}"))
                .related(at, "this is what the name stands for"),
        );
        None
    }

    /// The condition blocks of the statements that together say `formula`; none where it never holds. `span` is of what
    /// is conditioned.
    pub(crate) fn compile(&mut self, formula: &Formula, span: Span) -> Option<Vec<ConditionBlock>> {
        if !self.has_room(formula, span) {
            return None;
        }
        let disjuncts = match disjuncts::of(formula) {
            Ok(disjuncts) => disjuncts,
            Err(multiplied) => {
                self.too_many_alternatives(None, &multiplied);
                return None;
            }
        };
        if let Some(always) = disjuncts.always {
            self.report(
                Diagnostic::new(&checks::CONSTANT_CONDITION, always.one, "one of these two holds for every request")
                    .related(always.other, "the other one")
                    .note("a condition that always holds limits nothing")
                    .help("leave the condition out, or write `and`"),
            );
            return None;
        }
        if let Some((key, pair)) = &disjuncts.never {
            self.never_both(key, pair.one, pair.other, span);
            return None;
        }
        let (mut blocks, mut never) = (Vec::new(), None);
        for alternative in &disjuncts.alternatives {
            if let Some(found) = disjuncts::never_together(&alternative.iter().collect::<Vec<_>>()) {
                never = never.or((!found.given).then_some((found.key, found.pair.one, found.pair.other)));
                continue;
            }
            self.spend(alternative.len().saturating_mul(PARTS_OF_A_COMPARISON), span)?;
            match slots::blocks(&alternative.iter().map(|atom| &atom.entry).collect::<Vec<_>>()) {
                Ok(mut more) => blocks.append(&mut more),
                Err(Stop::Nothing { key, span, other }) => {
                    let given = alternative.iter().any(|atom| atom.given && [span, other].contains(&atom.span()));
                    never = never.or((!given).then_some((key, span, other)));
                }
                Err(Stop::Full { entry, other }) => {
                    self.no_place_left(&entry, other);
                    return None;
                }
            }
        }
        if blocks.is_empty()
            && let Some((key, one, other)) = never
        {
            self.never_both(&key, one, other, span);
            return None;
        }
        if blocks.len() > MAX_ALTERNATIVES {
            let multiplied = disjuncts.multiplied.unwrap_or(Multiplied { by: span, others: Vec::new() });
            self.too_many_alternatives(Some(blocks.len()), &multiplied);
            return None;
        }
        Some(blocks)
    }

    /// What holds where `unless`, whose condition is at `span`, takes nothing out.
    pub(crate) fn exception(&mut self, formula: &Formula, span: Span) -> Option<Formula> {
        let negated = self.negation(formula, span)?;
        if size(&negated) > MAX_SIZE {
            return Some(negated);
        }
        if let Some(always) = disjuncts::of(&negated).ok().and_then(|disjuncts| disjuncts.always) {
            self.report(
                Diagnostic::new(&checks::CONSTANT_CONDITION, always.one, "no request meets both of these conditions")
                    .related(always.other, "the other one")
                    .note("`unless` takes out what meets both, and so nothing")
                    .help("write `or` if one of them is enough"),
            );
            return None;
        }
        Some(negated)
    }

    /// `whole` is what is conditioned: said of that, where the conditions stand elsewhere under names.
    fn never_both(&mut self, key: &str, one: Span, other: Span, whole: Span) {
        let is_named = [one, other].iter().all(|at| at.file != whole.file || !whole.range.contains_range(at.range));
        let (at, labels) = match (is_named, one == other) {
            (true, true) => (whole, vec![(one, "asked, and asked not to hold")]),
            (true, false) => (whole, vec![(one, "asked here"), (other, "and here")]),
            (false, _) => (one, vec![(other, "the other one")]),
        };
        let both = if is_named { "what this asks of" } else { "both of these conditions on" };
        let message = format!("no request meets {both} `{key}`");
        let mut diagnostic = Diagnostic::new(&checks::CONSTANT_CONDITION, at, message);
        for (span, label) in labels {
            diagnostic = diagnostic.related(span, label);
        }
        self.report(diagnostic.note("together they match no request"));
    }

    fn too_many_alternatives(&mut self, count: Option<usize>, multiplied: &Multiplied) {
        let count = count.map_or_else(|| "thousands of".to_owned(), |count| count.to_string());
        let message = if multiplied.others.is_empty() {
            format!("with these alternatives the statement becomes {count} statements")
        } else {
            format!("this `or` multiplies the alternatives before it: the statement becomes {count} statements")
        };
        let mut diagnostic = Diagnostic::new(&checks::TOO_MANY_ALTERNATIVES, multiplied.by, message);
        for (span, count) in multiplied.others.iter().take(MAX_LABELS) {
            diagnostic = diagnostic.related(*span, format!("{count} alternatives"));
        }
        self.report(
            diagnostic
                .note(format!(
                    "IAM joins conditions by `and` alone, so that each alternative is a statement; at most {MAX_ALTERNATIVES} are written"
                ))
                .note("the negation of `and` is an `or` too")
                .help("compare a key with one list (`key in […]`), or write several statements with fewer alternatives"),
        );
    }

    fn no_place_left(&mut self, entry: &ConditionEntry, other: Span) {
        let key = &entry.key;
        let message = format!("one statement has no room for so many comparisons of `{key}` that all hold");
        let mut diagnostic = Diagnostic::new(&checks::TOO_MANY_COMPARISONS, entry.span, message)
            .related(other, format!("this takes the place of `{}`", entry.operator))
            .note("JSON holds a key once an operator, and what else says the same is taken too");
        let any_tag = key.eq_ignore_ascii_case("aws:TagKeys")
            && entry.operator.qualifier == Some(Qualifier::ForAnyValue)
            && entry.operator.base == BaseOperator::StringEquals;
        if let ([value], true) = (entry.values.as_slice(), any_tag) {
            let plain = !value.value.is_empty()
                && value.value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
            let tag = if plain { value.value.clone() } else { format!("\"{}\"", value.value.replace(['"', '\\'], "")) };
            let better = format!("exists aws:RequestTag/{tag}");
            diagnostic = diagnostic.help(format!("write `{better}`, which asks for the same tag")).fix(
                format!("replace with `{better}`"),
                entry.span,
                better,
                Applicability::Unsafe,
            );
        } else {
            diagnostic = diagnostic.help("compare with fewer values that must hold together");
        }
        self.report(diagnostic);
    }
}

/// Whether an expression is a condition, or a name of whatever.
fn may_be_condition(expr: &Expr) -> bool {
    matches!(expr, Expr::Call(_) | Expr::Word(_) | Expr::HalfWord(_) | Expr::Unchecked(_) | Expr::Bool(_))
        || expr.describe() == "a condition"
        || matches!(expr, Expr::Claim(_))
}

/// The comparisons of a formula and their values.
fn size(formula: &Formula) -> usize {
    match formula {
        Formula::Constant(_) => 0,
        Formula::Atom(atom) => 1 + atom.entry.values.len(),
        Formula::All(parts) | Formula::Any(parts, _) => parts.iter().map(size).sum(),
    }
}
