use std::sync::Arc;

use chrono::{DateTime, Utc};
use latchel_sync_core::engine::{Proposal, Proposals};
use latchel_sync_core::ledger::{Outcome, Run, RunStatus, Trigger};
use latchel_sync_core::model::{Phase, RecordKey};
use serde::{Deserialize, Deserializer, Serialize};
use tokio::time::Instant;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::schema;

/// The id of a job; later ones have greater ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct QueuedJobId(pub Uuid);

/// Work of a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Work {
    /// A sync of the window.
    Sync {
        /// The phases.
        phases: Vec<Phase>,
        /// True if it may set any number of records inactive (rule G1).
        allow_mass_change: bool,
    },
    /// A sync of these records alone.
    Named(Vec<RecordKey>),
    /// A reconciliation (rule W6).
    Reconcile,
    /// A plan, which says what a sync of these phases would do; it writes nothing.
    Plan(Vec<Phase>),
    /// A comparison that proposes pairs of records (rule A2); it writes nothing.
    Propose,
    /// Links for these pairs (rule A2).
    Adopt(Vec<Proposal>),
    /// A report about the platform, for whoever is asked for help; it writes nothing.
    Report,
}

impl Work {
    /// Name of the kind of work.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Sync { .. } => "sync",
            Self::Named(_) => "named",
            Self::Reconcile => "reconcile",
            Self::Plan(_) => "plan",
            Self::Propose => "propose",
            Self::Adopt(_) => "adopt",
            Self::Report => "report",
        }
    }

    /// The phases, which no other job of the account may hold at the same time; none for a plan, which holds nothing.
    pub fn holds(&self) -> Vec<Phase> {
        match self {
            Self::Plan(_) | Self::Propose | Self::Report => Vec::new(),
            Self::Adopt(_) => Phase::ALL.to_vec(),
            work => work.phases(),
        }
    }

    /// The phases that it goes through, in their order.
    pub fn phases(&self) -> Vec<Phase> {
        match self {
            Self::Sync { phases, .. } | Self::Plan(phases) => phases.clone(),
            Self::Reconcile => vec![Phase::Properties, Phase::Residents],
            Self::Propose | Self::Adopt(_) | Self::Report => Vec::new(),
            Self::Named(records) => {
                let of = |phase: &Phase| {
                    records.iter().any(|key| key.kind == phase.kind() && key.side == phase.source())
                };
                Phase::ALL.into_iter().filter(of).collect()
            }
        }
    }
}

/// Account, name of the work, and the phases that it holds.
pub(super) type WorkKind = (String, &'static str, Vec<Phase>);

/// Request for a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobRequest {
    /// The account.
    pub account: String,
    /// Work of the job.
    pub work: Work,
    /// Trigger of the job. What people ask for goes first, then what the two systems told of, then the schedule: what is late by an
    /// interval before the rest.
    pub trigger: Trigger,
    /// Name of whoever asks, for people: a user, or what told of a change.
    pub by: String,
    /// Instant from which the schedule's job is late by a whole interval, UTC.
    pub late_from: Option<DateTime<Utc>>,
}

impl JobRequest {
    /// Rank of the job: the smaller it is, the earlier the job begins.
    pub(super) fn rank(&self, now: DateTime<Utc>) -> u8 {
        match self.trigger {
            Trigger::Manual => 0,
            Trigger::Webhook => 1,
            Trigger::Schedule if self.is_late(now) => 2,
            Trigger::Schedule => 3,
        }
    }

    /// The account and the kind of work: jobs that take about as long as each other.
    pub(super) fn kind(&self) -> WorkKind {
        (self.account.clone(), self.work.name(), self.work.holds())
    }

    /// True if it should have begun an interval ago.
    pub(super) fn is_late(&self, now: DateTime<Utc>) -> bool {
        self.late_from.is_some_and(|late| late <= now)
    }
}

