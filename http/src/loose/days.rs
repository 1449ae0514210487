use chrono::NaiveDate;
use latchel_sync_core::model::is_date;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A day as `YYYY-MM-DD`, alone or as the beginning of an instant, whose time says nothing about a day. Null, an empty
/// text, 0 and days of which [`is_date`] says that they are none stand for none.
///
/// # Errors
///
/// If it is anything else.
pub fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    as_day(&value).map_err(D::Error::custom)
}

/// The day of a value that may be anything, by the same reading.
///
/// # Errors
///
pub fn as_day(value: &Value) -> Result<Option<NaiveDate>, &'static str> {
    let wrong = "this is not a date as YYYY-MM-DD";
    let text = match value {
        Value::Null => return Ok(None),
        Value::Number(number) if number.as_i64() == Some(0) => return Ok(None),
        Value::String(text) => text.trim(),
        _ => return Err(wrong),
    };
    if text.is_empty() {
        return Ok(None);
    }
    // Nothing is also written as the day 0 of the month 0, which no calendar has.
    if text.starts_with("0000-") {
        return Ok(None);
    }
    let (date, rest) = text.split_at_checked("YYYY-MM-DD".len()).ok_or(wrong)?;
    if !rest.is_empty() && !rest.starts_with(['T', 't', ' ', 'Z', '+', '-']) {
        return Err(wrong);
    }
    let date: NaiveDate = date.parse().map_err(|_| wrong)?;
    Ok(Some(date).filter(|date| is_date(*date)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_day_is_one_with_or_without_a_time() {
        let wanted = "2026-03-02".parse().ok();
        for text in [
            "2026-03-02",
            " 2026-03-02 ",
            "2026-03-02T00:00:00",
            "2026-03-02 23:59:59.123",
            "2026-03-02T23:30:00-05:00",
            "2026-03-02T08:00:00Z",
            "2026-03-02Z",
        ] {
            assert_eq!(as_day(&json!(text)), Ok(wanted), "{text}");
        }
    }

    #[test]
    fn what_stands_for_no_day_is_none() {
        for nothing in [
            json!(null),
            json!(""),
            json!(" "),
            json!(0),
            json!("0000-00-00"),
            json!("0000-00-00 00:00:00"),
            json!("0001-01-01"),
            json!("0001-01-01T00:00:00Z"),
            json!("1899-12-31"),
            json!("2201-01-01"),
            json!("9999-12-31T23:59:59"),
        ] {
            assert_eq!(as_day(&nothing), Ok(None), "{nothing}");
        }
        assert_eq!(as_day(&json!("1900-01-01")), Ok("1900-01-01".parse().ok()));
        assert_eq!(as_day(&json!("2200-12-31")), Ok("2200-12-31".parse().ok()));
    }

    #[test]
    fn what_is_no_day_is_an_error() {
        for odd in [
            json!("soon"),
            json!("2026-02-30"),
            json!("2026-03"),
            json!("03/02/2026"),
            json!("2026-03-022"),
            json!("ääääääääää"),
            json!(20260302),
            json!(true),
            json!([]),
            json!({}),
        ] {
            assert!(as_day(&odd).is_err(), "{odd}");
        }
    }
}
