//! Work orders: read whole, because no filter goes by the last change, with a description in HTML that ends with our marker.

use std::collections::BTreeSet;

use async_stream::try_stream;
use futures::{StreamExt, TryStreamExt};
use latchel_sync_core::model::{
    Freshness, Marker, ResidentId, Row, Severity, UserId, WorkOrder, WorkOrderId,
};
use latchel_sync_core::{Pages, Result};
use serde_json::Value;

use crate::api::{Api, Query};
use crate::config::StatusWords;
use crate::html;
use crate::properties::reference;
use crate::statuses::{Known, Statuses};
use crate::wire::{self, Stamps, id_of, record};

pub(crate) const WORK_ORDERS: &str = "maintenance/work-orders";
/// The envelope of one.
pub(crate) const ENVELOPE: &str = "workOrder";
/// Rentvine's highest priority; the next is the usual one.
pub(crate) const HIGH: &str = "3";

/// So many work orders are asked for one by one; for more, the whole list is read.
const ONE_BY_ONE: usize = 20;

/// All work orders, of which the core takes those in the window by their own stamps.
pub(crate) fn all<'a>(api: &'a Api, words: &'a StatusWords, statuses: &'a Statuses) -> Pages<'a, WorkOrder> {
    try_stream! {
        let known = statuses.read(api).await?;
        let mut pages = api.list(WORK_ORDERS, Query::new()).pages();
        while let Some(page) = pages.try_next().await? {
            yield page.iter().map(|row| read(api, words, &known, row)).collect::<Vec<_>>();
        }
    }
    .boxed()
}

pub(crate) async fn by_id(
    api: &Api,
    words: &StatusWords,
    statuses: &Statuses,
    ids: &[WorkOrderId],
) -> Result<Vec<Row<WorkOrder>>> {
    let mut found = Vec::new();
    if ids.len() <= ONE_BY_ONE {
        for id in ids {
            found.extend(api.find(&format!("{WORK_ORDERS}/{id}")).await?);
        }
    } else {
        let wanted: BTreeSet<&str> = ids.iter().map(WorkOrderId::as_str).collect();
        let mut pages = api.list(WORK_ORDERS, Query::new()).whole();
        while let Some(page) = pages.try_next().await? {
            let is_wanted = |row: &Value| row_id(row).is_some_and(|id| wanted.contains(&*id));
            found.extend(page.into_iter().filter(is_wanted));
        }
    }
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let known = statuses.known(api).await?;
    Ok(found.iter().map(|row| read(api, words, &known, row)).collect())
}

pub(crate) fn row_id(row: &Value) -> Option<String> {
    id_of(row, ENVELOPE, "workOrderID")
}

/// A description as people see it, and our marker apart from it, which stands on its last line: people may quote one
/// elsewhere.
pub(crate) fn without_marker(html: &str) -> (String, Option<Marker>) {
    let description = html::to_text(html);
    match Marker::on_last_line(&description) {
        Some((before, marker)) => (before.trim().to_owned(), Some(marker)),
        None => (description, None),
    }
}

fn read(api: &Api, words: &StatusWords, known: &Known, row: &Value) -> Row<WorkOrder> {
    let wire: wire::WorkOrder = match wire::read(row, ENVELOPE) {
        Ok(wire) => wire,
        Err(bad) => return Row::Invalid(bad.of_row("work order", row_id(row), row)),
    };
    let Some(property) = wire.property else {
        let what = "a work order that is of no property".to_owned();
        return Row::NotSupported { id: wire.id, what, fingerprint: None };
    };
    let (description, marker) = without_marker(&wire.description.unwrap_or_default());
    let mut work_order = WorkOrder {
        number: wire.number.unwrap_or_else(|| wire.id.clone()),
        id: WorkOrderId::new(wire.id),
        // Work orders have none.
        title: String::new(),
        description,
        property: reference(&property, wire.unit),
        requested_by: wire.requested_by.map(ResidentId::new),
        assigned_users: wire.assigned_to.map(UserId::new).into_iter().collect(),
        status: known.meaning(words, wire.status.as_deref(), wire.primary_status.as_deref()),
        severity: if wire.priority.as_deref() == Some(HIGH) { Severity::Urgent } else { Severity::Normal },
        // A day, which is no instant.
        scheduled_start: None,
        entry_allowed: None,
        access_instructions: None,
        marker,
        freshness: Freshness::Filtered,
    };
    let Stamps { created_at, updated_at } = Stamps::of(record(row, ENVELOPE), api.zone);
    // A work order has string keys only, so that nothing is left out of its JSON.
    let content = || serde_json::to_value(&work_order).unwrap_or_default();
    work_order.freshness = Freshness::of_record(created_at, updated_at, content);
    Row::Record(work_order)
}
