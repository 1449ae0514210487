//! The ledger as a worker's engine sees it.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use latchel_sync_core::ledger::*;
use latchel_sync_core::model::{
    Kind, LatchelPropertyId, LatchelResidentId, Link, Phase, PropertyRef, RecordKey, Side,
};
use latchel_sync_core::{Ledger, Result};

use super::claims;
use super::fault_injector::FaultInjector;
use super::history::Event;

/// The one ledger of all accounts, through a worker's fault injector.
#[derive(Debug)]
pub struct FarLedger(pub Arc<FaultInjector>);

impl FarLedger {
    fn real(&self) -> &dyn Ledger {
        &*self.0.ledger
    }

    /// Writes down that a pair was linked.
    fn linked(&self, link: &Link) {
        self.0.view().linked(link);
        let (account, id) = (&self.0.account, link.latchel_id);
        match link.kind {
            Kind::Property => {
                let reference = PropertyRef::from_key(&link.platform_id);
                account.note_property_link(reference, LatchelPropertyId(id));
            }
            Kind::Resident => {
                let known = link.resident.as_ref().map(|memory| memory.is_active || memory.seen_active);
                let known = known.map(|active| Event::ResidentKnown(LatchelResidentId(id), active));
                known.into_iter().for_each(|event| account.note(event));
            }
            Kind::WorkOrder => {}
        }
    }

    async fn call<T>(&self, act: impl Future<Output = Result<T>>) -> Result<T> {
        self.0.on_ledger(act).await
    }
}

#[async_trait]
impl Ledger for FarLedger {
    async fn account(&self, name: &str) -> Result<Option<Account>> {
        self.call(self.real().account(name)).await
    }
    async fn add_account(&self, account: &Account) -> Result<()> {
        let add = async {
            self.real().add_account(account).await?;
            self.0.account.added(account.sync_start);
            Ok(())
        };
        self.call(add).await
    }
    async fn begin_run(&self, run: &NewRun) -> Result<Lease> {
        let begin = async {
            let lease = self.real().begin_run(run).await?;
            self.0.view().lease = Some(lease.clone());
            Ok(lease)
        };
        self.call(begin).await
    }
    async fn renew_lease(&self, lease: &Lease) -> Result<()> {
        self.call(self.real().renew_lease(lease)).await
    }
    async fn finish_run(&self, run: &Run) -> Result<()> {
        self.call(self.real().finish_run(run)).await
    }
    async fn last_success(&self, account: &str, phase: Phase) -> Result<Option<DateTime<Utc>>> {
        self.call(self.real().last_success(account, phase)).await
    }
    async fn set_last_success(&self, lease: &Lease, phase: Phase, at: DateTime<Utc>) -> Result<()> {
        self.call(self.real().set_last_success(lease, phase, at)).await
    }
    async fn set_last_reconciled(&self, lease: &Lease, at: DateTime<Utc>) -> Result<()> {
        self.call(self.real().set_last_reconciled(lease, at)).await
    }
    async fn recall(&self, account: &str, keys: &[RecordKey]) -> Result<Vec<RecordMemory>> {
        self.call(self.real().recall(account, keys)).await
    }
    async fn record(&self, lease: &Lease, outcomes: &[Outcome]) -> Result<()> {
        let record = async {
            self.real().record(lease, outcomes).await?;
            claims::check(&self.0, outcomes).await;
            Ok(())
        };
        self.call(record).await
    }
    async fn put_link(&self, lease: &Lease, link: &Link) -> Result<()> {
        let put = async {
            self.real().put_link(lease, link).await?;
            self.linked(link);
            Ok(())
        };
        self.call(put).await
    }
    async fn unlink(&self, lease: &Lease, kind: Kind, platform_id: &str) -> Result<bool> {
        self.call(self.real().unlink(lease, kind, platform_id)).await
    }
    async fn open_intent(&self, lease: &Lease, intent: &Intent) -> Result<()> {
        self.call(self.real().open_intent(lease, intent)).await
    }
    async fn settle_intent(&self, lease: &Lease, intent: IntentId, link: Option<&Link>) -> Result<()> {
        let settle = async {
            self.real().settle_intent(lease, intent, link).await?;
            link.into_iter().for_each(|link| self.linked(link));
            Ok(())
        };
        self.call(settle).await
    }
    async fn pending(
        &self,
        account: &str,
        kind: Kind,
        side: Side,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Pending>> {
        self.call(self.real().pending(account, kind, side, after, limit)).await
    }
    async fn retry(&self, account: &str, key: &RecordKey) -> Result<bool> {
        self.call(self.real().retry(account, key)).await
    }
    async fn with_reached_dates(
        &self,
        account: &str,
        today: NaiveDate,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Link>> {
        self.call(self.real().with_reached_dates(account, today, after, limit)).await
    }
    async fn find(&self, account: &str, kind: Kind, text: &str) -> Result<Vec<RecordMemory>> {
        self.call(self.real().find(account, kind, text)).await
    }
    async fn linked(&self, account: &str, kind: Kind) -> Result<u64> {
        self.call(self.real().linked(account, kind)).await
    }
    async fn links(&self, account: &str, kind: Kind, after: Option<&str>, limit: u32) -> Result<Vec<Link>> {
        self.call(self.real().links(account, kind, after, limit)).await
    }
}
