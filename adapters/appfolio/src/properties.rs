//! Properties and their units as rentable units. What is hidden is not active.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use async_stream::try_stream;
use futures::{FutureExt, StreamExt, TryStreamExt};
use latchel_sync_core::model::{
    Freshness, GroupId, InvalidRecord, Property, PropertyGroup, PropertyId, PropertyRef, Row, UnitId, Window,
};
use latchel_sync_core::{ErrorKind, Pages, Result};
use latchel_sync_http::loose::{as_id, id_in};
use latchel_sync_http::{Ways, looked_up, rows};
use serde_json::Value;

use crate::api::{
    AT_ONCE, Api, ID, MOST_IDS, PAGE, PROPERTIES, PROPERTY_GROUPS, PROPERTY_ID, Query, UNITS, distinct,
    everything, row_id, since,
};
use crate::wire::{self, Unit};

/// Changed properties bring all their units, because hiding a property hides them; then come changed units.
pub(crate) fn changed(api: &Api, window: Window) -> Pages<'_, Property> {
    try_stream! {
        let properties = api.list(PROPERTIES, since(PROPERTIES, window)).pages();
        let mut properties = looked_up((MOST_IDS, AT_ONCE), properties, |part| with_units(api.clone(), part));
        while let Some(page) = properties.try_next().await? {
            yield page;
        }
        let units = api.pages(UNITS, since(UNITS, window));
        let mut units = looked_up((PAGE, AT_ONCE), units, |page| with_properties(api.clone(), page));
        while let Some(page) = units.try_next().await? {
            yield page;
        }
    }
    .boxed()
}

pub(crate) async fn by_id(api: &Api, ids: &[PropertyRef]) -> Result<Vec<Row<Property>>> {
    let wanted = distinct(ids.iter().map(|id| id.property.as_str().to_owned()));
    let properties = api.by_ids(PROPERTIES, ID, &wanted).await?;
    let wanted = |row: &Row<Property>| match row {
        // A unit's property is asked for where the unit could not be read, or was not there yet.
        Row::Record(one) => {
            ids.contains(&one.id) || ids.contains(&PropertyRef::new(one.id.property.clone(), None))
        }
        _ => true,
    };
    Ok(with_units(api.clone(), properties).await?.into_iter().filter(wanted).collect())
}

/// Groups have names in a list of their own. Where that is not permitted, or tells of no properties, the properties tell the
/// ids of their groups.
pub(crate) async fn groups(api: &Api) -> Result<Vec<PropertyGroup>> {
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    for row in named_groups(api).await? {
        let Some(id) = row_id(&row) else { continue };
        let properties = row.get("PropertyIds").and_then(Value::as_array).into_iter().flatten();
        let properties = properties.filter_map(as_id).collect();
        let name = row.get("Name").and_then(Value::as_str).map(str::to_owned);
        groups.insert(id, Group { name, properties });
    }
    if groups.values().all(|group| group.properties.is_empty()) {
        read_members(api, &mut groups).await?;
    }
    let group = |(id, group): (String, Group)| PropertyGroup {
        id: GroupId::new(&id),
        name: group.name.unwrap_or(id),
        properties: group.properties.into_iter().map(PropertyId::new).collect(),
    };
    Ok(groups.into_iter().map(group).collect())
}

/// A group's name and the ids of its properties.
#[derive(Default)]
struct Group {
    name: Option<String>,
    properties: BTreeSet<String>,
}

/// The list of groups; empty where it cannot be had. Whether it needs a filter, as other lists do, is not known.
async fn named_groups(api: &Api) -> Result<Vec<Value>> {
    let ask = |filters: &Query| api.list(PROPERTY_GROUPS, filters.clone()).all().boxed();
    match Ways::default().ask(&[&everything(PROPERTY_GROUPS), &Query::new()], ask).await {
        Err(error)
            if matches!(error.kind(), ErrorKind::Refused | ErrorKind::Forbidden | ErrorKind::NotFound) =>
        {
            Ok(Vec::new())
        }
        rows => rows,
    }
}

