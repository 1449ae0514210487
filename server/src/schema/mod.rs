//! The shapes of what other crates serialize, for the API's document. The tests hold every answer against it.
#![expect(dead_code, reason = "they describe and are never made")]

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

mod explained;
mod words;

pub use explained::*;
pub use words::*;

/// Number of records with each reason, by the reason's code.
pub struct Counts;

impl PartialSchema for Counts {
    fn schema() -> RefOr<Schema> {
        <BTreeMap<String, u64> as PartialSchema>::schema()
    }
}

impl ToSchema for Counts {
    fn name() -> Cow<'static, str> {
        "Counts".into()
    }
}

/// Identity of a record within an account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordKey {
    /// Its kind.
    #[schema(value_type = Kind)]
    pub kind: latchel_sync_core::model::Kind,
    /// System that it was read from.
    #[schema(value_type = Side)]
    pub side: latchel_sync_core::model::Side,
    /// Its id there.
    pub id: String,
}

/// The identity of a rentable unit.
#[derive(ToSchema)]
pub struct PropertyRef {
    /// The property's id on the platform.
    pub property: String,
    /// The unit's, where the property has units.
    pub unit: Option<String>,
}

/// Result for a record in a run, or in a plan the result that it would have.
#[derive(ToSchema)]
pub struct Outcome {
    /// The record.
    pub key: RecordKey,
    /// Its id on the other side, where it has a counterpart.
    pub counterpart: Option<String>,
    /// Name that people know it by: a property's name, a work order's number and title. Empty for a resident.
    pub label: String,
    /// Reason for the result.
    pub reason: Reason,
    /// Action that was taken, or would be.
    pub action: Action,
    /// Detail that the reason leaves open: the fields that changed, the parts that are missing, the platform's own error.
    pub detail: Option<String>,
    /// The run that said so.
    pub run: Uuid,
    /// Instant at which that run began, UTC.
    pub at: DateTime<Utc>,
    /// A digest of the record's content.
    pub fingerprint: Option<String>,
    /// The property that a pending record waits for.
    pub waits_for: Option<PropertyRef>,
    /// Action that failed, which the next try does if nothing has changed until then; left out otherwise.
    #[schema(nullable = false)]
    pub tried: Option<Action>,
    /// The date from which a pending resident lives in another unit, and waits for that; left out if none is known.
    #[schema(nullable = false)]
    pub waits_until: Option<NaiveDate>,
}

/// A run.
#[derive(ToSchema)]
pub struct Run {
    /// Its id; later runs have greater ones.
    pub id: Uuid,
    /// The account.
    pub account: String,
    /// The instant that it took for now, UTC.
    pub now: DateTime<Utc>,
    /// The account's local date of it; null for runs of older versions.
    pub day: Option<NaiveDate>,
    /// Trigger of the run: somebody by hand, the schedule, or a webhook.
    pub trigger: Trigger,
    /// Status of the run.
    pub status: RunStatus,
    /// Report of each phase.
    pub phases: Vec<PhaseReport>,
    /// Warnings for people.
    pub warnings: Vec<String>,
    /// Holder of its leases, for people: a user, a host and a process.
    pub holder: String,
    /// Number of records that it was asked for by their ids; null for one that went through the window.
    pub named: Option<u64>,
    /// True if it was a reconciliation, which read the whole lists.
    pub reconciles: bool,
    /// True if it ended early because its process was asked to stop; left out otherwise.
    pub stopped: Option<bool>,
    /// Time that it took, in milliseconds; null before it has ended.
    pub took_ms: Option<u64>,
    /// Number of calls that it made of each system, repeated ones too.
    pub calls: BTreeMap<String, u64>,
}

/// Report of one phase of a run.
#[derive(ToSchema)]
pub struct PhaseReport {
    /// The phase.
    pub phase: Phase,
    /// The start of its window, UTC.
    pub window_from: DateTime<Utc>,
    /// Number of records that came out with each reason.
    pub counts: Counts,
    /// Number of those for which something was written.
    pub writes: u64,
    /// Error that ended it early; null if there was none.
    pub error: Option<String>,
    /// Kind of that error; left out if there was none.
    #[schema(nullable = false)]
    pub error_kind: Option<ErrorKind>,
    /// System that was closed by its own schedule, and until when; left out if none was.
    #[schema(nullable = false)]
    pub paused: Option<String>,
}

