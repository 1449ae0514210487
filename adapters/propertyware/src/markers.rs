//! Finding work orders by their search tag, which no list can be narrowed to.
//!
//! The engine asks before every create. So all work orders that were changed in the last `marker_days` days are looked
//! through once for each connection, and after that only those that were changed since. What we created carries its
//! marker from the first moment, and its last change is never before that, so that the bound is the longest time for which
//! a create may stay without an outcome: if no run succeeds for so long after one was cut off, it could be made again.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use futures::TryStreamExt;
use latchel_sync_core::Result;
use latchel_sync_core::model::{Marker, WorkOrderId};
use latchel_sync_http::rows;
use tokio::sync::Mutex;

use crate::api::{Api, Query, modified_since, row_id};
use crate::wire::Tagged;
use crate::work_orders::WORK_ORDERS;

/// By how much a later look goes back behind the newest change that an earlier one saw: stamps of creation were seen to
/// run two hours behind.
const OVERLAP: TimeDelta = TimeDelta::hours(3);

/// The marked work orders that were seen so far.
#[derive(Debug, Default)]
pub(crate) struct Markers(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    marked: HashMap<Marker, BTreeSet<i64>>,
    /// The newest last change of all that were looked at.
    newest: Option<DateTime<Utc>>,
}

impl Markers {
    /// The work orders that carry `marker` and are still there.
    pub async fn find(&self, api: &Api, marker: &Marker, days: u32) -> Result<Vec<WorkOrderId>> {
        let mut seen = self.0.lock().await;
        seen.look(api, days).await?;
        let mut found = Vec::new();
        for id in seen.marked.get(marker).into_iter().flatten() {
            let fresh = api.find::<Tagged>(&format!("{WORK_ORDERS}/{id}")).await?;
            if fresh.is_some_and(|one| carried(&one) == Some(*marker)) {
                found.push(WorkOrderId::new(id.to_string()));
            }
        }
        Ok(found)
    }
}

impl Seen {
    async fn look(&mut self, api: &Api, days: u32) -> Result<()> {
        let bound = || Some(api.clock()? - TimeDelta::days(days.into()));
        let from = match self.newest {
            Some(newest) => Some(newest - OVERLAP),
            None if days == 0 => None,
            None => bound(),
        };
        let query: Query = from.map(modified_since).into_iter().collect();
        let mut pages = api.list(WORK_ORDERS, query).whole();
        let mut newest = self.newest;
        while let Some(page) = pages.try_next().await? {
            // What cannot be understood here carries no marker of ours, or is shown by its own page.
            for one in rows::<Tagged>(&page, "work order", row_id).into_iter().flatten() {
                newest = newest.max(one.last_modified_date_time);
                if let Some(marker) = carried(&one) {
                    self.marked.entry(marker).or_default().insert(one.id);
                }
            }
        }
        // Only now: a look that broke off has not seen all that is older.
        self.newest = newest;
        Ok(())
    }
}

fn carried(one: &Tagged) -> Option<Marker> {
    one.search_tag.as_deref().and_then(Marker::whole)
}
