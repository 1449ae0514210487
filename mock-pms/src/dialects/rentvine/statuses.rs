//! The statuses that this account has defined for work orders: several may belong to one primary status.

use axum::Json;
use serde_json::{Value, json};

use super::listing::{Listing, PER_PAGE};
use super::names::{flag, id};
use super::problem::Problem;
use super::reply::Answer;
use crate::dialects::endpoint::Request;
use crate::world::{Id, Maintenance, TaskStatus, World};

/// A status of the account.
pub(super) struct Status {
    pub(super) id: Id,
    /// 1 Pending, 2 Open, 3 Closed, 4 On Hold, 5 Cancelled.
    pub(super) primary: Id,
    pub(super) name: &'static str,
    is_system: bool,
    pub(super) meaning: TaskStatus,
}

const fn status(id: Id, primary: Id, name: &'static str, is_system: bool, meaning: TaskStatus) -> Status {
    Status { id, primary, name, is_system, meaning }
}

/// The usual one of each meaning comes first.
const STATUSES: [Status; 7] = [
    status(1101, 1, "Pending", true, TaskStatus::New),
    status(1102, 2, "Open", true, TaskStatus::InProgress),
    status(1103, 3, "Closed", true, TaskStatus::Completed),
    status(1104, 4, "On Hold", true, TaskStatus::Deferred),
    status(1105, 5, "Cancelled", true, TaskStatus::Closed),
    status(1206, 2, "Assigned", false, TaskStatus::New),
    status(1207, 3, "Waiting for Invoice", false, TaskStatus::Completed),
];

/// The status with this id.
pub(super) fn known(id: Id) -> Result<&'static Status, Problem> {
    let unknown =
        || Problem::said(axum::http::StatusCode::BAD_REQUEST, format!("Unknown work order status {id}."));
    STATUSES.iter().find(|status| status.id == id).ok_or_else(unknown)
}

/// The status of a new work order that names none.
pub(super) fn usual() -> &'static Status {
    &STATUSES[0]
}

/// The status that a work order has: the one that it was given, as long as it still says the same.
pub(super) fn of(one: &Maintenance<'_>) -> &'static Status {
    let fits = |status: &&Status| status.meaning == one.task.status;
    let given = |status: &&Status| one.order.status_word.as_deref() == Some(status.name);
    let mut fitting = STATUSES.iter().filter(fits);
    let first = fitting.clone().next().unwrap_or(usual());
    fitting.find(given).unwrap_or(first)
}

pub(super) fn list(world: &World, request: &Request) -> Answer {
    let Json(rows) = Listing::of(request, PER_PAGE, &[])?.page(
        STATUSES.iter().collect(),
        |one| one.id,
        |one| {
            let record = json!({
                "workOrderStatusID": id(one.id),
                "primaryWorkOrderStatusID": id(one.primary),
                "name": one.name,
                "isSystemStatus": flag(one.is_system),
            });
            json!({ "workOrderStatus": world.distort("work_order_status", one.id, record) })
        },
    )?;
    Ok(Json::<Value>(rows))
}
