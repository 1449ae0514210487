//! Rental properties.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::call::{Answer, Call, Reply};
use super::listing::Listing;
use super::names::{self, RENTAL_ACTIVE, RENTAL_SUBTYPE, word};
use super::problem::Problem;
use crate::world::{Id, Property, PropertyKind, World};

const FIELDS: &[&str] = &[
    "Id",
    "Name",
    "StructureDescription",
    "NumberUnits",
    "IsActive",
    "OperatingBankAccountId",
    "Reserve",
    "Address",
    "YearBuilt",
    "RentalType",
    "RentalSubType",
    "RentalManager",
];

pub(super) fn list(world: &World, call: &Call) -> Answer {
    let query = &call.query;
    query.check(
        &[
            "location",
            "types",
            "subtypes",
            "status",
            "propertyids",
            "lastupdatedfrom",
            "lastupdatedto",
            "orderby",
            "offset",
            "limit",
        ],
        &["rentalownerids"],
    )?;
    let listing = Listing::of(call, FIELDS)?;
    let location = query.part("location");
    let types = query.words("types", &[("Residential", true), ("Commercial", false)])?;
    let subtypes = query.words("subtypes", SUBTYPES)?;
    let status = query.word("status", RENTAL_ACTIVE)?;
    let ids = query.ids("propertyids")?;
    let updated = query.updated()?;
    let rows = world
        .platform
        .properties
        .iter()
        .filter(|p| status.is_none_or(|active| p.active == active))
        .filter(|p| ids.as_ref().is_none_or(|ids| ids.contains(&p.id)))
        .filter(|p| updated.holds(&p.updated_at))
        .filter(|p| types.as_ref().is_none_or(|types| types.contains(&is_residential(p.kind))))
        .filter(|p| subtypes.as_ref().is_none_or(|kinds| kinds.contains(&Some(p.kind))))
        .filter(|p| location.as_ref().is_none_or(|part| is_in(p, part)))
        .collect();
    let units = unit_counts(world);
    listing.page(rows, |property| render(world, property, &units))
}

pub(super) fn get(world: &World, call: &Call) -> Answer {
    call.query.check(&[], &[])?;
    let property: &Property = world.get(call.id("property")?).ok_or_else(|| Problem::no("property"))?;
    Ok(Reply::One(render(world, property, &unit_counts(world))))
}

/// Also the subtypes that no property of a world has.
const SUBTYPES: &[(&str, Option<PropertyKind>)] = &[
    ("CondoTownhome", Some(PropertyKind::CondoTownhome)),
    ("MultiFamily", Some(PropertyKind::MultiFamily)),
    ("SingleFamily", Some(PropertyKind::SingleFamily)),
    ("Office", Some(PropertyKind::Office)),
    ("Retail", Some(PropertyKind::Retail)),
    ("Industrial", None),
    ("ShoppingCenter", None),
    ("Storage", None),
    ("ParkingSpace", None),
];

fn is_residential(kind: PropertyKind) -> bool {
    !matches!(kind, PropertyKind::Office | PropertyKind::Retail)
}

fn is_in(property: &Property, part: &str) -> bool {
    [&property.address.city, &property.address.state]
        .into_iter()
        .flatten()
        .any(|place| place.to_lowercase().contains(part))
}

fn unit_counts(world: &World) -> HashMap<Id, usize> {
    world.platform.units.iter().fold(HashMap::new(), |mut counts, unit| {
        *counts.entry(unit.property_id).or_default() += 1;
        counts
    })
}

fn render(world: &World, property: &Property, units: &HashMap<Id, usize>) -> Value {
    let record = json!({
        "Id": property.id,
        "Name": property.name,
        "StructureDescription": null,
        "NumberUnits": units.get(&property.id).copied().unwrap_or(0),
        "IsActive": property.active,
        "OperatingBankAccountId": 1,
        "Reserve": 0.0,
        "Address": names::address(&property.address),
        "YearBuilt": null,
        "RentalType": if is_residential(property.kind) { "Residential" } else { "Commercial" },
        "RentalSubType": word(RENTAL_SUBTYPE, &property.kind),
        "RentalManager": null,
    });
    world.distort("rental", property.id, record)
}
