//! Mirrors under an [`Overlay`]: what a plan reads is kept in the scratch ledger, and hides what the real one has.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::Overlay;
use crate::Result;
use crate::mirror::{MirrorList, MirrorStore, Mirrored, Walk};
use crate::model::Kind;

/// Records of both, those of the scratch ledger in place of the real one's, in the order of ids.
fn merged(real: Vec<Mirrored>, scratch: Vec<Mirrored>) -> Vec<Mirrored> {
    let mut all = scratch;
    for one in real {
        if !all.iter().any(|newer| newer.id == one.id) {
            all.push(one);
        }
    }
    all.sort_by_key(|one| one.id);
    all
}

impl Overlay {
    /// Copies what the real ledger keeps of these records: a record that is there says which walk has shown it.
    async fn copy_known(&self, account: &str, records: &[Mirrored]) -> Result<()> {
        for kind in Kind::ALL {
            let ids: Vec<_> = records.iter().filter(|one| one.kind == kind).map(|one| one.id).collect();
            if ids.is_empty() {
                continue;
            }
            let scratch = self.scratch.by_id(account, kind, &ids).await?;
            let mut real = self.real.by_id(account, kind, &ids).await?;
            real.retain(|one| !scratch.iter().any(|other| other.id == one.id));
            self.scratch.keep(account, &real).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl MirrorStore for Overlay {
    async fn keep(&self, account: &str, records: &[Mirrored]) -> Result<()> {
        self.copy_known(account, records).await?;
        self.scratch.keep(account, records).await
    }

    async fn keep_page(
        &self,
        account: &str,
        list: MirrorList,
        records: &[Mirrored],
        walk: &Walk,
    ) -> Result<Walk> {
        self.copy_known(account, records).await?;
        self.scratch.keep_page(account, list, records, walk).await
    }

    async fn by_id(&self, account: &str, kind: Kind, ids: &[i64]) -> Result<Vec<Mirrored>> {
        Ok(merged(self.real.by_id(account, kind, ids).await?, self.scratch.by_id(account, kind, ids).await?))
    }

    async fn by_reference(&self, account: &str, kind: Kind, references: &[String]) -> Result<Vec<Mirrored>> {
        let scratch = self.scratch.by_reference(account, kind, references).await?;
        Ok(merged(self.real.by_reference(account, kind, references).await?, scratch))
    }

    async fn by_place(&self, account: &str, kind: Kind, places: &[i64]) -> Result<Vec<Mirrored>> {
        let scratch = self.scratch.by_place(account, kind, places).await?;
        Ok(merged(self.real.by_place(account, kind, places).await?, scratch))
    }

    async fn by_number(&self, account: &str, kind: Kind, numbers: &[String]) -> Result<Vec<Mirrored>> {
        let scratch = self.scratch.by_number(account, kind, numbers).await?;
        Ok(merged(self.real.by_number(account, kind, numbers).await?, scratch))
    }

    async fn by_slug(&self, account: &str, slug: &str) -> Result<Vec<Mirrored>> {
        let scratch = self.scratch.by_slug(account, slug).await?;
        Ok(merged(self.real.by_slug(account, slug).await?, scratch))
    }

    async fn changed_since(
        &self,
        account: &str,
        kind: Kind,
        from: DateTime<Utc>,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Mirrored>> {
        let scratch = self.scratch.changed_since(account, kind, from, after, limit).await?;
        let mut all = merged(self.real.changed_since(account, kind, from, after, limit).await?, scratch);
        all.truncate(limit as usize);
        Ok(all)
    }

    async fn page(&self, account: &str, kind: Kind, after: Option<i64>, limit: u32) -> Result<Vec<Mirrored>> {
        let scratch = self.scratch.page(account, kind, after, limit).await?;
        let mut all = merged(self.real.page(account, kind, after, limit).await?, scratch);
        all.truncate(limit as usize);
        Ok(all)
    }

    async fn forget(&self, account: &str, kind: Kind, id: i64) -> Result<()> {
        self.scratch.forget(account, kind, id).await
    }

    async fn count(&self, account: &str, kind: Kind) -> Result<(u64, u64)> {
        self.real.count(account, kind).await
    }

    async fn walk(&self, account: &str, list: MirrorList) -> Result<Option<Walk>> {
        match self.scratch.walk(account, list).await? {
            Some(walk) => Ok(Some(walk)),
            None => self.real.walk(account, list).await,
        }
    }

    async fn put_walk(&self, account: &str, list: MirrorList, walk: &Walk) -> Result<()> {
        self.scratch.put_walk(account, list, walk).await
    }
}
