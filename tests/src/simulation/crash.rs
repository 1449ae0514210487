//! A ledger at whose n-th write the process ends.

use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use latchel_sync_core::ledger::*;
use latchel_sync_core::model::{Kind, RecordKey, Side};
use latchel_sync_core::{Ledger, Result};
use latchel_sync_ledger::SqliteLedger;
use tokio::sync::Notify;

/// Hangs for ever at a chosen write, and tells; whoever waits for that then drops the run, as a kill would.
#[derive(Debug)]
pub struct CrashingLedger {
    /// The ledger itself, which stays sound.
    pub real: SqliteLedger,
    /// Half of the points are before a write and half after it.
    points_left: AtomicU32,
    crashed: Notify,
}

const NEVER: u32 = u32::MAX;

impl CrashingLedger {
    /// One that does not crash.
    pub fn new(real: SqliteLedger) -> Self {
        Self { real, points_left: AtomicU32::new(NEVER), crashed: Notify::new() }
    }

    /// Crashes at the point with this number, counted from 0: 2 n is before the n-th write, 2 n + 1 after it.
    pub fn crash_at(&self, point: u32) {
        self.points_left.store(point, Ordering::SeqCst);
    }

    /// Does not crash any more; whether the point was reached.
    pub fn survive(&self) -> bool {
        self.points_left.swap(NEVER, Ordering::SeqCst) == NEVER
    }

    /// Waits for the crash.
    pub async fn crashed(&self) {
        self.crashed.notified().await;
    }

    async fn point(&self) {
        let count = |left: u32| (left != NEVER).then(|| left.checked_sub(1).unwrap_or(NEVER));
        if self.points_left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, count) == Ok(0) {
            self.crashed.notify_one();
            std::future::pending::<()>().await;
        }
    }

    async fn write<T>(&self, write: impl Future<Output = Result<T>>) -> Result<T> {
        self.point().await;
        let written = write.await;
        self.point().await;
        written
    }
}

#[async_trait]
impl Ledger for CrashingLedger {
    async fn accounts(&self) -> Result<Vec<Account>> {
        self.real.accounts().await
    }
    async fn account(&self, name: &str) -> Result<Option<Account>> {
        self.real.account(name).await
    }
    async fn add_account(&self, account: &Account) -> Result<()> {
        self.write(self.real.add_account(account)).await
    }
    async fn set_sync_start(&self, account: &str, sync_start: DateTime<Utc>) -> Result<()> {
        self.write(self.real.set_sync_start(account, sync_start)).await
    }
    async fn begin_run(&self, run: &NewRun) -> Result<Lease> {
        self.write(self.real.begin_run(run)).await
    }
    async fn renew_lease(&self, lease: &Lease) -> Result<()> {
        self.write(self.real.renew_lease(lease)).await
    }
    async fn finish_run(&self, run: &Run) -> Result<()> {
        self.write(self.real.finish_run(run)).await
    }
    async fn runs(&self, account: Option<&str>, limit: u32) -> Result<Vec<Run>> {
        self.real.runs(account, limit).await
    }
    async fn run(&self, id: RunId) -> Result<Option<Run>> {
        self.real.run(id).await
    }
    async fn run_outcomes(&self, id: RunId, after: Option<&RecordKey>, limit: u32) -> Result<Vec<Outcome>> {
        self.real.run_outcomes(id, after, limit).await
    }
    async fn last_success(&self, account: &str, phase: Phase) -> Result<Option<DateTime<Utc>>> {
        self.real.last_success(account, phase).await
    }
    async fn set_last_success(&self, lease: &Lease, phase: Phase, at: DateTime<Utc>) -> Result<()> {
        self.write(self.real.set_last_success(lease, phase, at)).await
    }
    async fn recall(&self, account: &str, keys: &[RecordKey]) -> Result<Vec<Memory>> {
        self.real.recall(account, keys).await
    }
    async fn record(&self, lease: &Lease, outcomes: &[Outcome]) -> Result<()> {
        self.write(self.real.record(lease, outcomes)).await
    }
    async fn put_link(&self, lease: &Lease, link: &Link) -> Result<()> {
        self.write(self.real.put_link(lease, link)).await
    }
    async fn open_intent(&self, lease: &Lease, intent: &Intent) -> Result<()> {
        self.write(self.real.open_intent(lease, intent)).await
    }
    async fn settle_intent(&self, lease: &Lease, intent: IntentId, link: Option<&Link>) -> Result<()> {
        self.write(self.real.settle_intent(lease, intent, link)).await
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
    async fn all_pending(&self, account: &str) -> Result<Vec<Pending>> {
        self.real.all_pending(account).await
    }
    async fn dismiss(&self, account: &str, key: &RecordKey) -> Result<bool> {
        self.write(self.real.dismiss(account, key)).await
    }
    async fn retry(&self, account: &str, key: &RecordKey) -> Result<bool> {
        self.write(self.real.retry(account, key)).await
    }
    async fn lapsing(
        &self,
        account: &str,
        today: NaiveDate,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Link>> {
        self.real.lapsing(account, today, after, limit).await
    }
    async fn find(&self, account: &str, kind: Kind, text: &str) -> Result<Vec<Memory>> {
        self.real.find(account, kind, text).await
    }
    async fn linked(&self, account: &str, kind: Kind) -> Result<u64> {
        self.real.linked(account, kind).await
    }
    async fn links(&self, account: &str, kind: Kind, after: Option<&str>, limit: u32) -> Result<Vec<Link>> {
        self.real.links(account, kind, after, limit).await
    }
    async fn check(&self) -> Result<Vec<String>> {
        self.real.check().await
    }
    async fn counts(&self, account: &str) -> Result<Counts> {
        self.real.counts(account).await
    }
}
