//! Units. They are hidden with their property, which does not move their own last update.

use serde_json::{Value, json};

use super::call::{Answer, Call};
use super::listing::Listing;
use super::names::{self, Kind, instant, uuid};
use super::properties::hidden_at;
use crate::world::{Unit, World};

pub(super) fn list(world: &World, call: &Call) -> Answer {
    let listing = Listing::of(call, &["Id", "PropertyId", "IncludeHidden"])?;
    let ids = listing.ids("Id", Kind::Unit)?;
    let properties = listing.ids("PropertyId", Kind::Property)?;
    let hidden = listing.with_hidden_beside_properties()?;
    let rows = world
        .platform
        .units
        .iter()
        .filter(|u| listing.holds(u.updated_at))
        .filter(|u| hidden || world.platform.properties.get(u.property_id).is_some_and(|p| p.active))
        .filter(|u| ids.as_ref().is_none_or(|ids| ids.contains(&u.id)))
        .filter(|u| properties.as_ref().is_none_or(|ids| ids.contains(&u.property_id)))
        .collect();
    listing.page_of("units", rows, |unit| render(world, unit))
}

fn render(world: &World, unit: &Unit) -> Value {
    let record = json!({
        "Id": uuid(Kind::Unit, unit.id),
        "PropertyId": uuid(Kind::Property, unit.property_id),
        "Name": unit.number,
        "RentReady": true,
        "HiddenAt": world.platform.properties.get(unit.property_id).and_then(hidden_at),
        "LastUpdatedAt": instant(unit.updated_at),
    });
    world.distort("unit", unit.id, names::with_address(record, &unit.address))
}
