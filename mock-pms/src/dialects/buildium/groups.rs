//! Property groups.

use serde_json::{Value, json};

use super::call::{Answer, Call};
use super::listing::Listing;
use crate::world::{PropertyGroup, World};

const FIELDS: &[&str] = &["Id", "Name", "Description", "Properties", "CreatedByUser"];

pub(super) fn list(world: &World, call: &Call) -> Answer {
    let query = &call.query;
    query.check(&["propertyids", "nameordescription", "orderby", "offset", "limit"], &[])?;
    let listing = Listing::of(call, FIELDS)?;
    let ids = query.ids("propertyids")?;
    let name = query.part("nameordescription");
    let rows = world
        .platform
        .property_groups
        .iter()
        .filter(|g| ids.as_ref().is_none_or(|ids| g.property_ids.iter().any(|id| ids.contains(id))))
        .filter(|g| name.as_ref().is_none_or(|part| g.name.to_lowercase().contains(part)))
        .collect();
    listing.page(rows, |group| render(world, group))
}

fn render(world: &World, group: &PropertyGroup) -> Value {
    let properties: Vec<Value> = group
        .property_ids
        .iter()
        .map(|id| json!({ "Id": id, "Type": "Rental", "Href": format!("/v1/rentals/{id}") }))
        .collect();
    let record = json!({
        "Id": group.id,
        "Name": group.name,
        "Description": null,
        "Properties": properties,
        "CreatedByUser": null,
    });
    world.distort("property_group", group.id, record)
}
