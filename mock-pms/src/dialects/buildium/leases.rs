//! Leases: where the move-in and move-out dates are.

use serde_json::{Value, json};

use super::call::{Answer, Call, Reply};
use super::listing::{Listing, PAGING};
use super::names::{self, LEASE_STATUS, word};
use super::problem::Problem;
use super::tenant_body::{is_named, without_leases};
use crate::world::{Lease, LeaseStatus, LeaseTenant, MoveOut, Tenant, World};

pub(super) const FIELDS: &[&str] = &[
    "Id",
    "PropertyId",
    "UnitId",
    "UnitNumber",
    "LeaseFromDate",
    "LeaseToDate",
    "LeaseType",
    "LeaseStatus",
    "IsEvictionPending",
    "TermType",
    "RenewalOfferStatus",
    "CurrentTenants",
    "CurrentNumberOfOccupants",
    "AccountDetails",
    "Cosigners",
    "AutomaticallyMoveOutTenants",
    "CreatedDateTime",
    "LastUpdatedDateTime",
    "MoveOutData",
    "PaymentDueDay",
    "Tenants",
];

pub(super) fn list(world: &World, call: &Call) -> Answer {
    let query = &call.query;
    query.check(
        &[
            "propertyids",
            "unitnumber",
            "tenantname",
            "leasedatefrom",
            "leasedateto",
            "leasestatuses",
            "createddatetimefrom",
            "createddatetimeto",
            "lastupdatedfrom",
            "lastupdatedto",
            "orderby",
            "offset",
            "limit",
        ],
        &["rentalownerids", "leasetypes"],
    )?;
    let listing = Listing::of(call, FIELDS)?;
    let property_ids = query.ids("propertyids")?;
    let statuses = query.words("leasestatuses", LEASE_STATUS)?;
    let starts = query.dates("leasedatefrom", "")?;
    let ends = query.dates("", "leasedateto")?;
    let created = query.created()?;
    let updated = query.updated()?;
    let unit_number = query.part("unitnumber");
    let tenant_name = query.part("tenantname");
    let today = world.platform_today();
    let rows = world
        .platform
        .leases
        .iter()
        .filter(|l| property_ids.as_ref().is_none_or(|ids| ids.contains(&l.property_id)))
        .filter(|l| statuses.as_ref().is_none_or(|s| s.contains(&l.status_on(today))))
        .filter(|l| starts.holds(&l.from_date))
        .filter(|l| ends.is_open() || l.to_date.is_some_and(|end| ends.holds(&end)))
        .filter(|l| created.holds(&l.created_at))
        .filter(|l| updated.holds(&l.updated_at))
        .filter(|l| unit_number.as_ref().is_none_or(|part| is_unit(world, l, part)))
        .filter(|l| tenant_name.as_ref().is_none_or(|part| current(world, l).any(|t| is_named(t, part))))
        .collect();
    listing.page(rows, |lease| render(world, lease))
}

pub(super) fn get(world: &World, call: &Call) -> Answer {
    call.query.check(&[], &[])?;
    Ok(Reply::One(render(world, wanted(world, call)?)))
}

/// The move-outs alone. They have no id to sort by.
pub(super) fn move_outs(world: &World, call: &Call) -> Answer {
    call.query.check(&PAGING, &[])?;
    let lease = wanted(world, call)?;
    let rows: Vec<Value> = lease.move_outs.iter().map(move_out).collect();
    let total = rows.len();
    Ok(Reply::Page(rows, total))
}

/// A lease with its current tenants.
fn render(world: &World, lease: &Lease) -> Value {
    let mut record = without_tenants(world, lease);
    record["CurrentTenants"] =
        current(world, lease).map(|tenant| without_leases(world, tenant, Some(lease))).collect();
    world.distort("lease", lease.id, record)
}

/// A lease as it stands within a tenant.
pub(super) fn embedded(world: &World, lease: &Lease) -> Value {
    world.distort("lease", lease.id, without_tenants(world, lease))
}

fn wanted<'a>(world: &'a World, call: &Call) -> Result<&'a Lease, Problem> {
    world.get(call.id("lease")?).ok_or_else(|| Problem::no("lease"))
}

fn is_unit(world: &World, lease: &Lease, part: &str) -> bool {
    lease
        .unit_id
        .and_then(|id| world.platform.units.get(id))
        .is_some_and(|unit| unit.number.to_lowercase().contains(part))
}

fn current<'a>(world: &'a World, lease: &'a Lease) -> impl Iterator<Item = &'a Tenant> {
    lease
        .tenants
        .iter()
        .filter(|part| tenant_status(world, lease, part) == "Current")
        .filter_map(|part| world.platform.tenants.get(part.tenant_id))
}

fn tenant_status(world: &World, lease: &Lease, part: &LeaseTenant) -> &'static str {
    let today = world.platform_today();
    if lease.is_over_for(part.tenant_id, today) {
        "MovedOut"
    } else if lease.status_on(today) == LeaseStatus::Future || part.move_in.is_some_and(|date| date > today) {
        "Future"
    } else {
        "Current"
    }
}

fn without_tenants(world: &World, lease: &Lease) -> Value {
    let (kind, term) = match lease.to_date {
        Some(_) => ("Fixed", "Standard"),
        None => ("AtWill", "MonthToMonth"),
    };
    let unit = lease.unit_id.and_then(|id| world.platform.units.get(id));
    let tenants: Vec<Value> = lease
        .tenants
        .iter()
        .map(|part| {
            json!({
                "Id": part.tenant_id,
                "Status": tenant_status(world, lease, part),
                "MoveInDate": part.move_in,
            })
        })
        .collect();
    json!({
        "Id": lease.id,
        "PropertyId": lease.property_id,
        // The schema knows no lease without a unit.
        "UnitId": lease.unit_id.unwrap_or(0),
        "UnitNumber": unit.map(|u| u.number.as_str()),
        "LeaseFromDate": lease.from_date,
        "LeaseToDate": lease.to_date,
        "LeaseType": kind,
        "LeaseStatus": word(LEASE_STATUS, &lease.status_on(world.platform_today())),
        "IsEvictionPending": false,
        "TermType": term,
        "RenewalOfferStatus": "NotSet",
        "CurrentTenants": null,
        "CurrentNumberOfOccupants": current(world, lease).count(),
        "AccountDetails": null,
        "Cosigners": [],
        "AutomaticallyMoveOutTenants": false,
        "CreatedDateTime": names::instant(lease.created_at),
        "LastUpdatedDateTime": names::instant(lease.updated_at),
        "MoveOutData": lease.move_outs.iter().map(move_out).collect::<Vec<_>>(),
        "PaymentDueDay": 1,
        "Tenants": tenants,
    })
}

fn move_out(leaving: &MoveOut) -> Value {
    json!({
        "TenantId": leaving.tenant_id,
        "MoveOutDate": leaving.move_out,
        "NoticeGivenDate": leaving.notice,
    })
}
