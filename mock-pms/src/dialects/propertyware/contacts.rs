//! Contacts. A tenant is one, and tells nothing of where they live.

use serde_json::{Value, json};

use super::call::{Answer, Call, Reply};
use super::listing::{COMMON, Row, page};
use super::names;
use super::problem::Problem;
use crate::world::{PhoneKind, Tenant, World};

/// Types of contacts; true for those that the world has: it knows tenants only.
const TYPES: &[(&str, bool)] =
    &[("TENANT", true), ("PROSPECT", false), ("OWNER", false), ("VENDOR", false), ("OTHER", false)];

pub(super) fn list(world: &World, call: &Call) -> Answer {
    call.check(&[&COMMON[..], &["type"]].concat(), &[])?;
    let tenants = call.word("type", TYPES)?.unwrap_or(true);
    let rows = world.platform.tenants.iter().filter(|_| tenants).map(|t| Row {
        id: t.id,
        modified: t.updated_at,
        record: t,
    });
    page(call, rows, |tenant| render(world, tenant))
}

pub(super) fn get(world: &World, call: &Call) -> Answer {
    call.check(&["includeCustomFields"], &[])?;
    let tenant: &Tenant = world.get(call.path_id()?).ok_or_else(|| Problem::no("Contact"))?;
    Ok(Reply::One(render(world, tenant)))
}

pub(super) fn render(world: &World, tenant: &Tenant) -> Value {
    let record = json!({
        "id": tenant.id,
        "type": "TENANT",
        "firstName": tenant.first_name,
        "lastName": tenant.last_name,
        "email": tenant.email,
        "homePhone": names::phone(&tenant.phones, PhoneKind::Home),
        "mobilePhone": names::phone(&tenant.phones, PhoneKind::Cell),
        "workPhone": names::phone(&tenant.phones, PhoneKind::Office),
        "birthDate": tenant.date_of_birth,
        "comments": tenant.comment,
        "gender": "UNKNOWN",
        "createdDateTime": names::created(world, tenant.created_at),
        "lastModifiedDateTime": names::instant(tenant.updated_at),
    });
    world.distort("contact", tenant.id, names::without_nulls(record))
}
