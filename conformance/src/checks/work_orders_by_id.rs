//! [`Platform::work_orders_by_id`](latchel_sync_core::Platform::work_orders_by_id).

use latchel_sync_core::model::{ClosedStatus, Row};

use crate::bench::Bench;
use crate::expect::same;
use crate::far_side::Setup;
use crate::records::{Status, WorkOrderChange};
use crate::report::{Stop, Verdict};

/// Read, then changed on the far side, then read again.
pub async fn reads_afresh(setup: &dyn Setup) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    let (user, assigned) = bench.add_user("Freshly").await?;
    let handle = bench.far.add_work_order(&bench.work_order("Changing")).await?;
    let id = bench.titled("Changing").await?.id;
    bench.platform.work_orders_by_id(std::slice::from_ref(&id)).await?;
    bench.far.change_work_order(&handle, &WorkOrderChange::Assign(Some(user))).await?;
    // What is closed is not shown everywhere.
    let lists_closed = bench.platform.capabilities().lists_closed;
    let (status, closed) = match lists_closed {
        true => (Status::Completed, Some(ClosedStatus::Completed)),
        false => (Status::InProgress, None),
    };
    bench.far.change_work_order(&handle, &WorkOrderChange::Status(status)).await?;
    let read = bench.platform.work_orders_by_id(&[id]).await?;
    let [Row::Record(found)] = &read[..] else {
        return Err(Stop::failed(format!("one record must be found, and this is: {read:?}")));
    };
    same("the status that it got a moment ago", &found.status.closed(), &closed)?;
    same("the user that it got a moment ago", &found.assigned_users, &vec![assigned.id])
}
