//! A condition as a formula: comparisons of single keys under `and` and `or`, each with its exact negation.

use std::rc::Rc;

use iamx_policy::{BaseOperator, ConditionEntry, Operator, Qualifier, Sourced};
use iamx_text::Span;

/// A condition. Negation is pushed down to the comparisons, so there is none here.
#[derive(Clone, Debug)]
pub(crate) enum Formula {
    /// True, or false, of every request, since a parameter made it so.
    Constant(bool),
    Atom(Rc<Atom>),
    /// All hold. Never empty, never holds a constant or another `All`.
    All(Vec<Formula>),
    /// One holds. Never empty, never holds a constant or another `Any`. The span is of what was written.
    Any(Vec<Formula>, Span),
}

/// One operator of IAM on one key.
#[derive(Clone, Debug)]
pub(crate) struct Atom {
    pub(crate) entry: ConditionEntry,
    /// Whether a parameter may have decided its values: what comes out constant then is folded, and no fault.
    pub(crate) given: bool,
}

/// A comparison whose exact opposite IAM can't say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NoOpposite {
    pub(crate) operator: Operator,
    pub(crate) span: Span,
}

impl Formula {
    /// What holds of every request.
    pub(crate) const ALWAYS: Self = Self::Constant(true);

    /// `operator` on `key` with `values`, of which one must fit (or none, for a negated operator).
    pub(crate) fn compare(operator: Operator, key: &str, values: Vec<Sourced<String>>, span: Span) -> Self {
        Self::entry(ConditionEntry { operator, key: key.to_owned(), values, span }, false)
    }

    /// Whether the request carries `key`.
    pub(crate) fn exists(key: &str, exists: bool, span: Span) -> Self {
        Self::entry(null_entry(key, !exists, span), false)
    }

    pub(crate) fn entry(entry: ConditionEntry, given: bool) -> Self {
        Self::Atom(Rc::new(Atom { entry, given }))
    }

    /// Holds where every one of `parts` does; always, where there is none.
    pub(crate) fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut whole = Vec::new();
        for part in parts {
            match part {
                Self::Constant(true) => {}
                Self::Constant(false) => return Self::Constant(false),
                Self::All(mut inner) => whole.append(&mut inner),
                other => whole.push(other),
            }
        }
        match whole.len() {
            0 => Self::Constant(true),
            1 => whole.swap_remove(0),
            _ => Self::All(whole),
        }
    }

    /// Holds where one of `parts` does; never, where there is none. `span` is where that was written.
    pub(crate) fn any(parts: impl IntoIterator<Item = Self>, span: Span) -> Self {
        let mut whole = Vec::new();
        for part in parts {
            match part {
                Self::Constant(false) => {}
                Self::Constant(true) => return Self::Constant(true),
                Self::Any(mut inner, _) => whole.append(&mut inner),
                other => whole.push(other),
            }
        }
        match whole.len() {
            0 => Self::Constant(false),
            1 => whole.swap_remove(0),
            _ => Self::Any(whole, span),
        }
    }

    /// What is left where the comparisons that `keep` refuses are taken to hold. It holds wherever this does.
    pub(crate) fn keeping(&self, keep: &dyn Fn(&ConditionEntry) -> bool) -> Self {
        match self {
            Self::Constant(value) => Self::Constant(*value),
            Self::Atom(atom) => {
                if keep(&atom.entry) {
                    self.clone()
                } else {
                    Self::ALWAYS
                }
            }
            Self::All(parts) => Self::all(parts.iter().map(|part| part.keeping(keep))),
            Self::Any(parts, span) => Self::any(parts.iter().map(|part| part.keeping(keep)), *span),
        }
    }

    /// Whether this is the other, or as constant: one that was written once and handed on.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Constant(one), Self::Constant(other)) => one == other,
            (Self::Atom(one), Self::Atom(other)) => Rc::ptr_eq(one, other),
            _ => false,
        }
    }

    /// What holds exactly where this doesn't, absent keys included. `span` is of the text that is negated.
    pub(crate) fn negated(&self, span: Span) -> Result<Self, NoOpposite> {
        let each = |parts: &[Self]| parts.iter().map(|part| part.negated(span)).collect::<Result<Vec<_>, _>>();
        match self {
            Self::Constant(value) => Ok(Self::Constant(!value)),
            Self::Atom(atom) => atom.negated(),
            Self::All(parts) => Ok(Self::any(each(parts)?, span)),
            Self::Any(parts, _) => Ok(Self::all(each(parts)?)),
        }
    }
}

impl Atom {
    /// What holds exactly where this doesn't, absent keys included.
    pub(crate) fn negated(&self) -> Result<Formula, NoOpposite> {
        let ConditionEntry { operator, span, .. } = self.entry;
        let fault = NoOpposite { operator, span };
        let with = |operator, values| {
            Formula::entry(ConditionEntry { operator, key: self.entry.key.clone(), values, span }, self.given)
        };
        let values = || self.entry.values.clone();
        match (operator.qualifier, operator.base) {
            (_, BaseOperator::Null) => Ok(with(operator, flipped(&self.entry.values))),
            // What `ForAnyValue:…IfExists` is where the key is absent no page of AWS says.
            (Some(Qualifier::ForAnyValue), _) if operator.if_exists => Err(fault),
            (Some(qualifier), base) => {
                let qualifier = match qualifier {
                    Qualifier::ForAnyValue => Qualifier::ForAllValues,
                    Qualifier::ForAllValues => Qualifier::ForAnyValue,
                };
                if base == BaseOperator::Bool {
                    return Ok(with(Operator::qualified(qualifier, base), flipped(&self.entry.values)));
                }
                Ok(with(Operator::qualified(qualifier, base.opposite().ok_or(fault)?), values()))
            }
            (None, BaseOperator::Bool) => {
                let operator = Operator { if_exists: !operator.if_exists, ..operator };
                Ok(with(operator, flipped(&self.entry.values)))
            }
            (None, base) => {
                let opposite = base.opposite().ok_or(fault)?;
                if base.bound().is_some() {
                    // The opposite of an order is false of an absent key too, so `IfExists` changes sides.
                    let operator = Operator { qualifier: None, base: opposite, if_exists: !operator.if_exists };
                    return Ok(with(operator, values()));
                }
                let plain = with(Operator::plain(opposite), values());
                if operator.if_exists && !base.is_negated() {
                    let present = Formula::entry(null_entry(&self.entry.key, false, span), self.given);
                    return Ok(Formula::all([plain, present]));
                }
                Ok(plain)
            }
        }
    }
}

/// `Null` on `key`: `absent` says that the key must be absent.
pub(crate) fn null_entry(key: &str, absent: bool, span: Span) -> ConditionEntry {
    ConditionEntry {
        operator: Operator::plain(BaseOperator::Null),
        key: key.to_owned(),
        values: vec![Sourced::new(absent.to_string(), span)],
        span,
    }
}

/// `true` for `false`, and the reverse.
fn flipped(values: &[Sourced<String>]) -> Vec<Sourced<String>> {
    values.iter().map(|value| Sourced::new((value.value != "true").to_string(), value.span)).collect()
}
