//! Rentals and their units as rentable units.

use std::collections::{BTreeMap, HashMap, HashSet};

use async_stream::try_stream;
use futures::{StreamExt, TryStreamExt};
use latchel_sync_core::model::{
    Address, Freshness, InvalidRecord, Property, PropertyId, PropertyRef, Row, UnitId, Window,
};
use latchel_sync_core::{Pages, Result};
use latchel_sync_http::loose::number_in;
use latchel_sync_http::{TextRow, looked_up};
use serde_json::Value;

use crate::api::{AT_ONCE, Api, PAGE, Query, distinct, most_ids, row_id};
use crate::wire::{Rental, Unit};

const RENTALS: &str = "v1/rentals";
pub(crate) const UNITS: &str = "v1/rentals/units";
/// The filter by rentals.
const RENTAL_IDS: &str = "propertyids";

/// Units that came with their rentals and are remembered, so that the list of changed units need not look their rentals up
/// again; a bound on memory.
const REMEMBERED: usize = 100_000;

/// Changed rentals bring all their units, because a unit's activity is its rental's; then come the other changed units.
pub(crate) fn changed(api: &Api, window: Window) -> Pages<'_, Property> {
    let since: Query = vec![("lastupdatedfrom", window.from.format("%Y-%m-%dT%H:%M:%SZ").to_string())];
    try_stream! {
        let mut came = HashSet::new();
        let rentals = api.list(RENTALS, since.clone()).pages_as();
        let with_units = |part| with_units(api.clone(), part);
        let mut rentals = looked_up((most_ids(RENTAL_IDS), AT_ONCE), rentals, with_units);
        while let Some(page) = rentals.try_next().await? {
            remember(&mut came, &page);
            yield page;
        }
        let is_new = move |unit: &TextRow<Unit>| unit.read().map_or(true, |unit| !came.contains(&unit.id));
        let units = api.list(UNITS, since).pages_as().map_ok(move |mut page| {
            page.retain(&is_new);
            page
        });
        let with_rentals = |page| with_rentals(api.clone(), page);
        let mut units = looked_up((PAGE, AT_ONCE), units.boxed(), with_rentals);
        while let Some(page) = units.try_next().await? {
            yield page;
        }
    }
    .boxed()
}

fn remember(came: &mut HashSet<i64>, page: &[Row<Property>]) {
    let room = REMEMBERED.saturating_sub(came.len());
    let unit = |row: &Row<Property>| -> Option<i64> {
        match row {
            Row::Record(property) => property.id.unit.as_ref()?.as_str().parse().ok(),
            _ => None,
        }
    };
    came.extend(page.iter().filter_map(unit).take(room));
}

pub(crate) async fn by_id(api: &Api, ids: &[PropertyRef]) -> Result<Vec<Row<Property>>> {
    let mut numbers = Vec::new();
    for id in ids {
        numbers.push(api.number(id.property.as_str())?);
    }
    let rentals = api.by_ids(RENTALS, RENTAL_IDS, &distinct(numbers.into_iter())).await?;
    let wanted = |row: &Row<Property>| match row {
        Row::Record(property) => ids.contains(&property.id) || ids.contains(&whole(&property.id)),
        _ => true,
    };
    Ok(with_units(api.clone(), rentals).await?.into_iter().filter(wanted).collect())
}

/// The property of a unit, which is asked for where it could not be read or had no units yet.
fn whole(id: &PropertyRef) -> PropertyRef {
    PropertyRef::new(id.property.clone(), None)
}

/// Some rentals, each as its units, or as itself where it has none.
async fn with_units(api: Api, rows: Vec<TextRow<Rental>>) -> Result<Vec<Row<Property>>> {
    let mut out = Vec::new();
    let mut rentals = BTreeMap::new();
    for rental in rows {
        match rental.into_record("rental", row_id) {
            Ok(rental) => {
                rentals.insert(rental.id, rental);
            }
            Err(invalid) => out.push(Row::Invalid(invalid)),
        }
    }
    let ids = distinct(rentals.keys().copied());
    let units: Vec<TextRow<Unit>> = api.by_ids(UNITS, RENTAL_IDS, &ids).await?;
    let rental_of = |unit: &TextRow<Unit>| {
        unit.read().map_or_else(|row| number_in(row, "PropertyId"), |unit| Some(unit.property_id))
    };
    let with_units: HashSet<_> = units.iter().map(rental_of).collect();
    for unit in units {
        match unit.into_record("unit", unit_key) {
            Ok(unit) => {
                if let Some(rental) = rentals.get(&unit.property_id) {
                    out.push(Row::Record(property(rental, Some(unit))));
                }
            }
            Err(invalid) => out.push(Row::Invalid(invalid)),
        }
    }
    for rental in rentals.values().filter(|rental| !with_units.contains(&Some(rental.id))) {
        // It is its own unit only if no unit can be its: one whose rental cannot be read might.
        out.push(if with_units.contains(&None) {
            let problem = "a unit whose rental cannot be read may be this one's".to_owned();
            Row::Invalid(InvalidRecord { id: rental.id.to_string(), field: "PropertyId".to_owned(), problem })
        } else {
            Row::Record(property(rental, None))
        });
    }
    Ok(out)
}

/// Units with their rentals.
async fn with_rentals(api: Api, units: Vec<TextRow<Unit>>) -> Result<Vec<Row<Property>>> {
    let ids = distinct(units.iter().filter_map(|unit| Some(unit.read().ok()?.property_id)));
    let rentals: Vec<TextRow<Rental>> = api.by_ids(RENTALS, RENTAL_IDS, &ids).await?;
    // A rental that cannot be read was reported by its own page, or is with its next change.
    let rentals = rentals.into_iter().filter_map(|rental| rental.into_read().ok());
    let rentals: HashMap<_, _> = rentals.map(|rental| (rental.id, rental)).collect();
    let row = |unit: TextRow<Unit>| match unit.into_record("unit", unit_key) {
        Ok(unit) => match rentals.get(&unit.property_id) {
            Some(rental) => Row::Record(property(rental, Some(unit))),
            None => Row::Invalid(InvalidRecord {
                id: PropertyRef::new(PropertyId::new(unit.property_id.to_string()), Some(unit_id(unit.id)))
                    .key(),
                field: "PropertyId".to_owned(),
                problem: format!("rental {} cannot be read", unit.property_id),
            }),
        },
        Err(invalid) => Row::Invalid(invalid),
    };
    Ok(units.into_iter().map(row).collect())
}

/// The key of a unit, if its two ids can be understood.
pub(crate) fn unit_key(row: &Value) -> Option<String> {
    let property = PropertyId::new(number_in(row, "PropertyId")?.to_string());
    Some(PropertyRef::new(property, Some(unit_id(number_in(row, "Id")?))).key())
}

fn unit_id(id: i64) -> UnitId {
    UnitId::new(id.to_string())
}

fn property(rental: &Rental, unit: Option<Unit>) -> Property {
    let own = unit.as_ref().and_then(|unit| unit.address.clone()).map(Address::from);
    let rentals = || rental.address.clone().map(Address::from).unwrap_or_default();
    Property {
        id: PropertyRef::new(
            PropertyId::new(rental.id.to_string()),
            unit.as_ref().map(|unit| unit_id(unit.id)),
        ),
        property_name: rental.name.clone().unwrap_or_default(),
        unit_name: unit.and_then(|unit| unit.unit_number),
        address: own.filter(|address| address.line1.is_some()).unwrap_or_else(rentals),
        is_active: rental.is_active,
        freshness: Freshness::Filtered,
    }
}
