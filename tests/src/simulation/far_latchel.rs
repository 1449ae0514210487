//! Latchel as a worker's engine sees it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt};
use latchel_sync_core::in_memory::{Journal, MemoryLatchel};
use latchel_sync_core::model::*;
use latchel_sync_core::{Latchel, LatchelOnly, Pages, Portfolio, Probe, Result};

use super::account::Read;
use super::fault_injector::FaultInjector;
use super::history::Event;
use super::pages::page_after;
use super::watch;

/// The Latchel of one account, through a worker's fault injector.
#[derive(Debug)]
pub struct FarLatchel(pub Arc<FaultInjector>);

pub const SIDE: Side = Side::Latchel;

impl FarLatchel {
    pub fn real(&self) -> &MemoryLatchel {
        &self.0.account.latchel
    }

    fn shown(&self, read: Read) -> MemoryLatchel {
        let world = self.0.account.shown_in_latchel(read);
        MemoryLatchel::new(world, Arc::new(Journal::new()))
    }

    pub fn is_visible(&self, kind: Kind, id: impl ToString) -> bool {
        !self.0.account.is_invisible(&RecordKey::latchel(kind, id.to_string()))
    }

    /// Has lists show the resident at this property.
    fn house(&self, id: LatchelResidentId, property: LatchelPropertyId) {
        self.0.account.listings().house(id, property);
    }

    /// Writes down how a property came out of a write.
    fn note_property(&self, id: LatchelPropertyId) {
        let now = self.0.account.in_latchel(|world| world.properties.get(&id).cloned());
        now.into_iter().for_each(|one| self.0.account.note(Event::LatchelPropertyWritten(one)));
    }

    fn note_resident(&self, id: LatchelResidentId) {
        let now = self.0.account.in_latchel(|world| world.residents.get(&id).cloned());
        now.into_iter().for_each(|one| self.0.account.note(Event::LatchelResidentWritten(one)));
    }
}

#[async_trait]
impl Latchel for FarLatchel {
    fn visibility_delay(&self) -> Duration {
        self.real().visibility_delay()
    }

    async fn check(&self) -> Result<Probe> {
        self.0.read(SIDE, "check", || self.real().check()).await
    }

    async fn portfolios(&self) -> Result<Vec<Portfolio>> {
        self.0.read(SIDE, "portfolios", || self.real().portfolios()).await
    }

