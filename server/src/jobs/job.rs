use chrono::{DateTime, Utc};
use latchel_sync_core::ledger::{Outcome, Phase, Run, RunStatus, Trigger};
use latchel_sync_core::model::RecordKey;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::schema;

/// The id of a job; later ones have greater ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct JobId(pub Uuid);

/// What a job does.
#[derive(Debug, Clone, PartialEq)]
pub enum Work {
    /// A sync of the window.
    Sync {
        /// The phases.
        phases: Vec<Phase>,
        /// Whether it may set as many records inactive as it likes (rule G1).
        allow_mass_change: bool,
    },
    /// A sync of these records alone.
    Named(Vec<RecordKey>),
    /// A reconciliation (rule W6).
    Reconcile,
    /// What a sync of these phases would do; it writes nothing.
    Plan(Vec<Phase>),
}

impl Work {
    /// The phases, which no other job of the account may hold at the same time; none for a plan, which holds nothing.
    pub fn holds(&self) -> Vec<Phase> {
        match self {
            Self::Plan(_) => Vec::new(),
            work => work.phases(),
        }
    }

    /// The phases that it goes through, in their order.
    pub fn phases(&self) -> Vec<Phase> {
        match self {
            Self::Sync { phases, .. } | Self::Plan(phases) => phases.clone(),
            Self::Reconcile => vec![Phase::Properties, Phase::Residents],
            Self::Named(records) => {
                let of = |phase: &Phase| {
                    records.iter().any(|key| key.kind == phase.kind() && key.side == phase.source())
                };
                Phase::ALL.into_iter().filter(of).collect()
            }
        }
    }
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct NewJob {
    /// The account.
    pub account: String,
    /// What it does.
    pub work: Work,
    /// Who or what asks: what people ask for goes first, then what the two systems told of, then the schedule.
    pub trigger: Trigger,
    /// Who asks, for people: a user's name, or what told of a change.
    pub by: String,
}

impl NewJob {
    /// The smaller, the earlier.
    pub(super) fn rank(&self) -> u8 {
        match self.trigger {
            Trigger::Manual => 0,
            Trigger::Webhook => 1,
            Trigger::Schedule => 2,
        }
    }
}

/// How a job stands.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Job {
    /// Its id.
    #[schema(value_type = Uuid)]
    pub id: JobId,
    /// The account.
    pub account: String,
    /// What it does: `sync`, `named`, `reconcile` or `plan`.
    pub work: &'static str,
    /// Who or what asked for it.
    #[schema(value_type = schema::Trigger)]
    pub trigger: Trigger,
    /// Who asked, for people.
    pub by: String,
    /// When it was asked for, UTC.
    pub asked_at: DateTime<Utc>,
    /// When it began, UTC.
    pub began_at: Option<DateTime<Utc>>,
    /// When it ended, UTC.
    pub ended_at: Option<DateTime<Utc>>,
    /// How far it is, phase by phase.
    pub phases: Vec<PhaseProgress>,
    /// The run that it was, once it has ended.
    #[schema(value_type = Option<schema::Run>)]
    pub run: Option<Run>,
    /// Why it could not begin, or not be recorded.
    pub error: Option<String>,
    /// Of a plan: what it would write, up to a bound.
    #[schema(value_type = Vec<schema::Outcome>)]
    pub planned: Vec<Outcome>,
    /// Of a plan: how many more it would write than `planned` names.
    pub planned_more: u64,
}

impl Job {
    /// In one word: `waiting`, `under_way`, or how it ended.
    pub fn state(&self) -> &'static str {
        match (&self.run, self.began_at, self.ended_at) {
            (Some(run), _, Some(_)) if run.status != RunStatus::Unfinished => run.status.as_str(),
            (_, _, Some(_)) => "failed",
            (_, Some(_), None) => "under_way",
            (_, None, None) => "waiting",
        }
    }
}

/// How far a phase is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PhaseProgress {
    /// The phase.
    #[schema(value_type = schema::Phase)]
    pub phase: Phase,
    /// How many records came out.
    pub records: u64,
    /// How many of them wrote something, or would.
    pub writes: u64,
    /// Whether it has ended.
    pub ended: bool,
}
