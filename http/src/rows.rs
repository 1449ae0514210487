use std::hash::{BuildHasher, Hash, Hasher};

use foldhash::quality::FixedState;
use latchel_sync_core::model::{InvalidRecord, Unserved};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

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

/// A row of a page that was read by itself, straight from the page's text: for long lists of which a row is one record.
#[derive(Debug, Clone)]
pub struct TextRow<T> {
    read: Result<T, Box<(Unreadable, Value)>>,
    /// Of its text.
    digest: u64,
}

impl<T> TextRow<T> {
    /// Returns the record that was read. `id` finds the id of a row that cannot be understood, and `what` names it where it
    /// has none.
    pub fn into_record(self, what: &str, id: impl Fn(&Value) -> Option<String>) -> Result<T, InvalidRecord> {
        self.read.map_err(|bad| {
            let (bad, row) = *bad;
            bad.of_row(what, id(&row), &row)
        })
    }
}

impl<T> Hash for TextRow<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.digest);
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for TextRow<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&'de RawValue>::deserialize(deserializer)?.get();
        let digest = FixedState::default().hash_one(text);
        let read = match serde_json::from_str(text) {
            Ok(read) => Ok(read),
            Err(_) => {
                let row = serde_json::from_str(text).map_err(D::Error::custom)?;
                read_row(&row).map_err(|bad| Box::new((bad, row)))
            }
        };
        Ok(Self { read, digest })
    }
}

#[cfg(test)]
mod tests {
    use std::hash::DefaultHasher;

    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Unit {
        id: i64,
        name: String,
    }

    fn id(row: &Value) -> Option<String> {
        row.get("id").and_then(Value::as_i64).map(|id| id.to_string())
    }

    #[test]
    fn a_row_of_text_is_read_as_one_of_values_is() {
        let page = json!([
            {"id": 1, "name": "A"},
            {"id": 2, "name": 2},
            {"name": "C"},
            "odd",
        ]);
        let of_text: Vec<TextRow<Unit>> = serde_json::from_str(&page.to_string()).unwrap();
        let of_text: Vec<_> = of_text.into_iter().map(|row| row.into_record("unit", id)).collect();
        assert_eq!(of_text, rows::<Unit>(page.as_array().unwrap(), "unit", id));
        assert_eq!(of_text[0], Ok(Unit { id: 1, name: "A".to_owned() }));
        assert_eq!(of_text[1].as_ref().map_err(|bad| (&*bad.id, &*bad.field)), Err(("2", "name")));
    }

    #[test]
    fn rows_of_the_same_text_hash_alike_and_others_do_not() {
        let digest = |text: &str| {
            let row: TextRow<Unit> = serde_json::from_str(text).unwrap();
            let mut hasher = DefaultHasher::new();
            row.hash(&mut hasher);
            hasher.finish()
        };
        assert_eq!(digest(r#"{"id":1,"name":"A"}"#), digest(r#"{"id":1,"name":"A"}"#));
        assert_ne!(digest(r#"{"id":1,"name":"A"}"#), digest(r#"{"id":1,"name":"B"}"#));
    }
}
