//! What people do in both systems, at any time, also while runs go on.

use chrono::TimeDelta;
use latchel_sync_core::memory::PlatformWorld;
use latchel_sync_core::model::*;

use super::account::Account;
use super::chance::Chance;
use super::generate::{new_work_order, put_property, put_resident, put_work_order, tenancy};
use super::history::Event;
use super::pair::{LATCHEL_USER, job, property, resident, unit};

type Deed = fn(&Account, &mut Chance) -> Option<String>;

/// Each deed with how often it is done.
const DEEDS: &[(&str, usize, Deed)] = &[
    ("hides or shows a property", 6, hide_or_show),
    ("renames a property", 2, rename),
    ("changes an address", 2, change_address),
    ("adds a property", 3, add_property),
    ("hides every property", 1, hide_all),
    ("removes a property", 2, remove_property),
    ("moves a unit with its leases", 1, move_unit),
    ("makes a property unreachable", 1, make_unreachable),
    ("merges two properties", 1, merge),
    ("notes a move", 6, note_move),
    ("renews a stay or notes another unit", 4, go_on),
    ("takes back a stay to come", 2, take_back),
    ("adds a resident", 2, add_resident),
    ("takes a resident off the lease", 2, remove_resident),
    ("changes contact data", 2, change_contact),
    ("makes a work order", 4, make_work_order),
    ("assigns a work order", 4, assign),
    ("closes or opens a work order", 4, close_or_open),
    ("removes a work order", 1, remove_work_order),
    ("copies a title with its marker", 1, copy_marker),
    ("asks Latchel for work", 6, make_job),
    ("moves a Latchel work order on", 7, set_state),
    ("archives a Latchel work order", 1, archive),
    ("changes a number in Latchel", 1, change_number),
    ("switches a property in Latchel", 3, switch_property),
    ("sets a sync method in Latchel", 1, set_method),
    ("switches a resident in Latchel", 2, switch_resident),
    ("changes a date in Latchel", 1, change_date),
];

/// Does something.
pub fn act(account: &Account, chance: &mut Chance) {
    let mut which = chance.below(DEEDS.iter().map(|(_, weight, _)| weight).sum());
    for (name, weight, deed) in DEEDS {
        if which < *weight {
            if let Some(detail) = deed(account, chance) {
                account.tally.deed(name);
                let who = format!("{}/people", account.settings.name);
                account.log.say(account.clock, &who, || format!("somebody {name}: {detail}"));
            }
            return;
        }
        which -= weight;
    }
}

/// Changes one of the platform's properties.
fn change_property(
    account: &Account,
    chance: &mut Chance,
    change: impl FnOnce(&mut Property, &mut Chance),
) -> Option<String> {
    let changed = account.on_platform(|world| {
        let Row::Record(one) = chance.pick_of(world.properties.values())? else { return None };
        let mut one = one.clone();
        change(&mut one, chance);
        put_property(world, account.habits.stamps, one.clone());
        Some(one)
    })?;
    account.note(Event::Property(changed.clone()));
    let activity = if changed.is_active { "active" } else { "inactive" };
    Some(format!("{} {:?}, {activity}, {}", changed.id, changed.name(), changed.address.one_line()))
}

fn hide_or_show(account: &Account, chance: &mut Chance) -> Option<String> {
    change_property(account, chance, |one, _| one.is_active = !one.is_active)
}

fn rename(account: &Account, chance: &mut Chance) -> Option<String> {
    change_property(account, chance, |one, chance| {
        one.property_name = format!("Oak {}", chance.below(1_000));
    })
}

fn change_address(account: &Account, chance: &mut Chance) -> Option<String> {
    change_property(account, chance, |one, chance| match chance.percent(40) {
        true => one.address.postal_code = None,
        false => {
            one.address.postal_code = Some(chance.from(10_000, 99_999).to_string());
            one.address.state = Some("ID".to_owned());
        }
    })
}

fn add_property(account: &Account, chance: &mut Chance) -> Option<String> {
    let id = unit(chance.pick(&["9", "9", "10", "3", "11"]), None);
    let added = account.on_platform(|world| {
        if world.properties.contains_key(&id) {
            return None;
        }
        let one = Property { is_active: !chance.percent(15), ..property(&id) };
        put_property(world, account.habits.stamps, one.clone());
        Some(one)
    })?;
    account.note(Event::Property(added));
    Some(id.key())
}

