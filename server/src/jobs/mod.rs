//! Jobs of the server for its accounts: the newest jobs, which of them may begin, and how far they are. Of two that go
//! through the same phase of an account, one waits for the other.

mod engine;
mod job;
mod progress;
mod queue;
mod shared;
mod slots;
mod worker;

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use latchel_sync_core::model::Phase;
use tokio::sync::{Notify, watch};
use uuid::Uuid;

pub use engine::Queue;
use job::WorkKind;
pub use job::{JobRequest, PhaseProgress, QueuedJob, QueuedJobId, Work};
pub(crate) use shared::{Shared, SharedWorker};
use slots::Slots;
pub(crate) use worker::Worker;

/// Number of jobs that have ended and are kept for people to look at; the runs themselves are in the ledger.
const KEPT: usize = 200;

/// The jobs that wait, are under way, or ended lately.
#[derive(Debug)]
pub struct Jobs {
    state: Mutex<State>,
    /// Slots, which bound how many are under way.
    slots: Slots,
    /// Changes with each change of a job.
    version: watch::Sender<u64>,
    /// Tells whoever waits for it that a job has ended.
    ended: Notify,
    /// Tells whoever waits for it that another process's lease kept a job from beginning.
    refused: Notify,
}

#[derive(Debug, Default)]
struct State {
    waiting: Vec<(QueuedJob, JobRequest)>,
    under_way: Vec<(QueuedJob, JobRequest)>,
    ended: VecDeque<QueuedJob>,
    /// Kinds of work of which an account's last job took long.
    slow: HashSet<WorkKind>,
    /// Jobs that could not begin, because another process holds a lease, since this was last asked.
    refused: Vec<Refusal>,
}

/// Lateness of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Late {
    /// Instant since which it is late by an interval, UTC.
    pub since: DateTime<Utc>,
    /// True if the last job like it took long, so that it waits for others that do.
    pub is_slow: bool,
}

/// A job that could not begin because another process holds the account's lease.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refusal {
    pub account: String,
    pub work: Work,
    /// Instant at which the lease ends unless its holder renews it, UTC.
    pub until: DateTime<Utc>,
}

impl Jobs {
    /// No jobs yet, of which as many may be under way at once.
    pub fn new(slots: usize) -> Self {
        Self {
            state: Mutex::default(),
            slots: Slots::new(slots),
            version: watch::Sender::new(0),
            ended: Notify::new(),
            refused: Notify::new(),
        }
    }

    /// Asks for a job. If one that does the same waits already, that is it: its rank becomes the better of both. A report that is
    /// under way is as good as another.
    pub fn ask(&self, new: JobRequest, now: DateTime<Utc>) -> QueuedJobId {
        let mut state = self.state();
        let is_same = |waiting: &JobRequest| waiting.account == new.account && waiting.work == new.work;
        let under_way = state.under_way.iter().find(|(_, one)| one.work == Work::Report && is_same(one));
        if let Some((job, _)) = under_way {
            return job.id;
        }
        let same = state.waiting.iter_mut().find(|(_, waiting)| is_same(waiting));
        if let Some((job, waiting)) = same {
            if new.rank(now) < waiting.rank(now) {
                (job.trigger, job.by) = (new.trigger, new.by.clone());
                *waiting = JobRequest { late_from: waiting.late_from, ..new };
            }
            return job.id;
        }
        let job = QueuedJob::waiting(QueuedJobId(Uuid::now_v7()), &new, now);
        let id = job.id;
        state.waiting.push((job, new));
        drop(state);
        self.changed();
        id
    }

    /// One job, if it is not forgotten.
    pub fn get(&self, id: QueuedJobId) -> Option<QueuedJob> {
        let state = self.state();
        let open = state.waiting.iter().chain(&state.under_way).map(|(job, _)| job);
        open.chain(&state.ended).find(|job| job.id == id).cloned()
    }

