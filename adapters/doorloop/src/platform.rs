use async_trait::async_trait;
use latchel_sync_core::model::{
    ClosedStatus, Marker, NewWorkOrder, Property, PropertyGroup, PropertyRef, Resident, ResidentRef, Row,
    User, UserId, Window, WorkOrder, WorkOrderId,
};
use latchel_sync_core::registry::Settings;
use latchel_sync_core::{Capabilities, ErrorKind, Pages, Platform, Probe, Result};
use latchel_sync_http::{Checkup, rows};

use crate::api::{Api, row_id};
use crate::config::Config;
use crate::wire::{self, full_name};
use crate::work_orders::Reading;
use crate::{groups, properties, residents, work_orders, writes};

const USERS: &str = "api/users";

/// Paths that a sync reads, each with its name for people.
const NEEDED: [(&str, &str); 5] = [
    (properties::PROPERTIES, "properties"),
    (properties::UNITS, "units"),
    (residents::LEASE_TENANTS, "leases and tenants"),
    (USERS, "users"),
    (work_orders::TASKS, "tasks"),
];
const TOKEN: &str = "Make an API key in DoorLoop under Settings, API Keys, and put it in `token`.";

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
    fn capabilities(&self) -> Capabilities {
        crate::CAPABILITIES
    }

    async fn check(&self) -> Result<Probe> {
        let mut checkup = Checkup::of("token", TOKEN);
        let me = match checkup.want(self.api.get("api/users/me")).await {
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            me => me?,
        };
        if let Some(me) = me.map(|answer| answer.json::<wire::User>()).transpose()? {
            checkup.accepted(format!("accepted, of {}", name(&me)));
            checkup.account(me.company_name);
        }
        for (path, what) in NEEDED {
            let remedy = format!("Give the role of the token's user access to {what}.");
            checkup.need(format!("access to {what}"), remedy, self.api.list(path).peek()).await?;
        }
        Ok(checkup.finish())
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
        let users = rows::<wire::User>(&self.api.list(USERS).all().await?, "user", row_id);
        let user = |user: wire::User| User {
            name: name(&user),
            id: UserId::new(user.id),
            is_active: user.active.unwrap_or(true),
        };
        Ok(users.into_iter().flatten().map(user).collect())
    }

    async fn property_groups(&self) -> Result<Vec<PropertyGroup>> {
        groups::groups(&self.api).await
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
