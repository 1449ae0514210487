//! Reading residents.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::body::{Body, Shape};
use super::call::{Answer, Call, Reply};
use super::listing::Listing;
use super::lookup;
use super::problem::Problem;
use crate::world::{Id, Resident, World};

pub(super) fn list(world: &World, call: &Call) -> Answer {
    let listing = Listing::of::<Resident>(call, &["has_ref", "updated_since"])?;
    let keep = |r: &Resident| listing.admits(r.ref_user_id.is_some(), r.created_at, r.updated_at);
    listing.page(world, keep, render).counted()
}

pub(super) fn get(world: &World, call: &Call) -> Answer {
    call.check_query(&[])?;
    let resident = world.get(call.id("resident")?).ok_or_else(|| Problem::no("resident"))?;
    Ok(Reply::Found(render(world, resident)))
}

const LOOKUP: Shape = Shape { required: &[], plain: &["refs", "ids", "property_ids"], nullable: &[] };
const REF: Shape = Shape { required: &["ref_user_id", "ref_property_id"], plain: &[], nullable: &[] };

pub(super) fn look_up(world: &World, call: &Call) -> Answer {
    call.check_query(&[])?;
    let object = call.object()?;
    let mut body = Body::new(&object, &LOOKUP);
    lookup::check_size(&body, LOOKUP.plain)?;
    let refs: HashSet<(String, String)> = body.objects("refs", &REF, a_ref).into_iter().collect();
    let ids: HashSet<Id> = body.ids("ids").into_iter().collect();
    let homes: HashSet<Id> = body.ids("property_ids").into_iter().collect();
    body.finish()?;
    let by_ref = |r: &Resident| {
        r.ref_user_id.clone().zip(r.ref_property_id.clone()).is_some_and(|pair| refs.contains(&pair))
    };
    let lives_there = |r: &Resident| r.is_active && r.property_id.is_some_and(|id| homes.contains(&id));
    lookup::matches(world, |r: &Resident| ids.contains(&r.id) || by_ref(r) || lives_there(r), render)
}

fn a_ref(body: &mut Body<'_>) -> Option<(String, String)> {
    let property = body.word("ref_property_id");
    Some((body.word("ref_user_id")?, property?))
}

pub(super) fn render(world: &World, resident: &Resident) -> Value {
    let record = json!({
        "user_id": resident.id,
        "name": resident.name,
        "email": resident.email,
        "phone": resident.phone,
        "is_active": resident.is_active,
        "ref_user_id": resident.ref_user_id,
        "ref_property_id": resident.ref_property_id,
        "ref_unit_id": resident.ref_unit_id,
        "property_id": resident.property_id,
        "move_in_date": resident.move_in_date,
        "move_out_date": resident.move_out_date,
        "integration_data": resident.integration_data,
        "created_at": resident.created_at,
        "updated_at": resident.updated_at,
    });
    world.distort("resident", resident.id, record)
}
