//! The bodies with which tasks are written, and what is checked about them.

use chrono::NaiveDate;

use super::call::Call;
use super::names::{PRIORITY, TASK_STATUS};
use super::problem::Problem;
use crate::dialects::fields::{FieldFault, Fields};
use crate::world::{
    Contact, Id, Phone, PhoneKind, Priority, Property, TaskKind, TaskStatus, Unit, User, UserKind, World,
};

pub(super) const MAX_TITLE: usize = 127;
const MAX_TEXT: usize = 65_500;

/// Purpose of a body: to create a task, or to replace one.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Purpose {
    Create,
    Replace,
}

/// A well-formed body; what it did not hold is `None`.
pub(super) struct TaskBody {
    pub(super) title: String,
    /// A description when a task is made, a comment when it is replaced.
    pub(super) text: Option<String>,
    pub(super) category_id: Option<Id>,
    pub(super) property_id: Option<Id>,
    pub(super) unit_id: Option<Id>,
    pub(super) lease_id: Option<Id>,
    pub(super) requested_by: Option<Id>,
    pub(super) contact: Option<Contact>,
    pub(super) assigned_to: Option<Id>,
    pub(super) status: TaskStatus,
    pub(super) priority: Priority,
    pub(super) due: Option<NaiveDate>,
    pub(super) entry_permitted: Option<bool>,
    pub(super) pets: Option<bool>,
    pub(super) entry_notes: Option<String>,
}

impl TaskBody {
    /// Reads the body; 400 names everything that is malformed, 422 what does not fit the world.
    pub(super) fn read(
        kind: TaskKind,
        purpose: Purpose,
        world: &World,
        call: &Call,
    ) -> Result<Self, Problem> {
        let object = call.object()?;
        let mut fields = Fields::new(&object, "", &known(kind, purpose));
        for name in required(kind, purpose) {
            fields.require(name);
        }
        let text = if purpose == Purpose::Create { "Description" } else { "Message" };
        let body = Self {
            title: fields.text("Title", MAX_TITLE).unwrap_or_default(),
            text: fields.text(text, MAX_TEXT),
            category_id: fields.id32("CategoryId"),
            property_id: fields.id32("PropertyId"),
            unit_id: fields.id32("UnitId"),
            lease_id: fields.id32("UnitAgreementId"),
            requested_by: fields.id32("RequestedByEntityId"),
            contact: contact(&mut fields),
            assigned_to: fields.id32("AssignedToUserId"),
            status: fields.word("TaskStatus", TASK_STATUS).unwrap_or(TaskStatus::New),
            priority: fields.word("Priority", PRIORITY).unwrap_or(Priority::Normal),
            due: fields.date("DueDate"),
            entry_permitted: fields.boolean("IsEntryPermittedByResident"),
            pets: fields.boolean("DoesResidentHavePets"),
            entry_notes: fields.text("ResidentEntryNotes", 65_535),
        };
        fields.boolean("ShareWithRentalOwners");
        fields.boolean("ShareWithBoardMembers");
        let subcategory = fields.id32("SubCategoryId");
        faultless(fields.finish())?;
        check_assignee(world, "AssignedToUserId", body.assigned_to)?;
        check_place(world, "", body.property_id, body.unit_id)?;
        if body.category_id.is_some_and(|id| !world.platform.categories.contains(id)) {
            return Err(Problem::unprocessable("CategoryId", "names no task category"));
        }
        if subcategory.is_some() {
            return Err(Problem::unprocessable("SubCategoryId", "names no subcategory of the category"));
        }
        Ok(body)
    }
}

