//! Alternatives of a written `or` that add nothing: what the rest of the statement rules out, and what another one holds
//! already.
//!
//! A condition may be written for several uses: as a name, in a template, under an `if`. What is said here holds in each.

use iamx_diagnostic::{Applicability, Diagnostic, checks};
use iamx_text::{Span, TextRange};

use crate::{lowerer::Lowerer, scope::Environment};

use super::{
    contradictions::contradiction,
    disjuncts::{self, Disjuncts, Pair, never_together},
    formula::{Atom, Formula},
    size,
};

/// Conditions of more comparisons and values than this aren't looked into.
const MAX_SIZE: usize = 256;
/// Nor is an `or` of more alternatives.
const MAX_ALTERNATIVES: usize = 32;

/// An `or` as it is written.
#[derive(Debug)]
pub(crate) struct WrittenOr {
    span: Span,
    alternatives: Vec<Alternative>,
}

/// What stands on one side of an `or`.
#[derive(Debug)]
pub(crate) struct Alternative {
    pub(crate) formula: Formula,
    pub(crate) span: Span,
}

impl Lowerer<'_> {
    /// What holds where one of `alternatives` does, which are written at `span`.
    pub(crate) fn alternative(
        &mut self,
        environment: &Environment,
        alternatives: Vec<Alternative>,
        span: Span,
    ) -> Formula {
        let formula = Formula::any(alternatives.iter().map(|one| one.formula.clone()), span);
        let sizes = alternatives.iter().map(|one| size(&one.formula)).sum::<usize>();
        if (2..=MAX_ALTERNATIVES).contains(&alternatives.len()) && sizes <= MAX_SIZE {
            self.find_redundant_alternatives(environment, &alternatives, span);
            self.written_ors.push(WrittenOr { span, alternatives });
        }
        formula
    }

    fn find_redundant_alternatives(&mut self, environment: &Environment, alternatives: &[Alternative], span: Span) {
        let known = |formula: &Formula| is_known(formula, environment, span);
        let taken: Vec<Option<Disjuncts>> = alternatives.iter().map(|one| disjuncts::of(&one.formula).ok()).collect();
        let implied = |one: usize, other: &Formula| {
            taken.get(one).and_then(Option::as_ref).is_some_and(|disjuncts| imply(disjuncts, other))
        };
        let mut left_out: Vec<usize> = Vec::new();
        for (number, one) in alternatives.iter().enumerate() {
            let held = alternatives.iter().enumerate().find(|(at, other)| {
                *at != number
                    && !left_out.contains(at)
                    && known(&one.formula)
                    && known(&other.formula)
                    && implied(number, &other.formula)
                    // Of two that say the same the first stays.
                    && (*at < number || !implied(*at, &one.formula))
            });
            let Some((_, other)) = held else { continue };
            left_out.push(number);
            let mut diagnostic = Diagnostic::new(
                &checks::REDUNDANT_ALTERNATIVE,
                one.span,
                "every request that meets this alternative meets another one too",
            )
            .related(other.span, "this one")
            .help("leave it out, or write `and` if both are meant");
            if left_out.len() == 1 {
                let (before, after) =
                    (number.checked_sub(1).and_then(|at| alternatives.get(at)), alternatives.get(number + 1));
                let range = match (before, after) {
                    (Some(before), _) => TextRange::new(before.span.range.end(), one.span.range.end()),
                    (None, Some(after)) => TextRange::new(one.span.range.start(), after.span.range.start()),
                    (None, None) => continue,
                };
                diagnostic = diagnostic.fix("leave it out", Span::new(one.span.file, range), "", Applicability::Safe);
            }
            self.report(diagnostic);
        }
    }

    /// Looks whether the alternatives in a statement's own condition can hold with what else the statement says: `when` is where
    /// they are written, `clauses` where all of it is.
    pub(crate) fn find_dead_alternatives(
        &mut self,
        environment: &Environment,
        own: &Formula,
        when: Option<Span>,
        clauses: Option<Span>,
    ) {
        let ors = std::mem::take(&mut self.written_ors);
        let (Some(when), Some(clauses)) = (when, clauses) else { return };
        // What takes too long to take apart is an error, and isn't taken apart once for each alternative.
        if size(own) > MAX_SIZE || ors.is_empty() || disjuncts::of(own).is_err() {
            return;
        }
        let is_local = |pair: &Pair| {
            environment.bindings.is_empty() || (lies_in(pair.one, clauses) && lies_in(pair.other, clauses))
        };
        for or in ors.iter().filter(|or| lies_in(or.span, when) && holds_or(own, or.span)) {
            let never: Vec<(Span, Option<Pair>)> = or
                .alternatives
                .iter()
                .map(|one| (one.span, never(&chosen(own, or.span, &one.formula)).filter(is_local)))
                .collect();
            // Of a statement that never holds something else is said.
            if never.iter().all(|(_, pair)| pair.is_some()) {
                continue;
            }
            for (span, pair) in never {
                let Some(Pair { one, other }) = pair else { continue };
                let outside = [one, other].into_iter().find(|at| !lies_in(*at, span));
                // What is wrong in itself was said.
                let Some(outside) = outside else { continue };
                self.report(
                    Diagnostic::new(
                        &checks::DEAD_STATEMENT,
                        span,
                        "no request meets this alternative and the rest of the condition",
                    )
                    .related(outside, "this rules it out")
                    .note("each alternative is a statement of its own in IAM; this one is left out")
                    .help("leave it out here too, or change the other condition"),
                );
            }
        }
    }
}

