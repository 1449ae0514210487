//! Tasks: read all together or by kind.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::call::{Answer, Call, Reply};
use super::listing::{Listing, PAGING};
use super::names::{self, PRIORITY, TASK_KIND, TASK_STATUS, word};
use super::parameters::{Days, Parameters, Span};
use super::problem::Problem;
use crate::world::{Contact, Id, PhoneKind, Priority, Task, TaskKind, TaskStatus, World};

const FIELDS: &[&str] = &[
    "Id",
    "TaskType",
    "Category",
    "Title",
    "Description",
    "Property",
    "UnitId",
    "UnitAgreement",
    "RequestedByUserEntity",
    "AssignedToUserId",
    "TaskStatus",
    "Priority",
    "DueDate",
    "CreatedDateTime",
    "LastUpdatedDateTime",
];

const PARAMETERS: [&str; 15] = [
    "entitytype",
    "entityid",
    "statuses",
    "unitid",
    "lastupdatedfrom",
    "lastupdatedto",
    "duedatefrom",
    "duedateto",
    "taskcategoryid",
    "priorities",
    "assignedtoid",
    "tasktitle",
    "orderby",
    "offset",
    "limit",
];

pub(super) fn list(world: &World, call: &Call) -> Answer {
    let mut known = PARAMETERS.to_vec();
    known.extend(["type", "unitagreementid"]);
    call.query.check(&known, &[])?;
    let kind = call.query.word("type", TASK_KIND)?;
    let listing = Listing::of(call, FIELDS)?;
    listing.page(filtered(world, call, kind)?, |task| render(world, task))
}

pub(super) fn list_of(kind: TaskKind, world: &World, call: &Call) -> Answer {
    let mut known = PARAMETERS.to_vec();
    known.extend((kind == TaskKind::ResidentRequest).then_some("unitagreementid"));
    call.query.check(&known, &[])?;
    let listing = Listing::of(call, FIELDS)?;
    listing.page(filtered(world, call, Some(kind))?, |task| render_of_kind(world, task))
}

pub(super) fn get(world: &World, call: &Call) -> Answer {
    call.query.check(&[], &[])?;
    let task: &Task = world.get(call.id("task")?).ok_or_else(|| Problem::no("task"))?;
    Ok(Reply::One(render(world, task)))
}

pub(super) fn get_of(kind: TaskKind, world: &World, call: &Call) -> Answer {
    call.query.check(&[], &[])?;
    let id = call.id("task")?;
    let task = world.get(id).filter(|task: &&Task| task.kind == kind).ok_or_else(|| Problem::no("task"))?;
    Ok(Reply::One(render_of_kind(world, task)))
}

/// A task's comments and changes. They have no id beyond their place.
pub(super) fn history(world: &World, call: &Call) -> Answer {
    call.query.check(&PAGING, &[])?;
    let task: &Task = world.get(call.id("task")?).ok_or_else(|| Problem::no("task"))?;
    let rows: Vec<Value> = task
        .history
        .iter()
        .zip(1..)
        .map(|(entry, place)| {
            json!({
                "Id": place,
                "Priority": word(PRIORITY, &entry.priority),
                "TaskStatus": word(TASK_STATUS, &entry.status),
                "AssignedToUserId": entry.assigned_to.unwrap_or(0),
                "DueDate": entry.due,
                "Message": entry.message,
                "SharedWith": [],
                "FileIds": [],
                // The odd capital is the real one.
                "CreatedDateTIme": names::instant(entry.at),
                "CreatedByUser": null,
                "LastUpdatedDateTime": null,
                "LastUpdatedByUser": null,
            })
        })
        .collect();
    let total = rows.len();
    Ok(Reply::Page(rows, total))
}

pub(super) fn categories(world: &World, call: &Call) -> Answer {
    call.query.check(&PAGING, &[])?;
    let listing = Listing::of(call, &["Id", "Name", "IsSystemCategory", "SubCategories"])?;
    listing.page(world.platform.categories.iter().collect(), |category| {
        json!({ "Id": category.id, "Name": category.name, "IsSystemCategory": false, "SubCategories": [] })
    })
}

/// The filters that tasks share with work orders, which look through to their task.
pub(super) struct TaskFilter {
    property_id: Option<Option<Id>>,
    unit_id: Option<Id>,
    lease_id: Option<Id>,
    category_id: Option<Id>,
    assigned_to: Option<Id>,
}

impl TaskFilter {
    pub(super) fn of(query: &Parameters) -> Result<Self, Problem> {
        let kinds = [("Rental", true), ("RentalOwner", false), ("Association", false)];
        let is_rental = query.word("entitytype", &kinds)?;
        let property_id = match (is_rental, query.id("entityid")?) {
            (None, None) => None,
            (Some(true), Some(id)) => Some(Some(id)),
            // No task belongs to what the world does not have.
            (Some(false), Some(_)) => Some(None),
            _ => return Err(Problem::parameter("entityid", "needs entitytype, and the other way round")),
        };
        Ok(Self {
            property_id,
            unit_id: query.id("unitid")?,
            lease_id: query.id("unitagreementid")?,
            category_id: query.id("taskcategoryid")?,
            assigned_to: query.id("assignedtoid")?,
        })
    }

    pub(super) fn takes(&self, task: &Task) -> bool {
        let matches = |wanted: Option<Id>, has: Option<Id>| wanted.is_none() || wanted == has;
        self.property_id.is_none_or(|wanted| wanted.is_some() && wanted == task.property_id)
            && matches(self.unit_id, task.unit_id)
            && matches(self.lease_id, task.lease_id)
            && matches(self.category_id, task.category_id)
            && matches(self.assigned_to, task.assigned_to)
    }
}

