//! Index of the markers on work orders. No filter looks into descriptions, so that they are read through: all of them
//! the first time, which is one call for a thousand, and afterwards those that changed since.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use futures::TryStreamExt;
use latchel_sync_core::Result;
use latchel_sync_core::model::{Marker, Window, WorkOrderId};
use latchel_sync_http::loose::id_in;
use serde_json::Value;
use tokio::sync::Mutex;

use crate::api::{Api, WORK_ORDERS, everything, row_id, since};

/// Distance by which the next reading begins before the newest change that was seen: changes may become visible out of
/// order.
const OVERLAP: TimeDelta = TimeDelta::minutes(10);

/// Markers that are known so far.
#[derive(Debug, Default)]
pub(crate) struct Markers(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    markers: HashMap<String, Marker>,
    newest: Option<DateTime<Utc>>,
}

impl Markers {
    /// The work orders that carry this marker, by a reading of now.
    pub async fn find(&self, api: &Api, marker: &Marker) -> Result<Vec<WorkOrderId>> {
        let mut known = self.0.lock().await;
        let filters = match known.newest {
            Some(newest) => since(WORK_ORDERS, Window { from: newest - OVERLAP }),
            None => everything(WORK_ORDERS),
        };
        let mut pages = api.list(WORK_ORDERS, filters).pages();
        let mut newest = known.newest;
        while let Some(page) = pages.try_next().await? {
            for row in &page {
                known.note(row);
                newest = newest.max(updated_at(row));
            }
        }
        // Only once every page was read: what is missing of an interrupted reading must be read again.
        known.newest = newest;
        let mut found: Vec<_> =
            known.markers.iter().filter(|(_, one)| *one == marker).map(|(id, _)| id).collect();
        found.sort();
        Ok(found.into_iter().map(WorkOrderId::new).collect())
    }
}

impl Known {
    fn note(&mut self, row: &Value) {
        let Some(id) = row_id(row) else { return };
        let description = id_in(row, "JobDescription").unwrap_or_default();
        match Marker::on_last_line(&description) {
            Some((_, marker)) => drop(self.markers.insert(id, marker)),
            None => drop(self.markers.remove(&id)),
        }
    }
}

fn updated_at(row: &Value) -> Option<DateTime<Utc>> {
    id_in(row, "LastUpdatedAt")?.parse().ok()
}
