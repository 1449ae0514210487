//! Output of `latchel-sync sync --json` about a run, as far as the measurements read it.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

/// A run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Run {
    status: String,
    phases: Vec<Phase>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Phase {
    counts: BTreeMap<String, u64>,
    writes: u64,
    error: Option<String>,
}

impl Run {
    /// Number of records that ended for this reason.
    pub fn count(&self, reason: &str) -> u64 {
        self.phases.iter().filter_map(|phase| phase.counts.get(reason)).sum()
    }

    /// Number of writes.
    pub fn writes(&self) -> u64 {
        self.phases.iter().map(|phase| phase.writes).sum()
    }

    /// Every reason with its count.
    pub fn counts(&self) -> BTreeMap<String, u64> {
        let mut all = BTreeMap::new();
        for (reason, count) in self.phases.iter().flat_map(|phase| &phase.counts) {
            *all.entry(reason.clone()).or_default() += count;
        }
        all
    }

    /// A measurement of a run that went wrong is none.
    pub fn succeeded(&self) -> Result<()> {
        let errors: Vec<_> = self.phases.iter().filter_map(|phase| phase.error.as_deref()).collect();
        ensure!(self.status == "success", "a run ended as {}: {:?} {errors:?}", self.status, self.counts());
        Ok(())
    }
}
