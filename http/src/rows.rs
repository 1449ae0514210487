use latchel_sync_core::model::{InvalidRecord, Unserved};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::decode;

/// Problem of a row that could not be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The field that is wrong, as the far side spells it.
    pub field: String,
    /// Description of the problem with it.
    pub problem: String,
}

impl Unreadable {
    /// The problem of a row that lacks `field`, which it must have: that, or that the row is not served at all.
    pub fn missing(field: &str, row: &Value) -> Self {
        Self::unserved(row)
            .unwrap_or_else(|| Self { field: field.to_owned(), problem: "missing or no id".to_owned() })
    }

    /// The problem of a row that a stand-in has the place of; `None` for every other row.
    fn unserved(row: &Value) -> Option<Self> {
        let Unserved { row, list, problem } = Unserved::of(row)?;
        Some(Self { field: format!("row {row} of {list}"), problem })
    }

    /// The same, of the record with this id.
    pub fn of(self, id: impl Into<String>) -> InvalidRecord {
        InvalidRecord { id: id.into(), field: self.field, problem: self.problem }
    }

    /// The same, of a record whose id the row may lack as well.
    pub fn of_row(self, what: &str, id: Option<String>, row: &Value) -> InvalidRecord {
        self.of(id.unwrap_or_else(|| InvalidRecord::nameless(what, row)))
    }
}

/// Reads one row of a page by itself, so that one that cannot be understood does not fail the page.
///
/// # Errors
///
/// The field and what is wrong with it.
pub fn read_row<T: DeserializeOwned>(row: &Value) -> Result<T, Unreadable> {
    if let Some(unserved) = Unserved::is_stood_in_by(row).then(|| Unreadable::unserved(row)).flatten() {
        return Err(unserved);
    }
    // Keeping track of the path costs more than reading, and only an error shows it.
    if let Ok(read) = T::deserialize(row) {
        return Ok(read);
    }
    serde_path_to_error::deserialize(row)
        .map_err(|error| Unreadable { field: decode::field(&error), problem: decode::problem(error.inner()) })
}

/// Reads each row of a page by itself. `id` finds the id of one that cannot be understood, and `what` names it
/// where it has none.
pub fn rows<T: DeserializeOwned>(
    page: &[Value],
    what: &str,
    id: impl Fn(&Value) -> Option<String>,
) -> Vec<Result<T, InvalidRecord>> {
    page.iter().map(|row| read_row(row).map_err(|bad| bad.of_row(what, id(row), row))).collect()
}
