//! The platform's residents and their stays.

use chrono::TimeDelta;
use latchel_sync_core::in_memory::PlatformWorld;
use latchel_sync_core::model::*;

use crate::simulation::account::Account;
use crate::simulation::chance::Chance;
use crate::simulation::generate::{put_resident, records, tenancy};
use crate::simulation::history::Event;
use crate::simulation::pair::{resident, unit};

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

pub fn note_move(account: &Account, chance: &mut Chance) -> Option<String> {
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
pub fn go_on(account: &Account, chance: &mut Chance) -> Option<String> {
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
pub fn take_back(account: &Account, chance: &mut Chance) -> Option<String> {
    let (changed, gone) = account.on_platform(|world| {
        let today = world.now.date_naive();
        let to_come = |one: &Tenancy| one.move_in.is_some_and(|day| day >= today);
        let coming: Vec<_> =
            records(&world.residents).into_iter().filter(|one| one.tenancies.iter().any(to_come)).collect();
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

pub fn change_contact(account: &Account, chance: &mut Chance) -> Option<String> {
    change_resident(account, chance, |one, _, world| {
        one.email = Some(format!("{}@example.com", world.now.timestamp()));
    })
}

pub fn add_resident(account: &Account, chance: &mut Chance) -> Option<String> {
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

pub fn remove_resident(account: &Account, chance: &mut Chance) -> Option<String> {
    let id = account.on_platform(|world| {
        let id = chance.pick_of(world.residents.keys())?.clone();
        world.residents.remove(&id);
        Some(id)
    })?;
    account.note(Event::ResidentRemoved(id.clone()));
    Some(id.key())
}
