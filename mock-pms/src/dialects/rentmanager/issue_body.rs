//! Body of a POST of an issue. Fields that it leaves out stay as they are.

use serde_json::{Map, Value};

use super::issues::KEY;
use super::links;
use super::names::{self, CATEGORIES, LONGEST_TEXT, LONGEST_TITLE, PRIORITIES, STATUSES};
use super::problem::Problem;
use super::quirks::PLACE_IN_LINKS_ONLY;
use crate::dialects::fields::Fields;
use crate::world::{Id, Priority, Property, TaskStatus, Tenant, Unit, User, UserKind, Vendor, World};

const FIELDS: [&str; 23] = [
    KEY,
    "Title",
    "Description",
    "CategoryID",
    "StatusID",
    "PriorityID",
    "AssignedToUserID",
    "VendorID",
    "PropertyID",
    "UnitID",
    "TenantID",
    "IsClosed",
    "CloseDate",
    "DueDate",
    "IsCustomerInitiated",
    "CustomerDescription",
    "NoteText",
    "Resolution",
    "ConcurrencyID",
    "UpdateDate",
    links::UNITS,
    links::PROPERTIES,
    links::TENANTS,
];

/// An issue as far as a client says something of it.
pub(super) struct IssueBody {
    pub(super) id: Option<Id>,
    pub(super) title: Option<String>,
    pub(super) description: Option<String>,
    pub(super) status: Option<(TaskStatus, &'static str)>,
    pub(super) closes: bool,
    pub(super) priority: Option<Priority>,
    pub(super) assigned_to: Option<Id>,
    pub(super) vendor_id: Option<Id>,
    pub(super) property_id: Option<Id>,
    pub(super) unit_id: Option<Id>,
    pub(super) requested_by: Option<Id>,
    pub(super) due: Option<chrono::NaiveDate>,
    /// The key to what the client has seen, by number or by the time of the last change.
    pub(super) concurrency: Option<i64>,
    pub(super) update_date: Option<String>,
}

impl IssueBody {
    /// Reads the model; 400 names what is malformed or does not fit the world.
    pub(super) fn read(world: &World, model: &Map<String, Value>) -> Result<Self, Problem> {
        let mut fields = Fields::new(model, "", &FIELDS);
        let id = fields.id32(KEY);
        if id.is_none() {
            fields.require("Title");
        }
        for name in ["Resolution", "NoteText", "CustomerDescription", "CloseDate"] {
            fields.text(name, LONGEST_TEXT);
        }
        fields.boolean("IsCustomerInitiated");
        let category = fields.id32("CategoryID");
        if category.is_some_and(|id| names::entry(CATEGORIES, id).is_none()) {
            fields.fault("CategoryID", "is not a category of this account");
        }
        let status = fields.id32("StatusID").map(|id| names::entry(STATUSES, id));
        if status == Some(None) {
            fields.fault("StatusID", "is not a status of this account");
        }
        let priority = fields.id32("PriorityID").map(|id| names::entry(PRIORITIES, id));
        if priority == Some(None) {
            fields.fault("PriorityID", "is not a priority of this account");
        }
        let assigned_to = fields.id32("AssignedToUserID");
        let is_staff = |user: &User| user.active && user.kind == UserKind::Staff;
        if assigned_to.is_some_and(|id| !world.get::<User>(id).is_some_and(is_staff)) {
            fields.fault("AssignedToUserID", "is not an active user");
        }
        let unit_id = place(world, &mut fields, "UnitID", links::UNITS);
        let unit = unit_id.map(|id| (id, world.get::<Unit>(id).map(|unit| unit.property_id)));
        let property_id = place(world, &mut fields, "PropertyID", links::PROPERTIES);
        let known_property = property_id.is_none_or(|id| world.get::<Property>(id).is_some());
        if !known_property {
            fields.fault("PropertyID", "is not a property");
        }
        let of_unit = unit.map(|(_, property)| property);
        if of_unit.is_some_and(|of| of.is_none() || (property_id.is_some() && of != property_id)) {
            fields.fault("UnitID", "is not a unit of the property");
        }
        let requested_by = place(world, &mut fields, "TenantID", links::TENANTS);
        if requested_by.is_some_and(|id| world.get::<Tenant>(id).is_none()) {
            fields.fault("TenantID", "is not a tenant");
        }
        let vendor_id = fields.id32("VendorID");
        if vendor_id.is_some_and(|id| world.get::<Vendor>(id).is_none()) {
            fields.fault("VendorID", "is not a vendor");
        }
        let body = Self {
            id,
            title: fields.text("Title", LONGEST_TITLE),
            description: fields.text("Description", LONGEST_TEXT),
            status: status.flatten().map(|(_, name, meaning)| (meaning, name)),
            closes: fields.boolean("IsClosed").unwrap_or(false),
            priority: priority.flatten().map(|(_, _, meaning)| meaning),
            assigned_to,
            vendor_id,
            property_id: property_id.or(of_unit.flatten()),
            unit_id,
            requested_by,
            due: fields.date("DueDate"),
            concurrency: fields.id("ConcurrencyID"),
            update_date: fields.text("UpdateDate", LONGEST_TEXT),
        };
        Problem::of_fields(fields.finish())?;
        Ok(body)
    }

    /// The status to set: closing an issue that keeps an open status completes it.
    pub(super) fn status_from(&self, before: TaskStatus) -> Option<(TaskStatus, Option<&'static str>)> {
        let (status, word) = match self.status {
            Some((status, word)) => (status, Some(word)),
            None => (before, None),
        };
        if self.closes && !names::is_closed(status) {
            return Some((TaskStatus::Completed, None));
        }
        self.status.map(|_| (status, word))
    }
}

/// An id of the place or of whoever asked, by a field or by a link, which must say the same. Where links alone tell the
/// place, the field is ignored like any that the service does not know.
fn place(world: &World, fields: &mut Fields<'_>, field: &str, links: &str) -> Option<Id> {
    let linked = links::sent(fields, links, field);
    if PLACE_IN_LINKS_ONLY.is_on(world) {
        return linked;
    }
    let named = fields.id32(field);
    if linked.is_some_and(|linked| named.is_some_and(|named| named != linked)) {
        fields.fault(links, format!("contradicts {field}"));
    }
    named.or(linked)
}