    fn properties(&self) -> Pages<'_, LatchelProperty> {
        futures::stream::once(async {
            let act = async || self.shown(Read::LookUp).properties().try_concat().await;
            let rows: Vec<Row<LatchelProperty>> = self.0.read(SIDE, "properties", act).await?;
            let visible = |row: &Row<LatchelProperty>| match row {
                Row::Record(one) => self.is_visible(Kind::Property, one.id),
                _ => true,
            };
            Ok(rows.into_iter().filter(visible).collect())
        })
        .boxed()
    }

    async fn jobs_by_number(&self, numbers: &[String]) -> Result<Vec<Job>> {
        let act = async || self.shown(Read::LookUp).jobs_by_number(numbers).await;
        let mut found = self.0.read(SIDE, "work orders by number", act).await?;
        found.retain(|one| self.is_visible(Kind::WorkOrder, one.id));
        Ok(found)
    }

    async fn properties_by_ref(&self, refs: &[PropertyRef]) -> Result<Vec<LatchelProperty>> {
        let act = async || self.shown(Read::LookUp).properties_by_ref(refs).await;
        let mut found = self.0.read(SIDE, "properties by reference", act).await?;
        found.retain(|one| self.is_visible(Kind::Property, one.id));
        Ok(found)
    }

    async fn properties_by_id(&self, ids: &[LatchelPropertyId]) -> Result<Vec<LatchelProperty>> {
        let act = async || self.shown(Read::Plain).properties_by_id(ids).await;
        self.0.read(SIDE, "properties by id", act).await
    }

    async fn residents_by_ref(&self, refs: &[ResidentRef]) -> Result<Vec<LatchelResident>> {
        let act = async || self.shown(Read::LookUp).residents_by_ref(refs).await;
        let mut found = self.0.read(SIDE, "residents by reference", act).await?;
        found.retain(|one| self.is_visible(Kind::Resident, one.id));
        Ok(found)
    }

    async fn residents_by_id(&self, ids: &[LatchelResidentId]) -> Result<Vec<LatchelResident>> {
        let act = async || self.shown(Read::Plain).residents_by_id(ids).await;
        self.0.read(SIDE, "residents by id", act).await
    }

    fn jobs(&self, window: Window) -> Pages<'_, Job> {
        let phase = Phase::WorkOrdersToPlatform;
        let id = |job: &Job| format!("{:010}", job.id.0);
        futures::stream::try_unfold(None::<String>, move |after| async move {
            let read = async || {
                let latchel = self.shown(Read::Plain);
                let mut rows: Vec<Row<Job>> = latchel.jobs(window).try_concat().await?;
                rows.retain(|row| match row {
                    Row::Record(job) => self.is_visible(Kind::WorkOrder, job.id),
                    _ => true,
                });
                Ok(page_after(&self.0, rows, after.as_deref(), id))
            };
            let page = self.0.read(SIDE, phase.as_str(), read).await?;
            Ok(page.map(|(rows, last)| (rows, Some(last))))
        })
        .boxed()
    }

    async fn jobs_by_ref(&self, refs: &[WorkOrderId]) -> Result<Vec<Job>> {
        let act = async || self.shown(Read::LookUp).jobs_by_ref(refs).await;
        let mut found = self.0.read(SIDE, "work orders by reference", act).await?;
        found.retain(|one| self.is_visible(Kind::WorkOrder, one.id));
        Ok(found)
    }

    async fn jobs_by_id(&self, ids: &[JobId]) -> Result<Vec<Job>> {
        let act = async || self.shown(Read::Plain).jobs_by_id(ids).await;
        self.0.read(SIDE, "work orders by id", act).await
    }

    async fn latchel_only(&self) -> Result<LatchelOnly> {
        self.0.read(SIDE, "what was made by hand", || self.real().latchel_only()).await
    }

    async fn create_property(&self, new: &NewProperty) -> Result<LatchelPropertyId> {
        watch::create_property(&self.0, new);
        let create = async || {
            let id = self.real().create_property(new).await?;
            self.0.account.born(RecordKey::latchel(Kind::Property, id));
            self.note_property(id);
            watch::no_two_in_latchel(&self.0.account);
            Ok(id)
        };
        let on = new.reference.key();
        self.0.write(SIDE, "create a property", on, LatchelPropertyId(1), create).await
    }

    async fn update_property(&self, id: LatchelPropertyId, patch: &PropertyPatch) -> Result<()> {
        watch::update_property(&self.0, id, patch);
        let update = async || {
            self.real().update_property(id, patch).await?;
            self.note_property(id);
            Ok(())
        };
        let on = format!("{id}: {}", patch.fields().join(", "));
        self.0.write(SIDE, "update a property", on, (), update).await
    }

    async fn create_resident(&self, new: &NewResident) -> Result<LatchelResidentId> {
        watch::create_resident(&self.0, new);
        let create = async || {
            let id = self.real().create_resident(new).await?;
            self.house(id, new.home);
            self.0.account.born(RecordKey::latchel(Kind::Resident, id));
            self.note_resident(id);
            watch::no_two_in_latchel(&self.0.account);
            Ok(id)
        };
        let on = new.reference.key();
        self.0.write(SIDE, "create a resident", on, LatchelResidentId(1), create).await
    }

    async fn update_resident(&self, id: LatchelResidentId, patch: &ResidentPatch) -> Result<()> {
        watch::update_resident(&self.0, id, patch);
        let update = async || {
            self.real().update_resident(id, patch).await?;
            if let Some(home) = &patch.unit {
                self.house(id, home.property);
            }
            self.note_resident(id);
            Ok(())
        };
        let on = format!("{id}: {}", patch.fields().join(", "));
        self.0.write(SIDE, "update a resident", on, (), update).await
    }

    async fn create_job(&self, new: &NewJob) -> Result<JobId> {
        watch::create_job(&self.0, new);
        let create = async || {
            self.0.account.in_latchel(|_| ());
            let id = self.real().create_job(new).await?;
            self.0.account.born(RecordKey::latchel(Kind::WorkOrder, id));
            watch::no_two_in_latchel(&self.0.account);
            Ok(id)
        };
        let on = new.work_order.to_string();
        self.0.write(SIDE, "create a work order", on, JobId(1), create).await
    }

    async fn write_number_back(&self, id: JobId, number: &str, work_order: &WorkOrderId) -> Result<()> {
        watch::write_number_back(&self.0, id, number, work_order);
        let write = async || {
            self.0.account.in_latchel(|_| ());
            self.real().write_number_back(id, number, work_order).await?;
            watch::no_two_in_latchel(&self.0.account);
            Ok(())
        };
        self.0.write(SIDE, "write a number back", format!("{id} {number}"), (), write).await
    }
}
