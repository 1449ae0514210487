use async_trait::async_trait;
use latchel_sync_core::model::{
    ClosedStatus, Marker, NewWorkOrder, Property, PropertyGroup, PropertyId, PropertyRef, Reach, Resident,
    ResidentRef, Row, User, UserId, Window, WorkOrder, WorkOrderId,
};
use latchel_sync_core::registry::Settings;
use latchel_sync_core::{Capabilities, ClockReading, ErrorKind, Finding, Pages, Platform, Probe, Result};

use crate::api::Api;
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

    /// Findings about the statuses that are written: one for each, good or missing.
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
        Ok(wanted.into_iter().map(finding).collect())
    }
}

#[async_trait]
impl Platform for Rentvine {
    fn clock(&self) -> Option<ClockReading> {
        self.api.clock()
    }

    fn capabilities(&self) -> Capabilities {
        crate::CAPABILITIES
    }

    async fn check(&self) -> Result<Probe> {
        let mut probe = Probe::default();
        for path in NEEDED {
            match self.api.peek(path).await {
                Ok(answer) => probe.server_time = answer.server_time(),
                Err(error) if error.kind() == ErrorKind::Unauthorized => {
                    let remedy = "Make an API key in Rentvine under Settings, and put its two halves into `access_key` \
                                  and `secret`.";
                    probe.findings = vec![Finding::error("key", error.to_string(), remedy)];
                    return Ok(probe);
                }
                Err(error) if matches!(error.kind(), ErrorKind::Forbidden | ErrorKind::NotFound) => {
                    let remedy = "Give the API key's role access to it, and see whether `base_url` is the account's host.";
                    probe.findings.push(Finding::error(
                        format!("access to {path}"),
                        error.to_string(),
                        remedy,
                    ));
                }
                Err(error) => return Err(error),
            }
        }
        let may_read = |path: &str| !probe.findings.iter().any(|finding| finding.subject.ends_with(path));
        let (users, statuses) = (may_read(people::TECHNICIANS), may_read(STATUSES));
        probe.findings.insert(0, Finding::ok("key", "accepted"));
        if statuses {
            probe.findings.extend(self.statuses().await?);
        }
        if users && self.users().await?.is_empty() {
            let detail =
                "no maintenance technician tells a user's id, so that work orders can be assigned to nobody";
            let remedy = "Name the Latchel user and its id in the table `users`.";
            probe.findings.push(Finding::warning("users", detail, remedy));
        }
        Ok(probe)
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

    /// The API does not tell which properties a user can see.
    async fn reach(&self, _user: &UserId, properties: &[PropertyId]) -> Result<Vec<Reach>> {
        Ok(vec![Reach::Unknown; properties.len()])
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
