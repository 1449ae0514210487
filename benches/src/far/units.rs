//! Names, addresses and people of the rentable units, the same on the platform and in Latchel.

use std::ops::RangeInclusive;

/// Number of units of a property.
const UNITS_OF_A_PROPERTY: u64 = 8;

const STREETS: [&str; 8] = ["Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Hazel", "Juniper"];
const CITIES: [(&str, &str, &str); 4] = [
    ("Portland", "OR", "97201"),
    ("Boise", "ID", "83702"),
    ("Tacoma", "WA", "98402"),
    ("Reno", "NV", "89501"),
];
const PEOPLE: [(&str, &str); 6] = [
    ("Ada", "Abara"),
    ("Ben", "Brandt"),
    ("Chloé", "Castillo"),
    ("Dmitri", "Ek"),
    ("Esi", "Farkas"),
    ("Gus", "Görgün"),
];

/// The property that a unit is of.
pub fn property_of(id: u64) -> u64 {
    (id - 1) / UNITS_OF_A_PROPERTY + 1
}

fn street(property: u64) -> &'static str {
    STREETS[(property % 8) as usize]
}

/// Names of a unit and its property, and their address.
pub struct Names {
    pub property: String,
    pub unit: String,
    pub line1: String,
    pub city: &'static str,
    pub state: &'static str,
    pub postal_code: &'static str,
}

/// Names and address of a unit.
pub fn names(id: u64) -> Names {
    let property = property_of(id);
    let (city, state, postal_code) = CITIES[(property % 4) as usize];
    Names {
        property: format!("{} Court {property}", street(property)),
        unit: format!("Unit {}", (id - 1) % UNITS_OF_A_PROPERTY + 1),
        line1: format!("{} {} Street", 100 + property % 9_900, street(property)),
        city,
        state,
        postal_code,
    }
}

/// Units of a property.
pub fn units_of(property: u64) -> RangeInclusive<u64> {
    let last = property.saturating_mul(UNITS_OF_A_PROPERTY);
    last.saturating_sub(UNITS_OF_A_PROPERTY - 1)..=last
}

/// First and last name of the resident of a unit.
pub fn person(id: u64) -> (&'static str, String) {
    let (first, last) = PEOPLE[(id % 6) as usize];
    (first, format!("{last} {id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_has_the_units_that_say_so() {
        assert_eq!((units_of(1), units_of(3)), (1..=8, 17..=24));
        assert!(units_of(3).all(|unit| property_of(unit) == 3));
    }
}