fn hide_all(account: &Account, _chance: &mut Chance) -> Option<String> {
    let hidden = account.on_platform(|world| {
        let mut all = super::generate::records(&world.properties);
        for one in &mut all {
            one.is_active = false;
            put_property(world, account.habits.stamps, one.clone());
        }
        all
    });
    let count = hidden.len();
    hidden.into_iter().for_each(|one| account.note(Event::Property(one)));
    Some(format!("{count} of them"))
}

fn remove_property(account: &Account, chance: &mut Chance) -> Option<String> {
    let id = account.on_platform(|world| {
        let id = chance.pick_of(world.properties.keys())?.clone();
        world.properties.remove(&id);
        Some(id)
    })?;
    account.note(Event::PropertyRemoved(id.clone()));
    Some(id.key())
}

/// The unit gets a new identity, and so does everybody who lives there.
fn move_unit(account: &Account, chance: &mut Chance) -> Option<String> {
    let (new, property, residents) = account.on_platform(|world| {
        let Row::Record(one) = chance.pick_of(world.properties.values())? else { return None };
        let old = one.id.clone();
        let new = unit("14", old.unit.as_ref().map(UnitId::as_str));
        if world.properties.contains_key(&new) || old.property == new.property {
            return None;
        }
        let property = Property { id: new.clone(), ..one.clone() };
        world.properties.remove(&old);
        put_property(world, account.habits.stamps, property.clone());
        let mut residents = super::generate::records(&world.residents);
        residents.retain(|one| {
            one.id.property == old.property && one.tenancies.iter().any(|stay| stay.unit == old.unit)
        });
        for one in &mut residents {
            world.residents.remove(&one.id);
            one.id.property = new.property.clone();
            put_resident(world, account.habits.stamps, one.clone());
        }
        Some(((old, new), property, residents))
    })?;
    let (old, new) = new;
    account.note(Event::PropertyRemoved(old.clone()));
    account.note(Event::Property(property));
    for one in residents {
        let id = ResidentRef::new(one.id.resident.clone(), old.property.clone());
        account.note(Event::ResidentRemoved(id));
        account.note(Event::Resident(one));
    }
    Some(format!("{old} is {new}"))
}

fn make_unreachable(account: &Account, chance: &mut Chance) -> Option<String> {
    let id = account.on_platform(|world| {
        let id = chance.pick_of(world.properties.keys())?.property.clone();
        world.unreachable.push(id.clone());
        Some(id)
    })?;
    Some(id.to_string())
}

/// A property is merged into another: Latchel's record gets the other's reference, and keeps its link.
fn merge(account: &Account, chance: &mut Chance) -> Option<String> {
    let id = unit("12", None);
    // An old copy of one system beside a new one of the other tells a run that the merge never happened.
    if account.is_stale() {
        return None;
    }
    let merged = account.in_latchel(|world| {
        if world.properties.values().any(|one| one.reference.as_ref() == Some(&id)) {
            return None;
        }
        let one = chance.pick_of(world.properties.values_mut())?;
        one.reference.as_ref()?;
        if account.is_invisible(&RecordKey::latchel(Kind::Property, one.id)) {
            return None;
        }
        one.reference = Some(id.clone());
        Some(one.clone())
    })?;
    account.note(Event::LatchelProperty(merged.clone()));
    let added = account.on_platform(|world| {
        put_property(world, account.habits.stamps, property(&id));
        property(&id)
    });
    account.note(Event::Property(added));
    Some(format!("Latchel's {} now refers to {id}", merged.id))
}

fn change_resident(
    account: &Account,
    chance: &mut Chance,
    change: impl FnOnce(&mut Resident, &mut Chance, &PlatformWorld),
) -> Option<String> {
    let changed = account.on_platform(|world| {
        let Row::Record(one) = chance.pick_of(world.residents.values())? else { return None };
        let mut one = one.clone();
        change(&mut one, chance, world);
        put_resident(world, account.habits.stamps, one.clone());
        Some(one)
    })?;
    account.note(Event::Resident(changed.clone()));
    let stay = |stay: &Tenancy| {
        let day = |day: Option<chrono::NaiveDate>| day.map_or("…".to_owned(), |day| day.to_string());
        format!("{}–{}", day(stay.move_in), day(stay.move_out))
    };
    let stays: Vec<_> = changed.tenancies.iter().map(stay).collect();
    Some(format!("{} {}", changed.id, stays.join(", ")))
}

