//! Making and changing properties. References are not unique, and the adjusted address is not the client's.

use super::body::{Body, Shape};
use super::call::{Answer, Call, Reply};
use super::problem::Problem;
use super::properties::render;
use crate::world::{LatchelProperty, World};

const NEW: Shape = Shape {
    required: &["name", "address1", "city", "state", "zip", "is_active"],
    plain: &[],
    nullable: &["address2", "ref_property_id", "ref_unit_id", "integration_data", "portfolio_id"],
};

const PATCH: Shape = Shape {
    required: &[],
    plain: &["name", "address1", "city", "state", "zip", "is_active"],
    nullable: &["address2", "integration_data"],
};

pub(super) fn post(world: &mut World, call: &Call) -> Answer {
    let object = call.object()?;
    let mut body = Body::new(&object, &NEW);
    let now = world.now();
    let property = LatchelProperty {
        id: world.next_id::<LatchelProperty>(),
        portfolio_id: body.id("portfolio_id"),
        name: body.word("name").unwrap_or_default(),
        address1: body.word("address1").unwrap_or_default(),
        address2: body.text("address2"),
        city: body.word("city").unwrap_or_default(),
        state: body.word("state").unwrap_or_default(),
        zip: body.word("zip").unwrap_or_default(),
        adjusted_address: None,
        is_active: body.boolean("is_active").unwrap_or_default(),
        ref_property_id: body.word("ref_property_id"),
        ref_unit_id: body.word("ref_unit_id"),
        integration_data: body.text("integration_data"),
        integration_sync_method: None,
        default_access_instructions: None,
        created_at: now,
        updated_at: now,
    };
    if property.ref_unit_id.is_some() && property.ref_property_id.is_none() {
        body.fault("ref_unit_id", "needs ref_property_id beside it");
    }
    if property.portfolio_id.is_some_and(|id| !world.latchel.portfolios.contains(id)) {
        body.fault("portfolio_id", "names no portfolio");
    }
    body.finish()?;
    let answer = render(world, &property);
    world.insert(property).map_err(|e| Problem::field("property_id", &e.to_string()))?;
    Ok(Reply::Created(answer))
}

pub(super) fn patch(world: &mut World, call: &Call) -> Answer {
    let id = call.id("property")?;
    let mut property: LatchelProperty = world.get(id).cloned().ok_or_else(|| Problem::no("property"))?;
    let object = call.object()?;
    let mut body = Body::new(&object, &PATCH);
    let words = [
        ("name", &mut property.name),
        ("address1", &mut property.address1),
        ("city", &mut property.city),
        ("state", &mut property.state),
        ("zip", &mut property.zip),
    ];
    for (name, place) in words {
        if let Some(word) = body.word(name) {
            *place = word;
        }
    }
    if let Some(is_active) = body.boolean("is_active") {
        property.is_active = is_active;
    }
    if body.sent("address2") {
        property.address2 = body.text("address2");
    }
    if body.sent("integration_data") {
        property.integration_data = body.text("integration_data");
    }
    body.finish()?;
    world.update(id, |row| *row = property).map_err(|_| Problem::no("property"))?;
    let property = world.get(id).ok_or_else(|| Problem::no("property"))?;
    Ok(Reply::Found(render(world, property)))
}
