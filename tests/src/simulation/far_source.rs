//! Latchel where it can only list, as a worker's mirror sees it.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use latchel_sync_core::in_memory::LatchelWorld;
use latchel_sync_core::mirror::{JobsAsked, LatchelSource, SourceCapabilities, SourcePage, SourceResident};
use latchel_sync_core::model::*;
use latchel_sync_core::{Error, ErrorKind, Latchel, Portfolio, Probe, Result};

use super::account::{Account, Face, Read};
use super::far_latchel::{FarLatchel, SIDE};
use super::fault_injector::FaultInjector;
use super::watch;

/// Lists and single records of one account's Latchel, through a worker's fault injector.
#[derive(Debug)]
pub struct FarSource(FarLatchel);

impl FarSource {
    pub fn new(injector: Arc<FaultInjector>) -> Self {
        Self(FarLatchel(injector))
    }

    fn injector(&self) -> &FaultInjector {
        &self.0.0
    }

    fn account(&self) -> &Account {
        &self.injector().account
    }

    /// One page of a list, in an order that changes whenever somebody changes a record, and now and then without reason.
    async fn page<T>(
        &self,
        name: &str,
        page: u32,
        list: impl Fn(&LatchelWorld) -> Vec<(i64, T)>,
        (kind, asked): (Kind, Option<JobsAsked>),
    ) -> Result<SourcePage<T>> {
        let (injector, account) = (self.injector(), self.account());
        let Face::Lists { rows: size, .. } = account.habits.face else { panic!("it can be asked anything") };
        let read = async || {
            let world = account.shown_in_latchel(Read::LookUp);
            let mut rows = list(&world);
            rows.retain(|(id, _)| self.0.is_visible(kind, id));
            let mut listings = account.listings();
            if page == 1 {
                let ids = rows.iter().map(|(id, _)| *id);
                match asked {
                    Some(JobsAsked::Created(day)) => listings.begin_jobs(day, ids),
                    Some(_) => {}
                    None => listings.begin(kind, ids),
                }
            }
            let disorder = if injector.bad_page() {
                account.tally.fault("list in another order");
                injector.chance(|chance| chance.below(1_000))
            } else {
                0
            };
            let place = |id: i64| hash(&(listings.turns(), disorder, id));
            rows.sort_by_key(|(id, _)| (place(*id), *id));
            let more = rows.len() > size * page as usize;
            let rows: Vec<_> = rows.into_iter().skip(size * (page as usize - 1)).take(size).collect();
            listings.show(kind, rows.iter().map(|(id, _)| *id));
            injector.say(|| {
                let ids: Vec<_> = rows.iter().map(|(id, _)| id.to_string()).collect();
                format!("Latchel lists {} of {kind}", ids.join(", "))
            });
            Ok(SourcePage { rows: rows.into_iter().map(|(_, row)| row).collect(), unread: Vec::new(), more })
        };
        injector.read(SIDE, &format!("page {page} of {name}"), read).await
    }

    async fn one<T>(
        &self,
        (kind, id): (Kind, i64),
        find: impl Fn(&LatchelWorld) -> Option<T>,
    ) -> Result<Option<T>> {
        let read = async || {
            let found = find(&self.account().shown_in_latchel(Read::Plain));
            self.account().listings().show(kind, found.iter().map(|_| id));
            Ok(found)
        };
        self.injector().read(SIDE, &format!("{kind} {id}"), read).await
    }

    fn listed(&self, world: &LatchelWorld, one: &LatchelResident) -> SourceResident {
        SourceResident {
            id: one.id,
            reference: one.reference.as_ref().map(|own| own.resident.clone()),
            property: self.account().listings().home(world, one),
            name: one.name.clone(),
            email: one.email.clone(),
            phone: one.phone.clone(),
            move_in: one.move_in,
            move_out: one.move_out,
            is_active: one.is_active,
        }
    }
}

