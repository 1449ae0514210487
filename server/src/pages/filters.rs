//! Filters of a results page, as its form and its links spell them.

use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::model::{Kind, PropertyId, Reason, RecordKey, RunId, Side, Status};
use latchel_sync_ledger::desk::Filter;
use serde::{Deserialize, Serialize};

use super::page::Problem;
use crate::views::Page;

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
    /// It has been so for so many hours or longer.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub hours: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Id of the property that it, or whose unit it, waits for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub waits_for: String,
    /// Record after which the page begins, as [`key_text`] writes it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub after: String,
    /// Record before which the page ends, likewise.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub before: String,
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
            waits_for: Some(&self.waits_for).filter(|id| !id.is_empty()).map(PropertyId::new),
            text: Some(self.text.trim().to_owned()).filter(|text| !text.is_empty()),
        })
    }

    pub fn page(&self) -> Result<Page, Problem> {
        let after = field("page", &self.after, key)?.map(Page::After);
        let before = field("page", &self.before, key)?.map(Page::Before);
        Ok(after.or(before).unwrap_or_default())
    }

    /// True if nothing narrows the list but perhaps the status.
    pub fn is_wide(&self) -> bool {
        Self { status: String::new(), ..self.at(Page::First) } == Self::default()
    }

    /// The same at another page.
    pub fn at(&self, page: Page) -> Self {
        let (after, before) = match page {
            Page::First => (String::new(), String::new()),
            Page::After(key) => (key_text(&key), String::new()),
            Page::Before(key) => (String::new(), key_text(&key)),
        };
        Self { after, before, ..self.clone() }
    }

    /// The query of a link.
    pub fn query(&self) -> String {
        serde_urlencoded::to_string(self).unwrap_or_default()
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
