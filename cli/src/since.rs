use std::str::FromStr;

use chrono::{DateTime, Datelike, LocalResult, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use latchel_sync_core::model::Window;

/// Start of a look back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// At this instant, UTC.
    Instant(DateTime<Utc>),
    /// With this day where the account is.
    Day(NaiveDate),
    /// So long ago.
    Ago(TimeDelta),
}

impl Since {
    /// The instant, for an account in this zone.
    pub fn instant(self, now: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
        match self {
            Self::Instant(instant) => instant,
            Self::Ago(span) => Window::before(now, span).from,
            Self::Day(day) => {
                let midnight = day.and_time(NaiveTime::MIN);
                match zone.from_local_datetime(&midnight) {
                    LocalResult::Single(begin) | LocalResult::Ambiguous(begin, _) => begin.to_utc(),
                    // The clocks go forward at midnight there: a little too early loses nothing.
                    LocalResult::None => midnight.and_utc() - TimeDelta::hours(14),
                }
            }
        }
    }
}

impl FromStr for Since {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(instant) = text.parse::<DateTime<Utc>>() {
            return within(instant.year()).map(|()| Self::Instant(instant));
        }
        if let Ok(day) = text.parse::<NaiveDate>() {
            return within(day.year()).map(|()| Self::Day(day));
        }
        let span = humantime::parse_duration(text).ok().and_then(|span| TimeDelta::from_std(span).ok());
        span.map(Self::Ago).ok_or_else(|| {
            "it is neither an instant (2026-03-01T00:00:00Z), nor a day (2026-03-01), nor a span (5d, 36h)"
                .to_owned()
        })
    }
}

/// No record is older or younger; outside of this, far sides may not know how to read the year.
fn within(year: i32) -> Result<(), String> {
    if (1971..=9999).contains(&year) { Ok(()) } else { Err("the year must be 1971 to 9999".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_an_instant_a_day_where_the_account_is_or_a_span() {
        let now = "2026-03-10T12:00:00Z".parse().unwrap();
        for (text, expected) in [
            ("2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z"),
            ("2026-03-01T00:00:00-08:00", "2026-03-01T08:00:00Z"),
            ("2026-03-01", "2026-03-01T08:00:00Z"),
            ("2026-03-09", "2026-03-09T07:00:00Z"),
            ("5d", "2026-03-05T12:00:00Z"),
            ("36h", "2026-03-09T00:00:00Z"),
        ] {
            let since: Since = text.parse().unwrap();
            assert_eq!(
                since.instant(now, chrono_tz::America::Los_Angeles),
                expected.parse::<DateTime<Utc>>().unwrap()
            );
        }
        for text in ["", "yesterday", "2026-02-30", "5 bananas", "-262143-01-01", "+262142-12-31T00:00:00Z"] {
            assert!(text.parse::<Since>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_span_longer_than_time_begins_in_1970() {
        let now = "2026-03-10T12:00:00Z".parse().unwrap();
        for text in ["300000years", "90000years", "100years"] {
            let since: Since = text.parse().unwrap();
            assert_eq!(since.instant(now, chrono_tz::UTC), DateTime::UNIX_EPOCH, "{text}");
        }
    }

    #[test]
    fn a_day_that_begins_without_a_midnight_begins_early_enough() {
        let since = Since::Day("2018-11-04".parse().unwrap());
        let zone = chrono_tz::America::Sao_Paulo;
        let first = "2018-11-04T03:00:00Z".parse::<DateTime<Utc>>().unwrap();
        assert!(since.instant(first, zone) <= first);
    }
}
