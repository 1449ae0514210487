//! Tenants: one row for each tenant of each occupancy, which is what a lease is here.

use serde_json::{Value, json};

use super::call::{Answer, Call};
use super::listing::Listing;
use super::names::{self, Kind, instant, uuid};
use crate::world::{Lease, LeaseStatus, LeaseTenant, Tenant, World};

/// A tenant of an occupancy.
struct Occupant<'w> {
    lease: &'w Lease,
    part: &'w LeaseTenant,
    tenant: &'w Tenant,
}

pub(super) fn list(world: &World, call: &Call) -> Answer {
    let listing = Listing::of(call, &["Id", "PropertyId", "UnitId", "IncludeHidden"])?;
    let ids = listing.texts("Id")?;
    let properties = listing.ids("PropertyId", Kind::Property)?;
    let units = listing.ids("UnitId", Kind::Unit)?;
    listing.with_hidden_beside_properties()?;
    let wanted = |one: &Occupant<'_>| {
        listing.holds(one.tenant.updated_at.max(one.lease.updated_at))
            && ids.as_ref().is_none_or(|ids| ids.contains(&names::tenant(one.tenant.id, one.lease.id)))
            && properties.as_ref().is_none_or(|ids| ids.contains(&one.lease.property_id))
            && units.as_ref().is_none_or(|ids| one.lease.unit_id.is_some_and(|unit| ids.contains(&unit)))
    };
    let rows =
        world.platform.leases.iter().flat_map(|lease| occupants(world, lease)).filter(wanted).collect();
    listing.page("tenants", rows, |one| one.tenant.id << 24 | one.lease.id, |one| render(world, one))
}

fn occupants<'w>(world: &'w World, lease: &'w Lease) -> impl Iterator<Item = Occupant<'w>> {
    let occupant = move |part: &'w LeaseTenant| {
        Some(Occupant { lease, part, tenant: world.platform.tenants.get(part.tenant_id)? })
    };
    lease.tenants.iter().filter_map(occupant)
}

fn render(world: &World, one: &Occupant<'_>) -> Value {
    let Occupant { lease, part, tenant } = one;
    let leaving = lease.move_out_of(tenant.id);
    let today = world.platform_today();
    let status = match lease.status_on(today) {
        _ if lease.is_over_for(tenant.id, today) => "Past",
        LeaseStatus::Future => "Future",
        _ if leaving.is_some() => "Notice",
        _ => "Current",
    };
    let record = json!({
        "Id": names::tenant(tenant.id, lease.id),
        "OccupancyId": uuid(Kind::Occupancy, lease.id),
        "UnitId": lease.unit_id.map(|id| uuid(Kind::Unit, id)),
        "PropertyId": uuid(Kind::Property, lease.property_id),
        "FirstName": tenant.first_name,
        "LastName": tenant.last_name,
        "CompanyName": null,
        "Status": status,
        "PhoneNumber": names::phone(&tenant.phones),
        "Email": tenant.email,
        "MoveInOn": part.move_in.unwrap_or(lease.from_date),
        "MoveOutOn": leaving.map(|leaving| leaving.move_out),
        "LeaseStartDate": lease.from_date,
        "LeaseEndDate": lease.to_date,
        "PrimaryTenant": lease.tenants.first().is_some_and(|first| first.tenant_id == tenant.id),
        "HiddenAt": null,
        "LastUpdatedAt": instant(tenant.updated_at.max(lease.updated_at)),
    });
    world.distort("tenant", tenant.id, record)
}
