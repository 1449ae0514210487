use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use latchel_sync_core::engine::Observer;
use latchel_sync_core::ledger::{Action, Outcome, Pending, Retry, doing};
use latchel_sync_core::model::{Phase, Status, Tense, Window};
use serde::Serialize;

use super::progress::Progress;
use crate::render;

/// Prints a plan's outcomes as they come.
#[derive(Debug)]
pub(super) struct Printer {
    pub json: bool,
    pub told: Told,
    pub now: DateTime<Utc>,
    pub zone: Tz,
    /// Progress, where somebody watches and little is printed.
    pub progress: Option<Progress>,
    /// Number of records that were left out.
    pub left_out: AtomicU64,
}

/// Part of a plan that people are told record by record; as JSON it is all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    All,
    /// Records that would be written, and those that failed: the counts tell of the others.
    WhatMatters,
    /// Of whole lists, what is right already would hide the rest.
    WhatDiffers,
}

impl Told {
    fn leaves_out(self, outcome: &Outcome) -> bool {
        let status = outcome.status();
        match self {
            Self::All => false,
            Self::WhatMatters => !outcome.action.writes() && status != Status::Failed,
            Self::WhatDiffers => status == Status::Synced && outcome.action == Action::None,
        }
    }
}

/// A record that failed and rests until its next try, for machines.
#[derive(Serialize)]
struct Resting<'a> {
    #[serde(flatten)]
    outcome: &'a Outcome,
    retry: Retry,
}

impl Printer {
    /// Prints, with what shows the progress out of the way.
    fn print(&self, print: impl FnOnce()) {
        match &self.progress {
            Some(progress) => progress.bar.suspend(print),
            None => print(),
        }
    }

    fn line(&self, does: &str, outcome: &Outcome, says: &str) {
        let Outcome { key, label, reason, .. } = outcome;
        let label = if label.is_empty() { String::new() } else { format!(" {label}") };
        let rule = reason.rule_for(key);
        self.print(|| say!("  {does}: {key}{label} — {says} [{reason}, {rule}]"));
    }
}

impl Observer for Printer {
    fn phase_started(&self, phase: Phase, window: Window) {
        if let Some(progress) = &self.progress {
            progress.phase_started(phase, window);
        }
        if !self.json {
            self.print(|| say!("{phase}"));
        }
    }

    fn outcome(&self, phase: Phase, outcome: &Outcome) {
        if let Some(progress) = &self.progress {
            progress.outcome(phase, outcome);
        }
        if self.json {
            // What cannot be printed shows in the exit code of the summary, which is printed the same way.
            self.print(|| drop(render::json_line(outcome)));
            return;
        }
        if self.told.leaves_out(outcome) {
            self.left_out.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let detail = outcome.detail.as_deref().map(|detail| format!(" ({detail})")).unwrap_or_default();
        let says = format!("{}{detail}", outcome.reason.sentence(Tense::Will));
        self.line(doing(outcome.action, &outcome.key), outcome, &says);
    }

    fn rests(&self, phase: Phase, pending: &Pending) {
        let Some(retry) = Retry::of(pending) else { return self.outcome(phase, &pending.outcome) };
        let outcome = &pending.outcome;
        if self.json {
            // As above.
            self.print(|| drop(render::json_line(&Resting { outcome, retry })));
            return;
        }
        let says = retry.sentence(&outcome.key, self.now, self.zone);
        self.line("wait for its next try", outcome, &says);
    }
}
