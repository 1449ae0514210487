//! Leases: where the dates are, one pair for all who are on it, with whoever lives there.

use axum::Json;
use serde_json::{Value, json};

use super::listing::{Listing, Modified, PER_PAGE, only, path_id};
use super::names::{self, flag, id, stamp};
use super::problem::Problem;
use super::properties::{portfolio_of, property, render_unit};
use super::reply::Answer;
use crate::dialects::endpoint::Request;
use crate::world::{Id, Lease, LeasePart, LeaseStatus, Property, Tenant, Unit, World};

/// Offset between the ids of the parts of a lease.
const FURTHER: Id = 1 << 40;

/// Leases by themselves, without what an export puts beside them.
pub(super) fn list(world: &World, request: &Request) -> Answer {
    let listing = Listing::of(request, PER_PAGE, &[])?;
    let rows = world.platform.leases.iter().flat_map(|lease| lease.parts(FURTHER)).collect();
    listing.page(rows, |part: &LeasePart<'_>| part.id, |part| json!({ "lease": lease(world, part) }))
}

pub(super) fn get(world: &World, request: &Request) -> Answer {
    only(request, &[])?;
    let id = path_id(request)?;
    record(world, id).map(|lease| Json(json!({ "lease": lease }))).ok_or_else(Problem::gone)
}

/// The lease with this id.
pub(super) fn record(world: &World, id: Id) -> Option<Value> {
    let mut parts = world.platform.leases.iter().flat_map(|lease| lease.parts(FURTHER));
    parts.find(|part| part.id == id).map(|part| lease(world, &part))
}

/// The leases that a lease of the world is.
pub(super) fn ids(lease: &Lease) -> Vec<Id> {
    lease.parts(FURTHER).into_iter().map(|part| part.id).collect()
}

pub(super) fn export(world: &World, request: &Request) -> Answer {
    let filters =
        [&Modified::FILTERS[..], &["leaseIDs[]", "primaryLeaseStatusIDs[]", "leaseStatusIDs[]"]].concat();
    let listing = Listing::of(request, PER_PAGE, &filters)?;
    let modified = Modified::of(&listing)?;
    let (ids, primary) = (listing.ids("leaseIDs[]")?, listing.ids("primaryLeaseStatusIDs[]")?);
    let statuses = listing.ids("leaseStatusIDs[]")?;
    if primary.iter().any(|status| !(1..=3).contains(status)) {
        return Err(Problem::field("primaryLeaseStatusIDs", "must be 1, 2 or 3"));
    }
    let among = |wanted: &[Id], id: Id| wanted.is_empty() || wanted.contains(&id);
    let rows = world
        .platform
        .leases
        .iter()
        .filter(|lease| modified.holds(lease.updated_at))
        .flat_map(|lease| lease.parts(FURTHER))
        .filter(|part| among(&ids, part.id))
        .filter(|part| among(&primary, primary_status(world, part)))
        .filter(|part| among(&statuses, status(world, part)))
        .collect();
    listing.page(rows, |part| part.id, |part| render(world, part))
}

/// 1 Pending, 2 Active, 3 Closed. A lease whose term is over goes on from month to month until everybody has left.
fn primary_status(world: &World, part: &LeasePart<'_>) -> Id {
    let today = world.platform_today();
    if part.has_left(today) {
        return 3;
    }
    if part.lease.status_on(today) == LeaseStatus::Future { 1 } else { 2 }
}

/// The account has one status of its own for each primary one.
fn status(world: &World, part: &LeasePart<'_>) -> Id {
    2100 + primary_status(world, part)
}

/// A row of an export: a lease, and all that it is part of.
fn render(world: &World, part: &LeasePart<'_>) -> Value {
    let unit = part.lease.unit_id.and_then(|unit| world.get::<Unit>(unit));
    let property_of = world.get::<Property>(part.lease.property_id);
    let members = [
        ("lease", Some(lease(world, part))),
        ("unit", unit.map(|unit| render_unit(world, unit))),
        ("property", property_of.map(|one| property(world, one))),
        ("portfolio", portfolio_of(world, part.lease.property_id)),
    ];
    let there = members.into_iter().filter_map(|(name, member)| Some((name.to_owned(), member?)));
    Value::Object(there.collect())
}

fn lease(world: &World, part: &LeasePart<'_>) -> Value {
    let lease = part.lease;
    let has_left = part.has_left(world.platform_today());
    let tenants = part.tenants.iter().filter_map(|id| world.get::<Tenant>(*id));
    let tenants: Vec<_> = tenants
        .map(|tenant| {
            json!({
                "contactID": id(tenant.id),
                "name": names::tenant_name(tenant),
                "email": tenant.email,
                "phone": names::phone(&tenant.phones),
                "isActive": flag(!has_left),
            })
        })
        .collect();
    let record = json!({
        "leaseID": id(part.id),
        "propertyID": id(lease.property_id),
        "unitID": lease.unit_id.map(id),
        "primaryLeaseStatusID": id(primary_status(world, part)),
        "leaseStatusID": id(status(world, part)),
        "moveInDate": part.move_in,
        // Who is still there is expected to leave; who is gone has left.
        "moveOutDate": part.move_out.filter(|_| has_left),
        "expectedMoveOutDate": part.move_out.filter(|_| !has_left),
        "startDate": lease.from_date,
        "endDate": lease.to_date,
        "closedDate": part.move_out.filter(|_| has_left),
        "tenants": tenants,
        "dateTimeCreated": stamp(lease.created_at),
        "dateTimeModified": stamp(lease.updated_at),
    });
    world.distort("lease", part.id, record)
}
