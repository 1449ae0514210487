//! The platform's properties and units.

use latchel_sync_core::model::*;

use crate::simulation::account::Account;
use crate::simulation::chance::Chance;
use crate::simulation::generate::{new_property, put_property, put_resident, records};
use crate::simulation::history::Event;
use crate::simulation::pair::unit;

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

pub fn hide_or_show(account: &Account, chance: &mut Chance) -> Option<String> {
    change_property(account, chance, |one, _| one.is_active = !one.is_active)
}

pub fn rename(account: &Account, chance: &mut Chance) -> Option<String> {
    change_property(account, chance, |one, chance| {
        let blank = chance.pick(&["", "", " ", "\r\n"]);
        one.property_name = format!("{blank}Oak {}{blank}", chance.below(1_000));
    })
}

pub fn change_address(account: &Account, chance: &mut Chance) -> Option<String> {
    change_property(account, chance, |one, chance| match chance.percent(40) {
        true => one.address.postal_code = None,
        false => {
            one.address.postal_code = Some(chance.from(10_000, 99_999).to_string());
            one.address.state = Some("ID".to_owned());
        }
    })
}

pub fn add_property(account: &Account, chance: &mut Chance) -> Option<String> {
    let id = unit(chance.pick(&["9", "9", "10", "3", "11"]), None);
    let added = account.on_platform(|world| {
        if world.properties.contains_key(&id) {
            return None;
        }
        let new = new_property(account.policy().adoption.guard, &id);
        let one = Property { is_active: !chance.percent(15), ..new };
        put_property(world, account.habits.stamps, one.clone());
        Some(one)
    })?;
    account.note(Event::Property(added));
    Some(id.key())
}

pub fn hide_all(account: &Account, _chance: &mut Chance) -> Option<String> {
    let hidden = account.on_platform(|world| {
        let mut all = records(&world.properties);
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

pub fn remove_property(account: &Account, chance: &mut Chance) -> Option<String> {
    let id = account.on_platform(|world| {
        let id = chance.pick_of(world.properties.keys())?.clone();
        world.properties.remove(&id);
        Some(id)
    })?;
    account.note(Event::PropertyRemoved(id.clone()));
    Some(id.key())
}

/// The unit gets a new identity, and so does everybody who lives there.
pub fn move_unit(account: &Account, chance: &mut Chance) -> Option<String> {
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
        let mut residents = records(&world.residents);
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

pub fn make_unreachable(account: &Account, chance: &mut Chance) -> Option<String> {
    let id = account.on_platform(|world| {
        let id = chance.pick_of(world.properties.keys())?.property.clone();
        world.unreachable.push(id.clone());
        Some(id)
    })?;
    Some(id.to_string())
}

/// A property is merged into another: Latchel's record gets the other's reference, and keeps its link.
pub fn merge(account: &Account, chance: &mut Chance) -> Option<String> {
    let id = unit("12", None);
    // An old copy of one system beside a new one of the other tells a run that the merge never happened.
    if account.is_stale() || !account.is_read_before_creates() {
        return None;
    }
    let merged = account.in_latchel(|world| {
        if world.properties.values().any(|one| one.reference.as_ref() == Some(&id)) {
            return None;
        }
        let one = chance.pick_of(world.properties.values_mut())?;
        let own = one.reference.as_ref()?;
        // Where Latchel can only list, a resident's reference is that of the property lived at, unless a link says otherwise.
        let moves_residents = account.only_lists() && account.linked(own) != Some(one.id);
        if moves_residents || account.is_invisible(&RecordKey::latchel(Kind::Property, one.id)) {
            return None;
        }
        one.reference = Some(id.clone());
        Some(one.clone())
    })?;
    account.note(Event::LatchelProperty(merged.clone()));
    let added = account.on_platform(|world| {
        let one = new_property(account.policy().adoption.guard, &id);
        put_property(world, account.habits.stamps, one.clone());
        one
    });
    account.note(Event::Property(added));
    Some(format!("Latchel's {} now refers to {id}", merged.id))
}
