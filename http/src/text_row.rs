//! Rows of lists: any JSON, or records that are read straight from the text of their page.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hash, Hasher};

use foldhash::quality::FixedState;
use latchel_sync_core::model::{InvalidRecord, Unserved};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::rows::{Unreadable, read_row};
use crate::{Answer, loose};

/// A row of a list.
pub trait ListRow: Hash + Send + Sync + Sized + 'static {
    /// Its id, which is in `member` of a row that is any JSON; `None` if it has none.
    fn id(&self, member: &str) -> Option<String>;

    /// The row that is this JSON.
    fn of_value(row: Value) -> Self;

    /// True if it stands in for a row that was not served.
    fn is_stand_in(&self) -> bool;

    /// Reads the rows of a list's page from the text, and the other members of its body; `member` holds the rows, or the body
    /// itself if it is empty. `None` if that does not work, and the page is to be read as any JSON.
    fn of_text(_answer: &Answer, _member: &str) -> Option<(Vec<Self>, Value)> {
        None
    }
}

impl ListRow for Value {
    fn id(&self, member: &str) -> Option<String> {
        loose::id_in(self, member)
    }

    fn of_value(row: Value) -> Self {
        row
    }

    fn is_stand_in(&self) -> bool {
        Unserved::is_stood_in_by(self)
    }
}

/// A record that tells its id.
pub trait Identified {
    /// Its id, which tells the rows of a list apart.
    fn id(&self) -> i64;
}

/// A row of a page that was read by itself, straight from the page's text: no JSON is built that is then read again.
#[derive(Debug, Clone)]
pub struct TextRow<T> {
    read: Result<T, Box<(Unreadable, Value)>>,
    /// Of its text.
    digest: u64,
}

impl<T> TextRow<T> {
    /// Returns the record that was read. `id` finds the id of a row that cannot be understood, and `what` names it where it
    /// has none.
    ///
    /// # Errors
    ///
    /// The field of the record and what is wrong with it.
    pub fn into_record(self, what: &str, id: impl Fn(&Value) -> Option<String>) -> Result<T, InvalidRecord> {
        self.into_read().map_err(|(bad, row)| bad.of_row(what, id(&row), &row))
    }

    /// Returns the record that was read.
    ///
    /// # Errors
    ///
    /// The problem with it, and the whole row.
    pub fn into_read(self) -> Result<T, (Unreadable, Value)> {
        self.read.map_err(|bad| *bad)
    }

    /// The record that was read.
    ///
    /// # Errors
    ///
    /// The whole row, if it could not be understood.
    pub fn read(&self) -> Result<&T, &Value> {
        self.read.as_ref().map_err(|bad| &bad.1)
    }
}

impl<T: Identified + DeserializeOwned + Send + Sync + 'static> ListRow for TextRow<T> {
    fn id(&self, member: &str) -> Option<String> {
        self.read().map_or_else(|row| loose::id_in(row, member), |read| Some(read.id().to_string()))
    }

    fn of_value(row: Value) -> Self {
        let digest = FixedState::default().hash_one(&row);
        Self { read: read_row(&row).map_err(|bad| Box::new((bad, row))), digest }
    }

    fn is_stand_in(&self) -> bool {
        self.read().is_err_and(Unserved::is_stood_in_by)
    }

    fn of_text(answer: &Answer, member: &str) -> Option<(Vec<Self>, Value)> {
        let text = std::str::from_utf8(&answer.body).ok()?;
        if member.is_empty() {
            return Some((serde_json::from_str(text).ok()?, Value::Null));
        }
        let mut members: BTreeMap<String, &RawValue> = serde_json::from_str(text).ok()?;
        let rows = serde_json::from_str(members.remove(member)?.get()).ok()?;
        let read = |(name, value): (String, &RawValue)| Some((name, serde_json::from_str(value.get()).ok()?));
        Some((rows, Value::Object(members.into_iter().map(read).collect::<Option<_>>()?)))
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
    use crate::rows::rows;

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
