//! Lists: the filter that every one of them needs, paging, and the link to the next page.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde_json::{Value, json};

use super::call::{Answer, Call, Reply};
use super::names::{Kind, id_of, is_uuid};
use super::problem::Problem;
use crate::shared::quirk::Quirk;
use crate::world::{Id, Record};

pub(super) const HIDDEN_PROPERTIES_ONLY: Quirk = Quirk::rare(
    "hidden-properties-only",
    "Only the list of properties takes `filters[IncludeHidden]`: on tenants, units and vendors it is a 400.",
    "Every list of what can be hidden takes it.",
);

/// Prefix of every path, also of those of next pages.
pub(super) const PREFIX: &str = "/api/v0";

const MAX_SIZE: usize = 1000;
const SINCE: &str = "filters[LastUpdatedAtFrom]";
const NUMBER: &str = "page[number]";
const SIZE: &str = "page[size]";

/// Query of a list: its filters and its page.
pub(super) struct Listing<'c> {
    call: &'c Call,
    since: DateTime<Utc>,
    number: usize,
    size: usize,
}

impl<'c> Listing<'c> {
    /// Reads what every list has, and refuses filters other than `filters`, which are spelled without brackets.
    pub(super) fn of(call: &'c Call, filters: &[&str]) -> Result<Self, Problem> {
        let own = |name: &str| {
            let inner = name.strip_prefix("filters[").and_then(|rest| rest.strip_suffix(']'));
            inner.is_some_and(|inner| filters.contains(&inner))
        };
        if let Some((name, _)) = call
            .0
            .query
            .iter()
            .find(|(name, _)| ![SINCE, NUMBER, SIZE].contains(&name.as_str()) && !own(name))
        {
            return Err(Problem::parameter(name, "is not a parameter of this list."));
        }
        let Some(since) = call.0.parameter(SINCE) else {
            return Err(Problem::parameter(SINCE, "is required."));
        };
        let since =
            instant(since).ok_or_else(|| Problem::parameter(SINCE, "must be a date-time by ISO 8601."))?;
        let number = |name: &str, otherwise: usize, most: usize| match call.0.parameter(name).map(str::parse)
        {
            None => Ok(otherwise),
            Some(Ok(n)) if (1..=most).contains(&n) => Ok(n),
            Some(_) => Err(Problem::parameter(name, format!("must be from 1 to {most}."))),
        };
        Ok(Self {
            call,
            since,
            number: number(NUMBER, 1, usize::MAX)?,
            size: number(SIZE, MAX_SIZE, MAX_SIZE)?,
        })
    }

    /// True if a record was updated at the filter's instant or later.
    pub(super) fn holds(&self, updated_at: DateTime<Utc>) -> bool {
        updated_at >= self.since
    }

    /// The ids of a filter, if it was sent; one that is no UUID is refused, and one of nothing finds nothing.
    pub(super) fn ids(&self, filter: &str, kind: Kind) -> Result<Option<Vec<Id>>, Problem> {
        let Some(texts) = self.texts(filter)? else { return Ok(None) };
        Ok(Some(texts.iter().filter_map(|text| id_of(kind, text)).collect()))
    }

    /// The ids of a filter as they were sent.
    pub(super) fn texts(&self, filter: &str) -> Result<Option<Vec<String>>, Problem> {
        let name = format!("filters[{filter}]");
        let Some(text) = self.call.0.parameter(&name) else { return Ok(None) };
        let texts: Vec<_> = text.split(',').map(str::to_ascii_lowercase).collect();
        match texts.iter().find(|text| !is_uuid(text)) {
            Some(wrong) => Err(Problem::parameter(&name, format!("has {wrong:?}, which is no id."))),
            None => Ok(Some(texts)),
        }
    }

    /// The same on other lists than that of properties, which may not have the filter.
    pub(super) fn with_hidden_beside_properties(&self) -> Result<bool, Problem> {
        let name = "filters[IncludeHidden]";
        if self.call.0.has(&HIDDEN_PROPERTIES_ONLY) && self.call.0.parameter(name).is_some() {
            return Err(Problem::parameter(name, "is not a parameter of this list."));
        }
        self.with_hidden()
    }

    /// True if hidden records were asked for. Refuses any value other than true or false.
    pub(super) fn with_hidden(&self) -> Result<bool, Problem> {
        match self.call.0.parameter("filters[IncludeHidden]") {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(Problem::parameter("filters[IncludeHidden]", "must be true or false.")),
        }
    }

    /// The page that was asked for. Records come in an order that means nothing.
    pub(super) fn page<T>(
        &self,
        resource: &str,
        mut rows: Vec<T>,
        id: impl Fn(&T) -> Id,
        render: impl Fn(&T) -> Value,
    ) -> Answer {
        rows.sort_by_key(|row| scattered(id(row)));
        let begin = (self.number - 1).saturating_mul(self.size);
        let more = rows.len() > begin.saturating_add(self.size);
        let page: Vec<Value> = rows.iter().skip(begin).take(self.size).map(render).collect();
        let next = more.then(|| self.next_page_path(resource));
        Ok(Reply::Ok(json!({ "data": page, "next_page_path": next })))
    }

    /// The same for records of one table.
    pub(super) fn page_of<T: Record>(
        &self,
        resource: &str,
        rows: Vec<&T>,
        render: impl Fn(&T) -> Value,
    ) -> Answer {
        self.page(resource, rows, |row| row.id(), |row| render(row))
    }

    fn next_page_path(&self, resource: &str) -> String {
        let filters = self.call.0.query.iter().filter(|(name, _)| name.starts_with("filters["));
        let filters: String = filters.map(|(name, value)| format!("{name}={value}&")).collect();
        format!("{PREFIX}/{resource}?{filters}{NUMBER}={}&{SIZE}={}", self.number + 1, self.size)
    }
}

/// An instant; a plain date is its midnight.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    let day = || Some(NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_time(NaiveTime::MIN).and_utc());
    DateTime::parse_from_rfc3339(text).map(|at| at.to_utc()).ok().or_else(day)
}

/// The same for the same id, and no order that anybody could rely on.
fn scattered(id: Id) -> u64 {
    let x = id.unsigned_abs().wrapping_mul(0x9E37_79B9_7F4A_7C15);
    x ^ (x >> 29)
}
