//! Lists with `except`: what is in them and what is taken away, exactly.
//!
//! A list is its items, or everything but its items; so are unions and differences of two. Where a wildcard holds a part of
//! what is taken from it, it is written out if that can be done.

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::Sourced;
use iamx_syntax::ast::{AstNode, Exprs};
use iamx_text::Span;

use crate::{lowerer::Lowerer, scope::Environment};

/// Something that lists hold: a pattern of actions or of resources.
pub(crate) trait Item: Clone + Eq {
    /// Whether it holds everything there is.
    fn is_everything(&self) -> bool;
    /// Whether it holds all that `other` holds; `false` where that isn't certain.
    fn includes(&self, other: &Self) -> bool;
    /// Whether something may be in both.
    fn touches(&self, other: &Self) -> bool;
}

/// What a list stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct List<T> {
    /// Whether it is everything **but** the items.
    pub(crate) negated: bool,
    pub(crate) items: Vec<Sourced<T>>,
}

/// Two items of which each holds a part of the other, and can't be written out.
#[derive(Debug)]
pub(crate) struct Inexact<T> {
    pub(crate) kept: Sourced<T>,
    pub(crate) taken: Sourced<T>,
}

/// How an item is written out: `None` if nothing says which parts it has.
pub(crate) trait WriteOut<T> {
    fn write_out(&mut self, item: &Sourced<T>) -> Option<Vec<Sourced<T>>>;
}

/// For what nothing lists.
pub(crate) struct NotWrittenOut;

impl<T> WriteOut<T> for NotWrittenOut {
    fn write_out(&mut self, _: &Sourced<T>) -> Option<Vec<Sourced<T>>> {
        None
    }
}

impl<T: Item> List<T> {
    pub(crate) fn of(items: Vec<Sourced<T>>) -> Self {
        Self { negated: false, items }
    }

    /// The list with `more` behind it.
    pub(crate) fn and(self, more: Self, by: &mut impl WriteOut<T>) -> Result<Self, Inexact<T>> {
        Ok(match (self.negated, more.negated) {
            (false, false) => Self::of(self.items.into_iter().chain(more.items).collect()),
            (true, false) => Self { negated: true, items: minus(self.items, &more.items, by)? },
            (false, true) => Self { negated: true, items: minus(more.items, &self.items, by)? },
            (true, true) => Self { negated: true, items: common(&self.items, &more.items, by)? },
        })
    }

    /// The list without what `taken` holds.
    pub(crate) fn without(self, taken: Self, by: &mut impl WriteOut<T>) -> Result<Self, Inexact<T>> {
        let (kept, taken) = (self.plain(), taken.plain());
        Ok(match (kept.negated, taken.negated) {
            (false, false) => Self::of(minus(kept.items, &taken.items, by)?),
            (false, true) => Self::of(common(&kept.items, &taken.items, by)?),
            (true, false) => Self { negated: true, items: kept.items.into_iter().chain(taken.items).collect() },
            (true, true) => Self::of(minus(taken.items, &kept.items, by)?),
        })
    }

    /// The items of `taken` that take nothing from this list, where both are lists of items.
    pub(crate) fn untouched_by<'l>(&self, taken: &'l Self) -> Vec<&'l Sourced<T>> {
        if self.negated || taken.negated || self.items.iter().any(|item| item.value.is_everything()) {
            return Vec::new();
        }
        taken.items.iter().filter(|taken| !self.items.iter().any(|item| taken.value.touches(&item.value))).collect()
    }

    /// Whether it holds nothing.
    pub(crate) fn is_empty(&self) -> bool {
        if self.negated { self.items.iter().any(|item| item.value.is_everything()) } else { self.items.is_empty() }
    }

    /// A list that holds everything as everything but nothing.
    fn plain(self) -> Self {
        if !self.negated && self.items.iter().any(|item| item.value.is_everything()) {
            return Self { negated: true, items: Vec::new() };
        }
        self
    }
}

impl Lowerer<'_> {
    /// Says which of the items that `list` takes away take nothing from `kept`. What a template is given decides elsewhere, and
    /// an access level, many items of one place, is other actions in other statements.
    pub(crate) fn find_idle_exceptions<T: Item>(
        &mut self,
        environment: &Environment,
        list: &Exprs,
        kept: &List<T>,
        taken: &List<T>,
    ) {
        let mut places: Vec<_> = kept.items.iter().map(|item| item.span).collect();
        places.dedup();
        if !environment.bindings.is_empty() || kept.items.is_empty() || places.len() < kept.items.len() {
            return;
        }
        let whole = self.span(environment.module, list.range());
        let idle = kept.untouched_by(taken);
        let lies_here = |span: &Span| span.file == whole.file && whole.range.contains_range(span.range);
        let mut spans: Vec<Span> = idle.iter().map(|item| item.span).filter(lies_here).collect();
        let ranges = list.excepted().into_iter().map(|expr| expr.range());
        if spans.is_empty()
            && idle.len() == taken.items.len()
            && let Some(range) = ranges.reduce(iamx_text::TextRange::cover)
        {
            spans = idle.first().map(|_| Span::new(whole.file, range)).into_iter().collect();
        }
        spans.dedup();
        for span in spans {
            // A place whose other items take something away is no fault.
            if taken.items.iter().any(|item| item.span == span && idle.iter().all(|idle| !std::ptr::eq(*idle, item))) {
                continue;
            }
            // Of what there is no such thing of, that was said.
            if self.diagnostics.iter().any(|said| said.primary() == Some(span)) {
                continue;
            }
            self.report(
                Diagnostic::new(&checks::IDLE_EXCEPT, span, "this takes nothing away from what stands before `except`")
                    .help("leave it out, or write what is meant to be taken away"),
            );
        }
    }
}

