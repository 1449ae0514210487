use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use latchel_sync_core::ledger::{
    Account, AccountState, Counts, Intent, IntentId, Lease, NewRun, Outcome, Pending, RecordMemory, Run,
};
use latchel_sync_core::model::{Kind, Link, Phase, Reason, RecordKey, RunId, Side};
use latchel_sync_core::{Ledger, LedgerAdmin, Result};

use super::accounts::RECONCILIATION;
use super::{Backend, account_states, accounts, check, links, outcomes, pending, recall, runs, schema};

#[async_trait]
impl Ledger for Backend {
    async fn account(&self, name: &str) -> Result<Option<Account>> {
        accounts::one(self.readers(), name).await
    }

    async fn add_account(&self, account: &Account) -> Result<()> {
        accounts::add(&self.pool, account).await
    }

    async fn begin_run(&self, run: &NewRun) -> Result<Lease> {
        runs::begin(&self.pool, run, self.lease).await
    }

    async fn renew_lease(&self, lease: &Lease) -> Result<()> {
        runs::renew(&self.pool, lease, self.lease).await
    }

    async fn finish_run(&self, run: &Run) -> Result<()> {
        runs::finish(&self.pool, run).await
    }

    async fn last_success(&self, account: &str, phase: Phase) -> Result<Option<DateTime<Utc>>> {
        accounts::watermark(self.readers(), account, phase.as_str()).await
    }

    async fn set_last_success(&self, lease: &Lease, phase: Phase, at: DateTime<Utc>) -> Result<()> {
        accounts::set_watermark(&self.pool, lease, phase.as_str(), at).await
    }

    async fn set_last_reconciled(&self, lease: &Lease, at: DateTime<Utc>) -> Result<()> {
        accounts::set_watermark(&self.pool, lease, RECONCILIATION, at).await
    }

    async fn recall(&self, account: &str, keys: &[RecordKey]) -> Result<Vec<RecordMemory>> {
        recall::recall(&self.pool, account, keys).await
    }

    async fn record(&self, lease: &Lease, outcomes: &[Outcome]) -> Result<()> {
        outcomes::record(&self.pool, lease, outcomes).await
    }

    async fn put_link(&self, lease: &Lease, link: &Link) -> Result<()> {
        links::put_one(&self.pool, lease, link).await
    }

    async fn unlink(&self, lease: &Lease, kind: Kind, platform_id: &str) -> Result<bool> {
        links::end(&self.pool, lease, kind, platform_id).await
    }

    async fn open_intent(&self, lease: &Lease, intent: &Intent) -> Result<()> {
        outcomes::open_intent(&self.pool, lease, intent).await
    }

    async fn settle_intent(&self, lease: &Lease, intent: IntentId, link: Option<&Link>) -> Result<()> {
        links::settle(&self.pool, lease, intent, link).await
    }

    async fn pending(
        &self,
        account: &str,
        kind: Kind,
        side: Side,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Pending>> {
        pending::page(&self.pool, account, kind, side, after, limit).await
    }

    async fn retry(&self, account: &str, key: &RecordKey) -> Result<bool> {
        pending::retry(&self.pool, account, key).await
    }

    async fn with_reached_dates(
        &self,
        account: &str,
        today: NaiveDate,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Link>> {
        links::with_reached_dates(&self.pool, account, today, after, limit).await
    }

    async fn find(&self, account: &str, kind: Kind, text: &str) -> Result<Vec<RecordMemory>> {
        recall::find(self.readers(), account, kind, text).await
    }

    async fn linked(&self, account: &str, kind: Kind) -> Result<u64> {
        links::count(self.readers(), account, kind).await
    }

    async fn links(&self, account: &str, kind: Kind, after: Option<&str>, limit: u32) -> Result<Vec<Link>> {
        links::page(self.readers(), account, kind, after, limit).await
    }
}

#[async_trait]
impl LedgerAdmin for Backend {
    async fn accounts(&self) -> Result<Vec<Account>> {
        accounts::all(self.readers()).await
    }

    async fn set_sync_start(&self, account: &str, sync_start: DateTime<Utc>) -> Result<()> {
        accounts::set_sync_start(&self.pool, account, sync_start).await
    }

    async fn runs(&self, account: Option<&str>, limit: u32) -> Result<Vec<Run>> {
        runs::newest(self.readers(), account, limit).await
    }

    async fn account_states(&self, account: Option<&str>) -> Result<BTreeMap<String, AccountState>> {
        account_states::read(self.readers(), account).await
    }

    async fn run(&self, id: RunId) -> Result<Option<Run>> {
        runs::one(self.readers(), id).await
    }

    async fn run_outcomes(&self, id: RunId, after: Option<&RecordKey>, limit: u32) -> Result<Vec<Outcome>> {
        outcomes::of_run(self.readers(), id, after, limit).await
    }

    async fn last_reconciled(&self, account: &str) -> Result<Option<DateTime<Utc>>> {
        accounts::watermark(self.readers(), account, RECONCILIATION).await
    }

    async fn all_pending(&self, account: &str) -> Result<Vec<Pending>> {
        pending::all(self.readers(), account).await
    }

    async fn dismiss(&self, account: &str, key: &RecordKey) -> Result<bool> {
        pending::dismiss(&self.pool, account, key).await
    }

    async fn check(&self) -> Result<Vec<String>> {
        check::check(&self.pool).await
    }

    async fn counts(&self, account: &str, reasons: &[Reason]) -> Result<Counts> {
        outcomes::counts(self.readers(), account, reasons).await
    }

    async fn is_newer(&self) -> Result<bool> {
        schema::is_newer(self.readers()).await
    }

    async fn close(&self) -> Result<()> {
        // The writer goes last, and puts the file in order.
        self.readers().close().await;
        self.pool.close().await;
        self.closed()
    }
}
