//! Records of Latchel that were taken over from another program (rule A2). They may carry that program's references, which can be ids of
//! other records here: such a record is known by its link alone, and nothing asks Latchel for references but through this module.

use std::collections::HashMap;

use crate::Result;
use crate::engine::context::Context;
use crate::model::{
    Job, Kind, LatchelProperty, LatchelResident, Link, Origin, PropertyRef, ResidentRef, Side, WorkOrderId,
};

/// Latchel's properties that refer to these; an empty list costs no call.
pub(in crate::engine) async fn properties_by_ref(
    cx: &Context<'_>,
    refs: &[PropertyRef],
) -> Result<Vec<LatchelProperty>> {
    let found = if refs.is_empty() { Vec::new() } else { cx.latchel().properties_by_ref(refs).await? };
    let own = |one: &LatchelProperty| (one.id.0, one.reference.as_ref().map(PropertyRef::key));
    drop_others(cx, Kind::Property, found, own).await
}

/// Latchel's residents who refer to these; an empty list costs no call.
pub(in crate::engine) async fn residents_by_ref(
    cx: &Context<'_>,
    refs: &[ResidentRef],
) -> Result<Vec<LatchelResident>> {
    let found = if refs.is_empty() { Vec::new() } else { cx.latchel().residents_by_ref(refs).await? };
    let own = |one: &LatchelResident| (one.id.0, one.reference.as_ref().map(ResidentRef::key));
    drop_others(cx, Kind::Resident, found, own).await
}

/// Latchel's work orders that refer to these; an empty list costs no call.
pub(in crate::engine) async fn jobs_by_ref(cx: &Context<'_>, refs: &[WorkOrderId]) -> Result<Vec<Job>> {
    let found = if refs.is_empty() { Vec::new() } else { cx.latchel().jobs_by_ref(refs).await? };
    let own = |one: &Job| (one.id.0, one.work_order.as_ref().map(ToString::to_string));
    drop_others(cx, Kind::WorkOrder, found, own).await
}

/// Those of the platform's records with these keys that have a counterpart which was taken over, with its id in Latchel.
pub(in crate::engine) async fn by_key(
    cx: &Context<'_>,
    kind: Kind,
    keys: impl IntoIterator<Item = String>,
) -> Result<HashMap<String, i64>> {
    let links = links(cx, kind, Side::Platform, keys.into_iter().collect()).await?;
    Ok(links.map(|link| (link.platform_id, link.latchel_id)).collect())
}

/// Those of Latchel's records with these ids that were taken over, with the key of the platform's.
pub(in crate::engine) async fn by_id(
    cx: &Context<'_>,
    kind: Kind,
    ids: impl IntoIterator<Item = i64>,
) -> Result<HashMap<i64, String>> {
    let ids = ids.into_iter().map(|id| id.to_string()).collect();
    let links = links(cx, kind, Side::Latchel, ids).await?;
    Ok(links.map(|link| (link.latchel_id, link.platform_id)).collect())
}

/// Drops from what was found by its reference whatever was taken over as something else.
async fn drop_others<C>(
    cx: &Context<'_>,
    kind: Kind,
    mut found: Vec<C>,
    own: impl Fn(&C) -> (i64, Option<String>),
) -> Result<Vec<C>> {
    let taken_over = by_id(cx, kind, found.iter().map(|one| own(one).0)).await?;
    found.retain(|one| {
        let (id, reference) = own(one);
        taken_over.get(&id).is_none_or(|key| Some(key) == reference.as_ref())
    });
    Ok(found)
}

async fn links(
    cx: &Context<'_>,
    kind: Kind,
    side: Side,
    ids: Vec<String>,
) -> Result<impl Iterator<Item = Link>> {
    let memories = cx.recall(kind, side, ids).await?;
    let linked = memories.into_iter().filter_map(|memory| Some(*memory.link?));
    Ok(linked.filter(|link| link.origin == Origin::Adopted))
}
