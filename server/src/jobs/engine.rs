use std::collections::{BTreeMap, HashMap};
use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use latchel_sync_core::Result;
use tokio::sync::watch;

use super::{JobRequest, Jobs, Late, QueuedJob, QueuedJobId};

/// Queue of the jobs, as all see it who do not work on them: of this process alone ([`Jobs`]), or of all that share a ledger.
#[async_trait]
pub trait Queue: Send + Sync + fmt::Debug {
    /// Asks for a job. If one that does the same waits already, that is it. A report that is under way is as good as another.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be used; as do all of these.
    async fn ask(&self, new: JobRequest, now: DateTime<Utc>) -> Result<QueuedJobId>;

    /// One job, if it is not forgotten.
    async fn get(&self, id: QueuedJobId) -> Result<Option<QueuedJob>>;

    /// The jobs of an account that wait or are under way, and the one that ended last, in the order in which they were
    /// asked for.
    async fn of(&self, account: &str) -> Result<Vec<QueuedJob>>;

    /// The same of all accounts that have any.
    async fn by_account(&self) -> Result<HashMap<String, Vec<QueuedJob>>>;

    /// Accounts that wait for a slot although they are late by a whole interval.
    async fn late(&self, now: DateTime<Utc>) -> Result<BTreeMap<String, Late>>;

    /// Numbers of the jobs that wait and of those that are under way.
    async fn counts(&self) -> Result<(usize, usize)>;

    /// Tells of each change of a job; the value itself means nothing.
    fn changes(&self) -> watch::Receiver<u64>;

    /// Waits until a job has ended here, or has since this was last waited for. It is for one at a time.
    async fn one_ended(&self);

    /// Waits until no job waits or is under way.
    async fn idle(&self) {
        let mut changes = self.changes();
        loop {
            if matches!(self.counts().await, Ok((0, 0))) || changes.changed().await.is_err() {
                return;
            }
        }
    }
}

#[async_trait]
impl Queue for Jobs {
    async fn ask(&self, new: JobRequest, now: DateTime<Utc>) -> Result<QueuedJobId> {
        Ok(Self::ask(self, new, now))
    }

    async fn get(&self, id: QueuedJobId) -> Result<Option<QueuedJob>> {
        Ok(Self::get(self, id))
    }

    async fn of(&self, account: &str) -> Result<Vec<QueuedJob>> {
        Ok(Self::of(self, account))
    }

    async fn by_account(&self) -> Result<HashMap<String, Vec<QueuedJob>>> {
        Ok(Self::by_account(self))
    }

    async fn late(&self, now: DateTime<Utc>) -> Result<BTreeMap<String, Late>> {
        Ok(Self::late(self, now))
    }

    async fn counts(&self) -> Result<(usize, usize)> {
        Ok(Self::counts(self))
    }

    fn changes(&self) -> watch::Receiver<u64> {
        Self::changes(self)
    }

    async fn one_ended(&self) {
        Self::one_ended(self).await;
    }
}
