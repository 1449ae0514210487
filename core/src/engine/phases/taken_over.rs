//! Records of Latchel that were taken over from another program (rule A2). They may carry that program's references, which can be ids of
//! other records here: such a record is known by its link alone.

use std::collections::HashMap;

use crate::Result;
use crate::engine::context::Context;
use crate::model::{Kind, Link, Origin, Side};

/// Those of the platform's records with these keys that have a counterpart which was taken over, with its id in Latchel.
pub(in crate::engine) async fn by_key(
    cx: &Context<'_>,
    kind: Kind,
    keys: impl IntoIterator<Item = String>,
) -> Result<HashMap<String, i64>> {
    let links = links(cx, kind, Side::Platform, keys.into_iter().collect()).await?;
    Ok(links.into_iter().map(|(key, link)| (key, link.latchel_id)).collect())
}

/// Those of Latchel's records with these ids that were taken over, with the key of the platform's.
pub(in crate::engine) async fn by_id(
    cx: &Context<'_>,
    kind: Kind,
    ids: impl IntoIterator<Item = i64>,
) -> Result<HashMap<i64, String>> {
    let ids = ids.into_iter().map(|id| id.to_string()).collect();
    let links = links(cx, kind, Side::Latchel, ids).await?;
    Ok(links.into_iter().map(|(_, link)| (link.latchel_id, link.platform_id)).collect())
}

/// Drops from what was found by its reference whatever was taken over as something else.
pub(in crate::engine) async fn drop_others<C>(
    cx: &Context<'_>,
    kind: Kind,
    mut found: Vec<C>,
    (id, reference): (impl Fn(&C) -> i64, impl Fn(&C) -> Option<String>),
) -> Result<Vec<C>> {
    let taken_over = by_id(cx, kind, found.iter().map(&id)).await?;
    found.retain(|one| taken_over.get(&id(one)).is_none_or(|key| Some(key) == reference(one).as_ref()));
    Ok(found)
}

async fn links(cx: &Context<'_>, kind: Kind, side: Side, ids: Vec<String>) -> Result<Vec<(String, Link)>> {
    let memories = cx.recall(kind, side, ids.iter().cloned()).await?;
    let linked = ids.into_iter().zip(memories).filter_map(|(id, memory)| Some((id, *memory.link?)));
    Ok(linked.filter(|(_, link)| link.origin == Origin::Adopted).collect())
}
