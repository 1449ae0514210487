//! Work orders: the open ones, and if the system lets itself be asked, the closed ones.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde_json::json;

use super::address;
use super::asked::Asked;
use super::people::yes_or_no;
use super::places::is_wanted;
use super::quirks::{CREATION_DAYS, STATUS_FILTER, UNITLESS_WORK_ORDERS, ZONELESS_TIMES};
use super::report::Row;
use super::stays::{name, phones};
use crate::dialects::appfolio::names;
use crate::world::{Address, Id, Lease, Maintenance, Property, Task, TaskStatus, Tenant, User, World};

/// Every status by its code; the closed ones are those that a list shows only if they are asked for.
const CODES: [(&str, &str); 13] = [
    ("0", "New"),
    ("1", "Estimate Requested"),
    ("2", "Estimated"),
    ("3", "Scheduled"),
    ("4", "Completed"),
    ("5", "Canceled"),
    ("6", "Waiting"),
    ("7", "Completed No Need To Bill"),
    ("8", "Work Done"),
    ("9", "Assigned"),
    ("10", "New by AppFolio"),
    ("11", "Assigned by AppFolio"),
    ("12", "Ready to Bill"),
];
const CLOSED: [&str; 3] = ["4", "5", "7"];

/// Numbers of all work orders: that of the request, and the place among its work orders.
pub(super) fn numbers(world: &World) -> HashMap<Id, String> {
    let mut counts: HashMap<Id, usize> = HashMap::new();
    let number = |task: Id, count: &mut usize| {
        *count += 1;
        format!("{task}-{count}")
    };
    let orders = world.platform.work_orders.iter();
    orders.map(|order| (order.id, number(order.task_id, counts.entry(order.task_id).or_default()))).collect()
}

pub(super) fn list(world: &World, asked: &Asked<'_>) -> Vec<Row> {
    let numbers = numbers(world);
    let home = |one: &Maintenance<'_>| world.platform.properties.get(one.task.property_id?);
    let all = world.maintenance().filter_map(|one| Some((home(&one)?, one)));
    all.filter(|(property, one)| is_asked_for(world, asked, property, one))
        .map(|(property, one)| {
            let number = numbers.get(&one.order.id).map(String::as_str);
            row(world, asked, property, &one, number)
        })
        .collect()
}

fn is_asked_for(world: &World, asked: &Asked<'_>, property: &Property, one: &Maintenance<'_>) -> bool {
    let code = CODES.iter().find(|(_, word)| *word == status(one)).map_or("0", |(code, _)| *code);
    let counts = asked.request.has(&STATUS_FILTER);
    let statuses = asked.texts("work_order_statuses").filter(|_| counts);
    is_wanted(asked, property)
        && asked.lets_through("/property/property_id", Some(property.id))
        && asked.lets_through("/unit_ids", unit(asked, one))
        && statuses.map_or(!CLOSED.contains(&code), |codes| codes.contains(&code))
        && (!counts || is_in_span(world, asked, one))
}

/// True if a day of the work order is within the span; which one, `status_date` says. A client that sends 0 looks for new ones.
fn is_in_span(world: &World, asked: &Asked<'_>, one: &Maintenance<'_>) -> bool {
    let from = asked.day("status_date_range_from").unwrap_or(NaiveDate::MIN);
    let to = asked.day("status_date_range_to").unwrap_or(NaiveDate::MAX);
    let holds = |day: NaiveDate| (from..=to).contains(&day);
    let created = local_day(world, one.order.created_at);
    let closed = [TaskStatus::Completed, TaskStatus::Closed].map(|status| closed_on(world, one, status));
    let closed = || closed.into_iter().flatten().any(holds);
    match asked.text("status_date").unwrap_or("all") {
        "completed_on" => closed() || (from, to) == (NaiveDate::MIN, NaiveDate::MAX),
        "all" => holds(created) || closed(),
        _ => holds(created),
    }
}