/// What is in `kept` and not in `taken`: an item that holds a part of `taken` is written out, the others stay.
fn minus<T: Item>(
    kept: Vec<Sourced<T>>,
    taken: &[Sourced<T>],
    by: &mut impl WriteOut<T>,
) -> Result<Vec<Sourced<T>>, Inexact<T>> {
    let mut left = Vec::new();
    for item in kept {
        if taken.iter().any(|other| other.value.includes(&item.value)) {
            continue;
        }
        let Some(touched) = taken.iter().find(|other| other.value.touches(&item.value)) else {
            left.push(item);
            continue;
        };
        let Some(parts) = by.write_out(&item) else {
            return Err(Inexact { kept: item, taken: touched.clone() });
        };
        left.extend(parts.into_iter().filter(|part| !taken.iter().any(|other| other.value.includes(&part.value))));
    }
    Ok(left)
}

/// What is in both: whichever of two items lies inside the other, else what is in both, written out.
fn common<T: Item>(
    left: &[Sourced<T>],
    right: &[Sourced<T>],
    by: &mut impl WriteOut<T>,
) -> Result<Vec<Sourced<T>>, Inexact<T>> {
    let mut both: Vec<Sourced<T>> = Vec::new();
    for a in left {
        for b in right {
            let found = if b.value.includes(&a.value) {
                vec![a.clone()]
            } else if a.value.includes(&b.value) {
                vec![b.clone()]
            } else if !a.value.touches(&b.value) {
                Vec::new()
            } else {
                let parts = by.write_out(a).ok_or_else(|| Inexact { kept: a.clone(), taken: b.clone() })?;
                parts.into_iter().filter(|part| b.value.includes(&part.value)).collect()
            };
            for item in found {
                if both.iter().all(|other| other.value != item.value) {
                    both.push(item);
                }
            }
        }
    }
    Ok(both)
}

#[cfg(test)]
mod tests {
    use iamx_policy::glob_matches;
    use iamx_text::{SourceMap, Span, TextSize};
    use proptest::prelude::*;

    use super::*;

    /// Patterns over the texts of two letters; written out they are these texts.
    impl Item for String {
        fn is_everything(&self) -> bool {
            self == "*"
        }

        fn includes(&self, other: &Self) -> bool {
            texts().iter().all(|text| !glob_matches(other, text) || glob_matches(self, text))
        }

        fn touches(&self, other: &Self) -> bool {
            texts().iter().any(|text| glob_matches(other, text) && glob_matches(self, text))
        }
    }

    struct Texts;

    impl WriteOut<String> for Texts {
        fn write_out(&mut self, item: &Sourced<String>) -> Option<Vec<Sourced<String>>> {
            let all = texts().into_iter().filter(|text| glob_matches(&item.value, text));
            Some(all.map(|text| Sourced::new(text, item.span)).collect())
        }
    }

    fn texts() -> Vec<String> {
        ["a", "b", "c"].iter().flat_map(|a| ["a", "b", "c"].map(|b| format!("{a}{b}"))).collect()
    }

    fn list((negated, items): (bool, Vec<String>)) -> List<String> {
        let span = Span::at(SourceMap::new().add("a.iamx", ""), TextSize::new(0));
        List { negated, items: items.into_iter().map(|item| Sourced::new(item, span)).collect() }
    }

    fn holds(list: &List<String>, text: &str) -> bool {
        list.items.iter().any(|item| glob_matches(&item.value, text)) != list.negated
    }

    proptest! {
        #[test]
        fn unions_and_differences_hold_what_they_say(
            a in (any::<bool>(), prop::collection::vec("[ab*][b*?]", 0..4)),
            b in (any::<bool>(), prop::collection::vec("[ab*][b*?]", 0..4)),
        ) {
            let (a, b) = (list(a), list(b));
            let union = a.clone().and(b.clone(), &mut Texts).unwrap();
            let difference = a.clone().without(b.clone(), &mut Texts).unwrap();
            for text in texts() {
                prop_assert_eq!(holds(&union, &text), holds(&a, &text) || holds(&b, &text));
                prop_assert_eq!(holds(&difference, &text), holds(&a, &text) && !holds(&b, &text));
            }
            // What can't be written out is exact or refused.
            if let Ok(difference) = a.clone().without(b.clone(), &mut NotWrittenOut) {
                for text in texts() {
                    prop_assert_eq!(holds(&difference, &text), holds(&a, &text) && !holds(&b, &text));
                }
            }
        }
    }
}
