//! Finding work orders by the marker in their description, in which no list can be searched.
//!
//! The engine asks before every create. The first time in a connection all work orders are looked through, and after that
//! those from the day of the newest one on. That `startDate` goes by the day of creation is not verified, so that it has
//! to prove itself each time: where the newest one that is known is not among what it brings, all are looked through.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use futures::TryStreamExt;
use latchel_sync_core::Result;
use latchel_sync_core::model::{Marker, WorkOrderId};
use serde_json::Value;
use tokio::sync::Mutex;

use crate::api::{Api, Query};
use crate::wire::{Stamps, record};
use crate::work_orders::{ENVELOPE, WORK_ORDERS, row_id, without_marker};

/// By how much a later look goes back behind the newest work order: days are cut in a zone that is not known.
const OVERLAP: TimeDelta = TimeDelta::days(2);

/// The marked work orders that were seen so far.
#[derive(Debug, Default)]
pub(crate) struct Markers(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    marked: HashMap<Marker, BTreeSet<String>>,
    newest: Option<Newest>,
}

/// The work order that was created last of all that were looked at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Newest {
    created_at: DateTime<Utc>,
    id: String,
}

impl Markers {
    /// The work orders that carry `marker` and are still there.
    pub async fn find(&self, api: &Api, marker: &Marker) -> Result<Vec<WorkOrderId>> {
        let mut seen = self.0.lock().await;
        let proved = match seen.newest.clone() {
            Some(newest) => {
                let from = (newest.created_at - OVERLAP).format("%Y-%m-%d").to_string();
                seen.look(api, vec![("startDate", from)]).await?.contains(&newest.id)
            }
            None => false,
        };
        if !proved {
            seen.look(api, Query::new()).await?;
        }
        let mut found = Vec::new();
        for id in seen.marked.get(marker).into_iter().flatten() {
            let fresh = api.find(&format!("{WORK_ORDERS}/{id}")).await?;
            if fresh.and_then(|row| carried(&row)) == Some(*marker) {
                found.push(WorkOrderId::new(id));
            }
        }
        Ok(found)
    }
}

impl Seen {
    /// Looks through a list, and returns the ids in it.
    async fn look(&mut self, api: &Api, query: Query) -> Result<BTreeSet<String>> {
        let mut ids = BTreeSet::new();
        let mut newest = self.newest.clone();
        let mut pages = api.list(WORK_ORDERS, query).whole();
        while let Some(page) = pages.try_next().await? {
            for row in &page {
                // What has no id carries no marker of ours.
                let Some(id) = row_id(row) else { continue };
                if let Some(marker) = carried(row) {
                    self.marked.entry(marker).or_default().insert(id.clone());
                }
                let created_at = Stamps::of(record(row, ENVELOPE), api.zone).created_at;
                let this = created_at.map(|created_at| Newest { created_at, id: id.clone() });
                newest = newest.max(this);
                ids.insert(id);
            }
        }
        // Only now: a look that broke off has not seen all that is older.
        self.newest = newest;
        Ok(ids)
    }
}

fn carried(row: &Value) -> Option<Marker> {
    let description = record(row, ENVELOPE).get("description")?.as_str()?;
    // Most carry none, and need not be read as HTML.
    without_marker(Some(description).filter(|html| html.contains("Latchel"))?).1
}
