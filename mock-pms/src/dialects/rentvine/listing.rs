//! Parameters of lists, and pages by number: a bare array, which says nothing of how many rows there are.

use axum::Json;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde_json::Value;

use super::problem::Problem;
use super::reply::Answer;
use crate::dialects::endpoint::Request;
use crate::dialects::fields::plain_date;
use crate::world::Id;

/// The rows of a page where nobody says how many, by the list.
pub(super) const WORK_ORDERS_PER_PAGE: usize = 15;
pub(super) const PER_PAGE: usize = 25;

const PAGING: [&str; 2] = ["page", "pageSize"];

/// The request for a page of a list.
pub(super) struct Listing<'r> {
    request: &'r Request,
    number: usize,
    size: usize,
}

impl<'r> Listing<'r> {
    /// Refuses every parameter but these and those of paging.
    pub(super) fn of(request: &'r Request, per_page: usize, filters: &[&str]) -> Result<Self, Problem> {
        only(request, &[filters, &PAGING].concat())?;
        let listing = Self { request, number: 1, size: per_page };
        let count = |name: &str, usual: usize| match listing.parsed::<usize>(name, "a whole number")? {
            Some(0) => Err(Problem::field(name, "must be at least 1")),
            Some(count) => Ok(count),
            None => Ok(usual),
        };
        Ok(Self { number: count("page", 1)?, size: count("pageSize", per_page)?, ..listing })
    }

    /// An id, as a number.
    pub(super) fn id(&self, name: &str) -> Result<Option<Id>, Problem> {
        self.parsed(name, "an integer")
    }

    /// Every value of a parameter that may be repeated.
    pub(super) fn ids(&self, name: &str) -> Result<Vec<Id>, Problem> {
        let values = self.request.query.iter().filter(|(known, _)| known == name).map(|(_, value)| value);
        values.map(|value| value.parse().map_err(|_| Problem::field(name, "must be integers"))).collect()
    }

    /// 0 or 1, or in words.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Problem> {
        match self.request.parameter(name) {
            None => Ok(None),
            Some("1" | "true") => Ok(Some(true)),
            Some("0" | "false") => Ok(Some(false)),
            Some(_) => Err(Problem::field(name, "must be true or false")),
        }
    }

    /// A date as `YYYY-MM-DD`.
    pub(super) fn day(&self, name: &str) -> Result<Option<NaiveDate>, Problem> {
        let Some(text) = self.request.parameter(name) else { return Ok(None) };
        plain_date(text).map(Some).ok_or_else(|| Problem::field(name, "must be a date as YYYY-MM-DD"))
    }

    /// A date-time by RFC 3339, or one without a zone, which is UTC.
    pub(super) fn instant(&self, name: &str) -> Result<Option<DateTime<Utc>>, Problem> {
        let Some(text) = self.request.parameter(name) else { return Ok(None) };
        let bare = || NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok().map(|at| at.and_utc());
        let at = DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc()).or_else(bare);
        at.map(Some).ok_or_else(|| Problem::field(name, "must be a date-time"))
    }

    /// The page of these records, in the order of ids.
    pub(super) fn page<T>(
        &self,
        mut rows: Vec<T>,
        id: impl Fn(&T) -> Id,
        render: impl Fn(&T) -> Value,
    ) -> Answer {
        rows.sort_by_key(id);
        let start = (self.number - 1).saturating_mul(self.size);
        Ok(Json(rows.iter().skip(start).take(self.size).map(render).collect()))
    }

    fn parsed<T: std::str::FromStr>(&self, name: &str, what: &str) -> Result<Option<T>, Problem> {
        let parse = |text: &str| text.parse().map_err(|_| Problem::field(name, format!("must be {what}")));
        self.request.parameter(name).map(parse).transpose()
    }
}

/// Refuses every parameter but these.
pub(super) fn only(request: &Request, known: &[&str]) -> Result<(), Problem> {
    match request.query.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        Some((name, _)) => Err(Problem::field(name, "is not a parameter of this request")),
        None => Ok(()),
    }
}

/// The id in the path.
pub(super) fn path_id(request: &Request) -> Result<Id, Problem> {
    request.id().and_then(|id| id.parse().ok()).ok_or_else(Problem::gone)
}

/// A span of last changes, both ends inside.
pub(super) struct Modified {
    min: Option<DateTime<Utc>>,
    max: Option<DateTime<Utc>>,
}

impl Modified {
    pub(super) const FILTERS: [&str; 2] = ["dateTimeModifiedMin", "dateTimeModifiedMax"];

    pub(super) fn of(listing: &Listing<'_>) -> Result<Self, Problem> {
        let [min, max] = Self::FILTERS;
        Ok(Self { min: listing.instant(min)?, max: listing.instant(max)? })
    }

    pub(super) fn holds(&self, at: DateTime<Utc>) -> bool {
        self.min.is_none_or(|min| min <= at) && self.max.is_none_or(|max| at <= max)
    }
}
