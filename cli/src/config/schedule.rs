//! Timetables of an account, as the configuration has them.

use chrono::TimeDelta;
use latchel_sync_server::schedule::{Schedule, Timetable};
use serde::Deserialize;

/// The account's `schedule`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct FileSchedule {
    work_orders: Timetable,
    properties_and_residents: Timetable,
    reconciliation: Option<Timetable>,
    #[serde(deserialize_with = "interval")]
    jitter: String,
}

/// An interval such as `15m`, kept as it is written.
pub(super) fn interval<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    match humantime::parse_duration(&text) {
        Ok(interval) if !interval.is_zero() => Ok(text),
        _ => Err(serde::de::Error::custom(format!("{text:?} is not an interval such as 15m or 24h"))),
    }
}

impl Default for FileSchedule {
    fn default() -> Self {
        let timetable = |text: &str| text.parse().unwrap_or_else(|wrong| unreachable!("a constant: {wrong}"));
        Self {
            work_orders: timetable("15m"),
            properties_and_residents: timetable("24h"),
            reconciliation: None,
            jitter: "1m".to_owned(),
        }
    }
}

impl From<FileSchedule> for Schedule {
    fn from(file: FileSchedule) -> Self {
        let FileSchedule { work_orders, properties_and_residents, reconciliation, jitter } = file;
        let jitter = humantime::parse_duration(&jitter).ok().and_then(|span| TimeDelta::from_std(span).ok());
        Self { work_orders, properties_and_residents, reconciliation, jitter: jitter.unwrap_or_default() }
    }
}
