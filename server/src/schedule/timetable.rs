use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use croner::Cron;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Times at which something is done automatically (rule W4): at intervals such as `15m`, or by a cron expression such as
/// `0 3 * * *` in the account's time zone.
#[derive(Debug, Clone)]
pub struct Timetable {
    text: String,
    form: Form,
}

#[derive(Debug, Clone)]
enum Form {
    Every(TimeDelta),
    Cron(Box<Cron>),
}

impl Timetable {
    /// The first time after the one that began at `last`, UTC; `None` if it never comes.
    pub fn after(&self, last: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        match &self.form {
            Form::Every(interval) => last.checked_add_signed(*interval),
            Form::Cron(cron) => {
                let next = cron.find_next_occurrence(&last.with_timezone(&zone), false).ok()?;
                Some(next.with_timezone(&Utc))
            }
        }
    }
}

impl Timetable {
    /// True if it goes by intervals, and not by the clock on the wall.
    pub(super) fn is_interval(&self) -> bool {
        matches!(self.form, Form::Every(_))
    }
}

impl FromStr for Timetable {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let interval = humantime::parse_duration(text).ok().and_then(|span| TimeDelta::from_std(span).ok());
        let form = match interval {
            Some(interval) if interval >= SHORTEST => Some(Form::Every(interval)),
            Some(_) => None,
            None => text.parse().ok().map(|cron| Form::Cron(Box::new(cron))),
        };
        let wrong = || {
            format!(
                "{text:?} is neither an interval such as 15m or 24h nor a cron expression such as \"0 3 * * *\""
            )
        };
        form.map(|form| Self { text: text.to_owned(), form }).ok_or_else(wrong)
    }
}

const SHORTEST: TimeDelta = TimeDelta::seconds(1);

impl fmt::Display for Timetable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.form {
            Form::Every(_) => write!(f, "every {}", self.text),
            Form::Cron(_) => write!(f, "at {}", self.text),
        }
    }
}

/// As it is written in the configuration.
impl Serialize for Timetable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Timetable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    fn after(timetable: &str, last: &str) -> Option<DateTime<Utc>> {
        let zone = chrono_tz::America::Los_Angeles;
        timetable.parse::<Timetable>().expect("a timetable").after(at(last), zone)
    }

    #[test]
    fn an_interval_counts_from_the_last_time() {
        assert_eq!(after("15m", "2026-03-02T20:00:10Z"), Some(at("2026-03-02T20:15:10Z")));
        assert_eq!(after("24h", "2026-03-07T20:00:00Z"), Some(at("2026-03-08T20:00:00Z")));
    }

    #[test]
    fn a_cron_expression_is_local_also_where_the_clocks_change() {
        assert_eq!(after("0 3 * * *", "2026-03-06T20:00:00Z"), Some(at("2026-03-07T11:00:00Z")));
        assert_eq!(after("0 3 * * *", "2026-03-07T20:00:00Z"), Some(at("2026-03-08T10:00:00Z")));
        // 02:30 does not exist on that day, and is not left out.
        let night = after("30 2 * * *", "2026-03-07T20:00:00Z").expect("it comes");
        assert!(night <= at("2026-03-08T11:00:00Z"), "{night}");
    }

    #[test]
    fn what_is_neither_is_refused_with_examples() {
        for text in ["", "0s", "10ms", "often", "61 * * * *", "99999999999999y"] {
            let error = text.parse::<Timetable>().expect_err(text);
            assert!(error.contains("15m"), "{error}");
        }
    }
}
