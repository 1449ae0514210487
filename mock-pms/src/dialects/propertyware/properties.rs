//! Buildings and their units. Deactivated ones are shown to those who ask for them.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::call::{Answer, Call, Reply};
use super::listing::{COMMON, Row, page};
use super::names;
use super::problem::Problem;
use crate::world::{Id, Property, Unit, World};

pub(super) fn buildings(world: &World, call: &Call) -> Answer {
    let known = [&COMMON[..], &["portfolioID", "leaseID", "includeDeactivated"]].concat();
    call.check(&known, &["vacant", "publishedForRent"])?;
    let all = call.parsed("includeDeactivated")?.unwrap_or(false);
    let portfolio: Option<Id> = call.parsed("portfolioID")?;
    let lease: Option<Id> = call.parsed("leaseID")?;
    let leased = |lease: Id| world.platform.leases.get(lease).map(|lease| lease.property_id);
    let units = unit_counts(world);
    let rows = world
        .platform
        .properties
        .iter()
        .filter(|p| all || p.active)
        .filter(|p| portfolio.is_none_or(|id| names::portfolio(world, p.id) == Some(id)))
        .filter(|p| lease.is_none_or(|id| leased(id) == Some(p.id)))
        .map(|p| Row { id: p.id, modified: p.updated_at, record: p });
    page(call, rows, |property| render_building(world, property, &units))
}

pub(super) fn building(world: &World, call: &Call) -> Answer {
    call.check(&["includeCustomFields"], &[])?;
    Ok(Reply::One(render_building(world, wanted(world, call)?, &unit_counts(world))))
}

pub(super) fn managers(world: &World, call: &Call) -> Answer {
    call.check(&[], &[])?;
    wanted(world, call)?;
    Ok(Reply::One(property_managers(world)))
}

pub(super) fn units(world: &World, call: &Call) -> Answer {
    let known = [&COMMON[..], &["portfolioID", "buildingID", "includeDeactivated"]].concat();
    call.check(&known, &["vacant", "publishedForRent", "type"])?;
    let all = call.parsed("includeDeactivated")?.unwrap_or(false);
    let portfolio: Option<Id> = call.parsed("portfolioID")?;
    let building: Option<Id> = call.parsed("buildingID")?;
    let rows = world
        .platform
        .units
        .iter()
        .filter(|u| all || is_active(world, u))
        .filter(|u| building.is_none_or(|id| u.property_id == id))
        .filter(|u| portfolio.is_none_or(|id| names::portfolio(world, u.property_id) == Some(id)))
        .map(|u| Row { id: names::unit_id(world, u.id), modified: u.updated_at, record: u });
    page(call, rows, |unit| render_unit(world, unit))
}

pub(super) fn unit(world: &World, call: &Call) -> Answer {
    call.check(&["includeCustomFields"], &[])?;
    let unit = names::unit(world, call.path_id()?).ok_or_else(|| Problem::no("Unit"))?;
    Ok(Reply::One(render_unit(world, unit)))
}

fn wanted<'w>(world: &'w World, call: &Call) -> Result<&'w Property, Problem> {
    world.get(call.path_id()?).ok_or_else(|| Problem::no("Building"))
}

/// A unit has no flag of its own in the world: the building's holds for it.
fn is_active(world: &World, unit: &Unit) -> bool {
    world.platform.properties.get(unit.property_id).is_some_and(|building| building.active)
}

fn unit_counts(world: &World) -> HashMap<Id, usize> {
    world.platform.units.iter().fold(HashMap::new(), |mut counts, unit| {
        *counts.entry(unit.property_id).or_default() += 1;
        counts
    })
}

/// There is no resource of users; those who manage properties stand on the buildings, every one on each of them.
fn property_managers(world: &World) -> Value {
    names::managers(world)
        .map(|user| {
            names::without_nulls(json!({
                // The assignment's own id, which is not the user's.
                "id": user.id + 700_000,
                "userID": user.id,
                "name": format!("{} {}", user.first_name, user.last_name),
                "email": user.email,
                "roleAsString": user.role.as_deref().unwrap_or("Property Manager"),
            }))
        })
        .collect()
}

fn render_building(world: &World, building: &Property, units: &HashMap<Id, usize>) -> Value {
    let count = units.get(&building.id).copied().unwrap_or(0);
    let record = json!({
        "id": building.id,
        "idNumber": i32::try_from(building.id).ok(),
        "name": building.name,
        "abbreviation": building.name.chars().take(12).collect::<String>(),
        "active": building.active,
        "address": names::address(&building.address),
        "areaUnits": "Sq Ft",
        "category": names::category(building.kind),
        "propertyType": names::property_type(building.kind),
        "portfolioID": names::portfolio(world, building.id),
        "multiUnit": if count > 0 { "Yes" } else { "No" },
        "countUnit": count,
        "rentable": count == 0,
        "targetDeposit": "0.00",
        "propertyManagerList": property_managers(world),
        "createdDateTime": names::created(world, building.created_at),
        "lastModifiedDateTime": names::instant(building.updated_at),
    });
    world.distort("building", building.id, names::without_nulls(record))
}

fn render_unit(world: &World, unit: &Unit) -> Value {
    let record = json!({
        "id": names::unit_id(world, unit.id),
        "idNumber": i32::try_from(unit.id).ok(),
        "buildingID": unit.property_id,
        "name": unit.number,
        "abbreviation": unit.number.chars().take(12).collect::<String>(),
        "active": is_active(world, unit),
        "address": names::address(&unit.address),
        "areaUnits": "Sq Ft",
        "portfolioID": names::portfolio(world, unit.property_id),
        "rentable": true,
        "targetDeposit": "0.00",
        "propertyManagerList": property_managers(world),
        "createdDateTime": names::created(world, unit.created_at),
        "lastModifiedDateTime": names::instant(unit.updated_at),
    });
    world.distort("unit", unit.id, names::without_nulls(record))
}
