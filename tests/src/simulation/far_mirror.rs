//! The place of mirrors as a worker's mirror sees it.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use latchel_sync_core::Result;
use latchel_sync_core::mirror::{MirrorList, MirrorStore, Mirrored, Walk};
use latchel_sync_core::model::Kind;

use super::fault_injector::FaultInjector;

/// The mirrors of all accounts, through a worker's fault injector.
#[derive(Debug)]
pub struct FarMirror(pub Arc<FaultInjector>);

impl FarMirror {
    fn real(&self) -> &dyn MirrorStore {
        &*self.0.ledger
    }

    async fn call<T>(&self, act: impl Future<Output = Result<T>>) -> Result<T> {
        self.0.on_ledger(act).await
    }
}

#[async_trait]
impl MirrorStore for FarMirror {
    async fn keep(&self, account: &str, records: &[Mirrored]) -> Result<()> {
        self.call(self.real().keep(account, records)).await
    }
    async fn keep_page(
        &self,
        account: &str,
        list: MirrorList,
        records: &[Mirrored],
        walk: &Walk,
    ) -> Result<Walk> {
        self.call(self.real().keep_page(account, list, records, walk)).await
    }
    async fn by_id(&self, account: &str, kind: Kind, ids: &[i64]) -> Result<Vec<Mirrored>> {
        self.call(self.real().by_id(account, kind, ids)).await
    }
    async fn by_reference(&self, account: &str, kind: Kind, references: &[String]) -> Result<Vec<Mirrored>> {
        self.call(self.real().by_reference(account, kind, references)).await
    }
    async fn by_place(&self, account: &str, kind: Kind, places: &[i64]) -> Result<Vec<Mirrored>> {
        self.call(self.real().by_place(account, kind, places)).await
    }
    async fn by_number(&self, account: &str, kind: Kind, numbers: &[String]) -> Result<Vec<Mirrored>> {
        self.call(self.real().by_number(account, kind, numbers)).await
    }
    async fn by_slug(&self, account: &str, slug: &str) -> Result<Vec<Mirrored>> {
        self.call(self.real().by_slug(account, slug)).await
    }
    async fn changed_since(
        &self,
        account: &str,
        kind: Kind,
        from: DateTime<Utc>,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Mirrored>> {
        self.call(self.real().changed_since(account, kind, from, after, limit)).await
    }
    async fn page(&self, account: &str, kind: Kind, after: Option<i64>, limit: u32) -> Result<Vec<Mirrored>> {
        self.call(self.real().page(account, kind, after, limit)).await
    }
    async fn forget(&self, account: &str, kind: Kind, id: i64) -> Result<()> {
        self.call(self.real().forget(account, kind, id)).await
    }
    async fn count(&self, account: &str, kind: Kind) -> Result<(u64, u64)> {
        self.call(self.real().count(account, kind)).await
    }
    async fn walk(&self, account: &str, list: MirrorList) -> Result<Option<Walk>> {
        self.call(self.real().walk(account, list)).await
    }
    async fn put_walk(&self, account: &str, list: MirrorList, walk: &Walk) -> Result<()> {
        self.call(self.real().put_walk(account, list, walk)).await
    }
}
