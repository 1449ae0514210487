//! Work orders: without a title, managed by a name, asked for by a name, and with a status in free words.

use serde_json::{Value, json};

use super::call::{Answer, Call, Reply};
use super::listing::{COMMON, Row, page};
use super::names::{self, ENTRY, PRIORITY, word};
use super::problem::Problem;
use crate::world::{EntryAllowed, Id, Maintenance, World};

pub(super) fn list(world: &World, call: &Call) -> Answer {
    let known = [&COMMON[..], &["portfolioID", "buildingID", "status", "priority"]].concat();
    call.check(&known, &["type", "completedDateStart", "completedDateEnd"])?;
    let portfolio: Option<Id> = call.parsed("portfolioID")?;
    let building: Option<Id> = call.parsed("buildingID")?;
    let priority = call.word("priority", PRIORITY)?;
    let status = call.parameter("status");
    let rows = world
        .maintenance()
        .filter(|m| building.is_none_or(|id| m.task.property_id == Some(id)))
        .filter(|m| {
            let own = || m.task.property_id.and_then(|id| names::portfolio(world, id));
            portfolio.is_none_or(|id| own() == Some(id))
        })
        .filter(|m| priority.is_none_or(|one| m.task.priority == one))
        .filter(|m| status.is_none_or(|one| status_of(m) == one))
        .map(|m| Row { id: m.order.id, modified: m.updated_at(), record: m });
    page(call, rows, |one| render(world, &one))
}

pub(super) fn get(world: &World, call: &Call) -> Answer {
    call.check(&["includeCustomFields"], &[])?;
    let one = world.maintenance_of(call.path_id()?).ok_or_else(|| Problem::no("Work order"))?;
    Ok(Reply::One(render(world, &one)))
}

pub(super) fn status_of(one: &Maintenance<'_>) -> &'static str {
    names::status(one.task.status, one.order.status_word.as_deref())
}

pub(super) fn render(world: &World, one: &Maintenance<'_>) -> Value {
    let Maintenance { order, task } = one;
    let tenant = task.requested_by.and_then(|id| world.platform.tenants.get(id));
    let requested_by = tenant.map(|t| format!("{} {}", t.first_name, t.last_name));
    let building = task.property_id.and_then(|id| world.platform.properties.get(id));
    let vendors: Vec<_> = order
        .vendor_id
        .and_then(|id| world.platform.vendors.get(id))
        .map(|vendor| json!({ "id": vendor.id, "name": vendor.company_name }))
        .into_iter()
        .collect();
    let texts = [order.details.as_deref(), task.description.as_deref(), Some(task.title.as_str())];
    let description = texts.into_iter().flatten().find(|text| !text.is_empty());
    // The unit's place is never empty: a building without units stands in it.
    let own = task.unit_id.map(|unit| names::unit_id(world, unit));
    let unit = own.or(task.property_id);
    let entry = Some(order.entry_allowed).filter(|entry| *entry != EntryAllowed::Unknown);
    let record = json!({
        "id": order.id,
        "number": i32::try_from(order.id).ok(),
        "type": "Service Request",
        "description": description,
        "status": status_of(one),
        "priority": word(PRIORITY, &task.priority),
        "portfolioID": task.property_id.and_then(|id| names::portfolio(world, id)),
        "buildingID": task.property_id,
        "unitID": unit,
        // Declared as an object; the live service sends an array.
        "unitIDs": own.into_iter().collect::<Vec<_>>(),
        "lease": requested_by,
        "location": building.map(|building| building.name.as_str()),
        "requestedBy": requested_by,
        "managedBy": one.assignees().first().and_then(|id| names::user(world, *id)),
        "assignedVendors": vendors,
        "authorizeEnter": entry.and_then(|entry| word(ENTRY, &entry)),
        "startDate": order.scheduled_start.map(|at| at.with_timezone(&world.platform.account.timezone).date_naive()),
        "searchTag": order.reference,
        "approved": false,
        "publishToTenantPortal": false,
        "publishToOwnerPortal": false,
        "customFields": [],
        "createdDateTime": names::created(world, order.created_at),
        "lastModifiedDateTime": names::instant(one.updated_at()),
    });
    world.distort("work_order", order.id, names::without_nulls(record))
}
