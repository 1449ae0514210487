//! Leases: where the move-in and move-out dates are, one of each for all who are on it.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::call::{Answer, Call, Reply};
use super::listing::{COMMON, Row, page};
use super::names::FURTHER;
use super::problem::Problem;
use super::{contacts as people, names, work_orders as orders};
use crate::shared::quirk::Quirk;
use crate::world::{Id, Lease, LeasePart, Maintenance, World};

pub(super) const CLOSED_BETA: Quirk = Quirk::rare(
    "closed-beta",
    "`/leases/statuses`, which the documents call a beta, is a 404 without a reason.",
    "It is open.",
);

pub(super) const UNDATED_ENDS: Quirk = Quirk::rare(
    "undated-ends",
    "A lease that is over has no `moveOutDate`: `active` and `status` alone say so.",
    "It has one.",
);

/// The organisation's statuses of leases, and whether one is that of an active lease.
const STATUSES: [(&str, bool); 5] = [
    ("Active", true),
    ("Active - Notice Given", true),
    ("Draft", false),
    ("Eviction", true),
    ("Terminated", false),
];

pub(super) fn list(world: &World, call: &Call) -> Answer {
    let known = [&COMMON[..], &["portfolioID", "buildingID", "unitID", "status"]].concat();
    let dates = ["startDate", "endDate", "moveInDate", "scheduleMoveOutDate"];
    let dates: Vec<_> =
        dates.iter().flat_map(|name| [format!("{name}Start"), format!("{name}End")]).collect();
    let mut not_imitated: Vec<_> = dates.iter().map(String::as_str).collect();
    not_imitated.push("includeOtherBalances");
    call.check(&known, &not_imitated)?;
    let portfolio: Option<Id> = call.parsed("portfolioID")?;
    let building: Option<Id> = call.parsed("buildingID")?;
    let unit: Option<Id> = call.parsed("unitID")?;
    let status = call.parameter("status");
    let rows = world
        .platform
        .leases
        .iter()
        .filter(|l| building.is_none_or(|id| l.property_id == id))
        .filter(|l| unit.is_none_or(|id| unit_or_building(world, l) == id))
        .filter(|l| portfolio.is_none_or(|id| names::portfolio(world, l.property_id) == Some(id)))
        .flat_map(|lease| lease.parts(FURTHER))
        .filter(|part| status.is_none_or(|wanted| status_of(world, part) == wanted))
        .map(|part| Row { id: part.id, modified: modified(&part), record: part });
    page(call, rows, |part| render(world, &part))
}

pub(super) fn get(world: &World, call: &Call) -> Answer {
    call.check(&["includeCustomFields"], &[])?;
    Ok(Reply::One(render(world, &wanted(world, call)?)))
}

/// Lists the contacts on a lease, with all their fields.
pub(super) fn contacts(world: &World, call: &Call) -> Answer {
    call.check(&["includeCustomFields"], &[])?;
    let part = wanted(world, call)?;
    let tenants = part.tenants.iter().filter_map(|id| world.platform.tenants.get(*id));
    let rows = tenants.map(|tenant| {
        let mut row = people::render(world, tenant);
        row["role"] = json!("Tenant");
        row["namedOnLease"] = json!(true);
        row
    });
    Ok(Reply::One(rows.collect()))
}

/// The work orders that the tenants on a lease have asked for at its building.
pub(super) fn work_orders(world: &World, call: &Call) -> Answer {
    call.check(&[], &[])?;
    let part = wanted(world, call)?;
    let is_theirs = |one: &Maintenance<'_>| {
        one.task.property_id == Some(part.lease.property_id)
            && one.task.requested_by.is_some_and(|tenant| part.tenants.contains(&tenant))
    };
    let rows = world.maintenance().filter(is_theirs).map(|one| orders::render(world, &one));
    Ok(Reply::One(rows.collect()))
}

pub(super) fn statuses(_: &World, call: &Call) -> Answer {
    call.check(&[], &[])?;
    if call.has(&CLOSED_BETA) {
        return Err(Problem::beta());
    }
    let rows = (1..).zip(STATUSES).map(|(at, (status, is_active))| {
        json!({ "id": at, "status": status, "defineActive": is_active, "orderIndex": at,
            "portalLoginEnabled": is_active, "readonly": false })
    });
    Ok(Reply::One(rows.collect()))
}

fn wanted<'w>(world: &'w World, call: &Call) -> Result<LeasePart<'w>, Problem> {
    let id = call.path_id()?;
    let lease = world.platform.leases.get(id % FURTHER);
    lease
        .and_then(|lease| lease.parts(FURTHER).into_iter().find(|part| part.id == id))
        .ok_or_else(|| Problem::no("Lease"))
}

fn modified(part: &LeasePart<'_>) -> DateTime<Utc> {
    part.lease.updated_at
}

/// A building without units is its own unit, and stands in the unit's place.
fn unit_or_building(world: &World, lease: &Lease) -> Id {
    lease.unit_id.map_or(lease.property_id, |unit| names::unit_id(world, unit))
}

/// A lease is over when its tenants have left, or when the organisation says so: past its end it goes on from month to month.
fn status_of(world: &World, part: &LeasePart<'_>) -> &'static str {
    match part.move_out {
        _ if part.has_left(world.platform_today()) => "Terminated",
        Some(_) => "Active - Notice Given",
        None => "Active",
    }
}

fn render(world: &World, part: &LeasePart<'_>) -> Value {
    let (lease, today) = (part.lease, world.platform_today());
    let status = status_of(world, part);
    let tenants = part.tenants.iter().filter_map(|id| world.platform.tenants.get(*id));
    let names: Vec<_> = tenants.map(|t| format!("{} {}", t.first_name, t.last_name)).collect();
    let contacts: Vec<_> = part
        .tenants
        .iter()
        .enumerate()
        .map(|(at, id)| json!({ "id": id, "role": "Tenant", "primary": at == 0, "namedOnLease": true }))
        .collect();
    let notice = part.tenants.iter().find_map(|id| lease.move_out_of(*id)?.notice);
    let record = json!({
        "id": part.id,
        "idNumber": i32::try_from(part.id).ok(),
        "leaseName": names.join(", "),
        "active": status != "Terminated",
        "status": status,
        "startDate": lease.from_date,
        "endDate": lease.to_date,
        "moveInDate": part.move_in,
        // Who is still there is to leave; who is gone has left.
        "moveOutDate": part.move_out.filter(|out| *out <= today && !UNDATED_ENDS.is_on(world)),
        "scheduleMoveOutDate": part.move_out.filter(|out| *out > today),
        "noticeGivenDate": notice,
        "portfolioID": names::portfolio(world, lease.property_id),
        "buildingID": lease.property_id,
        "unitID": unit_or_building(world, lease),
        "contacts": contacts,
        "createdDateTime": names::created(world, lease.created_at),
        "lastModifiedDateTime": names::instant(modified(part)),
    });
    world.distort("lease", part.id, names::without_nulls(record))
}
