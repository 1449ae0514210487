//! Platform work orders that unlinked ones in Latchel refer to: another program may have written the references (rule A1).

use std::collections::HashMap;

use futures::FutureExt;

use crate::Result;
use crate::engine::context::Context;
use crate::engine::one_by_one::together_or_one_by_one;
use crate::engine::phases::index::distinct;
use crate::ledger::RecordMemory;
use crate::model::{AdoptionGuard, Job, PropertyRef, Row, WorkOrderId};

/// The work orders that the platform has, with the property of each; `None` where references alone count.
pub(super) struct ReferredTo(Option<HashMap<WorkOrderId, PropertyRef>>);

impl ReferredTo {
    /// Asks the platform for what unlinked work orders refer to.
    pub async fn look_up(cx: &Context<'_>, records: &[(Job, RecordMemory)]) -> Result<Self> {
        if cx.policy().adoption.guard == AdoptionGuard::Off {
            return Ok(Self(None));
        }
        let unlinked = records.iter().filter(|(_, memory)| memory.link.is_none());
        let ids = distinct(unlinked.filter_map(|(job, _)| job.work_order.clone()));
        if ids.is_empty() {
            return Ok(Self(Some(HashMap::new())));
        }
        // A reference of another kind is not even an id here, and must not hide the others.
        let ask = |ids: Vec<_>| async move { cx.platform().work_orders_by_id(&ids).await }.boxed();
        let (rows, _) = together_or_one_by_one(&ids, ask).await?;
        let there = rows.into_iter().filter_map(|row| match row {
            Row::Record(one) => Some((one.id, one.property)),
            _ => None,
        });
        Ok(Self(Some(there.collect())))
    }

    /// True if the platform has no such work order at the property, as far as that is known.
    pub fn is_foreign(&self, reference: &WorkOrderId, property: Option<&PropertyRef>) -> bool {
        let Some(there) = &self.0 else { return false };
        let at = there.get(reference);
        at.is_none_or(|at| property.is_some_and(|property| property.property != at.property))
    }
}
