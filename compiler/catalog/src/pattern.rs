//! Names ignoring ASCII case.

use std::cmp::Ordering;

/// Orders two names as if both were in lower case. AWS ignores case in service prefixes, action names and key names:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html>
pub(crate) fn compare(left: &str, right: &str) -> Ordering {
    left.bytes().map(|b| b.to_ascii_lowercase()).cmp(right.bytes().map(|b| b.to_ascii_lowercase()))
}

/// Finds the item of that name in a slice sorted by [`compare`].
pub(crate) fn find<'a, T>(sorted: &'a [T], name: &str, name_of: impl Fn(&T) -> &str) -> Option<&'a T> {
    sorted.binary_search_by(|item| compare(name_of(item), name)).ok().and_then(|at| sorted.get(at))
}

/// Whether the pattern is a name.
pub(crate) fn is_plain(pattern: &str) -> bool {
    !pattern.bytes().any(|byte| matches!(byte, b'*' | b'?'))
}
