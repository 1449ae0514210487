//! Reading properties, which nothing filters.

use serde_json::{Value, json};

use super::call::{Answer, Call, Reply};
use super::listing::{Listing, found};
use super::look::Look;
use super::problem::Problem;
use super::quirks::{BARE_PROPERTIES, NO_SINGLES};
use crate::world::{LatchelProperty, World};

/// Fields that a bare property shows.
const BARE: [&str; 5] = ["property_id", "name", "ref_property_id", "created_at", "updated_at"];

pub(super) fn list(world: &World, call: &Call) -> Answer {
    Listing::other("/v1/properties", call).page(world, call, |_: &LatchelProperty| true, render)
}

pub(super) fn get(world: &World, call: &Call) -> Answer {
    if call.has(&NO_SINGLES) {
        return Err(Problem::no("Property"));
    }
    Ok(Reply::Found(render(world, found(world, call, "Property")?)))
}

pub(super) fn render(world: &World, property: &LatchelProperty) -> Value {
    let look = Look::of(world);
    let mut record = json!({
        "address1": property.address1,
        "address2": property.address2,
        "city": property.city,
        "created_at": look.time(property.created_at),
        "default_access_instructions": property.default_access_instructions,
        "integration_data": property.integration_data,
        "integration_sync_method": property.integration_sync_method,
        "is_active": look.flag(property.is_active),
        "name": property.name,
        "portfolio_id": property.portfolio_id,
        "property_id": property.id,
        "ref_property_id": property.ref_property_id,
        "ref_unit_id": property.ref_unit_id,
        "state": property.state,
        "updated_at": look.time(property.updated_at),
        "zip": property.zip,
    });
    if let Some(members) = record.as_object_mut().filter(|_| BARE_PROPERTIES.is_on(world)) {
        members.retain(|name, _| BARE.contains(&name.as_str()));
    }
    world.distort("property", property.id, record)
}
