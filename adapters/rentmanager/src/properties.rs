//! Properties and their units as rentable units.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use async_stream::try_stream;
use chrono_tz::Tz;
use futures::{StreamExt, TryStreamExt};
use latchel_sync_core::model::{InvalidRecord, Property, PropertyId, PropertyRef, Row, UnitId, Window};
use latchel_sync_core::{Pages, Result};
use latchel_sync_http::loose::number_in;
use latchel_sync_http::{List, RawPages, Unreadable, looked_up, read_row};
use serde_json::Value;

use crate::api::{AT_ONCE, Api, PAGE, Resource};
use crate::clock::{first_day, freshness};
use crate::filters::Filters;
use crate::wire;

pub(crate) const PROPERTIES: Resource = Resource {
    path: "Properties",
    fields: "PropertyID,Name,ShortName,IsActive,UpdateDate,Addresses",
    embeds: "Addresses",
};
pub(crate) const UNITS: Resource =
    Resource { path: "Units", fields: "UnitID,PropertyID,Name,UpdateDate,Addresses", embeds: "Addresses" };

/// Changed properties bring all their units, because a unit's activity is its property's; then come changed units.
pub(crate) fn changed(api: &Api, zone: Tz, window: Window) -> Pages<'_, Property> {
    let since = Filters::changed_since(first_day(window, zone));
    try_stream! {
        let mut properties = api.list(PROPERTIES, &since).pages();
        while let Some(page) = properties.try_next().await? {
            let mut rows = with_units(api, zone, page);
            while let Some(rows) = rows.try_next().await? {
                yield rows;
            }
        }
        let with_properties = |page| with_properties(api.clone(), zone, page);
        let mut units = looked_up((PAGE, AT_ONCE), api.list(UNITS, &since).pages(), with_properties);
        while let Some(page) = units.try_next().await? {
            yield page;
        }
    }
    .boxed()
}

pub(crate) async fn by_id(api: &Api, zone: Tz, ids: &[PropertyRef]) -> Result<Vec<Row<Property>>> {
    let numbers: BTreeSet<i64> =
        ids.iter().map(|id| api.number(id.property.as_str())).collect::<Result<_>>()?;
    let mut found = Vec::new();
    let mut properties = api.among(PROPERTIES, "PropertyID", &numbers, List::whole);
    while let Some(page) = properties.try_next().await? {
        found.extend(with_units(api, zone, page).try_concat().await?);
    }
    // A property is asked for by itself too where a unit of it could not be read, or there was none yet.
    let wanted: HashSet<String> = ids.iter().map(PropertyRef::key).collect();
    found.retain(|row| match row {
        Row::Record(one) => {
            wanted.contains(&one.id.key()) || wanted.contains(&whole(one.id.property.as_str()).key())
        }
        _ => true,
    });
    Ok(found)
}

/// A page of properties, each as its units, or as itself where it has none.
fn with_units(api: &Api, zone: Tz, page: Vec<Value>) -> Pages<'_, Property> {
    try_stream! {
        let (properties, unreadable) = read(&page);
        yield unreadable;
        let ids: BTreeSet<_> = properties.keys().copied().collect();
        let mut with_a_unit = HashSet::new();
        let mut has_stray = false;
        let mut units = api.among(UNITS, "PropertyID", &ids, List::pages);
        while let Some(page) = units.try_next().await? {
            let owner = |row: &Value| number_in(row, "PropertyID");
            with_a_unit.extend(page.iter().filter_map(owner));
            has_stray |= page.iter().any(|row| owner(row).is_none());
            yield page.iter().filter_map(|row| unit(&properties, zone, row)).collect();
        }
        let alone = properties.iter().filter(|(id, _)| !with_a_unit.contains(*id));
        let itself = |(id, (property, row)): (&i64, &(wire::Property, Value))| {
            if !has_stray {
                return Row::Record(rentable(property, row, None, zone));
            }
            let problem = "a unit whose property cannot be read may be this one's".to_owned();
            Row::Invalid(InvalidRecord { id: id.to_string(), field: "PropertyID".to_owned(), problem })
        };
        yield alone.map(itself).collect();
    }
    .boxed()
}

