//! Vendors.

use serde_json::{Value, json};

use super::call::{Answer, Call, Reply};
use super::listing::{COMMON, Row, page};
use super::names;
use super::problem::Problem;
use crate::world::{Vendor, World};

pub(super) fn list(world: &World, call: &Call) -> Answer {
    call.check(&[&COMMON[..], &["active"]].concat(), &["type"])?;
    let active: Option<bool> = call.parsed("active")?;
    let rows = world
        .platform
        .vendors
        .iter()
        .filter(|v| active.is_none_or(|active| v.active == active))
        .map(|v| Row { id: v.id, modified: v.updated_at, record: v });
    page(call, rows, |vendor| render(world, vendor))
}

pub(super) fn get(world: &World, call: &Call) -> Answer {
    call.check(&["includeCustomFields"], &[])?;
    let vendor: &Vendor = world.get(call.path_id()?).ok_or_else(|| Problem::no("Vendor"))?;
    Ok(Reply::One(render(world, vendor)))
}

fn render(world: &World, vendor: &Vendor) -> Value {
    let record = json!({
        "id": vendor.id,
        "name": vendor.company_name,
        "companyName": vendor.company_name,
        "email": vendor.email,
        "active": vendor.active,
        "createdDateTime": names::created(world, vendor.created_at),
        "lastModifiedDateTime": names::instant(vendor.updated_at),
    });
    world.distort("vendor", vendor.id, names::without_nulls(record))
}
