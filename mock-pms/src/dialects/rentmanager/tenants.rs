//! Tenants, with their contact as an embedded part. When they come and go is said by their leases.

use serde_json::{Value, json};

use super::call::Answer;
use super::call::{embeds, path_id};
use super::leases;
use super::names::{local_with_blank, phones, without_nulls};
use super::resource::Holds::{Number, Text, Time};
use super::resource::Resource;
use crate::dialects::endpoint::Request;
use crate::world::{LeaseStatus, Tenant, World};

const TENANTS: Resource = Resource {
    fields: &[
        ("TenantID", Number),
        ("TenantDisplayID", Number),
        ("Name", Text),
        ("FirstName", Text),
        ("LastName", Text),
        ("PropertyID", Number),
        ("Status", Text),
        ("UpdateDate", Time),
    ],
    embeds: &["Contacts", "Leases"],
    ..Resource::of("tenant", "TenantID")
};

pub(super) fn list(world: &World, request: &Request) -> Answer {
    let leased = leased(world);
    let all = world.platform.tenants.iter().map(|one| (one.id, tenant(world, request, one, &leased)));
    TENANTS.page(world, request, all)
}

pub(super) fn get(world: &World, request: &Request) -> Answer {
    let found = world.get::<Tenant>(path_id(request)?);
    TENANTS.one(world, request, found.map(|one| (one.id, tenant(world, request, one, &leased(world)))))
}

/// For each tenant, by the lease that counts most, and the last of those: the property, and the tenant's status.
type Leased = std::collections::HashMap<i64, (i64, &'static str)>;

/// Statuses of a tenant; who has several leases has the last of these that one of them gives.
const STATUSES: [&str; 3] = ["Past", "Future", "Current"];

fn leased(world: &World) -> Leased {
    let today = world.platform_today();
    let mut all = Leased::new();
    for lease in world.platform.leases.iter() {
        for own in &lease.tenants {
            let status = match lease.status_on(today) {
                _ if lease.is_over_for(own.tenant_id, today) => "Past",
                LeaseStatus::Future => "Future",
                _ => "Current",
            };
            let rank = |status: &str| STATUSES.iter().position(|one| *one == status);
            let before = all.get(&own.tenant_id).and_then(|(_, before)| rank(before));
            if rank(status) >= before {
                all.insert(own.tenant_id, (lease.property_id, status));
            }
        }
    }
    all
}

fn tenant(world: &World, request: &Request, tenant: &Tenant, leased: &Leased) -> Value {
    let home = leased.get(&tenant.id);
    let contact = without_nulls(json!({
        "ContactID": tenant.id,
        "FirstName": tenant.first_name,
        "LastName": tenant.last_name,
        "Email": tenant.email,
        "IsPrimary": true,
        "PhoneNumbers": phones(&tenant.phones),
    }));
    json!({
        "TenantID": tenant.id,
        "TenantDisplayID": tenant.id,
        "Name": format!("{} {}", tenant.first_name, tenant.last_name),
        "FirstName": tenant.first_name,
        "LastName": tenant.last_name,
        "PropertyID": home.map(|(property, _)| property),
        "Status": home.map_or("Future", |(_, status)| status),
        "UpdateDate": local_with_blank(&world.platform.account, tenant.updated_at),
        "Contacts": [contact],
        "Leases": embeds(request, "Leases").then(|| leases::of_tenant(world, tenant.id)),
    })
}
