//! A formula as alternatives, each comparisons that must all hold: one policy statement is one alternative.

use std::{
    collections::{BTreeSet, HashMap},
    rc::Rc,
};

use iamx_policy::{BaseOperator, ConditionEntry, Operator, Qualifier};
use iamx_text::Span;

use super::{
    contradictions::{contradict, contradiction},
    formula::{Atom, Formula},
    slots::{self, Stop},
    value_lists,
};

/// So many alternatives may stand between two steps; what comes out is far fewer, or an error.
const MAX_BETWEEN: usize = 2048;
/// What taking a formula apart may cost, in comparisons written.
const MAX_WORK: usize = 500_000;
/// So many statements one statement may become.
pub(crate) const MAX_ALTERNATIVES: usize = 32;

/// A formula's alternatives, each comparisons that must all hold.
#[derive(Debug)]
pub(crate) struct Disjuncts {
    pub(crate) alternatives: Vec<Vec<Rc<Atom>>>,
    /// Comparisons under one `or` of which one always holds.
    pub(crate) always: Option<Pair>,
    /// Comparisons under one `and` that never hold together, with their key.
    pub(crate) never: Option<(String, Pair)>,
    /// How they became more than [`MAX_ALTERNATIVES`].
    pub(crate) multiplied: Option<Multiplied>,
}

/// Two comparisons, the later one first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair {
    pub(crate) one: Span,
    pub(crate) other: Span,
}

/// The `or` by which alternatives became too many, and those before it that it multiplies, each with its number.
#[derive(Clone, Debug)]
pub(crate) struct Multiplied {
    pub(crate) by: Span,
    pub(crate) others: Vec<(Span, usize)>,
}

/// Takes `formula` apart. `or` between comparisons of one key becomes one list first.
pub(crate) fn of(formula: &Formula) -> Result<Disjuncts, Multiplied> {
    let mut taking = Taking::default();
    let alternatives = taking.alternatives(formula)?;
    let atoms = &taking.atoms;
    let alternatives =
        alternatives.iter().map(|all| all.iter().filter_map(|at| atoms.get(*at).cloned()).collect()).collect();
    Ok(Disjuncts { alternatives, always: taking.always, never: taking.never, multiplied: taking.multiplied })
}

/// Comparisons by their places in [`Taking::atoms`], in order.
type Conjunction = Vec<usize>;

#[derive(Default)]
struct Taking {
    atoms: Vec<Rc<Atom>>,
    numbers: HashMap<(Operator, String, BTreeSet<String>), usize>,
    work: usize,
    always: Option<Pair>,
    never: Option<(String, Pair)>,
    multiplied: Option<Multiplied>,
}

impl Taking {
    fn alternatives(&mut self, formula: &Formula) -> Result<Vec<Conjunction>, Multiplied> {
        match formula {
            Formula::Constant(true) => Ok(vec![Vec::new()]),
            Formula::Constant(false) => Ok(Vec::new()),
            Formula::Atom(atom) => Ok(vec![vec![self.number(atom)]]),
            Formula::Any(parts, span) => {
                let parts = match united(parts) {
                    Ok(parts) => parts,
                    Err(always) => {
                        self.always = self.always.or(always);
                        return Ok(vec![Vec::new()]);
                    }
                };
                let mut all = Vec::new();
                for part in &parts {
                    all.append(&mut self.alternatives(part)?);
                    self.check(all.len(), *span, &[])?;
                }
                self.absorb(&mut all, *span, &[])?;
                Ok(all)
            }
            Formula::All(parts) => {
                self.check_together(parts);
                let mut all = vec![Vec::new()];
                let mut multiplied = Vec::new();
                // What doesn't multiply first, so that it absorbs early.
                let mut parts: Vec<&Formula> = parts.iter().collect();
                parts.sort_by_key(|part| matches!(part, Formula::Any(..)));
                for part in parts {
                    let more = self.alternatives(part)?;
                    let mut product = Vec::new();
                    for one in &all {
                        for other in &more {
                            let mut both = [one.as_slice(), other.as_slice()].concat();
                            both.sort_unstable();
                            both.dedup();
                            self.work += both.len() + 1;
                            product.push(both);
                        }
                        if let Formula::Any(_, span) = part {
                            self.check(product.len(), *span, &multiplied)?;
                        }
                    }
                    all = product;
                    if let Formula::Any(_, span) = part {
                        self.absorb(&mut all, *span, &multiplied)?;
                        if more.len() > 1 {
                            multiplied.push((*span, more.len()));
                        }
                    }
                }
                Ok(all)
            }
        }
    }

