//! Making and changing properties. References are not unique.

use super::body::Body;
use super::call::{Answer, Call, Extent, Reply};
use super::listing::found;
use super::problem::Problem;
use super::properties::render;
use crate::world::{LatchelProperty, World};

pub(super) fn post(world: &mut World, call: &Call) -> Answer {
    let now = world.now();
    let mut property = LatchelProperty {
        id: world.next_id::<LatchelProperty>(),
        portfolio_id: None,
        name: String::new(),
        address1: String::new(),
        address2: None,
        city: String::new(),
        state: String::new(),
        zip: String::new(),
        adjusted_address: None,
        is_active: true,
        ref_property_id: None,
        ref_unit_id: None,
        integration_data: None,
        integration_sync_method: None,
        default_access_instructions: None,
        created_at: now,
        updated_at: now,
    };
    fill(&mut property, Body::of(call, "property", Extent::Whole)?)?;
    let answer = render(world, &property);
    world.insert(property)?;
    Ok(Reply::Created(answer))
}

pub(super) fn change(world: &mut World, call: &Call, extent: Extent) -> Answer {
    let mut property: LatchelProperty = found::<LatchelProperty>(world, call, "Property")?.clone();
    fill(&mut property, Body::of(call, "property", extent)?)?;
    let id = property.id;
    world.update(id, |row| *row = property)?;
    Ok(Reply::Found(render(world, found(world, call, "Property")?)))
}

fn fill(property: &mut LatchelProperty, mut body: Body) -> Result<(), Problem> {
    body.needed("name", &mut property.name);
    body.needed("address1", &mut property.address1);
    body.line("address2", &mut property.address2);
    body.needed("city", &mut property.city);
    body.needed("state", &mut property.state);
    body.needed("zip", &mut property.zip);
    body.flag("is_active", &mut property.is_active);
    body.line("ref_property_id", &mut property.ref_property_id);
    body.line("ref_unit_id", &mut property.ref_unit_id);
    body.text("integration_data", &mut property.integration_data);
    body.finish()
}
