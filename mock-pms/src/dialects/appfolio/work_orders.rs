//! Work orders.

use serde_json::{Value, json};

use super::call::{Answer, Call, Reply};
use super::listing::{Listing, PREFIX};
use super::names::{self, Kind, STATUS, id_of, instant, uuid};
use super::problem::Problem;
use super::work_order_body::{Change, New};
use crate::shared::quirk::Quirk;
use crate::world::{EntryAllowed, Id, Lease, Maintenance, Task, TaskStatus, World};

pub(super) const SHORT_CREATES: Quirk = Quirk::rare(
    "short-creates",
    "A create is answered with `Id` and `Link` alone.",
    "It is answered with the record.",
);

pub(super) fn list(world: &World, call: &Call) -> Answer {
    let listing = Listing::of(call, &["Id", "PropertyId", "UnitId", "Statuses"])?;
    let ids = listing.ids("Id", Kind::WorkOrder)?;
    let properties = listing.ids("PropertyId", Kind::Property)?;
    let units = listing.ids("UnitId", Kind::Unit)?;
    let statuses = statuses(call)?;
    let among = |ids: &Option<Vec<Id>>, id: Option<Id>| {
        ids.as_ref().is_none_or(|ids| id.is_some_and(|id| ids.contains(&id)))
    };
    let rows = world
        .maintenance()
        .filter(|one| listing.holds(one.updated_at()))
        .filter(|one| among(&ids, Some(one.order.id)))
        .filter(|one| among(&properties, one.task.property_id) && among(&units, one.task.unit_id))
        .filter(|one| statuses.as_ref().is_none_or(|words| words.contains(&status(one))))
        .collect();
    listing.page("work_orders", rows, |one| one.order.id, |one| render(world, one))
}

pub(super) fn get(world: &World, call: &Call) -> Answer {
    let one = world.maintenance_of(id(call)?).ok_or_else(|| Problem::no("work order"))?;
    Ok(Reply::Ok(render(world, &one)))
}

pub(super) fn post(world: &mut World, call: &Call) -> Answer {
    let new = New::read(world, &call.object()?)?;
    let id = world.open_maintenance(new.0).map_err(|error| Problem::unprocessable(error.to_string()))?;
    let made = world.maintenance_of(id).ok_or_else(|| Problem::no("work order"))?;
    if call.0.has(&SHORT_CREATES) {
        let id = uuid(Kind::WorkOrder, made.order.id);
        let link = format!("{PREFIX}/work_orders/{id}");
        return Ok(Reply::Created(json!({ "Id": id, "Link": link })));
    }
    Ok(Reply::Created(render(world, &made)))
}

pub(super) fn patch(world: &mut World, call: &Call) -> Answer {
    let id = id(call)?;
    if world.maintenance_of(id).is_none() {
        return Err(Problem::no("work order"));
    }
    let change = Change::read(world, &call.object()?)?;
    world
        .change_maintenance(id, |order, task| change.apply(order, task))
        .map_err(|error| Problem::unprocessable(error.to_string()))?;
    get(world, call)
}

fn id(call: &Call) -> Result<Id, Problem> {
    call.0.id().and_then(|text| id_of(Kind::WorkOrder, text)).ok_or_else(|| Problem::no("work order"))
}

fn statuses(call: &Call) -> Result<Option<Vec<&str>>, Problem> {
    let name = "filters[Statuses]";
    let Some(text) = call.0.parameter(name) else { return Ok(None) };
    let words: Vec<_> = text.split(',').collect();
    match words.iter().find(|word| !STATUS.iter().any(|(known, _)| known == *word)) {
        Some(word) => Err(Problem::parameter(name, format!("has {word:?}, which is no status."))),
        None => Ok(Some(words)),
    }
}

fn status<'w>(one: &Maintenance<'w>) -> &'w str {
    names::status(one.order.status_word.as_deref(), one.task.status, one.task.assigned_to.is_some())
}

/// The occupancy that a request came from: its lease, or one of the tenant who asked.
fn occupancy(world: &World, task: &Task) -> Option<Id> {
    let asked = task.requested_by?;
    let theirs = |lease: &&Lease| {
        Some(lease.property_id) == task.property_id && lease.tenants.iter().any(|t| t.tenant_id == asked)
    };
    task.lease_id.or_else(|| world.platform.leases.iter().find(theirs).map(|lease| lease.id))
}

fn render(world: &World, one: &Maintenance<'_>) -> Value {
    let Maintenance { order, task } = one;
    let description = order.details.as_deref().or(task.description.as_deref()).unwrap_or(&task.title);
    let day = |status: TaskStatus| (task.status == status).then(|| one.updated_at().date_naive());
    let assigned: Vec<_> = one.assignees().into_iter().map(|id| uuid(Kind::User, id)).collect();
    let entry = match order.entry_allowed {
        EntryAllowed::Unknown => None,
        EntryAllowed::Yes => Some(true),
        EntryAllowed::No => Some(false),
    };
    let record = json!({
        "Id": uuid(Kind::WorkOrder, order.id),
        "WorkOrderNumber": order.id.to_string(),
        "PropertyId": task.property_id.map(|id| uuid(Kind::Property, id)),
        "UnitId": task.unit_id.map(|id| uuid(Kind::Unit, id)),
        "OccupancyId": occupancy(world, task).map(|id| uuid(Kind::Occupancy, id)),
        "JobDescription": description,
        "Status": status(one),
        "Priority": names::priority(task.priority),
        "AssignedUsers": assigned,
        "VendorId": order.vendor_id.map(|id| uuid(Kind::Vendor, id)),
        "VendorTrade": null,
        "PermissionToEnter": entry,
        "ScheduledStart": order.scheduled_start.map(instant),
        "ScheduledEnd": null,
        "CompletedOn": day(TaskStatus::Completed),
        "CanceledOn": day(TaskStatus::Closed),
        "LastUpdatedAt": instant(one.updated_at()),
    });
    world.distort("work_order", order.id, record)
}
