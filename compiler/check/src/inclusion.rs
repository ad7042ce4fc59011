//! When one part of a policy holds all that another holds.

use iamx_policy::{
    ActionPattern, ConditionBlock, Element, Principal, Statement, arn_includes, arns_intersect, widened,
};

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
pub(crate) fn conditions_include(outer: &ConditionBlock, inner: &ConditionBlock) -> bool {
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
    outer.effect == inner.effect
        && principals(outer) == principals(inner)
        && target_includes(outer, inner)
        && conditions_include(&outer.conditions, &inner.conditions)
}

/// Whom the statement is about, in one order.
pub(crate) fn principals(statement: &Statement) -> Option<(bool, Vec<&Principal>)> {
    statement.principal.as_ref().map(|element| {
        let mut principals: Vec<_> = element.principals.iter().map(|principal| &principal.value).collect();
        principals.sort();
        (element.negated, principals)
    })
}

/// Whether some action on some resource may be in both, as far as can be seen.
pub(crate) fn may_share(one: &Statement, other: &Statement) -> bool {
    elements_share(&one.actions, &other.actions)
        && match (&one.resources, &other.resources) {
            (Some(one), Some(other)) => elements_share(one, other),
            _ => true,
        }
}

fn elements_share<T: Pattern>(one: &Element<T>, other: &Element<T>) -> bool {
    let outside = |patterns: &Element<T>, but: &Element<T>| {
        patterns.patterns.iter().any(|pattern| !but.patterns.iter().any(|but| but.value.includes(&pattern.value)))
    };
    match (one.negated, other.negated) {
        (false, false) => {
            one.patterns.iter().any(|one| other.patterns.iter().any(|other| one.value.may_intersect(&other.value)))
        }
        (false, true) => outside(one, other),
        (true, false) => outside(other, one),
        (true, true) => true,
    }
}
