//! Tenants, with more about them than a sync has any business to know.

use std::collections::HashMap;

use serde_json::Value;

use super::call::{Answer, Call, Reply};
use super::leases;
use super::listing::Listing;
use super::names::{LEASE_STATUS, RENTAL_ACTIVE};
use super::problem::Problem;
use super::tenant_body::{is_named, plain};
use crate::world::{Id, Lease, Tenant, World};

const FIELDS: &[&str] = &[
    "Id",
    "FirstName",
    "LastName",
    "Email",
    "AlternateEmail",
    "PhoneNumbers",
    "CreatedDateTime",
    "EmergencyContact",
    "DateOfBirth",
    "SMSOptInStatus",
    "Address",
    "AlternateAddress",
    "MailingPreference",
    "Leases",
    "Comment",
    "TaxId",
];

pub(super) fn list(world: &World, call: &Call) -> Answer {
    let query = &call.query;
    query.check(
        &[
            "buildingstatuses",
            "leasetermstatuses",
            "unitnumber",
            "name",
            "phone",
            "email",
            "propertyids",
            "unitids",
            "lastupdatedfrom",
            "lastupdatedto",
            "orderby",
            "offset",
            "limit",
        ],
        &["rentalownerids"],
    )?;
    let listing = Listing::of(call, FIELDS)?;
    let wanted = LeaseFilter::of(call)?;
    let updated = query.updated()?;
    let name = query.part("name");
    let phone = query.part("phone");
    let email = query.part("email");
    let leases = leases_by_tenant(world);
    let of = |tenant: &Tenant| leases.get(&tenant.id).map(Vec::as_slice).unwrap_or_default();
    let rows = world
        .platform
        .tenants
        .iter()
        .filter(|t| updated.holds(&t.updated_at))
        .filter(|t| wanted.takes_all() || of(t).iter().any(|lease| wanted.takes(world, lease)))
        .filter(|t| name.as_ref().is_none_or(|part| is_named(t, part)))
        .filter(|t| phone.as_ref().is_none_or(|part| t.phones.iter().any(|p| p.number.contains(part))))
        .filter(|t| {
            let email_of = t.email.as_deref().unwrap_or_default().to_lowercase();
            email.as_ref().is_none_or(|part| email_of.contains(part))
        })
        .collect();
    listing.page(rows, |tenant| render(world, tenant, of(tenant)))
}

pub(super) fn get(world: &World, call: &Call) -> Answer {
    call.query.check(&[], &[])?;
    let tenant: &Tenant = world.get(call.id("tenant")?).ok_or_else(|| Problem::no("tenant"))?;
    let leases = leases_by_tenant(world);
    Ok(Reply::One(render(world, tenant, leases.get(&tenant.id).map(Vec::as_slice).unwrap_or_default())))
}

/// The filters that look at a tenant's leases: one lease must pass them all.
struct LeaseFilter {
    property_ids: Option<Vec<Id>>,
    unit_ids: Option<Vec<Id>>,
    statuses: Option<Vec<crate::world::LeaseStatus>>,
    buildings: Option<Vec<bool>>,
    unit_number: Option<String>,
}

impl LeaseFilter {
    fn of(call: &Call) -> Result<Self, Problem> {
        Ok(Self {
            property_ids: call.query.ids("propertyids")?,
            unit_ids: call.query.ids("unitids")?,
            statuses: call.query.words("leasetermstatuses", LEASE_STATUS)?,
            buildings: call.query.words("buildingstatuses", RENTAL_ACTIVE)?,
            unit_number: call.query.part("unitnumber"),
        })
    }

    fn takes_all(&self) -> bool {
        self.property_ids.is_none()
            && self.unit_ids.is_none()
            && self.statuses.is_none()
            && self.buildings.is_none()
            && self.unit_number.is_none()
    }

    fn takes(&self, world: &World, lease: &Lease) -> bool {
        let platform = &world.platform;
        let status = lease.status_on(world.platform_today());
        let active = || platform.properties.get(lease.property_id).is_some_and(|p| p.active);
        let unit = lease.unit_id.and_then(|id| platform.units.get(id));
        self.property_ids.as_ref().is_none_or(|ids| ids.contains(&lease.property_id))
            && self.unit_ids.as_ref().is_none_or(|ids| lease.unit_id.is_some_and(|id| ids.contains(&id)))
            && self.statuses.as_ref().is_none_or(|statuses| statuses.contains(&status))
            && self.buildings.as_ref().is_none_or(|flags| flags.contains(&active()))
            && self
                .unit_number
                .as_ref()
                .is_none_or(|part| unit.is_some_and(|u| u.number.to_lowercase().contains(part)))
    }
}

fn leases_by_tenant(world: &World) -> HashMap<Id, Vec<&Lease>> {
    let mut leases: HashMap<Id, Vec<&Lease>> = HashMap::new();
    for lease in &world.platform.leases {
        for part in &lease.tenants {
            leases.entry(part.tenant_id).or_default().push(lease);
        }
    }
    leases
}

fn render(world: &World, tenant: &Tenant, leases: &[&Lease]) -> Value {
    let mut record = plain(world, tenant, leases.last().copied());
    record["Leases"] = leases.iter().map(|lease| leases::embedded(world, lease)).collect();
    world.distort("tenant", tenant.id, record)
}