fn hash(of: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// A work order as lists show it: when it came to its state is asked for by itself.
fn bare(job: &Job) -> Job {
    Job { state_updated_at: None, ..job.clone() }
}

/// True if a source that does not know the zone of a day counts the instant to it.
fn is_since(at: DateTime<Utc>, day: NaiveDate) -> bool {
    (at + TimeDelta::hours(14)).date_naive() >= day
}

fn answers(asked: JobsAsked, job: &Job) -> bool {
    match asked {
        JobsAsked::Created(day) => is_since(job.created_at, day),
        JobsAsked::Updated(day) => is_since(job.updated_at, day),
        JobsAsked::Closed(day) => job.closed().is_some() && is_since(job.updated_at, day),
    }
}

#[async_trait]
impl LatchelSource for FarSource {
    fn visibility_delay(&self) -> Duration {
        self.0.visibility_delay()
    }

    fn capabilities(&self) -> SourceCapabilities {
        let Face::Lists { calls, .. } = self.account().habits.face else {
            panic!("it can be asked anything")
        };
        SourceCapabilities { writes: true, budget: (calls, Duration::from_secs(600)) }
    }

    async fn check(&self) -> Result<Probe> {
        self.0.check().await
    }

    async fn portfolios(&self) -> Result<Vec<Portfolio>> {
        self.0.portfolios().await
    }

    async fn properties(&self, page: u32) -> Result<SourcePage<LatchelProperty>> {
        let all =
            |world: &LatchelWorld| world.properties.values().map(|one| (one.id.0, one.clone())).collect();
        self.page("properties", page, all, (Kind::Property, None)).await
    }

    async fn residents(&self, page: u32) -> Result<SourcePage<SourceResident>> {
        let all = |world: &LatchelWorld| {
            world.residents.values().map(|one| (one.id.0, self.listed(world, one))).collect()
        };
        self.page("residents", page, all, (Kind::Resident, None)).await
    }

    async fn jobs(&self, asked: JobsAsked, page: u32) -> Result<SourcePage<Job>> {
        let can = matches!(self.account().habits.face, Face::Lists { closed: true, .. });
        if matches!(asked, JobsAsked::Closed(_)) && !can {
            return Err(Error::new(ErrorKind::Unsupported, "it has no such filter"));
        }
        let all = |world: &LatchelWorld| {
            let asked = world.jobs.values().filter(|job| answers(asked, job));
            asked.map(|job| (job.id.0, bare(job))).collect()
        };
        self.page(&format!("work orders {asked:?}"), page, all, (Kind::WorkOrder, Some(asked))).await
    }

    async fn property(&self, id: LatchelPropertyId) -> Result<Option<LatchelProperty>> {
        self.one((Kind::Property, id.0), |world| world.properties.get(&id).cloned()).await
    }

    async fn resident(&self, id: LatchelResidentId) -> Result<Option<SourceResident>> {
        let find = |world: &LatchelWorld| world.residents.get(&id).map(|one| self.listed(world, one));
        self.one((Kind::Resident, id.0), find).await
    }

    async fn job(&self, id: JobId) -> Result<Option<Job>> {
        self.one((Kind::WorkOrder, id.0), |world| world.jobs.get(&id).map(bare)).await
    }

    async fn state_changed_at(&self, id: JobId) -> Result<Option<DateTime<Utc>>> {
        let at = |world: &LatchelWorld| world.jobs.get(&id).and_then(|job| job.state_updated_at);
        let read = async || Ok(at(&self.account().shown_in_latchel(Read::Plain)));
        self.injector().read(SIDE, "history of a work order", read).await
    }

    async fn create_property(&self, new: &NewProperty) -> Result<LatchelPropertyId> {
        watch::everything_was_listed(self.account(), Kind::Property);
        self.0.create_property(new).await
    }

    async fn update_property(&self, id: LatchelPropertyId, patch: &PropertyPatch) -> Result<()> {
        self.0.update_property(id, patch).await
    }

    async fn create_resident(&self, new: &NewResident) -> Result<LatchelResidentId> {
        watch::everything_was_listed(self.account(), Kind::Resident);
        self.0.create_resident(new).await
    }

    async fn update_resident(&self, id: LatchelResidentId, patch: &ResidentPatch) -> Result<()> {
        self.0.update_resident(id, patch).await
    }

    async fn create_job(&self, new: &NewJob) -> Result<JobId> {
        watch::everything_was_listed(self.account(), Kind::WorkOrder);
        self.0.create_job(new).await
    }

    async fn write_number_back(&self, id: JobId, number: &str, work_order: &WorkOrderId) -> Result<()> {
        self.0.write_number_back(id, number, work_order).await
    }
}
