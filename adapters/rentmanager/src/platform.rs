use async_trait::async_trait;
use chrono_tz::Tz;
use latchel_sync_core::model::{
    ClosedStatus, Marker, NewWorkOrder, Property, PropertyGroup, PropertyId, PropertyRef, Reach, Resident,
    ResidentRef, Row, User, UserId, Window, WorkOrder, WorkOrderId,
};
use latchel_sync_core::registry::Settings;
use latchel_sync_core::{Capabilities, Finding, Pages, Platform, Probe, Result};
use latchel_sync_http::loose::number_in;
use latchel_sync_http::{Checkup, Ways, created, rows};
use serde_json::Value;

use crate::api::{Api, Resource};
use crate::config::{CATEGORIES, Config, PRIORITIES, STATUSES};
use crate::filters::Filters;
use crate::tables::{Known, Table};
use crate::wire;
use crate::work_orders::{self, ID, ISSUES, Reading};
use crate::{close, groups, places, properties, residents};

const USERS: Resource = Resource { path: "Users", fields: "", embeds: "" };

/// Paths that a sync reads, each with the privilege that it needs.
const NEEDED: [(&str, &str); 9] = [
    (properties::PROPERTIES.path, "Properties"),
    (properties::UNITS.path, "Units"),
    (residents::TENANTS.path, "Tenants"),
    (residents::LEASES.path, "Leases"),
    (USERS.path, "Users"),
    (ISSUES.path, "Service Manager Issues, view, add and edit"),
    (STATUSES.0, "Service Manager Issues"),
    (PRIORITIES.0, "Service Manager Issues"),
    (CATEGORIES.0, "Service Manager Issues"),
];
const LOG_IN: &str = "Put a user of Rent Manager that may use the Web API, its password and the location into `username`, \
                      `password` and `location_id`; a password that must be reset is reset by logging in to Rent Manager \
                      once.";

#[derive(Debug)]
pub(crate) struct RentManager {
    api: Api,
    config: Config,
    known: Known,
    zone: Tz,
    ways: Ways,
}

impl RentManager {
    pub fn connect(settings: &Settings) -> Result<Self> {
        let config: Config = settings.read()?;
        let api = Api::connect(settings, &config)?;
        Ok(Self { api, config, known: Known::default(), zone: settings.time_zone(), ways: Ways::default() })
    }

    fn reading(&self) -> Reading<'_> {
        let Self { api, known, config, zone, ways } = self;
        Reading { api, known, names: &config.names, zone: *zone, ways }
    }

    /// Findings about the names that work orders are written with: one for each, good or missing.
    async fn named(&self) -> Result<Vec<Finding>> {
        let (tables, names) = (self.known.afresh(&self.api).await?, &self.config.names);
        let statuses = tables.statuses.findings(&[&names.open, &names.completed, &names.cancelled]);
        let priorities = tables.priorities.findings(&[&names.normal, &names.urgent, &names.emergency]);
        let categories = Table::categories(&self.api).await?.findings(&[&names.category]);
        Ok([statuses, priorities, categories].concat())
    }
}

#[async_trait]
impl Platform for RentManager {
    fn capabilities(&self) -> Capabilities {
        crate::CAPABILITIES
    }

    async fn check(&self) -> Result<Probe> {
        let mut checkup = Checkup::of("log-in", LOG_IN);
        for (path, privilege) in NEEDED {
            let remedy = format!("Give the user the privilege \"{privilege}\" in Rent Manager.");
            checkup.need(format!("privilege for {path}"), remedy, self.api.peek(path)).await?;
        }
        // Without the privilege there are no names to look for.
        if checkup.is_complete() {
            checkup.found(self.named().await?);
            checkup.found(places::finding(self.reading()).await?);
            checkup.found(groups::findings(&self.api).await?);
        }
        Ok(checkup.finish())
    }

    fn properties(&self, window: Window) -> Pages<'_, Property> {
        properties::changed(&self.api, self.zone, window)
    }

    fn residents(&self, _window: Window) -> Pages<'_, Resident> {
        residents::all(&self.api, self.zone)
    }

    fn work_orders(&self, window: Window) -> Pages<'_, WorkOrder> {
        work_orders::changed(self.reading(), window)
    }

    async fn properties_by_id(&self, ids: &[PropertyRef]) -> Result<Vec<Row<Property>>> {
        properties::by_id(&self.api, self.zone, ids).await
    }

    async fn residents_by_id(&self, ids: &[ResidentRef]) -> Result<Vec<Row<Resident>>> {
        residents::by_id(&self.api, self.zone, ids).await
    }

    async fn work_orders_by_id(&self, ids: &[WorkOrderId]) -> Result<Vec<Row<WorkOrder>>> {
        work_orders::by_id(self.reading(), ids).await
    }

    async fn users(&self) -> Result<Vec<User>> {
        let id = |row: &Value| number_in(row, "UserID").map(|id| id.to_string());
        let users = rows::<wire::User>(&self.api.list(USERS, &Filters::default()).all().await?, "user", id);
        let user = |user: wire::User| User {
            id: UserId::new(user.user_id.to_string()),
            name: user.name.or(user.username).unwrap_or_default(),
            is_active: user.is_active.unwrap_or(true),
        };
        Ok(users.into_iter().flatten().map(user).collect())
    }

    async fn property_groups(&self) -> Result<Vec<PropertyGroup>> {
        groups::groups(&self.api).await
    }

    async fn reach(&self, user: &UserId, properties: &[PropertyId]) -> Result<Vec<Reach>> {
        groups::reach(&self.api, user, properties).await
    }

    async fn create_work_order(&self, new: &NewWorkOrder, marker: &Marker) -> Result<WorkOrderId> {
        let body = work_orders::new_body(self.reading(), new, marker).await?;
        let answer = self.api.post(ISSUES.path, &body).send().await?.value()?;
        // The models that were sent come back; whether one alone comes in an array is not known.
        let model = answer.as_array().and_then(|models| models.first()).unwrap_or(&answer);
        let id = WorkOrderId::new(created("Rent Manager", model, ID)?);
        // The work order is there, and its id counts, whatever becomes of its place, which is compared when it is read back.
        if let Ok(number) = self.api.number(id.as_str()) {
            let _ = places::settle(self.reading(), number, &new.property).await;
        }
        Ok(id)
    }

    async fn find_by_marker(&self, marker: &Marker) -> Result<Vec<WorkOrderId>> {
        work_orders::by_marker(&self.api, marker).await
    }

    async fn close_work_order(&self, id: &WorkOrderId, status: ClosedStatus) -> Result<()> {
        close::close(self.reading(), id, status).await
    }
}
