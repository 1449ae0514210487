//! Work orders that Latchel may have already under another reference (rule A3).

use super::{Case, Import};
use crate::engine::phases::flow::latchel_obstacles;
use crate::ledger::RecordMemory;
use crate::model::{AdoptionGuard, Kind, Reason, Side};
use crate::{Held, Result};

/// Obstacles to creates, in their order: an unlinked work order in Latchel with the same number at the same property.
pub(super) async fn of_work_orders(flow: &Import<'_>, creates: &[&Case]) -> Result<Vec<Option<Held>>> {
    let cx = flow.0;
    let mut obstacles = latchel_obstacles(flow, creates).await?;
    if cx.policy().adoption.guard == AdoptionGuard::Off || obstacles.iter().all(Option::is_some) {
        return Ok(obstacles);
    }
    let numbers: Vec<_> = creates.iter().map(|case| case.rule.platform.number.clone()).collect();
    let mut alike = cx.latchel().jobs_by_number(&numbers).await?;
    let memories =
        cx.recall(Kind::WorkOrder, Side::Latchel, alike.iter().map(|job| job.id.to_string())).await?;
    // A foreign reference makes a link with what the platform does not have.
    let bound = |memory: RecordMemory| memory.link.is_some_and(|link| !link.is_by_reference_alone());
    let mut linked = memories.into_iter().map(bound);
    alike.retain(|_| !linked.next().unwrap_or(false));
    for (obstacle, case) in obstacles.iter_mut().zip(creates).filter(|(obstacle, _)| obstacle.is_none()) {
        let platform = &case.rule.platform;
        let at = case.rule.property.as_ref().map(|property| property.id);
        let twin = alike.iter().find(|job| {
            let other = job.work_order.as_ref().is_none_or(|reference| *reference != platform.id);
            job.number.as_ref() == Some(&platform.number) && job.property == at && other
        });
        *obstacle = twin.map(|job| Held {
            reason: Reason::PossibleTwin,
            detail: format!(
                "Latchel's work order {} has the number {} at the same property",
                job.id, platform.number
            ),
        });
    }
    Ok(obstacles)
}
