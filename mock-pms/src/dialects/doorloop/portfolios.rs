//! Portfolios: the groups by which the other lists can be narrowed. What a portfolio tells of its properties is this
//! imitation's choice.

use serde_json::{Value, json};

use super::listing::Listing;
use super::oid::{self, oid};
use super::problem::Problem;
use super::reply::{Answer, Reply};
use crate::dialects::endpoint::Request;
use crate::shared::quirk::Quirk;
use crate::world::{Id, Property, PropertyGroup, World};

pub(super) const IGNORED_GROUPS: Quirk = Quirk::rare(
    "ignored-groups",
    "`filter_group` is ignored: whoever believes in it gets everything.",
    "It narrows a list to the properties of a portfolio.",
);

/// Properties of the portfolio that a list is narrowed to.
pub(super) struct Members(Option<Vec<Id>>);

impl Members {
    /// True if the property is in it, or if none was asked for.
    pub(super) fn holds(&self, property: impl Into<Option<Id>>) -> bool {
        self.0.as_ref().is_none_or(|members| property.into().is_some_and(|id| members.contains(&id)))
    }
}

/// The portfolio in a parameter; one that there is not has no properties.
pub(super) fn filter(world: &World, listing: &Listing<'_>, name: &str) -> Result<Members, Problem> {
    if IGNORED_GROUPS.is_on(world) {
        return Ok(Members(None));
    }
    let group = listing.id::<PropertyGroup>(name)?;
    let members = |id: Id| world.get::<PropertyGroup>(id).map(|one| one.property_ids.clone());
    Ok(Members(group.map(|id| members(id).unwrap_or_default())))
}

pub(super) fn list(world: &World, request: &Request) -> Answer {
    let listing = Listing::of(request, &["filter_text"], &[])?;
    let text = listing.part("filter_text");
    let is_wanted =
        |one: &&PropertyGroup| text.as_ref().is_none_or(|part| one.name.to_lowercase().contains(part));
    let rows: Vec<_> = world.platform.property_groups.iter().filter(is_wanted).collect();
    listing.page(rows, |one| one.id, |one| render(world, one))
}

pub(super) fn get(world: &World, request: &Request) -> Answer {
    Listing::of(request, &[], &[])?;
    let id = oid::read::<PropertyGroup>("id", request.id().unwrap_or_default())?;
    let group = world.get(id).ok_or_else(|| Problem::no("Portfolio"))?;
    Ok(Reply::One(render(world, group)))
}

fn render(world: &World, group: &PropertyGroup) -> Value {
    let properties: Vec<_> = group.property_ids.iter().map(|id| oid::<Property>(*id)).collect();
    let record =
        json!({ "id": oid::<PropertyGroup>(group.id), "name": group.name, "properties": properties });
    world.distort("portfolio", group.id, record)
}
