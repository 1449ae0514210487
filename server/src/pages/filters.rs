//! Filters of a results page, as its form and its links spell them.

use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::model::{Kind, Reason, RecordKey, RunId, Side, Status};
use latchel_sync_ledger::desk::Filter;
use serde::{Deserialize, Serialize};

use super::page::Problem;

/// The form's fields; an empty one does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kind: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub from: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub status: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub run: String,
    /// It has stood so for so many hours or longer.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub hours: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Place at which the page begins, as [`key_text`] writes it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub after: String,
}

impl Asked {
    pub fn filter(&self, now: DateTime<Utc>) -> Result<Filter, Problem> {
        let hours = field("age", &self.hours, |text| text.parse::<i64>().ok())?;
        Ok(Filter {
            kind: field("kind", &self.kind, Kind::from_name)?,
            side: field("direction", &self.from, Side::from_name)?,
            status: field("status", &self.status, status)?,
            reason: field("reason", &self.reason, Reason::from_code)?,
            run: field("run", &self.run, |text| text.parse().ok().map(RunId))?,
            until: hours.and_then(TimeDelta::try_hours).and_then(|age| now.checked_sub_signed(age)),
            text: Some(self.text.trim().to_owned()).filter(|text| !text.is_empty()),
        })
    }

    pub fn after(&self) -> Result<Option<RecordKey>, Problem> {
        field("page", &self.after, key)
    }

    /// The same from another place on, as the query of a link.
    pub fn query(&self, after: Option<&RecordKey>) -> String {
        let asked = Self { after: after.map(key_text).unwrap_or_default(), ..self.clone() };
        serde_urlencoded::to_string(&asked).unwrap_or_default()
    }
}

fn field<T>(name: &str, text: &str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Problem> {
    match text.trim() {
        "" => Ok(None),
        text => read(text).map(Some).ok_or_else(|| {
            Problem::wrong(format!("\"{text}\" is no {name}"), "Choose one of those that the form offers")
        }),
    }
}

fn status(text: &str) -> Option<Status> {
    [Status::Synced, Status::Pending, Status::NotSynced, Status::Failed]
        .into_iter()
        .find(|status| status.as_str() == text)
}

/// A record's key as a form's value: `KIND SIDE ID`.
pub(super) fn key_text(key: &RecordKey) -> String {
    format!("{} {} {}", key.kind.as_str(), key.side.as_str(), key.id)
}

/// Reads back what [`key_text`] wrote.
pub(super) fn key(text: &str) -> Option<RecordKey> {
    let mut parts = text.splitn(3, ' ');
    Some(RecordKey {
        kind: Kind::from_name(parts.next()?)?,
        side: Side::from_name(parts.next()?)?,
        id: parts.next()?.to_owned(),
    })
}
