use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::model::{Fingerprint, PropertyRef, Reason, RecordKey, RunId, Side, Status, instant};

/// Result for a record in a run, or in a plan. Every record seen has exactly one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The record.
    pub key: RecordKey,
    /// Its id on the other side, where it has a counterpart.
    pub counterpart: Option<String>,
    /// Name by which people know it: a property's name, a work order's number and title. Empty for a resident.
    pub label: String,
    /// Reason.
    pub reason: Reason,
    /// Action that was taken, or would be.
    pub action: Action,
    /// Particulars that the reason leaves open: the fields that changed, the parts that are missing, the platform's own
    /// error.
    pub detail: Option<String>,
    /// The run that said so. A later one that says the same, of a record that waits for nothing, is not written down.
    pub run: RunId,
    /// Start of that run, UTC.
    #[serde(deserialize_with = "instant::deserialize")]
    pub at: DateTime<Utc>,
    /// The record's fingerprint (rule W5); if it failed and has none, one of everything that was read of it.
    pub fingerprint: Option<Fingerprint>,
    /// The property that the record waits for: to be on the other side, to have another sync method (rule L4), to be
    /// active (rule L15).
    pub waits_for: Option<PropertyRef>,
    /// Action that failed, which the next try does if nothing has changed until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tried: Option<Action>,
    /// The account's local date from which a pending resident lives in another unit, and waits for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_until: Option<NaiveDate>,
}

impl Outcome {
    /// Status, by its reason.
    pub fn status(&self) -> Status {
        self.reason.status()
    }

    /// True if both say the same of a record, whatever their runs and instants.
    pub fn says_the_same_as(&self, other: &Self) -> bool {
        let Self {
            key,
            counterpart,
            label,
            reason,
            action,
            detail,
            run: _,
            at: _,
            fingerprint,
            waits_for,
            tried,
            waits_until,
        } = other;
        self.key == *key
            && self.counterpart == *counterpart
            && self.label == *label
            && self.reason == *reason
            && self.action == *action
            && self.detail == *detail
            && self.fingerprint == *fingerprint
            && self.waits_for == *waits_for
            && self.tried == *tried
            && self.waits_until == *waits_until
    }

    /// True if the record is looked at again in later runs (rule W3). An excluded property is, so that it is taken
    /// up when the exclusion ends (rule P5), and so is what is held back on its way to the platform.
    pub fn is_tried_again(&self) -> bool {
        matches!(self.status(), Status::Pending | Status::Failed)
            || self.reason == Reason::PropertyExcluded
            || self.is_held_back()
    }

    /// True of a Latchel work order whose way to the platform is barred by something that people can change: it is not
    /// assigned to Latchel there (rule L11), or its property's method (rule L4) or state (rule L15) is in the way.
    pub fn is_held_back(&self) -> bool {
        self.key.side == Side::Latchel
            && match self.reason {
                Reason::UnassignedStopsUpdates => true,
                Reason::MethodNone | Reason::NotSupportedByPlatform => self.waits_for.is_some(),
                _ => false,
            }
    }
}

/// Action on a record's counterpart that was taken, or would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Nothing was written.
    None,
    /// The counterpart was created.
    Create,
    /// The counterpart was changed.
    Update,
    /// The counterpart was set inactive.
    Deactivate,
    /// A counterpart that was there already was linked.
    Link,
    /// The platform's work order was closed.
    Close,
}

impl Action {
    /// The action's name in JSON and the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Create => "create",
            Self::Update => "update",
            Self::Deactivate => "deactivate",
            Self::Link => "link",
            Self::Close => "close",
        }
    }

    /// Reads back what [`Action::as_str`] wrote.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::None, Self::Create, Self::Update, Self::Deactivate, Self::Link, Self::Close]
            .into_iter()
            .find(|action| action.as_str() == name)
    }

    /// True if it writes to one of the two systems.
    pub fn writes(self) -> bool {
        !matches!(self, Self::None | Self::Link)
    }
}

/// A record that is pending or failed, and tried again in every run (rule W3).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pending {
    /// Its newest outcome, which says what it waits for.
    pub outcome: Outcome,
    /// Instant since which it is, UTC.
    pub since: DateTime<Utc>,
    /// Number of tries so far.
    pub attempts: u32,
    /// True if somebody dismissed it.
    pub dismissed: bool,
}

/// The pause after the first failure; each further one doubles it.
const FIRST_PAUSE: TimeDelta = TimeDelta::minutes(5);
/// The longest pause, at which the doubling ends.
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(6);

impl Pending {
    /// Earliest instant of the next try of a record that failed, UTC; `None` for one that waits, which costs no call
    /// until it is ready, and for one whose next try was asked for.
    pub fn next_try(&self) -> Option<DateTime<Utc>> {
        if self.outcome.status() != Status::Failed || self.attempts == 0 {
            return None;
        }
        let doublings = (self.attempts - 1).min(16);
        let pause = FIRST_PAUSE.checked_mul(1 << doublings).unwrap_or(LONGEST_PAUSE);
        Some(self.outcome.at + pause.min(LONGEST_PAUSE))
    }
}

/// Number of records with each reason.
pub type Counts = BTreeMap<Reason, u64>;
