//! Making and changing residents, who live at the property that is named, or else where their references say.

use super::body::{Body, Shape};
use super::call::{Answer, Call, Reply};
use super::problem::Problem;
use super::residents::render;
use crate::world::{Id, LatchelProperty, Resident, World};

const NEW: Shape = Shape {
    required: &["name", "is_active"],
    plain: &["property_id"],
    nullable: &[
        "email",
        "phone",
        "ref_user_id",
        "ref_property_id",
        "ref_unit_id",
        "move_in_date",
        "move_out_date",
        "integration_data",
    ],
};

const PATCH: Shape = Shape {
    required: &[],
    plain: &["name", "is_active", "property_id"],
    nullable: &["email", "phone", "ref_unit_id", "move_in_date", "move_out_date"],
};

pub(super) fn post(world: &mut World, call: &Call) -> Answer {
    let object = call.object()?;
    let mut body = Body::new(&object, &NEW);
    let now = world.now();
    let mut resident = Resident {
        id: world.next_id::<Resident>(),
        name: body.word("name").unwrap_or_default(),
        email: body.text("email"),
        phone: body.text("phone"),
        is_active: body.boolean("is_active").unwrap_or_default(),
        ref_user_id: body.word("ref_user_id"),
        ref_property_id: body.word("ref_property_id"),
        ref_unit_id: body.word("ref_unit_id"),
        property_id: body.id("property_id"),
        move_in_date: body.date("move_in_date"),
        move_out_date: body.date("move_out_date"),
        integration_data: body.text("integration_data"),
        created_at: now,
        updated_at: now,
    };
    body.finish()?;
    resident.property_id = match resident.property_id {
        Some(id) => Some(named(world, id)?),
        None => home(world, &resident)?,
    };
    let answer = render(world, &resident);
    world.insert(resident).map_err(|e| Problem::field("user_id", &e.to_string()))?;
    Ok(Reply::Created(answer))
}

pub(super) fn patch(world: &mut World, call: &Call) -> Answer {
    let id = call.id("resident")?;
    let mut resident: Resident = world.get(id).cloned().ok_or_else(|| Problem::no("resident"))?;
    let object = call.object()?;
    let mut body = Body::new(&object, &PATCH);
    if let Some(name) = body.word("name") {
        resident.name = name;
    }
    if let Some(is_active) = body.boolean("is_active") {
        resident.is_active = is_active;
    }
    if body.sent("email") {
        resident.email = body.text("email");
    }
    if body.sent("phone") {
        resident.phone = body.text("phone");
    }
    if body.sent("move_in_date") {
        resident.move_in_date = body.date("move_in_date");
    }
    if body.sent("move_out_date") {
        resident.move_out_date = body.date("move_out_date");
    }
    let moves = body.sent("ref_unit_id");
    if moves {
        resident.ref_unit_id = body.word("ref_unit_id");
    }
    let property = body.id("property_id");
    body.finish()?;
    if let Some(id) = property {
        resident.property_id = Some(named(world, id)?);
    } else if moves {
        resident.property_id = new_home(world, &resident)?;
    }
    world.update(id, |row| *row = resident).map_err(|_| Problem::no("resident"))?;
    let resident = world.get(id).ok_or_else(|| Problem::no("resident"))?;
    Ok(Reply::Found(render(world, resident)))
}

/// A property that is named by its own id may carry other references than the resident.
fn named(world: &World, id: Id) -> Result<Id, Problem> {
    match world.get::<LatchelProperty>(id) {
        Some(_) => Ok(id),
        None => Err(Problem::field("property_id", "matches no property")),
    }
}

/// A unit that was cleared need not leave a property behind; one that was named must.
fn new_home(world: &World, resident: &Resident) -> Result<Option<Id>, Problem> {
    match resident.ref_unit_id {
        Some(_) => home(world, resident),
        None => Ok(home(world, resident).unwrap_or_default()),
    }
}

/// The property that the references name, if there are any.
fn home(world: &World, resident: &Resident) -> Result<Option<Id>, Problem> {
    let unit = resident.ref_unit_id.as_deref();
    let Some(property) = resident.ref_property_id.as_deref() else {
        return match unit {
            None => Ok(None),
            Some(_) => Err(Problem::field("ref_unit_id", "needs ref_property_id beside it")),
        };
    };
    match world.latchel.property_by_refs(property, unit) {
        Some(found) => Ok(Some(found.id)),
        None => {
            let field = if unit.is_some() { "ref_unit_id" } else { "ref_property_id" };
            Err(Problem::field(field, "matches no property"))
        }
    }
}
