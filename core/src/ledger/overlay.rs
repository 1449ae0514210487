mod mirror;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};

use super::{
    Account, Intent, IntentId, Lease, Ledger, LedgerAdmin, NewRun, Outcome, Pending, RecordMemory, Run,
};
use crate::Result;
use crate::model::{Kind, Link, Phase, RecordKey, Side};

/// A ledger whose writes go to a scratch ledger: a plan runs over one, so that it takes the same steps as a sync,
/// sees what it would have written, and leaves the real ledger as it was.
#[derive(Debug)]
pub struct Overlay {
    real: Arc<dyn LedgerAdmin>,
    scratch: Arc<dyn LedgerAdmin>,
}

impl Overlay {
    /// Lays `scratch`, which must be empty, over `real`.
    pub fn new(real: Arc<dyn LedgerAdmin>, scratch: Arc<dyn LedgerAdmin>) -> Self {
        Self { real, scratch }
    }
}

#[async_trait]
impl Ledger for Overlay {
    async fn account(&self, name: &str) -> Result<Option<Account>> {
        match self.scratch.account(name).await? {
            Some(account) => Ok(Some(account)),
            None => self.real.account(name).await,
        }
    }

    async fn add_account(&self, account: &Account) -> Result<()> {
        self.scratch.add_account(account).await
    }

    async fn begin_run(&self, run: &NewRun) -> Result<Lease> {
        self.scratch.begin_run(run).await
    }

    async fn renew_lease(&self, lease: &Lease) -> Result<()> {
        self.scratch.renew_lease(lease).await
    }

    async fn finish_run(&self, run: &Run) -> Result<()> {
        self.scratch.finish_run(run).await
    }

    async fn last_success(&self, account: &str, phase: Phase) -> Result<Option<DateTime<Utc>>> {
        self.real.last_success(account, phase).await
    }

    async fn set_last_success(&self, lease: &Lease, phase: Phase, at: DateTime<Utc>) -> Result<()> {
        self.scratch.set_last_success(lease, phase, at).await
    }

    async fn set_last_reconciled(&self, lease: &Lease, at: DateTime<Utc>) -> Result<()> {
        self.scratch.set_last_reconciled(lease, at).await
    }

    async fn recall(&self, account: &str, keys: &[RecordKey]) -> Result<Vec<RecordMemory>> {
        let real = self.real.recall(account, keys).await?;
        let scratch = self.scratch.recall(account, keys).await?;
        Ok(real
            .into_iter()
            .zip(scratch)
            .map(|(real, scratch)| RecordMemory {
                key: real.key,
                link: scratch.link.or(real.link),
                outcome: scratch.outcome.or(real.outcome),
                intent: scratch.intent.or(real.intent),
                pending: scratch.pending.or(real.pending),
            })
            .collect())
    }

    async fn record(&self, lease: &Lease, outcomes: &[Outcome]) -> Result<()> {
        self.scratch.record(lease, outcomes).await
    }

    async fn put_link(&self, lease: &Lease, link: &Link) -> Result<()> {
        self.scratch.put_link(lease, link).await
    }

    /// Takes nothing from the real ledger; a plan ends no link.
    async fn unlink(&self, lease: &Lease, kind: Kind, platform_id: &str) -> Result<bool> {
        self.scratch.unlink(lease, kind, platform_id).await
    }

    async fn open_intent(&self, lease: &Lease, intent: &Intent) -> Result<()> {
        self.scratch.open_intent(lease, intent).await
    }

    async fn settle_intent(&self, lease: &Lease, intent: IntentId, link: Option<&Link>) -> Result<()> {
        self.scratch.settle_intent(lease, intent, link).await
    }

    async fn pending(
        &self,
        account: &str,
        kind: Kind,
        side: Side,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Pending>> {
        self.real.pending(account, kind, side, after, limit).await
    }

    async fn retry(&self, account: &str, key: &RecordKey) -> Result<bool> {
        self.scratch.retry(account, key).await
    }

    async fn with_reached_dates(
        &self,
        account: &str,
        today: NaiveDate,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Link>> {
        self.real.with_reached_dates(account, today, after, limit).await
    }

    async fn find(&self, account: &str, kind: Kind, text: &str) -> Result<Vec<RecordMemory>> {
        self.real.find(account, kind, text).await
    }

    async fn linked(&self, account: &str, kind: Kind) -> Result<u64> {
        self.real.linked(account, kind).await
    }

    async fn links(&self, account: &str, kind: Kind, after: Option<&str>, limit: u32) -> Result<Vec<Link>> {
        self.real.links(account, kind, after, limit).await
    }
}
