//! Links of an issue to its place and to whoever asked for it: embedded parts, members of a model, and actions of their own.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::call::{Answer, Reply, path_id};
use super::issues::render;
use super::names::without_nulls;
use super::problem::Problem;
use super::quirks::UNIT_LINKS_ALONE;
use crate::dialects::endpoint::Request;
use crate::dialects::fields::Fields;
use crate::world::{Id, Property, Task, Tenant, Unit, World};

pub(super) const UNITS: &str = "LinkedUnits";
pub(super) const PROPERTIES: &str = "LinkedProperties";
pub(super) const TENANTS: &str = "LinkedTenants";

/// The units, properties and tenants that an issue is linked to.
pub(super) fn of(world: &World, task: &Task) -> [(&'static str, Value); 3] {
    let unit = task.unit_id.and_then(|id| world.get::<Unit>(id));
    let property = task.property_id.and_then(|id| world.get::<Property>(id));
    let property = property.filter(|_| unit.is_none() || !UNIT_LINKS_ALONE.is_on(world));
    let tenant = task.requested_by.and_then(|id| world.get::<Tenant>(id));
    let units = unit.map(|one| json!({"UnitID": one.id, "PropertyID": one.property_id, "Name": one.number}));
    let properties = property.map(|one| json!({"PropertyID": one.id, "Name": one.name}));
    let name = |one: &Tenant| format!("{} {}", one.first_name, one.last_name);
    let tenants = tenant.map(|one| json!({"TenantID": one.id, "Name": name(one)}));
    let list = |row: Option<Value>| Value::Array(row.into_iter().collect());
    [(UNITS, list(units)), (PROPERTIES, list(properties)), (TENANTS, list(tenants))]
}

/// The id in a list of links. The world has room for one, so that several are refused.
pub(super) fn sent(fields: &mut Fields<'_>, name: &str, key: &str) -> Option<Id> {
    let links = fields.array(name)?;
    if links.len() > 1 {
        fields.fault(name, "The mock does not imitate several links.");
    }
    let id = links.first().map(|link| link.get(key).and_then(Value::as_i64));
    if id == Some(None) {
        fields.fault(name, format!("must be objects with {key}"));
    }
    id.flatten()
}

/// Links an issue to a unit, and with it to the unit's property.
pub(super) fn link_unit(world: &mut World, request: &Request) -> Answer {
    let id = parameter(request, "unitid")?;
    let property = world.get::<Unit>(id).ok_or_else(|| nothing("unitid"))?.property_id;
    place(world, request, |task| (task.property_id, task.unit_id) = (Some(property), Some(id)))
}

/// Links an issue to a property; a unit of another one is no longer linked.
pub(super) fn link_property(world: &mut World, request: &Request) -> Answer {
    let id = parameter(request, "propertyid")?;
    world.get::<Property>(id).ok_or_else(|| nothing("propertyid"))?;
    place(world, request, |task| {
        if task.property_id != Some(id) {
            (task.property_id, task.unit_id) = (Some(id), None);
        }
    })
}

fn place(world: &mut World, request: &Request, change: impl FnOnce(&mut Task)) -> Answer {
    let id = path_id(request)?;
    world.change_maintenance(id, |_, task| change(task)).map_err(|_| Problem::Gone)?;
    let one = world.maintenance_of(id).ok_or(Problem::Gone)?;
    Ok(Reply::One(without_nulls(render(world, &one))))
}

fn parameter(request: &Request, name: &str) -> Result<Id, Problem> {
    if let Some((strange, _)) = request.query.iter().find(|(known, _)| known != name) {
        return Err(Problem::invalid(strange, "is not a parameter of this request."));
    }
    let id = request.parameter(name).and_then(|text| text.parse().ok());
    id.ok_or_else(|| Problem::invalid(name, "The value is not valid for Int32."))
}

fn nothing(name: &str) -> Problem {
    Problem::model(StatusCode::BAD_REQUEST, format!("There is no record with this {name}."))
}
