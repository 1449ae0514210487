//! A tenant as such, without leases.

use serde_json::{Value, json};

use super::names;
use crate::world::{Lease, Tenant, World};

/// A tenant as it stands within a lease.
pub(super) fn without_leases(world: &World, tenant: &Tenant, home: Option<&Lease>) -> Value {
    world.distort("tenant", tenant.id, plain(world, tenant, home))
}

/// A tenant with nothing laid over it.
pub(super) fn plain(world: &World, tenant: &Tenant, home: Option<&Lease>) -> Value {
    let platform = &world.platform;
    let address = home.and_then(|lease| match lease.unit_id.and_then(|id| platform.units.get(id)) {
        Some(unit) => Some(&unit.address),
        None => platform.properties.get(lease.property_id).map(|p| &p.address),
    });
    json!({
        "Id": tenant.id,
        "FirstName": tenant.first_name,
        "LastName": tenant.last_name,
        "Email": tenant.email,
        "AlternateEmail": null,
        "PhoneNumbers": names::phones(&tenant.phones),
        "CreatedDateTime": names::instant(tenant.created_at),
        "EmergencyContact": null,
        "DateOfBirth": tenant.date_of_birth,
        "SMSOptInStatus": "NotSet",
        "Address": address.map(names::address),
        "AlternateAddress": null,
        "MailingPreference": "PrimaryAddress",
        "Leases": null,
        "Comment": tenant.comment,
        "TaxId": tenant.tax_id,
    })
}

/// True if `part` is a part of the tenant's name.
pub(super) fn is_named(tenant: &Tenant, part: &str) -> bool {
    format!("{} {}", tenant.first_name, tenant.last_name).to_lowercase().contains(part)
}
