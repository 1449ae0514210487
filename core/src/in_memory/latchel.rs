use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures::StreamExt;

use super::{Call, Journal, locked};
use crate::model::{
    Address, ClosedStatus, Job, JobId, JobState, LatchelProperty, LatchelPropertyId, LatchelResident,
    LatchelResidentId, NewJob, NewProperty, NewResident, PropertyPatch, PropertyRef, ResidentPatch,
    ResidentRef, Row, Side, Window, WorkOrderId,
};
use crate::{Error, ErrorKind, Latchel, LatchelOnly, Pages, Portfolio, Probe, Result, calls};

/// Contents of Latchel.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LatchelWorld {
    /// The system's clock, UTC, with which it stamps work orders.
    pub now: DateTime<Utc>,
    /// Portfolios.
    pub portfolios: Vec<Portfolio>,
    /// Properties.
    pub properties: BTreeMap<LatchelPropertyId, LatchelProperty>,
    /// Residents.
    pub residents: BTreeMap<LatchelResidentId, LatchelResident>,
    /// Work orders.
    pub jobs: BTreeMap<JobId, Job>,
    /// Way in which it stores the texts of properties and the numbers of work orders.
    pub texts: Texts,
}

/// Way in which a system stores texts (rule E4).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Texts {
    /// As they are sent.
    #[default]
    AsSent,
    /// Without blanks at the ends, and with `\n` for each line end.
    Trimmed,
}

impl Texts {
    fn stored(self, text: &str) -> String {
        match self {
            Self::AsSent => text.to_owned(),
            Self::Trimmed => text.trim().replace("\r\n", "\n"),
        }
    }

    fn stored_address(self, address: &Address) -> Address {
        let part = |part: &Option<String>| part.as_deref().map(|text| self.stored(text));
        Address {
            line1: part(&address.line1),
            line2: part(&address.line2).filter(|text| !text.is_empty() || self == Self::AsSent),
            city: part(&address.city),
            state: part(&address.state),
            postal_code: part(&address.postal_code),
        }
    }
}

impl LatchelWorld {
    /// Changes a work order and stamps it with the clock.
    pub fn change_job(&mut self, id: JobId, change: impl FnOnce(&mut Job)) {
        let now = self.now;
        if let Some(job) = self.jobs.get_mut(&id) {
            let before = job.state.clone();
            change(job);
            job.updated_at = now;
            if job.state != before {
                job.state_updated_at = Some(now);
            }
        }
    }
}

/// Latchel in memory.
#[derive(Debug)]
pub struct MemoryLatchel {
    world: Mutex<LatchelWorld>,
    journal: Arc<Journal>,
    page: usize,
    visibility_delay: Duration,
}

impl MemoryLatchel {
    /// Latchel with this world, with pages of two rows.
    pub fn new(world: LatchelWorld, journal: Arc<Journal>) -> Self {
        Self { world: Mutex::new(world), journal, page: 2, visibility_delay: Duration::ZERO }
    }

    /// The same system with another visibility delay.
    pub fn with_visibility_delay(self, visibility_delay: Duration) -> Self {
        Self { visibility_delay, ..self }
    }

    /// Reads or changes its contents, as its people would.
    pub fn edit<T>(&self, edit: impl FnOnce(&mut LatchelWorld) -> T) -> T {
        edit(&mut locked(&self.world))
    }

    fn read<T>(&self, method: &'static str, read: impl FnOnce(&LatchelWorld) -> T) -> Result<T> {
        let call = Call { side: Side::Latchel, method, on: String::new() };
        self.shows_clock();
        self.journal.call(call, || Ok(read(&locked(&self.world))), None)
    }

    /// Reports its clock, as an answer over HTTP would.
    fn shows_clock(&self) {
        calls::clock("Latchel", locked(&self.world).now);
    }

    fn write<T>(
        &self,
        method: &'static str,
        on: impl ToString,
        pretended: T,
        write: impl FnOnce(&mut LatchelWorld) -> Result<T>,
    ) -> Result<T> {
        let call = Call { side: Side::Latchel, method, on: on.to_string() };
        self.shows_clock();
        self.journal.call(call, || write(&mut locked(&self.world)), Some(pretended))
    }
}

/// The record to change.
fn found<K: Ord, T>(records: &mut BTreeMap<K, T>, id: K) -> Result<&mut T> {
    records.get_mut(&id).ok_or_else(|| Error::new(ErrorKind::NotFound, "there is no such record"))
}

