//! When one part of a policy holds all that another holds.

use iamx_policy::{ActionPattern, ConditionBlock, Element, Statement, arn_includes, arns_intersect, widened};

/// A pattern that can be compared with others of its kind.
pub(crate) trait Pattern {
    /// Whether it holds all that `other` holds; `false` where that isn't certain.
    fn includes(&self, other: &Self) -> bool;
    /// Whether something may be in both.
    fn may_intersect(&self, other: &Self) -> bool;
    /// Whether it holds everything.
    fn is_everything(&self) -> bool;
    /// Whether it may hold several things.
    fn is_open(&self) -> bool;
}

impl Pattern for ActionPattern {
    fn includes(&self, other: &Self) -> bool {
        self.includes(other)
    }

    fn may_intersect(&self, other: &Self) -> bool {
        self.intersects(other)
    }

    fn is_everything(&self) -> bool {
        self.service.is_none()
    }

    fn is_open(&self) -> bool {
        self.is_wildcard()
    }
}

impl Pattern for String {
    fn includes(&self, other: &Self) -> bool {
        // What a policy variable becomes isn't known: it stands for itself, and for any text inside a wider pattern.
        self == other || (!self.contains("${") && arn_includes(self, &widened(other)))
    }

    fn may_intersect(&self, other: &Self) -> bool {
        self.contains("${") || other.contains("${") || self == "*" || other == "*" || arns_intersect(self, other)
    }

    fn is_everything(&self) -> bool {
        self == "*"
    }

    fn is_open(&self) -> bool {
        self.contains(['*', '?'])
    }
}

/// Whether the requests that match `outer` hold all that match `inner`; `false` where that isn't certain.
fn element_includes<T: Pattern>(outer: &Element<T>, inner: &Element<T>) -> bool {
    let mut outer_patterns = outer.patterns.iter().map(|pattern| &pattern.value);
    let mut inner_patterns = inner.patterns.iter().map(|pattern| &pattern.value);
    match (outer.negated, inner.negated) {
        (false, false) => inner_patterns.all(|inner| outer.patterns.iter().any(|outer| outer.value.includes(inner))),
        (true, true) => outer_patterns.all(|outer| inner.patterns.iter().any(|inner| inner.value.includes(outer))),
        (false, true) => outer_patterns.any(Pattern::is_everything),
        (true, false) => {
            inner_patterns.all(|inner| outer.patterns.iter().all(|outer| !outer.value.may_intersect(inner)))
        }
    }
}

/// Whether every request that `inner`'s conditions let through passes `outer`'s, as each of these is among `inner`'s.
fn conditions_include(outer: &ConditionBlock, inner: &ConditionBlock) -> bool {
    outer.entries.iter().all(|wanted| {
        inner.entry(wanted.operator, &wanted.key).is_some_and(|entry| {
            entry.values.len() == wanted.values.len()
                && entry.values.iter().all(|value| wanted.values.iter().any(|other| other.value == value.value))
        })
    })
}

/// Whether `outer` is about all the actions and resources that `inner` is about, whatever else the two say; `false` where
/// that isn't certain.
pub(crate) fn target_includes(outer: &Statement, inner: &Statement) -> bool {
    element_includes(&outer.actions, &inner.actions)
        && match (&outer.resources, &inner.resources) {
            (None, None) => true,
            (Some(outer), Some(inner)) => element_includes(outer, inner),
            _ => false,
        }
}

/// Whether a document with `outer` does the same without `inner`; `false` where that isn't certain.
pub(crate) fn statement_includes(outer: &Statement, inner: &Statement) -> bool {
    let principals = |statement: &Statement| {
        statement.principal.as_ref().map(|element| {
            let mut principals: Vec<_> = element.principals.iter().map(|principal| &principal.value).collect();
            principals.sort();
            (element.negated, principals.into_iter().cloned().collect::<Vec<_>>())
        })
    };
    outer.effect == inner.effect
        && principals(outer) == principals(inner)
        && target_includes(outer, inner)
        && conditions_include(&outer.conditions, &inner.conditions)
}
