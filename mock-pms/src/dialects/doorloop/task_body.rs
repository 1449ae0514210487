//! Body of a POST or PUT of a task.

use chrono::NaiveDate;

use super::names::{ENTRY, PRIORITY, STATUS, TASK_TYPE, TaskType};
use super::oid::{self, Named};
use super::problem::Problem;
use crate::dialects::endpoint::Request;
use crate::dialects::fields::Fields;
use crate::shared::quirk::Quirk;
use crate::world::{
    EntryAllowed, Id, Priority, Property, TaskStatus, Tenant, Unit, User, UserKind, Vendor, World,
};

const FIELDS: [&str; 19] = [
    "type",
    "subject",
    "status",
    "priority",
    "description",
    "dueDate",
    "reference",
    "property",
    "unit",
    "requestedByUser",
    "requestedByTenant",
    "requestedByOwner",
    "assignedToUsers",
    "workOrder",
    "entryPermission",
    "entryNotes",
    "notifyAssignees",
    "notifyTenant",
    "id",
];

/// That a reference can be written is in no document.
pub(super) const DROPPED_REFERENCES: Quirk = Quirk::rare(
    "dropped-references",
    "The `reference` of a task that is made or replaced is not kept.",
    "It is kept.",
);

const MAX_SUBJECT: usize = 255;
pub(super) const MAX_TEXT: usize = 10_000;

/// A task as a client wants it.
pub(super) struct TaskBody {
    pub(super) kind: TaskType,
    pub(super) subject: String,
    pub(super) status: TaskStatus,
    pub(super) status_word: Option<String>,
    pub(super) priority: Priority,
    pub(super) description: Option<String>,
    pub(super) due: Option<NaiveDate>,
    pub(super) reference: Option<String>,
    pub(super) property_id: Option<Id>,
    pub(super) unit_id: Option<Id>,
    pub(super) requested_by: Option<Id>,
    pub(super) assigned_to: Vec<Id>,
    pub(super) vendor_id: Option<Id>,
    pub(super) vendor_notes: Option<String>,
    pub(super) entry_allowed: EntryAllowed,
    pub(super) entry_notes: Option<String>,
}

impl TaskBody {
    /// Reads the body; 422 names what is malformed or does not fit the world.
    pub(super) fn read(world: &World, request: &Request) -> Result<Self, Problem> {
        let object = request.object().map_err(|fault| Problem::invalid("body", fault.to_string()))?;
        let mut fields = Fields::new(&object, "", &FIELDS);
        for name in ["type", "subject", "status"] {
            fields.require(name);
        }
        let kind = fields.word("type", TASK_TYPE).unwrap_or(TaskType::Internal);
        if let Some(name) = required_by(kind) {
            fields.require(name);
        }
        for (name, of) in REQUESTERS {
            if fields.sent(name) && of != kind {
                fields.fault(name, "is not allowed for this type");
            }
        }
        let (status, status_word) = fields.word("status", STATUS).unwrap_or((TaskStatus::New, None));
        let vendor = fields.object("workOrder").map(|object| {
            let known =
                ["assignedToVendor", "approvedByOwner", "billed", "instructionsToVendor", "vendorBill"];
            let mut inner = Fields::new(object, "workOrder.", &known);
            inner.require("assignedToVendor");
            let vendor = reference::<Vendor>(world, &mut inner, "assignedToVendor");
            let notes = inner.text("instructionsToVendor", MAX_TEXT);
            fields.absorb(inner.finish());
            (vendor, notes)
        });
        let (vendor_id, vendor_notes) = vendor.unwrap_or_default();
        reference::<User>(world, &mut fields, "requestedByUser");
        if fields.sent("requestedByOwner") {
            fields.fault("requestedByOwner", "names no Owner");
        }
        let body = Self {
            kind,
            subject: fields.text("subject", MAX_SUBJECT).unwrap_or_default(),
            status,
            status_word: status_word.map(str::to_owned),
            priority: fields.word("priority", PRIORITY).unwrap_or(Priority::Normal),
            description: fields.text("description", MAX_TEXT),
            due: fields.date("dueDate"),
            reference: fields.text("reference", MAX_TEXT).filter(|_| !request.has(&DROPPED_REFERENCES)),
            property_id: reference::<Property>(world, &mut fields, "property"),
            unit_id: reference::<Unit>(world, &mut fields, "unit"),
            requested_by: reference::<Tenant>(world, &mut fields, "requestedByTenant"),
            assigned_to: assignees(world, &mut fields),
            vendor_id,
            vendor_notes,
            entry_allowed: fields.word("entryPermission", ENTRY).unwrap_or_default(),
            entry_notes: fields.text("entryNotes", MAX_TEXT),
        };
        fields.boolean("notifyAssignees");
        fields.boolean("notifyTenant");
        if let Some(unit) = body.unit_id.and_then(|id| world.get::<Unit>(id))
            && Some(unit.property_id) != body.property_id
        {
            fields.fault("unit", "must be a unit of the property");
        }
        Problem::of_fields(fields.finish())?;
        Ok(body)
    }
}

/// Fields that name the person who asked, and the type of task that each belongs to.
const REQUESTERS: [(&str, TaskType); 3] = [
    ("requestedByUser", TaskType::Internal),
    ("requestedByTenant", TaskType::TenantRequest),
    ("requestedByOwner", TaskType::OwnerRequest),
];

fn required_by(kind: TaskType) -> Option<&'static str> {
    let requester = REQUESTERS.iter().find(|(_, of)| *of == kind).map(|(name, _)| *name);
    requester.or((kind == TaskType::WorkOrder).then_some("workOrder"))
}

/// The id of a record that must exist.
fn reference<T: Named>(world: &World, fields: &mut Fields<'_>, name: &str) -> Option<Id> {
    let text = fields.text(name, MAX_TEXT)?;
    match oid::read::<T>(name, &text) {
        Ok(id) if world.get::<T>(id).is_some() => Some(id),
        Ok(_) => {
            fields.fault(name, format!("names no {}", T::WHAT));
            None
        }
        Err(_) => {
            fields.fault(name, "must be an id of 24 hexadecimal digits");
            None
        }
    }
}

/// Tasks are assigned to active staff.
pub(super) fn assignees(world: &World, fields: &mut Fields<'_>) -> Vec<Id> {
    let sent = fields.array("assignedToUsers").unwrap_or_default();
    let mut ids = Vec::new();
    for value in sent {
        let id = value.as_str().and_then(|text| oid::read::<User>("assignedToUsers", text).ok());
        match id.and_then(|id| world.get::<User>(id)) {
            Some(user) if user.active && user.kind == UserKind::Staff => ids.push(user.id),
            _ => fields.fault("assignedToUsers", "must hold ids of active users"),
        }
    }
    ids
}