fn note_move(account: &Account, chance: &mut Chance) -> Option<String> {
    change_resident(account, chance, |one, chance, world| {
        let last = one.tenancies.len() - 1;
        let day = (world.now + TimeDelta::days(chance.from(-4, 6))).date_naive();
        match chance.below(6) {
            0 => one.tenancies[last].move_out = None,
            1 => one.tenancies[last].move_in = Some(day),
            2 => {
                let home = PropertyRef::new(one.id.property.clone(), one.tenancies[last].unit.clone());
                one.tenancies.push(tenancy(chance, &home, world.now));
            }
            _ => one.tenancies[last].move_out = Some(day),
        }
    })
}

/// A lease that begins on the day on which the one before ends, or a day later, there or in another unit of the property.
fn go_on(account: &Account, chance: &mut Chance) -> Option<String> {
    change_resident(account, chance, |one, chance, world| {
        let last = one.tenancies[one.tenancies.len() - 1].clone();
        let soon = (world.now + TimeDelta::days(chance.from(-3, 4))).date_naive();
        let ends = last.move_out.unwrap_or(soon);
        if let Some(one) = one.tenancies.last_mut().filter(|_| chance.percent(80)) {
            one.move_out = Some(ends);
        }
        let unit = match last.unit.as_ref().map(UnitId::as_str) {
            Some("A") if chance.percent(50) => Some(UnitId::new("B")),
            Some("B") if chance.percent(50) => Some(UnitId::new("A")),
            _ => last.unit,
        };
        let begins = ends + TimeDelta::days(chance.pick(&[0, 0, 0, 1]));
        let move_out = chance.percent(30).then(|| begins + TimeDelta::days(chance.from(1, 6)));
        one.tenancies.push(Tenancy { unit, move_in: Some(begins), move_out });
    })
}

/// A lease falls through: with it the resident, who had no other.
fn take_back(account: &Account, chance: &mut Chance) -> Option<String> {
    let (changed, gone) = account.on_platform(|world| {
        let today = world.now.date_naive();
        let to_come = |one: &Tenancy| one.move_in.is_some_and(|day| day >= today);
        let coming: Vec<_> = super::generate::records(&world.residents)
            .into_iter()
            .filter(|one| one.tenancies.iter().any(to_come))
            .collect();
        let mut one = chance.pick_of(coming.iter())?.clone();
        one.tenancies.retain(|stay| !to_come(stay));
        if one.tenancies.is_empty() {
            world.residents.remove(&one.id);
            return Some((None, one.id));
        }
        put_resident(world, account.habits.stamps, one.clone());
        Some((Some(one.clone()), one.id))
    })?;
    changed.into_iter().for_each(|one| account.note(Event::Resident(one)));
    Some(gone.key())
}

fn change_contact(account: &Account, chance: &mut Chance) -> Option<String> {
    change_resident(account, chance, |one, _, world| {
        one.email = Some(format!("{}@example.com", world.now.timestamp()));
    })
}

fn add_resident(account: &Account, chance: &mut Chance) -> Option<String> {
    let added = account.on_platform(|world| {
        let home = match chance.percent(20) {
            true => unit("9", None),
            false => chance.pick_of(world.properties.keys())?.clone(),
        };
        let mut one = resident(&home);
        one.id.resident = ResidentId::new(format!("R{}", 50 + world.residents.len()));
        one.tenancies = vec![tenancy(chance, &home, world.now)];
        put_resident(world, account.habits.stamps, one.clone());
        Some(one)
    })?;
    account.note(Event::Resident(added.clone()));
    Some(added.id.key())
}

fn remove_resident(account: &Account, chance: &mut Chance) -> Option<String> {
    let id = account.on_platform(|world| {
        let id = chance.pick_of(world.residents.keys())?.clone();
        world.residents.remove(&id);
        Some(id)
    })?;
    account.note(Event::ResidentRemoved(id.clone()));
    Some(id.key())
}

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

fn make_work_order(account: &Account, chance: &mut Chance) -> Option<String> {
    let made = account.on_platform(|world| {
        let home = match chance.percent(20) {
            true => unit("9", None),
            false => chance.pick_of(world.properties.keys())?.clone(),
        };
        let number = 100 + world.work_orders.len() as i64;
        let one = new_work_order(chance, world, number, &home);
        if world.work_orders.contains_key(&one.id) {
            return None;
        }
        put_work_order(world, chance.percent(20), one.clone());
        Some(one)
    })?;
    account.note(Event::WorkOrder(made.clone()));
    Some(format!("{} at {}, {}", made.id, made.property, made.status))
}

fn assign(account: &Account, chance: &mut Chance) -> Option<String> {
    change_work_order(account, chance, |one, chance| {
        one.assigned_users = vec![UserId::new(if chance.percent(60) { LATCHEL_USER } else { "2" })];
    })
}