/// The filters that look at a task's own fields, or at a work order's.
pub(super) struct ProgressFilter {
    pub(super) statuses: Option<Vec<TaskStatus>>,
    pub(super) priorities: Option<Vec<Priority>>,
    pub(super) due: Span<NaiveDate>,
    pub(super) updated: Days,
}

impl ProgressFilter {
    pub(super) fn of(world: &World, query: &Parameters) -> Result<Self, Problem> {
        Ok(Self {
            statuses: query.words("statuses", TASK_STATUS)?,
            priorities: query.words("priorities", PRIORITY)?,
            due: query.dates("duedatefrom", "duedateto")?,
            updated: query.updated_days(world.platform.account.filter_timezone())?,
        })
    }

    pub(super) fn takes(
        &self,
        status: Option<TaskStatus>,
        priority: Option<Priority>,
        due: Option<NaiveDate>,
    ) -> bool {
        self.statuses.as_ref().is_none_or(|all| status.is_some_and(|s| all.contains(&s)))
            && self.priorities.as_ref().is_none_or(|all| priority.is_some_and(|p| all.contains(&p)))
            && (self.due.is_open() || due.is_some_and(|date| self.due.holds(&date)))
    }
}

fn filtered<'a>(world: &'a World, call: &Call, kind: Option<TaskKind>) -> Result<Vec<&'a Task>, Problem> {
    let filter = TaskFilter::of(&call.query)?;
    let progress = ProgressFilter::of(world, &call.query)?;
    let title = call.query.part("tasktitle");
    Ok(world
        .platform
        .tasks
        .iter()
        .filter(|t| kind.is_none_or(|kind| t.kind == kind))
        .filter(|t| filter.takes(t))
        .filter(|t| progress.takes(Some(t.status), Some(t.priority), t.due))
        .filter(|t| progress.updated.hold(t.updated_at))
        .filter(|t| title.as_ref().is_none_or(|part| t.title.to_lowercase().contains(part)))
        .collect())
}

fn render(world: &World, task: &Task) -> Value {
    let mut record = common(world, task);
    record["TaskType"] = word(TASK_KIND, &task.kind).into();
    record["UnitAgreement"] = unit_agreement(task);
    record["RequestedByUserEntity"] = requested_by(world, task);
    // Not nullable in this schema alone.
    record["AssignedToUserId"] = task.assigned_to.unwrap_or(0).into();
    world.distort("task", task.id, record)
}

/// A task in the shape of its kind.
pub(super) fn render_of_kind(world: &World, task: &Task) -> Value {
    let mut record = common(world, task);
    match task.kind {
        TaskKind::Todo => {}
        TaskKind::RentalOwnerRequest => record["RequestedByUserEntity"] = requested_by(world, task),
        TaskKind::ContactRequest => record["ContactDetail"] = task.contact.as_ref().map(contact).into(),
        TaskKind::ResidentRequest => {
            record["UnitId"] = task.unit_id.unwrap_or(0).into();
            record["UnitAgreement"] = unit_agreement(task);
            record["RequestedByUserEntity"] = requested_by(world, task);
            record["Appliance"] = Value::Null;
            record["IsEntryPermittedByResident"] = task.entry_permitted.into();
            record["DoesResidentHavePets"] = task.pets.into();
            record["ResidentEntryNotes"] = task.entry_notes.clone().into();
        }
    }
    world.distort("task", task.id, record)
}

fn common(world: &World, task: &Task) -> Value {
    let category = task.category_id.and_then(|id| world.platform.categories.get(id)).map(|c| {
        json!({ "Id": c.id, "Name": c.name, "Href": format!("/v1/tasks/categories/{}", c.id), "SubCategory": null })
    });
    let property =
        task.property_id.map(|id| json!({ "Id": id, "Type": "Rental", "Href": format!("/v1/rentals/{id}") }));
    json!({
        "Id": task.id,
        "Category": category,
        "Title": task.title,
        "Description": task.description,
        "Property": property,
        "UnitId": task.unit_id,
        "AssignedToUserId": task.assigned_to,
        "TaskStatus": word(TASK_STATUS, &task.status),
        "Priority": word(PRIORITY, &task.priority),
        "DueDate": task.due,
        "CreatedDateTime": names::instant(task.created_at),
        "LastUpdatedDateTime": names::instant(task.updated_at),
    })
}

pub(super) fn unit_agreement(task: &Task) -> Value {
    let agreement =
        task.lease_id.map(|id| json!({ "Id": id, "Type": "Lease", "Href": format!("/v1/leases/{id}") }));
    agreement.into()
}

fn requested_by(world: &World, task: &Task) -> Value {
    let tenant = task.requested_by.and_then(|id| world.platform.tenants.get(id)).map(|tenant| {
        json!({
            "Type": "RentalTenant",
            "Id": tenant.id,
            "FirstName": tenant.first_name,
            "LastName": tenant.last_name,
            "IsCompany": false,
            "Href": format!("/v1/leases/tenants/{}", tenant.id),
        })
    });
    tenant.into()
}

fn contact(contact: &Contact) -> Value {
    let phone = |kind| contact.phones.iter().find(|p| p.kind == kind).map(|p| p.number.as_str());
    json!({
        "FirstName": contact.first_name,
        "LastName": contact.last_name,
        "Email": contact.email,
        "PhoneNumbers": {
            "Home": phone(PhoneKind::Home),
            "Work": phone(PhoneKind::Office),
            "Mobile": phone(PhoneKind::Cell),
        },
    })
}
