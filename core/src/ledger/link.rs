use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{RunId, instant};
use crate::model::{
    ClosedStatus, Difference, Job, Kind, LatchelResident, Marker, PropertyRef, RecordKey, Side,
};
use crate::rules::Reason;

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
    ByHand,
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

/// Memory of a linked resident: the state in Latchel after we last wrote or evaluated it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResidentMemory {
    /// The move-in date.
    pub move_in: Option<NaiveDate>,
    /// The move-out date.
    pub move_out: Option<NaiveDate>,
    /// The activity that we last wrote, or first found.
    pub is_active: bool,
    /// The activity that we sent, as long as no read-back has shown whether it arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<bool>,
    /// The dates that we sent, as long as no read-back has shown whether they arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_dates: Option<SentDates>,
    /// True if we set the resident inactive because of a date, and nobody has been seen to change that or the dates since
    /// (rule R9).
    #[serde(default, skip_serializing_if = "is_false")]
    pub by_date: bool,
    /// True if somebody has set the resident active in Latchel since we last wrote it (rule R4).
    #[serde(default, skip_serializing_if = "is_false")]
    pub seen_active: bool,
    /// The account's local date of the last evaluation.
    pub evaluated_on: NaiveDate,
    /// The account's local date on which another stay or another unit counts by the platform, as far as we know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turns_on: Option<NaiveDate>,
}

/// Dates of a resident that were sent to Latchel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentDates {
    /// The move-in date.
    pub move_in: Option<NaiveDate>,
    /// The move-out date.
    pub move_out: Option<NaiveDate>,
}

impl ResidentMemory {
    /// Memory of a resident as Latchel shows it on the account's local date `on`.
    pub fn of(latchel: &LatchelResident, on: NaiveDate) -> Self {
        Self {
            move_in: latchel.move_in,
            move_out: latchel.move_out,
            is_active: latchel.is_active,
            sent: None,
            sent_dates: None,
            by_date: false,
            seen_active: false,
            evaluated_on: on,
            turns_on: None,
        }
    }

    /// True if the resident was inactive with a move-in still to come when we last looked (rule R4).
    pub fn waits_for_move_in(&self) -> bool {
        !self.is_active && self.move_in.is_some_and(|day| day > self.evaluated_on)
    }

    /// True if the resident was active when we last looked or wrote.
    pub fn was_active(&self) -> bool {
        self.is_active || self.seen_active
    }

    /// True if we set the resident inactive by a date, and Latchel has activity and dates as we left them (rule R9).
    pub fn is_ours(&self, latchel: &LatchelResident) -> bool {
        let dates = (latchel.move_in, latchel.move_out);
        self.by_date && !latchel.is_active && dates == (self.move_in, self.move_out)
    }

    /// True if a date in Latchel was reached since the last evaluation, or another stay counts by the platform (rule R6).
    pub fn is_due(&self, today: NaiveDate) -> bool {
        let mut dates = [self.move_in, self.move_out].into_iter().flatten();
        let reached = dates.any(|day| self.evaluated_on < day && day <= today);
        reached || self.turns_on.is_some_and(|day| day <= today)
    }

    /// Returns the memory as `latchel` confirms it: a change that we sent counts as written if Latchel shows it.
    pub fn confirmed_by(&self, latchel: &LatchelResident) -> Self {
        let shown = SentDates { move_in: latchel.move_in, move_out: latchel.move_out };
        let dates_arrived = self.sent_dates.is_none_or(|sent| sent == shown);
        let arrived = match self.sent {
            Some(is_active) => is_active == latchel.is_active,
            None => self.sent_dates.is_some() && dates_arrived && self.is_active == latchel.is_active,
        };
        if !arrived {
            return self.clone();
        }
        let by_date = !latchel.is_active && dates_arrived && (self.sent.is_some() || self.by_date);
        Self { by_date, turns_on: self.turns_on, ..Self::of(latchel, self.evaluated_on) }
    }

    /// The same memory, with changes that somebody has made in Latchel: the dates, so that rule R6 goes by those that
    /// Latchel has, and the activity.
    pub fn followed(&self, latchel: &LatchelResident) -> Self {
        let known = self.confirmed_by(latchel);
        Self {
            by_date: known.is_ours(latchel),
            seen_active: known.seen_active || (latchel.is_active && !known.is_active),
            move_in: latchel.move_in,
            move_out: latchel.move_out,
            ..known
        }
    }
}

fn is_false(flag: &bool) -> bool {
    !flag
}

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