fn close_or_open(account: &Account, chance: &mut Chance) -> Option<String> {
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
fn remove_work_order(account: &Account, chance: &mut Chance) -> Option<String> {
    account.on_platform(|world| {
        let Row::Record(one) = chance.pick_of(world.work_orders.values())? else { return None };
        let id = one.id.clone();
        if one.marker.is_some() {
            return None;
        }
        world.work_orders.remove(&id);
        world.hinted.remove(&id);
        Some(id.to_string())
    })
}

/// Somebody makes a work order by copying another, marker and all.
fn copy_marker(account: &Account, chance: &mut Chance) -> Option<String> {
    let jobs = account.in_latchel(|world| world.jobs.keys().copied().collect::<Vec<_>>());
    let copied = account.on_platform(|world| {
        let home = chance.pick_of(world.properties.keys())?.clone();
        let numbers = world.work_orders.keys().filter_map(|id| id.as_str().strip_prefix('W')?.parse().ok());
        let number = numbers.max().unwrap_or(0).max(700_i64) + 1;
        let marker = Some(Marker::for_job(*chance.pick_of(jobs.iter())?));
        let one = WorkOrder { marker, ..new_work_order(chance, world, number, &home) };
        put_work_order(world, false, one.clone());
        Some(one)
    })?;
    account.note(Event::WorkOrder(copied.clone()));
    Some(format!("{} carries {:?}", copied.id, copied.marker))
}

fn make_job(account: &Account, chance: &mut Chance) -> Option<String> {
    let made = account.in_latchel(|world| {
        let property = chance.pick_of(world.properties.keys()).copied();
        let id = JobId(world.jobs.keys().last().map_or(300, |last| last.0 + 1));
        let resident = chance.pick_of(world.residents.keys()).copied();
        let resident = resident.filter(|_| chance.percent(50));
        let state = chance.pick(&["Diagnosing Issue", "Diagnosing Issue", "Completed", "Forwarded to PM"]);
        let state = JobState::from_name(state);
        let property = property.filter(|_| !chance.percent(5));
        let one = Job { resident, state, ..job(id, property, world.now) };
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

fn set_state(account: &Account, chance: &mut Chance) -> Option<String> {
    let states = ["Completed", "Completed", "Cancelled", "Canceled", "Forwarded to PM", "Awaiting Invoice"];
    change_job(account, chance, |job, chance| job.state = JobState::from_name(chance.pick(&states)))
}

fn archive(account: &Account, chance: &mut Chance) -> Option<String> {
    change_job(account, chance, |job, _| job.is_archived = true)
}

fn change_number(account: &Account, chance: &mut Chance) -> Option<String> {
    change_job(account, chance, |job, chance| job.number = Some(format!("own {}", chance.below(100))))
}

fn switch_property(account: &Account, chance: &mut Chance) -> Option<String> {
    let changed = account.in_latchel(|world| {
        let one = chance.pick_of(world.properties.values_mut())?;
        one.is_active = !one.is_active;
        Some(one.clone())
    })?;
    account.note(Event::LatchelProperty(changed.clone()));
    Some(format!("{} active: {}", changed.id, changed.is_active))
}

fn set_method(account: &Account, chance: &mut Chance) -> Option<String> {
    let changed = account.in_latchel(|world| {
        let one = chance.pick_of(world.properties.values_mut())?;
        one.sync_method =
            chance.pick(&[None, Some(SyncMethod::All), Some(SyncMethod::Assigned), Some(SyncMethod::None)]);
        Some(one.clone())
    })?;
    account.note(Event::LatchelProperty(changed.clone()));
    Some(format!("{} {:?}", changed.id, changed.sync_method))
}

fn switch_resident(account: &Account, chance: &mut Chance) -> Option<String> {
    let changed = account.in_latchel(|world| {
        let one = chance.pick_of(world.residents.values_mut())?;
        one.is_active = !one.is_active;
        Some(one.clone())
    })?;
    account.note(Event::LatchelResident(changed.clone()));
    Some(format!("{} active: {}", changed.id, changed.is_active))
}

fn change_date(account: &Account, chance: &mut Chance) -> Option<String> {
    let changed = account.in_latchel(|world| {
        let day = (world.now + TimeDelta::days(chance.from(-3, 5))).date_naive();
        let one = chance.pick_of(world.residents.values_mut())?;
        one.move_out = Some(day);
        Some(one.clone())
    })?;
    account.note(Event::LatchelResident(changed.clone()));
    Some(format!("{} moves out on {:?}", changed.id, changed.move_out))
}
