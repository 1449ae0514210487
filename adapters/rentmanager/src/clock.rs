//! Local times: Rent Manager's carry no zone, or one that says nothing, and are the account's.

use chrono::{Days, NaiveDate, NaiveDateTime, TimeDelta};
use chrono_tz::Tz;
use latchel_sync_core::model::{Fingerprint, Freshness, Window};
use latchel_sync_http::loose::instant_of;
use serde_json::Value;

/// The longest that clocks are set back.
const SET_BACK: TimeDelta = TimeDelta::hours(1);

/// Reads a local time, or a day as its beginning; whatever follows the seconds is no part of it.
pub(crate) fn local(text: &str) -> Option<NaiveDateTime> {
    let day: NaiveDate = text.get(..10)?.parse().ok()?;
    match text.get(11..19) {
        Some(clock) => Some(day.and_time(clock.parse().ok()?)),
        None => Some(day.into()),
    }
}

/// The day from which a list is asked for so that it has the whole window: a day is the form of filter that is known to be
/// understood. A clock that is set back may show an earlier day again.
pub(crate) fn first_day(window: Window, zone: Tz) -> NaiveDate {
    let day = (window.from - SET_BACK).with_timezone(&zone).date_naive();
    // The beginning of time has no day before it in the west.
    day.max(NaiveDate::MIN + Days::new(1))
}

/// Times of a record's creation and last change, by its own fields, or else a fingerprint of its content.
pub(crate) fn freshness(
    created: Option<NaiveDateTime>,
    updated: Option<NaiveDateTime>,
    zone: Tz,
    row: &Value,
) -> Freshness {
    let at = |local: Option<NaiveDateTime>| instant_of(local?, &zone);
    match (at(created), at(updated)) {
        (None, None) => Freshness::Fingerprint { fingerprint: Fingerprint::of(row), at_least: None },
        (created_at, updated_at) => Freshness::Stamped { created_at, updated_at },
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::America::Los_Angeles;

    use super::*;

    fn read(text: &str) -> Option<String> {
        instant_of(local(text)?, &Los_Angeles).map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
    }

    #[test]
    fn a_time_is_the_accounts_whatever_zone_it_is_said_to_have() {
        for text in [
            "2026-01-15 14:32:25",
            "2026-01-15T14:32:25",
            "2026-01-15T14:32:25.123",
            "2026-01-15T14:32:25-04:00",
            "2026-01-15T14:32:25Z",
        ] {
            assert_eq!(read(text).as_deref(), Some("2026-01-15T22:32:25Z"), "{text}");
        }
        assert_eq!(read("2026-07-15").as_deref(), Some("2026-07-15T07:00:00Z"));
        for text in ["", "2026-02-30", "2026-01-15T25:00:00", "15.01.2026 10:00", "ä".repeat(20).as_str()] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn the_hour_that_comes_twice_is_the_later_one_and_the_one_that_is_left_out_comes_after_the_one_before() {
        assert_eq!(read("2026-11-01T01:30:00").as_deref(), Some("2026-11-01T09:30:00Z"));
        assert_eq!(read("2026-03-08T02:30:00").as_deref(), Some("2026-03-08T10:30:00Z"));
    }

    #[test]
    fn a_window_is_asked_for_from_its_first_local_day() {
        let day = |text: &str| first_day(Window { from: text.parse().unwrap() }, Los_Angeles).to_string();
        assert_eq!(day("2026-03-02T20:00:00Z"), "2026-03-02");
        assert_eq!(day("2026-03-02T09:00:00Z"), "2026-03-02");
        assert_eq!(day("2026-03-02T08:30:00Z"), "2026-03-01", "within an hour of midnight");
        assert_eq!(day("1970-01-01T00:00:00Z"), "1969-12-31");
    }
}
