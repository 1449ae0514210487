//! Making work orders, and replacing what of them can be written: not status, priority or due date.

use serde_json::{Map, Value};

use super::call::{Answer, Call, Reply};
use super::names::{ENTRY_ALLOWED, PRIORITY, TASK_STATUS};
use super::problem::Problem;
use super::task_body::{MAX_TITLE, TaskBody, check_assignee, check_place, faultless};
use super::task_writes::{insert, new_task};
use super::work_orders::render;
use crate::dialects::fields::Fields;
use crate::world::{
    EntryAllowed, Id, LineItem, Priority, Task, TaskKind, TaskStatus, Vendor, WorkOrder, World,
};

const MAX_TEXT: usize = 65_535;

const FIELDS: [&str; 11] = [
    "Title",
    "WorkDetails",
    "InvoiceNumber",
    "ChargeableTo",
    "EntryAllowed",
    "EntryNotes",
    "VendorId",
    "VendorNotes",
    "EntryContactId",
    "EntryContactIds",
    "LineItems",
];

pub(super) fn post(world: &mut World, call: &Call) -> Answer {
    call.query.check(&[], &[])?;
    let object = call.object()?;
    let mut known = FIELDS.to_vec();
    known.extend(["TaskId", "Task"]);
    let mut fields = Fields::new(&object, "", &known);
    let body = Body::read(&mut fields);
    let task_id = fields.id32("TaskId");
    let inline = fields.object("Task");
    let new = inline.map(|object| inline_task(&mut fields, object));
    faultless(fields.finish())?;
    check_vendor(world, body.vendor_id)?;
    let task = match (task_id, new) {
        (Some(id), None) => {
            let task = world.get(id).cloned();
            task.ok_or_else(|| Problem::unprocessable("TaskId", "names no task"))?
        }
        (None, Some(body)) => made_task(world, body)?,
        _ => return Err(Problem::unprocessable("TaskId", "give either TaskId or Task")),
    };
    let order = body.into_order(world, &task);
    let id = order.id;
    world.insert(order).map_err(|e| Problem::unprocessable("Id", e.to_string()))?;
    answer(world, id).map(|record| Reply::Created(format!("/v1/workorders/{id}"), record))
}

pub(super) fn put(world: &mut World, call: &Call) -> Answer {
    call.query.check(&[], &[])?;
    let id = call.id("work order")?;
    if world.get::<WorkOrder>(id).is_none() {
        return Err(Problem::no("work order"));
    }
    let object = call.object()?;
    let mut fields = Fields::new(&object, "", &FIELDS);
    let body = Body::read(&mut fields);
    faultless(fields.finish())?;
    check_vendor(world, body.vendor_id)?;
    // The task's own last update stays as it is.
    world.update(id, |order| body.replace(order)).map_err(|_| Problem::no("work order"))?;
    answer(world, id).map(Reply::One)
}

fn answer(world: &World, id: Id) -> Result<Value, Problem> {
    let order = world.get(id).ok_or_else(|| Problem::no("work order"))?;
    Ok(render(world, order))
}

/// Body of a POST or PUT.
struct Body {
    title: Option<String>,
    details: Option<String>,
    invoice_number: Option<String>,
    chargeable_to: Option<String>,
    entry_allowed: EntryAllowed,
    entry_notes: Option<String>,
    entry_contact_ids: Vec<Id>,
    vendor_id: Id,
    vendor_notes: Option<String>,
    line_items: Vec<LineItem>,
}

impl Body {
    fn read(fields: &mut Fields<'_>) -> Self {
        fields.require("EntryAllowed");
        fields.require("VendorId");
        let mut entry_contact_ids = ids(fields, "EntryContactIds");
        entry_contact_ids.extend(fields.id32("EntryContactId"));
        Self {
            title: fields.text("Title", MAX_TITLE),
            details: fields.text("WorkDetails", MAX_TEXT),
            invoice_number: fields.text("InvoiceNumber", 50),
            chargeable_to: fields.text("ChargeableTo", 100),
            entry_allowed: fields.word("EntryAllowed", ENTRY_ALLOWED).unwrap_or_default(),
            entry_notes: fields.text("EntryNotes", MAX_TEXT),
            entry_contact_ids,
            vendor_id: fields.id32("VendorId").unwrap_or_default(),
            vendor_notes: fields.text("VendorNotes", MAX_TEXT),
            line_items: line_items(fields),
        }
    }

