//! Reading properties.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::body::{Body, Shape};
use super::call::{Answer, Call, Reply};
use super::listing::Listing;
use super::lookup;
use super::problem::Problem;
use crate::world::{AdjustedAddress, Id, LatchelProperty, World};

pub(super) fn list(world: &World, call: &Call) -> Answer {
    let listing = Listing::of::<LatchelProperty>(call, &["has_ref", "updated_since"])?;
    let keep = |p: &LatchelProperty| listing.admits(p.ref_property_id.is_some(), p.created_at, p.updated_at);
    listing.page(world, keep, render).counted()
}

pub(super) fn get(world: &World, call: &Call) -> Answer {
    call.check_query(&[])?;
    let property = world.get(call.id("property")?).ok_or_else(|| Problem::no("property"))?;
    Ok(Reply::Found(render(world, property)))
}

const LOOKUP: Shape = Shape { required: &[], plain: &["refs", "ids"], nullable: &[] };
const REF: Shape = Shape { required: &["ref_property_id"], plain: &[], nullable: &["ref_unit_id"] };

pub(super) fn look_up(world: &World, call: &Call) -> Answer {
    call.check_query(&[])?;
    let object = call.object()?;
    let mut body = Body::new(&object, &LOOKUP);
    lookup::check_size(&body, LOOKUP.plain)?;
    let refs: HashSet<(String, Option<String>)> = body.objects("refs", &REF, a_ref).into_iter().collect();
    let ids: HashSet<Id> = body.ids("ids").into_iter().collect();
    body.finish()?;
    let by_ref = |p: &LatchelProperty| {
        p.ref_property_id.clone().is_some_and(|property| refs.contains(&(property, p.ref_unit_id.clone())))
    };
    lookup::matches(world, |p: &LatchelProperty| ids.contains(&p.id) || by_ref(p), render)
}

fn a_ref(body: &mut Body<'_>) -> Option<(String, Option<String>)> {
    if !body.sent("ref_unit_id") {
        body.fault("ref_unit_id", "is required, if only as null");
    }
    let unit = body.word("ref_unit_id");
    Some((body.word("ref_property_id")?, unit))
}

pub(super) fn render(world: &World, property: &LatchelProperty) -> Value {
    let record = json!({
        "property_id": property.id,
        "portfolio_id": property.portfolio_id,
        "name": property.name,
        "address1": property.address1,
        "address2": property.address2,
        "city": property.city,
        "state": property.state,
        "zip": property.zip,
        "adjusted_address": property.adjusted_address.as_ref().map(adjusted),
        "is_active": property.is_active,
        "ref_property_id": property.ref_property_id,
        "ref_unit_id": property.ref_unit_id,
        "integration_data": property.integration_data,
        "integration_sync_method": property.integration_sync_method,
        "created_at": property.created_at,
        "updated_at": property.updated_at,
    });
    world.distort("property", property.id, record)
}

fn adjusted(address: &AdjustedAddress) -> Value {
    json!({
        "address1": address.address1,
        "city": address.city,
        "state": address.state,
        "zip": address.zip,
    })
}
