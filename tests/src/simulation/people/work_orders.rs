//! The platform's work orders.

use latchel_sync_core::model::*;

use crate::simulation::account::Account;
use crate::simulation::chance::Chance;
use crate::simulation::generate::{new_work_order, put_work_order};
use crate::simulation::history::Event;
use crate::simulation::pair::{LATCHEL_USER, unit};

fn change_work_order(
    account: &Account,
    chance: &mut Chance,
    change: impl FnOnce(&mut WorkOrder, &mut Chance),
) -> Option<String> {
    let changed = account.on_platform(|world| {
        let Row::Record(one) = chance.pick_of(world.work_orders.values())? else { return None };
        let mut one = one.clone();
        change(&mut one, chance);
        put_work_order(world, false, one.clone());
        Some(one)
    })?;
    account.note(Event::WorkOrder(changed.clone()));
    let users: Vec<_> = changed.assigned_users.iter().map(UserId::as_str).collect();
    Some(format!("{} {}, assigned to {}", changed.id, changed.status, users.join(" and ")))
}

pub fn make_work_order(account: &Account, chance: &mut Chance) -> Option<String> {
    let made = account.on_platform(|world| {
        let home = match chance.percent(20) {
            true => unit("9", None),
            false => chance.pick_of(world.properties.keys())?.clone(),
        };
        let number = 100 + world.work_orders.len() as i64;
        let one = new_work_order(chance, account.habits.keeps, world, number, &home);
        if world.work_orders.contains_key(&one.id) {
            return None;
        }
        put_work_order(world, chance.percent(20), one.clone());
        Some(one)
    })?;
    account.note(Event::WorkOrder(made.clone()));
    Some(format!("{} at {}, {}", made.id, made.property, made.status))
}

pub fn assign(account: &Account, chance: &mut Chance) -> Option<String> {
    change_work_order(account, chance, |one, chance| {
        one.assigned_users = vec![UserId::new(if chance.percent(60) { LATCHEL_USER } else { "2" })];
    })
}

pub fn close_or_open(account: &Account, chance: &mut Chance) -> Option<String> {
    change_work_order(account, chance, |one, chance| {
        one.status = match &one.status {
            WorkOrderStatus::Open(_) => {
                WorkOrderStatus::Closed(chance.pick(&[ClosedStatus::Completed, ClosedStatus::Cancelled]))
            }
            WorkOrderStatus::Closed(_) => WorkOrderStatus::Open("In Progress".to_owned()),
        };
    })
}

/// Only what people made, also where it is in Latchel.
pub fn remove_work_order(account: &Account, chance: &mut Chance) -> Option<String> {
    account.on_platform(|world| {
        let Row::Record(one) = chance.pick_of(world.work_orders.values())? else { return None };
        let id = one.id.clone();
        // No id is given twice, not even that of something made by a run.
        if one.marker.is_some() || !id.as_str().starts_with('W') {
            return None;
        }
        world.work_orders.remove(&id);
        world.hinted.remove(&id);
        Some(id.to_string())
    })
}

/// Somebody makes a work order by copying another, marker and all.
pub fn copy_marker(account: &Account, chance: &mut Chance) -> Option<String> {
    let jobs = account.in_latchel(|world| world.jobs.keys().copied().collect::<Vec<_>>());
    let copied = account.on_platform(|world| {
        let home = chance.pick_of(world.properties.keys())?.clone();
        let numbers = world.work_orders.keys().filter_map(|id| id.as_str().strip_prefix('W')?.parse().ok());
        let number = numbers.max().unwrap_or(0).max(700_i64) + 1;
        let marker = Some(Marker::for_job(*chance.pick_of(jobs.iter())?));
        let title = "A copy".to_owned();
        let one =
            WorkOrder { marker, title, ..new_work_order(chance, account.habits.keeps, world, number, &home) };
        put_work_order(world, false, one.clone());
        Some(one)
    })?;
    account.note(Event::WorkOrder(copied.clone()));
    Some(format!("{} carries {:?}", copied.id, copied.marker))
}
