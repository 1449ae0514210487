//! Latchel's work orders, and its pages for properties and residents.

use chrono::TimeDelta;
use latchel_sync_core::model::*;

use crate::simulation::account::Account;
use crate::simulation::chance::Chance;
use crate::simulation::history::Event;
use crate::simulation::pair::job;
use crate::simulation::quoted;

pub fn make_job(account: &Account, chance: &mut Chance) -> Option<String> {
    let made = account.in_latchel(|world| {
        let property = chance.pick_of(world.properties.keys()).copied();
        let id = JobId(world.jobs.keys().last().map_or(300, |last| last.0 + 1));
        let resident = chance.pick_of(world.residents.keys()).copied();
        let resident = resident.filter(|_| chance.percent(50));
        let state = chance.pick(&["Diagnosing Issue", "Diagnosing Issue", "Completed", "Forwarded to PM"]);
        let state = JobState::from_name(state);
        let property = property.filter(|_| !chance.percent(5));
        let mut one = Job { resident, state, ..job(id, property, world.now) };
        if chance.percent(20) {
            (one.name, one.description) = quoted::words(chance);
        }
        world.jobs.insert(id, one.clone());
        one
    });
    let detail = format!("Latchel's {} at {:?}, {}", made.id, made.property, made.state);
    account.note(Event::Job(made));
    Some(detail)
}

fn change_job(
    account: &Account,
    chance: &mut Chance,
    change: impl FnOnce(&mut Job, &mut Chance),
) -> Option<String> {
    let changed = account.in_latchel(|world| {
        let id = *chance.pick_of(world.jobs.keys())?;
        world.change_job(id, |job| change(job, chance));
        world.jobs.get(&id).cloned()
    })?;
    account.note(Event::Job(changed.clone()));
    Some(format!("Latchel's {} {}, #{:?}", changed.id, changed.state, changed.number))
}

pub fn set_state(account: &Account, chance: &mut Chance) -> Option<String> {
    let states = ["Completed", "Completed", "Cancelled", "Canceled", "Forwarded to PM", "Awaiting Invoice"];
    change_job(account, chance, |job, chance| job.state = JobState::from_name(chance.pick(&states)))
}

pub fn archive(account: &Account, chance: &mut Chance) -> Option<String> {
    change_job(account, chance, |job, _| job.is_archived = true)
}

pub fn change_number(account: &Account, chance: &mut Chance) -> Option<String> {
    change_job(account, chance, |job, chance| job.number = Some(format!("own {}", chance.below(100))))
}

pub fn switch_property(account: &Account, chance: &mut Chance) -> Option<String> {
    let changed = account.in_latchel(|world| {
        let one = chance.pick_of(world.properties.values_mut())?;
        one.is_active = !one.is_active;
        Some(one.clone())
    })?;
    account.note(Event::LatchelProperty(changed.clone()));
    Some(format!("{} active: {}", changed.id, changed.is_active))
}

pub fn set_method(account: &Account, chance: &mut Chance) -> Option<String> {
    let changed = account.in_latchel(|world| {
        let one = chance.pick_of(world.properties.values_mut())?;
        one.sync_method =
            chance.pick(&[None, Some(SyncMethod::All), Some(SyncMethod::Assigned), Some(SyncMethod::None)]);
        Some(one.clone())
    })?;
    account.note(Event::LatchelProperty(changed.clone()));
    Some(format!("{} {:?}", changed.id, changed.sync_method))
}

pub fn switch_resident(account: &Account, chance: &mut Chance) -> Option<String> {
    let changed = account.in_latchel(|world| {
        let one = chance.pick_of(world.residents.values_mut())?;
        one.is_active = !one.is_active;
        Some(one.clone())
    })?;
    account.note(Event::LatchelResident(changed.clone()));
    Some(format!("{} active: {}", changed.id, changed.is_active))
}

pub fn change_date(account: &Account, chance: &mut Chance) -> Option<String> {
    let changed = account.in_latchel(|world| {
        let day = (world.now + TimeDelta::days(chance.from(-3, 5))).date_naive();
        let one = chance.pick_of(world.residents.values_mut())?;
        one.move_out = Some(day);
        Some(one.clone())
    })?;
    account.note(Event::LatchelResident(changed.clone()));
    Some(format!("{} moves out on {:?}", changed.id, changed.move_out))
}
