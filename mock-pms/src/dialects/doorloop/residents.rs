//! Tenants: by themselves, and as they stand in leases, where there is one row for each tenant and lease.

use std::collections::HashSet;

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::listing::Listing;
use super::names::{phones, without_nulls};
use super::oid::{self, oid, part_oid};
use super::portfolios;
use super::problem::Problem;
use super::reply::{Answer, Reply};
use super::stamps::of_record;
use crate::dialects::endpoint::Request;
use crate::world::{Id, Lease, LeaseTenant, Property, Tenant, Unit, World};

/// A tenant's part in a lease.
struct Part<'w> {
    lease: &'w Lease,
    own: &'w LeaseTenant,
    tenant: &'w Tenant,
}

pub(super) fn list(world: &World, request: &Request) -> Answer {
    let filters = [
        "filter_property",
        "filter_lease",
        "filter_status",
        "filter_text",
        "filter_group",
        "filter_movedInAt_from",
        "filter_movedInAt_to",
        "filter_movedOutAt_from",
        // The capital is the real one.
        "filter_movedOutAt_To",
    ];
    let listing = Listing::of(request, &filters, &[])?;
    let group = portfolios::filter(world, &listing, "filter_group")?;
    let property = listing.id::<Property>("filter_property")?;
    let lease = listing.id::<Lease>("filter_lease")?;
    let status =
        listing.word("filter_status", &[("PAST", "PAST"), ("FUTURE", "FUTURE"), ("CURRENT", "CURRENT")])?;
    let text = listing.part("filter_text");
    let moved_in = listing.days("filter_movedInAt_from", "filter_movedInAt_to")?;
    let moved_out = listing.days("filter_movedOutAt_from", "filter_movedOutAt_To")?;
    let today = world.platform_today();
    let rows: Vec<Part<'_>> = parts(world)
        .filter(|one| property.is_none_or(|id| one.lease.property_id == id))
        .filter(|one| lease.is_none_or(|id| one.lease.id == id))
        .filter(|one| group.holds(one.lease.property_id))
        .filter(|one| status.is_none_or(|word| one.status(today) == word))
        .filter(|one| text.as_ref().is_none_or(|part| one.name().to_lowercase().contains(part)))
        .filter(|one| moved_in.hold(Some(one.move_in())) && moved_out.hold(one.move_out()))
        .collect();
    // A tenant has few leases, so that this is an id for each row.
    listing.page(rows, |one| (one.lease.id << 31) ^ one.tenant.id, |one| render(world, one, today))
}

/// Everybody, on a lease or not.
pub(super) fn list_tenants(world: &World, request: &Request) -> Answer {
    let filters =
        ["filter_property", "filter_lease", "filter_unit", "filter_group", "filter_text", "filter_type"];
    let listing = Listing::of(request, &filters, &[])?;
    let property = listing.id::<Property>("filter_property")?;
    let lease = listing.id::<Lease>("filter_lease")?;
    let unit = listing.id::<Unit>("filter_unit")?;
    let group = portfolios::filter(world, &listing, "filter_group")?;
    let text = listing.part("filter_text");
    let kind = listing.word("filter_type", &[(ON_LEASE, ON_LEASE), (PROSPECT, PROSPECT)])?;
    let is_placed = |one: &Lease| {
        property.is_none_or(|id| one.property_id == id)
            && lease.is_none_or(|id| one.id == id)
            && unit.is_none_or(|id| one.unit_id == Some(id))
            && group.holds(one.property_id)
    };
    let narrowed = filters[..4].iter().any(|name| request.parameter(name).is_some());
    let placed: HashSet<Id> =
        parts(world).filter(|one| is_placed(one.lease)).map(|one| one.tenant.id).collect();
    let leased = on_leases(world);
    let rows: Vec<&Tenant> = world
        .platform
        .tenants
        .iter()
        .filter(|one| !narrowed || placed.contains(&one.id))
        .filter(|one| text.as_ref().is_none_or(|part| full_name(one).to_lowercase().contains(part)))
        .filter(|one| kind.is_none_or(|kind| (kind == ON_LEASE) == leased.contains(&one.id)))
        .collect();
    listing.page(rows, |one| one.id, |one| render_tenant(world, one, leased.contains(&one.id)))
}

