//! Names ignoring ASCII case, and name patterns with `*` and `?`.

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

/// Whether a name matches a pattern in which `*` stands for any characters and `?` for exactly one, ignoring ASCII case.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    let pattern = pattern.as_bytes();
    let name = name.as_bytes();
    let (mut at_pattern, mut at_name) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(byte) = name.get(at_name) {
        match pattern.get(at_pattern) {
            Some(b'*') => {
                star = Some((at_pattern, at_name));
                at_pattern += 1;
            }
            Some(wanted) if *wanted == b'?' || wanted.eq_ignore_ascii_case(byte) => {
                at_pattern += 1;
                at_name += 1;
            }
            _ => match star {
                Some((star_at, taken)) => {
                    star = Some((star_at, taken + 1));
                    at_pattern = star_at + 1;
                    at_name = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern.get(at_pattern..).is_some_and(|rest| rest.iter().all(|byte| *byte == b'*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_take_stars_and_question_marks_and_ignore_case() {
        for (pattern, name, wanted) in [
            ("Get*", "GetObject", true),
            ("get*acl", "GetObjectAcl", true),
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("Get?bject", "GetObject", true),
            ("Get?", "Get", false),
            ("*Object*Acl*", "PutObjectVersionAcl", true),
            ("*a*b*c", "aabbcbc", true),
            ("GetObject", "GetObjectAcl", false),
        ] {
            assert_eq!(matches(pattern, name), wanted, "{pattern} {name}");
        }
    }
}
