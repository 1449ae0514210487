//! Values of far sides that spell ids, numbers and flags as text, or now so and now so.

use chrono::{DateTime, MappedLocalTime, NaiveDateTime, TimeDelta, TimeZone, Utc};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// An id, as text or as an integer, of a value that may be anything.
pub fn as_id(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
        _ => None,
    }
}

/// An id, as text or as an integer.
///
/// # Errors
///
/// If it is neither.
pub fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let value = Value::deserialize(deserializer)?;
    as_id(&value).ok_or_else(|| D::Error::custom("this is not an id"))
}

/// An id that may be absent: null, an empty text and 0 stand for none.
///
/// # Errors
///
/// If it is neither text nor an integer.
pub fn optional_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    if value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty()) {
        return Ok(None);
    }
    let id = as_id(&value).ok_or_else(|| D::Error::custom("this is not an id"))?;
    Ok(Some(id).filter(|id| id != "0"))
}

/// True or false, as such or as 0 or 1, as a number or as text; `None` for null and for words that are not known.
///
/// # Errors
///
/// If it is an array or an object.
pub fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    let word = match Value::deserialize(deserializer)? {
        Value::Null => return Ok(None),
        Value::Bool(flag) => return Ok(Some(flag)),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_lowercase(),
        Value::Array(_) | Value::Object(_) => return Err(D::Error::custom("this is neither true nor false")),
    };
    Ok(match word.as_str() {
        "1" | "true" | "yes" => Some(true),
        "0" | "false" | "no" => Some(false),
        _ => None,
    })
}

/// An instant by RFC 3339, or a time without a zone, which is one of `zone`: with `T` or a blank before the time of day. Of
/// the two instants of an hour that comes twice, the later; a time that is skipped is as much later as the clocks go forward.
pub fn instant(text: &str, zone: &impl TimeZone) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.to_utc());
    }
    let read = |form| NaiveDateTime::parse_from_str(text, form).ok();
    let local = read("%Y-%m-%d %H:%M:%S%.f").or_else(|| read("%Y-%m-%dT%H:%M:%S%.f"))?;
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

    #[derive(Debug, PartialEq, Deserialize)]
    struct Record {
        #[serde(deserialize_with = "id")]
        id: String,
        #[serde(default, deserialize_with = "optional_id")]
        unit: Option<String>,
        #[serde(default, deserialize_with = "flag")]
        active: Option<bool>,
    }

    fn read(value: Value) -> Option<Record> {
        serde_json::from_value(value).ok()
    }

    fn record(id: &str, unit: Option<&str>, active: Option<bool>) -> Option<Record> {
        Some(Record { id: id.to_owned(), unit: unit.map(str::to_owned), active })
    }

    #[test]
    fn text_and_numbers_are_the_same() {
        assert_eq!(read(json!({"id": "7", "unit": "8", "active": "1"})), record("7", Some("8"), Some(true)));
        assert_eq!(read(json!({"id": 7, "unit": 8, "active": 0})), record("7", Some("8"), Some(false)));
        assert_eq!(read(json!({"id": " 7 ", "active": true})), record("7", None, Some(true)));
    }

    #[test]
    fn what_stands_for_nothing_is_none_and_an_unknown_word_too() {
        for nothing in [json!(null), json!(""), json!("0"), json!(0)] {
            assert_eq!(read(json!({"id": "7", "unit": nothing})), record("7", None, None), "{nothing}");
        }
        assert_eq!(read(json!({"id": "7", "active": "Moonlit"})), record("7", None, None));
    }

    #[test]
    fn what_is_neither_is_refused() {
        for odd in [json!({}), json!([]), json!(1.5), json!(true)] {
            assert_eq!(read(json!({"id": odd})), None, "{odd}");
            assert_eq!(read(json!({"id": "7", "unit": odd})), None, "{odd}");
        }
        assert_eq!(read(json!({"id": ""})), None);
        assert_eq!(read(json!({"id": "7", "active": {}})), None);
    }

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
        for odd in ["", "2026-03-02", "soon", "2026-02-30 00:00:00", "0000-00-00 00:00:00"] {
            assert_eq!(instant(odd, &New_York), None, "{odd}");
        }
    }
}
