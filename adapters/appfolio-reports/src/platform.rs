use async_trait::async_trait;
use futures::TryStreamExt;
use latchel_sync_core::model::{
    Alias, Kind, Property, PropertyGroup, PropertyRef, Resident, ResidentRef, Row, User, Window, WorkOrder,
    WorkOrderId,
};
use latchel_sync_core::registry::Settings;
use latchel_sync_core::{Capabilities, Finding, Pages, Platform, Probe, Result};
use latchel_sync_http::Checkup;

use crate::api::{Api, PROPERTIES, TENANTS, TICKLER, UNITS, WORK_ORDERS};
use crate::config::Config;
use crate::{properties, residents, work_orders};

/// Reports that a sync reads, each with the column that no row can do without.
const NEEDED: [(&str, &str); 4] = [
    (PROPERTIES, "property_id"),
    (UNITS, "unit_id"),
    (TENANTS, "selected_tenant_id"),
    (WORK_ORDERS, "work_order_id"),
];
const KEY: &str = "Make Reports API credentials under General Settings, Manage API Settings, and put them in `client_id` and \
                   `client_secret`.";
const PERMIT: &str = "Permit the report to the credentials, and look at `base_url`.";

#[derive(Debug)]
pub(crate) struct Reports {
    api: Api,
    config: Config,
}

impl Reports {
    pub fn connect(settings: &Settings) -> Result<Self> {
        let config: Config = settings.read()?;
        Ok(Self { api: Api::connect(settings, &config)?, config })
    }
}

#[async_trait]
impl Platform for Reports {
    fn capabilities(&self) -> Capabilities {
        crate::CAPABILITIES
    }

    async fn check(&self) -> Result<Probe> {
        let mut checkup = Checkup::of("key", KEY).hidden_is_missing();
        for (name, column) in NEEDED {
            let mut pages = self.api.report(name, &[]);
            let page = checkup.need(format!("report {name}"), PERMIT, pages.try_next()).await?;
            let page = page.flatten().unwrap_or_default();
            if page.first().is_some_and(|row| row.get(column).is_none()) {
                let detail = format!("{name} comes without {column}");
                let remedy = "The report has other columns than this adapter knows: its rows cannot be read.";
                checkup.found([Finding::error("columns", detail, remedy)]);
            }
        }
        let mut pages = self.api.report(TICKLER, &[]);
        if checkup.want(pages.try_next()).await?.is_none() {
            let detail =
                format!("{TICKLER} cannot be read, so that who has left is flagged and not set inactive");
            checkup.found([Finding::warning(format!("report {TICKLER}"), detail, PERMIT)]);
        }
        checkup.found([Finding::warning(
            "work orders",
            "the Reports API only reads: work orders come to Latchel, and none is created, numbered or closed in AppFolio \
             (not_supported_by_platform)",
            "Enter and close those in AppFolio by hand, or use the adapter `appfolio` with access to the Stack API.",
        )]);
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

    /// Nothing can be narrowed to the window.
    fn work_orders(&self, _window: Window) -> Pages<'_, WorkOrder> {
        work_orders::all(&self.api, &self.config)
    }

    async fn properties_by_id(&self, ids: &[PropertyRef]) -> Result<Vec<Row<Property>>> {
        properties::by_id(&self.api, ids).await
    }

    async fn residents_by_id(&self, ids: &[ResidentRef]) -> Result<Vec<Row<Resident>>> {
        residents::by_id(&self.api, ids).await
    }

    async fn work_orders_by_id(&self, ids: &[WorkOrderId]) -> Result<Vec<Row<WorkOrder>>> {
        work_orders::by_id(&self.api, &self.config, ids).await
    }

    async fn users(&self) -> Result<Vec<User>> {
        work_orders::users(&self.api, &self.config).await
    }

    async fn property_groups(&self) -> Result<Vec<PropertyGroup>> {
        properties::groups(&self.api).await
    }

    /// Work orders have no other id.
    async fn aliases(&self, kind: Kind) -> Result<Vec<Alias>> {
        match kind {
            Kind::Property => properties::aliases(&self.api).await,
            Kind::Resident => residents::aliases(&self.api).await,
            Kind::WorkOrder => Ok(Vec::new()),
        }
    }
}
