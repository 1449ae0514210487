//! Properties, their groups and units.

use serde_json::{Value, json};

use super::address;
use super::asked::Asked;
use super::report::Row;
use crate::dialects::appfolio::names::{Kind, uuid};
use crate::world::{Property, PropertyGroup, PropertyKind, Unit, World};

/// True if the request lets this property's rows through.
pub(super) fn is_wanted(asked: &Asked<'_>, property: &Property) -> bool {
    asked.properties().shows(property.active)
        && asked.lets_through("/properties/properties_ids", Some(property.id))
}

pub(super) fn properties(world: &World, asked: &Asked<'_>) -> Vec<Row> {
    let wanted = world.platform.properties.iter().filter(|one| is_wanted(asked, one));
    wanted.map(|property| of_property(world, property)).collect()
}

fn of_property(world: &World, property: &Property) -> Row {
    let units = world.platform.units.iter().filter(|unit| unit.property_id == property.id).count();
    let groups: Vec<_> = groups_of(world, property).map(|group| group.id.to_string()).collect();
    let kind = match property.kind {
        PropertyKind::SingleFamily => "Single-Family",
        PropertyKind::MultiFamily => "Multi-Family",
        PropertyKind::CondoTownhome => "Condo/Townhome",
        PropertyKind::Office | PropertyKind::Retail => "Commercial",
    };
    let mut columns = address::of_property(property);
    columns.extend(address::columns(json!({
        "property_integration_id": uuid(Kind::Property, property.id),
        "property_type": kind,
        "units": units.max(1),
        "property_group_id": (!groups.is_empty()).then(|| groups.join(", ")),
        "portfolio_id": null,
        "visibility": visibility(property),
        "property_created_on": property.created_at.with_timezone(&world.platform.account.timezone).date_naive(),
    })));
    Row { record: ("property", property.id), columns }
}

/// A row for each property of each group.
pub(super) fn groups(world: &World, asked: &Asked<'_>) -> Vec<Row> {
    let wanted = world.platform.properties.iter().filter(|one| is_wanted(asked, one));
    let of = |property| groups_of(world, property).map(move |group| in_group(property, group));
    wanted.flat_map(of).collect()
}

fn groups_of<'w>(world: &'w World, property: &Property) -> impl Iterator<Item = &'w PropertyGroup> {
    let id = property.id;
    world.platform.property_groups.iter().filter(move |group| group.property_ids.contains(&id))
}

fn in_group(property: &Property, group: &PropertyGroup) -> Row {
    let mut columns = address::of_property(property);
    columns.extend(address::columns(json!({
        "property_group_name": group.name,
        "property_group_id": group.id,
        "portfolio": null,
        "portfolio_id": null,
    })));
    Row { record: ("property_group", group.id), columns }
}

/// A unit is hidden with its property.
pub(super) fn units(world: &World, asked: &Asked<'_>) -> Vec<Row> {
    let home = |unit: &Unit| world.platform.properties.get(unit.property_id);
    let all = world.platform.units.iter().filter_map(|unit| Some((unit, home(unit)?)));
    all.filter(|(_, property)| asked.units().shows(property.active))
        .filter(|(_, property)| asked.lets_through("/properties/properties_ids", Some(property.id)))
        .map(|(unit, property)| of_unit(world, unit, property))
        .collect()
}

fn of_unit(world: &World, unit: &Unit, property: &Property) -> Row {
    let mut columns = address::of_property(property);
    columns.retain(|name, _| ["property", "property_name", "property_id"].contains(&name.as_str()));
    columns.extend(address::of("unit", &unit.address));
    columns.extend(address::columns(json!({
        "unit_id": unit.id,
        "unit_name": unit.number,
        "unit_integration_id": uuid(Kind::Unit, unit.id),
        "unit_type": null,
        "unit_tags": null,
        "visibility": visibility(property),
        "rentable": "Yes",
        "rent_ready": "Yes",
        "created_on": unit.created_at.with_timezone(&world.platform.account.timezone).date_naive(),
        "portfolio_id": null,
    })));
    Row { record: ("unit", unit.id), columns }
}

fn visibility(property: &Property) -> Value {
    json!(if property.active { "Active" } else { "Hidden" })
}
