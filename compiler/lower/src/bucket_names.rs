//! The names that buckets of S3 can have.
//!
//! See [the naming rules](https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html). Until March 2018
//! us-east-1 took capitals, underscores and up to 255 characters, and such buckets are still in use.

/// Why a name is no bucket's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BucketNameFault {
    /// No bucket ever had it.
    Never(String),
    /// No bucket made since 2018 has it.
    NoLonger(String),
}

/// What is wrong with `name`, which may hold wildcards and policy variables.
pub(crate) fn bucket_name_fault(name: &str) -> Option<BucketNameFault> {
    use BucketNameFault::{Never, NoLonger};
    let literal = without_variables(name);
    let letters = literal.chars().filter(|letter| !matches!(letter, '*' | '?')).count();
    if let Some(other) = literal
        .chars()
        .find(|letter| !(letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_' | '*' | '?')))
    {
        let shown = if other == ' ' { "blank".to_owned() } else { format!("`{}`", other.escape_debug()) };
        return Some(Never(format!("a bucket's name holds no {shown}")));
    }
    if letters > 255 {
        return Some(Never(
            "a bucket's name has at most 255 characters, and one made since 2018 at most 63".to_owned(),
        ));
    }
    let since = |what: &str| Some(NoLonger(format!("no bucket made since 2018 has {what}")));
    if literal.contains(|letter: char| letter.is_ascii_uppercase()) {
        return since("capitals in its name");
    }
    if literal.contains('_') {
        return since("an underscore in its name");
    }
    if letters > 63 {
        return since("more than 63 characters in its name");
    }
    if literal.contains("..") || literal.starts_with(['.', '-']) || literal.ends_with(['.', '-']) {
        return since("a name that begins or ends with `.` or `-`, or holds `..`");
    }
    None
}

/// The name with `*` for what AWS fills in.
fn without_variables(name: &str) -> String {
    let mut literal = String::new();
    let mut rest = name;
    while let Some((before, after)) = rest.split_once("${") {
        literal.push_str(before);
        literal.push('*');
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    literal.push_str(rest);
    literal
}

#[cfg(test)]
mod tests {
    use super::{
        BucketNameFault::{self, Never, NoLonger},
        bucket_name_fault,
    };

    #[test]
    fn names_that_buckets_have_are_right() {
        for name in ["acme-sales", "a.b.c", "abc", "*", "a*", "acme-${aws:PrincipalTag/Team_A}", "acme-?-x", "1-2"] {
            assert_eq!(bucket_name_fault(name), None, "{name}");
        }
        assert_eq!(bucket_name_fault(&"a".repeat(63)), None);
    }

    #[test]
    fn names_that_no_bucket_ever_had_and_those_of_old_ones_are_told_apart() {
        let never = |fault: Option<BucketNameFault>| matches!(fault, Some(Never(_)));
        for name in ["a b", "a/b", "büro", "a:b", &"a".repeat(256)] {
            assert!(never(bucket_name_fault(name)), "{name}");
        }
        for name in ["Acme", "a_b", "abc-", ".abc", "a..b", &"a".repeat(64)] {
            assert!(matches!(bucket_name_fault(name), Some(NoLonger(_))), "{name}");
        }
    }
}
