//! Slots of the jobs that are under way. A job that takes long holds one of half of them, and gives it back at each page's end for
//! another that takes long, so that the accounts of a slow system keep no others waiting. The next job like one that
//! took long counts so from its beginning, unless somebody asked for it by hand.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::{Jobs, QueuedJob, QueuedJobId, State};

/// Time after which a job takes long.
const LONG: Duration = Duration::from_secs(60);

/// Slots of the jobs.
#[derive(Debug)]
pub(super) struct Slots {
    /// Number of all of them.
    all: usize,
    /// Number of those for jobs that take long.
    of_long: usize,
    /// Those of `of_long` that are free.
    free: Arc<Semaphore>,
}

impl Slots {
    pub fn new(all: usize) -> Self {
        let all = all.max(1);
        // With a single slot there is nothing to share.
        let of_long = (all / 2).max(1);
        Self { all, of_long, free: Arc::new(Semaphore::new(of_long)) }
    }

    /// Room for the next job. What takes long counts as half of the slots at most; twice as many jobs as there are slots may be
    /// under way while some of them have not come to a page's end.
    pub fn room(&self, state: &State) -> Room {
        let under_way: Vec<_> = state.under_way.iter().filter(|(job, _)| !job.waits_for_slot).collect();
        let long =
            under_way.iter().filter(|(job, new)| took_long(job) || state.slow.contains(&new.kind())).count();
        let counted = under_way.len() - long.saturating_sub(self.of_long);
        match counted < self.all && under_way.len() < 2 * self.all {
            true if long < self.of_long => Room::Any,
            true => Room::Short,
            false => Room::None,
        }
    }
}

/// Room for one more job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// Any job may begin.
    Any,
    /// One may begin that did not take long the last time.
    Short,
    /// None may begin.
    None,
}

/// True if the job has been under way for long.
pub(super) fn took_long(job: &QueuedJob) -> bool {
    job.started.is_some_and(|started| started.elapsed() >= LONG)
}

/// Slot of a job.
#[derive(Debug)]
pub(super) struct Slot {
    started: Instant,
    /// One of those for jobs that take long.
    held: Mutex<Option<OwnedSemaphorePermit>>,
}

impl Slot {
    pub fn begun() -> Self {
        Self { started: Instant::now(), held: Mutex::new(None) }
    }

    /// Gives the slot back if the job takes long and others that do wait for one, and waits for the next.
    pub async fn take_turns(&self, jobs: &Jobs, job: QueuedJobId) {
        if self.started.elapsed() < LONG {
            return;
        }
        drop(self.put(None));
        let free = jobs.slots.free.clone();
        let next = match free.clone().try_acquire_owned() {
            Ok(next) => Some(next),
            Err(_) => {
                jobs.change(job, |job| job.waits_for_slot = true);
                let next = free.acquire_owned().await.ok();
                jobs.change(job, |job| job.waits_for_slot = false);
                next
            }
        };
        self.put(next);
    }

    fn put(&self, slot: Option<OwnedSemaphorePermit>) -> Option<OwnedSemaphorePermit> {
        std::mem::replace(&mut *self.held.lock().unwrap_or_else(PoisonError::into_inner), slot)
    }
}
