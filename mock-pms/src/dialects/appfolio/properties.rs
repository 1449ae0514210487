//! Properties. A hidden one is not active any more.

use serde_json::{Value, json};

use super::call::{Answer, Call};
use super::listing::Listing;
use super::names::{self, Kind, instant, uuid};
use crate::world::{Property, PropertyKind, World};

pub(super) fn list(world: &World, call: &Call) -> Answer {
    let listing = Listing::of(call, &["Id", "IncludeHidden"])?;
    let ids = listing.ids("Id", Kind::Property)?;
    let hidden = listing.with_hidden()?;
    let rows = world
        .platform
        .properties
        .iter()
        .filter(|p| listing.holds(p.updated_at) && (hidden || p.active))
        .filter(|p| ids.as_ref().is_none_or(|ids| ids.contains(&p.id)))
        .collect();
    listing.page_of("properties", rows, |property| render(world, property))
}

fn render(world: &World, property: &Property) -> Value {
    let groups = world.platform.property_groups.iter().filter(|g| g.property_ids.contains(&property.id));
    let groups: Vec<_> = groups.map(|group| uuid(Kind::PropertyGroup, group.id)).collect();
    let kind = match property.kind {
        PropertyKind::SingleFamily => "Single-Family",
        PropertyKind::MultiFamily => "Multi-Family",
        PropertyKind::CondoTownhome => "Condo/Townhome",
        PropertyKind::Office | PropertyKind::Retail => "Commercial",
    };
    let record = json!({
        "Id": uuid(Kind::Property, property.id),
        "Name": property.name,
        "PropertyType": kind,
        "PropertyGroupIds": groups,
        "MaintenanceNotes": null,
        "HiddenAt": hidden_at(property),
        "ManagementEndDate": null,
        "LastUpdatedAt": instant(property.updated_at),
    });
    world.distort("property", property.id, names::with_address(record, &property.address))
}

/// Since when it is hidden, if it is.
pub(super) fn hidden_at(property: &Property) -> Option<String> {
    (!property.active).then(|| instant(property.updated_at))
}
