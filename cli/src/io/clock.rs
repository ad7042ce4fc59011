//! The day.

use std::time::{SystemTime, UNIX_EPOCH};

use iamx_workspace::Day;

use crate::error::Error;

/// Seconds since 1970 in place of the clock's, so that one source gives one result on any day:
/// <https://reproducible-builds.org/specs/source-date-epoch/>
const VARIABLE: &str = "SOURCE_DATE_EPOCH";

/// Today in UTC, or the day that the variable says.
pub(crate) fn today() -> Result<Day, Error> {
    let seconds = match std::env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
        Some(value) => {
            let value = value.to_string_lossy().into_owned();
            // Days to which the calendar has four digits of a year.
            let seconds = value.parse().ok().filter(|seconds| (0..253_402_300_800).contains(seconds));
            seconds.ok_or(Error::Clock { variable: VARIABLE, value })?
        }
        // A clock before 1970 is one that was never set.
        None => SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX)),
    };
    Ok(Day::of_unix_seconds(seconds))
}