/// The pair of ids of one record on both sides.
#[derive(ToSchema)]
pub struct Link {
    /// The record's kind.
    pub kind: Kind,
    /// Its id on the platform.
    pub platform_id: String,
    /// Its id in Latchel.
    pub latchel_id: i64,
    /// Origin of the pair.
    pub origin: Origin,
    /// The run that made the link.
    pub run: Uuid,
    /// Instant at which the link was made, UTC.
    pub created_at: DateTime<Utc>,
    /// Instant at which a read-back last confirmed the pair, UTC.
    pub verified_at: Option<DateTime<Utc>>,
    /// The platform's number (work orders).
    pub platform_number: Option<String>,
    /// Latchel's number (work orders).
    pub latchel_number: Option<String>,
    /// Instant at which the platform's number was written back to Latchel (rule L7), UTC.
    pub number_written_at: Option<DateTime<Utc>>,
    /// The last verdict about closing the platform's work order (rules L8, L11, L12).
    pub close: Option<CloseVerdict>,
    /// Memory of a resident (rules R4, R6, R9).
    pub resident: Option<ResidentMemory>,
    /// The key of the rentable unit that a work order was sent for, until it is confirmed; left out otherwise.
    #[schema(nullable = false)]
    pub sent_for: Option<PropertyRef>,
    /// The parts that the platform does not store as they were sent (rule E3); left out where there are none.
    #[schema(required = false)]
    pub not_stored: Vec<Difference>,
}

/// A part of a work order that the platform does not store as it was sent.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Difference {
    Marker,
    Property,
    Unit,
    Assignee,
}

/// Origin of a pair.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Origin {
    FromPlatform,
    FromLatchel,
    Found,
    ByHand,
    Adopted,
}

/// Decision about closing a platform work order.
#[derive(ToSchema)]
pub struct CloseVerdict {
    /// The status that Latchel's work order had.
    pub status: ClosedStatus,
    /// Instant of the last change of Latchel's work order at the time of the decision, UTC.
    pub job_updated_at: DateTime<Utc>,
    /// Decision, as the code of its reason.
    pub reason: Reason,
    /// State for which the platform would have refused the write (rule L15); left out where there is nothing.
    #[schema(nullable = false)]
    pub obstacle: Option<Obstacle>,
    /// The key of the platform work order's own rentable unit, where that is not active; left out otherwise.
    #[schema(nullable = false)]
    pub inactive: Option<PropertyRef>,
}

/// A state of a platform work order in which the platform refuses to change its status.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Obstacle {
    Unassigned,
    InactiveProperty,
}

/// The two ways in which a work order ends.
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
pub enum ClosedStatus {
    Completed,
    Cancelled,
}

/// Memory of a resident as Latchel held it after the last write or evaluation. Dates are the account's local dates.
#[derive(ToSchema)]
pub struct ResidentMemory {
    /// The move-in date.
    pub move_in: Option<NaiveDate>,
    /// The move-out date.
    pub move_out: Option<NaiveDate>,
    /// True if the resident was active.
    pub is_active: bool,
    /// The activity that was sent, while no read-back has shown whether it arrived; left out otherwise.
    #[schema(nullable = false)]
    pub sent: Option<bool>,
    /// The dates that were sent, likewise; left out otherwise.
    #[schema(nullable = false)]
    pub sent_dates: Option<SentDates>,
    /// True if a sync set the resident inactive by a date and nobody has changed that since; left out otherwise.
    #[schema(nullable = false)]
    pub by_date: Option<bool>,
    /// True if somebody has set the resident active in Latchel since a sync last wrote; left out otherwise.
    #[schema(nullable = false)]
    pub seen_active: Option<bool>,
    /// The date of the last evaluation.
    pub evaluated_on: NaiveDate,
    /// The date on which another stay or unit begins to count by the platform; left out if none is known.
    #[schema(nullable = false)]
    pub turns_on: Option<NaiveDate>,
}

/// The dates of a resident that were sent to Latchel.
#[derive(ToSchema)]
pub struct SentDates {
    /// The move-in date.
    pub move_in: Option<NaiveDate>,
    /// The move-out date.
    pub move_out: Option<NaiveDate>,
}

/// An account that is not synced by itself until somebody resumes it.
#[derive(ToSchema)]
pub struct Pause {
    /// The account.
    pub account: String,
    /// Name of the user who paused it.
    pub by: String,
    /// Start of the pause, UTC.
    pub since: DateTime<Utc>,
}

/// Something that somebody did.
#[derive(ToSchema)]
pub struct AuditEntry {
    /// Its id; later ones have greater ones.
    pub id: Uuid,
    /// Instant of the action, UTC.
    pub at: DateTime<Utc>,
    /// Name of the user who acted.
    pub user: String,
    /// The account that it was about.
    pub account: Option<String>,
    /// Name of the action.
    pub action: String,
    /// Object and details of the action, without contact data and secrets.
    pub detail: String,
}
