//! The platform work orders that a marker is taken for ours on (rule WP6).

use super::context::Context;
use crate::Result;
use crate::ledger::Memory;
use crate::model::{Job, JobId, Kind, Marker, PropertyId, PropertyRef, Row, Side, WorkOrder};
use crate::rules::{Assignment, ConfirmCase};

/// The work orders that carry the marker of `job`, agree with it in their `property`, and belong to no other. A marker that
/// somebody quotes is text, and so is one on a work order of another property.
pub(super) async fn carriers(cx: &Context<'_>, job: JobId, property: &PropertyId) -> Result<Vec<WorkOrder>> {
    let marker = Marker::for_job(job);
    let ids = cx.platform().find_by_marker(&marker).await?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = cx.platform().work_orders_by_id(&ids).await?;
    let memories = cx.recall(Kind::WorkOrder, Side::Platform, ids.iter().map(ToString::to_string)).await?;
    let of_another = |memory: &Memory| memory.link.as_deref().is_some_and(|link| link.latchel_id != job.0);
    let taken: Vec<_> = memories.iter().filter(|memory| of_another(memory)).map(|one| &*one.key.id).collect();
    let agrees = |one: &WorkOrder| one.marker == Some(marker) && one.property.property == *property;
    Ok(rows
        .into_iter()
        .filter_map(|row| match row {
            Row::Record(one) if agrees(&one) && !taken.contains(&one.id.as_str()) => Some(one),
            _ => None,
        })
        .collect())
}

/// True if a marker that names `job` can be ours: one that names a work order from before the sync start is text.
pub(super) fn may_be_ours(cx: &Context<'_>, job: &Job) -> bool {
    job.created_at > cx.sync_start
}

/// A work order as the platform stores it, beside what it was sent as.
pub(super) fn sent(
    cx: &Context<'_>,
    job: JobId,
    property: Option<PropertyRef>,
    stored: WorkOrder,
) -> ConfirmCase {
    let assignment = match cx.assignees.any_of(&stored.assigned_users) {
        _ if !cx.platform().capabilities().assign_user => Assignment::NotPossible,
        true => Assignment::ToLatchel,
        false => Assignment::Missing,
    };
    ConfirmCase { marker: Marker::for_job(job), property, assignment, stored }
}
