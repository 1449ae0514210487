use std::collections::HashMap;

use crate::Result;
use crate::engine::context::Context;
use crate::engine::phases::index::distinct;
use crate::ledger::RecordMemory;
use crate::model::{Job, JobId, Kind, Side, WorkOrderId};

/// Owners of the platform work orders that unlinked Latchel work orders refer to: the Latchel work orders that are
/// linked to them. A copy of a Latchel work order carries the reference of its original, and must not take its place.
pub(in crate::engine) struct Owners(HashMap<WorkOrderId, JobId>);

impl Owners {
    pub async fn look_up(cx: &Context<'_>, records: &[(Job, RecordMemory)]) -> Result<Self> {
        let referred = |(job, memory): &(Job, RecordMemory)| match memory.link {
            Some(_) => None,
            None => job.work_order.clone(),
        };
        let ids = distinct(records.iter().filter_map(referred));
        let memories =
            cx.recall(Kind::WorkOrder, Side::Platform, ids.iter().map(ToString::to_string)).await?;
        let owned = |(id, memory): (_, RecordMemory)| Some((id, JobId(memory.link?.latchel_id)));
        Ok(Self(ids.into_iter().zip(memories).filter_map(owned).collect()))
    }

    /// The owner, if it is another; of several that refer to one without an owner, the first becomes it.
    pub fn other_than(&mut self, job: &Job, memory: &RecordMemory) -> Option<JobId> {
        let reference = job.work_order.as_ref().filter(|_| memory.link.is_none())?;
        let owner = *self.0.entry(reference.clone()).or_insert(job.id);
        (owner != job.id).then_some(owner)
    }
}
