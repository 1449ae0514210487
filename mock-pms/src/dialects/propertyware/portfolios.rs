//! Portfolios: the world's groups of properties. A building belongs to one of them only.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::call::{Answer, Call, Reply};
use super::listing::{COMMON, Row, page};
use super::names;
use super::problem::Problem;
use crate::world::{PropertyGroup, World};

pub(super) fn list(world: &World, call: &Call) -> Answer {
    call.check(&[&COMMON[..], &["includeDeactivated"]].concat(), &[])?;
    let _: Option<bool> = call.parsed("includeDeactivated")?;
    let rows = world
        .platform
        .property_groups
        .iter()
        // The world does not say when a group was changed.
        .map(|group| Row { id: group.id, modified: DateTime::<Utc>::UNIX_EPOCH, record: group });
    page(call, rows, |group| render(world, group))
}

pub(super) fn get(world: &World, call: &Call) -> Answer {
    call.check(&["includeCustomFields"], &[])?;
    let group: &PropertyGroup = world.get(call.path_id()?).ok_or_else(|| Problem::no("Portfolio"))?;
    Ok(Reply::One(render(world, group)))
}

fn render(world: &World, group: &PropertyGroup) -> Value {
    let record = json!({
        "id": group.id,
        "name": group.name,
        "abbreviation": group.name.chars().take(12).collect::<String>(),
        "active": true,
        "cashAccrual": "COMPANY_DEFAULT",
    });
    world.distort("portfolio", group.id, names::without_nulls(record))
}
