use async_trait::async_trait;
use latchel_sync_core::model::{
    ClosedStatus, Marker, NewWorkOrder, Property, PropertyGroup, PropertyRef, Resident, ResidentRef, Row,
    User, Window, WorkOrder, WorkOrderId,
};
use latchel_sync_core::registry::Settings;
use latchel_sync_core::{Capabilities, Finding, Pages, Platform, Probe, Result};
use latchel_sync_http::Checkup;

use crate::api::{Api, Query};
use crate::config::Config;
use crate::markers::Markers;
use crate::statuses::{STATUSES, Statuses};
use crate::work_orders::WORK_ORDERS;
use crate::{people, properties, residents, work_orders, writes};

/// Paths that a sync reads.
const NEEDED: [&str; 7] = [
    properties::EXPORT,
    properties::UNITS,
    residents::LEASES,
    residents::TENANTS,
    people::TECHNICIANS,
    STATUSES,
    WORK_ORDERS,
];
const KEY: &str =
    "Make an API key in Rentvine under Settings, and put its two halves into `access_key` and `secret`.";
const ACCESS: &str =
    "Give the API key's role access to it, and see whether `base_url` is the account's host.";

#[derive(Debug)]
pub(crate) struct Rentvine {
    api: Api,
    config: Config,
    statuses: Statuses,
    markers: Markers,
}

impl Rentvine {
    pub fn connect(settings: &Settings) -> Result<Self> {
        let config: Config = settings.read()?;
        let api = Api::connect(settings, &config)?;
        Ok(Self { api, config, statuses: Statuses::default(), markers: Markers::default() })
    }

    /// Findings about the statuses that are written, one for each, good or missing, and about those that may be misread.
    async fn statuses(&self) -> Result<Vec<Finding>> {
        let (known, words) = (self.statuses.read(&self.api).await?, &self.config.status);
        let wanted = [
            ("new", known.new_one(words)),
            ("completed", known.closing(words, ClosedStatus::Completed)),
            ("cancelled", known.closing(words, ClosedStatus::Cancelled)),
        ];
        let finding = |(key, status): (&str, Result<&crate::wire::Status>)| {
            let subject = format!("status for {key}");
            match status {
                Ok(status) => Finding::ok(subject, format!("{} (id {})", status.name, status.id)),
                Err(error) => {
                    let remedy = format!("Make one in Rentvine, or name one of them with `status.{key}`.");
                    Finding::error(subject, error.message(), remedy)
                }
            }
        };
        let at_odds = known.at_odds(words).map(|(status, meaning)| {
            let taken = if meaning.closed().is_some() { "closed" } else { "open" };
            let detail = format!(
                "its name and its primary status ({}) say different things; a work order with it counts as {taken}",
                status.primary
            );
            let remedy =
                "If that is wrong, name the status of completed or cancelled work orders with `status`.";
            Finding::warning(format!("status {:?}", status.name), detail, remedy)
        });
        Ok(wanted.into_iter().map(finding).chain(at_odds).collect())
    }
}

#[async_trait]
impl Platform for Rentvine {
    fn capabilities(&self) -> Capabilities {
        crate::CAPABILITIES
    }

    async fn check(&self) -> Result<Probe> {
        let mut checkup = Checkup::of("key", KEY).hidden_is_missing();
        let (mut users, mut statuses) = (false, false);
        for path in NEEDED {
            let first_row = self.api.list(path, Query::new()).peek();
            let is_there = checkup.need(format!("access to {path}"), ACCESS, first_row).await?.is_some();
            users |= is_there && path == people::TECHNICIANS;
            statuses |= is_there && path == STATUSES;
        }
        if statuses {
            checkup.found(self.statuses().await?);
        }
        if users && self.users().await?.is_empty() {
            let detail =
                "no maintenance technician tells a user's id, so that work orders can be assigned to nobody";
            let remedy = "Name the Latchel user and its id in the table `users`.";
            checkup.found([Finding::warning("users", detail, remedy)]);
        }
        Ok(checkup.finish())
    }

    fn properties(&self, window: Window) -> Pages<'_, Property> {
        properties::changed(&self.api, window)
    }

    fn residents(&self, window: Window) -> Pages<'_, Resident> {
        residents::changed(&self.api, window)
    }

    /// Nothing can be narrowed to the window.
    fn work_orders(&self, _window: Window) -> Pages<'_, WorkOrder> {
        work_orders::all(&self.api, &self.config.status, &self.statuses)
    }

    async fn properties_by_id(&self, ids: &[PropertyRef]) -> Result<Vec<Row<Property>>> {
        properties::by_id(&self.api, ids).await
    }

    async fn residents_by_id(&self, ids: &[ResidentRef]) -> Result<Vec<Row<Resident>>> {
        residents::by_id(&self.api, ids).await
    }

    async fn work_orders_by_id(&self, ids: &[WorkOrderId]) -> Result<Vec<Row<WorkOrder>>> {
        work_orders::by_id(&self.api, &self.config.status, &self.statuses, ids).await
    }

    async fn users(&self) -> Result<Vec<User>> {
        people::users(&self.api, &self.config.users).await
    }

    async fn property_groups(&self) -> Result<Vec<PropertyGroup>> {
        people::portfolios(&self.api).await
    }

    async fn create_work_order(&self, new: &NewWorkOrder, marker: &Marker) -> Result<WorkOrderId> {
        writes::create(&self.api, &self.config.status, &self.statuses, new, marker).await
    }

    async fn find_by_marker(&self, marker: &Marker) -> Result<Vec<WorkOrderId>> {
        self.markers.find(&self.api, marker).await
    }

    async fn close_work_order(&self, id: &WorkOrderId, status: ClosedStatus) -> Result<()> {
        writes::close(&self.api, &self.config.status, &self.statuses, id, status).await
    }
}
