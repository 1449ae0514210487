//! Latchel in memory where it can only list, in pages of two rows; which rows a walk shows can be set.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use latchel_sync_core::in_memory::{LatchelWorld, MemoryLatchel};
use latchel_sync_core::mirror::{
    JobsAsked, LatchelSource, MirrorList, SourceCapabilities, SourcePage, SourceResident, UnreadReference,
    UnreadRow,
};
use latchel_sync_core::model::*;
use latchel_sync_core::{Error, ErrorKind, Latchel, Probe, Result};

use super::naive;

/// Rows of a page.
const ROWS: usize = 2;

/// The ids that the pages of a walk show.
type Shown = Vec<Vec<i64>>;

/// Lists and single records of a [`MemoryLatchel`].
#[derive(Debug)]
pub struct OnlyLists {
    latchel: Arc<MemoryLatchel>,
    calls: u32,
    walks: Mutex<BTreeMap<MirrorList, VecDeque<Shown>>>,
    reads: Mutex<Vec<String>>,
    /// Single reads that fail, as [`take_reads`](Self::take_reads) names them.
    broken: Mutex<BTreeSet<String>>,
    /// Rows that cannot be understood, by their ids.
    garbled: Mutex<BTreeMap<i64, UnreadReference>>,
}

impl OnlyLists {
    /// One that allows so many calls in ten minutes, of which a run may spend half on filling lists.
    pub fn of(latchel: &Arc<MemoryLatchel>, calls: u32) -> Self {
        let (walks, reads, broken, garbled) = Default::default();
        Self { latchel: Arc::clone(latchel), calls, walks, reads, broken, garbled }
    }

    /// Sets what the pages of the next walk through a list show.
    pub fn next_walk(&self, list: MirrorList, pages: &[&[i64]]) {
        let pages = pages.iter().map(|page| page.to_vec()).collect();
        locked(&self.walks).entry(list).or_default().push_back(pages);
    }

    /// Lets a single read fail from now on, as `property 150`.
    pub fn fail_at(&self, read: &str) {
        locked(&self.broken).insert(read.to_owned());
    }

    /// Lets the rows of a record be such that only its id and perhaps its reference are understood from now on.
    pub fn garble(&self, id: i64, reference: UnreadReference) {
        locked(&self.garbled).insert(id, reference);
    }

    /// Lets every row be understood again.
    pub fn mend(&self) {
        locked(&self.garbled).clear();
    }

    /// The reads so far, which are then forgotten.
    pub fn take_reads(&self) -> Vec<String> {
        std::mem::take(&mut locked(&self.reads))
    }

    fn page<T>(&self, list: MirrorList, page: u32, rows: Vec<(i64, T)>) -> SourcePage<T> {
        locked(&self.reads).push(format!("{} {page}", list.as_str()));
        let (mut walks, at) = (locked(&self.walks), page as usize - 1);
        let set = walks.entry(list).or_default();
        let Some(walk) = set.front().cloned() else {
            let more = rows.len() > ROWS * (at + 1);
            return self.shown(rows.into_iter().skip(ROWS * at).take(ROWS), more);
        };
        let shown = walk.get(at).cloned().unwrap_or_default();
        let more = at + 1 < walk.len();
        if !more {
            set.pop_front();
        }
        self.shown(rows.into_iter().filter(|(id, _)| shown.contains(id)), more)
    }

    fn shown<T>(&self, all: impl Iterator<Item = (i64, T)>, more: bool) -> SourcePage<T> {
        let garbled = locked(&self.garbled);
        let (mut rows, mut unread) = (Vec::new(), Vec::new());
        for (id, row) in all {
            match garbled.get(&id) {
                Some(reference) => {
                    unread.push(UnreadRow { record: garbage(id), reference: reference.clone() })
                }
                None => rows.push(row),
            }
        }
        SourcePage { rows, unread, more }
    }

    fn one<T>(
        &self,
        kind: Kind,
        id: i64,
        find: impl FnOnce(&LatchelWorld) -> Option<T>,
    ) -> Result<Option<T>> {
        let read = format!("{kind} {id}");
        let is_broken = locked(&self.broken).contains(&read);
        locked(&self.reads).push(read);
        if is_broken {
            return Err(Error::new(ErrorKind::Unavailable, "it fails at this one"));
        }
        if locked(&self.garbled).contains_key(&id) {
            let InvalidRecord { field, problem, .. } = garbage(id);
            return Err(Error::new(ErrorKind::Malformed, problem).with("field", field));
        }
        Ok(self.latchel.edit(|world| find(world)))
    }
}

