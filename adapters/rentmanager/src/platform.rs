use async_trait::async_trait;
use chrono_tz::Tz;
use latchel_sync_core::model::{
    ClosedStatus, Marker, NewWorkOrder, Property, PropertyGroup, PropertyId, PropertyRef, Reach, Resident,
    ResidentRef, Row, User, UserId, Window, WorkOrder, WorkOrderId,
};
use latchel_sync_core::registry::Settings;
use latchel_sync_core::{
    Capabilities, ClockReading, Error, ErrorKind, Finding, Pages, Platform, Probe, Result,
};
use latchel_sync_http::rows;
use serde_json::Value;

use crate::api::{Api, List, integer};
use crate::config::{CATEGORIES, Config, PRIORITIES, STATUSES};
use crate::filters::Filters;
use crate::tables::{Known, Table};
use crate::wire;
use crate::work_orders::{self, ID, ISSUES, Reading};
use crate::{close, properties, residents};

const USERS: List = List { path: "Users", fields: "", embeds: "" };

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

#[derive(Debug)]
pub(crate) struct RentManager {
    api: Api,
    config: Config,
    known: Known,
    zone: Tz,
}

impl RentManager {
    pub fn connect(settings: &Settings) -> Result<Self> {
        let config: Config = settings.read()?;
        let api = Api::connect(settings, &config)?;
        Ok(Self { api, config, known: Known::default(), zone: settings.time_zone() })
    }

    fn reading(&self) -> Reading<'_> {
        Reading { api: &self.api, known: &self.known, names: &self.config.names, zone: self.zone }
    }

    /// Missing privileges that keep a sync from reading, one finding for each.
    async fn missing(&self) -> Result<Vec<Finding>> {
        let mut findings = Vec::new();
        for (path, privilege) in NEEDED {
            match self.api.peek(path).await {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::Forbidden => {
                    let remedy = format!("Give the user the privilege \"{privilege}\" in Rent Manager.");
                    findings.push(Finding::error(format!("privilege for {path}"), error.to_string(), remedy));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(findings)
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
    fn clock(&self) -> Option<ClockReading> {
        self.api.clock()
    }

    fn capabilities(&self) -> Capabilities {
        crate::CAPABILITIES
    }

    async fn check(&self) -> Result<Probe> {
        let server_time = match self.api.peek(USERS.path).await {
            Ok(answer) => answer.server_time(),
            Err(error) if error.kind() == ErrorKind::Forbidden => None,
            Err(error) if error.kind() == ErrorKind::Unauthorized => {
                let remedy = "Put a user of Rent Manager that may use the Web API, its password and the location into \
                              `username`, `password` and `location_id`; a password that must be reset is reset by \
                              logging in to Rent Manager once.";
                let findings = vec![Finding::error("log-in", error.to_string(), remedy)];
                return Ok(Probe { findings, ..Probe::default() });
            }
            Err(error) => return Err(error),
        };
        let mut findings = vec![Finding::ok("log-in", "accepted")];
        let missing = self.missing().await?;
        // Without the privilege there are no names to look for.
        findings.extend(if missing.is_empty() { self.named().await? } else { missing });
        Ok(Probe { account_name: None, server_time, findings })
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
        let id = |row: &Value| integer(row, "UserID").map(|id| id.to_string());
        let users = rows::<wire::User>(&self.api.all(USERS, Filters::default()).await?, "user", id);
        let user = |user: wire::User| User {
            id: UserId::new(user.user_id.to_string()),
            name: user.name.or(user.username).unwrap_or_default(),
            is_active: user.is_active.unwrap_or(true),
        };
        Ok(users.into_iter().flatten().map(user).collect())
    }

    /// The contract sheet knows of none.
    async fn property_groups(&self) -> Result<Vec<PropertyGroup>> {
        Ok(Vec::new())
    }

    /// Unknown for every property: Rent Manager does not tell which properties a user can see.
    async fn reach(&self, _user: &UserId, properties: &[PropertyId]) -> Result<Vec<Reach>> {
        Ok(vec![Reach::Unknown; properties.len()])
    }

    async fn create_work_order(&self, new: &NewWorkOrder, marker: &Marker) -> Result<WorkOrderId> {
        let body = work_orders::new_body(self.reading(), new, marker).await?;
        let created = self.api.post(ISSUES.path, &body).await?.value()?;
        // The models that were sent come back; whether one alone comes in an array is not known.
        let model = created.as_array().and_then(|models| models.first()).unwrap_or(&created);
        integer(model, ID).map(|id| WorkOrderId::new(id.to_string())).ok_or_else(|| {
            Error::new(ErrorKind::Malformed, "Rent Manager answered a create without an id").with("field", ID)
        })
    }

    async fn find_by_marker(&self, marker: &Marker) -> Result<Vec<WorkOrderId>> {
        work_orders::by_marker(&self.api, marker).await
    }

    async fn close_work_order(&self, id: &WorkOrderId, status: ClosedStatus) -> Result<()> {
        close::close(self.reading(), id, status).await
    }
}
