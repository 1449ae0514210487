use async_trait::async_trait;
use latchel_sync_core::model::{
    ClosedStatus, Marker, NewWorkOrder, Property, PropertyGroup, PropertyRef, Resident, ResidentRef, Row,
    User, Window, WorkOrder, WorkOrderId,
};
use latchel_sync_core::registry::Settings;
use latchel_sync_core::{Capabilities, Error, ErrorKind, Pages, Platform, Probe, Result};
use latchel_sync_http::{Checkup, Vendor, choose_vendor, rows};
use tokio::sync::OnceCell;

use crate::api::{Api, Query, row_id};
use crate::config::Config;
use crate::markers::Markers;
use crate::people::{self, Managers};
use crate::wire;
use crate::work_orders::{self, WORK_ORDERS};
use crate::{properties, residents, tasks};

/// Paths that a sync reads, each with the permission that it needs.
const NEEDED: [(&str, &str); 7] = [
    (properties::BUILDINGS, "Buildings: Read"),
    ("units", "Units: Read"),
    ("leases", "Leases: Read"),
    ("contacts", "Contacts: Read"),
    ("portfolios", "Portfolios: Read"),
    ("vendors", "Vendors: Read"),
    (WORK_ORDERS, "Work Orders: Read and Write"),
];
const KEY: &str = "Put all three of the API key's client id, its secret and the id of its own organisation into `client_id`, \
                   `client_secret` and `system_id`.";
const VENDOR: &str = "Add Latchel as a vendor in Propertyware, or name one with `vendor`: closing a work order takes a time \
                      card in a vendor's name.";

#[derive(Debug)]
pub(crate) struct Propertyware {
    api: Api,
    config: Config,
    managers: Managers,
    markers: Markers,
    vendor: OnceCell<i64>,
}

impl Propertyware {
    pub fn connect(settings: &Settings) -> Result<Self> {
        let config: Config = settings.read()?;
        let api = Api::connect(settings, &config)?;
        Ok(Self {
            api,
            config,
            managers: Managers::default(),
            markers: Markers::default(),
            vendor: OnceCell::new(),
        })
    }

    /// The vendor in whose name a work order is closed.
    async fn vendor(&self) -> Result<Vendor> {
        let active = vec![("active", "true".to_owned())];
        let vendors = rows::<wire::Vendor>(&self.api.list("vendors", active).all().await?, "vendor", row_id);
        let vendors = vendors.into_iter().flatten().filter(|vendor| vendor.active.unwrap_or(true));
        let vendor = |vendor: wire::Vendor| Vendor {
            id: vendor.id.to_string(),
            name: vendor.company_name.or(vendor.name).unwrap_or_default(),
        };
        choose_vendor(vendors.map(vendor).collect(), self.config.vendor.as_deref())
    }
}

#[async_trait]
impl Platform for Propertyware {
    fn capabilities(&self) -> Capabilities {
        crate::CAPABILITIES
    }

    async fn check(&self) -> Result<Probe> {
        let mut checkup = Checkup::of("key", KEY);
        // The first call has nothing but its credentials that could be refused: missing ones get a 400.
        match self.api.list(properties::BUILDINGS, Query::new()).peek().await {
            Err(error) if error.kind() == ErrorKind::Refused => checkup.refuse(&error),
            first => drop(checkup.want(async { first }).await?),
        }
        for (path, permission) in NEEDED {
            let remedy = format!("Give the API key the permission \"{permission}\".");
            let first_row = self.api.list(path, Query::new()).peek();
            checkup.need(format!("permission for {path}"), remedy, first_row).await?;
        }
        if !checkup.is_refused() {
            let vendor = self.vendor().await.map(|vendor| vendor.to_string());
            checkup.named("vendor", vendor, VENDOR);
        }
        Ok(checkup.finish())
    }

    fn properties(&self, window: Window) -> Pages<'_, Property> {
        properties::changed(&self.api, window)
    }

    fn residents(&self, window: Window) -> Pages<'_, Resident> {
        residents::changed(&self.api, &self.config.status, window)
    }

    fn work_orders(&self, window: Window) -> Pages<'_, WorkOrder> {
        work_orders::changed(&self.api, &self.config.status, &self.managers, window)
    }

    async fn properties_by_id(&self, ids: &[PropertyRef]) -> Result<Vec<Row<Property>>> {
        properties::by_id(&self.api, ids).await
    }

    async fn residents_by_id(&self, ids: &[ResidentRef]) -> Result<Vec<Row<Resident>>> {
        residents::by_id(&self.api, &self.config.status, ids).await
    }

    async fn work_orders_by_id(&self, ids: &[WorkOrderId]) -> Result<Vec<Row<WorkOrder>>> {
        work_orders::by_id(&self.api, &self.config.status, &self.managers, ids).await
    }

    async fn users(&self) -> Result<Vec<User>> {
        self.managers.read(&self.api).await
    }

    async fn property_groups(&self) -> Result<Vec<PropertyGroup>> {
        people::portfolios(&self.api).await
    }

    async fn create_work_order(&self, new: &NewWorkOrder, marker: &Marker) -> Result<WorkOrderId> {
        let body = work_orders::new_body(&self.api, new, marker)?;
        let created = self.api.post(WORK_ORDERS, &body).send().await?;
        let id = WorkOrderId::new(created.created("id")?);
        if self.config.leave_tasks {
            // The work order is there, and its id counts, with or without the task.
            let _ = tasks::leave(&self.api, &id, tasks::ASSIGN).await;
        }
        Ok(id)
    }

    async fn find_by_marker(&self, marker: &Marker) -> Result<Vec<WorkOrderId>> {
        self.markers.find(&self.api, marker, self.config.marker_days).await
    }

    async fn close_work_order(&self, id: &WorkOrderId, status: ClosedStatus) -> Result<()> {
        if !self.capabilities().can_close(status) {
            let message = "Propertyware's API can close a work order as done, and not cancel one";
            return Err(Error::new(ErrorKind::Unsupported, message).with("work order", id));
        }
        let vendor = *self.vendor.get_or_try_init(async || self.api.number(&self.vendor().await?.id)).await?;
        work_orders::close(&self.api, id, vendor).await
    }

    async fn leave_word(&self, id: &WorkOrderId, status: ClosedStatus) -> Result<()> {
        match status {
            ClosedStatus::Cancelled if self.config.leave_tasks => {
                tasks::leave(&self.api, id, tasks::CANCEL).await
            }
            ClosedStatus::Cancelled | ClosedStatus::Completed => Ok(()),
        }
    }
}
