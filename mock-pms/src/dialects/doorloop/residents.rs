//! Tenants as they stand in leases: one row for each tenant and lease.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::listing::Listing;
use super::names::{phones, without_nulls};
use super::oid::{oid, part_oid};
use super::reply::Answer;
use crate::dialects::endpoint::Request;
use crate::world::{Lease, LeaseTenant, Property, Tenant, Unit, World};

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
        "filter_movedInAt_from",
        "filter_movedInAt_to",
        "filter_movedOutAt_from",
        // The capital is the real one.
        "filter_movedOutAt_To",
    ];
    let listing = Listing::of(request, &filters, &["filter_group"])?;
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
        .filter(|one| status.is_none_or(|word| one.status(today) == word))
        .filter(|one| text.as_ref().is_none_or(|part| one.name().to_lowercase().contains(part)))
        .filter(|one| moved_in.hold(Some(one.move_in())) && moved_out.hold(one.move_out()))
        .collect();
    // A tenant has few leases, so that this is an id for each row.
    listing.page(rows, |one| (one.lease.id << 31) ^ one.tenant.id, |one| render(world, one, today))
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
        format!("{} {}", self.tenant.first_name, self.tenant.last_name)
    }

    fn move_in(&self) -> NaiveDate {
        self.own.move_in.unwrap_or(self.lease.from_date)
    }

    fn move_out(&self) -> Option<NaiveDate> {
        self.lease.move_out_of(self.tenant.id).map(|leaving| leaving.move_out)
    }

    fn status(&self, today: NaiveDate) -> &'static str {
        if self.move_out().is_some_and(|day| day <= today) {
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
        "tenant": render_tenant(world, tenant),
    });
    // By the tenant's id: a part has none of its own in the world.
    world.distort("lease_tenant", tenant.id, without_nulls(record))
}

fn render_tenant(world: &World, tenant: &Tenant) -> Value {
    let name = format!("{} {}", tenant.first_name, tenant.last_name);
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
        "type": "LEASE_TENANT",
    });
    world.distort("tenant", tenant.id, without_nulls(record))
}
