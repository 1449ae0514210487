//! Query parameters, read as strictly as Buildium reads them.

use std::fmt::Write as _;

use axum::http::StatusCode;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;

use super::problem::Problem;
use crate::dialects::fields::plain_date;
use crate::world::Id;

/// The parameters of one request.
pub(super) struct Parameters(Vec<(String, String)>);

/// A span of time whose ends belong to it.
pub(super) struct Span<T> {
    from: Option<T>,
    to: Option<T>,
}

impl<T: PartialOrd> Span<T> {
    pub(super) fn holds(&self, at: &T) -> bool {
        self.from.as_ref().is_none_or(|from| from <= at) && self.to.as_ref().is_none_or(|to| at <= to)
    }

    pub(super) fn is_open(&self) -> bool {
        self.from.is_none() && self.to.is_none()
    }
}

/// A span of days, as they begin and end in a time zone.
pub(super) struct Days(Span<NaiveDate>, Tz);

impl Days {
    pub(super) fn hold(&self, at: DateTime<Utc>) -> bool {
        self.0.holds(&at.with_timezone(&self.1).date_naive())
    }
}

impl Parameters {
    pub(super) fn of(query: Vec<(String, String)>) -> Self {
        Self(query)
    }

    /// Refuses names that the endpoint does not have, as if the resource did not exist, and those that
    /// it has but this imitation does not.
    pub(super) fn check(&self, known: &[&str], not_imitated: &[&str]) -> Result<(), Problem> {
        for (name, _) in &self.0 {
            if not_imitated.contains(&name.as_str()) {
                let message = format!("The mock does not imitate the filter {name}.");
                return Err(Problem::new(StatusCode::NOT_IMPLEMENTED, message));
            }
            if !known.contains(&name.as_str()) {
                let message = format!("No such resource: it has no parameter {name}.");
                return Err(Problem::new(StatusCode::NOT_FOUND, message));
            }
        }
        Ok(())
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The value in lower case, for filters of the kind "contains".
    pub(super) fn part(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_lowercase)
    }

    pub(super) fn id(&self, name: &str) -> Result<Option<Id>, Problem> {
        self.text(name).map(|value| id(name, value)).transpose()
    }

    /// A repeated parameter; `None` if it does not occur.
    pub(super) fn ids(&self, name: &str) -> Result<Option<Vec<Id>>, Problem> {
        self.each(name, |value| id(name, value))
    }

    pub(super) fn word<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Result<Option<T>, Problem> {
        self.text(name).map(|value| word(name, value, words)).transpose()
    }

    /// A repeated parameter; `None` if it does not occur.
    pub(super) fn words<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Result<Option<Vec<T>>, Problem> {
        self.each(name, |value| word(name, value, words))
    }

    /// `lastupdatedfrom` and `lastupdatedto` where they are instants.
    pub(super) fn updated(&self) -> Result<Span<DateTime<Utc>>, Problem> {
        let instant = |name| {
            self.text(name)
                .map(|value| instant(value, "%Y-%m-%dT%H:%M:%SZ", 20).ok_or((name, "YYYY-MM-DDTHH:MM:SSZ")))
                .transpose()
                .map_err(misspelt)
        };
        Ok(Span { from: instant("lastupdatedfrom")?, to: instant("lastupdatedto")? })
    }

    /// `createddatetimefrom` and `createddatetimeto`, the only filters spelled with a space.
    pub(super) fn created(&self) -> Result<Span<DateTime<Utc>>, Problem> {
        let instant = |name| {
            self.text(name)
                .map(|value| instant(value, "%Y-%m-%d %H:%M:%S", 19).ok_or((name, "YYYY-MM-DD HH:MM:SS")))
                .transpose()
                .map_err(misspelt)
        };
        Ok(Span { from: instant("createddatetimefrom")?, to: instant("createddatetimeto")? })
    }

    /// `lastupdatedfrom` and `lastupdatedto` where they are dates.
    pub(super) fn updated_days(&self, zone: Tz) -> Result<Days, Problem> {
        Ok(Days(self.dates("lastupdatedfrom", "lastupdatedto")?, zone))
    }

    pub(super) fn dates(&self, from: &'static str, to: &'static str) -> Result<Span<NaiveDate>, Problem> {
        let date = |name| {
            self.text(name)
                .map(|value| plain_date(value).ok_or((name, "YYYY-MM-DD")))
                .transpose()
                .map_err(misspelt)
        };
        Ok(Span { from: date(from)?, to: date(to)? })
    }

    fn each<T>(
        &self,
        name: &str,
        convert: impl Fn(&str) -> Result<T, Problem>,
    ) -> Result<Option<Vec<T>>, Problem> {
        let values: Vec<T> = self
            .0
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| convert(value))
            .collect::<Result<_, _>>()?;
        Ok((!values.is_empty()).then_some(values))
    }
}

fn id(name: &str, value: &str) -> Result<Id, Problem> {
    value.parse::<i32>().map(Id::from).map_err(|_| Problem::parameter(name, "must be an integer"))
}

fn word<T: Copy>(name: &str, value: &str, words: &[(&str, T)]) -> Result<T, Problem> {
    let found = words.iter().find(|(word, _)| *word == value).map(|(_, meaning)| *meaning);
    found.ok_or_else(|| {
        let mut message = String::from("must be one of");
        for (word, _) in words {
            let _ = write!(message, " {word}");
        }
        Problem::parameter(name, message)
    })
}

fn instant(value: &str, format: &str, length: usize) -> Option<DateTime<Utc>> {
    let at = NaiveDateTime::parse_from_str(value, format).ok()?;
    (value.len() == length).then(|| at.and_utc())
}

fn misspelt((name, format): (&str, &str)) -> Problem {
    Problem::parameter(name, format!("must be formatted as {format}"))
}
