use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Name of the only member of a stand-in: no far side has a field of this name.
const MEMBER: &str = "\u{0}latchel-sync: not served";

/// A row that the far side does not serve, so that little is known of it but its place (rule E2). A stand-in takes its
/// place among the rows that came, so that it is reported as a row that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unserved {
    /// The list, as the far side spells it.
    pub list: String,
    /// Its place, counted from 1, in the order and with the filter with which the list was read.
    pub row: usize,
    /// Reason why it did not come; without contact data.
    pub problem: String,
}

impl Unserved {
    /// The stand-in for a row of a list.
    pub fn stand_in(&self) -> Value {
        json!({ MEMBER: self })
    }

    /// The row that this one stands in for; `None` for every row that a far side sent.
    pub fn of(row: &Value) -> Option<Self> {
        Self::deserialize(row.get(MEMBER)?).ok()
    }

    /// True for a stand-in; much faster than [`Unserved::of`].
    pub fn is_stood_in_by(row: &Value) -> bool {
        row.get(MEMBER).is_some()
    }
}
