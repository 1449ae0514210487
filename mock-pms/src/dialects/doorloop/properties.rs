//! Properties and their units, which the API only shows.

use serde_json::{Value, json};

use super::listing::Listing;
use super::names::{address, is_residential, property_type, without_nulls};
use super::oid::{self, oid};
use super::portfolios;
use super::problem::Problem;
use super::reply::{Answer, Reply};
use super::stamps::of_record;
use crate::dialects::endpoint::Request;
use crate::world::{Property, Unit, World};

pub(super) fn list(world: &World, request: &Request) -> Answer {
    let listing = Listing::of(request, &["filter_text", "filter_class", "filter_group"], &["filter_owner"])?;
    let group = portfolios::filter(world, &listing, "filter_group")?;
    let text = listing.part("filter_text");
    let class = listing.word("filter_class", &[("RESIDENTIAL", true), ("COMMERCIAL", false)])?;
    let rows: Vec<&Property> = world
        .platform
        .properties
        .iter()
        .filter(|one| text.as_ref().is_none_or(|part| one.name.to_lowercase().contains(part)))
        .filter(|one| group.holds(one.id))
        .filter(|one| class.is_none_or(|residential| is_residential(one.kind) == residential))
        .collect();
    listing.page(rows, |one| one.id, |one| render(world, one))
}

pub(super) fn get(world: &World, request: &Request) -> Answer {
    Listing::of(request, &[], &[])?;
    let id = oid::read::<Property>("id", request.id().unwrap_or_default())?;
    let property = world.get(id).ok_or_else(|| Problem::no("Property"))?;
    Ok(Reply::One(render(world, property)))
}

pub(super) fn list_units(world: &World, request: &Request) -> Answer {
    let listing =
        Listing::of(request, &["filter_property", "filter_text", "filter_group"], &["filter_owner"])?;
    let group = portfolios::filter(world, &listing, "filter_group")?;
    let property = listing.id::<Property>("filter_property")?;
    let text = listing.part("filter_text");
    let rows: Vec<&Unit> = world
        .platform
        .units
        .iter()
        .filter(|one| property.is_none_or(|id| one.property_id == id))
        .filter(|one| group.holds(one.property_id))
        .filter(|one| text.as_ref().is_none_or(|part| one.number.to_lowercase().contains(part)))
        .collect();
    listing.page(rows, |one| one.id, |one| render_unit(world, one))
}

pub(super) fn get_unit(world: &World, request: &Request) -> Answer {
    Listing::of(request, &[], &[])?;
    let id = oid::read::<Unit>("id", request.id().unwrap_or_default())?;
    let unit = world.get(id).ok_or_else(|| Problem::no("Unit"))?;
    Ok(Reply::One(render_unit(world, unit)))
}

fn render(world: &World, property: &Property) -> Value {
    let record = json!({
        "id": oid::<Property>(property.id),
        "name": property.name,
        "type": property_type(property.kind),
        "class": if is_residential(property.kind) { "RESIDENTIAL" } else { "COMMERCIAL" },
        "address": address(&property.address),
        "owners": [],
        // Not in the vendor's schema, but in live answers.
        "active": property.active,
        "createdAt": of_record(world, property.created_at),
        "updatedAt": of_record(world, property.updated_at),
    });
    world.distort("property", property.id, without_nulls(record))
}

fn render_unit(world: &World, unit: &Unit) -> Value {
    let property = world.get::<Property>(unit.property_id);
    let same = property.is_some_and(|property| property.address == unit.address);
    let record = json!({
        "id": oid::<Unit>(unit.id),
        "name": unit.number,
        "property": oid::<Property>(unit.property_id),
        "active": true,
        "addressSameAsProperty": same,
        "address": (!same).then(|| address(&unit.address)),
        "createdAt": of_record(world, unit.created_at),
        "updatedAt": of_record(world, unit.updated_at),
    });
    world.distort("unit", unit.id, without_nulls(record))
}
