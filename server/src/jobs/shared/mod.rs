//! Jobs that all processes on one PostgreSQL ledger share.
//!
//! - [`Shared`]: the queue, as every process sees it.
//! - [`worker`]: a process's work on it: it claims as much as it has slots for.
//! - [`taken`]: what a claimed task asks for.
//! - [`due`]: when each part of an account's schedule is due.

mod due;
mod taken;
mod worker;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::engine::Proposals;
use latchel_sync_core::ledger::Outcome;
use latchel_sync_core::{Error, ErrorKind, Result};
use latchel_sync_ledger::jobs::{NewJob, Seen, SharedJobs};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::sync::{Notify, watch};
use uuid::Uuid;

use super::{JobRequest, Jobs, Late, Queue, QueuedJob, QueuedJobId, Work};

pub(crate) use worker::SharedWorker;

use crate::clock::Clock;
use crate::webhooks::dispatch;

/// Queue that all processes share.
pub(crate) struct Shared {
    pub store: SharedJobs,
    /// The jobs that are under way here, which know best how far they are.
    pub local: Arc<Jobs>,
    /// Wakes this process's worker.
    wake: Notify,
    /// Clock by which due dates are kept.
    clock: Clock,
}

impl Shared {
    pub fn new(store: SharedJobs, local: Arc<Jobs>, clock: Clock) -> Self {
        Self { store, local, wake: Notify::new(), clock }
    }

    /// Has somebody work on what an account's webhooks told of, once there was a second for more of it.
    pub async fn told(&self, account: &str) -> Result<()> {
        self.store.deliver(account, TOLD, TimeDelta::from_std(dispatch::QUIET).unwrap_or_default()).await
    }

    /// The same for what was left behind, unless somebody works on it or will.
    pub async fn left_behind(&self, account: &str) -> Result<()> {
        match self.store.is_told(account).await? {
            true => Ok(()),
            false => self.store.deliver(account, TOLD, TimeDelta::zero()).await,
        }
    }

    fn newest(&self, seen: &Seen) -> Result<QueuedJob> {
        let job = read(seen)?;
        let here = self.local.under_way().into_iter().find(|one| one.id == job.id);
        Ok(here.unwrap_or(job))
    }
}

#[async_trait]
impl Queue for Shared {
    async fn ask(&self, new: JobRequest, now: DateTime<Utc>) -> Result<QueuedJobId> {
        let job = QueuedJob::waiting(QueuedJobId(Uuid::now_v7()), &new, now);
        let asked = NewJob {
            id: job.id.0,
            account: new.account.clone(),
            digest: digest(&new.work)?,
            joins: new.work == Work::Report,
            holds: new.work.holds(),
            rank: i16::from(new.rank(now)),
            request: text(&new)?,
            data: text(&job)?,
        };
        let id = self.store.ask(&asked).await?;
        self.wake.notify_one();
        self.local.changed();
        Ok(QueuedJobId(id))
    }

    async fn get(&self, id: QueuedJobId) -> Result<Option<QueuedJob>> {
        self.store.job(id.0).await?.map(|seen| self.newest(&seen)).transpose()
    }

    async fn of(&self, account: &str) -> Result<Vec<QueuedJob>> {
        self.store.jobs(Some(account)).await?.iter().map(|seen| self.newest(seen)).collect()
    }

    async fn by_account(&self) -> Result<HashMap<String, Vec<QueuedJob>>> {
        let mut all: HashMap<String, Vec<QueuedJob>> = HashMap::new();
        for seen in self.store.jobs(None).await? {
            all.entry(seen.account.clone()).or_default().push(read(&seen)?);
        }
        Ok(all)
    }

    async fn late(&self, now: DateTime<Utc>) -> Result<BTreeMap<String, Late>> {
        let mut late = BTreeMap::new();
        for one in self.store.late(now).await? {
            let (since, is_slow) = (one.late_from, one.is_slow);
            let known = late.entry(one.account).or_insert(Late { since, is_slow });
            known.since = known.since.min(since);
        }
        Ok(late)
    }

    async fn counts(&self) -> Result<(usize, usize)> {
        let (waiting, under_way) = self.store.counts(self.clock.now()).await?;
        let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        Ok((number(waiting), number(under_way)))
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.local.changes()
    }

    async fn one_ended(&self) {
        self.local.one_ended().await;
    }
}

/// Rank of what webhooks told of.
const TOLD: i16 = 1;

/// Part of a job that only its own page shows.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Rest {
    planned: Vec<Outcome>,
    planned_more: u64,
    report: Option<String>,
    proposals: Option<Arc<Kept>>,
    refused: Vec<String>,
}

/// Proposals as they are kept.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
struct Kept(Proposals);

/// A job as it is kept: what lists show, and the rest.
fn parts(job: &QueuedJob) -> Result<(String, Option<String>)> {
    let rest = Rest {
        planned: job.planned.clone(),
        planned_more: job.planned_more,
        report: job.report.clone(),
        proposals: job.proposals.as_deref().map(|proposals| Arc::new(Kept(proposals.clone()))),
        refused: job.refused.clone(),
    };
    let shown = QueuedJob { planned: Vec::new(), planned_more: 0, report: None, ..job.clone() };
    let rest = if rest == Rest::default() { None } else { Some(text(&rest)?) };
    Ok((text(&shown)?, rest))
}

/// The job that [`parts`] took apart.
fn read(seen: &Seen) -> Result<QueuedJob> {
    let mut job: QueuedJob = record(&seen.data)?;
    if seen.state == "waiting" {
        // Whoever had begun it is gone.
        (job.began_at, job.waits_for_slot) = (None, false);
        job.phases.clear();
    }
    if let Some(rest) = &seen.result {
        let rest: Rest = record(rest)?;
        (job.planned, job.planned_more, job.report) = (rest.planned, rest.planned_more, rest.report);
        job.proposals = rest.proposals.map(|kept| Arc::new(kept.0.clone()));
        job.refused = rest.refused;
    }
    Ok(job)
}

fn text(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(unreadable)
}

fn record<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(unreadable)
}

fn unreadable(error: serde_json::Error) -> Error {
    Error::new(ErrorKind::Ledger, "a job in the ledger cannot be read").with_source(error)
}

fn digest(work: &Work) -> Result<String> {
    let digest = Sha256::digest(text(work)?);
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}
