//! A day of the calendar, in UTC.

use std::fmt;

/// A day in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    /// Days since 1970-01-01.
    since_epoch: i64,
}

/// Days of 400 years of the Gregorian calendar.
const ERA: i64 = 146_097;
/// From 0000-03-01, where the reckoning begins, to 1970-01-01.
const TO_EPOCH: i64 = 719_468;

impl Day {
    /// The day that holds that second since 1970-01-01T00:00:00Z.
    pub fn of_unix_seconds(seconds: i64) -> Self {
        Self { since_epoch: seconds.div_euclid(86_400) }
    }

    /// The day that `text` says, as `2026-12-31`; `None` where it says none.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let mut part = |length: usize| {
            let part = parts.next()?;
            (part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit()))
                .then(|| part.parse::<i64>().ok())?
        };
        let (year, month, day) = (part(4)?, part(2)?, part(2)?);
        if parts.next().is_some() || !(1..=12).contains(&month) || day < 1 {
            return None;
        }
        // Years begin in March, so that a leap day is the last of its year.
        let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let day_of_year = (153 * month + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let found = Self { since_epoch: era * ERA + day_of_era - TO_EPOCH };
        // A day that the month doesn't have comes out as one of the next month.
        (found.to_string() == text).then_some(found)
    }

    /// The day after.
    #[must_use]
    pub fn next(self) -> Self {
        Self { since_epoch: self.since_epoch + 1 }
    }

    /// How many days lie between this day and `other`; negative where that is past.
    pub fn days_until(self, other: Self) -> i64 {
        other.since_epoch - self.since_epoch
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = self.since_epoch.saturating_add(TO_EPOCH);
        let (era, day_of_era) = (days.div_euclid(ERA), days.rem_euclid(ERA));
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let (month, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
        write!(f, "{:04}-{month:02}-{day:02}", year_of_era + era * 400 + carry)
    }
}

#[cfg(test)]
mod tests {
    use super::Day;

    #[test]
    fn days_are_counted_as_the_calendar_does() {
        let mut day = Day::of_unix_seconds(0);
        assert_eq!(day.to_string(), "1970-01-01");
        for (year, month, days) in (1970..2110).flat_map(|year| {
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let february = if leap { 29 } else { 28 };
            let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
            (1..).zip(lengths).map(move |(month, days)| (year, month, days))
        }) {
            for of_month in 1..=days {
                let text = format!("{year:04}-{month:02}-{of_month:02}");
                assert_eq!(day.to_string(), text);
                assert_eq!(Day::parse(&text), Some(day));
                day = day.next();
            }
            assert_eq!(Day::parse(&format!("{year:04}-{month:02}-{:02}", days + 1)), None);
        }
    }

    #[test]
    fn what_is_no_day_is_none() {
        for text in ["", "2026", "2026-13-01", "2026-00-10", "2026-1-1", "2026-01-01-01", "x026-01-01", "2026-01-00"] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_lasts_until_the_next_begins() {
        assert_eq!(Day::of_unix_seconds(86_399).to_string(), "1970-01-01");
        assert_eq!(Day::of_unix_seconds(86_400).to_string(), "1970-01-02");
        assert_eq!(Day::of_unix_seconds(-1).to_string(), "1969-12-31");
    }
}
