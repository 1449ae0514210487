//! Mirrors in memory.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::MemoryLedger;
use crate::Result;
use crate::mirror::{MirrorList, MirrorStore, Mirrored, Walk};
use crate::model::Kind;

/// One account's mirror.
#[derive(Debug, Default)]
pub(super) struct Kept {
    records: BTreeMap<(Kind, i64), Mirrored>,
    walks: BTreeMap<MirrorList, Walk>,
}

impl MemoryLedger {
    fn kept<T>(&self, account: &str, use_it: impl FnOnce(&mut Kept) -> T) -> T {
        use_it(self.state().mirrors.entry(account.to_owned()).or_default())
    }

    fn filtered(&self, account: &str, kind: Kind, keep: impl Fn(&Mirrored) -> bool) -> Vec<Mirrored> {
        let of_kind = |one: &&Mirrored| one.kind == kind && keep(one);
        self.kept(account, |kept| kept.records.values().filter(of_kind).cloned().collect())
    }
}

#[async_trait]
impl MirrorStore for MemoryLedger {
    async fn keep(&self, account: &str, records: &[Mirrored]) -> Result<()> {
        self.kept(account, |kept| {
            for one in records {
                let walk = kept.records.get(&(one.kind, one.id)).map_or(one.walk, |before| before.walk);
                kept.records.insert((one.kind, one.id), Mirrored { walk, ..one.clone() });
            }
        });
        Ok(())
    }

    async fn keep_page(
        &self,
        account: &str,
        list: MirrorList,
        records: &[Mirrored],
        walk: &Walk,
    ) -> Result<Walk> {
        Ok(self.kept(account, |kept| {
            let mut walk = Walk { rows: walk.rows + records.len() as u64, ..walk.clone() };
            for one in records {
                match kept.records.insert((one.kind, one.id), one.clone()) {
                    Some(before) if before.walk == walk.number => walk.repeated += 1,
                    Some(before) if before.walk != 0 => {}
                    _ => walk.added += 1,
                }
            }
            kept.walks.insert(list, walk.clone());
            walk
        }))
    }

    async fn by_id(&self, account: &str, kind: Kind, ids: &[i64]) -> Result<Vec<Mirrored>> {
        Ok(self.filtered(account, kind, |one| ids.contains(&one.id)))
    }

    async fn by_reference(&self, account: &str, kind: Kind, references: &[String]) -> Result<Vec<Mirrored>> {
        Ok(self.filtered(account, kind, |one| {
            one.reference.as_ref().is_some_and(|own| references.contains(own))
        }))
    }

    async fn by_place(&self, account: &str, kind: Kind, places: &[i64]) -> Result<Vec<Mirrored>> {
        Ok(self.filtered(account, kind, |one| one.place.is_some_and(|own| places.contains(&own))))
    }

    async fn by_number(&self, account: &str, kind: Kind, numbers: &[String]) -> Result<Vec<Mirrored>> {
        Ok(self.filtered(account, kind, |one| one.number.as_ref().is_some_and(|own| numbers.contains(own))))
    }

    async fn by_slug(&self, account: &str, slug: &str) -> Result<Vec<Mirrored>> {
        Ok(self.filtered(account, Kind::WorkOrder, |one| one.slug.as_deref() == Some(slug)))
    }

    async fn changed_since(
        &self,
        account: &str,
        kind: Kind,
        from: DateTime<Utc>,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Mirrored>> {
        let mut found = self.filtered(account, kind, |one| {
            one.changed_at.is_some_and(|at| at >= from) && after.is_none_or(|after| one.id > after)
        });
        found.truncate(limit as usize);
        Ok(found)
    }

    async fn page(&self, account: &str, kind: Kind, after: Option<i64>, limit: u32) -> Result<Vec<Mirrored>> {
        let mut found = self.filtered(account, kind, |one| after.is_none_or(|after| one.id > after));
        found.truncate(limit as usize);
        Ok(found)
    }

    async fn forget(&self, account: &str, kind: Kind, id: i64) -> Result<()> {
        self.kept(account, |kept| kept.records.remove(&(kind, id)));
        Ok(())
    }

    async fn count(&self, account: &str, kind: Kind) -> Result<(u64, u64)> {
        let all = self.filtered(account, kind, |_| true);
        let without = all.iter().filter(|one| one.reference.is_none()).count();
        Ok((all.len() as u64, without as u64))
    }

    async fn walk(&self, account: &str, list: MirrorList) -> Result<Option<Walk>> {
        Ok(self.kept(account, |kept| kept.walks.get(&list).cloned()))
    }

    async fn put_walk(&self, account: &str, list: MirrorList, walk: &Walk) -> Result<()> {
        self.kept(account, |kept| kept.walks.insert(list, walk.clone()));
        Ok(())
    }
}