fn row(
    world: &World,
    asked: &Asked<'_>,
    property: &Property,
    one: &Maintenance<'_>,
    number: Option<&str>,
) -> Row {
    let Maintenance { order, task } = one;
    let tenants = &world.platform.tenants;
    let requesting = task.requested_by.and_then(|id| tenants.get(id));
    let occupancy = occupancy(world, task);
    let primary = occupancy.and_then(|lease| tenants.get(lease.tenants.first()?.tenant_id));
    let unit = unit(asked, one).and_then(|id| world.platform.units.get(id));
    let description = order.details.as_deref().or(task.description.as_deref()).unwrap_or(&task.title);
    let created_at = match asked.request.has(&CREATION_DAYS) {
        true => json!(local_day(world, order.created_at)),
        false => json!(time(world, order.created_at)),
    };
    let mut columns = address::of_property(property);
    let nowhere = Address::default();
    columns.extend(address::of("unit", unit.map_or(&nowhere, |unit| &unit.address)));
    columns.extend(address::columns(json!({
        "work_order_id": order.id,
        "work_order_number": number,
        "service_request_id": task.id,
        "service_request_number": task.id.to_string(),
        "service_request_description": task.description,
        "job_description": description,
        "instructions": order.vendor_notes,
        "status": status(one),
        "status_notes": null,
        "priority": names::priority(task.priority),
        "work_order_type": if task.requested_by.is_some() { "Resident" } else { "Internal" },
        "unit_id": unit.map(|unit| unit.id),
        "unit_name": unit.map(|unit| &unit.number),
        "occupancy_id": occupancy.map(|lease| lease.id),
        "vendor_id": order.vendor_id,
        "vendor": order.vendor_id.and_then(|id| world.platform.vendors.get(id)).map(|one| &one.company_name),
        "assigned_user": assigned(world, one),
        "requesting_tenant": requesting.map(name),
        "submitted_by_tenant": yes_or_no(requesting.is_some()),
        "primary_tenant": primary.map(name),
        "primary_tenant_email": primary.and_then(|tenant| tenant.email.as_ref()),
        "primary_tenant_phone_number": primary.and_then(|tenant: &Tenant| phones(&tenant.phones)),
        "created_at": created_at,
        "scheduled_start": order.scheduled_start.map(|at| time(world, at)),
        "completed_on": closed_on(world, one, TaskStatus::Completed),
        "canceled_on": closed_on(world, one, TaskStatus::Closed),
        "amount": null,
    })));
    Row { record: ("work_order", order.id), columns }
}

fn status<'w>(one: &Maintenance<'w>) -> &'w str {
    names::status(one.order.status_word.as_deref(), one.task.status, one.task.assigned_to.is_some())
}

fn unit(asked: &Asked<'_>, one: &Maintenance<'_>) -> Option<Id> {
    let is_kept = !asked.request.has(&UNITLESS_WORK_ORDERS) || one.order.id % 5 != 0;
    one.task.unit_id.filter(|_| is_kept)
}

/// The occupancy that a request came from: its lease, or one of the tenant who asked.
fn occupancy<'w>(world: &'w World, task: &Task) -> Option<&'w Lease> {
    let leases = &world.platform.leases;
    let asked = task.requested_by?;
    let theirs = |lease: &&Lease| {
        Some(lease.property_id) == task.property_id && lease.tenants.iter().any(|one| one.tenant_id == asked)
    };
    task.lease_id.and_then(|id| leases.get(id)).or_else(|| leases.iter().find(theirs))
}

/// Names of everybody whom it is assigned to, in one text.
fn assigned(world: &World, one: &Maintenance<'_>) -> Option<String> {
    let users = one.assignees().into_iter().filter_map(|id| world.platform.users.get(id));
    let names: Vec<_> = users.map(|user: &User| format!("{} {}", user.first_name, user.last_name)).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

fn closed_on(world: &World, one: &Maintenance<'_>, status: TaskStatus) -> Option<NaiveDate> {
    (one.task.status == status).then(|| local_day(world, one.updated_at()))
}

fn time(world: &World, at: chrono::DateTime<chrono::Utc>) -> String {
    match ZONELESS_TIMES.is_on(world) {
        true => at.with_timezone(&world.platform.account.timezone).format("%Y-%m-%d %H:%M:%S").to_string(),
        false => names::instant(at),
    }
}

fn local_day(world: &World, at: chrono::DateTime<chrono::Utc>) -> NaiveDate {
    at.with_timezone(&world.platform.account.timezone).date_naive()
}
