//! Body of a create or change of a work order. It is not public which fields a create needs: here, a description and a
//! place.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::names::{self, Kind, PRIORITY, STATUS, id_of, is_technician};
use super::problem::Problem;
use crate::dialects::fields::Fields;
use crate::shared::quirk::Quirk;
use crate::world::{
    EntryAllowed, Id, NewMaintenance, Priority, Record, Task, TaskStatus, Unit, User, Vendor, WorkOrder,
    World,
};

pub(super) const TECHNICIANS_ONLY: Quirk = Quirk::usual(
    "technicians-only",
    "Only a user with the role \"Maintenance Tech\" can be assigned; another is a 422.",
    "Every user can be.",
);

const KNOWN: &[&str] = &[
    "PropertyId",
    "UnitId",
    "OccupancyId",
    "JobDescription",
    "Status",
    "Priority",
    "AssignedUsers",
    "VendorId",
    "PermissionToEnter",
    "ScheduledStart",
    "ScheduledEnd",
];
/// The longest description.
const LONGEST: usize = 65_535;
/// The longest title that the world gets of a description.
const TITLE: usize = 100;

/// A body's fields, each if it was sent.
struct Body {
    property: Option<Id>,
    unit: Option<Id>,
    lease: Option<Id>,
    description: Option<String>,
    status: Option<(String, TaskStatus)>,
    priority: Option<Priority>,
    assigned: Option<Vec<Id>>,
    vendor: Option<Id>,
    entry: Option<bool>,
    start: Option<DateTime<Utc>>,
}

impl Body {
    fn read(world: &World, object: &Map<String, Value>) -> Result<Self, Problem> {
        let mut fields = Fields::new(object, "", KNOWN);
        let body = Self {
            property: id(&mut fields, "PropertyId", Kind::Property, |id| {
                world.platform.properties.contains(id)
            }),
            unit: id(&mut fields, "UnitId", Kind::Unit, |id| world.platform.units.contains(id)),
            lease: id(&mut fields, "OccupancyId", Kind::Occupancy, |id| world.platform.leases.contains(id)),
            description: fields.text("JobDescription", LONGEST),
            status: fields
                .word("Status", STATUS)
                .zip(object.get("Status").and_then(Value::as_str))
                .map(|(status, word)| (word.to_owned(), status)),
            priority: fields.word("Priority", PRIORITY),
            assigned: assigned(&mut fields, world),
            vendor: id(&mut fields, "VendorId", Kind::Vendor, |id| Vendor::table(world).contains(id)),
            entry: fields.boolean("PermissionToEnter"),
            start: fields.instant("ScheduledStart"),
        };
        fields.instant("ScheduledEnd");
        match fields.finish().as_slice() {
            [] => Ok(body),
            faults => Err(Problem::fields(faults)),
        }
    }
}

fn id(fields: &mut Fields<'_>, name: &str, kind: Kind, exists: impl Fn(Id) -> bool) -> Option<Id> {
    let text = fields.text(name, 36)?;
    let id = id_of(kind, &text).filter(|id| exists(*id));
    if id.is_none() {
        fields.fault(name, "is not known");
    }
    id
}

/// Only maintenance technicians can be assigned.
fn assigned(fields: &mut Fields<'_>, world: &World) -> Option<Vec<Id>> {
    let mut ids = Vec::new();
    for user in fields.array("AssignedUsers")? {
        let found: Option<&User> = user
            .as_str()
            .and_then(|text| id_of(Kind::User, text))
            .and_then(|id| world.platform.users.get(id));
        match found {
            None => fields.fault("AssignedUsers", "names a user who is not known"),
            Some(user) if TECHNICIANS_ONLY.is_on(world) && !is_technician(user.role.as_deref()) => {
                fields.fault("AssignedUsers", "must have the Maintenance Tech role");
            }
            Some(user) => ids.push(user.id),
        }
    }
    Some(ids)
}

/// A new work order.
pub(super) struct New(pub(super) NewMaintenance);

impl New {
    pub(super) fn read(world: &World, object: &Map<String, Value>) -> Result<Self, Problem> {
        let body = Body::read(world, object)?;
        let Some(description) = body.description.filter(|text| !text.trim().is_empty()) else {
            return Err(Problem::unprocessable("JobDescription is required"));
        };
        let lease = body.lease.and_then(|id| world.platform.leases.get(id));
        let unit = body.unit.or_else(|| lease.and_then(|lease| lease.unit_id));
        let of_unit = unit.and_then(|id| world.platform.units.get(id)).map(|unit: &Unit| unit.property_id);
        let property = body.property.or(of_unit).or_else(|| lease.map(|lease| lease.property_id));
        let Some(property) = property else {
            return Err(Problem::unprocessable("PropertyId, UnitId or OccupancyId is required"));
        };
        if of_unit.is_some_and(|of_unit| of_unit != property) {
            return Err(Problem::unprocessable("UnitId belongs to another property"));
        }
        let title: String = description.lines().next().unwrap_or_default().chars().take(TITLE).collect();
        let assigned_to = body.assigned.unwrap_or_default();
        Ok(Self(NewMaintenance {
            title,
            property_id: Some(property),
            unit_id: unit,
            lease_id: body.lease,
            requested_by: lease.and_then(|lease| lease.tenants.first()).map(|tenant| tenant.tenant_id),
            vendor_id: body.vendor,
            status: body.status.as_ref().map_or(TaskStatus::New, |(_, status)| *status),
            status_word: body.status.map(|(word, _)| word),
            priority: body.priority.unwrap_or(Priority::Normal),
            entry_allowed: entry_allowed(body.entry),
            entry_notes: None,
            vendor_notes: None,
            reference: None,
            scheduled_start: body.start,
            description: Some(description),
            assigned_to,
        }))
    }
}

/// A change of a work order; what was not sent stays.
pub(super) struct Change(Body);

impl Change {
    pub(super) fn read(world: &World, object: &Map<String, Value>) -> Result<Self, Problem> {
        Body::read(world, object).map(Self)
    }

    pub(super) fn apply(self, order: &mut WorkOrder, task: &mut Task) {
        let body = self.0;
        if let Some((word, status)) = body.status {
            task.status = status;
            order.status_word = Some(word);
        }
        if let Some(description) = body.description {
            order.details = Some(description);
        }
        if let Some(priority) = body.priority {
            task.priority = priority;
            order.priority = Some(priority);
        }
        if let Some(assigned) = body.assigned {
            let mut assigned = assigned.into_iter();
            task.assigned_to = assigned.next();
            task.also_assigned_to = assigned.collect();
            let shown = names::status(order.status_word.as_deref(), task.status, task.assigned_to.is_some());
            order.status_word = Some(shown.to_owned());
        }
        order.vendor_id = body.vendor.or(order.vendor_id);
        order.scheduled_start = body.start.or(order.scheduled_start);
        if body.entry.is_some() {
            order.entry_allowed = entry_allowed(body.entry);
        }
    }
}

fn entry_allowed(entry: Option<bool>) -> EntryAllowed {
    match entry {
        None => EntryAllowed::Unknown,
        Some(true) => EntryAllowed::Yes,
        Some(false) => EntryAllowed::No,
    }
}
