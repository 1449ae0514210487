//! Making and changing tenants, who live at the property that they name by Latchel's id.

use super::body::Body;
use super::call::{Answer, Call, Extent, Reply};
use super::listing::found;
use super::problem::Problem;
use super::tenants::render;
use crate::world::{LatchelProperty, Resident, World};

pub(super) fn post(world: &mut World, call: &Call) -> Answer {
    let now = world.now();
    let mut resident = Resident {
        id: world.next_id::<Resident>(),
        name: String::new(),
        email: None,
        phone: None,
        is_active: true,
        ref_user_id: None,
        ref_property_id: None,
        ref_unit_id: None,
        property_id: None,
        move_in_date: None,
        move_out_date: None,
        integration_data: None,
        created_at: now,
        updated_at: now,
    };
    fill(world, &mut resident, Body::of(call, "tenant", Extent::Whole)?)?;
    let answer = render(world, &resident);
    world.insert(resident)?;
    Ok(Reply::Created(answer))
}

pub(super) fn change(world: &mut World, call: &Call, extent: Extent) -> Answer {
    let mut resident: Resident = found::<Resident>(world, call, "Tenant")?.clone();
    fill(world, &mut resident, Body::of(call, "tenant", extent)?)?;
    let id = resident.id;
    world.update(id, |row| *row = resident)?;
    Ok(Reply::Found(render(world, found(world, call, "Tenant")?)))
}

fn fill(world: &World, resident: &mut Resident, mut body: Body) -> Result<(), Problem> {
    let home = resident.property_id;
    body.needed("name", &mut resident.name);
    body.line("email", &mut resident.email);
    body.line("phone", &mut resident.phone);
    body.flag("is_active", &mut resident.is_active);
    body.line("ref_user_id", &mut resident.ref_user_id);
    body.date("move_in_date", &mut resident.move_in_date);
    body.date("move_out_date", &mut resident.move_out_date);
    body.id("property_id", &mut resident.property_id);
    let property = resident.property_id.and_then(|id| world.get::<LatchelProperty>(id));
    match (resident.property_id, property) {
        (None, _) if home.is_none() && !body.means_all() => {}
        (None, _) => body.error("property_id", "is required"),
        (Some(_), None) => body.error("property_id", "names no property"),
        (Some(_), Some(property)) => {
            resident.ref_property_id.clone_from(&property.ref_property_id);
            resident.ref_unit_id.clone_from(&property.ref_unit_id);
        }
    }
    body.finish()
}
