use async_trait::async_trait;
use futures::TryStreamExt;
use latchel_sync_core::model::{
    ClosedStatus, Marker, NewWorkOrder, Property, PropertyGroup, PropertyRef, Resident, ResidentRef, Row,
    User, UserId, Window, WorkOrder, WorkOrderId,
};
use latchel_sync_core::registry::Settings;
use latchel_sync_core::{Capabilities, Error, Finding, Pages, Platform, Probe, Result};
use latchel_sync_http::{Checkup, rows};
use serde_json::{Value, json};

use crate::api::{Api, PROPERTIES, TENANTS, UNITS, USERS, WORK_ORDERS, everything, row_id};
use crate::config::Config;
use crate::markers::Markers;
use crate::{properties, residents, wire, work_orders};

/// Lists that a sync reads, each with a field without which it would go wrong quietly.
const NEEDED: [(&str, &str); 5] = [
    (PROPERTIES, "HiddenAt"),
    (UNITS, "PropertyId"),
    (TENANTS, "MoveOutOn"),
    (USERS, "UserRole"),
    (WORK_ORDERS, "AssignedUsers"),
];
const KEY: &str = "Make Stack API credentials under General Settings, Manage API Settings, and put them in `client_id` and \
                   `client_secret`; `developer_id` is the integration's own.";

#[derive(Debug)]
pub(crate) struct AppFolio {
    api: Api,
    config: Config,
    markers: Markers,
}

impl AppFolio {
    pub fn connect(settings: &Settings) -> Result<Self> {
        let config: Config = settings.read()?;
        Ok(Self { api: Api::connect(settings, &config)?, config, markers: Markers::default() })
    }

    async fn all_users(&self) -> Result<Vec<wire::User>> {
        let rows_of_all: Vec<Value> = self.api.list(USERS, everything(USERS)).pages().try_concat().await?;
        Ok(rows::<wire::User>(&rows_of_all, "user", row_id).into_iter().flatten().collect())
    }

    /// The users whom the sync would take for Latchel and AppFolio would not take for a technician.
    async fn without_role(&self) -> Result<Vec<Finding>> {
        let latchel = |user: &wire::User| user.name().to_lowercase().contains("latchel");
        let users = self.all_users().await?;
        let wrong = users
            .iter()
            .filter(|user| latchel(user) && user.is_active() && !self.config.can_be_assigned(user));
        let finding = |user: &wire::User| {
            let role = user.role().unwrap_or_default();
            let detail =
                format!("{} has the role {role:?}, to which no work order can be assigned", user.name());
            let remedy = format!(
                "Give the user a role that has \"{}\" in its name, or set `technician_role`.",
                self.config.technician_role
            );
            Finding::error("maintenance technician", detail, remedy)
        };
        Ok(wrong.map(finding).collect())
    }
}

#[async_trait]
impl Platform for AppFolio {
    fn capabilities(&self) -> Capabilities {
        crate::CAPABILITIES
    }

    async fn check(&self) -> Result<Probe> {
        let mut checkup = Checkup::of("key", KEY);
        for (resource, field) in NEEDED {
            let remedy = format!("Ask AppFolio to permit {resource} to the integration; writing needs Max.");
            let first_row = self.api.peek(resource);
            let seen = checkup.need(format!("permission for {resource}"), remedy, first_row).await?;
            if let Some((_, false)) = seen {
                let detail = format!("AppFolio shows no hidden {resource}");
                let remedy =
                    "Let `latchel-sync reconcile` run now and then, which notices what a list no longer has.";
                checkup.found([Finding::warning("hidden records", detail, remedy)]);
            }
            let page = seen.map(|(answer, _)| answer.value()).transpose()?.unwrap_or_default();
            if page.pointer("/data/0").is_some_and(|row| row.get(field).is_none()) {
                let remedy = "Ask AppFolio to add the field to the integration's agreement.";
                let detail = format!("{resource} come without {field}");
                checkup.found([Finding::warning("fields", detail, remedy)]);
            }
        }
        // That users may not be read is said above.
        let without_role = checkup.want(self.without_role()).await?;
        checkup.found(without_role.into_iter().flatten());
        Ok(checkup.finish())
    }

    fn properties(&self, window: Window) -> Pages<'_, Property> {
        properties::changed(&self.api, window)
    }

    fn residents(&self, window: Window) -> Pages<'_, Resident> {
        residents::changed(&self.api, window)
    }

    fn work_orders(&self, window: Window) -> Pages<'_, WorkOrder> {
        work_orders::changed(&self.api, &self.config.status, window)
    }

    async fn properties_by_id(&self, ids: &[PropertyRef]) -> Result<Vec<Row<Property>>> {
        properties::by_id(&self.api, ids).await
    }

    async fn residents_by_id(&self, ids: &[ResidentRef]) -> Result<Vec<Row<Resident>>> {
        residents::by_id(&self.api, ids).await
    }

    async fn work_orders_by_id(&self, ids: &[WorkOrderId]) -> Result<Vec<Row<WorkOrder>>> {
        work_orders::by_id(&self.api, &self.config.status, ids).await
    }

    /// A user who is no maintenance technician cannot be assigned any more than one who left, which is what *active* says here.
    async fn users(&self) -> Result<Vec<User>> {
        let user = |user: wire::User| User {
            name: user.name(),
            is_active: user.is_active() && self.config.can_be_assigned(&user),
            id: UserId::new(user.id),
        };
        Ok(self.all_users().await?.into_iter().map(user).collect())
    }

    async fn property_groups(&self) -> Result<Vec<PropertyGroup>> {
        properties::groups(&self.api).await
    }

    async fn create_work_order(&self, new: &NewWorkOrder, marker: &Marker) -> Result<WorkOrderId> {
        work_orders::create(&self.api, &self.config.status, new, marker).await
    }

    async fn find_by_marker(&self, marker: &Marker) -> Result<Vec<WorkOrderId>> {
        self.markers.find(&self.api, marker).await
    }

    async fn close_work_order(&self, id: &WorkOrderId, status: ClosedStatus) -> Result<()> {
        let body = json!({ "Status": self.config.status.word(status) });
        let call = self.api.patch(WORK_ORDERS, id.as_str(), &body).map_err(|error| named(error, id))?;
        call.send().await.map(|_| ()).map_err(|error| named(error, id))
    }
}

/// The error with the work order that it is about.
fn named(error: Error, id: &WorkOrderId) -> Error {
    error.with("work order", id)
}
