//! Lateness of accounts, by the runs that the ledger keeps.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::LedgerAdmin;
use latchel_sync_core::model::Phase;

/// A part of the measurement.
pub struct Span {
    pub name: &'static str,
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
}

/// Begins of the runs of work orders of ordinary accounts.
pub struct Lateness {
    interval: TimeDelta,
    begun: BTreeMap<String, Vec<DateTime<Utc>>>,
    accounts: usize,
}

impl Lateness {
    /// Reads the runs of these accounts.
    pub async fn of(ledger: &dyn LedgerAdmin, interval: u64, accounts: &BTreeSet<String>) -> Result<Self> {
        let mut begun: BTreeMap<String, Vec<DateTime<Utc>>> = BTreeMap::new();
        for run in ledger.runs(None, u32::MAX).await? {
            let is_of_work_orders = run.phases.iter().any(|one| one.phase == Phase::WorkOrdersToLatchel);
            if is_of_work_orders && accounts.contains(&run.account) {
                begun.entry(run.account).or_default().push(run.now);
            }
        }
        begun.values_mut().for_each(|begun| begun.sort());
        Ok(Self { interval: TimeDelta::seconds(i64::try_from(interval)?), begun, accounts: accounts.len() })
    }

    /// Number of runs.
    pub fn runs(&self) -> usize {
        self.begun.values().map(Vec::len).sum()
    }

    /// Runs a second in a span.
    pub fn per_second(&self, span: &Span) -> f64 {
        let within = self.begun.values().flatten().filter(|at| (span.from..span.until).contains(*at));
        within.count() as f64 / (span.until - span.from).as_seconds_f64()
    }

    /// Lateness of what was due in a span: how many runs, the median, the 99th percentile and the most, in seconds.
    pub fn within(&self, span: &Span) -> String {
        let pairs = self.begun.values().flat_map(|begun| begun.windows(2));
        let late = pairs.map(|pair| (pair[0] + self.interval, pair[1]));
        let due = late.filter(|(due, _)| (span.from..span.until).contains(due));
        let mut late: Vec<f64> = due.map(|(due, at)| (at - due).as_seconds_f64().max(0.0)).collect();
        late.sort_by(f64::total_cmp);
        let at = |share: f64| late.get((late.len() as f64 * share) as usize).or(late.last()).copied();
        let (p50, p99, most) = (at(0.5), at(0.99), late.last().copied());
        let seconds = |one: Option<f64>| one.map_or("–".to_owned(), |one| format!("{one:.1} s"));
        format!("{}, {}, {}, {}", late.len(), seconds(p50), seconds(p99), seconds(most))
    }

    /// Number of runs that began much sooner than an interval after the one before, as if a due date were done twice.
    pub fn too_soon(&self) -> usize {
        let pairs = self.begun.values().flat_map(|begun| begun.windows(2));
        pairs.filter(|pair| pair[1] - pair[0] < self.interval * 9 / 10).count()
    }

    /// Number of accounts without any run.
    pub fn never(&self) -> usize {
        self.accounts - self.begun.len()
    }
}
