//! The trait: properties and residents; there are no work orders.

use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt, stream};
use latchel_sync_core::model::{
    ClosedStatus, Marker, NewWorkOrder, Property, PropertyGroup, PropertyId, PropertyRef, Reach, Resident,
    ResidentRef, Row, UnitId, User, UserId, Window, WorkOrder, WorkOrderId,
};
use latchel_sync_core::{Capabilities, Error, ErrorKind, Pages, Platform, Probe, Result};
use latchel_sync_http::TextRow;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::api::Api;
use super::wire;

#[derive(Debug)]
pub(super) struct Adapter {
    api: Api,
}

impl Adapter {
    pub fn new(api: Api) -> Self {
        Self { api }
    }

    fn list<'a, W, T>(&'a self, path: &'static str, what: &'static str, window: Window) -> Pages<'a, T>
    where
        W: DeserializeOwned + Into<T> + Send + 'static,
        T: Send + 'a,
    {
        let read = move |page: Vec<TextRow<W>>| page.into_iter().map(|row| read(what, row)).collect();
        self.api.changed(path, window).map_ok(read).boxed()
    }
}

fn read<W: Into<T>, T>(what: &str, row: TextRow<W>) -> Row<T> {
    let id = |row: &Value| row.get("id").and_then(Value::as_i64).map(|id| id.to_string());
    match row.into_record(what, id) {
        Ok(wire) => Row::Record(wire.into()),
        Err(bad) => Row::Invalid(bad),
    }
}

#[async_trait]
impl Platform for Adapter {
    fn capabilities(&self) -> Capabilities {
        super::CAPABILITIES
    }

    async fn check(&self) -> Result<Probe> {
        Ok(Probe::default())
    }

    fn properties(&self, window: Window) -> Pages<'_, Property> {
        self.list::<wire::Unit, _>("units", "unit", window)
    }

    fn residents(&self, window: Window) -> Pages<'_, Resident> {
        self.list::<wire::Resident, _>("residents", "resident", window)
    }

    fn work_orders(&self, _window: Window) -> Pages<'_, WorkOrder> {
        stream::empty().boxed()
    }

    async fn properties_by_id(&self, ids: &[PropertyRef]) -> Result<Vec<Row<Property>>> {
        let units: Vec<_> = ids.iter().filter_map(|id| id.unit.as_ref()).map(UnitId::as_str).collect();
        let rows = self.api.by_id::<wire::Unit>("units", &units).await?;
        Ok(rows.into_iter().map(|row| read("unit", row)).collect())
    }

    async fn residents_by_id(&self, ids: &[ResidentRef]) -> Result<Vec<Row<Resident>>> {
        let residents: Vec<_> = ids.iter().map(|id| id.resident.as_str()).collect();
        let rows = self.api.by_id::<wire::Resident>("residents", &residents).await?;
        Ok(rows.into_iter().map(|row| read("resident", row)).collect())
    }

    async fn work_orders_by_id(&self, _ids: &[WorkOrderId]) -> Result<Vec<Row<WorkOrder>>> {
        Ok(Vec::new())
    }

    async fn users(&self) -> Result<Vec<User>> {
        Ok(Vec::new())
    }

    async fn property_groups(&self) -> Result<Vec<PropertyGroup>> {
        Ok(Vec::new())
    }

    async fn reach(&self, _user: &UserId, properties: &[PropertyId]) -> Result<Vec<Reach>> {
        Ok(vec![Reach::Unknown; properties.len()])
    }

    async fn create_work_order(&self, _new: &NewWorkOrder, _marker: &Marker) -> Result<WorkOrderId> {
        Err(none_of_that())
    }

    async fn find_by_marker(&self, _marker: &Marker) -> Result<Vec<WorkOrderId>> {
        Ok(Vec::new())
    }

    async fn close_work_order(&self, _id: &WorkOrderId, _status: ClosedStatus) -> Result<()> {
        Err(none_of_that())
    }
}

fn none_of_that() -> Error {
    Error::new(ErrorKind::Unsupported, "this platform has no work orders")
}
