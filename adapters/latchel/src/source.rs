use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use latchel_sync_core::mirror::{
    JobsAsked, LatchelSource, SourceCapabilities, SourcePage, SourceResident, UnreadRow,
};
use latchel_sync_core::model::{
    ClosedStatus, Job, JobId, LatchelProperty, LatchelPropertyId, LatchelResidentId, NewJob, NewProperty,
    NewResident, PropertyPatch, PropertyRef, ResidentId, ResidentPatch, WorkOrderId,
};
use latchel_sync_core::{Error, ErrorKind, Finding, Probe, Result};
use latchel_sync_http::{Checkup, read_row};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::api::{Api, Rows};
use crate::config::SPAN;
use crate::guesses::{self, Collection};
use crate::states::States;
use crate::wire;

/// Pages of a work order's history that are read at most.
const HISTORY_PAGES: u32 = 20;
/// Pages of work orders that are looked at for who made them.
const LOOK_PAGES: u32 = 3;

#[derive(Debug)]
pub(crate) struct Source {
    pub api: Api,
    pub states: States,
}

impl Source {
    pub fn new(api: Api) -> Self {
        Self { api, states: States::default() }
    }

    async fn job_page(&self, filters: &[(&'static str, String)], page: u32) -> Result<Rows<wire::Job>> {
        let read = self.api.page(Collection::Jobs.path(), filters, page, ("work order", "job_id")).await?;
        read.raw.iter().for_each(|row| self.states.learn(row));
        Ok(read)
    }

    async fn single<W: DeserializeOwned, T: From<W>>(&self, path: &str) -> Result<Option<T>> {
        let Some(row) = self.api.one(path).await? else { return Ok(None) };
        self.states.learn(&row);
        let read: W = read_row(&row).map_err(|bad| {
            Error::new(ErrorKind::Malformed, "a record of Latchel could not be understood")
                .with("call", path)
                .with("field", bad.field)
                .with("problem", bad.problem)
        })?;
        Ok(Some(read.into()))
    }
}

fn paged<W: wire::Referring, T: From<W>>(read: Rows<W>) -> SourcePage<T> {
    let unread = read.unread.into_iter();
    SourcePage {
        rows: read.rows.into_iter().map(Into::into).collect(),
        unread: unread.map(|(record, row)| UnreadRow { record, reference: W::reference(&row) }).collect(),
        more: read.more,
    }
}

/// Parameters of a question for work orders.
pub(crate) fn filters(asked: JobsAsked, states: &States) -> Result<Vec<(&'static str, String)>> {
    Ok(match asked {
        JobsAsked::Created(from) => vec![day("created_at_start_date", from)],
        JobsAsked::Updated(from) => vec![day("updated_at_start_date", from)],
        JobsAsked::Closed(from) => {
            let ids = [ClosedStatus::Completed, ClosedStatus::Cancelled].map(|one| states.closed(one));
            let [Some(completed), Some(cancelled)] = ids else {
                let message = "the ids of the closed states are not known yet";
                return Err(Error::new(ErrorKind::Unsupported, message));
            };
            vec![("in_states", format!("{completed},{cancelled}")), day("updated_at_start_date", from)]
        }
    })
}

/// Path of the list of a work order's states.
pub(crate) fn history(id: impl fmt::Display) -> String {
    format!("{}/history/state", Collection::Jobs.one(id))
}

fn day(name: &'static str, day: NaiveDate) -> (&'static str, String) {
    (name, day.max(NaiveDate::from_ymd_opt(1970, 1, 1).unwrap_or(day)).format("%Y-%m-%d").to_string())
}

#[async_trait]
impl LatchelSource for Source {
    /// Nothing is known of it; a minute costs nothing, because the next run comes later.
    fn visibility_delay(&self) -> Duration {
        Duration::from_secs(60)
    }

    fn capabilities(&self) -> SourceCapabilities {
        let span = Duration::from_secs(SPAN.into());
        SourceCapabilities { writes: self.api.writes, budget: (self.api.budget.calls, span) }
    }

    /// A list is the only test of a connection that the API has. It shows no name of the company.
    async fn check(&self) -> Result<Probe> {
        let remedy = "Make a new key under Account Settings, Integrations, API Key, and put it in `api_key`.";
        let mut checkup = Checkup::of("key", remedy);
        let lists = [
            ("jobs", "permission to read work orders"),
            ("properties", "permission to read properties"),
            ("tenants", "permission to read residents"),
        ];
        for (path, subject) in lists {
            let first = self.api.page::<Value>(path, &[], 1, (path, "id"));
            checkup.need(subject, "Ask Latchel to permit this to the key.", first).await?;
        }
        if !self.api.writes {
            checkup.found([Finding::warning(
                "writes",
                "off: what would be written to Latchel waits",
                "Confirm how Latchel takes writes with `latchel-sync adapters verify latchel` (docs/latchel.md), then set `writes = \"on\"`.",
            )]);
        }
        Ok(checkup.finish())
    }

    async fn properties(&self, page: u32) -> Result<SourcePage<LatchelProperty>> {
        let path = Collection::Properties.path();
        Ok(paged(self.api.page::<wire::Property>(path, &[], page, ("property", "property_id")).await?))
    }

    async fn residents(&self, page: u32) -> Result<SourcePage<SourceResident>> {
        let path = Collection::Tenants.path();
        Ok(paged(self.api.page::<wire::Tenant>(path, &[], page, ("resident", "user_id")).await?))
    }

    async fn jobs(&self, asked: JobsAsked, page: u32) -> Result<SourcePage<Job>> {
        Ok(paged(self.job_page(&filters(asked, &self.states)?, page).await?))
    }

    async fn makers_of_jobs(&self, since: NaiveDate) -> Result<Vec<String>> {
        let mut makers = BTreeSet::new();
        for page in 1..=LOOK_PAGES {
            let read = self.job_page(&[day("created_at_start_date", since)], page).await?;
            makers.extend(read.raw.iter().filter_map(|row| row.get("source")?.as_str().map(str::to_owned)));
            if !read.more || read.raw.is_empty() {
                break;
            }
        }
        Ok(makers.into_iter().collect())
    }

    async fn property(&self, id: LatchelPropertyId) -> Result<Option<LatchelProperty>> {
        self.single::<wire::Property, _>(&Collection::Properties.one(id)).await
    }

    async fn resident(&self, id: LatchelResidentId) -> Result<Option<SourceResident>> {
        self.single::<wire::Tenant, _>(&Collection::Tenants.one(id)).await
    }

    async fn job(&self, id: JobId) -> Result<Option<Job>> {
        self.single::<wire::Job, _>(&Collection::Jobs.one(id)).await
    }

    fn knows_state(&self, closed: ClosedStatus) -> bool {
        self.states.closed(closed).is_some()
    }

    /// The newest entry of its history.
    async fn state_changed_at(&self, id: JobId) -> Result<Option<DateTime<Utc>>> {
        let path = history(id);
        let mut newest = None;
        for page in 1..=HISTORY_PAGES {
            let read = self.api.page::<wire::StateChange>(&path, &[], page, ("change", "state_id")).await?;
            newest = read.rows.iter().map(|change| Some(change.updated_at)).fold(newest, Option::max);
            if !read.more || read.raw.is_empty() {
                break;
            }
        }
        Ok(newest)
    }

    async fn create_property(&self, new: &NewProperty) -> Result<LatchelPropertyId> {
        let body = guesses::new_property(new);
        Ok(LatchelPropertyId(self.api.create(Collection::Properties, &body).await?))
    }

    async fn update_property(&self, id: LatchelPropertyId, patch: &PropertyPatch) -> Result<()> {
        self.api.change(Collection::Properties, id.0, &guesses::property_patch(patch)).await
    }

    async fn create_resident(&self, new: &NewResident) -> Result<LatchelResidentId> {
        Ok(LatchelResidentId(self.api.create(Collection::Tenants, &guesses::new_tenant(new)).await?))
    }

    async fn update_resident(&self, id: LatchelResidentId, patch: &ResidentPatch) -> Result<()> {
        self.api.change(Collection::Tenants, id.0, &guesses::tenant_patch(patch)).await
    }

    async fn create_job(&self, new: &NewJob) -> Result<JobId> {
        Ok(JobId(self.api.create(Collection::Jobs, &guesses::new_job(new, &self.states)?).await?))
    }

    async fn write_number_back(&self, id: JobId, number: &str, work_order: &WorkOrderId) -> Result<()> {
        self.api.change(Collection::Jobs, id.0, &guesses::number(number, work_order)).await
    }

    async fn refer_property(&self, id: LatchelPropertyId, reference: &PropertyRef) -> Result<()> {
        self.api.change(Collection::Properties, id.0, &guesses::property_reference(reference)).await
    }

    async fn refer_resident(&self, id: LatchelResidentId, reference: &ResidentId) -> Result<()> {
        self.api.change(Collection::Tenants, id.0, &guesses::tenant_reference(reference)).await
    }
}
