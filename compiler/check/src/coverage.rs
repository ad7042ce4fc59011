//! How a statement comes to be about an action, and whether a resource pattern holds all of a kind.

use iamx_policy::{ActionPattern, Sourced, Statement, glob_includes, globs_intersect};

/// How a statement comes to be about an action.
#[derive(Clone, Copy)]
pub(crate) enum Coverage<'s> {
    /// It names it.
    Named(&'s Sourced<ActionPattern>),
    /// A pattern with wildcards holds it.
    Wildcard(&'s Sourced<ActionPattern>),
    /// It is about everything but some actions, and the action isn't one of these.
    Excepted,
}

/// How `statement` is about the action of that whole name, if it is.
pub(crate) fn of<'s>(statement: &'s Statement, action: &str) -> Option<Coverage<'s>> {
    let mut holding = statement.actions.patterns.iter().filter(|pattern| pattern.value.holds(action));
    if statement.actions.negated {
        return holding.next().is_none().then_some(Coverage::Excepted);
    }
    let first = holding.next()?;
    let named = std::iter::once(first).chain(holding).find(|pattern| !pattern.value.is_wildcard());
    Some(named.map_or(Coverage::Wildcard(first), Coverage::Named))
}

/// Whether the pattern holds every resource of that service whose ARN's last part matches `every`, in at least one account.
pub(crate) fn holds_every(pattern: &str, service: &str, every: &str) -> bool {
    if pattern == "*" {
        return true;
    }
    let parts: Vec<&str> = pattern.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, in_service, _, _, resource] => {
            globs_intersect(in_service, service) && glob_includes(resource, every)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::holds_every;

    #[test]
    fn a_pattern_holds_every_role_where_no_name_escapes_it() {
        for pattern in ["*", "arn:aws:iam::111122223333:role/*", "arn:aws:iam::*:*", "arn:*:*:*:*:ro*"] {
            assert!(holds_every(pattern, "iam", "role/*"), "{pattern}");
        }
        for pattern in ["arn:aws:iam::111122223333:role/app-*", "arn:aws:iam::111122223333:user/*", "arn:aws:s3:::*"] {
            assert!(!holds_every(pattern, "iam", "role/*"), "{pattern}");
        }
    }
}
