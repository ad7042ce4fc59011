//! What AWS takes as a name, a duration, a date; each with its page.

/// A duration's seconds: `15m`, `6h`, `90d`, `30s`, `2w`.
pub(crate) fn seconds(text: &str) -> Option<u64> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at_checked(digits)?;
    let unit = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(unit)
}

/// Whether `text` is a date, `2026-12-31`, or a time in UTC, `2026-12-31T18:00:00Z`.
pub(crate) fn is_date(text: &str) -> bool {
    let (date, time) = text.split_once('T').map_or((text, None), |(date, time)| (date, Some(time)));
    let mut parts = date.split('-');
    let mut part = |length: usize| {
        let part = parts.next()?;
        (part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse::<u32>().ok())?
    };
    let (Some(year), Some(month), Some(day)) = (part(4), part(2), part(2)) else { return false };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    parts.next().is_none() && (1..=days).contains(&day) && time.is_none_or(is_time)
}

fn is_time(time: &str) -> bool {
    let Some(clock) = time.strip_suffix('Z') else { return false };
    let parts: Vec<_> = clock.split(':').collect();
    let [hour, minute, second] = parts.as_slice() else { return false };
    let within = |part: &str, end: u32| {
        part.len() == 2
            && part.bytes().all(|b| b.is_ascii_digit())
            && part.parse::<u32>().is_ok_and(|value| value < end)
    };
    within(hour, 24) && within(minute, 60) && within(second, 60)
}

/// Whether `text` is a decimal number.
pub(crate) fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    all_digits(whole) && fraction.is_none_or(all_digits)
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

/// What is wrong with the CIDR block or address `text`; `None` if nothing is.
pub(crate) fn ip_range_fault(text: &str) -> Option<String> {
    let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
    let bits = match address.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(_)) => 32,
        Ok(std::net::IpAddr::V6(_)) => 128,
        Err(_) => return Some(format!("`{text}` is no IP address or CIDR block")),
    };
    let prefix = prefix?;
    let right = !prefix.is_empty()
        && prefix.bytes().all(|byte| byte.is_ascii_digit())
        && prefix.parse::<u32>().is_ok_and(|prefix| prefix <= bits);
    (!right).then(|| format!("`/{prefix}` is no prefix length; it is a number from 0 to {bits}"))
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

/// Whether `path` may be an IAM path: `/`, or parts of printable ASCII between slashes, 512 at most.
///
/// See [IAM friendly names and paths](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html).
pub(crate) fn is_iam_path(path: &str) -> bool {
    path.len() <= 512
        && path.starts_with('/')
        && path.ends_with('/')
        && path.bytes().all(|b| (0x21..=0x7e).contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_durations() {
        assert_eq!(seconds("6h"), Some(21_600));
        assert_eq!(seconds("90d"), Some(7_776_000));
        assert_eq!(seconds("6x"), None);
        assert_eq!(seconds("99999999999999999999h"), None);
    }

    #[test]
    fn knows_dates() {
        for date in ["2026-12-31", "2024-02-29", "2026-12-31T18:00:00Z"] {
            assert!(is_date(date), "{date}");
        }
        for date in ["2026-2-3", "2025-02-29", "2026-13-01", "2026-12-31T24:00:00Z", "2026-12-31T18:00Z", "2026"] {
            assert!(!is_date(date), "{date}");
        }
    }

    #[test]
    fn knows_ip_ranges() {
        for range in ["203.0.113.0/24", "203.0.113.9", "2001:db8::/32", "0.0.0.0/0"] {
            assert_eq!(ip_range_fault(range), None);
        }
        for range in ["203.0.113.0/33", "203.0.113/24", "office", "2001:db8::/129", "10.0.0.0/"] {
            assert!(ip_range_fault(range).is_some(), "{range}");
        }
    }
}
