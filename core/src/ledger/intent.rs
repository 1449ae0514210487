use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::model::{Marker, PropertyRef, RecordKey, RunId, SentDates};

/// The id of an intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IntentId(pub Uuid);

/// A create that was written down before it was sent (rule E).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    /// Its id.
    pub id: IntentId,
    /// The record that it is created from.
    pub source: RecordKey,
    /// Name or number by which people know the record.
    pub label: String,
    /// The marker that the new record carries, where it is on the platform.
    pub marker: Option<Marker>,
    /// The rentable unit that it is sent for, where it is a work order on the platform: a work order there with the
    /// marker is ours, wherever the Latchel work order has been moved since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub property: Option<PropertyRef>,
    /// The dates of a resident who is sent to Latchel. A resident whom Latchel shows with other dates was changed there
    /// (rule R9).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dates: Option<SentDates>,
    /// The run that opened it.
    pub run: RunId,
    /// Instant at which it was opened, UTC.
    pub created_at: DateTime<Utc>,
}
