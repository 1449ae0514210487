//! Tenants: a row for each of an occupancy in the directory, and one for each occupancy or vacant unit in the rent roll.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::address;
use super::asked::Asked;
use super::places::is_wanted;
use super::report::Row;
use super::stays::{Occupant, Stay, name, occupants, phones};
use crate::dialects::appfolio::names;
use crate::world::{Id, Lease, Property, Unit, World};

pub(super) fn directory(world: &World, asked: &Asked<'_>) -> Vec<Row> {
    let all = world.platform.leases.iter().flat_map(|lease| occupants(world, lease));
    all.filter(|one| is_wanted(asked, one.property) && one.is_shown(asked.tenants()))
        .map(|one| in_directory(world, &one))
        .collect()
}

fn in_directory(world: &World, one: &Occupant<'_>) -> Row {
    let Occupant { lease, tenant, .. } = one;
    let is_primary = lease.tenants.first().is_some_and(|first| first.tenant_id == tenant.id);
    let mut columns = address::of_property(one.property);
    columns.extend(address::columns(json!({
        "unit": one.unit_name(world),
        "unit_id": lease.unit_id,
        "occupancy_id": lease.id,
        "selected_tenant_id": tenant.id,
        "tenant_integration_id": names::tenant(tenant.id, lease.id),
        "tenant": name(tenant),
        "first_name": tenant.first_name,
        "last_name": tenant.last_name,
        "company_name": null,
        "status": one.status(),
        "tenant_type": "Financially Responsible",
        "tenant_visibility": if one.stay == Stay::Past { "Hidden" } else { "Active" },
        "primary_tenant": yes_or_no(is_primary),
        "phone_numbers": phones(&tenant.phones),
        "emails": tenant.email,
        "move_in": one.move_in,
        "move_out": one.move_out,
        "lease_from": lease.from_date,
        "lease_to": lease.to_date,
        "portfolio_id": null,
    })));
    Row { record: ("tenant", tenant.id), columns }
}

pub(super) fn rent_roll(world: &World, asked: &Asked<'_>) -> Vec<Row> {
    let mut leases: HashMap<_, Vec<&Lease>> = HashMap::new();
    for lease in &world.platform.leases {
        leases.entry((lease.property_id, lease.unit_id)).or_default().push(lease);
    }
    let at = |property: &Property, unit: Option<&Unit>| {
        let here = leases.get(&(property.id, unit.map(|unit| unit.id)));
        at(world, property, unit, here.map(Vec::as_slice).unwrap_or_default())
    };
    let mut rows = Vec::new();
    for property in world.platform.properties.iter().filter(|one| is_wanted(asked, one)) {
        let mut units = world.platform.units.iter().filter(|unit| unit.property_id == property.id).peekable();
        if units.peek().is_none() {
            rows.extend(at(property, None));
        }
        units.for_each(|unit| rows.extend(at(property, Some(unit))));
    }
    rows
}

/// The occupancies of a unit, or one row that says that nobody lives there.
fn at(world: &World, property: &Property, unit: Option<&Unit>, leases: &[&Lease]) -> Vec<Row> {
    let of = |lease, stay| occupants(world, lease).filter(|one| one.stay == stay).collect::<Vec<_>>();
    let is_rented = leases.iter().copied().any(|lease| !of(lease, Stay::Future).is_empty());
    let living =
        leases.iter().copied().map(|lease| of(lease, Stay::Current)).filter(|living| !living.is_empty());
    let mut rows: Vec<_> = living.map(|living| in_rent_roll(property, unit, &living, is_rented)).collect();
    if rows.is_empty() {
        rows.push(in_rent_roll(property, unit, &[], is_rented));
    }
    rows
}

fn in_rent_roll(property: &Property, unit: Option<&Unit>, living: &[Occupant<'_>], is_rented: bool) -> Row {
    let first = living.first();
    let others = living.get(1..).unwrap_or_default();
    let list = |one: fn(&Occupant<'_>) -> String| {
        let each: Vec<_> = others.iter().map(one).collect();
        (!each.is_empty()).then(|| each.join(", "))
    };
    let are_leaving = !living.is_empty() && living.iter().all(|one| one.move_out.is_some());
    let status = match (living.is_empty(), are_leaving, is_rented) {
        (true, _, true) => "Vacant-Rented",
        (true, _, false) => "Vacant-Unrented",
        (false, true, true) => "Notice-Rented",
        (false, true, false) => "Notice-Unrented",
        (false, false, _) => "Current",
    };
    let mut columns = address::of_property(property);
    columns.extend(address::columns(json!({
        "unit": unit.map(|unit| &unit.number),
        "unit_id": unit.map(|unit| unit.id),
        "occupancy_id": first.map(|one| one.lease.id),
        "tenant": first.map(|one| name(one.tenant)),
        "tenant_id": first.map(|one| one.tenant.id),
        "additional_tenants": list(|one| name(one.tenant)),
        "additional_tenant_ids": list(|one| one.tenant.id.to_string()),
        "status": status,
        "move_in": first.map(|one| one.move_in),
        "move_out": first.and_then(|one| one.move_out),
        "lease_from": first.map(|one| one.lease.from_date),
        "lease_to": first.and_then(|one| one.lease.to_date),
        "portfolio_id": null,
    })));
    let id: Id = first.map(|one| one.lease.id).or(unit.map(|unit| unit.id)).unwrap_or(property.id);
    Row { record: ("rent_roll", id), columns }
}

pub(super) fn yes_or_no(is_so: bool) -> Value {
    json!(if is_so { "Yes" } else { "No" })
}
