use std::time::Duration;

use async_trait::async_trait;
use futures::future::try_join;
use futures::{StreamExt, TryStreamExt};
use latchel_sync_core::model::{
    Job, JobId, LatchelProperty, LatchelPropertyId, LatchelResident, LatchelResidentId, NewJob, NewProperty,
    NewResident, PortfolioId, PropertyPatch, PropertyRef, ResidentPatch, ResidentRef, Row, UnitId, Window,
    WorkOrderId,
};
use latchel_sync_core::{Error, ErrorKind, Latchel, LatchelOnly, Pages, Portfolio, Probe, Result};
use latchel_sync_http::{Checkup, loose, read_row, rows};
use serde_json::Value;

use crate::api::{Api, Collection};
use crate::wire;

#[derive(Debug)]
pub(crate) struct Adapter {
    api: Api,
}

impl Adapter {
    pub fn new(api: Api) -> Self {
        Self { api }
    }
}

#[async_trait]
impl Latchel for Adapter {
    /// Nothing is known of it; a minute costs nothing, because the next run comes later.
    fn visibility_delay(&self) -> Duration {
        Duration::from_secs(60)
    }

    async fn check(&self) -> Result<Probe> {
        let remedy = "Make a new key under Account Settings, Integrations, API Key, and put it in `api_key`.";
        let mut checkup = Checkup::of("key", remedy);
        let (subject, remedy) = ("permission for the company", "Ask Latchel to permit the API to this key.");
        if let Some(company) = checkup.need(subject, remedy, self.api.company()).await? {
            checkup.account(company.json::<wire::Company>()?.name);
        }
        Ok(checkup.finish())
    }

    async fn portfolios(&self) -> Result<Vec<Portfolio>> {
        let rows = self.api.portfolios().try_concat().await?;
        // One that is left out would let its work orders inherit a method that may write more.
        let portfolio = |row: &Value| {
            let portfolio: wire::Portfolio = read_row(row).map_err(|bad| {
                Error::new(ErrorKind::Malformed, "a portfolio of Latchel could not be understood")
                    .with("field", bad.field)
                    .with("problem", bad.problem)
            })?;
            Ok(Portfolio {
                id: PortfolioId(portfolio.portfolio_id),
                name: portfolio.name.unwrap_or_default(),
                sync_method: wire::method(portfolio.integration_sync_method.as_deref()),
            })
        };
        rows.iter().map(portfolio).collect()
    }

