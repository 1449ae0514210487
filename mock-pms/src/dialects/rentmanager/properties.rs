//! Properties and their units, which a sync only reads. Either has its address as an embedded part.

use serde_json::{Value, json};

use super::call::Answer;
use super::call::{embeds, path_id};
use super::names::{addresses, local_with_blank, local_with_strange_offset, property_type, without_nulls};
use super::resource::Holds::{Flag, Number, Text, Time};
use super::resource::Resource;
use crate::dialects::endpoint::Request;
use crate::world::{Property, PropertyGroup, Unit, World};

const PROPERTIES: Resource = Resource {
    fields: &[
        ("PropertyID", Number),
        ("Name", Text),
        ("ShortName", Text),
        ("IsActive", Flag),
        ("PropertyType", Text),
        ("UpdateDate", Time),
    ],
    embeds: &["Addresses", "PropertyGroups", "Units"],
    ..Resource::of("property", "PropertyID")
};

const UNITS: Resource = Resource {
    fields: &[
        ("UnitID", Number),
        ("PropertyID", Number),
        ("Name", Text),
        ("UnitTypeID", Number),
        ("UpdateDate", Time),
    ],
    embeds: &["Addresses"],
    ..Resource::of("unit", "UnitID")
};

pub(super) fn list(world: &World, request: &Request) -> Answer {
    let all = world.platform.properties.iter().map(|one| (one.id, property(world, request, one)));
    PROPERTIES.page(world, request, all)
}

pub(super) fn get(world: &World, request: &Request) -> Answer {
    let found = world.get::<Property>(path_id(request)?).map(|one| (one.id, property(world, request, one)));
    PROPERTIES.one(world, request, found)
}

pub(super) fn list_units(world: &World, request: &Request) -> Answer {
    let all = world.platform.units.iter().map(|one| (one.id, unit(world, one)));
    UNITS.page(world, request, all)
}

pub(super) fn get_unit(world: &World, request: &Request) -> Answer {
    let found = world.get::<Unit>(path_id(request)?).map(|one| (one.id, unit(world, one)));
    UNITS.one(world, request, found)
}

fn property(world: &World, request: &Request, property: &Property) -> Value {
    let units = world.platform.units.iter().filter(|unit| unit.property_id == property.id);
    let bare = |one: &Unit| {
        let mut unit = unit(world, one);
        unit["Addresses"] = Value::Null;
        without_nulls(unit)
    };
    let in_it = |group: &&PropertyGroup| group.property_ids.contains(&property.id);
    let groups = world.platform.property_groups.iter().filter(in_it);
    let groups = groups.map(|group| json!({"PropertyGroupID": group.id, "Name": group.name}));
    json!({
        "PropertyID": property.id,
        "Name": property.name,
        "ShortName": property.name.chars().take(10).collect::<String>(),
        "IsActive": property.active,
        "PropertyType": property_type(property.kind),
        "UpdateDate": local_with_blank(&world.platform.account, property.updated_at),
        "Addresses": addresses(world, property.id, &property.address),
        "PropertyGroups": embeds(request, "PropertyGroups").then(|| groups.collect::<Vec<_>>()),
        "Units": embeds(request, "Units").then(|| units.map(bare).collect::<Vec<_>>()),
    })
}

fn unit(world: &World, unit: &Unit) -> Value {
    json!({
        "UnitID": unit.id,
        "PropertyID": unit.property_id,
        "Name": unit.number,
        "UnitTypeID": 1,
        "UpdateDate": local_with_strange_offset(&world.platform.account, unit.updated_at),
        "Addresses": addresses(world, unit.id, &unit.address),
    })
}
