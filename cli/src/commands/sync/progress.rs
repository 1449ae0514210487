use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressStyle};
use latchel_sync_core::engine::Observer;
use latchel_sync_core::ledger::Outcome;
use latchel_sync_core::model::{Phase, Window};

/// Shows how far a sync is, where somebody watches.
#[derive(Debug)]
pub(in crate::commands) struct Progress {
    pub bar: ProgressBar,
    writes: Mutex<u64>,
}

impl Progress {
    pub fn new() -> Self {
        let bar = ProgressBar::new_spinner();
        if let Ok(style) =
            ProgressStyle::with_template("{spinner} {prefix}: {pos} records, {msg} [{elapsed}]")
        {
            bar.set_style(style);
        }
        bar.set_message("0 writes");
        Self { bar, writes: Mutex::new(0) }
    }
}

impl Observer for Progress {
    fn phase_started(&self, phase: Phase, _window: Window) {
        self.bar.set_prefix(phase.to_string());
        self.bar.set_position(0);
    }

    fn read(&self, _phase: Phase, records: usize) {
        self.bar.inc(records as u64);
    }

    fn outcome(&self, _phase: Phase, outcome: &Outcome) {
        self.bar.inc(1);
        if outcome.action.writes() {
            let mut writes = self.writes.lock().unwrap_or_else(PoisonError::into_inner);
            *writes += 1;
            self.bar.set_message(format!("{writes} writes"));
        }
    }
}
