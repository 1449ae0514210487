use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Counts, PhaseReport, Run, RunStatus, Trigger};
use crate::ErrorKind;
use crate::model::{Phase, Reason, Status};

/// Facts about an account that all of its runs tell together. The ledger brings them up to date with each run that begins
/// or ends, so that whoever wants to know reads one record and no runs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AccountState {
    /// The newest run, under way or ended.
    pub newest: Option<Run>,
    /// Begin of the newest run that a schedule asked for, UTC.
    pub scheduled: Option<DateTime<Utc>>,
    /// Begin of the newest run that went, or was meant to go, through a phase's window, UTC.
    pub begun: BTreeMap<Phase, DateTime<Utc>>,
    /// Begin of the newest reconciliation that has ended, UTC.
    pub reconciliation: Option<DateTime<Utc>>,
    /// Runs since which nothing works.
    pub failures: Option<Failures>,
    /// Refusal of the credentials, until a run is let in.
    pub refused: Option<Failure>,
    /// Error that ended the phase's newest run.
    pub ended_by: BTreeMap<Phase, Failure>,
    /// Begin of the last run in which a phase succeeded, UTC. It is read beside the rest, as are reconciliations.
    #[serde(skip)]
    pub succeeded: BTreeMap<Phase, DateTime<Utc>>,
    /// Begin of the last reconciliation that came to its end, UTC.
    #[serde(skip)]
    pub reconciled: Option<DateTime<Utc>>,
    /// Number of records that waited when a run ended last.
    pub pending: u64,
    /// Number of records that had failed when a run ended last.
    pub failed: u64,
}

/// Runs one after the other that were ended by an error before any phase came to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failures {
    /// Number of them.
    pub runs: u64,
    /// Begin of the first, UTC.
    pub since: DateTime<Utc>,
    /// Error of the newest.
    pub error: Option<String>,
}

/// Error that ended a phase of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Begin of the run, UTC.
    pub at: DateTime<Utc>,
    /// True if the run was a reconciliation.
    pub reconciles: bool,
    /// Kind of the error.
    pub kind: ErrorKind,
    /// The error.
    pub error: String,
}

/// Success of a run as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Worked {
    /// A phase came to its end.
    Something,
    /// It was ended by an error before any phase came to its end, whatever was counted by then.
    Nothing,
    /// A system was closed by its own schedule.
    Untried,
}

impl AccountState {
    /// Reasons of records that wait or have failed, by which they are counted.
    pub fn counted() -> impl Iterator<Item = Reason> {
        Reason::ALL
            .iter()
            .copied()
            .filter(|reason| matches!(reason.status(), Status::Pending | Status::Failed))
    }

    /// Takes in numbers of records by their reasons, of those that are [`Self::counted`].
    pub fn count(&mut self, counts: &Counts) {
        let with = |status| {
            counts.iter().filter(|(reason, _)| reason.status() == status).map(|(_, number)| number).sum()
        };
        (self.pending, self.failed) = (with(Status::Pending), with(Status::Failed));
    }

    /// Takes in a run that has begun, or has ended; `false` if that was taken in before. One that never ends, because it was
    /// killed, is the newest and no more.
    pub fn take(&mut self, run: &Run) -> bool {
        let is_told_again = |newest: &Run| newest.id == run.id && newest.status != RunStatus::Unfinished;
        if self.newest.as_ref().is_some_and(is_told_again) {
            return false;
        }
        // Of two at once, each by phases of its own, the one that began first may end last.
        if self.newest.as_ref().is_none_or(|newest| newest.id <= run.id) {
            self.newest = Some(run.clone());
        }
        if run.trigger == Trigger::Schedule {
            self.scheduled = self.scheduled.max(Some(run.now));
        }
        // A run of named records says nothing about windows, and may not come by what the others fail at.
        if run.status != RunStatus::Unfinished && run.named.is_none() {
            let reports = not_stopped(run);
            self.take_windows(run, reports);
            self.take_failures(run, reports);
        }
        true
    }

    /// A run that failed counts as begun too: it is tried again at its time, and not at once. If its first phase ended it, it
    /// was meant to go through the other of its part, as the schedule asks for no less.
    fn take_windows(&mut self, run: &Run, reports: &[PhaseReport]) {
        if run.reconciles {
            self.reconciliation = self.reconciliation.max(Some(run.now).filter(|_| !run.stopped));
            return;
        }
        for report in reports {
            let meant = match run.trigger {
                Trigger::Schedule if !run.stopped => report.phase.part().to_vec(),
                _ => vec![report.phase],
            };
            for phase in meant {
                let begun = self.begun.entry(phase).or_insert(run.now);
                *begun = run.now.max(*begun);
            }
        }
    }

    fn take_failures(&mut self, run: &Run, reports: &[PhaseReport]) {
        let worked = worked(run, reports);
        match worked {
            Worked::Something => self.failures = None,
            Worked::Untried => {}
            Worked::Nothing => {
                let before = self.failures.take();
                self.failures = Some(Failures {
                    runs: before.as_ref().map_or(0, |failures| failures.runs) + 1,
                    since: before.map_or(run.now, |failures| failures.since),
                    error: run.phases.iter().find_map(|report| report.error.clone()),
                });
            }
        }
        let failure = |report: &PhaseReport| {
            let error = report.error.clone().unwrap_or_default();
            Some(Failure { at: run.now, reconciles: run.reconciles, kind: report.error_kind?, error })
        };
        for report in reports {
            match failure(report) {
                Some(failure) => self.ended_by.insert(report.phase, failure),
                None => self.ended_by.remove(&report.phase),
            };
        }
        // One that failed otherwise does not say whether the credentials are right again.
        let unauthorized = reports.iter().filter_map(failure).find(|one| one.kind == ErrorKind::Unauthorized);
        if unauthorized.is_some() || worked == Worked::Something {
            self.refused = unauthorized;
        }
    }

    /// The first phase whose newest run was ended by an error of this kind.
    pub fn ended_by(&self, kind: ErrorKind) -> Option<(Phase, &Failure)> {
        self.ended_by
            .iter()
            .find(|(_, failure)| failure.kind == kind)
            .map(|(phase, failure)| (*phase, failure))
    }
}

/// The reports of a run's phases without the one that was under way when it was asked to stop, which is the last: that phase
/// is as if it had not begun, and is done as soon as a process is there again.
fn not_stopped(run: &Run) -> &[PhaseReport] {
    match run.phases.split_last() {
        Some((last, before)) if run.stopped && last.error.is_some() => before,
        _ => &run.phases,
    }
}

fn worked(run: &Run, reports: &[PhaseReport]) -> Worked {
    if reports.iter().any(|report| report.error.is_none() && report.paused.is_none()) {
        return Worked::Something;
    }
    let has_failed = run.status == RunStatus::Failed || reports.iter().any(|report| report.error.is_some());
    if has_failed { Worked::Nothing } else { Worked::Untried }
}