/// Whether no parameter decides what the condition is, nor what a template is given that it stands in.
fn is_known(formula: &Formula, environment: &Environment, span: Span) -> bool {
    match formula {
        Formula::Constant(_) => false,
        Formula::Atom(atom) => !atom.given && (environment.bindings.is_empty() || lies_in(atom.entry.span, span)),
        Formula::All(parts) | Formula::Any(parts, _) => parts.iter().all(|part| is_known(part, environment, span)),
    }
}

/// Whether `other` holds wherever `disjuncts` do; `false` where that isn't certain.
fn imply(disjuncts: &Disjuncts, other: &Formula) -> bool {
    !disjuncts.alternatives.is_empty()
        && disjuncts.always.is_none()
        && disjuncts.alternatives.iter().all(|all| {
            let all: Vec<&Atom> = all.iter().map(|atom| &**atom).collect();
            !never_all(&all) && all_imply(&all, other)
        })
}

fn all_imply(all: &[&Atom], other: &Formula) -> bool {
    match other {
        Formula::Constant(value) => *value,
        Formula::All(parts) => parts.iter().all(|part| all_imply(all, part)),
        Formula::Any(parts, _) => parts.iter().any(|part| all_imply(all, part)),
        Formula::Atom(atom) => match atom.negated() {
            Ok(Formula::Atom(opposite)) => never_all(&[all, &[&*opposite]].concat()),
            Ok(Formula::All(parts)) => {
                let opposites = parts.iter().filter_map(|part| match part {
                    Formula::Atom(atom) => Some(&**atom),
                    _ => None,
                });
                never_all(&all.iter().copied().chain(opposites).collect::<Vec<_>>())
            }
            _ => false,
        },
    }
}

fn never_all(atoms: &[&Atom]) -> bool {
    contradiction(&atoms.iter().map(|atom| &atom.entry).collect::<Vec<_>>()).is_some()
}

/// Two comparisons because of which the condition never holds, if that is so whatever parameters decide.
fn never(formula: &Formula) -> Option<Pair> {
    let disjuncts = disjuncts::of(formula).ok()?;
    let mut first = None;
    for alternative in &disjuncts.alternatives {
        let found = never_together(&alternative.iter().collect::<Vec<_>>()).filter(|found| !found.given)?;
        first = first.or(Some(found.pair));
    }
    first
}

/// The condition with `alternative` in the place of the `or` that is written there.
fn chosen(formula: &Formula, or: Span, alternative: &Formula) -> Formula {
    match formula {
        Formula::Any(_, span) if *span == or => alternative.clone(),
        Formula::Any(parts, span) => Formula::any(parts.iter().map(|part| chosen(part, or, alternative)), *span),
        Formula::All(parts) => Formula::all(parts.iter().map(|part| chosen(part, or, alternative))),
        other => other.clone(),
    }
}

fn holds_or(formula: &Formula, or: Span) -> bool {
    match formula {
        Formula::Any(parts, span) => *span == or || parts.iter().any(|part| holds_or(part, or)),
        Formula::All(parts) => parts.iter().any(|part| holds_or(part, or)),
        _ => false,
    }
}

fn lies_in(inner: Span, outer: Span) -> bool {
    inner.file == outer.file && outer.range.contains_range(inner.range)
}
