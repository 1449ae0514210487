//! Records in Latchel that another program or a person has made of the platform's (rules A1 to A3).

use std::collections::BTreeSet;

use latchel_sync_core::in_memory::LatchelWorld;
use latchel_sync_core::model::*;

use super::account::Account;
use super::chance::Chance;
use super::generate::by_hand;
use super::pair::unit;

/// Adds properties with the address of one of the platform's: a few without a reference, or many with another program's.
pub fn add(chance: &mut Chance, world: &mut LatchelWorld) {
    let count = match chance.below(4) {
        0 => 3,
        1 => 1,
        _ => return,
    };
    for number in 0..count {
        let id = LatchelPropertyId(94 + number);
        let at = if count == 1 { chance.pick(&["4", "5", "9"]).to_owned() } else { (3 + number).to_string() };
        let reference = (count > 1).then(|| unit(&format!("F{number}"), None));
        let source_address = Address {
            line1: Some(format!("{at} Elm St.")),
            line2: None,
            city: Some("Boise".to_owned()),
            state: Some("ID".to_owned()),
            postal_code: Some("83702".to_owned()),
        };
        world.properties.insert(id, LatchelProperty { source_address, ..by_hand(id, reference) });
    }
}

/// Latchel's properties that nothing is linked with.
fn strangers(account: &Account) -> Vec<LatchelProperty> {
    let linked: BTreeSet<_> = account.linked_in_latchel();
    account.in_latchel(|world| {
        world.properties.values().filter(|one| !linked.contains(&one.id)).cloned().collect()
    })
}

/// True if the platform has a rentable unit of this identity, whatever its row says.
fn is_known(account: &Account, id: &PropertyRef) -> bool {
    account.on_platform(|world| world.properties.contains_key(id))
}

/// A3: a property in Latchel at the address, that does not refer to another one of the platform's.
pub fn is_twin(account: &Account, property: &Property) -> bool {
    let street = |address: &Address| {
        let line1 = address.line1.clone().unwrap_or_default();
        (line1.replace("Street", "St."), address.postal_code.clone())
    };
    let is_it = |one: &LatchelProperty| {
        let refers = one.reference.as_ref().is_some_and(|own| is_known(account, own));
        let unit = property.unit_name.as_ref().is_none_or(|unit| one.name.ends_with(unit));
        !refers && unit && street(&one.source_address) == street(&property.address)
    };
    account.in_latchel(|world| world.properties.values().cloned().collect::<Vec<_>>()).iter().any(is_it)
}

/// A1: most of Latchel's active properties are unlinked and refer to what the platform does not have. A unit that is gone is
/// nothing to speak of where another unit of its property is referred to.
pub fn is_guarded(account: &Account) -> bool {
    let active = account.in_latchel(|world| world.properties.values().filter(|one| one.is_active).count());
    let referring = strangers(account).into_iter().filter(|one| one.is_active);
    let referring: Vec<PropertyRef> = referring.filter_map(|one| one.reference).collect();
    let known: BTreeSet<_> =
        referring.iter().filter(|own| is_known(account, own)).map(|own| own.property.clone()).collect();
    let foreign = referring.iter().filter(|own| !known.contains(&own.property)).count();
    account.policy().adoption.guard == AdoptionGuard::On && foreign * 2 > active
}
