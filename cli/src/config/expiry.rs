//! The day on which a credential stops working, which stands beside it.

use chrono::NaiveDate;
use toml::{Table, Value};

/// The key, in an adapter's table. It is none of the adapter's: no contract sheet has a call that tells the day, so that a
/// person must.
pub(super) const KEY: &str = "expires";

/// The key, in the sections that take it.
pub(super) fn key(section: &str) -> Option<&'static str> {
    matches!(section, "platform" | "latchel").then_some(KEY)
}

/// Takes the day out of an adapter's table, if it has one.
pub(super) fn take(table: &mut Table) -> Result<Option<NaiveDate>, String> {
    let text = match table.remove(KEY) {
        None => return Ok(None),
        Some(Value::String(text)) => text,
        Some(other) => other.to_string(),
    };
    text.parse().map(Some).map_err(|_| format!("{text:?} is not a day such as 2027-03-01"))
}