    /// Looks whether comparisons that are written to hold together can.
    fn check_together(&mut self, parts: &[Formula]) {
        let atoms: Vec<&Rc<Atom>> = parts
            .iter()
            .filter_map(|part| match part {
                Formula::Atom(atom) => Some(atom),
                _ => None,
            })
            .collect();
        let entries: Vec<&ConditionEntry> = atoms.iter().map(|atom| &atom.entry).collect();
        self.work += entries.len();
        if let Some(never) = never_together(&atoms) {
            if !never.given && self.never.is_none() {
                self.never = Some((never.key, never.pair));
            }
        } else if let Err(Stop::Nothing { key, span, other }) = slots::blocks(&entries) {
            let given = atoms.iter().any(|atom| atom.given && [span, other].contains(&atom.entry.span));
            if !given && self.never.is_none() {
                self.never = Some((key, Pair { one: span, other }));
            }
        }
    }

    /// Drops the alternatives that another one holds with fewer comparisons.
    fn absorb(
        &mut self,
        alternatives: &mut Vec<Conjunction>,
        span: Span,
        others: &[(Span, usize)],
    ) -> Result<(), Multiplied> {
        let mut kept: Vec<Conjunction> = Vec::with_capacity(alternatives.len());
        for alternative in alternatives.drain(..) {
            self.work += kept.len();
            self.check(0, span, others)?;
            if kept.iter().any(|other| is_subset(other, &alternative)) {
                continue;
            }
            kept.retain(|other| !is_subset(&alternative, other));
            kept.push(alternative);
        }
        *alternatives = kept;
        if alternatives.len() > MAX_ALTERNATIVES && self.multiplied.is_none() {
            self.multiplied = Some(Multiplied { by: span, others: others.to_vec() });
        }
        Ok(())
    }

    fn check(&self, count: usize, span: Span, others: &[(Span, usize)]) -> Result<(), Multiplied> {
        let fits = count <= MAX_BETWEEN && self.work <= MAX_WORK;
        if fits { Ok(()) } else { Err(Multiplied { by: span, others: others.to_vec() }) }
    }

    /// The number of a comparison; one of the same meaning has the same.
    fn number(&mut self, atom: &Rc<Atom>) -> usize {
        let number = self.atoms.len();
        let entry = &atom.entry;
        let values = value_lists::set(entry.operator.base, &entry.values);
        let known = *self.numbers.entry((entry.operator, entry.key.to_ascii_lowercase(), values)).or_insert(number);
        if known == number {
            self.atoms.push(Rc::clone(atom));
        }
        known
    }
}

/// Two comparisons that no request meets both.
pub(crate) struct Never {
    pub(crate) key: String,
    pub(crate) pair: Pair,
    /// Whether a parameter made them so.
    pub(crate) given: bool,
}

/// Two of the comparisons that no request meets both.
pub(crate) fn never_together(atoms: &[&Rc<Atom>]) -> Option<Never> {
    let entries: Vec<&ConditionEntry> = atoms.iter().map(|atom| &atom.entry).collect();
    let (earlier, later) = contradiction(&entries)?;
    let (earlier, later) = (atoms.get(earlier)?, atoms.get(later)?);
    Some(Never {
        key: later.entry.key.clone(),
        pair: Pair { one: later.entry.span, other: earlier.entry.span },
        given: earlier.given || later.given,
    })
}

