//! Latchel as an engine is shown it, whoever answers: the far side itself, or a mirror.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use futures::{StreamExt, TryStreamExt};
use latchel_sync_core::model::*;
use latchel_sync_core::{
    Held, Latchel, LatchelOnly, LatchelWrite, Pages, Portfolio, Probe, Result, RunBegin,
};

use super::eligible;
use super::fault_injector::FaultInjector;
use super::generate::rows_to_records;
use super::history::{Event, How};
use super::pages::garble;

/// A Latchel of which everything that it answers is written down.
#[derive(Debug)]
pub struct Shown {
    pub injector: Arc<FaultInjector>,
    pub latchel: Arc<dyn Latchel>,
}

impl Shown {
    fn show_properties(&self, found: &[LatchelProperty]) {
        let mut view = self.injector.view();
        found.iter().for_each(|one| drop(view.latchel_properties.insert(one.id, one.clone())));
    }

    fn show_residents(&self, found: &[LatchelResident]) {
        let mut view = self.injector.view();
        found.iter().for_each(|one| drop(view.latchel_residents.insert(one.id, one.clone())));
    }

    fn show_jobs(&self, found: &[Job], how: How) {
        for job in found {
            let eligible = eligible::to_export(&self.injector.account, job);
            let mut view = self.injector.view();
            view.jobs.insert(job.id, job.clone());
            self.injector.account.note(Event::JobShown(view.run(), job.clone(), eligible, how));
        }
    }
}

#[async_trait]
impl Latchel for Shown {
    fn visibility_delay(&self) -> Duration {
        self.latchel.visibility_delay()
    }

    async fn check(&self) -> Result<Probe> {
        self.latchel.check().await
    }

    async fn begin(&self, run: &RunBegin) -> Result<Vec<String>> {
        self.latchel.begin(run).await
    }

    async fn end(&self, run: &RunBegin) -> Result<()> {
        self.latchel.end(run).await
    }

    async fn holds(&self, write: &LatchelWrite) -> Result<Option<Held>> {
        self.latchel.holds(write).await
    }

    async fn before_creates(&self, kind: Kind) -> Result<()> {
        self.latchel.before_creates(kind).await
    }

    fn remembers(&self) -> bool {
        self.latchel.remembers()
    }

    async fn refresh(&self, kind: Kind, id: i64) -> Result<()> {
        self.latchel.refresh(kind, id).await
    }

    async fn renew(&self, kind: Kind, since: &[(i64, DateTime<Utc>)]) -> Result<bool> {
        self.latchel.renew(kind, since).await
    }

    async fn reach_back(&self, day: NaiveDate) -> Result<()> {
        self.latchel.reach_back(day).await
    }

    async fn portfolios(&self) -> Result<Vec<Portfolio>> {
        self.latchel.portfolios().await
    }

    fn properties(&self) -> Pages<'_, LatchelProperty> {
        self.latchel.properties()
    }

    async fn properties_by_ref(&self, refs: &[PropertyRef]) -> Result<Vec<LatchelProperty>> {
        let found = self.latchel.properties_by_ref(refs).await?;
        self.show_properties(&found);
        Ok(found)
    }

    async fn properties_by_id(&self, ids: &[LatchelPropertyId]) -> Result<Vec<LatchelProperty>> {
        let found = self.latchel.properties_by_id(ids).await?;
        self.show_properties(&found);
        Ok(found)
    }

    async fn residents_by_ref(&self, refs: &[ResidentRef]) -> Result<Vec<LatchelResident>> {
        let found = self.latchel.residents_by_ref(refs).await?;
        self.show_residents(&found);
        Ok(found)
    }

    async fn residents_by_id(&self, ids: &[LatchelResidentId]) -> Result<Vec<LatchelResident>> {
        let found = self.latchel.residents_by_id(ids).await?;
        self.show_residents(&found);
        Ok(found)
    }

    async fn residents_at(
        &self,
        properties: &[LatchelPropertyId],
    ) -> Result<Vec<(LatchelPropertyId, LatchelResident)>> {
        self.latchel.residents_at(properties).await
    }

    fn jobs(&self, window: Window) -> Pages<'_, Job> {
        let phase = Phase::WorkOrdersToPlatform;
        let pages = self.latchel.jobs(window);
        pages
            .map_ok(move |rows| garble(&self.injector, phase, rows, |job| job.id.to_string()))
            .inspect_ok(|rows| self.show_jobs(&rows_to_records(rows), How::Listed))
            .boxed()
    }

    async fn jobs_by_ref(&self, refs: &[WorkOrderId]) -> Result<Vec<Job>> {
        self.latchel.jobs_by_ref(refs).await
    }

    async fn jobs_by_id(&self, ids: &[JobId]) -> Result<Vec<Job>> {
        let found = self.latchel.jobs_by_id(ids).await?;
        self.show_jobs(&found, How::ById);
        Ok(found)
    }

    async fn jobs_by_number(&self, numbers: &[String]) -> Result<Vec<Job>> {
        self.latchel.jobs_by_number(numbers).await
    }

    async fn latchel_only(&self) -> Result<LatchelOnly> {
        self.latchel.latchel_only().await
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
