//! Latchel's records of one kind: JSON objects by their ids and by their references.

use std::collections::HashMap;

use axum::body::Bytes;
use serde_json::{Map, Value};

/// Records of one kind.
#[derive(Debug)]
pub struct Records {
    /// The field that holds the id.
    id: &'static str,
    /// The fields that together refer to the platform's record.
    reference: &'static [&'static str],
    by_id: HashMap<i64, Bytes>,
    by_reference: HashMap<String, i64>,
    /// Ids of those that came with a property's id, by that; none of them moves.
    by_home: HashMap<i64, Vec<i64>>,
    unreferenced: u64,
    next: i64,
}

impl Records {
    /// None yet; their ids begin at `first`.
    pub fn new(id: &'static str, reference: &'static [&'static str], first: i64) -> Self {
        Self {
            id,
            reference,
            by_id: HashMap::new(),
            by_reference: HashMap::new(),
            by_home: HashMap::new(),
            unreferenced: 0,
            next: first,
        }
    }

    /// Adds a record and returns it with its id.
    pub fn add(&mut self, mut record: Map<String, Value>) -> Bytes {
        let id = self.next;
        self.next += 1;
        record.insert(self.id.to_owned(), id.into());
        match self.key(&record) {
            Some(key) => drop(self.by_reference.insert(key, id)),
            None => self.unreferenced += 1,
        }
        if let Some(home) = record.get("property_id").and_then(Value::as_i64) {
            self.by_home.entry(home).or_default().push(id);
        }
        self.put(id, record)
    }

    /// Sets some fields of a record; `None` if there is none with this id.
    pub fn change(&mut self, id: i64, fields: Map<String, Value>) -> Option<Bytes> {
        let old: Value = serde_json::from_slice(self.by_id.get(&id)?).ok()?;
        let Value::Object(mut record) = old else { return None };
        record.extend(fields);
        Some(self.put(id, record))
    }

    /// Number of records without references.
    pub fn unreferenced(&self) -> u64 {
        self.unreferenced
    }

    /// Those with these ids.
    pub fn with_ids(&self, ids: &[Value]) -> Vec<&Bytes> {
        ids.iter().filter_map(|id| self.by_id.get(&id.as_i64()?)).collect()
    }

    /// Those with these references: an object of the fields each, or the one field's value.
    pub fn with_references(&self, references: &[Value]) -> Vec<&Bytes> {
        let key = |reference: &Value| match reference {
            Value::Object(fields) => self.key(fields),
            other => other.as_str().map(ToOwned::to_owned),
        };
        references.iter().filter_map(|one| self.by_id.get(self.by_reference.get(&key(one)?)?)).collect()
    }

    /// Those at these properties.
    pub fn with_homes(&self, homes: &[Value]) -> Vec<&Bytes> {
        let there = homes.iter().filter_map(|home| self.by_home.get(&home.as_i64()?));
        there.flatten().filter_map(|id| self.by_id.get(id)).collect()
    }

    fn put(&mut self, id: i64, record: Map<String, Value>) -> Bytes {
        let json = Bytes::from(Value::Object(record).to_string());
        self.by_id.insert(id, json.clone());
        json
    }

    /// The reference as one text; `None` if its first field is empty.
    fn key(&self, record: &Map<String, Value>) -> Option<String> {
        let text = |field: &&str| record.get(*field).and_then(Value::as_str);
        text(&self.reference[0])?;
        Some(
            self.reference.iter().map(|field| text(field).unwrap_or_default()).collect::<Vec<_>>().join("\n"),
        )
    }
}
