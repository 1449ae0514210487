//! Platform work orders whose marker counts as ours (rule WP6).

use crate::Result;
use crate::engine::context::Context;
use crate::ledger::{Intent, RecordMemory};
use crate::model::{
    Difference, Job, JobId, Kind, Link, Marker, Origin, PropertyId, PropertyRef, Row, Side, WorkOrder,
};
use crate::rules::{Assignment, ConfirmCase};

/// Finds the work orders that carry the marker of `job`, stand at one of `properties`, and are not linked with another
/// job. A link from a create of ours that no read-back has confirmed counts less than the marker. A marker that
/// somebody quotes is mere text, and so is one on a work order at another property.
pub(in crate::engine) async fn carriers(
    cx: &Context<'_>,
    job: JobId,
    properties: &[PropertyId],
) -> Result<Vec<WorkOrder>> {
    let marker = Marker::for_job(job);
    let ids = cx.platform().find_by_marker(&marker).await?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = cx.platform().work_orders_by_id(&ids).await?;
    let memories = cx.recall(Kind::WorkOrder, Side::Platform, ids.iter().map(ToString::to_string)).await?;
    let of_another = |memory: &RecordMemory| {
        let other = memory.link.as_deref().filter(|link| link.latchel_id != job.0);
        other.is_some_and(|link| link.origin != Origin::FromLatchel || !link.awaits_confirmation())
    };
    let taken: Vec<_> = memories.iter().filter(|memory| of_another(memory)).map(|one| &*one.key.id).collect();
    let agrees = |one: &WorkOrder| one.marker == Some(marker) && properties.contains(&one.property.property);
    Ok(rows
        .into_iter()
        .filter_map(|row| match row {
            Row::Record(one) if agrees(&one) && !taken.contains(&one.id.as_str()) => Some(one),
            _ => None,
        })
        .collect())
}

/// Properties at which a work order's marker counts as ours: its present one, and the one that a create of unknown
/// outcome was sent for, because people may have moved the work order in Latchel since.
pub(in crate::engine) fn places(property: &PropertyRef, intent: Option<&Intent>) -> Vec<PropertyId> {
    let sent = intent.and_then(|intent| intent.property.as_ref());
    [Some(property), sent].into_iter().flatten().map(|one| one.property.clone()).collect()
}

/// True if a marker that names `job` can be ours: one that names a work order from before the sync start is text.
pub(in crate::engine) fn may_be_ours(cx: &Context<'_>, job: &Job) -> bool {
    job.created_at > cx.sync_start
}

/// Case for comparing a work order as the platform stores it with what was sent. The assignment is compared only if the
/// ledger knows of the create, at the first look and for as long as it is missing: later it is the customer's to change
/// (rule L11).
pub(in crate::engine) fn sent(cx: &Context<'_>, link: &Link, known: Known, stored: WorkOrder) -> ConfirmCase {
    let asks = match known {
        Known::Made => link.not_stored.is_empty() || link.not_stored.contains(&Difference::Assignee),
        Known::ByItsMarker => false,
    };
    let assignment = match cx.assignees.any_of(&stored.assigned_users) {
        _ if !asks || !cx.platform().capabilities().assign_user => Assignment::NotAsked,
        true => Assignment::ToLatchel,
        false => Assignment::Missing,
    };
    let marker = Marker::for_job(JobId(link.latchel_id));
    ConfirmCase { marker, property: link.sent_for.clone(), assignment, stored }
}

/// The link after a comparison: confirmed if nothing differs.
pub(in crate::engine) fn compared(cx: &Context<'_>, link: Link, unlike: &[(Difference, String)]) -> Link {
    let whole = unlike.is_empty();
    Link {
        verified_at: whole.then_some(cx.now),
        not_stored: unlike.iter().map(|(part, _)| *part).collect(),
        sent_for: link.sent_for.clone().filter(|_| !whole),
        ..link
    }
}

/// Grounds on which a platform work order is taken for one that we created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) enum Known {
    /// The ledger knows of the create.
    Made,
    /// It carries our marker, and the ledger knows of no create.
    ByItsMarker,
}
