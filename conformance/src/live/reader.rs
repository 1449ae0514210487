use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::TryStreamExt;
use latchel_sync_core::model::{
    Marker, Property, PropertyGroup, PropertyId, PropertyRef, Reach, Resident, ResidentRef, Row, User,
    UserId, Window, WorkOrder, WorkOrderId,
};
use latchel_sync_core::{Capabilities, Pages, Platform, Probe, Result};

use super::private::told;
use crate::report::Stop;

/// Number of hinted records that are fetched: each may cost a call.
const HINTS: usize = 20;

/// A platform that can only be read, and whose errors tell nothing of anybody.
pub(crate) struct Reader(Arc<dyn Platform>);

/// The rows of a list, as far as they were read.
pub(crate) struct Sample<T> {
    pub rows: Vec<Row<T>>,
    pub pages: usize,
    /// True if there may be more.
    pub is_cut: bool,
    pub took: Duration,
}

impl Reader {
    pub fn new(platform: Arc<dyn Platform>) -> Self {
        Self(platform)
    }

    pub fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }

    /// The platform's `Debug` output, in both forms.
    pub fn shown(&self) -> String {
        format!("{:?} {:#?}", self.0, self.0)
    }

    /// Tests the connection. Its error may contain private data.
    pub async fn check(&self) -> Result<Probe> {
        self.0.check().await
    }

    pub async fn users(&self) -> Result<Vec<User>, Stop> {
        told(self.0.users().await)
    }

    pub async fn property_groups(&self) -> Result<Vec<PropertyGroup>, Stop> {
        told(self.0.property_groups().await)
    }

    pub async fn reach(&self, user: &UserId, properties: &[PropertyId]) -> Result<Vec<Reach>, Stop> {
        told(self.0.reach(user, properties).await)
    }

    pub async fn find_by_marker(&self, marker: &Marker) -> Result<Vec<WorkOrderId>, Stop> {
        told(self.0.find_by_marker(marker).await)
    }

    pub fn properties(&self, window: Window) -> Pages<'_, Property> {
        self.0.properties(window)
    }

    pub fn residents(&self, window: Window) -> Pages<'_, Resident> {
        self.0.residents(window)
    }

    pub fn work_orders(&self, window: Window) -> Pages<'_, WorkOrder> {
        self.0.work_orders(window)
    }

    pub async fn properties_by_id(&self, ids: &[PropertyRef]) -> Result<Vec<Row<Property>>, Stop> {
        told(self.0.properties_by_id(ids).await)
    }

    pub async fn residents_by_id(&self, ids: &[ResidentRef]) -> Result<Vec<Row<Resident>>, Stop> {
        told(self.0.residents_by_id(ids).await)
    }

    pub async fn work_orders_by_id(&self, ids: &[WorkOrderId]) -> Result<Vec<Row<WorkOrder>>, Stop> {
        told(self.0.work_orders_by_id(ids).await)
    }

    /// The first rows of a list.
    pub async fn sample<T>(&self, mut pages: Pages<'_, T>, most: usize) -> Result<Sample<T>, Stop> {
        let begin = Instant::now();
        let mut sample = Sample { rows: Vec::new(), pages: 0, is_cut: false, took: Duration::ZERO };
        while let Some(page) = told(pages.try_next().await)? {
            sample.pages += 1;
            sample.rows.extend(page);
            if sample.rows.len() >= most {
                sample.is_cut = true;
                break;
            }
        }
        sample.took = begin.elapsed();
        Ok(sample)
    }

    /// Fetches some of the work orders that the list only hints at. One that cannot be fetched is left to another
    /// check.
    pub async fn fetch_hinted(&self, sample: &mut Sample<WorkOrder>) {
        let hint = |row: &Row<WorkOrder>| match row {
            Row::Hint { id, .. } => Some(WorkOrderId::new(id)),
            _ => None,
        };
        let hinted: Vec<_> = sample.rows.iter().filter_map(hint).take(HINTS).collect();
        if !hinted.is_empty() {
            sample.rows.extend(self.work_orders_by_id(&hinted).await.unwrap_or_default());
        }
    }
}
