//! Times of making and of the last change, which every record tells but a user. By the schema they are numbers; whether they
//! count seconds or milliseconds, and whether they are numbers everywhere, is not said.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::shared::quirk::Quirk;
use crate::world::World;

pub(super) const SECONDS: Quirk = Quirk::rare(
    "stamps-in-seconds",
    "`createdAt` and `updatedAt` count seconds.",
    "They count milliseconds.",
);

pub(super) const TEXTS: Quirk = Quirk::rare(
    "stamps-as-texts",
    "`createdAt` and `updatedAt` are texts, as `2026-03-02T20:00:00.000Z`.",
    "They are numbers.",
);

pub(super) const UNDATED_RECORDS: Quirk = Quirk::rare(
    "undated-records",
    "Only tasks have `createdAt` and `updatedAt`.",
    "Every record but a user and a portfolio has them.",
);

/// A time of a record other than a task: null where those tell none.
pub(super) fn of_record(world: &World, at: DateTime<Utc>) -> Value {
    if UNDATED_RECORDS.is_on(world) { Value::Null } else { stamp(world, at) }
}

pub(super) fn stamp(world: &World, at: DateTime<Utc>) -> Value {
    if TEXTS.is_on(world) {
        return json!(at.to_rfc3339_opts(SecondsFormat::Millis, true));
    }
    json!(if SECONDS.is_on(world) { at.timestamp() } else { at.timestamp_millis() })
}
