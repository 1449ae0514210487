use async_trait::async_trait;
use latchel_sync_core::model::{
    ClosedStatus, Marker, NewWorkOrder, Property, PropertyGroup, PropertyId, PropertyRef, Reach, Resident,
    ResidentRef, Row, User, UserId, Window, WorkOrder, WorkOrderId,
};
use latchel_sync_core::registry::Settings;
use latchel_sync_core::{Capabilities, ClockReading, ErrorKind, Finding, Pages, Platform, Probe, Result};
use latchel_sync_http::rows;

use crate::api::{Api, row_id};
use crate::config::Config;
use crate::wire::{self, full_name};
use crate::work_orders::Reading;
use crate::{properties, residents, work_orders, writes};

const USERS: &str = "api/users";

/// Paths that a sync reads, each with its name for people.
const NEEDED: [(&str, &str); 5] = [
    (properties::PROPERTIES, "properties"),
    (properties::UNITS, "units"),
    (residents::LEASE_TENANTS, "leases and tenants"),
    (USERS, "users"),
    (work_orders::TASKS, "tasks"),
];

#[derive(Debug)]
pub(crate) struct DoorLoop {
    api: Api,
    reading: Reading,
}

impl DoorLoop {
    pub fn connect(settings: &Settings) -> Result<Self> {
        let config: Config = settings.read()?;
        let api = Api::connect(settings, &config)?;
        Ok(Self { api, reading: Reading { types: config.types()?, words: config.status } })
    }
}

#[async_trait]
impl Platform for DoorLoop {
    fn clock(&self) -> Option<ClockReading> {
        self.api.clock()
    }

    fn capabilities(&self) -> Capabilities {
        crate::CAPABILITIES
    }

    async fn check(&self) -> Result<Probe> {
        let answer = match self.api.get("api/users/me").await {
            Ok(answer) => Some(answer),
            Err(error) if error.kind() == ErrorKind::Unauthorized => {
                let remedy = "Make an API key in DoorLoop under Settings, API Keys, and put it in `token`.";
                let findings = vec![Finding::error("token", error.to_string(), remedy)];
                return Ok(Probe { findings, ..Probe::default() });
            }
            Err(error) if matches!(error.kind(), ErrorKind::Forbidden | ErrorKind::NotFound) => None,
            Err(error) => return Err(error),
        };
        let me: Option<wire::User> = answer.as_ref().map(|answer| answer.json()).transpose()?;
        let whose = me.as_ref().map(|user| format!("accepted, of {}", name(user)));
        let mut findings = vec![Finding::ok("token", whose.as_deref().unwrap_or("accepted"))];
        for (path, what) in NEEDED {
            match self.api.peek(path).await {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::Forbidden => {
                    let remedy = format!("Give the role of the token's user access to {what}.");
                    findings.push(Finding::error(format!("access to {what}"), error.to_string(), remedy));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Probe {
            account_name: me.and_then(|user| user.company_name),
            server_time: answer.and_then(|answer| answer.server_time()),
            findings,
        })
    }

    /// Nothing can be narrowed to the window.
    fn properties(&self, _window: Window) -> Pages<'_, Property> {
        properties::all(&self.api)
    }

    /// Nothing can be narrowed to the window.
    fn residents(&self, _window: Window) -> Pages<'_, Resident> {
        residents::all(&self.api)
    }

    fn work_orders(&self, window: Window) -> Pages<'_, WorkOrder> {
        work_orders::all(&self.api, &self.reading, window)
    }

    async fn properties_by_id(&self, ids: &[PropertyRef]) -> Result<Vec<Row<Property>>> {
        properties::by_id(&self.api, ids).await
    }

    async fn residents_by_id(&self, ids: &[ResidentRef]) -> Result<Vec<Row<Resident>>> {
        residents::by_id(&self.api, ids).await
    }

    async fn work_orders_by_id(&self, ids: &[WorkOrderId]) -> Result<Vec<Row<WorkOrder>>> {
        work_orders::by_id(&self.api, &self.reading, ids).await
    }

    async fn users(&self) -> Result<Vec<User>> {
        let users = rows::<wire::User>(&self.api.all(USERS, Vec::new()).await?, "user", row_id);
        let user = |user: wire::User| User {
            name: name(&user),
            id: UserId::new(user.id),
            is_active: user.active.unwrap_or(true),
        };
        Ok(users.into_iter().flatten().map(user).collect())
    }

    /// No list of groups is documented.
    async fn property_groups(&self) -> Result<Vec<PropertyGroup>> {
        Ok(Vec::new())
    }

    /// The API does not tell which properties a user can see.
    async fn reach(&self, _user: &UserId, properties: &[PropertyId]) -> Result<Vec<Reach>> {
        Ok(vec![Reach::Unknown; properties.len()])
    }

    async fn create_work_order(&self, new: &NewWorkOrder, marker: &Marker) -> Result<WorkOrderId> {
        writes::create(&self.api, &self.reading.words, new, marker).await
    }

    async fn find_by_marker(&self, marker: &Marker) -> Result<Vec<WorkOrderId>> {
        work_orders::by_marker(&self.api, marker).await
    }

    async fn close_work_order(&self, id: &WorkOrderId, status: ClosedStatus) -> Result<()> {
        writes::close(&self.api, &self.reading.words, id, status).await
    }
}

fn name(user: &wire::User) -> String {
    full_name(user.full_name.as_deref(), user.first_name.as_deref(), user.last_name.as_deref())
}