fn by_id<K: Ord, T: Clone>(records: &BTreeMap<K, T>, ids: &[K]) -> Vec<T> {
    ids.iter().filter_map(|id| records.get(id).cloned()).collect()
}

fn set<T: Clone>(field: &mut T, new: &Option<T>) {
    if let Some(new) = new {
        field.clone_from(new);
    }
}

#[async_trait]
impl Latchel for MemoryLatchel {
    fn visibility_delay(&self) -> Duration {
        self.visibility_delay
    }

    async fn check(&self) -> Result<Probe> {
        self.read("check", |_| Probe::default())
    }

    async fn portfolios(&self) -> Result<Vec<Portfolio>> {
        self.read("portfolios", |world| world.portfolios.clone())
    }

    fn properties(&self) -> Pages<'_, LatchelProperty> {
        let all =
            self.read("properties", |world| world.properties.values().cloned().map(Row::Record).collect());
        futures::stream::iter([all]).boxed()
    }

    async fn properties_by_ref(&self, refs: &[PropertyRef]) -> Result<Vec<LatchelProperty>> {
        let named = |one: &&LatchelProperty| one.reference.as_ref().is_some_and(|own| refs.contains(own));
        self.read("properties_by_ref", |world| world.properties.values().filter(named).cloned().collect())
    }

    async fn properties_by_id(&self, ids: &[LatchelPropertyId]) -> Result<Vec<LatchelProperty>> {
        self.read("properties_by_id", |world| by_id(&world.properties, ids))
    }

    async fn residents_by_ref(&self, refs: &[ResidentRef]) -> Result<Vec<LatchelResident>> {
        let named = |one: &&LatchelResident| one.reference.as_ref().is_some_and(|own| refs.contains(own));
        self.read("residents_by_ref", |world| world.residents.values().filter(named).cloned().collect())
    }

    async fn residents_by_id(&self, ids: &[LatchelResidentId]) -> Result<Vec<LatchelResident>> {
        self.read("residents_by_id", |world| by_id(&world.residents, ids))
    }

    async fn residents_at(
        &self,
        properties: &[LatchelPropertyId],
    ) -> Result<Vec<(LatchelPropertyId, LatchelResident)>> {
        self.read("residents_at", |world| {
            let places = properties.iter().filter_map(|id| world.properties.get(id));
            let lives_there = |place: &LatchelProperty, one: &LatchelResident| {
                let at = one.reference.as_ref().map(|own| (&own.property, &one.unit));
                one.is_active
                    && at.is_some()
                    && at == place.reference.as_ref().map(|own| (&own.property, &own.unit))
            };
            let at = |place: &LatchelProperty| {
                let there = world.residents.values().filter(|one| lives_there(place, one));
                there.map(|one| (place.id, one.clone())).collect::<Vec<_>>()
            };
            places.flat_map(at).collect()
        })
    }

    fn jobs(&self, window: Window) -> Pages<'_, Job> {
        futures::stream::try_unfold(None::<JobId>, move |after| async move {
            let page: Vec<Job> = self.read("jobs", |world| {
                let later = |job: &&Job| after.is_none_or(|after| job.id > after);
                let inside = |job: &&Job| window.contains(job.updated_at) || window.contains(job.created_at);
                world.jobs.values().filter(later).filter(inside).take(self.page).cloned().collect()
            })?;
            let last = page.last().map(|job| job.id);
            let rows: Vec<_> = page.into_iter().map(Row::Record).collect();
            Ok(last.map(|last| (rows, Some(last))))
        })
        .boxed()
    }

    async fn jobs_by_ref(&self, refs: &[WorkOrderId]) -> Result<Vec<Job>> {
        let named = |one: &&Job| one.work_order.as_ref().is_some_and(|own| refs.contains(own));
        self.read("jobs_by_ref", |world| world.jobs.values().filter(named).cloned().collect())
    }

    async fn jobs_by_number(&self, numbers: &[String]) -> Result<Vec<Job>> {
        let named = |one: &&Job| one.number.as_ref().is_some_and(|own| numbers.contains(own));
        self.read("jobs_by_number", |world| world.jobs.values().filter(named).cloned().collect())
    }

    async fn jobs_by_id(&self, ids: &[JobId]) -> Result<Vec<Job>> {
        self.read("jobs_by_id", |world| by_id(&world.jobs, ids))
    }

    async fn latchel_only(&self) -> Result<LatchelOnly> {
        self.read("latchel_only", |world| LatchelOnly {
            properties: world.properties.values().filter(|one| one.reference.is_none()).count() as u64,
            residents: world.residents.values().filter(|one| one.reference.is_none()).count() as u64,
        })
    }

    async fn create_property(&self, new: &NewProperty) -> Result<LatchelPropertyId> {
        self.write("create_property", &new.reference, LatchelPropertyId(0), |world| {
            let id = LatchelPropertyId(world.properties.keys().last().map_or(100, |last| last.0 + 1));
            let property = LatchelProperty {
                id,
                portfolio: None,
                reference: Some(new.reference.clone()),
                name: world.texts.stored(&new.name),
                source_address: world.texts.stored_address(&new.source_address),
                integration_data: Some(world.texts.stored(&new.integration_data)),
                is_active: new.is_active,
                sync_method: None,
            };
            world.properties.insert(id, property);
            Ok(id)
        })
    }

    async fn update_property(&self, id: LatchelPropertyId, patch: &PropertyPatch) -> Result<()> {
        self.write("update_property", id, (), |world| {
            let texts = world.texts;
            let stored = |text: &Option<String>| text.as_deref().map(|text| texts.stored(text));
            let address = patch.source_address.as_ref().map(|address| texts.stored_address(address));
            let property = found(&mut world.properties, id)?;
            set(&mut property.name, &stored(&patch.name));
            set(&mut property.source_address, &address);
            set(&mut property.integration_data, &stored(&patch.integration_data).map(Some));
            property.is_active &= !patch.deactivate;
            Ok(())
        })
    }

    async fn create_resident(&self, new: &NewResident) -> Result<LatchelResidentId> {
        self.write("create_resident", &new.reference, LatchelResidentId(0), |world| {
            let id = LatchelResidentId(world.residents.keys().last().map_or(200, |last| last.0 + 1));
            let resident = LatchelResident {
                id,
                reference: Some(new.reference.clone()),
                unit: new.tenancy.unit.clone(),
                name: new.name.clone(),
                email: new.email.clone(),
                phone: new.phone.clone(),
                contact_known: true,
                move_in: new.tenancy.move_in,
                move_out: new.tenancy.move_out,
                is_active: new.is_active,
            };
            world.residents.insert(id, resident);
            Ok(id)
        })
    }

    async fn update_resident(&self, id: LatchelResidentId, patch: &ResidentPatch) -> Result<()> {
        self.write("update_resident", id, (), |world| {
            let resident = found(&mut world.residents, id)?;
            set(&mut resident.move_in, &patch.move_in);
            set(&mut resident.move_out, &patch.move_out);
            set(&mut resident.unit, &patch.unit.as_ref().map(|home| home.unit.clone()));
            set(&mut resident.is_active, &patch.is_active);
            Ok(())
        })
    }

    async fn create_job(&self, new: &NewJob) -> Result<JobId> {
        self.write("create_job", &new.work_order, JobId(0), |world| {
            let id = JobId(world.jobs.keys().last().map_or(300, |last| last.0 + 1));
            let state = match new.closed {
                Some(ClosedStatus::Completed) => JobState::Completed,
                Some(ClosedStatus::Cancelled) => JobState::Cancelled,
                None => JobState::Other("Diagnosing Issue".to_owned()),
            };
            let job = Job {
                id,
                number: Some(world.texts.stored(&new.number)),
                work_order: Some(new.work_order.clone()),
                name: new.name.clone(),
                description: new.description.clone(),
                vendor_instructions: None,
                access_instructions: new.access_instructions.clone(),
                entry_allowed: new.entry_allowed,
                severity: new.severity,
                state,
                is_archived: false,
                is_vacant: false,
                property: Some(new.property),
                resident: new.resident,
                created_at: world.now,
                updated_at: world.now,
                state_updated_at: Some(world.now),
                slug: None,
            };
            world.jobs.insert(id, job);
            Ok(id)
        })
    }

    async fn write_number_back(&self, id: JobId, number: &str, work_order: &WorkOrderId) -> Result<()> {
        self.write("write_number_back", id, (), |world| {
            let number = world.texts.stored(number);
            let now = world.now;
            let job = found(&mut world.jobs, id)?;
            job.number = Some(number);
            job.work_order = Some(work_order.clone());
            job.updated_at = now;
            Ok(())
        })
    }
}
