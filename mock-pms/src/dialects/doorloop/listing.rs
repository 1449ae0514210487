//! Lists: filters by name, pages by number, and an order of which nothing is documented.

use axum::http::StatusCode;
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;

use super::oid::{self, Named};
use super::problem::Problem;
use super::reply::{Answer, Reply};
use crate::dialects::endpoint::Request;
use crate::dialects::fields::plain_date;
use crate::shared::quirk::Quirk;
use crate::world::{Id, World};

pub(super) const SHIFTING_ORDER: Quirk = Quirk::usual(
    "shifting-order",
    "The order of a list is another one when a row comes or goes.",
    "It stays, and rows come and go in it.",
);

pub(super) const CAPPED_PAGES: Quirk = Quirk::rare(
    "capped-pages",
    "A page has 20 rows at most, whatever is asked for; the total is the list's.",
    "It has as many rows as are asked for.",
);

/// Number of rows of a capped page.
const CAP: usize = 20;
const DEFAULT_SIZE: usize = 50;
const MAX_SIZE: usize = 1_000;

/// Query of a list: its page and its filters.
pub(super) struct Listing<'a> {
    request: &'a Request,
    number: usize,
    size: usize,
}

impl<'a> Listing<'a> {
    /// Reads the page; refuses parameters that the list does not have, and those that this imitation does not.
    pub(super) fn of(request: &'a Request, filters: &[&str], not_imitated: &[&str]) -> Result<Self, Problem> {
        for (name, _) in &request.query {
            let name = name.as_str();
            if not_imitated.contains(&name) {
                let message = format!("The mock does not imitate the filter {name}.");
                return Err(Problem::new(StatusCode::NOT_IMPLEMENTED, &message));
            }
            if !filters.contains(&name) && !["page_number", "page_size"].contains(&name) {
                return Err(Problem::invalid(name, "is not allowed"));
            }
        }
        let number = |name: &str, most: usize, default: usize| match request.parameter(name) {
            None => Ok(default),
            Some(text) => match text.parse() {
                Ok(n) if (1..=most).contains(&n) => Ok(n),
                _ => Err(Problem::invalid(name, format!("must be an integer of 1 to {most}"))),
            },
        };
        let cap = if request.has(&CAPPED_PAGES) { CAP } else { MAX_SIZE };
        Ok(Self {
            request,
            number: number("page_number", usize::MAX, 1)?,
            size: number("page_size", MAX_SIZE, DEFAULT_SIZE)?.min(cap),
        })
    }

    /// The page of these rows that was asked for. The order is the same for as long as no row comes or goes.
    pub(super) fn page<T>(
        &self,
        mut rows: Vec<T>,
        id: impl Fn(&T) -> Id,
        render: impl Fn(&T) -> Value,
    ) -> Answer {
        let total = rows.len();
        // One that does not depend on how many rows there are does not change with them.
        let seed = if self.request.has(&SHIFTING_ORDER) { total } else { 0 };
        rows.sort_by_cached_key(|row| scattered(id(row), seed));
        let first = (self.number - 1).saturating_mul(self.size);
        Ok(Reply::Page(rows.iter().skip(first).take(self.size).map(render).collect(), total))
    }

    /// Text that something has to contain, in lower case.
    pub(super) fn part(&self, name: &str) -> Option<String> {
        self.request.parameter(name).map(str::to_lowercase)
    }

    /// The id of a record that may not exist.
    pub(super) fn id<T: Named>(&self, name: &str) -> Result<Option<Id>, Problem> {
        self.request.parameter(name).map(|text| oid::read::<T>(name, text)).transpose()
    }

    /// One of the words.
    pub(super) fn word<V: Copy>(&self, name: &str, words: &[(&str, V)]) -> Result<Option<V>, Problem> {
        let meaning = |text: &str| words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
        let wrong = || Problem::invalid(name, "is not one of the known values");
        self.request.parameter(name).map(|text| meaning(text).ok_or_else(wrong)).transpose()
    }

    /// A span of days whose ends belong to it.
    pub(super) fn days(&self, from: &str, to: &str) -> Result<Days, Problem> {
        let day = |name: &str| {
            let wrong = || Problem::invalid(name, "must be a date as YYYY-MM-DD");
            self.request.parameter(name).map(|text| plain_date(text).ok_or_else(wrong)).transpose()
        };
        Ok(Days { from: day(from)?, to: day(to)? })
    }
}

/// A span of days.
#[derive(Debug, Clone, Copy)]
pub(super) struct Days {
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
}

impl Days {
    /// True if the day is inside; no day is outside of every span that was asked for.
    pub(super) fn hold(self, day: Option<NaiveDate>) -> bool {
        self.from.is_none_or(|from| day.is_some_and(|day| from <= day))
            && self.to.is_none_or(|to| day.is_some_and(|day| day <= to))
    }

    /// The same for an instant, in the zone where the account's date filters cut days.
    pub(super) fn hold_instant(self, world: &World, at: DateTime<Utc>) -> bool {
        self.hold(Some(at.with_timezone(&world.platform.account.filter_timezone()).date_naive()))
    }
}

/// Another place for each id, and another order for each number of rows (SplitMix64).
fn scattered(id: Id, total: usize) -> u64 {
    let mut mixed = id.unsigned_abs() ^ (total as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    for factor in [0xBF58_476D_1CE4_E5B9_u64, 0x94D0_49BB_1331_11EB] {
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(factor);
    }
    mixed ^ (mixed >> 31)
}
