//! Choice of the work orders held back on their way to the platform that are worth another look (rules L4, L11, L15).

use crate::Result;
use crate::engine::context::Context;
use crate::engine::phases::export::standing;
use crate::engine::phases::index::distinct;
use crate::ledger::{Pending, RecordMemory};
use crate::model::{Kind, Link, Obstacle, PropertyRef, Reason, Side, SyncMethod};
use crate::rules::{Standing, sync_method};

/// Tells for each pending record, in order, if it is worth another look. One that is held back is, once its bar is
/// gone. What the platform shows of a work order was noted when it was listed there, so that no call is made for it;
/// for their properties there is one look-up on each side.
pub(in crate::engine) async fn ready(cx: &Context<'_>, pending: &[Pending]) -> Result<Vec<bool>> {
    let held = |one: &&Pending| one.outcome.is_held_back();
    let ids = pending.iter().filter(held).map(|one| one.outcome.key.id.clone());
    let mut links = cx.recall(Kind::WorkOrder, Side::Latchel, ids).await?.into_iter().map(link_of);
    let bars: Vec<_> = pending
        .iter()
        .map(|one| match one.outcome.is_held_back() {
            true => Bar::of(one, links.next().flatten().as_ref()),
            false => Bar::Gone,
        })
        .collect();

    let by_method = cx.latchel_properties(bars.iter().filter_map(Bar::method).cloned().collect()).await?;
    let inactive = distinct(bars.iter().filter_map(Bar::inactive).cloned());
    let standing = standing::of(cx, inactive).await?;
    let is_ready = |bar: &Bar| match bar {
        Bar::Gone => true,
        Bar::Stands => false,
        Bar::Method(property) => {
            let latchel = by_method.get(property);
            sync_method(cx.policy(), latchel, Some(property), &cx.portfolios) != SyncMethod::None
        }
        Bar::Inactive(property) => standing.of_place(property) == Some(Standing::Open),
    };
    Ok(bars.iter().map(is_ready).collect())
}

fn link_of(memory: RecordMemory) -> Option<Link> {
    memory.link.map(|link| *link)
}

/// The bar that holds a work order back.
enum Bar {
    /// The bar is gone, or there was none.
    Gone,
    /// The bar still stands.
    Stands,
    /// The sync method of this property.
    Method(PropertyRef),
    /// The platform takes no writes at this property, because it is not active.
    Inactive(PropertyRef),
}

impl Bar {
    fn of(pending: &Pending, link: Option<&Link>) -> Self {
        let verdict = link.and_then(|link| link.close.as_ref());
        let property = pending.outcome.waits_for.clone();
        match (pending.outcome.reason, property) {
            (Reason::MethodNone, Some(property)) => Self::Method(property),
            // When the bar was lifted, the verdict was removed.
            _ if link.is_some() && verdict.is_none() => Self::Gone,
            (Reason::NotSupportedByPlatform, Some(property))
                if verdict.is_none_or(|one| one.obstacle == Some(Obstacle::InactiveProperty)) =>
            {
                Self::Inactive(verdict.and_then(|one| one.inactive.clone()).unwrap_or(property))
            }
            _ => Self::Stands,
        }
    }

    fn method(&self) -> Option<&PropertyRef> {
        if let Self::Method(property) = self { Some(property) } else { None }
    }

    fn inactive(&self) -> Option<&PropertyRef> {
        if let Self::Inactive(property) = self { Some(property) } else { None }
    }
}