fn garbage(id: i64) -> InvalidRecord {
    InvalidRecord { id: id.to_string(), field: "move_out".to_owned(), problem: "no date".to_owned() }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A resident as lists show them: at the property with the reference of their unit.
fn listed(world: &LatchelWorld, one: &LatchelResident) -> SourceResident {
    let home = one.reference.as_ref().and_then(|own| {
        let place = PropertyRef::new(own.property.clone(), one.unit.clone());
        naive::carriers(world, &place).first().map(|property| property.id)
    });
    SourceResident {
        id: one.id,
        reference: one.reference.as_ref().map(|own| own.resident.clone()),
        property: home,
        name: one.name.clone(),
        email: one.email.clone(),
        phone: one.phone.clone(),
        move_in: one.move_in,
        move_out: one.move_out,
        is_active: one.is_active,
    }
}

#[async_trait]
impl LatchelSource for OnlyLists {
    fn visibility_delay(&self) -> Duration {
        self.latchel.visibility_delay()
    }

    fn capabilities(&self) -> SourceCapabilities {
        SourceCapabilities { writes: true, budget: (self.calls, Duration::from_secs(600)) }
    }

    async fn check(&self) -> Result<Probe> {
        self.latchel.check().await
    }

    async fn properties(&self, page: u32) -> Result<SourcePage<LatchelProperty>> {
        let all = self
            .latchel
            .edit(|world| world.properties.values().map(|one| (one.id.0, one.clone())).collect::<Vec<_>>());
        Ok(self.page(MirrorList::Properties, page, all))
    }

    async fn residents(&self, page: u32) -> Result<SourcePage<SourceResident>> {
        let all = self.latchel.edit(|world| {
            world.residents.values().map(|one| (one.id.0, listed(world, one))).collect::<Vec<_>>()
        });
        Ok(self.page(MirrorList::Residents, page, all))
    }

    async fn jobs(&self, asked: JobsAsked, page: u32) -> Result<SourcePage<Job>> {
        let since = |at: DateTime<Utc>, day| at.date_naive() >= day;
        let is_asked = |job: &&Job| match asked {
            JobsAsked::Created(day) => since(job.created_at, day),
            JobsAsked::Updated(day) => since(job.updated_at, day),
            JobsAsked::Closed(_) => false,
        };
        if matches!(asked, JobsAsked::Closed(_)) {
            return Err(Error::new(ErrorKind::Unsupported, "there is no such filter"));
        }
        let all = self.latchel.edit(|world| {
            world.jobs.values().filter(is_asked).map(|one| (one.id.0, one.clone())).collect::<Vec<_>>()
        });
        Ok(self.page(MirrorList::Jobs, page, all))
    }

    async fn property(&self, id: LatchelPropertyId) -> Result<Option<LatchelProperty>> {
        self.one(Kind::Property, id.0, |world| world.properties.get(&id).cloned())
    }

    async fn resident(&self, id: LatchelResidentId) -> Result<Option<SourceResident>> {
        let find = |world: &LatchelWorld| world.residents.get(&id).map(|one| listed(world, one));
        self.one(Kind::Resident, id.0, find)
    }

    async fn job(&self, id: JobId) -> Result<Option<Job>> {
        self.one(Kind::WorkOrder, id.0, |world| world.jobs.get(&id).cloned())
    }

    async fn state_changed_at(&self, id: JobId) -> Result<Option<DateTime<Utc>>> {
        Ok(self.latchel.edit(|world| world.jobs.get(&id).and_then(|job| job.state_updated_at)))
    }

    async fn create_property(&self, new: &NewProperty) -> Result<LatchelPropertyId> {
        self.latchel.create_property(new).await
    }

    async fn update_property(&self, id: LatchelPropertyId, patch: &PropertyPatch) -> Result<()> {
        self.latchel.update_property(id, patch).await
    }

    async fn create_resident(&self, new: &NewResident) -> Result<LatchelResidentId> {
        self.latchel.create_resident(new).await
    }

    async fn update_resident(&self, id: LatchelResidentId, patch: &ResidentPatch) -> Result<()> {
        self.latchel.update_resident(id, patch).await
    }

    async fn create_job(&self, new: &NewJob) -> Result<JobId> {
        self.latchel.create_job(new).await
    }

    async fn write_number_back(&self, id: JobId, number: &str, work_order: &WorkOrderId) -> Result<()> {
        self.latchel.write_number_back(id, number, work_order).await
    }
}
