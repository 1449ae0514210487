use async_trait::async_trait;
use latchel_sync_core::model::{
    ClosedStatus, GroupId, Marker, NewWorkOrder, Property, PropertyGroup, PropertyId, PropertyRef, Resident,
    ResidentRef, Row, User, UserId, Window, WorkOrder, WorkOrderId,
};
use latchel_sync_core::registry::Settings;
use latchel_sync_core::{Capabilities, Pages, Platform, Probe, Result};
use latchel_sync_http::{Checkup, Vendor, choose_vendor, rows};
use tokio::sync::OnceCell;

use crate::api::{Api, Query, row_id};
use crate::config::Config;
use crate::wire::{self, full_name};
use crate::{close, properties, residents, work_orders};

/// Paths that a sync reads, each with the permission that it needs.
const NEEDED: [(&str, &str); 7] = [
    ("v1/rentals", "Rentals: Rental Properties and Units, view"),
    ("v1/leases", "Leasing: Leases, view"),
    ("v1/leases/tenants", "Leasing: Tenants, view"),
    ("v1/users", "Users, view"),
    ("v1/tasks", "Tasks, view and edit"),
    ("v1/workorders", "Work Orders, view and edit"),
    ("v1/vendors", "Vendors, view"),
];
const KEY: &str = "Make an API key under Settings, Developer Tools, and put it in `client_id` and `client_secret`; the sandbox \
                   has keys of its own.";

#[derive(Debug)]
pub(crate) struct Buildium {
    api: Api,
    config: Config,
    vendor: OnceCell<i64>,
}

impl Buildium {
    pub fn connect(settings: &Settings) -> Result<Self> {
        let config: Config = settings.read()?;
        Ok(Self { api: Api::connect(settings, &config)?, config, vendor: OnceCell::new() })
    }

    /// The vendor that a created work order must have.
    async fn vendor(&self) -> Result<Vendor> {
        let active = vec![("status", "Active".to_owned())];
        let vendors =
            rows::<wire::Vendor>(&self.api.list("v1/vendors", active).all().await?, "vendor", row_id);
        let vendors = vendors.into_iter().flatten().filter(|vendor| vendor.is_active != Some(false));
        let vendors = vendors.map(|vendor| Vendor { id: vendor.id.to_string(), name: vendor.name() });
        choose_vendor(vendors.collect(), self.config.vendor.as_deref())
    }
}

#[async_trait]
impl Platform for Buildium {
    fn capabilities(&self) -> Capabilities {
        crate::CAPABILITIES
    }

    async fn check(&self) -> Result<Probe> {
        let mut checkup = Checkup::of("key", KEY);
        if let Some(answer) = checkup.want(self.api.get("v1/administration/account")).await? {
            checkup.account(answer.json::<wire::Account>()?.company_name);
        }
        for (path, permission) in NEEDED {
            let remedy = format!("Give the API key the permission \"{permission}\".");
            let first_row = self.api.list(path, Query::new()).peek();
            checkup.need(format!("permission for {path}"), remedy, first_row).await?;
        }
        if !checkup.is_refused() {
            let vendor = self.vendor().await.map(|vendor| vendor.to_string());
            checkup.named(
                "vendor",
                vendor,
                "Add Latchel as a vendor in Buildium, or name one with `vendor`.",
            );
        }
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

    async fn users(&self) -> Result<Vec<User>> {
        let staff = vec![("usertypes", "Staff".to_owned())];
        let users = rows::<wire::User>(&self.api.list("v1/users", staff).all().await?, "user", row_id);
        let user = |user: wire::User| User {
            id: UserId::new(user.id.to_string()),
            name: full_name(user.first_name.as_deref(), user.last_name.as_deref()),
            is_active: user.is_active.unwrap_or(true),
        };
        Ok(users.into_iter().flatten().map(user).collect())
    }

    async fn property_groups(&self) -> Result<Vec<PropertyGroup>> {
        let groups = rows::<wire::PropertyGroup>(
            &self.api.list("v1/propertygroups", Query::new()).all().await?,
            "group",
            row_id,
        );
        let group = |group: wire::PropertyGroup| PropertyGroup {
            id: GroupId::new(group.id.to_string()),
            name: group.name.unwrap_or_default(),
            properties: group
                .properties
                .iter()
                .flatten()
                .map(|one| PropertyId::new(one.id.to_string()))
                .collect(),
        };
        Ok(groups.into_iter().flatten().map(group).collect())
    }

    async fn create_work_order(&self, new: &NewWorkOrder, marker: &Marker) -> Result<WorkOrderId> {
        let vendor = *self.vendor.get_or_try_init(async || self.api.number(&self.vendor().await?.id)).await?;
        let body = work_orders::new_body(&self.api, new, marker, vendor, &self.config.status)?;
        let created = self.api.post(work_orders::WORK_ORDERS, &body).send().await?;
        Ok(WorkOrderId::new(created.created("Id")?))
    }

    async fn find_by_marker(&self, marker: &Marker) -> Result<Vec<WorkOrderId>> {
        work_orders::by_marker(&self.api, marker).await
    }

    async fn close_work_order(&self, id: &WorkOrderId, status: ClosedStatus) -> Result<()> {
        close::close(&self.api, &self.config.status, id, status).await
    }
}
