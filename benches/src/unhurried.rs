//! Latchel's Partner API that answers at once, and of which a client thinks that it has the budget of the real one: a mirror decides by
//! it how much it reads.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use latchel_sync_core::mirror::{JobsAsked, LatchelSource, SourceCapabilities, SourcePage, SourceResident};
use latchel_sync_core::model::{
    ClosedStatus, Job, JobId, LatchelProperty, LatchelPropertyId, LatchelResidentId, NewJob, NewProperty,
    NewResident, PropertyPatch, PropertyRef, ResidentId, ResidentPatch, WorkOrderId,
};
use latchel_sync_core::{Portfolio, Probe, Result};

/// The source, told to have this budget: a number of calls, and the span that they are for.
#[derive(Debug)]
pub struct Unhurried {
    pub source: Arc<dyn LatchelSource>,
    pub budget: (u32, Duration),
}

#[async_trait]
impl LatchelSource for Unhurried {
    fn visibility_delay(&self) -> Duration {
        self.source.visibility_delay()
    }

    fn capabilities(&self) -> SourceCapabilities {
        SourceCapabilities { budget: self.budget, ..self.source.capabilities() }
    }

    async fn check(&self) -> Result<Probe> {
        self.source.check().await
    }

    async fn portfolios(&self) -> Result<Vec<Portfolio>> {
        self.source.portfolios().await
    }

    async fn properties(&self, page: u32) -> Result<SourcePage<LatchelProperty>> {
        self.source.properties(page).await
    }

    async fn residents(&self, page: u32) -> Result<SourcePage<SourceResident>> {
        self.source.residents(page).await
    }

    async fn jobs(&self, asked: JobsAsked, page: u32) -> Result<SourcePage<Job>> {
        self.source.jobs(asked, page).await
    }

    async fn makers_of_jobs(&self, since: NaiveDate) -> Result<Vec<String>> {
        self.source.makers_of_jobs(since).await
    }

    async fn property(&self, id: LatchelPropertyId) -> Result<Option<LatchelProperty>> {
        self.source.property(id).await
    }

    async fn resident(&self, id: LatchelResidentId) -> Result<Option<SourceResident>> {
        self.source.resident(id).await
    }

    async fn job(&self, id: JobId) -> Result<Option<Job>> {
        self.source.job(id).await
    }

    fn knows_state(&self, closed: ClosedStatus) -> bool {
        self.source.knows_state(closed)
    }

    async fn state_changed_at(&self, id: JobId) -> Result<Option<DateTime<Utc>>> {
        self.source.state_changed_at(id).await
    }

    async fn create_property(&self, new: &NewProperty) -> Result<LatchelPropertyId> {
        self.source.create_property(new).await
    }

    async fn update_property(&self, id: LatchelPropertyId, patch: &PropertyPatch) -> Result<()> {
        self.source.update_property(id, patch).await
    }

    async fn create_resident(&self, new: &NewResident) -> Result<LatchelResidentId> {
        self.source.create_resident(new).await
    }

    async fn update_resident(&self, id: LatchelResidentId, patch: &ResidentPatch) -> Result<()> {
        self.source.update_resident(id, patch).await
    }

    async fn create_job(&self, new: &NewJob) -> Result<JobId> {
        self.source.create_job(new).await
    }

    async fn write_number_back(&self, id: JobId, number: &str, work_order: &WorkOrderId) -> Result<()> {
        self.source.write_number_back(id, number, work_order).await
    }

    async fn refer_property(&self, id: LatchelPropertyId, reference: &PropertyRef) -> Result<()> {
        self.source.refer_property(id, reference).await
    }

    async fn refer_resident(&self, id: LatchelResidentId, reference: &ResidentId) -> Result<()> {
        self.source.refer_resident(id, reference).await
    }
}