/// The parts of an `or`, comparisons of one key made one where IAM has one for them; an error where that always holds,
/// with the comparisons unless a parameter made them so.
fn united(parts: &[Formula]) -> Result<Vec<Formula>, Option<Pair>> {
    let mut united: Vec<Formula> = Vec::new();
    for part in parts {
        let Formula::Atom(atom) = part else {
            united.push(part.clone());
            continue;
        };
        let mut whole = Formula::Atom(Rc::clone(atom));
        let mut place = united.len();
        // What is made of two may go together with what stands before: a key that is absent, or one value, or another.
        while let Formula::Atom(now) = &whole {
            let found = united.iter().enumerate().find_map(|(index, other)| match other {
                Formula::Atom(other) => Some((index, either(other, now)?, Rc::clone(other))),
                _ => None,
            });
            let Some((index, both, other)) = found else { break };
            if matches!(both, Formula::Constant(true)) {
                let always = Pair { one: atom.entry.span, other: other.entry.span };
                return Err((!other.given && !now.given).then_some(always));
            }
            united.remove(index);
            place = index;
            whole = both;
        }
        united.insert(place, whole);
    }
    Ok(united)
}

/// One comparison that holds where `a` or `b` does, if IAM has one.
fn either(a: &Atom, b: &Atom) -> Option<Formula> {
    let (one, other) = (&a.entry, &b.entry);
    if !one.key.eq_ignore_ascii_case(&other.key) {
        return None;
    }
    let given = a.given || b.given;
    let with = |entry: ConditionEntry| Some(Formula::entry(entry, given));
    if is_same(one, other) {
        return with(one.clone());
    }
    if is_opposite(one, other) || leave_nothing(a, b) {
        return Some(Formula::Constant(true));
    }
    // Absent, or present and so.
    for (null, compared) in [(one, other), (other, one)] {
        let operator = compared.operator;
        let absent = null.operator.base == BaseOperator::Null && null.values.iter().all(|value| value.value == "true");
        let positive = operator.qualifier.is_none() && !operator.base.is_negated();
        if absent && positive && operator.base != BaseOperator::Null {
            return with(ConditionEntry { operator: Operator::if_exists(operator.base), ..compared.clone() });
        }
    }
    let (operator, base) = (one.operator, one.operator.base);
    let same_but_absence = operator.qualifier == other.operator.qualifier && base == other.operator.base;
    if !same_but_absence || matches!(base, BaseOperator::Null | BaseOperator::Bool) {
        return None;
    }
    match operator.qualifier {
        None | Some(Qualifier::ForAnyValue) if base.bound().is_some() => {
            if operator.if_exists != other.operator.if_exists {
                return None;
            }
            let order = value_lists::tighter(base, &one.values, &other.values)?;
            with(if order.is_lt() { other.clone() } else { one.clone() })
        }
        None if base.is_negated() => {
            let common = value_lists::intersection(base, &one.values, &other.values)?;
            if common.is_empty() {
                return Some(Formula::Constant(true));
            }
            with(ConditionEntry { values: common, ..one.clone() })
        }
        None => {
            let operator = Operator { if_exists: operator.if_exists || other.operator.if_exists, ..operator };
            let values = value_lists::union(base, &one.values, &other.values);
            with(ConditionEntry { operator, values, ..one.clone() })
        }
        Some(Qualifier::ForAnyValue) if !base.is_negated() && !operator.if_exists && !other.operator.if_exists => {
            let values = value_lists::union(base, &one.values, &other.values);
            with(ConditionEntry { values, ..one.clone() })
        }
        Some(_) => None,
    }
}

fn is_same(a: &ConditionEntry, b: &ConditionEntry) -> bool {
    a.operator == b.operator
        && a.key.eq_ignore_ascii_case(&b.key)
        && value_lists::same(a.operator.base, &a.values, &b.values)
}

/// Whether one holds exactly where the other doesn't.
fn is_opposite(a: &ConditionEntry, b: &ConditionEntry) -> bool {
    let atom = Atom { entry: a.clone(), given: false };
    matches!(Formula::Atom(Rc::new(atom)).negated(a.span), Ok(Formula::Atom(negated)) if is_same(&negated.entry, b))
}

/// Whether what one of them refuses the other one takes.
fn leave_nothing(a: &Atom, b: &Atom) -> bool {
    match (a.negated(), b.negated()) {
        (Ok(Formula::Atom(a)), Ok(Formula::Atom(b))) => contradict(&a.entry, &b.entry),
        _ => false,
    }
}

fn is_subset(a: &[usize], b: &[usize]) -> bool {
    let mut rest = b.iter();
    a.iter().all(|one| rest.any(|other| other == one))
}
