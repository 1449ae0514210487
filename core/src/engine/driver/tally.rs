use std::hash::BuildHasher;

use foldhash::quality::FixedState;
use foldhash::{HashMap, HashSet};
use futures::FutureExt;

use crate::engine::Observer;
use crate::engine::context::Context;
use crate::engine::driver::skipped::Skipped;
use crate::ledger::{Action, Counts, Outcome, Pending, PhaseReport};
use crate::model::{Phase, Reason, Window};
use crate::{Error, ErrorKind, Result};

/// Limit to the rows outside the window that are remembered; a bound on memory of a few megabytes. Beyond it, a row
/// that the platform lists twice is counted twice.
const REMEMBERED_AT_MOST: usize = 100_000;

/// Counts what a phase does, and remembers what lay outside the window so that a row that comes twice counts once.
pub(in crate::engine) struct Tally<'a> {
    phase: Phase,
    window: Window,
    observer: &'a dyn Observer,
    counts: Counts,
    writes: u64,
    deactivations: u64,
    rows: u64,
    /// Rows that the far side did not serve.
    unserved: u64,
    skipped: Skipped,
    outside: HashMap<u64, Reason>,
}

impl<'a> Tally<'a> {
    pub fn start(phase: Phase, window: Window, observer: &'a dyn Observer) -> Self {
        observer.phase_started(phase, window);
        Self {
            phase,
            window,
            observer,
            counts: Counts::new(),
            writes: 0,
            deactivations: 0,
            rows: 0,
            unserved: 0,
            skipped: Skipped::default(),
            outside: HashMap::default(),
        }
    }

    /// Waits until the run may go on with the next page.
    pub async fn may_go_on(&self, cx: &Context<'_>) -> Result<()> {
        let mut turn = self.observer.may_go_on();
        if turn.as_mut().now_or_never().is_none() {
            cx.reading(turn.map(Ok)).await?;
            // Much may have changed meanwhile: what was read ahead of it is looked at again.
            cx.changed();
        }
        Ok(())
    }

    pub fn outcome(&mut self, outcome: &Outcome) {
        self.count_in(outcome);
        self.observer.outcome(self.phase, outcome);
    }

    /// Counts a record that failed and is not to be tried again yet, by the outcome of its last try.
    pub fn rests(&mut self, pending: &Pending) {
        self.count_in(&pending.outcome);
        self.observer.rests(self.phase, pending);
    }

    fn count_in(&mut self, outcome: &Outcome) {
        // A pending record that lay outside the window is looked at all the same, and counts by its outcome alone.
        if !self.outside.is_empty()
            && let Some(outside) = self.outside.remove(&hash(&outcome.key.id))
        {
            self.counts.entry(outside).and_modify(|records| *records -= 1);
        }
        *self.counts.entry(outcome.reason).or_default() += 1;
        self.writes += u64::from(outcome.action.writes());
        self.deactivations += u64::from(outcome.action == Action::Deactivate);
        if outcome.reason == Reason::NotSupported {
            self.skipped.add(outcome);
        }
        self.unserved += u64::from(outcome.key.is_place() && outcome.reason == Reason::InvalidRecord);
    }

    /// Number of records that were set inactive so far.
    pub fn deactivations(&self) -> u64 {
        self.deactivations
    }

    /// Counts rows that the source listed.
    pub fn listed(&mut self, rows: usize) {
        self.rows += rows as u64;
    }

    /// True if the source listed nothing so far.
    pub fn nothing_listed(&self) -> bool {
        self.rows == 0
    }

    /// Counts a record outside the window. Its newest outcome stays what it was.
    pub fn outside(&mut self, id: &str, reason: Reason) {
        let id = hash(id);
        let is_new = match self.outside.len() < REMEMBERED_AT_MOST {
            true => self.outside.insert(id, reason).is_none(),
            false => !self.outside.contains_key(&id),
        };
        if is_new {
            *self.counts.entry(reason).or_default() += 1;
        }
    }

    /// Records that were skipped because their kind is not synced.
    pub(super) fn skipped(&self) -> &Skipped {
        &self.skipped
    }

    /// Number of records that were looked at: all but those that nothing had changed.
    pub(super) fn looked_at(&self) -> u64 {
        let passed_over = [Reason::OutsideWindow, Reason::UnchangedSinceLastSeen];
        let counts = self.counts.iter().filter(|(reason, _)| !passed_over.contains(reason));
        counts.map(|(_, records)| records).sum()
    }

    /// Fails with [`ErrorKind::Unavailable`] if a row was not served. Such a row has no id to ask for it by, so that
    /// the next window must begin where this one did: the phase is no success, although all other records are done.
    pub fn was_served(&self) -> Result<()> {
        let rows = match self.unserved {
            0 => return Ok(()),
            1 => "1 row of a list".to_owned(),
            rows => format!("{rows} rows of a list"),
        };
        let message = format!(
            "{rows} could not be had; the others are done, and the next run covers the same time again"
        );
        Err(Error::new(ErrorKind::Unavailable, message))
    }

    /// Counts records that are not looked at one by one.
    pub fn count(&mut self, reason: Reason, records: u64) {
        if records > 0 {
            *self.counts.entry(reason).or_default() += records;
        }
    }

    /// The report of a phase that a mistake of ours broke off, whose counts are lost with it.
    pub fn broken(phase: Phase, window: Window, error: &Error, observer: &dyn Observer) -> PhaseReport {
        let report = PhaseReport {
            phase,
            window_from: window.from,
            counts: Counts::new(),
            writes: 0,
            error: Some(error.to_string()),
            error_kind: Some(error.kind()),
            paused: None,
        };
        observer.phase_finished(&report);
        report
    }

    pub fn finish(mut self, end: Result<(), &Error>) -> PhaseReport {
        let (error, paused) = match end {
            Ok(()) => (None, None),
            Err(error) if error.is_pause() => (None, Some(pause(error))),
            Err(error) => (Some(error), None),
        };
        self.counts.retain(|_, records| *records > 0);
        let report = PhaseReport {
            phase: self.phase,
            window_from: self.window.from,
            counts: self.counts,
            writes: self.writes,
            error: error.map(ToString::to_string),
            error_kind: error.map(Error::kind),
            paused,
        };
        self.observer.phase_finished(&report);
        report
    }
}

/// Names the far side that is closed, and the end of its pause as far as that is known.
fn pause(error: &Error) -> String {
    let until = match (error.context("until"), error.retry_after()) {
        (Some(until), _) => format!("until {until}"),
        (None, Some(pause)) => format!("for another {} min", pause.as_secs().div_ceil(60)),
        (None, None) => "until it opens again".to_owned(),
    };
    format!("{}, {until}", error.message())
}

/// The records that were decided last, by a hash of their ids; a bound on memory.
#[derive(Debug, Default)]
pub(in crate::engine) struct Recent {
    newer: HashSet<u64>,
    older: HashSet<u64>,
}

impl Recent {
    pub fn add(&mut self, id: &str) {
        if self.newer.len() >= REMEMBERED_AT_MOST / 2 {
            self.older = std::mem::take(&mut self.newer);
        }
        self.newer.insert(hash(id));
    }

    pub fn contains(&self, id: &str) -> bool {
        let id = hash(id);
        self.newer.contains(&id) || self.older.contains(&id)
    }
}

/// Hash of an id, which takes less room than the id.
pub(in crate::engine) fn hash(id: &str) -> u64 {
    FixedState::default().hash_one(id)
}