    fn properties(&self) -> Pages<'_, LatchelProperty> {
        let read = |page: Vec<Value>| {
            rows::<wire::Property>(&page, "property", |row| id(row, "property_id"))
                .into_iter()
                .map(|row| row.map_or_else(Row::Invalid, |property| Row::Record(property.into())))
                .collect()
        };
        self.api.all(Collection::Properties).map_ok(read).boxed()
    }

    async fn jobs_by_number(&self, numbers: &[String]) -> Result<Vec<Job>> {
        let found: Vec<wire::Job> = self.api.look_up(Collection::Jobs, "order_numbers", numbers).await?;
        Ok(found.into_iter().map(Into::into).collect())
    }

    async fn properties_by_ref(&self, refs: &[PropertyRef]) -> Result<Vec<LatchelProperty>> {
        let refs: Vec<_> = refs
            .iter()
            .map(|one| wire::PropertyRef {
                ref_property_id: one.property.as_str(),
                ref_unit_id: one.unit.as_ref().map(UnitId::as_str),
            })
            .collect();
        let found: Vec<wire::Property> = self.api.look_up(Collection::Properties, "refs", &refs).await?;
        Ok(found.into_iter().map(Into::into).collect())
    }

    async fn properties_by_id(&self, ids: &[LatchelPropertyId]) -> Result<Vec<LatchelProperty>> {
        let found: Vec<wire::Property> = self.api.look_up(Collection::Properties, "ids", ids).await?;
        Ok(found.into_iter().map(Into::into).collect())
    }

    async fn residents_by_ref(&self, refs: &[ResidentRef]) -> Result<Vec<LatchelResident>> {
        let refs: Vec<_> = refs
            .iter()
            .map(|one| wire::ResidentRef {
                ref_user_id: one.resident.as_str(),
                ref_property_id: one.property.as_str(),
            })
            .collect();
        let found: Vec<wire::Resident> = self.api.look_up(Collection::Residents, "refs", &refs).await?;
        Ok(found.into_iter().map(Into::into).collect())
    }

    async fn residents_by_id(&self, ids: &[LatchelResidentId]) -> Result<Vec<LatchelResident>> {
        let found: Vec<wire::Resident> = self.api.look_up(Collection::Residents, "ids", ids).await?;
        Ok(found.into_iter().map(Into::into).collect())
    }

    /// A gateway that finds others too, or that does not know the parameter and finds nobody, does no harm.
    async fn residents_at(
        &self,
        properties: &[LatchelPropertyId],
    ) -> Result<Vec<(LatchelPropertyId, LatchelResident)>> {
        let found: Vec<wire::Resident> =
            self.api.look_up(Collection::Residents, "property_ids", properties).await?;
        let there = found.into_iter().filter(wire::Resident::is_active);
        let there = there.filter_map(|resident| Some((resident.home()?, resident.into())));
        Ok(there.filter(|(home, _)| properties.contains(home)).collect())
    }

    fn jobs(&self, window: Window) -> Pages<'_, Job> {
        let since = window.from.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
        let read = |page: Vec<Value>| {
            rows::<wire::Job>(&page, "work order", |row| id(row, "job_id"))
                .into_iter()
                .map(|row| row.map_or_else(Row::Invalid, |job| Row::Record(job.into())))
                .collect()
        };
        self.api.jobs(since).map_ok(read).boxed()
    }

    async fn jobs_by_ref(&self, refs: &[WorkOrderId]) -> Result<Vec<Job>> {
        let found: Vec<wire::Job> = self.api.look_up(Collection::Jobs, "ref_job_ids", refs).await?;
        Ok(found.into_iter().map(Into::into).collect())
    }

    async fn jobs_by_id(&self, ids: &[JobId]) -> Result<Vec<Job>> {
        let found: Vec<wire::Job> = self.api.look_up(Collection::Jobs, "job_ids", ids).await?;
        Ok(found.into_iter().map(Into::into).collect())
    }

    async fn latchel_only(&self) -> Result<LatchelOnly> {
        let count = |collection| self.api.without_reference(collection);
        let (properties, residents) =
            try_join(count(Collection::Properties), count(Collection::Residents)).await?;
        Ok(LatchelOnly { properties, residents })
    }

    async fn create_property(&self, new: &NewProperty) -> Result<LatchelPropertyId> {
        let id =
            self.api.create(Collection::Properties, "property_id", &wire::NewProperty::from(new)).await?;
        Ok(LatchelPropertyId(id))
    }

    async fn update_property(&self, id: LatchelPropertyId, patch: &PropertyPatch) -> Result<()> {
        self.api.change(Collection::Properties, id.0, &wire::PropertyPatch::from(patch)).await
    }

    async fn create_resident(&self, new: &NewResident) -> Result<LatchelResidentId> {
        let id = self.api.create(Collection::Residents, "user_id", &wire::NewResident::from(new)).await?;
        Ok(LatchelResidentId(id))
    }

    async fn update_resident(&self, id: LatchelResidentId, patch: &ResidentPatch) -> Result<()> {
        self.api.change(Collection::Residents, id.0, &wire::ResidentPatch::from(patch)).await
    }

    async fn create_job(&self, new: &NewJob) -> Result<JobId> {
        Ok(JobId(self.api.create(Collection::Jobs, "job_id", &wire::NewJob::from(new)).await?))
    }

    async fn write_number_back(&self, id: JobId, number: &str, work_order: &WorkOrderId) -> Result<()> {
        let body = wire::NumberPatch { order_number: number, ref_job_id: work_order.as_str() };
        self.api.change(Collection::Jobs, id.0, &body).await
    }
}

fn id(row: &Value, field: &str) -> Option<String> {
    row.get(field).and_then(loose::as_number).map(|id| id.to_string())
}