fn known(kind: TaskKind, purpose: Purpose) -> Vec<&'static str> {
    let mut known =
        vec!["Title", "CategoryId", "SubCategoryId", "AssignedToUserId", "TaskStatus", "Priority", "DueDate"];
    known.push(if purpose == Purpose::Create { "Description" } else { "Message" });
    if kind != TaskKind::ResidentRequest {
        known.extend(["PropertyId", "UnitId"]);
    } else if purpose == Purpose::Create {
        known.extend([
            "UnitAgreementId",
            "RequestedByEntityId",
            "IsEntryPermittedByResident",
            "DoesResidentHavePets",
            "ResidentEntryNotes",
            "ShareWithRentalOwners",
            "ShareWithBoardMembers",
        ]);
    }
    known.extend((kind == TaskKind::ContactRequest).then_some("ContactDetail"));
    known
}

fn required(kind: TaskKind, purpose: Purpose) -> Vec<&'static str> {
    let mut required = vec!["Title", "TaskStatus", "Priority"];
    match (kind, purpose) {
        (TaskKind::Todo, _) => required.push("AssignedToUserId"),
        (TaskKind::ContactRequest, _) => required.extend(["AssignedToUserId", "ContactDetail"]),
        (TaskKind::ResidentRequest, Purpose::Create) => {
            required.extend(["UnitAgreementId", "RequestedByEntityId"]);
        }
        _ => {}
    }
    required
}

fn contact(fields: &mut Fields<'_>) -> Option<Contact> {
    let object = fields.object("ContactDetail")?;
    let known = ["FirstName", "LastName", "Email", "PhoneNumbers"];
    let mut inner = Fields::new(object, &fields.path("ContactDetail"), &known);
    inner.require("FirstName");
    let contact = Contact {
        first_name: inner.text("FirstName", MAX_TITLE).unwrap_or_default(),
        last_name: inner.text("LastName", MAX_TITLE),
        email: inner.text("Email", MAX_TITLE),
        phones: contact_phones(&mut inner),
    };
    fields.absorb(inner.finish());
    Some(contact)
}

fn contact_phones(fields: &mut Fields<'_>) -> Vec<Phone> {
    let Some(object) = fields.object("PhoneNumbers") else { return Vec::new() };
    let mut inner = Fields::new(object, &fields.path("PhoneNumbers"), &["Home", "Work", "Mobile"]);
    let kinds = [("Home", PhoneKind::Home), ("Work", PhoneKind::Office), ("Mobile", PhoneKind::Cell)];
    let phones = kinds
        .into_iter()
        .filter_map(|(name, kind)| inner.text(name, MAX_TITLE).map(|number| Phone { kind, number }))
        .collect();
    fields.absorb(inner.finish());
    phones
}

/// 400 if anything is malformed.
pub(super) fn faultless(faults: Vec<FieldFault>) -> Result<(), Problem> {
    if faults.is_empty() { Ok(()) } else { Err(Problem::body(faults)) }
}

/// Tasks are assigned to active staff and to nobody else, vendors least of all.
pub(super) fn check_assignee(world: &World, name: &str, user_id: Option<Id>) -> Result<(), Problem> {
    let Some(id) = user_id else { return Ok(()) };
    match world.get::<User>(id) {
        Some(user) if user.active && user.kind == UserKind::Staff => Ok(()),
        Some(_) => Err(Problem::unprocessable(name, "must be an active staff user")),
        None => Err(Problem::unprocessable(name, "names no user")),
    }
}

/// A task's property must be active, and its unit one of that property's.
pub(super) fn check_place(
    world: &World,
    prefix: &str,
    property_id: Option<Id>,
    unit_id: Option<Id>,
) -> Result<(), Problem> {
    let property_name = format!("{prefix}PropertyId");
    match property_id.map(|id| world.get::<Property>(id)) {
        Some(None) => return Err(Problem::unprocessable(&property_name, "names no property")),
        Some(Some(property)) if !property.active => {
            return Err(Problem::unprocessable(&property_name, "must be an active property"));
        }
        _ => {}
    }
    match unit_id.map(|id| world.get::<Unit>(id)) {
        None => Ok(()),
        Some(Some(unit)) if Some(unit.property_id) == property_id => Ok(()),
        Some(_) => Err(Problem::unprocessable(&format!("{prefix}UnitId"), "must be a unit of the property")),
    }
}
