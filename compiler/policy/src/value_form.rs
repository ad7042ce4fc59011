//! What the values of conditions look like by type.
//!
//! See [condition operators](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html).

/// Whether `text` is a date, `2026-12-31`, or a time in UTC, `2026-12-31T18:00:00Z`.
pub fn is_date(text: &str) -> bool {
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
pub fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    all_digits(whole) && fraction.is_none_or(all_digits)
}

/// What is wrong with the CIDR block or address `text`; `None` if nothing is.
pub fn ip_range_fault(text: &str) -> Option<String> {
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

/// Whether IAM reads `text` as a time: as [`is_date`] has it, with a fraction or an offset too, or seconds since 1970.
pub(crate) fn is_time_of_iam(text: &str) -> bool {
    if is_date(text) || (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())) {
        return true;
    }
    let Some((date, time)) = text.split_once('T') else { return false };
    let end = time.find(['Z', '+', '-']).unwrap_or(time.len());
    let Some((clock, zone)) = time.split_at_checked(end) else { return false };
    let (clock, fraction) = clock.split_once('.').map_or((clock, None), |(clock, fraction)| (clock, Some(fraction)));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = if clock.matches(':').count() == 1 { ":00" } else { "" };
    let offset = zone.strip_prefix(['+', '-']).and_then(|offset| offset.split_once(':'));
    let zone_fits =
        matches!(zone, "" | "Z") || offset.is_some_and(|(hours, minutes)| all_digits(hours) && all_digits(minutes));
    zone_fits && fraction.is_none_or(all_digits) && is_date(&format!("{date}T{clock}{seconds}Z"))
}

/// Whether `text` is base64, padded.
pub(crate) fn is_base64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    text.len().is_multiple_of(4)
        && text.len() - body.len() <= 2
        && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn knows_the_times_that_iam_reads() {
        let times =
            ["2026-12-31", "2026-12-31T18:00Z", "2026-12-31T18:00:00.5Z", "2026-12-31T18:00:00+02:00", "1798740000"];
        for time in times {
            assert!(is_time_of_iam(time), "{time}");
        }
        for time in ["", "tomorrow", "2026-13-01T00:00:00Z", "2026-12-31T18:00:00+2", "2026-12-31T18:00:00Zulu"] {
            assert!(!is_time_of_iam(time), "{time}");
        }
    }

    #[test]
    fn knows_base64() {
        for text in ["", "aGk=", "aGVsbG8="] {
            assert!(is_base64(text), "{text}");
        }
        for text in ["aGk", "a=b=", "====", "a b="] {
            assert!(!is_base64(text), "{text}");
        }
    }
}
