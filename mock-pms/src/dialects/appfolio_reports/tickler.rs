//! The tickler: what happens to occupancies these days. It is the one report that still names those who have left, but only
//! one of several who go together.

use chrono::{Days, NaiveDate};
use serde_json::json;

use super::address;
use super::asked::Asked;
use super::places::is_wanted;
use super::report::Row;
use super::stays::{Occupant, name, occupants, phones};
use crate::world::{Lease, World};

/// Days before and after today of which it tells, unless it is asked for others: a guess, by how few rows it has.
const AROUND: Days = Days::new(7);

/// Events, and the tenant whose row stands for each.
pub(super) fn events(world: &World, asked: &Asked<'_>) -> Vec<Row> {
    let today = world.platform_today();
    let from = asked.day("occurred_on_from").unwrap_or(today - AROUND);
    let to = asked.day("occurred_on_to").unwrap_or(today + AROUND);
    let mut events: Vec<(NaiveDate, &'static str, Occupant<'_>)> = Vec::new();
    for lease in &world.platform.leases {
        let of_lease = events.len();
        for one in occupants(world, lease).filter(|one| is_wanted(asked, one.property)) {
            for (day, event) in of(lease, &one) {
                let is_told = events[of_lease..].iter().any(|told| (told.0, told.1) == (day, event));
                if (from..=to).contains(&day) && !is_told {
                    events.push((day, event, one));
                }
            }
        }
    }
    events.sort_by_key(|(day, ..)| *day);
    events.into_iter().map(|(day, event, one)| row(world, day, event, &one)).collect()
}

fn of(lease: &Lease, one: &Occupant<'_>) -> impl Iterator<Item = (NaiveDate, &'static str)> {
    let notice = lease.move_out_of(one.tenant.id).and_then(|leaving| leaving.notice);
    let events = [(Some(one.move_in), "Move-in"), (notice, "Notice"), (one.move_out, "Move-out")];
    events.into_iter().filter_map(|(day, event)| Some((day?, event)))
}

fn row(world: &World, day: NaiveDate, event: &str, one: &Occupant<'_>) -> Row {
    let Occupant { lease, tenant, .. } = one;
    let mut columns = address::of_property(one.property);
    columns.extend(address::columns(json!({
        "occurred_date": day,
        "event": event,
        "unit": one.unit_name(world),
        "unit_id": lease.unit_id,
        "occupancy_id": lease.id,
        "tenant_id": tenant.id,
        "tenant": name(tenant),
        "tenant_status": one.status(),
        "tenant_email": tenant.email,
        "tenant_phone_number": phones(&tenant.phones),
        "move_in_date": one.move_in,
        "move_out_date": one.move_out,
        "move_out_reason": null,
        "lease_from": lease.from_date,
        "lease_to": lease.to_date,
        "portfolio_id": null,
    })));
    Row { record: ("tickler", lease.id), columns }
}
