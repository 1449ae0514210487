//! Rental units. They have no active flag of their own: the rental's holds for them.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::call::{Answer, Call, Reply};
use super::listing::Listing;
use super::names;
use super::problem::Problem;
use crate::world::{Id, Unit, World};

const FIELDS: &[&str] = &[
    "Id",
    "PropertyId",
    "BuildingName",
    "UnitNumber",
    "Description",
    "MarketRent",
    "Address",
    "UnitBedrooms",
    "UnitBathrooms",
    "UnitSize",
    "IsUnitListed",
    "IsUnitOccupied",
];

pub(super) fn list(world: &World, call: &Call) -> Answer {
    let query = &call.query;
    query.check(&["propertyids", "lastupdatedfrom", "lastupdatedto", "orderby", "offset", "limit"], &[])?;
    let listing = Listing::of(call, FIELDS)?;
    let property_ids = query.ids("propertyids")?;
    let updated = query.updated()?;
    let rows = world
        .platform
        .units
        .iter()
        .filter(|u| property_ids.as_ref().is_none_or(|ids| ids.contains(&u.property_id)))
        .filter(|u| updated.holds(&u.updated_at))
        .collect();
    let occupied = world.occupied_units();
    listing.page(rows, |unit| render(world, unit, &occupied))
}

pub(super) fn get(world: &World, call: &Call) -> Answer {
    call.query.check(&[], &[])?;
    let unit: &Unit = world.get(call.id("unit")?).ok_or_else(|| Problem::no("unit"))?;
    Ok(Reply::One(render(world, unit, &world.occupied_units())))
}

fn render(world: &World, unit: &Unit, occupied: &HashSet<Id>) -> Value {
    let building = world.platform.properties.get(unit.property_id).map(|p| p.name.as_str());
    let record = json!({
        "Id": unit.id,
        "PropertyId": unit.property_id,
        "BuildingName": building,
        "UnitNumber": unit.number,
        "Description": null,
        "MarketRent": null,
        "Address": names::address(&unit.address),
        "UnitBedrooms": "NotSet",
        "UnitBathrooms": "NotSet",
        "UnitSize": null,
        "IsUnitListed": false,
        "IsUnitOccupied": occupied.contains(&unit.id),
    });
    world.distort("unit", unit.id, record)
}
