use chrono::{DateTime, MappedLocalTime, NaiveDateTime, TimeDelta, TimeZone, Utc};
use latchel_sync_core::model::is_date;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// An instant by which nothing is decided that would not be without it; one without a zone is UTC. `None` for whatever is
/// none.
///
/// # Errors
///
/// Those of the source alone.
pub fn stamp<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(value.as_str().and_then(|text| instant(text, &Utc)))
}

/// An instant that decides and must be there; one without a zone is UTC.
///
/// # Errors
///
/// If it is none.
pub fn required_instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
    stamp(deserializer)?.ok_or_else(|| D::Error::custom("this is not an instant"))
}

/// An instant by RFC 3339, or a time without a zone, which is one of `zone` ([`instant_of`]): with `T` or a blank before the time
/// of day. A time on a day of which [`is_date`] says that it is none is none either.
pub fn instant(text: &str, zone: &impl TimeZone) -> Option<DateTime<Utc>> {
    read(text.trim(), zone).filter(|at| is_date(at.date_naive()))
}

fn read(text: &str, zone: &impl TimeZone) -> Option<DateTime<Utc>> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.to_utc());
    }
    let form = |form| NaiveDateTime::parse_from_str(text, form).ok();
    let local = form("%Y-%m-%d %H:%M:%S%.f").or_else(|| form("%Y-%m-%dT%H:%M:%S%.f"))?;
    instant_of(local, zone)
}

/// The instant of a local time of `zone`. Of the two of an hour that comes twice, the later, so that no window misses it; a time
/// that is skipped is as much later as the clocks go forward.
pub fn instant_of(local: NaiveDateTime, zone: &impl TimeZone) -> Option<DateTime<Utc>> {
    match zone.from_local_datetime(&local) {
        MappedLocalTime::Single(at) => Some(at.to_utc()),
        MappedLocalTime::Ambiguous(one, other) => Some(one.to_utc().max(other.to_utc())),
        MappedLocalTime::None => {
            let hour = TimeDelta::hours(1);
            let before = zone.from_local_datetime(&local.checked_sub_signed(hour)?).latest()?;
            before.to_utc().checked_add_signed(hour)
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::America::New_York;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_time_without_a_zone_is_one_of_the_zone_that_is_given() {
        for (text, at) in [
            ("2026-03-02T20:00:00Z", "2026-03-02T20:00:00Z"),
            ("2026-03-02T20:00:00-05:00", "2026-03-03T01:00:00Z"),
            ("2026-03-02 20:00:00", "2026-03-03T01:00:00Z"),
            ("2026-03-02T20:00:00.25", "2026-03-03T01:00:00.25Z"),
            // The hour that is skipped, and the one that comes twice.
            ("2026-03-08 02:30:00", "2026-03-08T07:30:00Z"),
            ("2026-11-01 01:30:00", "2026-11-01T06:30:00Z"),
        ] {
            assert_eq!(instant(text, &New_York), at.parse().ok(), "{text}");
        }
        for odd in
            ["", "2026-03-02", "soon", "2026-02-30 00:00:00", "0000-00-00 00:00:00", "0001-01-01T00:00:00Z"]
        {
            assert_eq!(instant(odd, &New_York), None, "{odd}");
        }
    }

    #[test]
    fn a_stamp_that_is_none_is_absent() {
        assert_eq!(stamp(&json!("2026-03-02T20:00:00")).ok().flatten(), "2026-03-02T20:00:00Z".parse().ok());
        for odd in [json!(""), json!(null), json!(5), json!(true), json!({}), json!("2026-03-02")] {
            assert_eq!(stamp(&odd).ok(), Some(None), "{odd}");
            assert!(required_instant(&odd).is_err(), "{odd}");
        }
    }
}
