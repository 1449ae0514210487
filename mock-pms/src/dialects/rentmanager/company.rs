//! The company's databases, which it calls locations, and its groups of properties.

use serde_json::{Value, json};

use super::call::{Answer, path_id};
use super::names::location_id;
use super::quirks::MEMBERLESS_GROUPS;
use super::resource::Holds::{Number, Text};
use super::resource::Resource;
use crate::dialects::endpoint::Request;
use crate::world::{Property, PropertyGroup, World};

const LOCATIONS: Resource =
    Resource { fields: &[("LocationID", Number), ("Name", Text)], ..Resource::of("location", "LocationID") };

const GROUPS: Resource = Resource {
    fields: &[("PropertyGroupID", Number), ("Name", Text)],
    embeds: &["Properties"],
    ..Resource::of("property_group", "PropertyGroupID")
};

/// The one location that the mock has.
pub(super) fn locations(world: &World, request: &Request) -> Answer {
    let account = &world.platform.account;
    let id = location_id(account).parse().unwrap_or(account.id);
    let location = json!({"LocationID": id, "Name": account.name});
    LOCATIONS.page(world, request, [(id, location)].into_iter())
}

pub(super) fn groups(world: &World, request: &Request) -> Answer {
    let all = world.platform.property_groups.iter();
    GROUPS.page(world, request, all.map(|one| (one.id, group(world, one))))
}

pub(super) fn get_group(world: &World, request: &Request) -> Answer {
    let found = world.get::<PropertyGroup>(path_id(request)?);
    GROUPS.one(world, request, found.map(|one| (one.id, group(world, one))))
}

fn group(world: &World, group: &PropertyGroup) -> Value {
    let shown = group.property_ids.iter().filter(|_| !MEMBERLESS_GROUPS.is_on(world));
    let members = shown.filter_map(|id| world.get::<Property>(*id));
    let members = members.map(|one| json!({"PropertyID": one.id, "Name": one.name}));
    json!({
        "PropertyGroupID": group.id,
        "Name": group.name,
        "Properties": members.collect::<Vec<_>>(),
    })
}