pub(super) fn get_tenant(world: &World, request: &Request) -> Answer {
    Listing::of(request, &[], &[])?;
    let id = oid::read::<Tenant>("id", request.id().unwrap_or_default())?;
    let tenant = world.get::<Tenant>(id).ok_or_else(|| Problem::no("Tenant"))?;
    Ok(Reply::One(render_tenant(world, tenant, on_leases(world).contains(&id))))
}

const ON_LEASE: &str = "LEASE_TENANT";
const PROSPECT: &str = "PROSPECT_TENANT";

/// Tenants who are on any lease, now or not.
fn on_leases(world: &World) -> HashSet<Id> {
    world.platform.leases.iter().flat_map(|lease| &lease.tenants).map(|own| own.tenant_id).collect()
}

fn full_name(tenant: &Tenant) -> String {
    format!("{} {}", tenant.first_name, tenant.last_name)
}

fn parts(world: &World) -> impl Iterator<Item = Part<'_>> {
    world.platform.leases.iter().flat_map(move |lease| {
        lease
            .tenants
            .iter()
            .filter_map(move |own| Some(Part { lease, own, tenant: world.get::<Tenant>(own.tenant_id)? }))
    })
}

impl Part<'_> {
    fn name(&self) -> String {
        full_name(self.tenant)
    }

    fn move_in(&self) -> NaiveDate {
        self.own.move_in.unwrap_or(self.lease.from_date)
    }

    fn move_out(&self) -> Option<NaiveDate> {
        self.lease.move_out_of(self.tenant.id).map(|leaving| leaving.move_out)
    }

    fn status(&self, today: NaiveDate) -> &'static str {
        if self.lease.is_over_for(self.tenant.id, today) {
            "PAST"
        } else if today < self.move_in() {
            "FUTURE"
        } else {
            "CURRENT"
        }
    }
}

fn render(world: &World, part: &Part<'_>, today: NaiveDate) -> Value {
    let Part { lease, tenant, .. } = part;
    let units: Vec<_> = lease.unit_id.iter().map(|id| oid::<Unit>(*id)).collect();
    let leaving = lease.move_out_of(tenant.id);
    let record = json!({
        "id": part_oid(lease.id, tenant.id),
        "name": part.name(),
        "lease": oid::<Lease>(lease.id),
        "property": oid::<Property>(lease.property_id),
        "units": units,
        "status": part.status(today),
        "moveInAt": part.move_in(),
        "moveOutAt": part.move_out(),
        "moveOutNoticeAt": leaving.and_then(|leaving| leaving.notice),
        "portalEnabled": false,
        "tenant": render_tenant(world, tenant, true),
        "createdAt": of_record(world, lease.created_at),
        "updatedAt": of_record(world, lease.updated_at),
    });
    // By the tenant's id: a part has none of its own in the world.
    world.distort("lease_tenant", tenant.id, without_nulls(record))
}

fn render_tenant(world: &World, tenant: &Tenant, is_on_lease: bool) -> Value {
    let name = full_name(tenant);
    let emails: Vec<_> =
        tenant.email.iter().map(|address| json!({ "type": "Primary", "address": address })).collect();
    let record = json!({
        "id": oid::<Tenant>(tenant.id),
        "name": name,
        "fullName": name,
        "firstName": tenant.first_name,
        "lastName": tenant.last_name,
        "dateOfBirth": tenant.date_of_birth,
        "notes": tenant.comment,
        "emails": emails,
        "phones": phones(&tenant.phones),
        "type": if is_on_lease { ON_LEASE } else { PROSPECT },
        "createdAt": of_record(world, tenant.created_at),
        "updatedAt": of_record(world, tenant.updated_at),
    });
    world.distort("tenant", tenant.id, without_nulls(record))
}