    fn into_order(self, world: &World, task: &Task) -> WorkOrder {
        let now = world.now();
        let mut order = WorkOrder {
            id: world.next_id::<WorkOrder>(),
            task_id: task.id,
            title: None,
            status: Some(task.status),
            priority: Some(task.priority),
            due: task.due,
            details: None,
            vendor_id: Some(self.vendor_id),
            vendor_notes: None,
            entry_allowed: self.entry_allowed,
            entry_notes: None,
            entry_contact_ids: Vec::new(),
            reference: None,
            status_word: None,
            scheduled_start: None,
            invoice_number: None,
            chargeable_to: None,
            line_items: Vec::new(),
            steps: Vec::new(),
            created_at: now,
            updated_at: now,
        };
        self.replace(&mut order);
        order.title = order.title.or_else(|| Some(task.title.clone()));
        order
    }

    fn replace(self, order: &mut WorkOrder) {
        order.title = self.title;
        order.details = self.details;
        order.invoice_number = self.invoice_number;
        order.chargeable_to = self.chargeable_to;
        order.entry_allowed = self.entry_allowed;
        order.entry_notes = self.entry_notes;
        order.entry_contact_ids = self.entry_contact_ids;
        order.vendor_id = Some(self.vendor_id);
        order.vendor_notes = self.vendor_notes;
        order.line_items = self.line_items;
    }
}

fn ids(fields: &mut Fields<'_>, name: &str) -> Vec<Id> {
    let values = fields.array(name).unwrap_or_default();
    let ids: Vec<Id> =
        values.iter().filter_map(Value::as_i64).filter(|id| i32::try_from(*id).is_ok()).collect();
    if ids.len() < values.len() {
        fields.fault(name, "must hold 32-bit integers");
    }
    ids
}

fn line_items(fields: &mut Fields<'_>) -> Vec<LineItem> {
    let mut items = Vec::new();
    for (i, line) in fields.array("LineItems").unwrap_or_default().iter().enumerate() {
        let Some(object) = line.as_object() else {
            fields.fault(&format!("LineItems[{i}]"), "must be an object");
            continue;
        };
        let known = ["GlAccountId", "Quantity", "Memo", "UnitPrice"];
        let mut inner = Fields::new(object, &fields.path(&format!("LineItems[{i}]")), &known);
        inner.require("Quantity");
        inner.require("UnitPrice");
        items.push(LineItem {
            gl_account_id: inner.id32("GlAccountId"),
            quantity: inner.number("Quantity").unwrap_or_default(),
            unit_price: inner.number("UnitPrice").unwrap_or_default(),
            memo: inner.text("Memo", MAX_TEXT),
        });
        fields.absorb(inner.finish());
    }
    items
}

/// The task that is made along with its work order.
fn inline_task(fields: &mut Fields<'_>, object: &Map<String, Value>) -> TaskBody {
    let known = ["Title", "DueDate", "Priority", "Status", "PropertyId", "UnitId", "AssignedToUserId"];
    let mut inner = Fields::new(object, &fields.path("Task"), &known);
    for name in ["Title", "Priority", "Status", "AssignedToUserId"] {
        inner.require(name);
    }
    let body = TaskBody {
        title: inner.text("Title", MAX_TITLE).unwrap_or_default(),
        text: None,
        category_id: None,
        property_id: inner.id32("PropertyId"),
        unit_id: inner.id32("UnitId"),
        lease_id: None,
        requested_by: None,
        contact: None,
        assigned_to: inner.id32("AssignedToUserId"),
        status: inner.word("Status", TASK_STATUS).unwrap_or(TaskStatus::New),
        priority: inner.word("Priority", PRIORITY).unwrap_or(Priority::Normal),
        due: inner.date("DueDate"),
        entry_permitted: None,
        pets: None,
        entry_notes: None,
    };
    fields.absorb(inner.finish());
    body
}

fn made_task(world: &mut World, body: TaskBody) -> Result<Task, Problem> {
    check_assignee(world, "Task.AssignedToUserId", body.assigned_to)?;
    check_place(world, "Task.", body.property_id, body.unit_id)?;
    let task = new_task(world, TaskKind::Todo, body);
    insert(world, task.clone())?;
    Ok(task)
}

fn check_vendor(world: &World, id: Id) -> Result<(), Problem> {
    match world.get::<Vendor>(id) {
        Some(vendor) if vendor.active => Ok(()),
        Some(_) => Err(Problem::unprocessable("VendorId", "must be an active vendor")),
        None => Err(Problem::unprocessable("VendorId", "names no vendor")),
    }
}