/// A job and its state.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Job)]
pub struct QueuedJob {
    /// Its id.
    #[schema(value_type = Uuid)]
    pub id: QueuedJobId,
    /// The account.
    pub account: String,
    /// Kind of work: `sync`, `named`, `reconcile`, `plan`, `propose`, `adopt` or `report`.
    #[serde(deserialize_with = "name")]
    #[schema(value_type = String)]
    pub work: Name,
    /// Trigger of the job: somebody by hand, the schedule, or a webhook.
    #[schema(value_type = schema::Trigger)]
    pub trigger: Trigger,
    /// Name of whoever asked, for people.
    pub by: String,
    /// Instant at which it was asked for, UTC.
    pub asked_at: DateTime<Utc>,
    /// Instant at which it began, UTC; null before that.
    pub began_at: Option<DateTime<Utc>>,
    /// The same on the process's own clock.
    #[serde(skip)]
    pub(super) started: Option<Instant>,
    /// True while it takes long and lets others that do go first.
    pub waits_for_slot: bool,
    /// Instant at which it ended, UTC; null before that.
    pub ended_at: Option<DateTime<Utc>>,
    /// Progress, phase by phase.
    pub phases: Vec<PhaseProgress>,
    /// The run that it was, once it has ended.
    #[schema(value_type = Option<schema::Run>)]
    pub run: Option<Run>,
    /// Error that kept it from beginning, or from being recorded; null if there was none.
    pub error: Option<String>,
    /// Of a plan: what it would write, up to a bound.
    #[schema(value_type = Vec<schema::Outcome>)]
    pub planned: Vec<Outcome>,
    /// Of a plan: how many more it would write than `planned` names.
    pub planned_more: u64,
    /// Of a report: what it says, without a word of anybody's records; null before its end.
    pub report: Option<String>,
    /// Pairs that a comparison found; the page of the job shows them.
    #[serde(skip)]
    pub proposals: Option<Arc<Proposals>>,
    /// Pairs that were to be linked and are not, in words.
    #[serde(skip)]
    pub refused: Vec<String>,
}

fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<&'static str, D::Error> {
    let name = String::deserialize(deserializer)?;
    let known = NAMES.into_iter().find(|known| *known == name);
    known.ok_or_else(|| serde::de::Error::custom(format!("{name:?} is no kind of work")))
}

/// Name of a kind of work.
pub type Name = &'static str;

/// Names of the kinds of work.
const NAMES: [&str; 7] = ["sync", "named", "reconcile", "plan", "propose", "adopt", "report"];

impl QueuedJob {
    /// A job that waits.
    pub(super) fn waiting(id: QueuedJobId, new: &JobRequest, now: DateTime<Utc>) -> Self {
        Self {
            id,
            account: new.account.clone(),
            work: new.work.name(),
            trigger: new.trigger,
            by: new.by.clone(),
            asked_at: now,
            began_at: None,
            started: None,
            waits_for_slot: false,
            ended_at: None,
            phases: Vec::new(),
            run: None,
            error: None,
            planned: Vec::new(),
            planned_more: 0,
            report: None,
            proposals: None,
            refused: Vec::new(),
        }
    }

    /// In one word: `waiting`, `under_way`, or how it ended.
    pub fn state(&self) -> &'static str {
        match (&self.run, self.began_at, self.ended_at) {
            (Some(run), _, Some(_)) if run.status != RunStatus::Unfinished => run.status.as_str(),
            // A comparison and a report are no runs.
            (None, _, Some(_)) if self.error.is_none() => "success",
            (_, _, Some(_)) => "failed",
            (_, Some(_), None) => "under_way",
            (_, None, None) => "waiting",
        }
    }
}

/// Progress of a phase.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PhaseProgress {
    /// The phase.
    #[schema(value_type = schema::Phase)]
    pub phase: Phase,
    /// Number of records that came out.
    pub records: u64,
    /// Number of those for which something was written, or would be.
    pub writes: u64,
    /// True if the phase has ended.
    pub ended: bool,
}
