use std::sync::Arc;

use futures::future::BoxFuture;
use latchel_sync_core::engine::Observer;
use latchel_sync_core::ledger::{Outcome, PhaseReport};
use latchel_sync_core::model::{Phase, Window};

use super::Jobs;
use super::job::{PhaseProgress, QueuedJobId};
use super::slots::Slot;

/// Most of a plan's writes that are kept for people to look at: a bound on memory.
const PLANNED_AT_MOST: usize = 500;

/// Keeps a job's progress up to date.
#[derive(Debug)]
pub(super) struct Progress {
    pub jobs: Arc<Jobs>,
    pub job: QueuedJobId,
    pub keeps_outcomes: bool,
    pub slot: Slot,
}

impl Observer for Progress {
    fn phase_started(&self, phase: Phase, _window: Window) {
        self.jobs.change(self.job, |job| {
            // A comparison has no report at a phase's end.
            if let Some(before) = job.phases.last_mut() {
                before.ended = true;
            }
            job.phases.push(PhaseProgress { phase, records: 0, writes: 0, ended: false });
        });
    }

    fn read(&self, _phase: Phase, records: usize) {
        self.jobs.change(self.job, |job| {
            if let Some(phase) = job.phases.last_mut() {
                phase.records += records as u64;
            }
        });
    }

    fn outcome(&self, _phase: Phase, outcome: &Outcome) {
        let writes = outcome.action.writes();
        self.jobs.change(self.job, |job| {
            if let Some(phase) = job.phases.last_mut() {
                phase.records += 1;
                phase.writes += u64::from(writes);
            }
            if !writes || !self.keeps_outcomes {
                return;
            }
            if job.planned.len() < PLANNED_AT_MOST {
                job.planned.push(outcome.clone());
            } else {
                job.planned_more += 1;
            }
        });
    }

    fn may_go_on(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.slot.take_turns(&self.jobs, self.job))
    }

    fn phase_finished(&self, report: &PhaseReport) {
        self.jobs.change(self.job, |job| {
            if let Some(phase) = job.phases.last_mut() {
                (phase.records, phase.writes, phase.ended) = (report.records(), report.writes, true);
            }
        });
    }
}
