//! Leases: where the dates are, one pair for all who are on it, with whoever lives there.

use serde_json::{Value, json};

use super::listing::{Listing, Modified, PER_PAGE};
use super::names::{self, flag, id, stamp};
use super::problem::Problem;
use super::properties::{portfolio_of, property, render_unit};
use super::reply::Answer;
use crate::dialects::endpoint::Request;
use crate::world::{Id, LeasePart, LeaseStatus, Property, Tenant, Unit, World};

/// Offset between the ids of the parts of a lease.
const FURTHER: Id = 1 << 40;

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

fn render(world: &World, part: &LeasePart<'_>) -> Value {
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
    let unit = lease.unit_id.and_then(|unit| world.get::<Unit>(unit));
    let property_of = world.get::<Property>(lease.property_id);
    let members = [
        ("lease", Some(world.distort("lease", part.id, record))),
        ("unit", unit.map(|unit| render_unit(world, unit))),
        ("property", property_of.map(|one| property(world, one))),
        ("portfolio", portfolio_of(world, lease.property_id)),
    ];
    let there = members.into_iter().filter_map(|(name, member)| Some((name.to_owned(), member?)));
    Value::Object(there.collect())
}
