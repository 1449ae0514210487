use async_trait::async_trait;
use latchel_sync_core::model::{
    ClosedStatus, Marker, NewWorkOrder, Property, PropertyGroup, PropertyId, PropertyRef, Reach, Resident,
    ResidentRef, Row, User, UserId, Window, WorkOrder, WorkOrderId,
};
use latchel_sync_core::registry::Settings;
use latchel_sync_core::{
    Capabilities, ClockReading, Error, ErrorKind, Finding, Pages, Platform, Probe, Result, Vendor,
    choose_vendor,
};
use latchel_sync_http::rows;
use tokio::sync::OnceCell;

use crate::api::{Api, number, row_id};
use crate::config::Config;
use crate::markers::Markers;
use crate::people::{self, Managers};
use crate::wire;
use crate::work_orders::{self, WORK_ORDERS};
use crate::{properties, residents};

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
        let vendors = rows::<wire::Vendor>(&self.api.all("vendors", active).await?, "vendor", row_id);
        let vendors = vendors.into_iter().flatten().filter(|vendor| vendor.active.unwrap_or(true));
        let vendor = |vendor: wire::Vendor| Vendor {
            id: vendor.id.to_string(),
            name: vendor.company_name.or(vendor.name).unwrap_or_default(),
        };
        choose_vendor(vendors.map(vendor).collect(), self.config.vendor.as_deref())
    }

    /// Missing permissions that keep a sync from reading and writing, one finding for each.
    async fn missing(&self) -> Result<Vec<Finding>> {
        let mut findings = Vec::new();
        for (path, permission) in NEEDED {
            match self.api.peek(path).await {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::Forbidden => {
                    let remedy = format!("Give the API key the permission \"{permission}\".");
                    let subject = format!("permission for {path}");
                    findings.push(Finding::error(subject, error.to_string(), remedy));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(findings)
    }
}

#[async_trait]
impl Platform for Propertyware {
    fn clock(&self) -> Option<ClockReading> {
        self.api.clock_reading()
    }

    fn capabilities(&self) -> Capabilities {
        crate::CAPABILITIES
    }

    async fn check(&self) -> Result<Probe> {
        let server_time = match self.api.peek(properties::BUILDINGS).await {
            Ok(answer) => answer.server_time(),
            Err(error) if error.kind() == ErrorKind::Forbidden => None,
            // This call has nothing but its credentials that could be refused: missing ones get a 400.
            Err(error) if matches!(error.kind(), ErrorKind::Unauthorized | ErrorKind::Refused) => {
                let remedy = "Put all three of the API key's client id, its secret and the id of its own organisation \
                              into `client_id`, `client_secret` and `system_id`.";
                let findings = vec![Finding::error("key", error.to_string(), remedy)];
                return Ok(Probe { findings, ..Probe::default() });
            }
            Err(error) => return Err(error),
        };
        let mut findings = vec![Finding::ok("key", "accepted")];
        findings.extend(self.missing().await?);
        findings.push(match self.vendor().await {
            Ok(vendor) => Finding::ok("vendor", format!("{} (id {})", vendor.name, vendor.id)),
            Err(error) => {
                let remedy = "Add Latchel as a vendor in Propertyware, or name one with `vendor`: closing a work order \
                              takes a time card in a vendor's name.";
                Finding::error("vendor", error.message(), remedy)
            }
        });
        Ok(Probe { account_name: None, server_time, findings })
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

    /// The property managers of a building are told, but not who else may see it.
    async fn reach(&self, _user: &UserId, properties: &[PropertyId]) -> Result<Vec<Reach>> {
        Ok(vec![Reach::Unknown; properties.len()])
    }

    async fn create_work_order(&self, new: &NewWorkOrder, marker: &Marker) -> Result<WorkOrderId> {
        let created = self.api.post(WORK_ORDERS, &work_orders::new_body(new, marker)?).await?;
        row_id(&created).map(WorkOrderId::new).ok_or_else(|| {
            Error::new(ErrorKind::Malformed, "Propertyware answered a create without an id")
                .with("field", "id")
        })
    }

    async fn find_by_marker(&self, marker: &Marker) -> Result<Vec<WorkOrderId>> {
        self.markers.find(&self.api, marker, self.config.marker_days).await
    }

    async fn close_work_order(&self, id: &WorkOrderId, status: ClosedStatus) -> Result<()> {
        if !self.capabilities().can_close(status) {
            let message = "Propertyware's API can close a work order as done, and not cancel one";
            return Err(Error::new(ErrorKind::Unsupported, message).with("work order", id));
        }
        let vendor = *self.vendor.get_or_try_init(async || number(&self.vendor().await?.id)).await?;
        work_orders::close(&self.api, id, vendor).await
    }
}
