//! Lists: filters by time, sorting, paging, and a total that cannot be trusted.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::call::{Answer, Call, Reply};
use super::problem::Problem;
use crate::shared::quirk::Quirk;
use crate::world::Id;

pub(super) const LAST_PAGE_TOTAL: Quirk = Quirk::usual(
    "last-page-total",
    "`X-Total-Count` of a last page that is not full is the page's own.",
    "It is the list's.",
);

const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 500;

/// The parameters that every list has.
pub(super) const COMMON: [&str; 6] = [
    "offset",
    "limit",
    "orderby",
    "lastModifiedDateTimeStart",
    "lastModifiedDateTimeEnd",
    "includeCustomFields",
];

/// A record of a list before it is rendered.
pub(super) struct Row<T> {
    pub(super) id: Id,
    pub(super) modified: DateTime<Utc>,
    pub(super) record: T,
}

#[derive(Clone, Copy)]
enum Order {
    /// Nobody asked for one: it means nothing and is another one for each request.
    None,
    Id,
    IdDown,
    Modified,
    ModifiedDown,
}

/// The page of these records that was asked for.
pub(super) fn page<T>(
    call: &Call,
    rows: impl Iterator<Item = Row<T>>,
    render: impl Fn(T) -> Value,
) -> Answer {
    let offset = call.parsed("offset")?.unwrap_or(0);
    let limit: usize = call.parsed("limit")?.unwrap_or(DEFAULT_LIMIT);
    if limit == 0 {
        return Err(Problem::parameter("limit", "must be between 1 and 500"));
    }
    let limit = limit.min(MAX_LIMIT);
    let start = call.instant("lastModifiedDateTimeStart")?;
    let end = call.instant("lastModifiedDateTimeEnd")?;
    let order = order(call)?;
    let inside = |row: &Row<T>| {
        start.is_none_or(|start| start <= row.modified) && end.is_none_or(|end| row.modified <= end)
    };
    let mut rows: Vec<_> = rows.filter(inside).collect();
    match order {
        Order::None => rows.sort_by_key(|row| chance(row.id, call.shuffle)),
        Order::Id => rows.sort_by_key(|row| row.id),
        Order::IdDown => rows.sort_by_key(|row| std::cmp::Reverse(row.id)),
        Order::Modified => rows.sort_by_key(|row| row.modified),
        Order::ModifiedDown => rows.sort_by_key(|row| std::cmp::Reverse(row.modified)),
    }
    let total = rows.len();
    let page: Vec<_> = rows.into_iter().skip(offset).take(limit).map(|row| render(row.record)).collect();
    // The last page, where it is not full, tells how many rows it has and not how many there are.
    let said = if call.has(&LAST_PAGE_TOTAL) && page.len() < limit { page.len() } else { total };
    Ok(Reply::Page(page, said))
}

fn order(call: &Call) -> Result<Order, Problem> {
    let Some(text) = call.parameter("orderby") else { return Ok(Order::None) };
    let words: Vec<_> = text.split_whitespace().map(str::to_lowercase).collect();
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["id"] | ["id", "asc"] => Ok(Order::Id),
        ["id", "desc"] => Ok(Order::IdDown),
        ["lastmodifieddatetime"] | ["lastmodifieddatetime", "asc"] => Ok(Order::Modified),
        ["lastmodifieddatetime", "desc"] => Ok(Order::ModifiedDown),
        _ => Err(Problem::parameter("orderby", "is nothing that the mock can sort by")),
    }
}

/// A number that depends on the request and the record, and on nothing else.
fn chance(id: Id, shuffle: u64) -> u64 {
    let mixed = (id.unsigned_abs() ^ shuffle.rotate_left(32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed ^ (mixed >> 31)
}
