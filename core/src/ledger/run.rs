use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::Counts;
use crate::ErrorKind;
use crate::model::{Phase, RunId, Status};

/// An account as the ledger knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its name in the configuration.
    pub name: String,
    /// Latchel work orders created at or before this instant are never created on the platform (rule L2), UTC.
    pub sync_start: DateTime<Utc>,
    /// Instant at which it was added, UTC.
    pub created_at: DateTime<Utc>,
}

/// Cause of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// Somebody, by hand.
    Manual,
    /// The schedule.
    Schedule,
    /// One of the two systems, which told of a change.
    Webhook,
}

/// A run that is about to begin.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRun {
    /// Its id.
    pub id: RunId,
    /// The account.
    pub account: String,
    /// The run's *now*, UTC.
    pub now: DateTime<Utc>,
    /// The account's local date of it, by which people count runs; UTC's if it is `None`.
    pub day: Option<NaiveDate>,
    /// Cause of the run.
    pub trigger: Trigger,
    /// Holder of the lease, for people: a host and process id.
    pub holder: String,
    /// Phases that it will go through.
    pub phases: Vec<Phase>,
}

/// A run's hold on its phases of an account. Each of the run's writes names it, and is refused once another run has
/// taken over, so that a run that was frozen for longer than its lease writes nothing any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The account.
    pub account: String,
    /// The run that holds it; later runs have greater ids, which makes it the lease's epoch.
    pub run: RunId,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// The account.
    pub account: String,
    /// The run's *now*, UTC.
    pub now: DateTime<Utc>,
    /// The account's local date of `now`; `None` in ledgers of before it was kept.
    #[serde(default)]
    pub day: Option<NaiveDate>,
    /// Cause of the run.
    pub trigger: Trigger,
    /// End of the run; one that never ended was interrupted.
    pub status: RunStatus,
    /// Reports of the phases, in their order.
    pub phases: Vec<PhaseReport>,
    /// Warnings for people, for example a gap that the window did not cover (rule W2).
    pub warnings: Vec<String>,
    /// Holder of its leases, for people: a user, a host and a process.
    #[serde(default)]
    pub holder: String,
    /// Number of records that it was asked for by their ids; `None` for a run that went through the window.
    #[serde(default)]
    pub named: Option<usize>,
    /// True if it was a reconciliation, which read the whole lists (rule W6).
    #[serde(default)]
    pub reconciles: bool,
    /// True if it ended early because its process was asked to stop; what it had not come to is still to be done.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stopped: bool,
    /// Duration in milliseconds, once it has ended.
    #[serde(default)]
    pub took_ms: Option<u64>,
    /// Number of calls that it made to each system, repeated ones too.
    #[serde(default)]
    pub calls: BTreeMap<String, u64>,
}

impl Run {
    /// True if it did its work, wrote nothing and has nothing to warn of. Its outcomes say if it found something new.
    pub fn is_quiet(&self) -> bool {
        self.status == RunStatus::Success
            && self.warnings.is_empty()
            // By hand, a link is made or ended without any.
            && !self.phases.is_empty()
            && self.phases.iter().all(|report| report.writes == 0)
    }

    /// A run that begins.
    pub fn begin(run: &NewRun) -> Self {
        Self {
            id: run.id,
            account: run.account.clone(),
            now: run.now,
            day: run.day,
            trigger: run.trigger,
            status: RunStatus::Unfinished,
            phases: Vec::new(),
            warnings: Vec::new(),
            holder: run.holder.clone(),
            named: None,
            reconciles: false,
            stopped: false,
            took_ms: None,
            calls: BTreeMap::new(),
        }
    }
}

/// End of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// It is under way, or was interrupted.
    Unfinished,
    /// Every record has its outcome, and none failed.
    Success,
    /// A far side is closed for a while by its own schedule; nothing failed, and the next run goes on.
    Paused,
    /// Some records, or a phase, failed.
    Partial,
    /// Nothing could be done.
    Failed,
}

impl RunStatus {
    /// The status's name in JSON and the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unfinished => "unfinished",
            Self::Success => "success",
            Self::Paused => "paused",
            Self::Partial => "partial",
            Self::Failed => "failed",
        }
    }
}

/// Report of one phase of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PhaseReport {
    /// The phase.
    pub phase: Phase,
    /// The start of its window, UTC.
    pub window_from: DateTime<Utc>,
    /// Number of records with each reason.
    pub counts: Counts,
    /// Number of them for which something was written.
    pub writes: u64,
    /// Error that ended it early.
    pub error: Option<String>,
    /// Kind of that error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_kind: Option<ErrorKind>,
    /// Name of the far side that was closed by its own schedule, and the end of its pause as far as that is known. This
    /// is no failure, because the next run goes on from there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<String>,
}

impl PhaseReport {
    /// Number of records that it saw.
    pub fn records(&self) -> u64 {
        self.counts.values().sum()
    }

    /// Number of records with this status.
    pub fn with_status(&self, status: Status) -> u64 {
        self.counts.iter().filter(|(reason, _)| reason.status() == status).map(|(_, count)| count).sum()
    }
}
