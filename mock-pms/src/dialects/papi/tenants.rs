//! Reading tenants, as residents are called here. A tenant says where it lives by Latchel's own id.

use serde_json::{Map, Value, json};

use super::call::{Answer, Call, Reply};
use super::listing::{Listing, found};
use super::look::Look;
use super::problem::Problem;
use super::quirks::{CONTACTLESS_TENANTS, NO_SINGLES, PLACELESS_TENANTS, UNDATED_TENANTS};
use crate::dialects::latchel::slug;
use crate::dialects::latchel::webhooks::without;
use crate::shared::quirk::Quirk;
use crate::world::{Resident, World};

/// Fields that a tenant shows only where the quirk is off.
const DOUBTFUL: [(Quirk, &[&str]); 3] = [
    (CONTACTLESS_TENANTS, &["email", "phone"]),
    (PLACELESS_TENANTS, &["property_id"]),
    (UNDATED_TENANTS, &["move_in_date", "move_out_date"]),
];

pub(super) fn list(world: &World, call: &Call) -> Answer {
    Listing::other("/v1/tenants", call).page(world, call, |_: &Resident| true, render)
}

pub(super) fn get(world: &World, call: &Call) -> Answer {
    if call.has(&NO_SINGLES) {
        return Err(Problem::no("Tenant"));
    }
    Ok(Reply::Found(render(world, found(world, call, "Tenant")?)))
}

pub(super) fn render(world: &World, resident: &Resident) -> Value {
    let look = Look::of(world);
    let mut record = json!({
        "created_at": look.time(resident.created_at),
        "critical_note": "",
        "email": resident.email,
        "email_enabled": look.flag(true),
        "integration_data": resident.integration_data.as_deref().map(structured),
        "is_active": look.flag(resident.is_active),
        "move_in_date": resident.move_in_date,
        "move_out_date": resident.move_out_date,
        "name": resident.name,
        "phone": resident.phone,
        "property_id": resident.property_id,
        "ref_user_id": resident.ref_user_id,
        "slug": slug(resident.id),
        "sms_enabled": look.flag(true),
        "updated_at": look.time(resident.updated_at),
        "user_id": resident.id,
        "user_type": "tenant",
    });
    for (_, members) in DOUBTFUL.iter().filter(|(quirk, _)| quirk.is_on(world)) {
        record = without(record, members);
    }
    world.distort("tenant", resident.id, record)
}

/// Text as JSON, which it is here: an object, or one made of it.
fn structured(text: &str) -> Value {
    let object: Result<Map<String, Value>, _> = serde_json::from_str(text);
    object.map_or_else(|_| json!({ "text": text }), Value::Object)
}
