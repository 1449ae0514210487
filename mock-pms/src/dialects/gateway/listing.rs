//! Lists: filters, and pages that a cursor walks through by id.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::call::{Answer, Call, Reply};
use super::problem::Problem;
use crate::world::{Id, Record, World};

const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 500;

/// Query of a list: its page and its filters.
pub(super) struct Listing {
    limit: usize,
    after: Id,
    has_ref: Option<bool>,
    since: Option<DateTime<Utc>>,
}

impl Listing {
    /// Reads the paging parameters of a list of `T`, and those filters that it has.
    pub(super) fn of<T: Record>(call: &Call, filters: &[&str]) -> Result<Self, Problem> {
        call.check_query(&[filters, &["limit", "cursor"]].concat())?;
        Ok(Self {
            limit: limit(call)?,
            after: after::<T>(call)?,
            has_ref: has_ref(call)?,
            since: since(call)?,
        })
    }

    /// True if the filters let a record through.
    pub(super) fn admits(&self, has_ref: bool, created: DateTime<Utc>, updated: DateTime<Utc>) -> bool {
        self.has_ref.is_none_or(|wanted| wanted == has_ref)
            && self.since.is_none_or(|since| updated >= since || created >= since)
    }

    /// The page of the records that `keep` lets through.
    pub(super) fn page<T: Record>(
        &self,
        world: &World,
        keep: impl Fn(&T) -> bool,
        render: impl Fn(&World, &T) -> Value,
    ) -> Page {
        let mut rows: Vec<&T> = T::table(world).iter().filter(|row| keep(row)).collect();
        rows.sort_unstable_by_key(|row| row.id());
        let total = rows.len();
        let mut rest = rows.into_iter().filter(|row| row.id() > self.after).peekable();
        let page: Vec<&T> = rest.by_ref().take(self.limit).collect();
        let more = rest.peek().is_some();
        let next = page.last().filter(|_| more).map(|last| cursor::<T>(last.id()));
        Page { rows: page.into_iter().map(|row| render(world, row)).collect(), next, total }
    }
}

/// A page of a list.
pub(super) struct Page {
    rows: Vec<Value>,
    next: Option<String>,
    total: usize,
}

impl Page {
    /// The answer without the number of all matches.
    pub(super) fn reply(self) -> Answer {
        Ok(Reply::Found(Value::Object(self.members().0)))
    }

    /// The answer with it.
    pub(super) fn counted(self) -> Answer {
        let (mut members, total) = self.members();
        members.insert("total".to_owned(), json!(total));
        Ok(Reply::Found(Value::Object(members)))
    }

    fn members(self) -> (Map<String, Value>, usize) {
        let mut members = Map::new();
        members.insert("data".to_owned(), Value::Array(self.rows));
        members.insert("next_cursor".to_owned(), json!(self.next));
        (members, self.total)
    }
}

fn limit(call: &Call) -> Result<usize, Problem> {
    match call.parameter("limit").map(str::parse) {
        None => Ok(DEFAULT_LIMIT),
        Some(Ok(limit)) if (1..=MAX_LIMIT).contains(&limit) => Ok(limit),
        Some(_) => Err(Problem::parameter("limit", "must be an integer from 1 to 500")),
    }
}

fn has_ref(call: &Call) -> Result<Option<bool>, Problem> {
    match call.parameter("has_ref").map(str::parse) {
        None => Ok(None),
        Some(Ok(wanted)) => Ok(Some(wanted)),
        Some(Err(_)) => Err(Problem::parameter("has_ref", "must be true or false")),
    }
}

fn since(call: &Call) -> Result<Option<DateTime<Utc>>, Problem> {
    match call.parameter("updated_since").map(DateTime::parse_from_rfc3339) {
        None => Ok(None),
        Some(Ok(since)) => Ok(Some(since.to_utc())),
        Some(Err(_)) => Err(Problem::parameter("updated_since", "must be a date-time by RFC 3339")),
    }
}

fn after<T: Record>(call: &Call) -> Result<Id, Problem> {
    let Some(text) = call.parameter("cursor") else { return Ok(0) };
    id_in::<T>(text).ok_or_else(|| Problem::parameter("cursor", "is no cursor of this list"))
}

/// The last id of a page and the list's name, in hexadecimal so that nobody is tempted to compute one.
fn cursor<T: Record>(last: Id) -> String {
    format!("{} {last}", T::COLLECTION).bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn id_in<T: Record>(cursor: &str) -> Option<Id> {
    let bytes: Option<Vec<u8>> = cursor
        .as_bytes()
        .chunks(2)
        .map(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok())
        .collect();
    let text = String::from_utf8(bytes?).ok()?;
    let (list, last) = text.split_once(' ')?;
    last.parse().ok().filter(|_| list == T::COLLECTION)
}
