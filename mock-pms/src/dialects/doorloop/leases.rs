//! Leases by themselves. When somebody came or left stands in the rows of tenants.

use serde_json::{Value, json};

use super::listing::Listing;
use super::names::without_nulls;
use super::oid::{self, oid};
use super::portfolios;
use super::problem::Problem;
use super::reply::{Answer, Reply};
use super::stamps::of_record;
use crate::dialects::endpoint::Request;
use crate::world::{Lease, LeaseStatus, Property, Tenant, Unit, World};

pub(super) fn list(world: &World, request: &Request) -> Answer {
    let filters = [
        "filter_property",
        "filter_unit",
        "filter_tenant",
        "filter_group",
        "filter_text",
        "filter_status",
        "filter_start_date_from",
        "filter_start_date_to",
        "filter_end_date_from",
        "filter_end_date_to",
    ];
    let not_imitated =
        ["filter_owner", "filter_propertyClass", "filter_outstandingBalanceGreaterThan", "filter_term"];
    let listing = Listing::of(request, &filters, &not_imitated)?;
    let property = listing.id::<Property>("filter_property")?;
    let unit = listing.id::<Unit>("filter_unit")?;
    let tenant = listing.id::<Tenant>("filter_tenant")?;
    let group = portfolios::filter(world, &listing, "filter_group")?;
    let text = listing.part("filter_text");
    let active = listing.word("filter_status", &[("ACTIVE", true), ("INACTIVE", false)])?;
    let start = listing.days("filter_start_date_from", "filter_start_date_to")?;
    let end = listing.days("filter_end_date_from", "filter_end_date_to")?;
    let rows: Vec<&Lease> = world
        .platform
        .leases
        .iter()
        .filter(|one| property.is_none_or(|id| one.property_id == id))
        .filter(|one| unit.is_none_or(|id| one.unit_id == Some(id)))
        .filter(|one| tenant.is_none_or(|id| one.tenants.iter().any(|own| own.tenant_id == id)))
        .filter(|one| group.holds(one.property_id))
        .filter(|one| text.as_ref().is_none_or(|part| name(world, one).to_lowercase().contains(part)))
        .filter(|one| active.is_none_or(|active| is_active(world, one) == active))
        .filter(|one| start.hold(Some(one.from_date)) && end.hold(one.to_date))
        .collect();
    listing.page(rows, |one| one.id, |one| render(world, one))
}

pub(super) fn get(world: &World, request: &Request) -> Answer {
    Listing::of(request, &[], &[])?;
    let id = oid::read::<Lease>("id", request.id().unwrap_or_default())?;
    let lease = world.get(id).ok_or_else(|| Problem::no("Lease"))?;
    Ok(Reply::One(render(world, lease)))
}

/// Names of all who are on it.
fn name(world: &World, lease: &Lease) -> String {
    let tenants = lease.tenants.iter().filter_map(|own| world.get::<Tenant>(own.tenant_id));
    tenants.map(|one| format!("{} {}", one.first_name, one.last_name)).collect::<Vec<_>>().join(" & ")
}

fn is_active(world: &World, lease: &Lease) -> bool {
    lease.status_on(world.platform_today()) == LeaseStatus::Active
}

fn render(world: &World, lease: &Lease) -> Value {
    let units: Vec<_> = lease.unit_id.iter().map(|id| oid::<Unit>(*id)).collect();
    let record = json!({
        "id": oid::<Lease>(lease.id),
        "name": name(world, lease),
        "property": oid::<Property>(lease.property_id),
        "units": units,
        "start": lease.from_date,
        "end": lease.to_date,
        "term": if lease.to_date.is_some() { "Fixed" } else { "AtWill" },
        "status": if is_active(world, lease) { "ACTIVE" } else { "INACTIVE" },
        "createdAt": of_record(world, lease.created_at),
        "updatedAt": of_record(world, lease.updated_at),
    });
    world.distort("lease", lease.id, without_nulls(record))
}
