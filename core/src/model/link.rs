use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    ClosedStatus, Difference, Job, Kind, PropertyRef, Reason, RecordKey, ResidentMemory, RunId, Side, instant,
};

/// The pair of ids of one record on both sides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    pub run: RunId,
    /// Start of the run that made the link, UTC.
    #[serde(deserialize_with = "instant::deserialize")]
    pub created_at: DateTime<Utc>,
    /// Instant of the last read-back that confirmed the pair, UTC; `None` while none has, or while parts of it are not
    /// stored.
    #[serde(default, deserialize_with = "instant::maybe")]
    pub verified_at: Option<DateTime<Utc>>,
    /// The platform's number (work orders).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform_number: Option<String>,
    /// Latchel's number (work orders).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latchel_number: Option<String>,
    /// Start of the run that wrote the platform's number back to Latchel or found it there (rule L7), UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number_written_at: Option<DateTime<Utc>>,
    /// The last verdict about closing the platform's work order (rules L8, L11, L12).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close: Option<CloseVerdict>,
    /// Memory of a resident (rules R4, R6, R9).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resident: Option<ResidentMemory>,
    /// The rentable unit that a work order was sent to the platform for, until reading it back confirmed all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_for: Option<PropertyRef>,
    /// The parts of a work order that the platform does not store as we sent them (rule E3).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_stored: Vec<Difference>,
}

impl Link {
    /// True of a pair of which we made one half, which no read-back has confirmed yet (rule E3).
    pub fn awaits_confirmation(&self) -> bool {
        self.verified_at.is_none() && matches!(self.origin, Origin::FromPlatform | Origin::FromLatchel)
    }

    /// True of a pair that we made from a Latchel work order whose number is still to be set there (rule L7).
    pub fn awaits_number(&self) -> bool {
        self.origin == Origin::FromLatchel && self.number_written_at.is_none()
    }

    /// True of a pair that a Latchel work order's own reference names, and of which the platform was never asked: it may be a
    /// reference of another program (rules A2, A3).
    pub fn is_by_reference_alone(&self) -> bool {
        self.origin == Origin::Found && self.verified_at.is_none()
    }

    /// The key of the record on one side.
    pub fn key(&self, side: Side) -> RecordKey {
        match side {
            Side::Platform => RecordKey::platform(self.kind, &self.platform_id),
            Side::Latchel => RecordKey::latchel(self.kind, self.latchel_id),
        }
    }
}

/// Origin of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// We created the Latchel record from the platform's.
    FromPlatform,
    /// We created the platform record from Latchel's.
    FromLatchel,
    /// Both were there, and the reference or marker that one carries names the other.
    Found,
    /// Both were there, and somebody linked them.
    #[serde(rename = "by_hand")]
    Manual,
    /// Both were there, and the account was taken over (rule A2).
    Adopted,
}

/// Verdict about closing a platform work order, so that one change of the Latchel work order's status is not
/// brought over twice and costs no call again (rule L8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloseVerdict {
    /// The status that Latchel's work order had.
    pub status: ClosedStatus,
    /// Latchel's `updated_at` at the decision, UTC. A status that was set later than that is another change.
    pub job_updated_at: DateTime<Utc>,
    /// Reason of the decision.
    pub reason: Reason,
    /// State for which the platform would have refused the write (rule L15).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub obstacle: Option<Obstacle>,
    /// The platform work order's own rentable unit, where the obstacle is that it is not active.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inactive: Option<PropertyRef>,
}

impl CloseVerdict {
    /// True if it was about the change by which `job` came to `status`.
    pub fn covers(&self, job: &Job, status: ClosedStatus) -> bool {
        self.status == status && job.state_updated_at.is_none_or(|at| at <= self.job_updated_at)
    }
}

/// A state of a platform work order in which the platform refuses to change its status, and which people can end
/// (rule L15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Obstacle {
    /// It is assigned to nobody.
    Unassigned,
    /// Its property or unit is not active.
    InactiveProperty,
}
