//! Addresses as another program writes them: the same places, spelled somewhat differently.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::world::Address;

/// A place in Latchel's fields.
pub(super) struct Place {
    pub(super) name: String,
    pub(super) address1: String,
    pub(super) address2: Option<String>,
    pub(super) city: String,
}

/// Spells a property's address, and its unit's number if there is one.
pub(super) fn spelled(address: &Address, unit: Option<&str>, chance: &mut ChaCha8Rng) -> Place {
    let line = address.line1.as_deref().unwrap_or_default();
    let street = match chance.random_range(0..5) {
        0 => line.to_owned(),
        1 => line.replace("Street", "St"),
        2 => line.replace("Street", "St."),
        3 => line.to_uppercase(),
        _ => line.replace("Street", "St").to_lowercase(),
    };
    let unit = unit.map(|number| match chance.random_range(0..5) {
        0 => format!("Apt {number}"),
        1 => format!("#{number}"),
        2 => format!("Unit {number}"),
        3 => format!("apt. {number}"),
        _ => format!("UNIT {number}"),
    });
    let city = address.city.clone().unwrap_or_default();
    let city = if chance.random_range(0..4) == 0 { city.to_uppercase() } else { city };
    let name = unit.as_ref().map_or_else(|| street.clone(), |unit| format!("{street} - {unit}"));
    // One in four writes the unit into the first line.
    if let Some(unit) = unit.as_ref().filter(|_| chance.random_range(0..4) == 0) {
        return Place { name, address1: format!("{street} {unit}"), address2: None, city };
    }
    Place { name, address1: street, address2: unit, city }
}