async fn read_members(api: &Api, groups: &mut BTreeMap<String, Group>) -> Result<()> {
    let mut pages = api.list(PROPERTIES, everything(PROPERTIES)).pages();
    while let Some(page) = pages.try_next().await? {
        for property in rows::<wire::Property>(&page, "property", row_id).into_iter().flatten() {
            for group in property.property_group_ids {
                groups.entry(group).or_default().properties.insert(property.id.clone());
            }
        }
    }
    Ok(())
}

/// A page of properties, each as its units, or as itself where it has none.
async fn with_units(api: Api, page: Vec<Value>) -> Result<Vec<Row<Property>>> {
    let mut out = Vec::new();
    let mut properties = BTreeMap::new();
    for property in rows::<wire::Property>(&page, "property", row_id) {
        match property {
            Ok(property) => drop(properties.insert(property.id.clone(), property)),
            Err(invalid) => out.push(Row::Invalid(invalid)),
        }
    }
    let ids = distinct(properties.keys().cloned());
    let page = api.by_ids(UNITS, PROPERTY_ID, &ids).await?;
    let with_units: HashSet<_> = page.iter().map(|unit| id_in(unit, "PropertyId")).collect();
    for unit in rows::<Unit>(&page, "unit", unit_key) {
        match unit {
            Ok(unit) => {
                if let Some(property) = properties.get(&unit.property_id) {
                    out.push(Row::Record(rentable(property, Some(unit))));
                }
            }
            Err(invalid) => out.push(Row::Invalid(invalid)),
        }
    }
    for property in properties.values().filter(|one| !with_units.contains(&Some(one.id.clone()))) {
        // It is its own unit only if no unit can be its: one whose property cannot be read might.
        out.push(if with_units.contains(&None) {
            let problem = "a unit whose property cannot be read may be this one's".to_owned();
            Row::Invalid(InvalidRecord { id: property.id.clone(), field: "PropertyId".to_owned(), problem })
        } else {
            Row::Record(rentable(property, None))
        });
    }
    Ok(out)
}

/// A page of units with their properties.
async fn with_properties(api: Api, page: Vec<Value>) -> Result<Vec<Row<Property>>> {
    let units = rows::<Unit>(&page, "unit", unit_key);
    let ids = distinct(units.iter().filter_map(|unit| Some(unit.as_ref().ok()?.property_id.clone())));
    let properties = rows::<wire::Property>(&api.by_ids(PROPERTIES, ID, &ids).await?, "property", row_id);
    // A property that cannot be read was reported by its own page, or is with its next change.
    let properties: HashMap<_, _> =
        properties.into_iter().flatten().map(|one| (one.id.clone(), one)).collect();
    let row = |unit: Result<Unit, InvalidRecord>| match unit {
        Ok(unit) => match properties.get(&unit.property_id) {
            Some(property) => Row::Record(rentable(property, Some(unit))),
            None => Row::Invalid(InvalidRecord {
                id: reference(&unit.property_id, Some(&unit.id)).key(),
                field: "PropertyId".to_owned(),
                problem: format!("property {} cannot be read", unit.property_id),
            }),
        },
        Err(invalid) => Row::Invalid(invalid),
    };
    Ok(units.into_iter().map(row).collect())
}

/// The key of a unit, if its two ids can be understood.
pub(crate) fn unit_key(row: &Value) -> Option<String> {
    Some(reference(&id_in(row, "PropertyId")?, Some(&row_id(row)?)).key())
}

fn reference(property: &str, unit: Option<&str>) -> PropertyRef {
    PropertyRef::new(PropertyId::new(property), unit.map(UnitId::new))
}

fn rentable(property: &wire::Property, unit: Option<Unit>) -> Property {
    let own = unit.as_ref().map(Unit::address);
    Property {
        id: reference(&property.id, unit.as_ref().map(|unit| unit.id.as_str())),
        property_name: property.name.clone().unwrap_or_default(),
        is_active: property.hidden_at.is_none() && unit.as_ref().is_none_or(|unit| unit.hidden_at.is_none()),
        unit_name: unit.and_then(|unit| unit.name),
        address: own.filter(|own| own.line1.is_some()).unwrap_or_else(|| property.address()),
        freshness: Freshness::Filtered,
    }
}
