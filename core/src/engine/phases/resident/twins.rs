//! Residents whom Latchel may have already under another reference (rule A3).

use std::collections::HashMap;

use super::{Case, Residents};
use crate::engine::phases::flow::latchel_obstacles;
use crate::model::{AdoptionGuard, Kind, LatchelPropertyId, LatchelResidentId, Reason, Side};
use crate::{Held, Result};

/// Obstacles to creates, in their order. At a property where Latchel has an active resident under a reference that nothing
/// links, the new one may be the same person: names are not compared here.
pub(super) async fn of_residents(flow: &Residents<'_>, creates: &[&Case]) -> Result<Vec<Option<Held>>> {
    let cx = flow.0;
    let mut obstacles = latchel_obstacles(flow, creates).await?;
    if cx.policy().adoption.guard == AdoptionGuard::Off || obstacles.iter().all(Option::is_some) {
        return Ok(obstacles);
    }
    let units = cx.latchel_properties(creates.iter().map(|case| case.rule.unit()).collect()).await?;
    let at: Vec<_> = units.values().map(|property| property.id).filter(|id| id.0 > 0).collect();
    let there = if at.is_empty() { Vec::new() } else { cx.latchel().residents_at(&at).await? };
    let ids = there.iter().map(|(_, resident)| resident.id.to_string());
    let memories = cx.recall(Kind::Resident, Side::Latchel, ids).await?;
    let mut strangers: HashMap<LatchelPropertyId, LatchelResidentId> = HashMap::new();
    for ((property, resident), memory) in there.iter().zip(memories) {
        // A reference that the same property has here is one of ours, whose own record comes or came.
        let ours = resident.reference.as_ref().is_some_and(|own| {
            units.iter().any(|(unit, found)| {
                found.id == *property
                    && found.reference.as_ref() == Some(unit)
                    && own.property == unit.property
            })
        });
        if memory.link.is_none() && !ours {
            strangers.entry(*property).or_insert(resident.id);
        }
    }
    for (obstacle, case) in obstacles.iter_mut().zip(creates).filter(|(obstacle, _)| obstacle.is_none()) {
        let property = units.get(&case.rule.unit()).map(|property| property.id);
        *obstacle =
            property.and_then(|id| strangers.get(&id).map(|twin| (id, twin))).map(|(id, twin)| Held {
                reason: Reason::PossibleTwin,
                detail: format!("Latchel's property {id} has resident {twin} under another reference"),
            });
    }
    Ok(obstacles)
}
