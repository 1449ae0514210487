use std::collections::BTreeMap;

use crate::ledger::{bare, exact};
use crate::model::{Kind, RecordKey};

/// Certainty that a text names a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    /// The ledger knows the record.
    InLedger,
    /// The record exists only if its system has it.
    Perhaps,
}

/// Keys of the records that have the text itself as their id.
pub(super) fn guessed(kind: Kind, text: &str) -> BTreeMap<RecordKey, Named> {
    if let Some(key) = exact(kind, text) {
        return BTreeMap::from([(key, Named::Perhaps)]);
    }
    let id = bare(text);
    let mut keys = BTreeMap::from([(RecordKey::platform(kind, id), Named::Perhaps)]);
    if id.parse::<i64>().is_ok() {
        keys.insert(RecordKey::latchel(kind, id), Named::Perhaps);
    }
    keys
}
