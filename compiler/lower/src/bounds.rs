//! What AWS takes as a name, a duration, a date; each with its page.

pub(crate) use iamx_policy::{ip_range_fault, is_date, is_number};

/// A duration's seconds: `15m`, `6h`, `90d`.
pub(crate) fn seconds(text: &str) -> Option<u64> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at_checked(digits)?;
    let unit = match unit {
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(unit)
}

/// Whether `text` may be the name of a role's session.
///
/// See [`AssumeRole`](https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html).
pub(crate) fn is_session_name(text: &str) -> bool {
    text.len() >= 2 && is_iam_name(text, 64)
}

/// Whether `text` may be the value of a parameter of `type_name`.
pub(crate) fn text_is(text: &str, type_name: &str) -> bool {
    match type_name {
        "number" => is_number(text),
        "bool" => matches!(text, "true" | "false"),
        "date" => is_date(text),
        "duration" => seconds(text).is_some(),
        _ => true,
    }
}

/// Whether `name` may be the name of a role, user, group or policy: letters, digits and `+=,.@_-`, at most `max`.
///
/// See [IAM name limits](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
pub(crate) fn is_iam_name(name: &str, max: usize) -> bool {
    (1..=max).contains(&name.len())
        // A file system reads these as folders.
        && !matches!(name, "." | "..")
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte))
}

/// Whether `path` may be an IAM path: `/`, or parts of printable ASCII between slashes, 512 at most. IAM would take
/// wildcards and variables too, but in an ARN they would no longer stand for themselves.
///
/// See [IAM friendly names and paths](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html).
pub(crate) fn is_iam_path(path: &str) -> bool {
    path.len() <= 512
        && path.starts_with('/')
        && path.ends_with('/')
        && path.bytes().all(|b| (0x21..=0x7e).contains(&b))
        && !path.contains(['*', '?'])
        && !path.contains("${")
}

/// How long the name of what is written to a file or folder of that name may be, in characters.
pub(crate) const LONGEST_FILE_NAME: usize = 128;

/// Whether `path` is a file's below a folder, whichever system reads it.
pub(crate) fn is_path_below(path: &str) -> bool {
    path.len() <= 512
        && path.split('/').all(|part| !matches!(part.trim(), "" | "." | ".."))
        && !path.contains(['\\', ':'])
        && !path.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_durations() {
        assert_eq!(seconds("6h"), Some(21_600));
        assert_eq!(seconds("90d"), Some(7_776_000));
        for text in ["6x", "90s", "2w", "h"] {
            assert_eq!(seconds(text), None, "{text}");
        }
        assert_eq!(seconds("99999999999999999999h"), None);
    }
}
