//! The statuses that this account has defined for work orders: several may belong to one primary status.

use axum::Json;
use serde_json::{Value, json};

use super::listing::{Listing, PER_PAGE, only, path_id};
use super::names::{flag, id};
use super::problem::Problem;
use super::reply::Answer;
use crate::dialects::endpoint::Request;
use crate::shared::quirk::Quirk;
use crate::world::{Id, Maintenance, TaskStatus, World};

pub(super) const OTHER_PRIMARY_STATUSES: Quirk = Quirk::rare(
    "other-primary-statuses",
    "The primary statuses are 1 Pending, 2 Open, 3 On Hold, 4 Closed and 5 Cancelled.",
    "They are 1 Pending, 2 Open, 3 Closed, 4 On Hold and 5 Cancelled.",
);

/// A status of the account.
pub(super) struct Status {
    pub(super) id: Id,
    primary: Primary,
    pub(super) name: &'static str,
    is_system: bool,
    pub(super) meaning: TaskStatus,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Primary {
    Pending,
    Open,
    Closed,
    OnHold,
    Cancelled,
}

const fn status(
    id: Id,
    primary: Primary,
    name: &'static str,
    is_system: bool,
    meaning: TaskStatus,
) -> Status {
    Status { id, primary, name, is_system, meaning }
}

/// The usual one of each meaning comes first.
const STATUSES: [Status; 7] = [
    status(1101, Primary::Pending, "Pending", true, TaskStatus::New),
    status(1102, Primary::Open, "Open", true, TaskStatus::InProgress),
    status(1103, Primary::Closed, "Closed", true, TaskStatus::Completed),
    status(1104, Primary::OnHold, "On Hold", true, TaskStatus::Deferred),
    status(1105, Primary::Cancelled, "Cancelled", true, TaskStatus::Closed),
    status(1206, Primary::Open, "Assigned", false, TaskStatus::New),
    status(1207, Primary::Closed, "Waiting for Invoice", false, TaskStatus::Completed),
];

impl Status {
    /// Number of its primary status, on which those who have seen it do not agree.
    pub(super) fn primary(&self, world: &World) -> Id {
        let is_other = OTHER_PRIMARY_STATUSES.is_on(world);
        match self.primary {
            Primary::Pending => 1,
            Primary::Open => 2,
            Primary::Closed => {
                if is_other {
                    4
                } else {
                    3
                }
            }
            Primary::OnHold => {
                if is_other {
                    3
                } else {
                    4
                }
            }
            Primary::Cancelled => 5,
        }
    }
}

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
    let listing = Listing::of(request, PER_PAGE, &[])?;
    listing.page(STATUSES.iter().collect(), |one| one.id, |one| render(world, one))
}

pub(super) fn get(world: &World, request: &Request) -> Answer {
    only(request, &[])?;
    let id = path_id(request)?;
    let found = STATUSES.iter().find(|status| status.id == id);
    found.map(|one| Json(render(world, one))).ok_or_else(Problem::gone)
}

fn render(world: &World, one: &Status) -> Value {
    let record = json!({
        "workOrderStatusID": id(one.id),
        "primaryWorkOrderStatusID": id(one.primary(world)),
        "name": one.name,
        "isSystemStatus": flag(one.is_system),
    });
    json!({ "workOrderStatus": world.distort("work_order_status", one.id, record) })
}
