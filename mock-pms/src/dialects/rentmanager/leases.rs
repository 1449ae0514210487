//! Leases: one for each tenant of the world's lease, because a lease of Rent Manager's is one tenant's. Their terms are
//! embedded parts.

use serde_json::{Value, json};

use super::call::Answer;
use super::call::path_id;
use super::names::{day, local, without_nulls};
use super::quirks::UNDATED_LEASES;
use super::resource::Holds::{self, Flag, Number, Time};
use super::resource::Resource;
use crate::dialects::endpoint::Request;
use crate::world::{Id, Lease, LeaseTenant, World};

const LEASES: Resource =
    Resource { fields: FIELDS, embeds: &["LeaseRenewals"], ..Resource::of("lease", "LeaseID") };

/// The same where nothing tells when a lease was changed.
const UNDATED: Resource = Resource { fields: FIELDS.split_at(FIELDS.len() - 2).0, ..LEASES };

const FIELDS: &[(&str, Holds)] = &[
    ("LeaseID", Number),
    ("TenantID", Number),
    ("UnitID", Number),
    ("PropertyID", Number),
    ("MoveInDate", Time),
    ("MoveOutDate", Time),
    ("ExpectedMoveOutDate", Time),
    ("NoticeDate", Time),
    ("IsMoveOutConfirmed", Flag),
    // The last two are missing where leases are undated.
    ("CreateDate", Time),
    ("UpdateDate", Time),
];

/// The most tenants of one lease whose ids stay apart.
const MOST: Id = 100;

pub(super) fn list(world: &World, request: &Request) -> Answer {
    resource(request).page(world, request, all(world))
}

pub(super) fn get(world: &World, request: &Request) -> Answer {
    let id = path_id(request)?;
    resource(request).one(world, request, all(world).find(|(known, _)| *known == id))
}

fn resource(request: &Request) -> &'static Resource {
    if request.has(&UNDATED_LEASES) { &UNDATED } else { &LEASES }
}

/// The leases of a tenant, without the parts that are embedded in them.
pub(super) fn of_tenant(world: &World, tenant: Id) -> Value {
    let is_theirs = |(_, own): &(Id, &LeaseTenant)| own.tenant_id == tenant;
    let bare = |lease, (id, own)| {
        let mut row = render(world, lease, id, own);
        row["LeaseRenewals"] = Value::Null;
        without_nulls(row)
    };
    let of_lease = |lease| with_ids(lease).filter(is_theirs).map(move |part| bare(lease, part));
    world.platform.leases.iter().flat_map(of_lease).collect()
}

fn all(world: &World) -> impl Iterator<Item = (Id, Value)> {
    let of_lease = move |lease| with_ids(lease).map(move |(id, own)| (id, render(world, lease, id, own)));
    world.platform.leases.iter().flat_map(of_lease)
}

/// A lease's tenants, each with the id of the lease that is theirs alone.
fn with_ids(lease: &Lease) -> impl Iterator<Item = (Id, &LeaseTenant)> {
    (0..MOST).zip(&lease.tenants).map(|(at, own)| (lease.id.wrapping_mul(MOST).wrapping_add(at), own))
}

/// Renders a tenant's part of a lease. A move-out that is still to come is told as the expected one.
fn render(world: &World, lease: &Lease, id: Id, own: &LeaseTenant) -> Value {
    let leaving = lease.move_out_of(own.tenant_id);
    let today = world.platform_today();
    let has_left = leaving.is_some_and(|leaving| leaving.move_out <= today);
    let account = &world.platform.account;
    let stamp = |at| (!UNDATED_LEASES.is_on(world)).then(|| local(account, at));
    let term = without_nulls(json!({
        "LeaseRenewalID": id,
        "LeaseID": id,
        "StartDate": day(lease.from_date),
        "EndDate": lease.to_date.map(day),
    }));
    json!({
        "LeaseID": id,
        "TenantID": own.tenant_id,
        "UnitID": lease.unit_id,
        "PropertyID": lease.property_id,
        "MoveInDate": day(own.move_in.unwrap_or(lease.from_date)),
        "MoveOutDate": leaving.filter(|_| has_left).map(|leaving| day(leaving.move_out)),
        "ExpectedMoveOutDate": leaving.filter(|_| !has_left).map(|leaving| day(leaving.move_out)),
        "NoticeDate": leaving.and_then(|leaving| leaving.notice).map(day),
        "IsMoveOutConfirmed": has_left,
        "CreateDate": stamp(lease.created_at),
        "UpdateDate": stamp(lease.updated_at),
        "LeaseRenewals": [term],
    })
}
