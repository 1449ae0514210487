//! States of work orders, whose ids are not public: each row shows a pair of id and name.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use latchel_sync_core::model::ClosedStatus;
use serde_json::Value;

/// Names of states by id, as rows have shown them.
#[derive(Debug, Default)]
pub(crate) struct States(Mutex<BTreeMap<i64, String>>);

impl States {
    /// Takes note of the state that a row shows.
    pub fn learn(&self, row: &Value) {
        let id = row.get("state_id").or_else(|| row.pointer("/state/state_id"));
        let id = id.and_then(latchel_sync_http::loose::as_number);
        let name = row.pointer("/state/name").and_then(Value::as_str);
        if let (Some(id), Some(name)) = (id, name) {
            let mut states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            states.entry(id).or_insert_with(|| name.trim().to_lowercase());
        }
    }

    /// Id of the state in which a work order is closed so; `None` while no row has shown it.
    pub fn closed(&self, status: ClosedStatus) -> Option<i64> {
        let names: &[&str] = match status {
            ClosedStatus::Completed => &["completed"],
            ClosedStatus::Cancelled => &["cancelled", "canceled"],
        };
        let states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        states.iter().find(|(_, name)| names.contains(&name.as_str())).map(|(id, _)| *id)
    }
}
