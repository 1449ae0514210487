//! Work orders: who it is assigned to and where it is must be asked of the task.

use serde_json::{Value, json};

use super::call::{Answer, Call, Reply};
use super::listing::Listing;
use super::names::{ENTRY_ALLOWED, PRIORITY, TASK_KIND, TASK_STATUS, word};
use super::problem::Problem;
use super::tasks::{ProgressFilter, TaskFilter, unit_agreement};
use crate::world::{LineItem, Task, WorkOrder, World};

const FIELDS: &[&str] = &[
    "Id",
    "Task",
    "Title",
    "DueDate",
    "Priority",
    "Status",
    "WorkDetails",
    "InvoiceNumber",
    "ChargeableTo",
    "EntryAllowed",
    "EntryNotes",
    "VendorId",
    "VendorNotes",
    "EntryContact",
    "EntryContacts",
    "BillTransactionId",
    "BillTransactionIds",
    "Amount",
    "LineItems",
];

pub(super) fn list(world: &World, call: &Call) -> Answer {
    let query = &call.query;
    query.check(
        &[
            "entitytype",
            "entityid",
            "statuses",
            "type",
            "unitid",
            "unitagreementid",
            "lastupdatedfrom",
            "lastupdatedto",
            "duedatefrom",
            "duedateto",
            "taskcategoryid",
            "priorities",
            "assignedtoid",
            "vendorids",
            "title",
            "taskids",
            "orderby",
            "offset",
            "limit",
        ],
        &["amountfrom", "amountto", "isbilled"],
    )?;
    let listing = Listing::of(call, FIELDS)?;
    let through_task = TaskFilter::of(query)?;
    let own = ProgressFilter::of(world, query)?;
    let kind = query.word("type", TASK_KIND)?;
    let vendors = query.ids("vendorids")?;
    let tasks = query.ids("taskids")?;
    let title = query.part("title");
    let rows = world
        .platform
        .work_orders
        .iter()
        .filter(|o| vendors.as_ref().is_none_or(|ids| o.vendor_id.is_some_and(|id| ids.contains(&id))))
        .filter(|o| tasks.as_ref().is_none_or(|ids| ids.contains(&o.task_id)))
        // Status, priority and due date are the work order's own, whatever the task says.
        .filter(|o| own.takes(o.status, o.priority, o.due))
        .filter(|o| own.updated.hold(o.updated_at))
        .filter(|o| {
            let has = o.title.as_deref().unwrap_or_default().to_lowercase();
            title.as_ref().is_none_or(|part| has.contains(part))
        })
        .filter(|o| {
            let task = world.platform.tasks.get(o.task_id);
            task.is_some_and(|t| through_task.takes(t) && kind.is_none_or(|kind| t.kind == kind))
        })
        .collect();
    listing.page(rows, |order| render(world, order))
}

pub(super) fn get(world: &World, call: &Call) -> Answer {
    call.query.check(&[], &[])?;
    let order: &WorkOrder = world.get(call.id("work order")?).ok_or_else(|| Problem::no("work order"))?;
    Ok(Reply::One(render(world, order)))
}

pub(super) fn render(world: &World, order: &WorkOrder) -> Value {
    let contacts: Vec<Value> =
        order.entry_contact_ids.iter().map(|id| json!({ "Id": id, "Resources": [] })).collect();
    let record = json!({
        "Id": order.id,
        "Task": world.platform.tasks.get(order.task_id).map(task),
        "Title": order.title,
        "DueDate": order.due,
        "Priority": order.priority.as_ref().map_or("Unknown", |p| word(PRIORITY, p)),
        "Status": order.status.as_ref().map_or("Unknown", |s| word(TASK_STATUS, s)),
        "WorkDetails": order.details,
        "InvoiceNumber": order.invoice_number,
        "ChargeableTo": order.chargeable_to,
        "EntryAllowed": word(ENTRY_ALLOWED, &order.entry_allowed),
        "EntryNotes": order.entry_notes,
        "VendorId": order.vendor_id,
        "VendorNotes": order.vendor_notes,
        "EntryContact": contacts.first(),
        "EntryContacts": contacts,
        "BillTransactionId": null,
        "BillTransactionIds": [],
        "Amount": order.amount(),
        "LineItems": order.line_items.iter().map(line_item).collect::<Vec<_>>(),
    });
    world.distort("work_order", order.id, record)
}

/// As much of the task as a work order shows.
fn task(task: &Task) -> Value {
    json!({
        "Id": task.id,
        "Type": word(TASK_KIND, &task.kind),
        "UnitId": task.unit_id,
        "UnitAgreement": unit_agreement(task),
        "Title": task.title,
        "DueDate": task.due,
        "Priority": word(PRIORITY, &task.priority),
        "Status": word(TASK_STATUS, &task.status),
    })
}

fn line_item(line: &LineItem) -> Value {
    json!({
        "GlAccountId": line.gl_account_id,
        "Quantity": line.quantity,
        "Memo": line.memo,
        "UnitPrice": line.unit_price,
    })
}