/// A page of units with their properties.
async fn with_properties(api: Api, zone: Tz, page: Vec<Value>) -> Result<Vec<Row<Property>>> {
    let ids: BTreeSet<_> = page.iter().filter_map(|row| number_in(row, "PropertyID")).collect();
    let found: Vec<_> = api.among(PROPERTIES, "PropertyID", &ids, List::pages).try_concat().await?;
    // A property that cannot be read was reported by its own page, or is with its next change.
    let (properties, _) = read(&found);
    let row = |row: &Value| {
        unit(&properties, zone, row).unwrap_or_else(|| {
            let problem = "its property cannot be read".to_owned();
            Row::Invalid(Unreadable { field: "PropertyID".to_owned(), problem }.of_row(
                "unit",
                unit_key(row),
                row,
            ))
        })
    };
    Ok(page.iter().map(row).collect())
}

/// Properties by id, each with its row.
type ById = BTreeMap<i64, (wire::Property, Value)>;

/// The properties of a page, and the rows of those that cannot be understood.
fn read(page: &[Value]) -> (ById, Vec<Row<Property>>) {
    let (mut properties, mut unreadable) = (BTreeMap::new(), Vec::new());
    for row in page {
        match read_row::<wire::Property>(row) {
            Ok(property) => drop(properties.insert(property.property_id, (property, row.clone()))),
            Err(bad) => {
                let id = number_in(row, "PropertyID").map(|id| id.to_string());
                unreadable.push(Row::Invalid(bad.of_row("property", id, row)));
            }
        }
    }
    (properties, unreadable)
}

/// A unit of one of these properties; `None` if its property is not among them.
fn unit(properties: &ById, zone: Tz, row: &Value) -> Option<Row<Property>> {
    match read_row::<wire::Unit>(row) {
        Ok(unit) => {
            let (property, _) = properties.get(&unit.property_id)?;
            Some(Row::Record(rentable(property, row, Some(unit), zone)))
        }
        Err(bad) => Some(Row::Invalid(bad.of_row("unit", unit_key(row), row))),
    }
}

/// The key of a unit that cannot be understood, if its two ids can.
fn unit_key(row: &Value) -> Option<String> {
    Some(reference(number_in(row, "PropertyID")?, Some(number_in(row, "UnitID")?)).key())
}

pub(crate) fn reference(property: i64, unit: Option<i64>) -> PropertyRef {
    let unit = unit.filter(|unit| *unit > 0);
    PropertyRef::new(PropertyId::new(property.to_string()), unit.map(|unit| UnitId::new(unit.to_string())))
}

fn whole(property: &str) -> PropertyRef {
    PropertyRef::new(PropertyId::new(property), None)
}

/// A rentable unit, changed when it or its property was; `row` is what says so.
fn rentable(property: &wire::Property, row: &Value, unit: Option<wire::Unit>, zone: Tz) -> Property {
    let own = unit.as_ref().map(|unit| wire::address(&unit.addresses));
    let updated = property.update_date.max(unit.as_ref().and_then(|unit| unit.update_date));
    let name = property.name.clone().or_else(|| property.short_name.clone());
    Property {
        id: reference(property.property_id, unit.as_ref().map(|unit| unit.unit_id)),
        property_name: name.unwrap_or_default(),
        address: own.filter(|own| own.line1.is_some()).unwrap_or_else(|| wire::address(&property.addresses)),
        unit_name: unit.and_then(|unit| unit.name),
        is_active: property.is_active,
        freshness: freshness(None, updated, zone, row),
    }
}

/// The properties of units that are known by nothing else.
pub(crate) async fn of_units(api: &Api, units: &BTreeSet<i64>) -> Result<BTreeMap<i64, i64>> {
    let mut found = BTreeMap::new();
    let mut pages: RawPages<'_> = api.among(UNITS, "UnitID", units, List::whole);
    while let Some(page) = pages.try_next().await? {
        found.extend(
            page.iter().filter_map(|row| Some((number_in(row, "UnitID")?, number_in(row, "PropertyID")?))),
        );
    }
    Ok(found)
}
