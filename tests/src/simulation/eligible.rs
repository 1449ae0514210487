//! Decisions on eligibility: a work order is to be brought over or not, as things stand when a run is shown it.

use latchel_sync_core::Platform;
use latchel_sync_core::model::*;

use super::account::Account;
use super::history::Eligible;
use super::naive;

fn eligible(yes: bool) -> Eligible {
    if yes { Eligible::Yes } else { Eligible::No }
}

/// WP1, WP2, WP7; that its property is there (WP3) is waited for.
pub fn to_import(account: &Account, work_order: &WorkOrder) -> Eligible {
    let method = account.in_latchel(|world| {
        let linked = account.linked(&work_order.property).and_then(|id| world.properties.get(&id));
        let latchel = naive::carriers(world, &work_order.property).first().copied().or(linked);
        naive::method(account, latchel, Some(&work_order.property), world)
    });
    let wanted = match method {
        SyncMethod::None => false,
        SyncMethod::Assigned => naive::is_assigned(work_order),
        SyncMethod::All => true,
    };
    let left_out =
        naive::closed(work_order).is_some() && account.policy().work_orders.closed == ClosedWorkOrders::Skip;
    eligible(wanted && !left_out)
}

/// L2 to L5, L15, and what the platform can do.
pub fn to_export(account: &Account, job: &Job) -> Eligible {
    let sync_start = account.sync_start();
    let (property, method) = account.in_latchel(|world| {
        let latchel = job.property.and_then(|id| world.properties.get(&id)).cloned();
        let id = latchel.as_ref().and_then(|property| property.reference.clone());
        let method = naive::method(account, latchel.as_ref(), id.as_ref(), world);
        (id, method)
    });
    let capabilities = account.platform.capabilities();
    let unreachable = account
        .on_platform(|world| property.as_ref().is_some_and(|id| world.unreachable.contains(&id.property)));
    eligible(
        sync_start.is_some_and(|start| job.created_at > start)
            && property.is_some()
            && method != SyncMethod::None
            && !(capabilities.knows_reach && unreachable)
            && capabilities.create_work_order
            && property.is_some_and(|id| takes_writes(account, &id)),
    )
}

/// L3, L15: whether the platform has the property, and takes writes there.
pub fn takes_writes(account: &Account, id: &PropertyRef) -> bool {
    let refuses = account.platform.capabilities().refuses_at_inactive;
    account.on_platform(|world| match world.properties.get(id) {
        Some(Row::Record(one)) => one.is_active || !refuses,
        Some(_) => true,
        None => false,
    })
}
