//! A collection of records in file order, found by id.

use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Id;

/// A row that tells its id.
pub trait Keyed {
    /// Its id.
    fn id(&self) -> Id;
}

/// Records in the order in which they were added, and an index by id. JSON sees an array.
#[derive(Clone, PartialEq)]
pub struct Table<T> {
    rows: Vec<T>,
    index: HashMap<Id, usize>,
}

impl<T: Keyed> Table<T> {
    /// All rows, in file order.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.rows.iter()
    }

    /// Every record, to be changed; it must keep its id.
    pub(crate) fn iter_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.rows.iter_mut()
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True if there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The row with this id.
    pub fn get(&self, id: Id) -> Option<&T> {
        self.index.get(&id).map(|&at| &self.rows[at])
    }

    /// The row with this id, to be changed (but not its id).
    pub fn get_mut(&mut self, id: Id) -> Option<&mut T> {
        self.index.get(&id).map(|&at| &mut self.rows[at])
    }

    /// True if a row has this id.
    pub fn contains(&self, id: Id) -> bool {
        self.index.contains_key(&id)
    }

    /// Adds a row; gives it back if its id is taken.
    ///
    /// # Errors
    /// The row itself.
    pub fn insert(&mut self, row: T) -> Result<(), Box<T>> {
        if self.contains(row.id()) {
            return Err(Box::new(row));
        }
        self.index.insert(row.id(), self.rows.len());
        self.rows.push(row);
        Ok(())
    }

    /// Takes a row out.
    pub fn remove(&mut self, id: Id) -> Option<T> {
        let at = self.index.remove(&id)?;
        self.index.values_mut().filter(|i| **i > at).for_each(|i| *i -= 1);
        Some(self.rows.remove(at))
    }

    /// The id after the highest.
    pub fn next_id(&self) -> Id {
        self.index.keys().max().map_or(1, |id| id + 1)
    }
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), index: HashMap::new() }
    }
}

impl<T: fmt::Debug> fmt::Debug for Table<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.rows).finish()
    }
}

impl<'a, T> IntoIterator for &'a Table<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.iter()
    }
}

impl<T: Serialize> Serialize for Table<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.rows.serialize(serializer)
    }
}

impl<'de, T: Keyed + Deserialize<'de>> Deserialize<'de> for Table<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Rows(PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for Table<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        Vec::<T>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Vec::<T>::json_schema(generator)
    }

    fn inline_schema() -> bool {
        true
    }
}

struct Rows<T>(PhantomData<T>);

impl<'de, T: Keyed + Deserialize<'de>> Visitor<'de> for Rows<T> {
    type Value = Table<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Table<T>, A::Error> {
        let mut table = Table::default();
        while let Some(row) = seq.next_element::<T>()? {
            let id = row.id();
            if table.insert(row).is_err() {
                return Err(A::Error::custom(format_args!("id {id} occurs twice")));
            }
        }
        Ok(table)
    }
}
