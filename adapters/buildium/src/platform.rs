use async_trait::async_trait;
use latchel_sync_core::model::{
    ClosedStatus, GroupId, Marker, NewWorkOrder, Property, PropertyGroup, PropertyId, PropertyRef, Reach,
    Resident, ResidentRef, Row, User, UserId, Window, WorkOrder, WorkOrderId,
};
use latchel_sync_core::registry::Settings;
use latchel_sync_core::{
    Capabilities, ClockReading, Error, ErrorKind, Finding, Pages, Platform, Probe, Result, Vendor,
    choose_vendor,
};
use latchel_sync_http::rows;
use serde_json::Value;
use tokio::sync::OnceCell;

use crate::api::{Api, number, row_id};
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
        let vendors = rows::<wire::Vendor>(&self.api.all("v1/vendors", active).await?, "vendor", row_id);
        let vendors = vendors.into_iter().flatten().filter(|vendor| vendor.is_active != Some(false));
        let vendors = vendors.map(|vendor| Vendor { id: vendor.id.to_string(), name: vendor.name() });
        choose_vendor(vendors.collect(), self.config.vendor.as_deref())
    }
}

#[async_trait]
impl Platform for Buildium {
    fn clock(&self) -> Option<ClockReading> {
        self.api.clock()
    }

    fn capabilities(&self) -> Capabilities {
        crate::CAPABILITIES
    }

    async fn check(&self) -> Result<Probe> {
        let answer = match self.api.get("v1/administration/account").await {
            Ok(answer) => Some(answer),
            Err(error) if error.kind() == ErrorKind::Unauthorized => {
                let remedy = "Make an API key under Settings, Developer Tools, and put it in `client_id` and \
                              `client_secret`; the sandbox has keys of its own.";
                let findings = vec![Finding::error("key", error.to_string(), remedy)];
                return Ok(Probe { findings, ..Probe::default() });
            }
            Err(error) if error.kind() == ErrorKind::Forbidden => None,
            Err(error) => return Err(error),
        };
        let mut findings = vec![Finding::ok("key", "accepted")];
        for (path, permission) in NEEDED {
            match self.api.peek(path).await {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::Forbidden => {
                    let remedy = format!("Give the API key the permission \"{permission}\".");
                    findings.push(Finding::error(
                        format!("permission for {path}"),
                        error.to_string(),
                        remedy,
                    ));
                }
                Err(error) => return Err(error),
            }
        }
        findings.push(match self.vendor().await {
            Ok(vendor) => Finding::ok("vendor", format!("{} (id {})", vendor.name, vendor.id)),
            Err(error) => {
                let remedy = "Add Latchel as a vendor in Buildium, or name one with `vendor`.";
                Finding::error("vendor", error.message(), remedy)
            }
        });
        let account: Option<wire::Account> = answer.as_ref().map(|answer| answer.json()).transpose()?;
        Ok(Probe {
            account_name: account.and_then(|account| account.company_name),
            server_time: answer.and_then(|answer| answer.server_time()),
            findings,
        })
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
        let users = rows::<wire::User>(&self.api.all("v1/users", staff).await?, "user", row_id);
        let user = |user: wire::User| User {
            id: UserId::new(user.id.to_string()),
            name: full_name(user.first_name.as_deref(), user.last_name.as_deref()),
            is_active: user.is_active.unwrap_or(true),
        };
        Ok(users.into_iter().flatten().map(user).collect())
    }

    async fn property_groups(&self) -> Result<Vec<PropertyGroup>> {
        let groups = rows::<wire::PropertyGroup>(
            &self.api.all("v1/propertygroups", Vec::new()).await?,
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

    /// Buildium's API does not tell which properties a user can see.
    async fn reach(&self, _user: &UserId, properties: &[PropertyId]) -> Result<Vec<Reach>> {
        Ok(vec![Reach::Unknown; properties.len()])
    }

    async fn create_work_order(&self, new: &NewWorkOrder, marker: &Marker) -> Result<WorkOrderId> {
        let vendor = *self.vendor.get_or_try_init(async || number(&self.vendor().await?.id)).await?;
        let body = work_orders::new_body(new, marker, vendor, &self.config.status)?;
        let created: Value = self.api.post(work_orders::WORK_ORDERS, &body).await?.json()?;
        row_id(&created).map(WorkOrderId::new).ok_or_else(|| {
            Error::new(ErrorKind::Malformed, "Buildium answered a create without an id").with("field", "Id")
        })
    }

    async fn find_by_marker(&self, marker: &Marker) -> Result<Vec<WorkOrderId>> {
        work_orders::by_marker(&self.api, marker).await
    }

    async fn close_work_order(&self, id: &WorkOrderId, status: ClosedStatus) -> Result<()> {
        close::close(&self.api, &self.config.status, id, status).await
    }
}
