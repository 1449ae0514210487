//! Creating and closing work orders. There is no other write: nothing can be assigned, changed or cancelled.

use serde_json::{Map, Value, json};

use super::call::{Answer, Call, Reply};
use super::names::{self, CLOSED, ENTRY, PRIORITY};
use super::problem::Problem;
use super::work_orders::render;
use crate::dialects::fields::{FieldFault, Fields};
use crate::world::{EntryAllowed, Id, NewMaintenance, Priority, TaskStatus, Tenant, Vendor, World};

const CREATE: &[&str] = &[
    "authorizeEnter",
    "buildingID",
    "category",
    "costEstimate",
    "dateToEnter",
    "description",
    "hourEstimate",
    "hourToEnter",
    "minuteToEnter",
    "priority",
    "publishToOwnerPortal",
    "publishToTenantPortal",
    "requestedBy",
    "requiredMaterials",
    "scheduledEndDate",
    "searchTag",
    "source",
    "specificLocation",
    "startDate",
    "type",
    "unitIDs",
];
const CLOSE: &[&str] = &["timeCardEntry", "comments", "completedDate", "startDate", "category"];
const TIME_CARD: &[&str] =
    &["billID", "comments", "hourlyRate", "hourlySurcharge", "hours", "id", "vendorID", "workDate"];
/// No length is published; a text this long is a mistake all the same.
const LONGEST: usize = 10_000;

pub(super) fn create(world: &mut World, call: &Call) -> Answer {
    call.check(&[], &[])?;
    let object = call.object()?;
    let mut fields = Fields::new(&object, "", CREATE);
    let new = read_new(world, &mut fields);
    let faults = fields.finish();
    if !faults.is_empty() {
        return Err(Problem::body(faults));
    }
    let id =
        world.open_maintenance(new).map_err(|error| Problem::parameter("buildingID", error.to_string()))?;
    let one = world.maintenance_of(id).ok_or_else(|| Problem::no("Work order"))?;
    Ok(Reply::Created(render(world, &one)))
}

fn read_new(world: &World, fields: &mut Fields<'_>) -> NewMaintenance {
    fields.require("buildingID");
    let building = fields.id("buildingID");
    if building.is_some_and(|id| !world.platform.properties.contains(id)) {
        fields.fault("buildingID", "is not the id of a building");
    }
    let units = ids(fields, "unitIDs");
    for unit in &units {
        let own = names::unit(world, *unit).map(|unit| unit.property_id);
        // Where a unit's id is asked for, a building without units may give its own.
        let itself = Some(*unit) == building && !world.platform.units.iter().any(|u| u.property_id == *unit);
        if own.is_none_or(|own| Some(own) != building) && !itself {
            fields.fault("unitIDs", format!("{unit} is not a unit of the building"));
        }
    }
    let requested_by = fields.id("requestedBy");
    if requested_by.is_some_and(|id| world.get::<Tenant>(id).is_none()) {
        fields.fault("requestedBy", "is not the id of a contact");
    }
    let description = fields.text("description", LONGEST);
    for name in ["category", "requiredMaterials", "source", "specificLocation", "type"] {
        fields.text(name, LONGEST);
    }
    for name in ["dateToEnter", "scheduledEndDate"] {
        fields.date(name);
    }
    for name in ["costEstimate", "hourEstimate"] {
        fields.number(name);
    }
    for name in ["publishToOwnerPortal", "publishToTenantPortal"] {
        fields.boolean(name);
    }
    if fields.id32("hourToEnter").is_some_and(|hour| !(0..24).contains(&hour)) {
        fields.fault("hourToEnter", "must be an hour of the day");
    }
    if fields.id32("minuteToEnter").is_some_and(|minute| !(0..60).contains(&minute) || minute % 10 != 0) {
        fields.fault("minuteToEnter", "must be 0, 10, 20, 30, 40 or 50");
    }
    let start = fields.date("startDate").and_then(|date| date.and_hms_opt(0, 0, 0));
    let zone = world.platform.account.timezone;
    NewMaintenance {
        title: String::new(),
        description,
        property_id: building,
        unit_id: units.first().and_then(|unit| names::unit(world, *unit)).map(|unit| unit.id),
        lease_id: None,
        requested_by,
        // Who manages a new work order cannot be said.
        assigned_to: Vec::new(),
        vendor_id: None,
        status: TaskStatus::New,
        status_word: None,
        priority: fields.word("priority", PRIORITY).unwrap_or(Priority::Normal),
        entry_allowed: fields.word("authorizeEnter", ENTRY).unwrap_or(EntryAllowed::Unknown),
        entry_notes: None,
        vendor_notes: None,
        reference: fields.text("searchTag", LONGEST),
        scheduled_start: start.and_then(|at| at.and_local_timezone(zone).earliest()).map(|at| at.to_utc()),
    }
}

fn ids(fields: &mut Fields<'_>, name: &str) -> Vec<Id> {
    let rows = fields.array(name).unwrap_or_default();
    let ids: Vec<_> = rows.iter().filter_map(Value::as_i64).collect();
    if ids.len() != rows.len() {
        fields.fault(name, "must hold integers");
    }
    ids
}

pub(super) fn close(world: &mut World, call: &Call) -> Answer {
    call.check(&[], &[])?;
    let id = call.path_id()?;
    let object = call.object()?;
    let mut fields = Fields::new(&object, "", CLOSE);
    fields.require("timeCardEntry");
    let cards = fields.array("timeCardEntry").unwrap_or_default();
    if cards.is_empty() && fields.sent("timeCardEntry") {
        fields.fault("timeCardEntry", "must not be empty");
    }
    for (at, card) in cards.iter().enumerate() {
        fields.absorb(time_card(world, &format!("timeCardEntry[{at}]."), card));
    }
    for name in ["comments", "category"] {
        fields.text(name, LONGEST);
    }
    for name in ["completedDate", "startDate"] {
        fields.date(name);
    }
    let faults = fields.finish();
    if !faults.is_empty() {
        return Err(Problem::body(faults));
    }
    let one = world.maintenance_of(id).ok_or_else(|| Problem::no("Work order"))?;
    if matches!(one.task.status, TaskStatus::Completed | TaskStatus::Closed) {
        return Err(Problem::parameter("workOrderID", "is closed already"));
    }
    let closed = world.change_maintenance(id, |order, task| {
        task.status = TaskStatus::Completed;
        order.status_word = Some(CLOSED.to_owned());
    });
    closed.map_err(|_| Problem::no("Work order"))?;
    Ok(Reply::One(json!({ "body": {}, "statusCode": "200" })))
}

fn time_card(world: &World, prefix: &str, card: &Value) -> Vec<FieldFault> {
    let none = Map::new();
    let mut fields = Fields::new(card.as_object().unwrap_or(&none), prefix, TIME_CARD);
    fields.require("vendorID");
    if fields.id("vendorID").is_some_and(|id| world.get::<Vendor>(id).is_none()) {
        fields.fault("vendorID", "is not the id of a vendor");
    }
    for name in ["billID", "id"] {
        fields.id(name);
    }
    for name in ["hours", "hourlyRate", "hourlySurcharge"] {
        fields.number(name);
    }
    fields.text("comments", LONGEST);
    fields.instant("workDate");
    fields.finish()
}
