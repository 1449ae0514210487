use std::fmt;
use std::future::ready;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use tokio::sync::watch;

use crate::ledger::{Outcome, Pending, PhaseReport, Trigger};
use crate::model::{Kind, Phase, RecordKey, Side, Window};

/// Order for a run: its phases, its records and its limits.
#[derive(Debug, Clone)]
pub struct Request {
    /// The phases, in the order of [`Phase::ALL`].
    pub phases: Vec<Phase>,
    /// Mode: write, or only plan.
    pub mode: Mode,
    /// The run's *now*, UTC.
    pub now: DateTime<Utc>,
    /// The start of the window, instead of what rules W1 and W2 say, UTC.
    pub since: Option<DateTime<Utc>>,
    /// Cause of the run: a person, the schedule or a webhook.
    pub trigger: Trigger,
    /// Holder of the lease, for people: a host and process id.
    pub holder: String,
    /// Part of the lists that is read.
    pub lists: Lists,
    /// These records alone, by their ids, instead of those of the window and what is pending.
    pub records: Option<Vec<RecordKey>>,
    /// True if the run may set any number of records inactive (rule G1).
    pub allow_mass_change: bool,
    /// Asks the run to end after the record at hand.
    pub stop: StopSignal,
}

impl Request {
    /// "Sync All Data": every phase, both directions.
    pub fn everything(mode: Mode, now: DateTime<Utc>) -> Self {
        Self {
            phases: Phase::ALL.to_vec(),
            mode,
            now,
            since: None,
            lists: Lists::Changed,
            trigger: Trigger::Manual,
            holder: String::from("unnamed"),
            records: None,
            allow_mass_change: false,
            stop: StopSignal::default(),
        }
    }

    /// A reconciliation (rule W6): properties and residents, by their whole lists.
    pub fn reconciliation(mode: Mode, now: DateTime<Utc>) -> Self {
        let phases = vec![Phase::Properties, Phase::Residents];
        Self { phases, lists: Lists::Whole, ..Self::everything(mode, now) }
    }
}

impl Request {
    /// True if it is a reconciliation (rule W6).
    pub(super) fn reconciles(&self) -> bool {
        self.lists == Lists::Whole && self.records.is_none()
    }

    /// The named records that no phase goes through: Latchel's properties and residents.
    pub(super) fn told_of(&self) -> Vec<RecordKey> {
        let one_way = |key: &&RecordKey| key.side == Side::Latchel && key.kind != Kind::WorkOrder;
        self.records.iter().flatten().filter(one_way).cloned().collect()
    }
}

/// Part of the platform's lists that a run reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lists {
    /// Records that changed in the window (rule W1).
    Changed,
    /// All of properties and residents (rule W6). Records without a link still count by the window, and the run does
    /// not count as one that covered it.
    Whole,
}

/// Mode of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Decide only; the outcomes say what a sync would do.
    Plan,
    /// Write.
    Apply,
}

/// Asks a run to end: it reads no further, and has half a minute for the record at hand. Clones share the signal.
#[derive(Debug, Clone, Default)]
pub struct StopSignal(Arc<watch::Sender<bool>>);

impl StopSignal {
    /// Asks the run to end.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }

    /// True if somebody asked.
    pub fn is_set(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until somebody asks.
    pub async fn asked(&self) {
        // The sender is here, so that it cannot be gone.
        let _ = self.0.subscribe().wait_for(|asked| *asked).await;
    }
}

/// Watches a run.
pub trait Observer: Send + Sync + fmt::Debug {
    /// A phase began.
    fn phase_started(&self, _phase: Phase, _window: Window) {}
    /// So many more records were read from a list that has no outcomes yet.
    fn read(&self, _phase: Phase, _records: usize) {}
    /// A record came out.
    fn outcome(&self, _phase: Phase, _outcome: &Outcome) {}
    /// A record failed in an earlier run and is left alone until its next try.
    fn rests(&self, phase: Phase, pending: &Pending) {
        self.outcome(phase, &pending.outcome);
    }
    /// A phase ended.
    fn phase_finished(&self, _report: &PhaseReport) {}
    /// Waits, between two pages, until the run may go on: whoever runs many at once may let others go first. The run keeps its lease
    /// meanwhile, and ends if it is asked to stop.
    fn may_go_on(&self) -> BoxFuture<'_, ()> {
        Box::pin(ready(()))
    }
}

/// Watches nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Quiet;

impl Observer for Quiet {}