    /// The jobs of an account that wait or are under way, and the one that ended last, in the order in which they were
    /// asked for.
    pub fn of(&self, account: &str) -> Vec<QueuedJob> {
        let state = self.state();
        let of_account = |job: &&QueuedJob| job.account == account;
        let open = state.waiting.iter().chain(&state.under_way).map(|(job, _)| job).filter(of_account);
        let mut jobs: Vec<_> = open.chain(state.ended.iter().rev().find(of_account)).cloned().collect();
        jobs.sort_by_key(|job| job.id);
        jobs
    }

    /// The same of all accounts that have any.
    pub fn by_account(&self) -> HashMap<String, Vec<QueuedJob>> {
        let state = self.state();
        let mut all: HashMap<String, Vec<QueuedJob>> = HashMap::new();
        for job in state.ended.iter().rev() {
            all.entry(job.account.clone()).or_insert_with(|| vec![job.clone()]);
        }
        for (job, _) in state.waiting.iter().chain(&state.under_way) {
            all.entry(job.account.clone()).or_default().push(job.clone());
        }
        all.values_mut().for_each(|jobs| jobs.sort_by_key(|job| job.id));
        all
    }

    /// True if a sync of this account that waits or is under way holds all of these phases.
    pub fn covers(&self, account: &str, phases: &[Phase]) -> bool {
        let state = self.state();
        state.waiting.iter().chain(&state.under_way).any(|(job, new)| {
            let held = new.work.holds();
            let is_whole = matches!(new.work, Work::Sync { .. });
            job.account == account && is_whole && phases.iter().all(|phase| held.contains(phase))
        })
    }

    /// Tells of each change of a job; the value itself means nothing.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }

    /// Waits until a job has ended, or has since this was last waited for. It is for one at a time.
    pub(crate) async fn one_ended(&self) {
        self.ended.notified().await;
    }

    /// Takes note that another process's lease kept a job from beginning.
    fn refuse(&self, refusal: Refusal) {
        self.state().refused.push(refusal);
        self.refused.notify_one();
    }

    /// Waits until a lease has kept a job from beginning. It is for one at a time.
    pub(crate) async fn one_refused(&self) {
        self.refused.notified().await;
    }

    /// The jobs that leases have kept from beginning since this was last asked.
    pub(crate) fn refusals(&self) -> Vec<Refusal> {
        std::mem::take(&mut self.state().refused)
    }

    /// Accounts with a job of the schedule that waits for a slot although it is late by a whole interval.
    pub fn late(&self, now: DateTime<Utc>) -> BTreeMap<String, Late> {
        let state = self.state();
        let waits_for_its_own = |account: &str, new: &JobRequest| {
            let held = new.work.holds();
            let mut own = state.under_way.iter().filter(|(job, _)| job.account == account);
            own.any(|(_, other)| other.work.holds().iter().any(|phase| held.contains(phase)))
        };
        let mut late = BTreeMap::new();
        for (job, new) in state.waiting.iter().filter(|(_, new)| new.is_late(now)) {
            // No slot would help it.
            if waits_for_its_own(&job.account, new) {
                continue;
            }
            let since = new.late_from.unwrap_or(now);
            let is_slow = state.slow.contains(&new.kind());
            let one = late.entry(job.account.clone()).or_insert(Late { since, is_slow });
            one.since = since.min(one.since);
        }
        late
    }

    /// Numbers of the jobs that wait and of those that are under way.
    pub fn counts(&self) -> (usize, usize) {
        let state = self.state();
        (state.waiting.len(), state.under_way.len())
    }

    fn change(&self, id: QueuedJobId, change: impl FnOnce(&mut QueuedJob)) {
        let mut state = self.state();
        if let Some((job, _)) = state.under_way.iter_mut().find(|(job, _)| job.id == id) {
            change(job);
        }
        drop(state);
        self.changed();
    }

    /// Has whoever watches look again: a job may have changed in another process.
    pub(crate) fn changed_elsewhere(&self) {
        if self.version.receiver_count() > 0 {
            self.changed();
        }
    }

    fn changed(&self) {
        self.version.send_modify(|version| *version = version.wrapping_add(1));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
