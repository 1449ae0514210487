//! Properties, and their groups. A hidden property is not active any more.

use chrono::DateTime;
use serde_json::{Value, json};

use super::call::{Answer, Call};
use super::listing::Listing;
use super::names::{self, Kind, instant, uuid};
use crate::world::{Property, PropertyGroup, PropertyKind, World};

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

/// Groups, of which nothing says when one changed.
pub(super) fn groups(world: &World, call: &Call) -> Answer {
    let listing = Listing::of(call, &["Id"])?;
    let ids = listing.ids("Id", Kind::PropertyGroup)?;
    let rows = world
        .platform
        .property_groups
        .iter()
        .filter(|one| ids.as_ref().is_none_or(|ids| ids.contains(&one.id)))
        .filter(|_| listing.holds(DateTime::UNIX_EPOCH))
        .collect();
    listing.page_of("property_groups", rows, |group| render_group(world, group))
}

fn render_group(world: &World, group: &PropertyGroup) -> Value {
    let members: Vec<_> = group.property_ids.iter().map(|id| uuid(Kind::Property, *id)).collect();
    let record =
        json!({ "Id": uuid(Kind::PropertyGroup, group.id), "Name": group.name, "PropertyIds": members });
    world.distort("property_group", group.id, record)
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
