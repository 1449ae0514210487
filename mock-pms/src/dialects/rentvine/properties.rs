//! Properties, their units and portfolios. Exports leave inactive ones out unless they are asked for.

use axum::Json;
use serde_json::{Value, json};

use super::listing::{Listing, Modified, PER_PAGE, only, path_id};
use super::names::{self, flag, id, stamp};
use super::problem::Problem;
use super::reply::Answer;
use crate::dialects::endpoint::Request;
use crate::world::{Id, Property, PropertyGroup, Unit, World};

pub(super) fn list(world: &World, request: &Request) -> Answer {
    let listing = Listing::of(request, PER_PAGE, &[])?;
    let rows = world.platform.properties.iter().collect();
    listing.page(rows, |one: &&Property| one.id, |one| json!({ "property": property(world, one) }))
}

pub(super) fn get(world: &World, request: &Request) -> Answer {
    only(request, &[])?;
    let one: &Property = world.get(path_id(request)?).ok_or_else(Problem::gone)?;
    Ok(Json(json!({ "property": property(world, one) })))
}

pub(super) fn export(world: &World, request: &Request) -> Answer {
    let listing = Listing::of(request, PER_PAGE, &[&Modified::FILTERS[..], &["isActive"]].concat())?;
    let (modified, active) = (Modified::of(&listing)?, listing.flag("isActive")?.unwrap_or(true));
    let rows = world
        .platform
        .properties
        .iter()
        .filter(|one| one.active == active && modified.holds(one.updated_at))
        .collect();
    listing.page(
        rows,
        |one: &&Property| one.id,
        |one| json!({ "property": property(world, one), "portfolio": portfolio_of(world, one.id) }),
    )
}

/// The units of one property, whether it is active or not.
pub(super) fn units(world: &World, request: &Request) -> Answer {
    let listing = Listing::of(request, PER_PAGE, &[])?;
    let one: &Property = world.get(path_id(request)?).ok_or_else(Problem::gone)?;
    let rows = world.platform.units.iter().filter(|unit| unit.property_id == one.id).collect();
    listing.page(rows, |unit: &&Unit| unit.id, |unit| json!({ "unit": render_unit(world, unit) }))
}

/// Every unit with its property. A unit is active where its property is; the two do not move each other's last change.
pub(super) fn export_units(world: &World, request: &Request) -> Answer {
    let listing = Listing::of(request, PER_PAGE, &[&Modified::FILTERS[..], &["isActive"]].concat())?;
    let (modified, active) = (Modified::of(&listing)?, listing.flag("isActive")?.unwrap_or(true));
    let of = |unit: &Unit| world.platform.properties.get(unit.property_id);
    let rows = world
        .platform
        .units
        .iter()
        .filter(|unit| of(unit).is_some_and(|one| one.active) == active && modified.holds(unit.updated_at))
        .collect();
    listing.page(
        rows,
        |unit: &&Unit| unit.id,
        |unit| json!({ "unit": render_unit(world, unit), "property": of(unit).map(|one| property(world, one)) }),
    )
}

pub(super) fn portfolios(world: &World, request: &Request) -> Answer {
    let listing = Listing::of(request, PER_PAGE, &[])?;
    let rows = world.platform.property_groups.iter().collect();
    listing.page(rows, |one: &&PropertyGroup| one.id, |one| json!({ "portfolio": portfolio(world, one) }))
}

/// The portfolio that a property is in.
pub(super) fn portfolio_of(world: &World, property: Id) -> Option<Value> {
    let group = names::portfolio(world, property).and_then(|id| world.get::<PropertyGroup>(id));
    group.map(|group| portfolio(world, group))
}

fn portfolio(world: &World, group: &PropertyGroup) -> Value {
    let record = json!({ "portfolioID": id(group.id), "name": group.name, "isActive": flag(true) });
    world.distort("portfolio", group.id, record)
}

pub(super) fn property(world: &World, one: &Property) -> Value {
    let units = world.platform.units.iter().filter(|unit| unit.property_id == one.id).count();
    let record = json!({
        "propertyID": id(one.id),
        "portfolioID": names::portfolio(world, one.id).map(id),
        "name": one.name,
        "isActive": flag(one.active),
        "isMultiUnit": flag(units > 1),
        "dateTimeCreated": stamp(one.created_at),
        "dateTimeModified": stamp(one.updated_at),
    });
    world.distort("property", one.id, names::with_address(record, &one.address))
}

pub(super) fn render_unit(world: &World, unit: &Unit) -> Value {
    let active = world.platform.properties.get(unit.property_id).is_some_and(|one| one.active);
    let record = json!({
        "unitID": id(unit.id),
        "propertyID": id(unit.property_id),
        "name": unit.number,
        "isActive": flag(active),
        "dateTimeCreated": stamp(unit.created_at),
        "dateTimeModified": stamp(unit.updated_at),
    });
    world.distort("unit", unit.id, names::with_address(record, &unit.address))
}
